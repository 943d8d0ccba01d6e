#include "common/server/tls.h"

#include <fstream>
#include <iterator>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace banso::server {
namespace {

using grpc::experimental::FileWatcherCertificateProvider;

constexpr char kReason[] = "TLS_FILE";
constexpr char kCertificate[] = "-----BEGIN CERTIFICATE-----";
constexpr char kKey[] = "PRIVATE KEY-----";

absl::Status Unusable(absl::string_view path, absl::string_view what, absl::string_view advice) {
  return contract::FailedPrecondition(kReason, path, what, advice);
}

// Reads a PEM file that must hold `marker`. The text stays here: it may be a secret.
absl::StatusOr<std::string> ReadPem(absl::string_view flag, const std::string& path,
                                    absl::string_view marker, absl::string_view kind) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) {
    return Unusable(path, "the file cannot be read",
                    absl::StrCat("Give ", flag, " a file that this process can read"));
  }
  if (absl::StrContains(text, marker)) return text;
  return Unusable(path, absl::StrCat("there is no ", kind, " in it"),
                  absl::StrCat("Give ", flag, " a PEM file with one"));
}

// The library tells of a certificate whose key is another one only when a server starts.
absl::Status CheckPair(const TlsFiles& files, const std::string& certificate,
                       const std::string& key) {
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({key, certificate});
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server != nullptr) server->Shutdown();
  if (server != nullptr && port > 0) return absl::OkStatus();
  return Unusable(files.cert_file,
                  absl::StrCat("it cannot be used with the key in ", files.key_file),
                  "Give --tls_cert_file and --tls_key_file files that belong together");
}

absl::Status CheckComplete(const TlsFiles& files) {
  if (files.cert_file.empty() != files.key_file.empty()) {
    return Unusable(files.cert_file.empty() ? files.key_file : files.cert_file,
                    "a certificate and its key come together",
                    "Give both --tls_cert_file and --tls_key_file");
  }
  if (!files.client_ca_file.empty() && files.cert_file.empty()) {
    return Unusable(files.client_ca_file, "callers cannot show certificates in plain text",
                    "Give --tls_cert_file and --tls_key_file as well");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTlsFiles(const TlsFiles& files) {
  BANSO_RETURN_IF_ERROR(CheckComplete(files));
  if (!files.cert_file.empty()) {
    BANSO_ASSIGN_OR_RETURN(
        const std::string certificate,
        ReadPem("--tls_cert_file", files.cert_file, kCertificate, "certificate"));
    BANSO_ASSIGN_OR_RETURN(const std::string key,
                           ReadPem("--tls_key_file", files.key_file, kKey, "private key"));
    BANSO_RETURN_IF_ERROR(CheckPair(files, certificate, key));
  }
  if (!files.client_ca_file.empty()) {
    BANSO_RETURN_IF_ERROR(
        ReadPem("--tls_client_ca_file", files.client_ca_file, kCertificate, "certificate")
            .status());
  }
  if (files.peer_ca_file.empty()) return absl::OkStatus();
  return ReadPem("--peer_ca_file", files.peer_ca_file, kCertificate, "certificate").status();
}

std::shared_ptr<grpc::ServerCredentials> ServerCredentialsOf(const TlsFiles& files) {
  if (files.cert_file.empty()) return grpc::InsecureServerCredentials();
  const bool asks = !files.client_ca_file.empty();
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<FileWatcherCertificateProvider>(
          files.key_file, files.cert_file, files.client_ca_file, files.refresh_seconds));
  options.watch_identity_key_cert_pairs();
  if (asks) options.watch_root_certs();
  options.set_cert_request_type(asks ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                                     : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> PeerCredentialsOf(const TlsFiles& files) {
  if (files.peer_ca_file.empty()) return grpc::InsecureChannelCredentials();
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::make_shared<FileWatcherCertificateProvider>(
      files.key_file, files.cert_file, files.peer_ca_file, files.refresh_seconds));
  options.watch_root_certs();
  if (!files.cert_file.empty()) options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace banso::server

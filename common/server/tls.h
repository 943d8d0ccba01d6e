#ifndef BANSO_COMMON_SERVER_TLS_H_
#define BANSO_COMMON_SERVER_TLS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace banso::server {

// The PEM files of a process that speaks TLS. They are read again when they change, within
// `refresh_seconds`: a certificate is renewed by putting the new files in place, key and
// certificate within one such period. Connections that are open go on as they are.
struct TlsFiles {
  // The certificate with which services show who they are, its chain behind it, and its key. Both
  // or neither; without, services speak plain text. With `peer_ca_file` they are also what this
  // process shows to its peers.
  std::string cert_file = {};
  std::string key_file = {};
  // The authorities whose certificates callers must show; empty: callers need none.
  std::string client_ca_file = {};
  // The authorities of the peers' certificates, which must name the host by which a peer is called;
  // empty: peers are called in plain text.
  std::string peer_ca_file = {};
  // How often they are looked at.
  unsigned int refresh_seconds = 10;

  bool operator==(const TlsFiles&) const = default;
};

// OK if the files can be used. FAILED_PRECONDITION naming flag and file when one cannot be read or
// is no PEM of its kind, when certificate and key do not belong together, and when one of them or
// the certificate beside a `client_ca_file` is missing.
absl::Status CheckTlsFiles(const TlsFiles& files);

// What a server shows and asks for; plain text without a certificate. The files must have been
// checked.
std::shared_ptr<grpc::ServerCredentials> ServerCredentialsOf(const TlsFiles& files);

// What a peer is shown and must show; plain text without a `peer_ca_file`. The files must have been
// checked.
std::shared_ptr<grpc::ChannelCredentials> PeerCredentialsOf(const TlsFiles& files);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_TLS_H_

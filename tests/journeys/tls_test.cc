// The suite over TLS, as its flags say it: every process shows a certificate and asks for one, the
// gateway of its callers too, and the command line client shows its own.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/certificates.h"
#include "common/testing/files.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "grpcpp/security/credentials.h"
#include "gtest/gtest.h"
#include "tests/journeys/process.h"
#include "tests/journeys/suite.h"

namespace banso::journeys {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TlsJourney : public testing::TempDirTest {
 protected:
  TlsJourney() {
    for (const char* authority : {"ca", "other_ca"}) {
      testing::MakeAuthority(temp_dir().path(), authority);
    }
    testing::MakeCertificate(temp_dir().path(), "ca", "service", "IP:127.0.0.1");
    testing::MakeCertificate(temp_dir().path(), "ca", "user", "DNS:user.example");
  }

  std::vector<std::string> ServiceFlags() const {
    return {absl::StrCat("--tls_cert_file=", TempFile("service.pem")),
            absl::StrCat("--tls_key_file=", TempFile("service.key")),
            absl::StrCat("--tls_client_ca_file=", TempFile("ca.pem")),
            absl::StrCat("--peer_ca_file=", TempFile("ca.pem"))};
  }

  // What any caller of the suite needs.
  std::shared_ptr<grpc::ChannelCredentials> Credentials() const {
    return grpc::SslCredentials({.pem_root_certs = testing::ReadFile(TempFile("ca.pem")),
                                 .pem_private_key = testing::ReadFile(TempFile("user.key")),
                                 .pem_cert_chain = testing::ReadFile(TempFile("user.pem"))});
  }

  std::vector<std::string> UserOptions() const {
    return {"--ca-file",          TempFile("ca.pem"), "--cert-file",
            TempFile("user.pem"), "--key-file",       TempFile("user.key")};
  }

  // Runs the command line client on the suite.
  static Finished Banso(const Suite& suite, const std::vector<std::string>& options,
                        const std::vector<std::string>& words) {
    std::vector<std::string> command = {BinFile("banso"), "--address", suite.gateway_address(),
                                        "--token-file", suite.File("data/operator.token")};
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), words.begin(), words.end());
    return journeys::Run(command);
  }

  // Applying a program reaches all five processes.
  void ExpectServesWhoShowsACertificate(const Suite& suite) {
    const std::vector<std::string> apply = {"apply", SourceFile("deploy/programs/lapras")};
    const Finished applied = Banso(suite, UserOptions(), apply);
    EXPECT_EQ(applied.exit_status, 0) << applied.errors;
    const std::vector<std::string> portfolio = {"--timeout", "5s", "portfolio"};
    EXPECT_EQ(Banso(suite, UserOptions(), portfolio).exit_status, 0);
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{},
          {"--ca-file", TempFile("ca.pem")},
          {"--ca-file", TempFile("other_ca.pem"), "--cert-file", TempFile("user.pem"), "--key-file",
           TempFile("user.key")}}) {
      const Finished refused = Banso(suite, options, portfolio);
      EXPECT_EQ(refused.exit_status, 3);
      EXPECT_THAT(refused.output, IsEmpty());
      EXPECT_THAT(refused.errors, HasSubstr(suite.gateway_address()));
    }
  }
};

TEST_F(TlsJourney, FiveProcessesShowEachOtherCertificates) {
  const Suite suite(Shape::kFiveProcesses, "2025-04-01T01:00:00Z", ServiceFlags(), Credentials());
  ExpectServesWhoShowsACertificate(suite);
}

TEST_F(TlsJourney, OneProcessAsksItsCallersForACertificate) {
  const Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z", ServiceFlags(), Credentials());
  ExpectServesWhoShowsACertificate(suite);
}

TEST_F(TlsJourney, TheClientSaysWhichFileItCannotUse) {
  const auto errors = [&](const std::vector<std::string>& options) {
    std::vector<std::string> command = {BinFile("banso")};
    command.insert(command.end(), options.begin(), options.end());
    command.push_back("portfolio");
    const Finished finished = journeys::Run(command);
    EXPECT_EQ(finished.exit_status, 1);
    return finished.errors;
  };
  EXPECT_THAT(errors({"--cert-file", TempFile("user.pem"), "--key-file", TempFile("user.key")}),
              HasSubstr("--cert-file needs --ca-file"));
  EXPECT_THAT(errors({"--ca-file", TempFile("ca.pem"), "--cert-file", TempFile("user.pem")}),
              HasSubstr("--cert-file and --key-file come together"));
  EXPECT_THAT(errors({"--ca-file", TempFile("none.pem")}), HasSubstr("none.pem cannot be read"));
  EXPECT_THAT(errors({"--ca-file", TempFile("ca.key")}),
              AllOf(HasSubstr("--ca-file"), HasSubstr("ca.key"), HasSubstr("CERTIFICATE")));
}

TEST_F(TlsJourney, AServiceSaysWhichFlagIsMissing) {
  const Finished refused =
      journeys::Run({BinFile("banso-accounts"), absl::StrCat("--data_dir=", TempFile("data")),
                     absl::StrCat("--tls_cert_file=", TempFile("service.pem"))});
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.errors, HasSubstr("Give both --tls_cert_file and --tls_key_file"));
}

}  // namespace
}  // namespace banso::journeys

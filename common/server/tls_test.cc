#include "common/server/tls.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/server/echo_server.h"
#include "common/testing/certificates.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Authorities and certificates that exist only for these tests, made once.
class TlsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<testing::TempDir>();
    for (const char* name : {"ca", "other_ca"}) testing::MakeAuthority(folder_->path(), name);
    MakeCertificate("ca", "server", "IP:127.0.0.1,DNS:localhost");
    MakeCertificate("ca", "elsewhere", "DNS:elsewhere.example");
    MakeCertificate("ca", "client", "DNS:client.example");
    MakeCertificate("other_ca", "stranger", "IP:127.0.0.1");
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::string File(const std::string& name) { return folder_->File(name); }

  // What a server of the suite is given; its peer as well.
  static TlsFiles ServerFiles(const std::string& certificate = "server") {
    return {.cert_file = File(certificate + ".pem"),
            .key_file = File(certificate + ".key"),
            .client_ca_file = "",
            .peer_ca_file = File("ca.pem")};
  }
  static TlsFiles MutualFiles() {
    TlsFiles files = ServerFiles();
    files.client_ca_file = File("ca.pem");
    return files;
  }
  static ServerOptions Options(const TlsFiles& tls) {
    ServerOptions options = EchoServer::FastOptions();
    options.tls = tls;
    return options;
  }

  // Calls with other files than the server's own peer has.
  static absl::Status CallWith(EchoServer& server, const TlsFiles& tls) {
    Peer peer({.name = "echo", .address = server.process().address(), .tls = tls});
    return peer.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")).status();
  }

  static void MakeCertificate(const std::string& authority, const std::string& name,
                              const std::string& hosts) {
    testing::MakeCertificate(folder_->path(), authority, name, hosts);
  }

 private:
  static inline std::unique_ptr<testing::TempDir> folder_;
};

TEST_F(TlsTest, AnswersACallerWhoTrustsItsAuthority) {
  EchoServer server(nullptr, Options(ServerFiles()));
  EXPECT_THAT(server.Echo(TestCall(), "x"), IsOk());
  EXPECT_THAT(CallWith(server, {.peer_ca_file = File("ca.pem")}), IsOk());
}

TEST_F(TlsTest, IsRefusedByACallerWhoTrustsAnother) {
  EchoServer server(nullptr, Options(ServerFiles()));
  EXPECT_THAT(CallWith(server, {.peer_ca_file = File("other_ca.pem")}),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, IsRefusedWhenItsCertificateNamesAnotherHost) {
  EchoServer server(nullptr, Options(ServerFiles("elsewhere")));
  EXPECT_THAT(CallWith(server, {.peer_ca_file = File("ca.pem")}),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, RefusesPlainText) {
  EchoServer server(nullptr, Options(ServerFiles()));
  EXPECT_THAT(CallWith(server, {}), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, DoesNotReachAServerThatSpeaksPlainText) {
  EchoServer server;
  EXPECT_THAT(CallWith(server, {.peer_ca_file = File("ca.pem")}),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, AsksForACertificateOfItsOwnAuthority) {
  EchoServer server(nullptr, Options(MutualFiles()));
  EXPECT_THAT(server.Echo(TestCall(), "x"), IsOk());
  EXPECT_THAT(CallWith(server, {.cert_file = File("client.pem"),
                                .key_file = File("client.key"),
                                .peer_ca_file = File("ca.pem")}),
              IsOk());
  EXPECT_THAT(CallWith(server, {.peer_ca_file = File("ca.pem")}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(CallWith(server, {.cert_file = File("stranger.pem"),
                                .key_file = File("stranger.key"),
                                .peer_ca_file = File("ca.pem")}),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, TakesANewCertificateWithoutARestart) {
  const testing::TempDir folder;
  TlsFiles files = ServerFiles();
  files.refresh_seconds = 1;
  files.cert_file = folder.File("server.pem");
  files.key_file = folder.File("server.key");
  const auto install = [&](const std::string& name) {
    using std::filesystem::copy_options;
    for (const char* kind : {".key", ".pem"}) {
      std::filesystem::copy_file(File(name + kind), folder.File(absl::StrCat("server", kind)),
                                 copy_options::overwrite_existing);
    }
  };
  install("server");
  EchoServer server(nullptr, Options(files));
  ASSERT_THAT(CallWith(server, {.peer_ca_file = File("ca.pem")}), IsOk());
  install("stranger");
  EXPECT_TRUE(testing::WaitUntil(
      [&] { return CallWith(server, {.peer_ca_file = File("other_ca.pem")}).ok(); },
      absl::Seconds(30)));
}

TEST_F(TlsTest, NamesTheFlagAndTheFileThatCannotBeUsed) {
  std::ofstream(File("text")) << "no certificate";
  struct Case {
    const char* name;
    TlsFiles files;
    const char* flag;
    const char* file;
  };
  const std::string pem = File("server.pem");
  const std::string key = File("server.key");
  for (const Case& c : std::vector<Case>{
           {"a key alone", {.key_file = key}, "--tls_cert_file", "server.key"},
           {"a certificate alone", {.cert_file = pem}, "--tls_key_file", "server.pem"},
           {"callers' authorities alone", {.client_ca_file = pem}, "--tls_cert_file", "server.pem"},
           {"no file", {.cert_file = File("none"), .key_file = key}, "--tls_cert_file", "none"},
           {"a certificate as key",
            {.cert_file = pem, .key_file = pem},
            "--tls_key_file",
            "server"},
           {"another's key",
            {.cert_file = pem, .key_file = File("client.key")},
            "--tls_key_file",
            "client.key"},
           {"authorities that are none",
            {.cert_file = pem, .key_file = key, .client_ca_file = File("text")},
            "--tls_client_ca_file",
            "text"},
           {"peers' authorities that are none",
            {.peer_ca_file = File("text")},
            "--peer_ca_file",
            "text"}}) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(CheckTlsFiles(c.files), StatusIs(absl::StatusCode::kFailedPrecondition,
                                                 AllOf(HasSubstr(c.flag), HasSubstr(c.file))));
  }
  EXPECT_THAT(CheckTlsFiles({}), IsOk());
  EXPECT_THAT(CheckTlsFiles(MutualFiles()), IsOk());
}

TEST_F(TlsTest, OnlyKnownCallersAreAnsweredBeyondThisMachine) {
  calendar::SystemClock clock;
  const auto start = [&](const TlsFiles& tls) {
    ServerOptions options = Options(tls);
    options.listen_host = "0.0.0.0";
    return ServerProcess::Start(std::make_unique<ServiceDefinition>("echo", &clock, nullptr),
                                options)
        .status();
  };
  EXPECT_THAT(start({}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("--suite_key_file"), HasSubstr("--tls_client_ca_file"))));
  EXPECT_THAT(start(ServerFiles()), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(start(MutualFiles()), IsOk());
}

}  // namespace
}  // namespace banso::server

#include "common/server/ops_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A connection without any library in between, to send what no library would.
class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ =
        ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  RawClient(RawClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}
  ~RawClient() {
    if (socket_ >= 0) ::close(socket_);
  }

  bool connected() const { return connected_; }

  void Send(const std::string& bytes) const {
    size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t size = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) return;
      sent += static_cast<size_t>(size);
    }
  }

  // All that comes until the other side closes, for ten seconds at most.
  std::string ReadAll() const {
    std::string bytes;
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    while (absl::Now() < deadline) {
      if (!AwaitInput(absl::Seconds(1))) continue;
      char chunk[4096];
      const ssize_t size = ::recv(socket_, chunk, sizeof(chunk), 0);
      if (size <= 0) return bytes;
      bytes.append(chunk, static_cast<size_t>(size));
    }
    return absl::StrCat(bytes, "(not closed)");
  }

  // True when the other side has closed without a word.
  bool IsClosed() const {
    char byte = 0;
    return AwaitInput(absl::ZeroDuration()) && ::recv(socket_, &byte, 1, MSG_DONTWAIT) <= 0;
  }

 private:
  bool AwaitInput(absl::Duration limit) const {
    pollfd entry{socket_, POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(absl::ToInt64Milliseconds(limit))) > 0;
  }

  int socket_;
  bool connected_ = false;
};

class OpsServerTest : public ::testing::Test {
 protected:
  void Start(absl::Duration timeout = absl::Seconds(5)) {
    auto server = OpsServer::Start({.timeout = timeout},
                                   {.readiness =
                                        [this] {
                                          return Readiness{ready_.load(), "accounts: SERVING\n"};
                                        },
                                    .metrics =
                                        [this] {
                                          if (broken_.load())
                                            throw std::runtime_error("no metrics");
                                          return std::string("banso_calls_total 1\n");
                                        }});
    ASSERT_THAT(server, IsOk());
    server_ = *std::move(server);
  }

  std::string Ask(const std::string& bytes) const {
    const RawClient client(server_->port());
    client.Send(bytes);
    return client.ReadAll();
  }
  std::string Get(const std::string& path) const {
    return Ask(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  }

  std::atomic<bool> ready_{true};
  std::atomic<bool> broken_{false};
  std::unique_ptr<OpsServer> server_;
};

TEST_F(OpsServerTest, TellsThatTheProcessLives) {
  Start();
  EXPECT_THAT(Get("/healthz"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nok\n")));
}

TEST_F(OpsServerTest, TellsWhetherItShouldBeSentCalls) {
  Start();
  EXPECT_THAT(Get("/readyz"), AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("accounts: SERVING\n")));
  ready_ = false;
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(OpsServerTest, GivesTheMetricsInPrometheusForm) {
  Start();
  EXPECT_THAT(Get("/metrics?format=text"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("text/plain; version=0.0.4"),
                    HasSubstr("Connection: close"), EndsWith("banso_calls_total 1\n")));
}

TEST_F(OpsServerTest, RefusesOtherPathsAndMethods) {
  Start();
  EXPECT_THAT(Get("/"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Get("/metrics/../healthz"), StartsWith("HTTP/1.1 404 "));
  for (const char* method : {"HEAD", "PUT", "DELETE", "OPTIONS"}) {
    EXPECT_THAT(Ask(absl::StrCat(method, " /healthz HTTP/1.1\r\n\r\n")),
                AllOf(StartsWith("HTTP/1.1 405 "), HasSubstr("Allow: GET\r\n")))
        << method;
  }
  // What follows the header is read, so that the answer arrives; but never kept.
  EXPECT_THAT(Ask(absl::StrCat("POST /metrics HTTP/1.1\r\nContent-Length: 30000\r\n\r\n",
                               std::string(30000, 'x'))),
              StartsWith("HTTP/1.1 405 "));
}

TEST_F(OpsServerTest, RefusesWhatIsNoHttp) {
  Start();
  for (const std::string& bytes :
       {std::string("hello\r\n\r\n"), std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n", 11),
        std::string("GET /healthz HTTP/9.9\r\n\r\n"), std::string(300, '\0')}) {
    EXPECT_THAT(Ask(bytes), StartsWith("HTTP/1.1 400 "));
  }
}

TEST_F(OpsServerTest, RefusesAHeaderThatIsTooLong) {
  Start();
  EXPECT_THAT(
      Ask(absl::StrCat("GET /healthz HTTP/1.1\r\nX-Long: ", std::string(20'000, 'x'), "\r\n\r\n")),
      StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(Ask(absl::StrCat("GET /", std::string(20'000, 'x'), " HTTP/1.1\r\n\r\n")),
              StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(OpsServerTest, ClosesAConnectionWhoseRequestNeverEnds) {
  Start(absl::Milliseconds(100));
  const RawClient client(server_->port());
  client.Send("GET /healthz HTTP/1.1\r\nX-Half:");
  EXPECT_EQ(client.ReadAll(), "");
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(OpsServerTest, IsNotDisturbedByCallersWhoLeave) {
  Start();
  for (int i = 0; i < 50; ++i) {
    RawClient(server_->port()).Send(i % 2 == 0 ? "GET /metrics HTTP/1.1\r\n\r\n" : "GET /me");
  }
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(OpsServerTest, HoldsSixtyFourOfTwoHundredConnectionsAndRecovers) {
  Start();
  {
    std::vector<RawClient> clients;
    for (int i = 0; i < 200; ++i) {
      clients.emplace_back(server_->port());
      ASSERT_TRUE(clients.back().connected());
    }
    const auto closed = [&] {
      int count = 0;
      for (const RawClient& client : clients) count += client.IsClosed() ? 1 : 0;
      return count;
    };
    EXPECT_TRUE(testing::WaitUntil([&] { return closed() == 200 - 64; })) << closed();
  }
  EXPECT_TRUE(
      testing::WaitUntil([&] { return absl::StartsWith(Get("/healthz"), "HTTP/1.1 200 "); }));
}

TEST_F(OpsServerTest, LosesOnlyTheConnectionWhoseAnswerFails) {
  Start();
  broken_ = true;
  EXPECT_EQ(Get("/metrics"), "");
  broken_ = false;
  EXPECT_THAT(Get("/metrics"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(OpsServerTest, ClosesWithConnectionsOpen) {
  Start();
  const RawClient idle(server_->port());
  const RawClient half(server_->port());
  half.Send("GET /he");
  EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 "));
  const int port = server_->port();
  server_.reset();
  EXPECT_EQ(half.ReadAll(), "");
  EXPECT_FALSE(RawClient(port).connected());
}

TEST_F(OpsServerTest, SaysThatItsPortIsTaken) {
  Start();
  const auto second = OpsServer::Start({.port = server_->port()}, {});
  EXPECT_THAT(second.status(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        AllOf(HasSubstr("ops port"), HasSubstr("--ops_port"))));
  EXPECT_THAT(OpsServer::Start({.listen_host = "192.0.2.1"}, {}).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(OpsServerTest, ListensOnNamesAndBracketedAddresses) {
  for (const char* host : {"localhost", "[127.0.0.1]", "0.0.0.0"}) {
    const auto server = OpsServer::Start({.listen_host = host}, {});
    ASSERT_THAT(server, IsOk()) << host;
    EXPECT_GT((*server)->port(), 0);
  }
}

}  // namespace
}  // namespace banso::server

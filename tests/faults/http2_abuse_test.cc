// A client that abuses its connections harms nobody else, and cannot fill the memory.
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/faults/accounts_client.h"
#include "tests/faults/http2.h"
#include "tests/faults/service.h"

namespace banso::faults {
namespace {

using ::banso::testing::IsOk;
using http2::Connection;
using http2::Frame;
using http2::FrameType;
using http2::kMaxPayload;

constexpr char kGetAccount[] = "/banso.accounts.v1.AccountsService/GetAccount";
constexpr char kUnknownMethod[] = "/banso.accounts.v1.AccountsService/NoSuchMethod";
// One method of each kind that is served in a way of its own.
constexpr const char* kMethods[] = {
    kGetAccount,
    "/banso.accounts.v1.AccountsService/WatchChanges",
    kUnknownMethod,
    "/grpc.health.v1.Health/Watch",
};

// An ordinary user, who asks without a pause until the object goes, and asks again when told that
// the service is overloaded.
class User {
 public:
  explicit User(const std::string& address)
      : client_(address, absl::Seconds(30)), thread_([this] { Ask(); }) {}
  ~User() { End(); }

  // Ends it once it has had at least ten answers.
  void End() {
    if (!thread_.joinable()) return;
    ended_ = true;
    thread_.join();
  }

  // Once ended.
  int answers() const { return answers_; }
  int failures() const { return failures_; }
  int refusals() const { return refusals_; }
  absl::Duration longest() const { return longest_; }

 private:
  void Ask() {
    while (!ended_ || answers_ + failures_ < 10) {
      const absl::Time start = absl::Now();
      const absl::Status status = client_.Get("accounts/acme").status();
      if (absl::IsResourceExhausted(status)) {
        ++refusals_;
        continue;
      }
      ++(status.ok() ? answers_ : failures_);
      if (!status.ok()) std::printf("a user's call failed: %s\n", status.ToString().c_str());
      longest_ = std::max(longest_, absl::Now() - start);
    }
  }

  const AccountsClient client_;
  std::atomic<bool> ended_ = false;
  int answers_ = 0;
  int failures_ = 0;
  int refusals_ = 0;
  absl::Duration longest_;
  std::thread thread_;
};

// What the calls that a server holds may take while bursts of 20,000 that are cancelled come, one
// after the other: without a bound the first 60,000 took a gigabyte. And while they are opened.
constexpr int64_t kCancelledMib = 600;
constexpr int64_t kOpenedMib = 1000;

// A call that is begun and cancelled; `whole`: with its request in between, an empty message.
std::string Cancelled(uint32_t stream, const char* path, bool whole) {
  return absl::StrCat(
      Frame(FrameType::kHeaders, http2::kEndHeaders, stream, http2::CallHeaders(path)),
      whole ? Frame(FrameType::kData, http2::kEndStream, stream, std::string(5, '\0')) : "",
      Frame(FrameType::kRstStream, 0, stream, absl::string_view("\0\0\0\x8", 4)));
}

class Http2AbuseTest : public ::testing::Test {
 protected:
  Http2AbuseTest() {
    // As the service does for itself.
    rlimit limit = {};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = MaxOpenFiles();
    setrlimit(RLIMIT_NOFILE, &limit);
    service_.Start();
    accounts::v1::CreateAccountRequest request;
    request.set_account_id("acme");
    request.mutable_account()->set_display_name("Acme");
    EXPECT_THAT(AccountsClient(service_.address()).Create(request), IsOk());
    before_ = service_.MemoryMib();
  }

  // How many files a process may have open when it asks for as many as it can have.
  static rlim_t MaxOpenFiles() {
    rlimit limit = {};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max;
  }

  // Expects that the service stands, has served `user` all the time, and has not taken more than
  // `mib` of memory for the abuse.
  void ExpectUnharmed(User& user, int64_t mib) {
    user.End();
    const int64_t after = service_.MemoryMib();
    EXPECT_TRUE(service_.IsRunning()) << service_.Log();
    EXPECT_EQ(user.failures(), 0);
    EXPECT_LT(user.longest(), absl::Seconds(20));
    EXPECT_LT(after - before_, mib);
    std::printf(
        "memory %d MiB before, %d MiB after; %d answers to others, %d refusals, the longest took "
        "%s\n",
        static_cast<int>(before_), static_cast<int>(after), user.answers(), user.refusals(),
        absl::FormatDuration(user.longest()).c_str());
  }

  // Sends bursts of 20,000 calls, each as `call` makes it of a stream, a method and the number of
  // the burst, over a connection of their own, and expects that they take less than `mib` and that
  // the service stands; `on_burst` is told the method, and whether the connection was ended.
  void Flood(const std::function<std::string(uint32_t, const char*, int)>& call, int64_t mib,
             absl::FunctionRef<void(const std::string&, bool)> on_burst) {
    User user(service_.address());
    const AccountsClient client(service_.address());
    int64_t most = 0;
    for (const char* method : kMethods) {
      // Whoever is thrown out comes again.
      for (int attempt = 0; attempt < 6; ++attempt) {
        Connection connection(service_.port());
        ASSERT_TRUE(connection.Send(http2::Preface()));
        std::string burst;
        for (uint32_t stream = 1; stream < 40000; stream += 2) {
          absl::StrAppend(&burst, call(stream, method, attempt));
        }
        // It may all be on its way before the connection is reset.
        static_cast<void>(connection.Send(burst));
        on_burst(method, connection.AwaitEnd());
        most = std::max(most, service_.MemoryMib());
        // Comes after what the service still has to clear away.
        EXPECT_THAT(client.Get("accounts/acme"), IsOk());
      }
      std::printf("at most %d MiB up to %s\n", static_cast<int>(most), method);
    }
    EXPECT_LT(most - before_, mib);
    ExpectUnharmed(user, mib);
  }

  Service service_;
  int64_t before_ = 0;
};

TEST_F(Http2AbuseTest, BearsTenThousandIdleConnections) {
  // Fewer where the system lets a process have fewer: the test has as many open as the service.
  const int count = std::min(10000, static_cast<int>(MaxOpenFiles()) - 500);
  User user(service_.address());
  std::vector<Connection> connections;
  for (int i = 0; i < count; ++i) {
    connections.emplace_back(service_.port());
    // Every second one does not even say that it speaks HTTP/2.
    const bool speaks = i % 2 == 0;
    ASSERT_TRUE(connections.back().Send(speaks ? http2::Preface() : ""));
  }
  for (Connection& connection : connections) ASSERT_TRUE(connection.AwaitBytes());
  EXPECT_THAT(AccountsClient(service_.address()).Get("accounts/acme"), IsOk());
  const int64_t per_connection_kib = (service_.MemoryMib() - before_) * 1024 / count;
  std::printf("%d connections, %d KiB each\n", count, static_cast<int>(per_connection_kib));
  EXPECT_LT(per_connection_kib, 100);
  ExpectUnharmed(user, 1000);
}

TEST_F(Http2AbuseTest, BearsACallerWhoCancelsNowAndThen) {
  User user(service_.address());
  Connection connection(service_.port());
  ASSERT_TRUE(connection.Send(http2::Preface()));
  for (uint32_t stream = 1; stream < 800; stream += 2) {
    ASSERT_TRUE(connection.Send(Cancelled(stream, kGetAccount, true)));
  }
  // It is listened to as before.
  EXPECT_TRUE(connection.Send(Frame(FrameType::kPing, 0, 0, "12345678")));
  EXPECT_FALSE(connection.AwaitEnd(absl::Milliseconds(200)));
  ExpectUnharmed(user, 100);
}

// Calls that are begun and cancelled at once, of each kind (CVE-2023-44487).
TEST_F(Http2AbuseTest, EndsConnectionsThatCancelCallUponCall) {
  Flood([](uint32_t stream, const char* method,
           int attempt) { return Cancelled(stream, method, attempt % 2 == 0); },
        kCancelledMib, [](const std::string& method, bool ended) { EXPECT_TRUE(ended) << method; });
}

// The settings that would forbid it are never acknowledged. Calls that are answered at once, as
// those of unknown methods are, need not end the connection.
TEST_F(Http2AbuseTest, EndsConnectionsThatOpenCallUponCall) {
  std::map<std::string, int> ended;
  Flood(
      [](uint32_t stream, const char* method, int) {
        return Frame(FrameType::kHeaders, http2::kEndHeaders, stream, http2::CallHeaders(method));
      },
      kOpenedMib, [&ended](const std::string& method, bool end) { ended[method] += end ? 1 : 0; });
  for (const auto& [method, times] : ended) {
    std::printf("%d ended of %s\n", times, method.c_str());
    if (method != kUnknownMethod) {
      EXPECT_EQ(times, 6) << method;
    }
  }
}

TEST_F(Http2AbuseTest, EndsAConnectionThatFloodsItWithPings) {
  User user(service_.address());
  Connection connection(service_.port());
  ASSERT_TRUE(connection.Send(http2::Preface()));
  std::string pings;
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&pings, Frame(FrameType::kPing, 0, 0, "12345678"));
  }
  int sent = 0;
  while (sent < 200000 && connection.Send(pings)) sent += 1000;
  EXPECT_LT(sent, 200000) << "the server takes any number of pings";
  ExpectUnharmed(user, 100);
}

TEST_F(Http2AbuseTest, BearsHeadersWithoutEnd) {
  User user(service_.address());
  for (const size_t bytes : {size_t{1000}, size_t{16000}, size_t{1000000}}) {
    // One stream whose headers, of `bytes` each, go on for 64 MB.
    std::string headers = http2::CallHeaders(kGetAccount);
    while (headers.size() < 2000000) {
      absl::StrAppend(&headers, http2::LiteralHeader("x-more", std::string(bytes, 'x')));
    }
    Connection connection(service_.port());
    ASSERT_TRUE(connection.Send(http2::Preface()));
    bool open = connection.Send(
        Frame(FrameType::kHeaders, 0, 1, absl::string_view(headers).substr(0, kMaxPayload)));
    for (size_t sent = kMaxPayload; open && sent < 64000000; sent += kMaxPayload) {
      const size_t from = sent % headers.size();
      open = connection.Send(Frame(FrameType::kContinuation, 0, 1,
                                   absl::string_view(headers).substr(from, kMaxPayload)));
    }
  }
  ExpectUnharmed(user, 150);
}

}  // namespace
}  // namespace banso::faults

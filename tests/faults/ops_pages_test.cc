// What a process under load tells whoever runs it, until it has ended.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/accounts_service.grpc.pb.h"
#include "banso/accounts/v1/people_service.grpc.pb.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "tests/faults/accounts_client.h"
#include "tests/faults/http2.h"
#include "tests/faults/load.h"
#include "tests/faults/service.h"
#include "tests/journeys/patience.h"

namespace banso::faults {
namespace {

using ::banso::testing::WaitUntil;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int kLoadWriters = 16;
constexpr int kFetches = 50;
// What no page may show, wherever a caller has written it.
constexpr char kCanary[] = "canary-of-the-ops-pages";

struct Page {
  // 0: nobody listens, or the connection broke.
  int code = 0;
  std::string text;
};

// GET `path` from 127.0.0.1:`port`.
Page Fetch(int port, const std::string& path) {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  Page page;
  if (connect(file, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request =
        absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    send(file, request.data(), request.size(), MSG_NOSIGNAL);
    char buffer[65536];
    for (ssize_t size = 0; (size = recv(file, buffer, sizeof(buffer), 0)) > 0;) {
      page.text.append(buffer, static_cast<size_t>(size));
    }
  }
  close(file);
  constexpr size_t kCodeAt = sizeof("HTTP/1.1");
  if (!absl::StartsWith(page.text, "HTTP/1.1 ") ||
      !absl::SimpleAtoi(page.text.substr(kCodeAt, 3), &page.code)) {
    page.code = 0;
  }
  return page;
}

// The first number that stands behind `name` at the beginning of a line; -1 without one.
int64_t Metric(const std::string& metrics, const std::string& name) {
  const size_t at = metrics.find(absl::StrCat("\n", name));
  if (at == std::string::npos) return -1;
  const size_t begin = metrics.find(' ', at) + 1;
  int64_t value = -1;
  return absl::SimpleAtoi(metrics.substr(begin, metrics.find('\n', begin) - begin), &value) ? value
                                                                                            : -1;
}

// Leaves the canary wherever a caller may write something: in what is stored, in what is refused,
// in the names of a method, of a resource, of who acts and of a trace.
void PlantCanaries(const Service& service) {
  const auto stub = accounts::v1::PeopleService::NewStub(Connect(service.address()));
  for (const bool good : {true, false}) {
    accounts::v1::CreateStakeholderRequest request;
    request.set_parent(good ? kSharedAccount : absl::StrCat("accounts/", kCanary));
    request.mutable_stakeholder()->set_display_name(kCanary);
    request.mutable_stakeholder()->set_email(good ? absl::StrCat(kCanary, "@example.com")
                                                  : kCanary);
    request.set_request_id(absl::StrCat(kCanary, good));
    grpc::ClientContext context;
    context.AddMetadata("banso-actor", absl::StrCat("members/", kCanary));
    context.AddMetadata("traceparent", kCanary);
    accounts::v1::Stakeholder stored;
    EXPECT_EQ(stub->CreateStakeholder(&context, request, &stored).ok(), good);
  }
  http2::Connection connection(service.port());
  ASSERT_TRUE(connection.Send(absl::StrCat(
      http2::Preface(),
      http2::Frame(
          http2::FrameType::kHeaders, http2::kEndHeaders | http2::kEndStream, 1,
          http2::CallHeaders(absl::StrCat("/banso.accounts.v1.AccountsService/", kCanary))))));
  ASSERT_TRUE(connection.AwaitBytes());
}

TEST(OpsPagesTest, AnswerUnderLoadAndTellNothingThatACallerWrote) {
  Service service;
  service.Start();
  Load load(service.address(), kLoadWriters);
  ASSERT_TRUE(load.AwaitAcknowledgedByEach(3));
  ASSERT_NO_FATAL_FAILURE(PlantCanaries(service));
  const std::string created =
      "banso_calls_total{service=\"accounts\","
      "method=\"banso.accounts.v1.AccountsService/CreateAccount\",code=\"OK\"}";
  int64_t count = 0;
  for (int i = 0; i < kFetches; ++i) {
    EXPECT_EQ(Fetch(service.ops_port(), "/healthz").code, 200);
    EXPECT_EQ(Fetch(service.ops_port(), "/readyz").code, 200);
    const Page metrics = Fetch(service.ops_port(), "/metrics");
    EXPECT_EQ(metrics.code, 200);
    const int64_t now = Metric(metrics.text, created);
    EXPECT_GE(now, count);
    count = now;
  }
  EXPECT_GE(count, kLoadWriters);
  const Page metrics = Fetch(service.ops_port(), "/metrics");
  EXPECT_THAT(metrics.text, AllOf(HasSubstr("PeopleService/CreateStakeholder\",code=\"OK\"} 1\n"),
                                  HasSubstr("code=\"INVALID_ARGUMENT\"} 1\n"),
                                  HasSubstr("banso_calls_under_way"), Not(HasSubstr(kCanary))));
  EXPECT_THAT(Fetch(service.ops_port(), "/readyz").text, Not(HasSubstr(kCanary)));
  load.Stop();
  EXPECT_THAT(load.faults(), IsEmpty());
}

// A call that is under way until it is let go: an import whose sender pauses.
class LongCall {
 public:
  explicit LongCall(const std::string& address)
      : stub_(accounts::v1::AccountsService::NewStub(Connect(address))),
        stream_(stub_->ImportAccounts(&context_, &response_)) {
    accounts::v1::ImportAccountsRequest message;
    message.set_external_system("crm");
    accounts::v1::Account* account = message.add_accounts();
    account->set_display_name("Imported");
    accounts::v1::ExternalId* id = account->add_external_ids();
    id->set_system("crm");
    id->set_id("imported");
    EXPECT_TRUE(stream_->Write(message));
    const AccountsClient client(address);
    EXPECT_TRUE(
        WaitUntil([&] { return client.Get("accounts/imported").ok(); }, journeys::kPatience));
  }
  // Ends it; what it comes to.
  grpc::Status Finish() {
    stream_->WritesDone();
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  accounts::v1::ImportAccountsResponse response_;
  const std::unique_ptr<accounts::v1::AccountsService::Stub> stub_;
  const std::unique_ptr<grpc::ClientWriter<accounts::v1::ImportAccountsRequest>> stream_;
};

TEST(OpsPagesTest, TurnNotReadyAtSigtermAndStayHealthyUntilTheEnd) {
  Service service;
  service.Start();
  Load load(service.address(), kLoadWriters);
  ASSERT_TRUE(load.AwaitAcknowledgedByEach(3));
  ASSERT_EQ(Fetch(service.ops_port(), "/readyz").code, 200);
  LongCall call(service.address());
  std::vector<int> ready;
  std::vector<int> healthy;
  std::thread watcher([&] {
    bool held = true;
    while (true) {
      ready.push_back(Fetch(service.ops_port(), "/readyz").code);
      // It does not end while there is a call, so that there is time to look.
      if (ready.back() != 200 && std::exchange(held, false)) {
        EXPECT_TRUE(call.Finish().ok()) << "the call under way is lost";
      }
      healthy.push_back(Fetch(service.ops_port(), "/healthz").code);
      if (healthy.back() == 0) return;
    }
  });
  EXPECT_EQ(service.Stop(), 0) << service.Log();
  watcher.join();
  // The writers come to an end of what they are at.
  service.Start();
  load.Stop();
  EXPECT_THAT(load.faults(), IsEmpty());
  // The last of each may have met the end of the process.
  healthy.pop_back();
  if (ready.back() == 0) ready.pop_back();
  EXPECT_EQ(std::count(healthy.begin(), healthy.end(), 200), static_cast<int64_t>(healthy.size()));
  const auto turned = std::find(ready.begin(), ready.end(), 503);
  EXPECT_NE(turned, ready.end()) << "it never said that it goes";
  EXPECT_EQ(std::count(ready.begin(), turned, 200), turned - ready.begin());
  EXPECT_EQ(std::count(turned, ready.end(), 503), ready.end() - turned) << "ready once more";
  std::printf("ready %d times, then not %d times\n", static_cast<int>(turned - ready.begin()),
              static_cast<int>(ready.end() - turned));
}

}  // namespace
}  // namespace banso::faults

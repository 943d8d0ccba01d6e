#include "common/server/proxy.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/contract/errors.h"
#include "common/server/echo_server.h"
#include "common/server/join_call.h"
#include "common/server/silent_call.h"
#include "common/status_macros.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::Lt;

// A server that answers EchoService by asking another, and a peer that calls it.
class Gateway {
 public:
  explicit Gateway(Peer& backend, const Admission& admission = nullptr,
                   const ServerOptions& options = EchoServer::FastOptions()) {
    auto definition = std::make_unique<ServiceDefinition>("gateway", &clock_, nullptr);
    definition->Add(
        ProxyService(EchoRequest::descriptor()->file()->service(0), backend, admission));
    auto process = ServerProcess::Start(std::move(definition), options);
    BANSO_CHECK(process.ok());
    process_ = *std::move(process);
    peer_ = std::make_unique<Peer>(PeerOptions{.name = "gateway", .address = process_->address()});
  }

  Peer& peer() { return *peer_; }
  ServerProcess& process() { return *process_; }

 private:
  calendar::SystemClock clock_;
  std::unique_ptr<ServerProcess> process_;
  std::unique_ptr<Peer> peer_;
};

void AwaitProxyListeners(const Board& board, size_t count) {
  EXPECT_TRUE(testing::WaitUntil([&] { return board.listeners() >= count; }));
}

TEST(ProxyTest, PassesAUnaryCallThroughWithActorTraceAndDeadline) {
  EchoServer backend;
  Gateway gateway(backend.peer());
  Call call = TestCall();
  call.deadline = absl::Now() + absl::Seconds(3);
  EchoRequest request = Text("through");
  request.set_request_id("r-1");
  const auto response = gateway.peer().Call<EchoRequest, EchoResponse>(call, kEcho, request);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->text(), "through");
  EXPECT_EQ(response->actor(), "members/aoki");
  EXPECT_EQ(response->request_id(), "r-1");
  // Two margins: its own and the gateway's.
  EXPECT_THAT(response->seconds_left(), Lt(2.94));
}

TEST(ProxyTest, PassesErrorsBackWithTheirDetails) {
  EchoServer backend([](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    return contract::FailedPrecondition("KICKOFF_NOT_HELD", "accounts/acme", "not held", "Hold it");
  });
  Gateway gateway(backend.peer());
  const absl::Status status =
      gateway.peer().Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(contract::Reason(status), "KICKOFF_NOT_HELD");
  EXPECT_EQ(contract::Preconditions(status).size(), 1u);
}

TEST(ProxyTest, PassesAServerStreamThrough) {
  EchoServer backend;
  Gateway gateway(backend.peer());
  EchoRequest request = Text("again");
  request.set_count(500);
  const auto stream =
      gateway.peer().Stream<EchoRequest, EchoResponse>(TestCall(), kRepeat, request);
  EchoResponse response;
  for (int i = 0; i < 500; ++i) ASSERT_THAT(stream->Read(&response), IsOkAndHolds(true)) << i;
  EXPECT_TRUE(IsEndOfStream(stream->Read(&response).status()));
}

TEST(ProxyTest, PassesAWatchThroughAndTheCallersLeaving) {
  EchoServer backend;
  Gateway gateway(backend.peer());
  {
    const auto stream =
        gateway.peer().Stream<EchoRequest, EchoResponse>(TestCall(), kWatch, Text("x"));
    AwaitProxyListeners(backend.board(), 1);
    backend.board().Say("hello");
    EchoResponse response;
    ASSERT_THAT(stream->Read(&response, absl::Now() + absl::Seconds(5)), IsOkAndHolds(true));
    EXPECT_EQ(response.text(), "hello");
  }
  // Waits for its streams; it would take five seconds if the backend's were still open.
  const absl::Time start = absl::Now();
  gateway.process().Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
}

TEST(ProxyTest, EndsForwardedWatchesWhenItStops) {
  EchoServer backend;
  Gateway gateway(backend.peer());
  const auto stream =
      gateway.peer().Stream<EchoRequest, EchoResponse>(TestCall(), kWatch, Text("x"));
  AwaitProxyListeners(backend.board(), 1);
  gateway.process().Stop();
  EchoResponse response;
  EXPECT_THAT(stream->Read(&response, absl::Now() + absl::Seconds(5)).status(),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST(ProxyTest, DoesNotWaitForAWatchWhoseRequestNeverComes) {
  EchoServer backend;
  Gateway gateway(backend.peer());  // Would drain for five seconds.
  SilentCall silent(gateway.process().address(), kWatch);
  ASSERT_TRUE(testing::WaitUntil([&] { return gateway.process().state().calls == 1; }));
  const absl::Time start = absl::Now();
  gateway.process().Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(2));
  EXPECT_THAT(silent.Await(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(ProxyTest, ForwardsAsManyStreamsAsACallerMayHave) {
  EchoServer backend;
  ServerOptions options = EchoServer::FastOptions();
  options.max_streams_of_caller = 1;
  Gateway gateway(backend.peer(), nullptr, options);
  const auto open = [&](const std::string& actor) {
    Call call = TestCall();
    call.actor = actor;
    return gateway.peer().Stream<EchoRequest, EchoResponse>(call, kWatch, Text("x"));
  };
  const auto first = open("members/aoki");
  AwaitProxyListeners(backend.board(), 1);
  EchoResponse response;
  EXPECT_EQ(contract::Reason(open("members/aoki")->Read(&response).status()), "TOO_MANY_STREAMS");
  const auto other = open("members/ueda");
  AwaitProxyListeners(backend.board(), 2);
}

TEST(ProxyTest, PassesAClientStreamThrough) {
  EchoServer backend;
  Gateway gateway(backend.peer());
  std::vector<std::string> messages;
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    messages.push_back(Text(absl::StrCat(i, ";")).SerializeAsString());
    absl::StrAppend(&expected, i, ";");
  }
  EXPECT_THAT(JoinCall(gateway.process().address(), messages).Await(), IsOkAndHolds(expected));
}

TEST(ProxyTest, PassesBackAnErrorBeforeTheClientStreamEnds) {
  EchoServer backend;
  Gateway gateway(backend.peer());
  EXPECT_THAT(JoinCall(gateway.process().address(), {"\xff\xff"}).Await(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ProxyTest, AsksTheAdmissionFirst) {
  EchoServer backend;
  Gateway gateway(backend.peer(),
                  [](const Call& call, const google::protobuf::MethodDescriptor& method,
                     const std::string& request) -> absl::Status {
                    EchoRequest parsed;
                    parsed.ParseFromString(request);
                    if (parsed.text() != "secret") return absl::OkStatus();
                    return contract::PermissionDenied(
                        "NOT_YOURS", absl::StrCat(call.actor, " may not ", method.name()));
                  });
  EXPECT_THAT((gateway.peer().Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("open"))),
              IsOk());
  EXPECT_THAT(
      (gateway.peer().Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("secret")).status()),
      StatusIs(absl::StatusCode::kPermissionDenied, "members/aoki may not Echo"));
  EchoResponse response;
  EXPECT_THAT((gateway.peer()
                   .Stream<EchoRequest, EchoResponse>(TestCall(), kWatch, Text("secret"))
                   ->Read(&response)
                   .status()),
              StatusIs(absl::StatusCode::kPermissionDenied, "members/aoki may not Watch"));
  EXPECT_EQ(backend.board().listeners(), 0u);
}

TEST(ProxyTest, SaysThatTheBackendIsAway) {
  auto backend = std::make_unique<EchoServer>();
  Peer peer({.name = "echo", .address = backend->process().address()});
  Gateway gateway(peer);
  backend.reset();
  EchoResponse response;
  EXPECT_THAT(
      (gateway.peer().Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")).status()),
      StatusIs(absl::StatusCode::kUnavailable, "echo does not answer"));
  EXPECT_THAT((gateway.peer()
                   .Stream<EchoRequest, EchoResponse>(TestCall(), kWatch, Text("x"))
                   ->Read(&response)
                   .status()),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST(ProxyTest, HoldsNoThreadWhileTheBackendWorks) {
  absl::Notification release;
  std::atomic<int> entered{0};
  ServerOptions options = EchoServer::FastOptions();
  options.executor.normal = {.threads = 32, .queue = 100};
  EchoServer backend(
      [&](const Call& call, const EchoRequest& request) {
        ++entered;
        release.WaitForNotification();
        return EchoServer::EchoBack(call, request);
      },
      options);
  Gateway gateway(backend.peer());  // Four threads.
  std::vector<PendingReply<EchoResponse>> replies;
  for (int i = 0; i < 20; ++i) {
    replies.push_back(
        gateway.peer().Start<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")));
  }
  EXPECT_TRUE(testing::WaitUntil([&] { return entered == 20; }));
  release.Notify();
  for (auto& reply : replies) EXPECT_THAT(reply.Await(), IsOk());
}

}  // namespace
}  // namespace banso::server

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/contract/errors.h"
#include "common/server/echo_server.h"
#include "common/server/trace.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::_;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;

// Sends bytes and waits for what comes back.
absl::StatusOr<std::string> CallRaw(Peer& peer, const Call& call, const std::string& method,
                                    const std::string& request, const Peer::Headers& headers = {}) {
  absl::Notification done;
  absl::StatusOr<std::string> result;
  peer.CallRaw(
      call, method, request,
      [&](absl::StatusOr<std::string> reply) {
        result = std::move(reply);
        done.Notify();
      },
      headers);
  done.WaitForNotification();
  return result;
}

TEST(UnaryTest, AnswersAndPassesOnWhoActsAndTheTrace) {
  EchoServer server;
  Call call = TestCall();
  call.trace_parent = NextTraceParent("");
  const auto response = server.Echo(call, "おはよう");
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->text(), "おはよう");
  EXPECT_EQ(response->actor(), "members/aoki");
  EXPECT_EQ(TraceId(response->trace_parent()), TraceId(call.trace_parent));
  EXPECT_NE(response->trace_parent(), call.trace_parent);
}

TEST(UnaryTest, BeginsATraceWhereThereIsNone) {
  EchoServer server;
  const auto response = server.Echo(TestCall(), "x");
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(TraceId(response->trace_parent()).size(), 32u);
}

TEST(UnaryTest, TakesTheRequestIdFromTheRequestAlone) {
  EchoServer server;
  Call call = TestCall();
  call.request_id = "of-the-calling-service";
  EchoRequest request = Text("x");
  auto response = server.peer().Call<EchoRequest, EchoResponse>(call, kEcho, request);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->request_id(), "");
  request.set_request_id("r-1");
  response = server.peer().Call<EchoRequest, EchoResponse>(call, kEcho, request);
  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->request_id(), "r-1");
}

TEST(UnaryTest, RefusesARequestThatBreaksFieldRulesWithAllViolations) {
  EchoServer server;
  EchoRequest request;
  request.set_count(-1);
  const auto response = server.peer().Call<EchoRequest, EchoResponse>(TestCall(), kEcho, request);
  ASSERT_THAT(response.status(), StatusIs(absl::StatusCode::kInvalidArgument));
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(response.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre("text", "count"));
}

TEST(UnaryTest, RefusesBytesThatAreNoMessage) {
  EchoServer server;
  struct Case {
    const char* name;
    std::string bytes;
  };
  for (const Case& c : {Case{"broken encoding", std::string("\x0a\x05xy", 4)},
                        Case{"text that is not UTF-8", std::string("\x0a\x02\xff\xfe", 4)}}) {
    SCOPED_TRACE(c.name);
    EXPECT_THAT(CallRaw(server.peer(), TestCall(), kEcho, c.bytes).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("EchoRequest")));
  }
}

TEST(UnaryTest, AnswersRawBytesUntouched) {
  EchoServer server;
  const std::string bytes("\xff\x00\x01", 3);
  const auto reply = CallRaw(server.peer(), TestCall(), kEchoRaw, bytes);
  ASSERT_THAT(reply, IsOk());
  EXPECT_EQ(*reply, bytes);
}

TEST(UnaryTest, RefusesAMethodThatNobodyServes) {
  EchoServer server;
  EXPECT_THAT(
      CallRaw(server.peer(), TestCall(), "banso.server.testdata.EchoService/Shout", "").status(),
      StatusIs(absl::StatusCode::kUnimplemented,
               HasSubstr("there is no method \"/banso.server.testdata.EchoService/Shout\"")));
}

TEST(UnaryTest, ReturnsAHandlersErrorWithItsDetails) {
  EchoServer server([](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    return contract::FailedPrecondition("KICKOFF_NOT_HELD", "accounts/acme",
                                        "the kickoff has not been held", "Hold it");
  });
  const absl::Status status = server.Echo(TestCall(), "x").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(contract::Reason(status), "KICKOFF_NOT_HELD");
  const auto causes = contract::Preconditions(status);
  ASSERT_EQ(causes.size(), 1u);
  EXPECT_EQ(causes[0].subject, "accounts/acme");
}

TEST(UnaryTest, ReturnsManyLongViolations) {
  EchoServer server([](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    contract::Violations violations;
    for (int i = 0; i < 500; ++i) {
      violations.Add(absl::StrCat("rows[", i, "].display_name"), "とても長い名前のお客様",
                     "1 から 10 文字まで", "TOO_LONG");
    }
    return violations.ToStatus();
  });
  // A client with the library's own limits, not ours.
  const auto channel =
      grpc::CreateChannel(server.process().address(), grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  const grpc::Slice slice(Text("x").SerializeAsString());
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  absl::Notification done;
  grpc::Status status;
  stub.UnaryCall(&context, absl::StrCat("/", kEcho), {}, &request, &response,
                 [&](grpc::Status result) {
                   status = std::move(result);
                   done.Notify();
                 });
  done.WaitForNotification();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  EXPECT_FALSE(status.error_details().empty());
}

TEST(UnaryTest, HidesTheCauseOfAnInternalError) {
  EchoServer server([](const Call&, const EchoRequest&) -> absl::StatusOr<EchoResponse> {
    return contract::Internal("secret cause");
  });
  const absl::Status status = server.Echo(TestCall(), "x").status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, Not(HasSubstr("secret"))));
  EXPECT_EQ(contract::Cause(status), "");
}

TEST(UnaryTest, TurnsAnExceptionIntoAnInternalErrorAndGoesOn) {
  EchoServer server(
      [](const Call& call, const EchoRequest& request) -> absl::StatusOr<EchoResponse> {
        if (request.text() == "throw") throw std::runtime_error("secret cause");
        return EchoServer::EchoBack(call, request);
      });
  EXPECT_THAT(server.Echo(TestCall(), "throw").status(),
              StatusIs(absl::StatusCode::kInternal, Not(HasSubstr("secret"))));
  EXPECT_THAT(server.Echo(TestCall(), "x"), IsOk());
}

TEST(UnaryTest, PassesOnTheDeadlineLessAMargin) {
  EchoServer server;
  Call call = TestCall();
  call.deadline = absl::Now() + absl::Seconds(3);
  const auto response = server.Echo(call, "x");
  ASSERT_THAT(response, IsOk());
  EXPECT_THAT(response->seconds_left(), AllOf(Ge(2.0), Le(2.96)));
}

TEST(UnaryTest, ImposesADeadlineWhereTheCallerGaveNone) {
  EchoServer server;
  const auto channel =
      grpc::CreateChannel(server.process().address(), grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  const grpc::Slice slice(Text("x").SerializeAsString());
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer bytes;
  absl::Notification done;
  stub.UnaryCall(&context, absl::StrCat("/", kEcho), {}, &request, &bytes,
                 [&](const grpc::Status& /*status*/) { done.Notify(); });
  done.WaitForNotification();
  grpc::Slice answer;
  ASSERT_TRUE(bytes.DumpToSingleSlice(&answer).ok());
  EchoResponse response;
  ASSERT_TRUE(response.ParseFromArray(answer.begin(), static_cast<int>(answer.size())));
  EXPECT_THAT(response.seconds_left(), AllOf(Ge(25.0), Le(30.0)));
}

TEST(UnaryTest, EndsACallAtItsDeadline) {
  absl::Notification release;
  EchoServer server([&](const Call& call, const EchoRequest& request) {
    release.WaitForNotification();
    return EchoServer::EchoBack(call, request);
  });
  Call call = TestCall();
  call.deadline = absl::Now() + absl::Milliseconds(150);
  EXPECT_THAT(server.Echo(call, "x").status(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  release.Notify();
}

TEST(UnaryTest, RefusesACallThatExpiredWhileItWaited) {
  ServerOptions options = EchoServer::FastOptions();
  options.executor.normal = {.threads = 1, .queue = 10};
  absl::Notification entered;
  absl::Notification release;
  std::atomic<int> handled{0};
  EchoServer server(
      [&](const Call& call, const EchoRequest& request) {
        ++handled;
        if (request.text() == "block") {
          entered.Notify();
          release.WaitForNotification();
        }
        return EchoServer::EchoBack(call, request);
      },
      options);
  auto blocking = server.peer().Start<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("block"));
  entered.WaitForNotification();
  Call call = TestCall();
  call.deadline = absl::Now() + absl::Milliseconds(150);
  EXPECT_THAT(server.Echo(call, "late").status(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  // A timeout travels rounded up: the server's deadline is a little later than the caller's.
  const absl::Time expired = call.deadline + absl::Milliseconds(100);
  ASSERT_TRUE(testing::WaitUntil([&] { return absl::Now() > expired; }));
  release.Notify();
  EXPECT_THAT(blocking.Await(), IsOk());
  // The one thread has passed the expired call when this one is answered.
  EXPECT_THAT(server.Echo(TestCall(), "last"), IsOk());
  EXPECT_EQ(handled, 2);
}

TEST(UnaryTest, RefusesCallsBeyondTheQueueWithRetryInfo) {
  ServerOptions options = EchoServer::FastOptions();
  options.executor.normal = {.threads = 1, .queue = 1};
  absl::Notification entered;
  absl::Notification release;
  EchoServer server(
      [&](const Call& call, const EchoRequest& request) {
        if (request.text() == "block") {
          entered.Notify();
          release.WaitForNotification();
        }
        return EchoServer::EchoBack(call, request);
      },
      options);
  auto blocking = server.peer().Start<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("block"));
  entered.WaitForNotification();
  std::vector<PendingReply<EchoResponse>> pending;
  for (int i = 0; i < 3; ++i) {
    pending.push_back(server.peer().Start<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")));
  }
  // Two of the three found the only place taken; they are answered while the handler blocks.
  std::vector<absl::Status> refused;
  std::thread watcher([&] {
    // Nobody tells when a call waits in the queue; the others are refused meanwhile.
    testing::WaitUntil([] { return false; }, absl::Milliseconds(100));
    release.Notify();
  });
  for (auto& reply : pending) {
    absl::Status status = reply.Await().status();
    if (!status.ok()) refused.push_back(status);
  }
  watcher.join();
  EXPECT_THAT(blocking.Await(), IsOk());
  ASSERT_EQ(refused.size(), 2u);
  for (const absl::Status& status : refused) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
    EXPECT_TRUE(contract::RetryDelay(status).has_value());
  }
}

TEST(UnaryTest, RefusesAMessageBeyondTheLimit) {
  EchoServer server;
  const std::string bytes(kMaxMessageBytes + 1, 'x');
  EXPECT_THAT(CallRaw(server.peer(), TestCall(), kEchoRaw, bytes).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

// The library would keep all of it before it refuses it.
TEST(UnaryTest, EndsTheConnectionOfAMessageFarBeyondTheLimit) {
  EchoServer server;
  EXPECT_THAT(CallRaw(server.peer(), TestCall(), kEchoRaw, std::string(5'500'000, 'x')).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
  std::string far_beyond;
  far_beyond.resize(200'000'000);
  const absl::Status refused = CallRaw(server.peer(), TestCall(), kEchoRaw, far_beyond).status();
  EXPECT_TRUE(absl::IsUnavailable(refused) || absl::IsResourceExhausted(refused)) << refused;
  EXPECT_THAT(CallRaw(server.peer(), TestCall(), kEchoRaw, "x").status(), IsOk());
}

TEST(UnaryTest, TakesLargeMessagesAndSmallOnesByOneConnection) {
  EchoServer server;
  Peer peer({.name = "echo", .address = server.process().address(), .channels = 1});
  const std::string large(4'000'000, 'x');
  std::atomic<int> failures{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> callers;
  for (int i = 0; i < 6; ++i) {
    callers.emplace_back([&] {
      for (int j = 0; j < 4; ++j) {
        if (!CallRaw(peer, TestCall(), kEchoRaw, large).ok()) ++failures;
      }
    });
  }
  std::thread small([&] {
    while (!done) {
      if (!CallRaw(peer, TestCall(), kEchoRaw, "x").ok()) ++failures;
    }
  });
  for (std::thread& caller : callers) caller.join();
  done = true;
  small.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(server.process().state().ended_connections, 0);
}

TEST(UnaryTest, TellsTheHandlerThatItsCallerHasGone) {
  absl::Notification entered;
  absl::Notification noticed;
  EchoServer server([&](const Call& call, const EchoRequest& request) {
    entered.Notify();
    testing::WaitUntil([&] { return call.is_cancelled(); });
    noticed.Notify();
    return EchoServer::EchoBack(call, request);
  });
  const Call call = TestCall();
  auto reply = server.peer().Start<EchoRequest, EchoResponse>(call, kEcho, Text("x"));
  entered.WaitForNotification();
  call.cancelled->store(true);
  EXPECT_THAT(reply.Await().status(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(noticed.WaitForNotificationWithTimeout(absl::Seconds(5)));
}

TEST(SuiteKeyTest, AnswersOnlyThoseWhoSendTheKey) {
  ServerOptions options = EchoServer::FastOptions();
  options.suite_key = "0123456789abcdef";
  EchoServer server(nullptr, options);
  EXPECT_THAT(server.Echo(TestCall(), "x"), IsOk());
  for (const std::string& key :
       {std::string(), std::string("0123456789abcdeX"), std::string("0123456789abcdef0")}) {
    Peer stranger({.name = "echo", .address = server.process().address(), .suite_key = key});
    const absl::Status status =
        stranger.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated)) << key;
    EXPECT_EQ(contract::Reason(status), "SUITE_KEY_REQUIRED");
  }
}

TEST(SuiteKeyTest, RefusesToListenToTheNetworkWithoutAKey) {
  calendar::SystemClock clock;
  ServerOptions options = EchoServer::FastOptions();
  options.listen_host = "0.0.0.0";
  const auto process =
      ServerProcess::Start(std::make_unique<ServiceDefinition>("echo", &clock, nullptr), options);
  EXPECT_THAT(process.status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("--suite_key_file")));
}

TEST(AuthenticatorTest, ReplacesTheSuiteKeyAndNamesTheCaller) {
  calendar::SystemClock clock;
  Board board;
  auto definition = std::make_unique<ServiceDefinition>("echo", &clock, nullptr);
  definition->Add(EchoRouter(board, [](const Call& call, const EchoRequest& request) {
    return EchoServer::EchoBack(call, request);
  }));
  std::atomic<bool> refuse{false};
  definition->SetAuthenticator([&](const Incoming& incoming, Call* call) -> absl::Status {
    if (refuse) return contract::Unauthenticated("TOKEN_REQUIRED", "a token is missing");
    call->actor = absl::StrCat("members/", incoming.header("authorization"));
    return absl::OkStatus();
  });
  auto process = ServerProcess::Start(std::move(definition), EchoServer::FastOptions());
  ASSERT_THAT(process, IsOk());
  Peer peer({.name = "echo", .address = (*process)->address()});
  const auto reply =
      CallRaw(peer, TestCall(), kEcho, Text("x").SerializeAsString(), {{"authorization", "sato"}});
  ASSERT_THAT(reply, IsOk());
  EchoResponse response;
  ASSERT_TRUE(response.ParseFromString(*reply));
  EXPECT_EQ(response.actor(), "members/sato");
  refuse = true;
  EXPECT_EQ(
      contract::Reason(peer.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")).status()),
      "TOKEN_REQUIRED");
}

TEST(PeerTest, SaysThatAPeerCannotBeReached) {
  int port = 0;
  {
    EchoServer server;
    port = server.process().port();
  }
  Peer peer({.name = "echo", .address = absl::StrCat("127.0.0.1:", port)});
  const absl::Status status =
      peer.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("echo")));
  EXPECT_TRUE(contract::RetryDelay(status).has_value());
}

TEST(PeerTest, IsUnavailableUntilItsAddressIsKnown) {
  EchoServer server;
  Peer peer({.name = "echo"});
  EXPECT_THAT((peer.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x")).status()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("--echo_address")));
  peer.SetAddress(server.process().address());
  const auto response = peer.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x"));
  EXPECT_THAT(response, IsOk());
}

TEST(PeerTest, RefusesAMethodOrTypesThatTheProtoDoesNotHave) {
  EchoServer server;
  EXPECT_THAT((server.peer()
                   .Call<EchoRequest, EchoResponse>(
                       TestCall(), "banso.server.testdata.EchoService/Sing", Text("x"))
                   .status()),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT((server.peer().Call<EchoRequest, EchoRequest>(TestCall(), kEcho, Text("x")).status()),
              StatusIs(absl::StatusCode::kInternal));
}

TEST(PeerTest, CallsSeveralAtATime) {
  EchoServer server;
  std::vector<PendingReply<EchoResponse>> replies;
  for (int i = 0; i < 20; ++i) {
    replies.push_back(
        server.peer().Start<EchoRequest, EchoResponse>(TestCall(), kEcho, Text(absl::StrCat(i))));
  }
  for (int i = 0; i < 20; ++i) {
    const auto response = replies[i].Await();
    ASSERT_THAT(response, IsOk());
    EXPECT_EQ(response->text(), absl::StrCat(i));
  }
}

}  // namespace
}  // namespace banso::server

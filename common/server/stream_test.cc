#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "common/contract/errors.h"
#include "common/server/echo_server.h"
#include "common/server/join_call.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

std::unique_ptr<ReadStream<EchoResponse>> Open(EchoServer& server, const std::string& method,
                                               const EchoRequest& request) {
  return server.peer().Stream<EchoRequest, EchoResponse>(TestCall(), method, request);
}

// Waits until as many watchers wait as expected, so that nothing said afterwards escapes them.
void AwaitListeners(const Board& board, size_t count) {
  EXPECT_TRUE(testing::WaitUntil([&] { return board.listeners() >= count; }));
}

TEST(SinkTest, SendsEveryMessageInOrderAndEnds) {
  EchoServer server;
  EchoRequest request = Text("again");
  request.set_count(1000);
  const auto stream = Open(server, kRepeat, request);
  EchoResponse response;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_THAT(stream->Read(&response), IsOkAndHolds(true)) << i;
    EXPECT_EQ(response.text(), "again");
  }
  EXPECT_TRUE(IsEndOfStream(stream->Read(&response).status()));
}

TEST(SinkTest, ChecksTheRequestsFields) {
  EchoServer server;
  EchoResponse response;
  const absl::Status status = Open(server, kRepeat, EchoRequest())->Read(&response).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_FALSE(contract::FieldViolations(status).empty());
}

TEST(SinkTest, EndsTheHandlerWhenTheCallerLeaves) {
  EchoServer server;
  EchoRequest request = Text(std::string(100, 'x'));
  request.set_count(1000000);
  EchoResponse response;
  {
    const auto stream = Open(server, kRepeat, request);
    ASSERT_THAT(stream->Read(&response), IsOkAndHolds(true));
  }
  // Would wait for its five seconds of drain if the handler went on writing.
  const absl::Time start = absl::Now();
  server.process().Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(4));
}

TEST(SourceTest, JoinsWhatTheCallerSends) {
  EchoServer server;
  std::vector<std::string> messages;
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    const std::string text = absl::StrCat(i, ";");
    messages.push_back(Text(text).SerializeAsString());
    expected += text;
  }
  EXPECT_THAT(JoinCall(server.process().address(), messages).Await(), IsOkAndHolds(expected));
}

TEST(SourceTest, GivesEachMessageTheTimeAtWhichItCameIn) {
  EchoServer server;
  const absl::Time start = server.clock().TimeNow();
  JoinCall call(server.process().address());
  call.Send(Text("a").SerializeAsString());
  ASSERT_TRUE(testing::WaitUntil([&] { return server.board().size() == 1; }));
  BANSO_ASSERT_OK(server.clock().SetTime(start + absl::Hours(20)));
  call.Send(Text("b").SerializeAsString());
  EXPECT_THAT(call.Await(), IsOkAndHolds("ab"));
  std::string first;
  std::string second;
  ASSERT_TRUE(server.board().Read(0, &first));
  ASSERT_TRUE(server.board().Read(1, &second));
  EXPECT_EQ(first, absl::FormatTime(start, absl::UTCTimeZone()));
  EXPECT_EQ(second, absl::FormatTime(start + absl::Hours(20), absl::UTCTimeZone()));
}

TEST(SourceTest, AnswersACallerWhoSendsNothing) {
  EchoServer server;
  EXPECT_THAT(JoinCall(server.process().address(), {}).Await(), IsOkAndHolds(""));
}

TEST(SourceTest, RefusesBytesThatAreNoMessage) {
  EchoServer server;
  EXPECT_THAT(JoinCall(server.process().address(), {"\xff\xff"}).Await(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("EchoRequest")));
}

TEST(FeedTest, SendsWhatHappensWhileItIsOpen) {
  EchoServer server;
  const auto stream = Open(server, kWatch, Text("x"));
  AwaitListeners(server.board(), 1);
  EchoResponse response;
  EXPECT_THAT(stream->Read(&response, absl::Now() + absl::Milliseconds(20)), IsOkAndHolds(false));
  for (int i = 0; i < 300; ++i) server.board().Say(absl::StrCat(i));
  for (int i = 0; i < 300; ++i) {
    ASSERT_THAT(stream->Read(&response, absl::Now() + absl::Seconds(5)), IsOkAndHolds(true));
    EXPECT_EQ(response.text(), absl::StrCat(i));
  }
}

TEST(FeedTest, LosesNothingWhenManySpeakAtOnce) {
  EchoServer server;
  const auto stream = Open(server, kWatch, Text("x"));
  AwaitListeners(server.board(), 1);
  std::vector<std::thread> speakers;
  for (int s = 0; s < 4; ++s) {
    speakers.emplace_back([&] {
      for (int i = 0; i < 250; ++i) server.board().Say("word");
    });
  }
  EchoResponse response;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_THAT(stream->Read(&response, absl::Now() + absl::Seconds(5)), IsOkAndHolds(true)) << i;
  }
  for (std::thread& speaker : speakers) speaker.join();
}

TEST(FeedTest, EndsWhenItsCallerIsNoLongerLetIn) {
  calendar::TestClock clock(absl::FromUnixSeconds(1743465600));
  Board board;
  std::atomic<bool> revoked = false;
  auto definition = std::make_unique<ServiceDefinition>("echo", &clock, &clock);
  definition->Add(EchoRouter(board, &EchoServer::EchoBack));
  definition->SetAuthenticator([&](const Incoming&, Call*) {
    return revoked ? contract::Unauthenticated("TOKEN_REVOKED", "the token was revoked")
                   : absl::OkStatus();
  });
  ServerOptions options = EchoServer::FastOptions();
  options.idle_period = absl::Milliseconds(40);
  const auto process = ServerProcess::Start(std::move(definition), options);
  ASSERT_THAT(process, IsOk());
  Peer peer({.name = "echo", .address = (*process)->address()});
  const auto stream = peer.Stream<EchoRequest, EchoResponse>(TestCall(), kWatch, Text("x"));
  AwaitListeners(board, 1);
  revoked = true;
  EchoResponse response;
  absl::Status status;
  while (status.ok()) status = stream->Read(&response).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(contract::Reason(status), "TOKEN_REVOKED");
}

Call CallOf(const std::string& actor) {
  Call call = TestCall();
  call.actor = actor;
  return call;
}

TEST(FeedTest, LeavesRoomForOthersWhateverOneCallerOpens) {
  ServerOptions options = EchoServer::FastOptions();
  options.max_open_streams = 8;
  options.max_streams_of_caller = 5;
  EchoServer server(nullptr, options);
  std::vector<std::unique_ptr<ReadStream<EchoResponse>>> streams;
  const auto open = [&](const std::string& actor) {
    return server.peer().Stream<EchoRequest, EchoResponse>(CallOf(actor), kWatch, Text("x"));
  };
  for (int i = 0; i < 5; ++i) streams.push_back(open("members/aoki"));
  AwaitListeners(server.board(), 5);
  EchoResponse response;
  const absl::Status refused = open("members/aoki")->Read(&response).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted,
                                HasSubstr("members/aoki has 5 streams open, which is as many as it "
                                          "may have; retry in ")));
  EXPECT_EQ(contract::Reason(refused), "TOO_MANY_STREAMS");
  EXPECT_TRUE(contract::RetryDelay(refused).has_value());
  // Others have theirs, until all are taken.
  for (const char* other : {"members/ueda", "members/ito", "services/crm"}) {
    streams.push_back(open(other));
  }
  AwaitListeners(server.board(), 8);
  EXPECT_THAT(open("members/sato")->Read(&response).status(),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("echo has 8 streams open")));
  EXPECT_EQ(server.process().state().open_streams, 8);
  EXPECT_EQ(server.process().state().refused_streams, 2);
  // What is ended makes room.
  streams.erase(streams.begin(), streams.begin() + 2);
  EXPECT_TRUE(testing::WaitUntil([&] { return server.process().state().open_streams == 6; }));
  streams.push_back(open("members/aoki"));
  EXPECT_TRUE(testing::WaitUntil([&] { return server.process().state().open_streams == 7; }));
}

// Without a name all connections of a host count together.
TEST(FeedTest, CountsCallersWithoutANameByTheirHost) {
  ServerOptions options = EchoServer::FastOptions();
  options.max_streams_of_caller = 2;
  EchoServer server(nullptr, options);
  Peer another({.name = "echo", .address = server.process().address()});
  const auto open = [](Peer& peer) {
    return peer.Stream<EchoRequest, EchoResponse>(CallOf(""), kWatch, Text("x"));
  };
  const auto first = open(server.peer());
  const auto second = open(another);
  AwaitListeners(server.board(), 2);
  EchoResponse response;
  EXPECT_THAT(open(another)->Read(&response).status(),
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("127.0.0.1 has 2 streams")));
}

TEST(FeedTest, HoldsNoThreadWhileIdle) {
  EchoServer server;  // Four threads for streams.
  std::vector<std::unique_ptr<ReadStream<EchoResponse>>> streams;
  for (int i = 0; i < 50; ++i) streams.push_back(Open(server, kWatch, Text("x")));
  AwaitListeners(server.board(), 50);
  server.board().Say("to all");
  EchoResponse response;
  for (const auto& stream : streams) {
    ASSERT_THAT(stream->Read(&response, absl::Now() + absl::Seconds(5)), IsOkAndHolds(true));
    EXPECT_EQ(response.text(), "to all");
  }
}

TEST(FeedTest, ShowsThatItLives) {
  ServerOptions options = EchoServer::FastOptions();
  options.idle_period = absl::Milliseconds(40);
  EchoServer server(nullptr, options);
  const auto stream = Open(server, kWatch, Text("x"));
  EchoResponse response;
  for (int i = 0; i < 3; ++i) {
    ASSERT_THAT(stream->Read(&response, absl::Now() + absl::Seconds(5)), IsOkAndHolds(true));
    EXPECT_EQ(response.text(), "(idle)");
  }
  server.board().Say("awake");
  do {
    ASSERT_THAT(stream->Read(&response, absl::Now() + absl::Seconds(5)), IsOkAndHolds(true));
  } while (response.text() == "(idle)");
  EXPECT_EQ(response.text(), "awake");
}

TEST(FeedTest, ForgetsACallerWhoLeaves) {
  EchoServer server;
  {
    const auto stream = Open(server, kWatch, Text("x"));
    AwaitListeners(server.board(), 1);
  }
  // Wakes the feed of a caller who is gone or going; both must be harmless.
  server.board().Say("to nobody");
  const absl::Time start = absl::Now();
  server.process().Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(4));
}

TEST(FeedTest, ReadReturnsWhenItsCallIsCancelled) {
  EchoServer server;
  const Call call = TestCall();
  const auto stream = server.peer().Stream<EchoRequest, EchoResponse>(call, kWatch, Text("x"));
  AwaitListeners(server.board(), 1);
  call.cancelled->store(true);
  EchoResponse response;
  EXPECT_THAT(stream->Read(&response, absl::Now() + absl::Seconds(5)).status(),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST(RawStreamTest, GivesEncodedMessagesOneByOne) {
  EchoServer server;
  EchoRequest request = Text("again");
  request.set_count(3);
  absl::Mutex mutex;
  std::vector<std::string> texts;
  absl::Notification ended;
  absl::Status status;
  std::unique_ptr<Peer::RawStream> stream = server.peer().StreamRaw(
      TestCall(), kRepeat, request.SerializeAsString(),
      [&](const std::string& message) {
        EchoResponse response;
        response.ParseFromString(message);
        absl::MutexLock lock(&mutex);
        texts.push_back(response.text());
      },
      [&](absl::Status end) {
        status = std::move(end);
        ended.Notify();
      });
  for (int i = 0; i < 4; ++i) stream->Next();
  // Each Next gives one message; asked for in advance they come one after the other.
  while (true) {
    absl::MutexLock lock(&mutex);
    if (texts.size() >= 2) break;
  }
  while (!ended.HasBeenNotified()) stream->Next();
  EXPECT_THAT(status, IsOk());
  absl::MutexLock lock(&mutex);
  EXPECT_EQ(texts, (std::vector<std::string>{"again", "again", "again"}));
}

TEST(RawStreamTest, EndsWhenItIsDestroyed) {
  EchoServer server;
  absl::Notification ended;
  absl::Status status;
  {
    const auto stream = server.peer().StreamRaw(
        TestCall(), kWatch, Text("x").SerializeAsString(), [](const std::string&) {},
        [&](absl::Status end) {
          status = std::move(end);
          ended.Notify();
        });
    stream->Next();
    AwaitListeners(server.board(), 1);
  }
  ASSERT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(5)));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace banso::server

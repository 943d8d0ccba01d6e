#include "common/server/held_calls.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/server/echo_server.h"
#include "common/server/given_calls.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server::internal {
namespace {

using ::banso::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ConnectionsToEndTest, SparesEverybodyWhileFewCallsAreHeld) {
  EXPECT_THAT(ConnectionsToEnd({{"a", 60}, {"b", 40}}, {}, 100), IsEmpty());
}

TEST(ConnectionsToEndTest, EndsThoseThatHoldMostUntilTheRestIsFewEnough) {
  EXPECT_THAT(ConnectionsToEnd({{"a", 20}, {"b", 500}, {"c", 90}, {"d", 300}}, {}, 100),
              ElementsAre("b", "d", "c"));
}

TEST(ConnectionsToEndTest, CountsNoStreamsThatWereLetIn) {
  EXPECT_THAT(ConnectionsToEnd({{"watcher", 2000}, {"flood", 150}}, {{"watcher", 1990}}, 100),
              ElementsAre("flood"));
}

int64_t HeldNow(int64_t server) {
  int64_t sum = 0;
  for (const HeldCalls& connection : HeldCallsOfConnections(server)) {
    EXPECT_TRUE(absl::StartsWith(connection.remote, "ipv4:127.0.0.1:")) << connection.remote;
    sum += connection.calls;
  }
  return sum;
}

TEST(HeldCallsTest, AreThoseThatTheLibraryHasNotClearedAway) {
  EchoServer server;
  const int64_t number = NewestServer();
  {
    std::vector<std::unique_ptr<ReadStream<EchoResponse>>> watches;
    while (watches.size() < 40) {
      watches.push_back(
          server.peer().Stream<EchoRequest, EchoResponse>(TestCall(), kWatch, Text("x")));
    }
    EXPECT_TRUE(testing::WaitUntil([&] { return HeldNow(number) >= 40; }));
  }
  // What is left watches the server's health.
  EXPECT_TRUE(testing::WaitUntil([&] { return HeldNow(number) < 10; }));
}

TEST(HeldCallsTest, AreOfOneServerOfTheProcessAlone) {
  EchoServer busy;
  const int64_t busy_number = NewestServer();
  EchoServer idle;
  const int64_t idle_number = NewestServer();
  EXPECT_NE(busy_number, idle_number);
  std::vector<std::unique_ptr<ReadStream<EchoResponse>>> watches;
  while (watches.size() < 40) {
    watches.push_back(busy.peer().Stream<EchoRequest, EchoResponse>(TestCall(), kWatch, Text("x")));
  }
  EXPECT_TRUE(testing::WaitUntil([&] { return HeldNow(busy_number) >= 40; }));
  EXPECT_GE(CallsBegun(busy_number), 40);
  EXPECT_LT(CallsBegun(idle_number), 10);
  EXPECT_EQ(CallsBegun(idle_number + 1000000), 0);
  EXPECT_LT(HeldNow(idle_number), 10);
  EXPECT_EQ(HeldNow(idle_number + 1000000), 0);
}

TEST(ConnectionBooksTest, FindConnectionsByTheirCallers) {
  EchoServer server;
  const int64_t number = NewestServer();
  EXPECT_THAT(server.Echo(TestCall(), "x"), IsOk());
  ConnectionBooks books;
  EXPECT_THAT(books.Of(number, {"ipv4:127.0.0.1:1"}), IsEmpty());
  std::vector<std::string> remotes;
  std::map<std::string, int64_t> open;
  for (const HeldCalls& connection : HeldCallsOfConnections(number)) {
    remotes.push_back(connection.remote);
    open[connection.remote] = 0;
  }
  ASSERT_FALSE(remotes.empty());
  int64_t received = 0;
  for (const HeldCalls& connection : books.Of(number, remotes)) received += connection.received;
  EXPECT_GE(received, 1);

  // One that comes later.
  Peer late({.name = "echo", .address = server.process().address(), .channels = 1});
  const auto answer = late.Call<EchoRequest, EchoResponse>(TestCall(), kEcho, Text("x"));
  EXPECT_THAT(answer, IsOk());
  books.Keep(open);
  for (const HeldCalls& connection : HeldCallsOfConnections(number)) {
    const auto found = books.Of(number, {connection.remote});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].remote, connection.remote);
    open.erase(connection.remote);
  }
  EXPECT_THAT(open, IsEmpty());
}

TEST(GivenCallsTest, AreCountedByConnection) {
  GivenCalls calls;
  const grpc::CallbackServerContext one, two, three;
  calls.Begin(&one, "a");
  calls.Begin(&two, "a");
  calls.Begin(&three, "b");
  calls.End(&one);
  calls.End(&one);
  EXPECT_EQ(calls.count("a").given, 2);
  EXPECT_EQ(calls.count("a").open, 1);
  EXPECT_EQ(calls.count("c").given, 0);
  calls.Keep({{"b", 0}});
  EXPECT_EQ(calls.count("a").given, 2) << "it may have begun meanwhile";
  calls.Keep({{"b", 0}});
  EXPECT_EQ(calls.count("a").given, 0);
  EXPECT_EQ(calls.count("b").open, 1);
}

}  // namespace
}  // namespace banso::server::internal

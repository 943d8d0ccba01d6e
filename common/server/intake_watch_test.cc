#include "common/server/intake_watch.h"

#include "common/server/server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kMib = int64_t{1} << 20;

class IntakeWatchTest : public ::testing::Test {
 protected:
  // One connection that has sent so much, of which that has come.
  std::vector<std::string> Look(int64_t bytes, const HeldCalls& book) {
    return watch_.Look({{"a", bytes}}, [&] { return std::vector{book}; });
  }

  IntakeWatch watch_;
};

TEST_F(IntakeWatchTest, EndsWhoSendsWithoutACallComingOfIt) {
  const HeldCalls idle = {.remote = "a"};
  EXPECT_THAT(Look(kMaxVainBytes, idle), IsEmpty());
  EXPECT_THAT(Look(kMaxVainBytes + 1, idle), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, CountsFromTheLastCallOrMessage) {
  EXPECT_THAT(Look(100 * kMib, {.remote = "a", .taken = 1}), IsEmpty());
  EXPECT_THAT(Look(200 * kMib, {.remote = "a", .taken = 2}), IsEmpty());
  EXPECT_THAT(Look(200 * kMib + kMaxVainBytes + 1, {.remote = "a", .taken = 2}), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, LeavesRoomForOneMessageOfEachCall) {
  EXPECT_THAT(Look(1, {.remote = "a", .open = 3, .taken = 3}), IsEmpty());
  const HeldCalls three = {.remote = "a", .open = 3, .taken = 3};
  const int64_t room = kMaxVainBytes + 3 * (kMaxMessageBytes + kStreamWindowBytes);
  EXPECT_THAT(Look(2 * kMib, three), IsEmpty());
  EXPECT_FALSE(watch_.alert()) << "something has come";
  EXPECT_THAT(Look(room, three), IsEmpty());
  EXPECT_TRUE(watch_.alert());
  EXPECT_THAT(Look(room + 2 * kMib + 1, three), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, LeavesThatRoomWhenTheCallsHaveEnded) {
  EXPECT_THAT(Look(kMib, {.remote = "a", .open = 3, .taken = 3}), IsEmpty());
  EXPECT_THAT(Look(2 * kMib, {.remote = "a", .open = 3, .taken = 3}), IsEmpty());
  const HeldCalls ended = {.remote = "a", .taken = 3};
  EXPECT_THAT(Look(kMib + kMaxVainBytes + 3 * kMaxMessageBytes, ended), IsEmpty());
  EXPECT_THAT(Look(50 * kMib, ended), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, LetsAWatcherAcknowledgeWithoutEnd) {
  EXPECT_THAT(Look(2 * kMib, {.remote = "a", .open = 1, .taken = 2}), IsEmpty());
  EXPECT_THAT(Look(200 * kMib, {.remote = "a", .open = 1, .taken = 2, .sent = 100'000}), IsEmpty());
}

TEST_F(IntakeWatchTest, BoundsWhatAllSendTogether) {
  const int64_t each = kMaxVainBytes / 2;
  std::map<std::string, int64_t> received = {{"user", 0}};
  std::vector<HeldCalls> books = {{.remote = "user"}};
  for (int i = 0; i < kMaxVainBytesOfAll / each; ++i) {
    received[std::to_string(i)] = each;
    books.push_back({.remote = std::to_string(i)});
  }
  const auto look = [&] { return watch_.Look(received, [&] { return books; }); };
  EXPECT_THAT(look(), IsEmpty());
  ++received["0"];
  EXPECT_THAT(look(), SizeIs(1));
}

TEST_F(IntakeWatchTest, ForgetsWhatIsClosed) {
  EXPECT_THAT(Look(100 * kMib, {.remote = "a", .taken = 1}), IsEmpty());
  EXPECT_THAT(watch_.Look({}, [] { return std::vector<HeldCalls>(); }), IsEmpty());
  // Another connection from the same port.
  EXPECT_THAT(Look(kMaxVainBytes + 1, {.remote = "a"}), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, LeavesThoseAloneWhoHaveStopped) {
  const HeldCalls half = {.remote = "a", .open = 1, .taken = 1};
  EXPECT_THAT(Look(kMib, half), IsEmpty());
  EXPECT_THAT(Look(2 * kMib, half), IsEmpty());
  EXPECT_TRUE(watch_.alert());
  EXPECT_THAT(watch_.Look({{"a", 2 * kMib}},
                          [] {
                            ADD_FAILURE() << "no need to look again";
                            return std::vector<HeldCalls>();
                          }),
              IsEmpty());
  EXPECT_FALSE(watch_.alert());
}

TEST_F(IntakeWatchTest, LooksAtTheBooksOnlyWhenMuchHasCome) {
  bool asked = false;
  const auto books = [&] {
    asked = true;
    return std::vector<HeldCalls>();
  };
  watch_.Look({{"a", 1000}, {"b", kMib / 4}}, books);
  EXPECT_FALSE(asked);
  watch_.Look({{"a", 1000}, {"b", kMib / 4 + 1}}, books);
  EXPECT_TRUE(asked);
}

}  // namespace
}  // namespace banso::server::internal

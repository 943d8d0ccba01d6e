#include "common/server/intake_watch.h"

#include "absl/time/time.h"
#include "common/server/limits.h"
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
    return watch_.Look({{"a", bytes}}, 0, now_, [&](const auto&) { return std::vector{book}; });
  }

  absl::Time now_ = absl::FromUnixSeconds(1'000'000'000);
  IntakeWatch watch_;
};

TEST_F(IntakeWatchTest, EndsWhoSendsWithoutACallComingOfIt) {
  const HeldCalls idle = {.remote = "a"};
  EXPECT_THAT(Look(kMaxVainBytes, idle), IsEmpty());
  EXPECT_THAT(Look(kMaxVainBytes + 1, idle), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, CountsFromTheLastCallOrMessage) {
  EXPECT_THAT(Look(100 * kMib, {.remote = "a", .received = 1}), IsEmpty());
  EXPECT_THAT(Look(200 * kMib, {.remote = "a", .received = 2}), IsEmpty());
  EXPECT_THAT(Look(200 * kMib + kMaxVainBytes + 1, {.remote = "a", .received = 2}),
              ElementsAre("a"));
}

TEST_F(IntakeWatchTest, LeavesRoomForOneMessageOfEachCall) {
  EXPECT_THAT(Look(1, {.remote = "a", .open = 3, .received = 3}), IsEmpty());
  const HeldCalls three = {.remote = "a", .open = 3, .received = 3};
  const int64_t room = kMaxVainBytes + 3 * (kMaxMessageBytes + kStreamWindowBytes);
  EXPECT_THAT(Look(2 * kMib, three), IsEmpty());
  EXPECT_FALSE(watch_.alert()) << "something has come";
  EXPECT_THAT(Look(room, three), IsEmpty());
  EXPECT_TRUE(watch_.alert());
  EXPECT_THAT(Look(room + 2 * kMib + 1, three), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, LeavesThatRoomWhenTheCallsHaveEnded) {
  EXPECT_THAT(Look(kMib, {.remote = "a", .open = 3, .received = 3}), IsEmpty());
  EXPECT_THAT(Look(2 * kMib, {.remote = "a", .open = 3, .received = 3}), IsEmpty());
  const HeldCalls ended = {.remote = "a", .received = 3};
  EXPECT_THAT(Look(kMib + kMaxVainBytes + 3 * kMaxMessageBytes, ended), IsEmpty());
  EXPECT_THAT(Look(50 * kMib, ended), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, LetsAWatcherAcknowledgeWithoutEnd) {
  EXPECT_THAT(Look(2 * kMib, {.remote = "a", .open = 1, .received = 2}), IsEmpty());
  EXPECT_THAT(Look(200 * kMib, {.remote = "a", .open = 1, .received = 2, .sent = 100'000}),
              IsEmpty());
}

TEST_F(IntakeWatchTest, BoundsWhatAllSendTogether) {
  const int64_t each = kMaxVainBytes / 2;
  std::map<std::string, int64_t> received = {{"user", 0}};
  std::vector<HeldCalls> books = {{.remote = "user"}};
  for (int i = 0; i < kMaxVainBytesOfAll / each; ++i) {
    received[std::to_string(i)] = each;
    books.push_back({.remote = std::to_string(i)});
  }
  const auto look = [&] {
    return watch_.Look(received, 0, now_, [&](const auto&) { return books; });
  };
  EXPECT_THAT(look(), IsEmpty());
  ++received["0"];
  EXPECT_THAT(look(), SizeIs(1));
}

// Of a connection with a call whose headers have ended; and with another one of which they have
// begun.
const HeldCalls kMessage = {.remote = "a", .open = 1, .begun = 1, .given = 1, .given_open = 1};
const HeldCalls kHeaders = {.remote = "a", .open = 2, .begun = 2, .given = 1, .given_open = 1};

TEST_F(IntakeWatchTest, EndsWhoSendsHeadersOfACallWithoutEnd) {
  EXPECT_THAT(Look(kMib, kMessage), IsEmpty());
  // Much of a message is on its way when the headers of another call begin.
  const int64_t begin = 2 * kMib;
  EXPECT_THAT(Look(begin, kHeaders), IsEmpty());
  EXPECT_TRUE(watch_.alert());
  now_ += absl::Milliseconds(10);
  EXPECT_THAT(Look(begin + kMaxHeadersInVain, kHeaders), IsEmpty());
  EXPECT_THAT(Look(begin + kMaxHeadersInVain + 1, kHeaders), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, SparesACallWhoseHeadersAreOnlyNoticedInPassing) {
  EXPECT_THAT(Look(kMib, kMessage), IsEmpty());
  for (int i = 1; i < 5; ++i) {
    EXPECT_THAT(Look(kMib + i * kMib, kHeaders), IsEmpty());
    now_ += absl::Milliseconds(9);
    EXPECT_THAT(Look(kMib + i * kMib + kMib / 2, kHeaders), IsEmpty());
    EXPECT_THAT(Look(kMib + i * kMib + kMib * 3 / 4, kMessage), IsEmpty());
  }
}

TEST_F(IntakeWatchTest, CountsOnThoughMessagesThatCameBeforeAreTaken) {
  HeldCalls headers = kHeaders;
  EXPECT_THAT(Look(kMib, kMessage), IsEmpty());
  for (int i = 0; i <= 4; ++i) {
    EXPECT_THAT(Look(2 * kMib + i * kMaxHeadersInVain / 4, headers), IsEmpty());
    now_ += absl::Milliseconds(5);
    ++headers.received;
  }
  EXPECT_THAT(Look(2 * kMib + kMaxHeadersInVain + 1, headers), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, SparesWhoeverHadACallRefusedAndHasAnAnsweredOneOnItsWay) {
  EXPECT_THAT(Look(kMib, {.remote = "a", .open = 1, .begun = 2, .given = 1, .given_open = 1}),
              IsEmpty());
  // The answer waits in the library, and a message of the other call is on its way.
  const HeldCalls slow = {.remote = "a", .open = 2, .begun = 3, .given = 2, .given_open = 1};
  for (int i = 2; i < 6; ++i) {
    now_ += absl::Milliseconds(20);
    EXPECT_THAT(Look(i * kMib, slow), IsEmpty());
  }
}

TEST_F(IntakeWatchTest, SavesNothingUpOfWhatIsForgiven) {
  EXPECT_THAT(Look(kMib, {.remote = "a", .received = 1}), IsEmpty());
  // It has been sent many messages, and answers none of them.
  const HeldCalls watcher = {.remote = "a", .received = 1, .sent = 100'000};
  EXPECT_THAT(Look(kMib + kMib / 2, watcher), IsEmpty());
  EXPECT_THAT(Look(2 * kMib + kMaxVainBytes, watcher), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, ForgivesSignsOfLife) {
  EXPECT_THAT(Look(kMib, {.remote = "a", .open = 1, .received = 1}), IsEmpty());
  for (int day = 1; day < 1000; ++day) {
    now_ += absl::Hours(24);
    // 56 bytes a minute.
    EXPECT_THAT(Look(kMib + day * 24 * 60 * 56, {.remote = "a", .open = 1, .received = 1}),
                IsEmpty());
    EXPECT_FALSE(watch_.alert());
  }
}

TEST_F(IntakeWatchTest, AsksOnceMoreBeforeItEndsAnybody) {
  EXPECT_THAT(Look(kMib, {.remote = "a", .received = 1}), IsEmpty());
  // The message is there when the books are asked once more.
  int64_t messages = 1;
  EXPECT_THAT(watch_.Look({{"a", 10 * kMib}}, 0, now_,
                          [&](const auto&) {
                            return std::vector<HeldCalls>{{.remote = "a", .received = messages++}};
                          }),
              IsEmpty());
}

TEST_F(IntakeWatchTest, TakesCallsThatAreNotGivenOutForHeadersOnlyWhileTheyAreOpen) {
  // One was refused by the library, and a message of another one is on its way.
  const HeldCalls refused = {.remote = "a", .open = 1, .begun = 2, .given = 1, .given_open = 1};
  EXPECT_THAT(Look(kMib, refused), IsEmpty());
  EXPECT_THAT(Look(2 * kMib, refused), IsEmpty());
  // All were given out, and one that has ended is not cleared away yet.
  const HeldCalls ended = {.remote = "a", .open = 2, .begun = 2, .given = 2, .given_open = 1};
  EXPECT_THAT(Look(3 * kMib, ended), IsEmpty());
  EXPECT_THAT(Look(4 * kMib, ended), IsEmpty());
}

TEST_F(IntakeWatchTest, BoundsTheHeadersThatAllSendTogether) {
  const int64_t each = kMaxHeadersInVain / 3;
  const int64_t count = kMaxHeadersInVainOfAll / each;
  std::vector<HeldCalls> books;
  for (int i = 0; i < count; ++i) {
    books.push_back({.remote = std::to_string(i), .open = 1, .begun = 1});
  }
  const auto look = [&](int64_t bytes, int64_t more) {
    std::map<std::string, int64_t> received;
    for (int i = 0; i < count; ++i) received[std::to_string(i)] = bytes;
    received["3"] += more;
    return watch_.Look(received, 0, now_, [&](const auto&) { return books; });
  };
  EXPECT_THAT(look(100'000, 0), IsEmpty());
  now_ += absl::Milliseconds(10);
  EXPECT_THAT(look(100'000 + each, 0), IsEmpty());
  EXPECT_THAT(look(100'000 + each, kMaxHeadersInVainOfAll - count * each + 1), ElementsAre("3"));
}

TEST_F(IntakeWatchTest, ForgetsWhatIsClosed) {
  EXPECT_THAT(Look(100 * kMib, {.remote = "a", .received = 1}), IsEmpty());
  EXPECT_THAT(watch_.Look({}, 0, now_, [](const auto&) { return std::vector<HeldCalls>(); }),
              IsEmpty());
  // Another connection from the same port.
  EXPECT_THAT(Look(kMaxVainBytes + 1, {.remote = "a"}), ElementsAre("a"));
}

TEST_F(IntakeWatchTest, LeavesThoseAloneWhoHaveStopped) {
  const HeldCalls half = {.remote = "a", .open = 1, .received = 1};
  EXPECT_THAT(Look(kMib, half), IsEmpty());
  EXPECT_THAT(Look(2 * kMib, half), IsEmpty());
  EXPECT_TRUE(watch_.alert());
  EXPECT_THAT(watch_.Look({{"a", 2 * kMib}}, 0, now_,
                          [](const auto&) {
                            ADD_FAILURE() << "no need to look again";
                            return std::vector<HeldCalls>();
                          }),
              IsEmpty());
  EXPECT_FALSE(watch_.alert());
}

TEST_F(IntakeWatchTest, LooksAtTheBooksOnlyWhenMuchHasCome) {
  bool asked = false;
  const auto books = [&](const auto&) {
    asked = true;
    return std::vector<HeldCalls>();
  };
  watch_.Look({{"a", 1000}, {"b", kMib / 16}}, 0, now_, books);
  EXPECT_FALSE(asked);
  watch_.Look({{"a", 1000}, {"b", kMib / 16 + 1}}, 0, now_, books);
  EXPECT_TRUE(asked);
}

// Three connections of which a message each has come, and what they send then.
class GrowthTest : public ::testing::Test {
 protected:
  static constexpr int64_t kBefore = 40 * kMib;

  GrowthTest() {
    for (const char* remote : {"a", "b", "c"}) {
      books_.push_back({.remote = remote, .open = 1, .received = 1});
    }
    watch_.Look({}, kBefore, now_, [](const auto&) { return std::vector<HeldCalls>(); });
    Look(0, kBefore);
    EXPECT_TRUE(looked_);
  }

  // When each of them has sent so much since, and the process takes so much.
  std::vector<std::string> Look(int64_t bytes, int64_t memory) {
    looked_ = false;
    bytes += kMib;
    return watch_.Look({{"a", bytes}, {"b", bytes}, {"c", bytes}}, memory, now_, [&](const auto&) {
      looked_ = true;
      return books_;
    });
  }

  absl::Time now_ = absl::FromUnixSeconds(1'000'000'000);
  IntakeWatch watch_;
  std::vector<HeldCalls> books_;
  bool looked_ = false;
};

TEST_F(GrowthTest, EndsWhoMakesTheProcessGrowByManyTimesWhatIsSent) {
  // So little that nobody is suspicious by that alone.
  constexpr int64_t kEach = kMib / 4;
  EXPECT_THAT(Look(kEach - 1, kBefore + kMaxVainGrowth), IsEmpty());
  // What the others have sent does not explain it.
  EXPECT_THAT(Look(kEach, kBefore + kMaxVainGrowth + 1), SizeIs(1));
}

TEST_F(GrowthTest, SparesThoseWhoSentTooLittleForIt) {
  EXPECT_THAT(Look(kMib / 8, kBefore + 1000 * kMib), IsEmpty());
  EXPECT_TRUE(looked_);
}

TEST_F(GrowthTest, SparesThoseWhoSentTooMuchForIt) {
  // Messages, of which much is kept, but not so much.
  EXPECT_THAT(Look(3 * kMib, kBefore + kMaxVainGrowth + kMib), IsEmpty());
  EXPECT_THAT(Look(3 * kMib + 1, kBefore + 2 * kMaxVainGrowth), SizeIs(3));
}

TEST_F(GrowthTest, SparesThoseOfWhomSomethingCameMeanwhile) {
  EXPECT_THAT(Look(kMib / 4, kBefore + kMaxVainGrowth), IsEmpty());
  for (HeldCalls& book : books_) ++book.received;
  EXPECT_THAT(Look(kMib / 2, kBefore + 2 * kMaxVainGrowth), IsEmpty());
  EXPECT_THAT(Look(kMib * 3 / 4 - 1, kBefore + 3 * kMaxVainGrowth), IsEmpty());
  EXPECT_THAT(Look(kMib * 3 / 4, kBefore + 3 * kMaxVainGrowth + kMib), SizeIs(1));
}

TEST_F(GrowthTest, SparesThoseOfWhomItIsNotKnown) {
  EXPECT_THAT(Look(8 * 1024, kBefore + 33 * kMib), IsEmpty());
  // They have sent more, but so little that nobody looks what has come of it.
  for (int64_t i = 1; i <= 16; ++i) {
    EXPECT_THAT(Look(8 * 1024 + i * 1024, kBefore + (33 + 20 * i) * kMib), IsEmpty());
  }
}

TEST_F(GrowthTest, EndsWhoSendsAnyMoreWhileTheAttackGoesOn) {
  EXPECT_THAT(Look(kMib / 4 - 1, kBefore), IsEmpty());
  EXPECT_THAT(Look(kMib / 4, kBefore + kMaxVainGrowth + 1), SizeIs(1));
  // All of them, and not only until the rest is little.
  EXPECT_THAT(Look(kMib / 4 + 1, kBefore + 2 * kMaxVainGrowth + 2), SizeIs(3));
  now_ += absl::Seconds(3);
  EXPECT_THAT(Look(kMib / 4 + 2, kBefore + 2 * kMaxVainGrowth + 3), SizeIs(1));
}

TEST_F(GrowthTest, IsStrictOnlyWhileTheProcessGrows) {
  EXPECT_THAT(Look(kMib / 4 - 1, kBefore), IsEmpty());
  EXPECT_THAT(Look(kMib / 4, kBefore + kMaxVainGrowth + 1), SizeIs(1));
  for (HeldCalls& book : books_) ++book.received;
  EXPECT_THAT(Look(kMib, kBefore + 2 * kMaxVainGrowth), IsEmpty());
  now_ += absl::Milliseconds(1500);
  EXPECT_THAT(Look(kMib + 20'000, kBefore + 3 * kMaxVainGrowth), SizeIs(3));
  now_ += absl::Milliseconds(1500);
  EXPECT_THAT(Look(kMib + 20'001, kBefore + 3 * kMaxVainGrowth), SizeIs(3)) << "it has grown";
  now_ += absl::Milliseconds(1500);
  EXPECT_THAT(Look(kMib + 20'002, kBefore + 3 * kMaxVainGrowth), IsEmpty());
}

TEST_F(GrowthTest, LooksAtTheBooksOnceForEachStepOfGrowth) {
  EXPECT_THAT(Look(8 * 1024, kBefore + 32 * kMib), IsEmpty());
  EXPECT_FALSE(looked_);
  EXPECT_THAT(Look(8 * 1024 + 1, kBefore + 33 * kMib), IsEmpty());
  EXPECT_TRUE(looked_);
  EXPECT_THAT(Look(8 * 1024 + 2, kBefore + 34 * kMib), IsEmpty());
  EXPECT_FALSE(looked_);
}

}  // namespace
}  // namespace banso::server::internal

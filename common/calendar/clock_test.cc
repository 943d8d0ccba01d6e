#include "common/calendar/clock.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::calendar {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TEST(SystemClock, TellsTheTimeOfTheMachine) {
  SystemClock clock;
  const absl::Time before = absl::Now();
  const absl::Time told = clock.TimeNow();
  EXPECT_LE(before, told);
  EXPECT_LE(told, absl::Now());
}

TEST(TestClock, StandsStillUntilItIsSet) {
  TestClock clock(kStart);
  EXPECT_EQ(clock.TimeNow(), kStart);
  EXPECT_EQ(clock.TimeNow(), kStart);
  EXPECT_THAT(clock.SetTime(kStart + absl::Hours(1)), IsOk());
  EXPECT_EQ(clock.TimeNow(), kStart + absl::Hours(1));
}

TEST(TestClock, NeverGoesBack) {
  TestClock clock(kStart);
  EXPECT_THAT(clock.SetTime(kStart - absl::Nanoseconds(1)),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("forward only")));
  EXPECT_THAT(clock.SetTime(absl::InfiniteFuture()), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(clock.TimeNow(), kStart);
}

TEST(TestClock, RunsCallbacksInOrderAfterTheTimeHasMoved) {
  TestClock clock(kStart);
  std::vector<std::string> calls;
  clock.OnAdvance([&](absl::Time now) {
    EXPECT_EQ(clock.TimeNow(), now);
    calls.push_back("first");
  });
  const TestClock::CallbackId second =
      clock.OnAdvance([&](absl::Time) { calls.push_back("second"); });
  EXPECT_THAT(clock.SetTime(kStart), IsOk());
  EXPECT_THAT(calls, ElementsAre("first", "second"));
  clock.RemoveCallback(second);
  clock.RemoveCallback(12345);
  EXPECT_THAT(clock.SetTime(kStart + absl::Hours(1)), IsOk());
  EXPECT_THAT(calls, ElementsAre("first", "second", "first"));
}

TEST(TestClock, DoesNotRunCallbacksWhenTheTimeIsRefused) {
  TestClock clock(kStart);
  int calls = 0;
  clock.OnAdvance([&](absl::Time) { ++calls; });
  EXPECT_FALSE(clock.SetTime(kStart - absl::Hours(1)).ok());
  EXPECT_EQ(calls, 0);
}

TEST(TestClock, IsSharedByThreads) {
  TestClock clock(kStart);
  int calls = 0;  // Callbacks run one at a time, so this needs no lock.
  clock.OnAdvance([&](absl::Time) { ++calls; });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      absl::Time last = kStart;
      for (int j = 0; j < 100; ++j) {
        EXPECT_THAT(clock.SetTime(kStart), IsOk());
        const absl::Time now = clock.TimeNow();
        EXPECT_GE(now, last);
        last = now;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(calls, 400);
}

}  // namespace
}  // namespace banso::calendar

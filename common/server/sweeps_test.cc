#include "common/server/sweeps.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "common/contract/errors.h"
#include "common/storage/open.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using ::banso::testing::IsOk;
using ::testing::ElementsAre;

const absl::Time kSweepStart = absl::FromUnixSeconds(1743465600);

TEST(SweepsTest, RunAllInOrderBeforeSettingTheClockReturns) {
  calendar::TestClock clock(kSweepStart);
  std::vector<std::string> ran;
  std::vector<absl::Time> times;
  const auto note = [&](const Call& call) {
    ran.push_back(call.method + " by " + call.actor);
    times.push_back(call.now);
    return absl::OkStatus();
  };
  SweepRunner runner("echo", {{"first", absl::Hours(1), note}, {"second", absl::Hours(1), note}},
                     &clock, &clock);
  runner.Start();
  ASSERT_THAT(clock.SetTime(kSweepStart + absl::Hours(24)), IsOk());
  EXPECT_THAT(ran, ElementsAre("sweep/first by services/echo", "sweep/second by services/echo"));
  EXPECT_THAT(times, ElementsAre(kSweepStart + absl::Hours(24), kSweepStart + absl::Hours(24)));
}

TEST(SweepsTest, RunPeriodicallyOnTheSystemsTime) {
  calendar::TestClock clock(kSweepStart);
  absl::BlockingCounter left(3);
  int runs = 0;
  SweepRunner runner("echo",
                     {{"often", absl::Milliseconds(5),
                       [&](const Call&) {
                         if (++runs <= 3) left.DecrementCount();
                         return absl::OkStatus();
                       }},
                      {"rarely", absl::Hours(1),
                       [](const Call&) {
                         ADD_FAILURE() << "not due";
                         return absl::OkStatus();
                       }}},
                     &clock, nullptr);
  runner.Start();
  left.Wait();
}

TEST(SweepsTest, GoOnAfterAnErrorOrAnException) {
  calendar::TestClock clock(kSweepStart);
  int runs = 0;
  SweepRunner runner(
      "echo",
      {{"fails", absl::Hours(1), [](const Call&) { return contract::Internal("broken"); }},
       {"throws", absl::Hours(1),
        [](const Call&) -> absl::Status { throw std::runtime_error("broken"); }},
       {"works", absl::Hours(1),
        [&](const Call&) {
          ++runs;
          return absl::OkStatus();
        }}},
      &clock, nullptr);
  runner.RunAll();
  runner.RunAll();
  EXPECT_EQ(runs, 2);
}

TEST(SweepsTest, CancelTheRunningSweepWhenTheyStop) {
  calendar::TestClock clock(kSweepStart);
  absl::Notification entered;
  SweepRunner runner("echo",
                     {{"long", absl::Milliseconds(1),
                       [&](const Call& call) {
                         entered.Notify();
                         testing::WaitUntil([&] { return call.is_cancelled(); });
                         return absl::OkStatus();
                       }}},
                     &clock, nullptr);
  runner.Start();
  entered.WaitForNotification();
  runner.Stop();
}

using SweepsOfAStoreTest = banso::testing::TempDirTest;

TEST_F(SweepsOfAStoreTest, RunAsSoonAsItHasChanged) {
  storage::OpenOptions options;
  options.path = TempFile("echo.db");
  options.service = "echo";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto database, storage::OpenSqlite(options));
  calendar::TestClock clock(kSweepStart);
  absl::Notification ran;
  SweepRunner runner("echo",
                     {{"rarely", absl::Hours(1),
                       [&](const Call&) {
                         ran.Notify();
                         return absl::OkStatus();
                       },
                       database.get()}},
                     &clock, nullptr);
  runner.Start();
  const auto commit = [&] {
    return database->Write(ServiceCall("echo", kSweepStart), [](storage::Writer& writer) {
      writer.NextPosition();
      return absl::OkStatus();
    });
  };
  ASSERT_THAT(commit().status(), IsOk());
  ran.WaitForNotification();
  // The next change is too soon: a second run would notify twice, which ends the test.
  ASSERT_THAT(commit().status(), IsOk());
  runner.Stop();
}

TEST(SweepsTest, DoNotRunAfterTheyStopped) {
  calendar::TestClock clock(kSweepStart);
  int runs = 0;
  SweepRunner runner("echo",
                     {{"sweep", absl::Hours(1),
                       [&](const Call&) {
                         ++runs;
                         return absl::OkStatus();
                       }}},
                     &clock, &clock);
  runner.Start();
  runner.Stop();
  ASSERT_THAT(clock.SetTime(kSweepStart + absl::Hours(1)), IsOk());
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace banso::server

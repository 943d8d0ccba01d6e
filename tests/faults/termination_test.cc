// SIGTERM under load: no call is lost, and the process goes in time.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/faults/feed.h"
#include "tests/faults/load.h"
#include "tests/faults/service.h"

namespace banso::faults {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr int kRounds = 10;
constexpr int kWriters = 16;
constexpr int kStreams = 50;
// Far below the drain timeout, which is 10 seconds: nothing here takes long.
constexpr absl::Duration kStopLimit = absl::Seconds(3);
constexpr char kGaveUp[] = "calls under way were cancelled";

// Expects that every stream is open and tells what has happened until now.
void ExpectAllFollow(const std::vector<std::unique_ptr<Feed>>& feeds, int64_t position) {
  for (const auto& feed : feeds) {
    ASSERT_TRUE(feed->AwaitPosition(position))
        << feed->fault() << "; opened " << feed->opened() << " times, " << feed->changes().size()
        << " changes";
  }
}

TEST(TerminationTest, AnswersEveryCallUnderWayAndLosesNone) {
  Service service;
  service.Start();
  std::vector<std::unique_ptr<Feed>> feeds;
  for (int i = 0; i < kStreams; ++i) feeds.push_back(std::make_unique<Feed>(service.address()));
  Load load(service.address(), kWriters);
  absl::Duration shortest_stop = absl::InfiniteDuration(), longest_stop, longest_start;
  int under_way = 0;
  std::vector<FailedAttempt> lost;
  for (int round = 0; round < kRounds && load.faults().empty(); ++round) {
    // All streams are open again, and all writers connected and at work: who is only about to
    // connect is turned away.
    ASSERT_NO_FATAL_FAILURE(ExpectAllFollow(feeds, load.acknowledged()));
    ASSERT_TRUE(load.AwaitAcknowledgedByEach(6));
    const size_t failed_before = load.failed_attempts().size();
    under_way += load.in_flight();
    const absl::Time signalled = absl::Now();
    EXPECT_EQ(service.Stop(), 0) << service.Log();
    const absl::Duration stop = absl::Now() - signalled;
    shortest_stop = std::min(shortest_stop, stop);
    longest_stop = std::max(longest_stop, stop);
    longest_start = std::max(longest_start, service.Start());
    const std::vector<FailedAttempt> failed = load.failed_attempts();
    for (size_t i = failed_before; i < failed.size(); ++i) {
      if (failed[i].start < signalled) lost.push_back(failed[i]);
    }
  }
  load.Stop();
  EXPECT_THAT(load.faults(), IsEmpty());
  EXPECT_THAT(lost, IsEmpty()) << lost[0].status;
  EXPECT_GT(under_way, kRounds);
  // How long one of them takes is up to what else the machine has to do.
  EXPECT_LT(shortest_stop, kStopLimit);
  EXPECT_THAT(service.Log(), Not(HasSubstr(kGaveUp)));
  ExpectExactly(load, service.address(), *feeds[0]);
  std::printf(
      "%d terminations with %d streams, %d calls under way, %d of them lost, %d later ones sent "
      "again, %d writes, worst stop %s, worst start %s\n",
      kRounds, kStreams, under_way, static_cast<int>(lost.size()),
      static_cast<int>(load.failed_attempts().size()), static_cast<int>(load.acknowledged()),
      absl::FormatDuration(longest_stop).c_str(), absl::FormatDuration(longest_start).c_str());
}

}  // namespace
}  // namespace banso::faults

// The process dies at any moment: what was acknowledged is there, and nothing happened twice.
#include <algorithm>
#include <cstdio>
#include <random>
#include <string>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/faults/bulk_load.h"
#include "tests/faults/feed.h"
#include "tests/faults/load.h"
#include "tests/faults/service.h"

namespace banso::faults {
namespace {

using ::testing::IsEmpty;

constexpr int kRounds = 40;
constexpr int kWriters = 16;
constexpr int kMostWritesPerRound = 400;

TEST(CrashTest, LosesNoAcknowledgedWriteAndDoublesNone) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int64_t> some(0, kMostWritesPerRound);
  Service service;
  service.Start();
  Feed feed(service.address());
  Load load(service.address(), kWriters);
  absl::Duration shortest = absl::InfiniteDuration(), longest, most_work;
  for (int round = 0; round < kRounds && load.faults().empty(); ++round) {
    EXPECT_TRUE(load.AwaitAcknowledged(load.acknowledged() + some(random)));
    EXPECT_TRUE(service.IsRunning()) << service.Log();
    service.Kill();
    const absl::Duration start = service.Start();
    shortest = std::min(shortest, start);
    longest = std::max(longest, start);
    most_work = std::max(most_work, ProcessorTime(service.pid()));
  }
  load.Stop();
  EXPECT_THAT(load.faults(), IsEmpty());
  // How long one start takes is up to what else the machine has to do.
  EXPECT_LT(shortest, absl::Seconds(1));
  EXPECT_LT(most_work, absl::Seconds(1));
  EXPECT_GT(load.failed_attempts().size(), kRounds) << "the process died while nothing went on";
  ExpectExactly(load, service.address(), feed);
  std::printf(
      "%d rounds, %d writes, %d sent again, %d streams, starts take %s to %s and %s of work\n",
      kRounds, static_cast<int>(load.acknowledged()),
      static_cast<int>(load.failed_attempts().size()), feed.opened(),
      absl::FormatDuration(shortest).c_str(), absl::FormatDuration(longest).c_str(),
      absl::FormatDuration(most_work).c_str());
}

TEST(CrashTest, LeavesNoCommitOfManyResourcesHalfDone) {
  constexpr int kBulkRounds = 20;
  constexpr int kMostPerRound = 20;
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> some(1, kMostPerRound);
  Service service;
  service.Start();
  Feed feed(service.address());
  BulkLoad load(service.address());
  for (int round = 0; round < kBulkRounds && load.faults().empty(); ++round) {
    EXPECT_TRUE(load.AwaitMore(some(random)));
    EXPECT_TRUE(service.IsRunning()) << service.Log();
    service.Kill();
    service.Start();
  }
  load.Stop();
  EXPECT_THAT(load.faults(), IsEmpty());
  EXPECT_GT(load.repeated(), kBulkRounds) << "the process died while nothing went on";
  for (const int done : {load.messages(), load.reassignments(), load.merges()}) EXPECT_GT(done, 0);
  load.ExpectNothingHalfDone(feed);
  std::printf("%d rounds, %d messages of imports, %d reassignments, %d merges, %d sent again\n",
              kBulkRounds, load.messages(), load.reassignments(), load.merges(), load.repeated());
}

}  // namespace
}  // namespace banso::faults

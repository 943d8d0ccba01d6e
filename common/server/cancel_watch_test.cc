#include "common/server/cancel_watch.h"

#include "gtest/gtest.h"

namespace banso::server::internal {
namespace {

constexpr char kCaller[] = "ipv4:127.0.0.1:50000";

TEST(CancelWatchTest, TellsOfACallerOnceItCancelsTooMuch) {
  CancelWatch watch(3, absl::Seconds(1));
  absl::Time now = absl::FromUnixSeconds(1775001600);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(watch.Note(kCaller, now));
  EXPECT_TRUE(watch.Note(kCaller, now));
  EXPECT_FALSE(watch.Note(kCaller, now)) << "told twice";
}

TEST(CancelWatchTest, BearsTheSameNumberOverALongerTime) {
  CancelWatch watch(3, absl::Seconds(1));
  absl::Time now = absl::FromUnixSeconds(1775001600);
  for (int i = 0; i < 100; ++i, now += absl::Milliseconds(400)) {
    EXPECT_FALSE(watch.Note(kCaller, now)) << i;
  }
}

TEST(CancelWatchTest, CountsCallersApart) {
  CancelWatch watch(3, absl::Seconds(1));
  const absl::Time now = absl::FromUnixSeconds(1775001600);
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(watch.Note(kCaller, now));
    EXPECT_FALSE(watch.Note("ipv4:127.0.0.1:50001", now));
  }
}

}  // namespace
}  // namespace banso::server::internal

#include "services/health/api/parallel.h"

#include <vector>

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::health {
namespace {

using ::testing::Each;

TEST(InParallelTest, TakesEveryNumberOnce) {
  for (const size_t threads : {1, 2, 8}) {
    std::vector<int> taken(1000);
    const absl::Status status = InParallel(taken.size(), threads, [&](size_t number) {
      ++taken[number];
      return absl::OkStatus();
    });
    EXPECT_THAT(status, banso::testing::IsOk());
    EXPECT_THAT(taken, Each(1));
  }
  EXPECT_THAT(InParallel(0, 2, [](size_t) { return absl::InternalError("none"); }),
              banso::testing::IsOk());
}

TEST(InParallelTest, EndsWithTheErrorOfTheLowestNumber) {
  for (const size_t threads : {1, 4}) {
    std::vector<int> taken(1000);
    const absl::Status status = InParallel(taken.size(), threads, [&](size_t number) {
      ++taken[number];
      if (number < 3) return absl::OkStatus();
      return absl::DataLossError(number == 3 ? "the third" : "a later one");
    });
    EXPECT_EQ(status.message(), "the third");
    // What was being done went on; nothing else was begun.
    EXPECT_EQ(taken.back(), 0);
  }
}

}  // namespace
}  // namespace banso::health

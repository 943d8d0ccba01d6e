#include "common/testing/wait.h"

#include "gtest/gtest.h"

namespace banso::testing {
namespace {

TEST(WaitTest, EndsAsSoonAsItHolds) {
  int looks = 0;
  EXPECT_TRUE(WaitUntil([&] { return ++looks == 3; }));
  EXPECT_EQ(looks, 3);
}

TEST(WaitTest, GivesUpAtTheLimit) {
  EXPECT_FALSE(WaitUntil([] { return false; }, absl::Milliseconds(5)));
}

}  // namespace
}  // namespace banso::testing

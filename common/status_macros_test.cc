#include "common/status_macros.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace banso {
namespace {

absl::Status Forward(const absl::Status& status, bool* reached_end) {
  BANSO_RETURN_IF_ERROR(status);
  *reached_end = true;
  return absl::OkStatus();
}

absl::StatusOr<int> Length(absl::StatusOr<std::unique_ptr<std::string>> text) {
  BANSO_ASSIGN_OR_RETURN(const std::unique_ptr<std::string> owned, std::move(text));
  return static_cast<int>(owned->size());
}

TEST(ReturnIfErrorTest, ReturnsTheErrorAndSkipsTheRest) {
  bool reached_end = false;
  EXPECT_EQ(Forward(absl::NotFoundError("gone"), &reached_end), absl::NotFoundError("gone"));
  EXPECT_FALSE(reached_end);
}

TEST(ReturnIfErrorTest, GoesOnWhenOk) {
  bool reached_end = false;
  EXPECT_TRUE(Forward(absl::OkStatus(), &reached_end).ok());
  EXPECT_TRUE(reached_end);
}

TEST(AssignOrReturnTest, MovesTheValueOut) {
  EXPECT_EQ(*Length(std::make_unique<std::string>("four")), 4);
}

TEST(AssignOrReturnTest, ReturnsTheError) {
  EXPECT_EQ(Length(absl::InternalError("broken")).status(), absl::InternalError("broken"));
}

TEST(CheckTest, PassesWhenTrue) { BANSO_CHECK(1 + 1 == 2); }

TEST(CheckDeathTest, NamesTheConditionWhenFalse) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(BANSO_CHECK(1 + 1 == 3), "broken invariant: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace banso

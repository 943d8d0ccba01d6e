#include "common/testing/status_matchers.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pointee;

template <typename Value, typename Matcher>
std::string Explain(const Value& value, const Matcher& matcher) {
  ::testing::StringMatchResultListener listener;
  ::testing::ExplainMatchResult(matcher, value, &listener);
  return listener.str();
}

TEST(IsOkTest, TellsOkFromErrors) {
  EXPECT_THAT(absl::OkStatus(), IsOk());
  EXPECT_THAT(absl::StatusOr<int>(1), IsOk());
  EXPECT_THAT(absl::NotFoundError("gone"), Not(IsOk()));
  EXPECT_THAT(absl::StatusOr<int>(absl::NotFoundError("gone")), Not(IsOk()));
}

TEST(IsOkTest, PrintsTheStatusFound) {
  EXPECT_EQ(Explain(absl::NotFoundError("gone"), IsOk()), "which is NOT_FOUND: gone");
}

TEST(StatusIsTest, ComparesCodeAndMessage) {
  const absl::Status status = absl::NotFoundError("no account accounts/a");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, HasSubstr("accounts/a")));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "no account accounts/a"));
  EXPECT_THAT(status, Not(StatusIs(absl::StatusCode::kNotFound, "another")));
  EXPECT_THAT(status, Not(StatusIs(absl::StatusCode::kAborted)));
  EXPECT_THAT(absl::StatusOr<int>(status), StatusIs(absl::StatusCode::kNotFound));
}

TEST(IsOkAndHoldsTest, AppliesTheInnerMatcher) {
  const absl::StatusOr<std::vector<int>> values = std::vector<int>{1, 2};
  EXPECT_THAT(values, IsOkAndHolds(ElementsAre(1, 2)));
  EXPECT_THAT(values, Not(IsOkAndHolds(ElementsAre(1))));
  EXPECT_THAT(absl::StatusOr<int>(3), IsOkAndHolds(3));
  EXPECT_THAT(absl::StatusOr<int>(3), IsOkAndHolds(Gt(2)));
  EXPECT_THAT(absl::StatusOr<std::string>("text"), IsOkAndHolds("text"));
}

TEST(IsOkAndHoldsTest, AcceptsTypesThatCannotBeCopied) {
  const absl::StatusOr<std::unique_ptr<int>> pointer = std::make_unique<int>(5);
  EXPECT_THAT(pointer, IsOkAndHolds(Pointee(5)));
}

TEST(IsOkAndHoldsTest, FailsOnErrorsAndPrintsThem) {
  const absl::StatusOr<int> error = absl::AbortedError("etag");
  EXPECT_THAT(error, Not(IsOkAndHolds(3)));
  ::testing::StringMatchResultListener listener;
  ::testing::Matcher<const absl::StatusOr<int>&> matcher = IsOkAndHolds(3);
  EXPECT_FALSE(matcher.MatchAndExplain(error, &listener));
  EXPECT_EQ(listener.str(), "which is ABORTED: etag");
}

TEST(AssertOkAndAssignTest, MovesTheValueOut) {
  BANSO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<int> pointer,
                             absl::StatusOr<std::unique_ptr<int>>(std::make_unique<int>(7)));
  EXPECT_EQ(*pointer, 7);
}

}  // namespace
}  // namespace banso::testing

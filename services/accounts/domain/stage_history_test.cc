#include "services/accounts/domain/stage_history.h"

#include <string>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::accounts {
namespace {

using ::banso::testing::ParseProto;
using v1::Account;
using v1::StagePeriod;

struct State {
  Account account;
  absl::Time since;
  std::string actor;
};

State At(int64_t second, const std::string& account, const std::string& actor = "members/x") {
  return {ParseProto<Account>(account), absl::FromUnixSeconds(second), actor};
}

std::vector<StagePeriod> PeriodsOf(const std::vector<State>& states) {
  std::vector<StagePeriod> periods;
  for (const State& state : states) {
    ContinueHistory(state.account, state.since, state.actor, &periods);
  }
  return periods;
}

TEST(StagePeriodsTest, BeginWhereStageOrOwnerChanges) {
  const std::vector<StagePeriod> periods = PeriodsOf({
      At(1, "lifecycle_stage: LIFECYCLE_STAGE_PROSPECT"),
      At(2, "lifecycle_stage: LIFECYCLE_STAGE_PROSPECT industry: 'tax'"),
      At(3, "lifecycle_stage: LIFECYCLE_STAGE_WON owners { sales: 'members/a' }", "members/a"),
      At(4, "lifecycle_stage: LIFECYCLE_STAGE_WON owners { sales: 'members/b' }"),
      At(5,
         "lifecycle_stage: LIFECYCLE_STAGE_WON owners { sales: 'members/b' "
         "retention: 'members/c' }"),
  });
  ASSERT_EQ(periods.size(), 3);
  EXPECT_EQ(periods[0].owner(), "");
  EXPECT_EQ(periods[1].stage(), v1::LIFECYCLE_STAGE_WON);
  EXPECT_EQ(periods[1].owner(), "members/a");
  EXPECT_EQ(periods[1].actor(), "members/a");
  EXPECT_EQ(periods[2].owner(), "members/b");
  EXPECT_EQ(periods[0].end_time().seconds(), 3);
  EXPECT_EQ(periods[1].start_time().seconds(), 3);
  EXPECT_EQ(periods[1].end_time().seconds(), 4);
  EXPECT_FALSE(periods[2].has_end_time());
}

TEST(StagePeriodsTest, LeavesOutWhatWasChangedAgainAtTheSameMoment) {
  const std::vector<StagePeriod> periods = PeriodsOf({
      At(1, "lifecycle_stage: LIFECYCLE_STAGE_WON owners { sales: 'members/a' }"),
      At(2, "lifecycle_stage: LIFECYCLE_STAGE_WON owners { sales: 'members/b' }"),
      At(2, "lifecycle_stage: LIFECYCLE_STAGE_WON owners { sales: 'members/a' }"),
      At(3, "lifecycle_stage: LIFECYCLE_STAGE_WON owners { sales: 'members/c' }"),
  });
  ASSERT_EQ(periods.size(), 2);
  EXPECT_EQ(periods[0].owner(), "members/a");
  EXPECT_EQ(periods[0].end_time().seconds(), 3);
  EXPECT_EQ(periods[1].owner(), "members/c");
}

TEST(StagePeriodsTest, ALostCustomerStaysWithWhoeverHadIt) {
  const std::vector<StagePeriod> periods = PeriodsOf({
      At(1, "lifecycle_stage: LIFECYCLE_STAGE_ONBOARDING owners { onboarding: 'members/a' }"),
      At(2,
         "lifecycle_stage: LIFECYCLE_STAGE_CHURNED owners { onboarding: 'members/a' } "
         "churn { stage_before: LIFECYCLE_STAGE_ONBOARDING }"),
  });
  ASSERT_EQ(periods.size(), 2);
  EXPECT_EQ(periods[1].stage(), v1::LIFECYCLE_STAGE_CHURNED);
  EXPECT_EQ(periods[1].owner(), "members/a");
}

}  // namespace
}  // namespace banso::accounts

#include "services/gateway/domain/portfolio.h"

#include "absl/time/civil_time.h"
#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::gateway {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::ParseProto;

// 20 April 2026, 8:00 in Tokyo: still the 19th in UTC.
const absl::Time kEvening = absl::FromCivil(absl::CivilHour(2026, 4, 19, 23), absl::UTCTimeZone());

AccountParts RunningAccount() {
  AccountParts parts;
  parts.account = ParseProto<accounts::v1::Account>(R"pb(
    name: "accounts/a"
    display_name: "A"
    lifecycle_stage: LIFECYCLE_STAGE_ONBOARDING
    owners { sales: "members/s" onboarding: "members/o" }
    accountable_owner: "members/o"
    classification { segment: "smb" touch: "high" }
  )pb");
  parts.onboardings.push_back(ParseProto<accounts::v1::Onboarding>(R"pb(
    name: "accounts/a/onboardings/o"
    state: ONBOARDING_STATE_RUNNING
    clocks {
      clock: CLOCK_CONTRACT_START
      date { year: 2026 month: 4 day: 1 }
    }
  )pb"));
  parts.plans.push_back(ParseProto<kickoff::v1::Plan>(R"pb(
    name: "accounts/a/onboardings/o/plan"
    deadline { year: 2026 month: 4 day: 18 }
  )pb"));
  return parts;
}

TEST(PortfolioTest, TellsWhereARunningOnboardingStands) {
  AccountParts parts = RunningAccount();
  parts.next_actions.push_back(ParseProto<kickoff::v1::NextAction>(R"pb(
    onboarding: "accounts/a/onboardings/o"
    title: "Add candidates"
    side: SIDE_CUSTOMER
    due { year: 2026 month: 4 day: 22 }
  )pb"));
  parts.next_actions.push_back(ParseProto<kickoff::v1::NextAction>(
      R"pb(onboarding: "accounts/a/onboardings/o" title: "Later")pb"));
  parts.scores.push_back(ParseProto<health::v1::Score>(R"pb(name: "accounts/a/scores/b"
                                                            state: SCORE_STATE_SCORED
                                                            band: "green"
                                                            value: 90)pb"));
  parts.scores.push_back(ParseProto<health::v1::Score>(R"pb(name: "accounts/a/scores/a"
                                                            state: SCORE_STATE_SCORED
                                                            band: "red"
                                                            value: 12)pb"));
  parts.success_labels.push_back(ParseProto<health::v1::SuccessLabel>(R"pb(
    name: "accounts/a/onboardings/o/successLabels/d"
    success_definition: "successDefinitions/d@1"
    state: SUCCESS_STATE_MISSED
  )pb"));
  parts.success_labels.push_back(ParseProto<health::v1::SuccessLabel>(R"pb(
    name: "accounts/a/onboardings/o/successLabels/d"
    success_definition: "successDefinitions/d@2"
    state: SUCCESS_STATE_UNDECIDED
  )pb"));
  EXPECT_THAT(RowOf(parts, kEvening), EqualsProto(R"pb(
                account: "accounts/a"
                display_name: "A"
                lifecycle_stage: LIFECYCLE_STAGE_ONBOARDING
                segment: "smb"
                touch: "high"
                owner: "members/o"
                onboarding: "accounts/a/onboardings/o"
                days_since_contract_start: 19
                deadline { year: 2026 month: 4 day: 18 }
                days_left: -2
                next_step: "Add candidates (customer)"
                next_due { year: 2026 month: 4 day: 22 }
                band: "red"
                score: 12
                success: TRUTH_UNKNOWN
              )pb"));
}

TEST(PortfolioTest, MarksARunningOnboardingWithoutANextStep) {
  EXPECT_EQ(RowOf(RunningAccount(), kEvening).next_step(), kNoNextStep);
}

TEST(PortfolioTest, SaysNothingOfTheNextStepWhenItIsNotKnown) {
  AccountParts parts = RunningAccount();
  parts.next_actions_known = false;
  EXPECT_EQ(RowOf(parts, kEvening).next_step(), "");
}

TEST(PortfolioTest, CountsACompletedOnboardingToItsCompletion) {
  AccountParts parts = RunningAccount();
  accounts::v1::Onboarding& onboarding = parts.onboardings[0];
  onboarding.set_state(accounts::v1::ONBOARDING_STATE_COMPLETED);
  *onboarding.add_clocks() =
      ParseProto<accounts::v1::ClockReading>(R"pb(clock: CLOCK_COMPLETION
                                                  date { year: 2026 month: 4 day: 11 })pb");
  const v1::PortfolioRow row = RowOf(parts, kEvening);
  EXPECT_EQ(row.days_since_contract_start(), 10);
  EXPECT_TRUE(row.has_deadline());
  EXPECT_FALSE(row.has_days_left());
  EXPECT_EQ(row.next_step(), "");
}

TEST(PortfolioTest, TellsOfAProspectWhatThereIs) {
  AccountParts parts;
  parts.account = ParseProto<accounts::v1::Account>(
      R"pb(name: "accounts/p" display_name: "P" lifecycle_stage: LIFECYCLE_STAGE_PROSPECT)pb");
  EXPECT_THAT(RowOf(parts, kEvening), EqualsProto(R"pb(
                account: "accounts/p"
                display_name: "P"
                lifecycle_stage: LIFECYCLE_STAGE_PROSPECT
              )pb"));
}

}  // namespace
}  // namespace banso::gateway

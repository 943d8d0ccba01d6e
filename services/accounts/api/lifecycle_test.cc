#include "services/accounts/domain/lifecycle.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/storage/retention.h"
#include "common/testing/nth.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/domain/merge.h"
#include "services/accounts/domain/onboarding.h"

namespace banso::accounts {
namespace {

using ::banso::testing::Nth;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using v1::Account;
using v1::StagePeriod;

constexpr char kChurn[] =
    "name: 'accounts/a' reason: CHURN_REASON_PRICE comment: 'too dear' "
    "date { year: 2026 month: 3 day: 25 }";

class LifecycleApiTest : public ApiTest {
 protected:
  std::vector<StagePeriod> History(const std::string& account) {
    auto response =
        Do(&AccountsApi::ListStageHistory, absl::StrCat("parent: 'accounts/", account, "'"));
    EXPECT_THAT(response, banso::testing::IsOk());
    if (!response.ok()) return {};
    return {response->periods().begin(), response->periods().end()};
  }

  // `stage: owner` of each period.
  std::vector<std::string> Story(const std::string& account) {
    std::vector<std::string> lines;
    for (const StagePeriod& period : History(account)) {
      lines.push_back(absl::StrCat(v1::LifecycleStage_Name(period.stage()).substr(16), ": ",
                                   period.owner(), " of ", period.owner_team()));
    }
    return lines;
  }
};

TEST_F(LifecycleApiTest, ALostCustomerKeepsItsOwnerAndItsOnboardingsEnd) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const Account lost, Do(&AccountsApi::ChurnAccount, kChurn));
  EXPECT_EQ(lost.lifecycle_stage(), v1::LIFECYCLE_STAGE_CHURNED);
  EXPECT_EQ(calendar::ToTime(lost.stage_since()), now_);
  EXPECT_EQ(lost.churn().reason(), v1::CHURN_REASON_PRICE);
  EXPECT_EQ(lost.churn().comment(), "too dear");
  EXPECT_EQ(lost.churn().stage_before(), v1::LIFECYCLE_STAGE_ONBOARDING);
  EXPECT_EQ(lost.churn().recorded_by(), "members/sato");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto onboarding, Do(&OnboardingsApi::GetOnboarding,
                                                       "name: 'accounts/a/onboardings/o1'"));
  EXPECT_EQ(onboarding.state(), v1::ONBOARDING_STATE_CANCELLED);
  EXPECT_EQ(onboarding.end_reason(), "the customer is lost");
  EXPECT_FALSE(onboarding.has_ball());
  EXPECT_THAT(FactHistory("accounts/a", "account.owner"),
              ElementsAre("members/sato", "members/aoki"));
  EXPECT_THAT(FactHistory("accounts/a", "account.churn_reason"), ElementsAre("price"));
  EXPECT_EQ(contract::Reason(Do(&AccountsApi::ChurnAccount, kChurn).status()),
            kReasonAccountChurned);
}

TEST_F(LifecycleApiTest, ACustomerLostInTheHandoffGapLeavesNothingOpen) {
  CreateWonAccount("a");
  StartOnboarding("a", "done");
  StartOnboarding("a", "runs");
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/done", "state: ONBOARDING_STATE_COMPLETED"));
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount, kChurn));
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::ListOnboardingsResponse ended,
      Do(&OnboardingsApi::ListOnboardings,
         "parent: 'accounts/a' states: ONBOARDING_STATE_LOST states: ONBOARDING_STATE_CANCELLED"));
  ASSERT_EQ(ended.onboardings_size(), 2);
  EXPECT_EQ(ended.onboardings(0).state(), v1::ONBOARDING_STATE_LOST);
  EXPECT_EQ(ended.onboardings(1).state(), v1::ONBOARDING_STATE_CANCELLED);
  for (const v1::Onboarding& onboarding : ended.onboardings()) {
    EXPECT_EQ(onboarding.end_reason(), "the customer is lost");
    EXPECT_FALSE(onboarding.has_ball());
    EXPECT_EQ(contract::Reason(Do(&OnboardingsApi::PassBall,
                                  absl::StrCat("name: '", onboarding.name(),
                                               "' holder: BALL_HOLDER_SALES reason: 'their turn'"))
                                   .status()),
              kReasonWrongState);
  }
  EXPECT_THAT(FactHistory("accounts/a/onboardings/done", "account.onboarding.state"),
              ElementsAre("running", "completed", "lost"));

  // Not even once the customer is won back.
  BANSO_ASSERT_OK(Do(&AccountsApi::ReopenAccount, "name: 'accounts/a'"));
  for (const char* state : {"RUNNING", "HANDED_OFF", "CANCELLED"}) {
    EXPECT_EQ(contract::Reason(Advance("accounts/a/onboardings/done",
                                       absl::StrCat("state: ONBOARDING_STATE_", state,
                                                    " handoff: 'accounts/a/handoffs/h' "
                                                    "retention_owner: 'members/ito'"))
                                   .status()),
              kReasonWrongState)
        << state;
  }
  EXPECT_EQ(GetAccount("a").owners().retention(), "");
}

TEST_F(LifecycleApiTest, ACustomerLostInTheHandoffGapIsMergedIntoACustomer) {
  CreateWonAccount("a");
  CreateWonAccount("b");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_COMPLETED"));
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount, kChurn));
  EXPECT_EQ(
      contract::Reason(
          Do(&AccountsApi::MergeAccounts, "name: 'accounts/a' duplicate: 'accounts/b'").status()),
      kReasonMergeOtherWay);
  BANSO_ASSERT_OK(Do(&AccountsApi::MergeAccounts, "name: 'accounts/b' duplicate: 'accounts/a'"));
  EXPECT_EQ(GetAccount("a").merged_into(), "accounts/b");
  EXPECT_EQ(GetAccount("b").lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
}

TEST_F(LifecycleApiTest, OnlyACustomerIsLostAndNotAheadOfTime) {
  BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount, "account_id: 'a' account { display_name: 'A' }"));
  EXPECT_EQ(contract::Reason(Do(&AccountsApi::ChurnAccount, kChurn).status()),
            kReasonAccountNotWon);
  CreateWonAccount("b");
  const auto ahead = Do(&AccountsApi::ChurnAccount,
                        "name: 'accounts/b' reason: CHURN_REASON_OTHER "
                        "date { year: 2026 month: 3 day: 26 }");
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(ahead.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ElementsAre("date", "comment"));
  EXPECT_EQ(GetAccount("b").lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
}

TEST_F(LifecycleApiTest, ALostCustomerIsWonBackOnlyAsAProspect) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_COMPLETED"));
  EXPECT_EQ(contract::Reason(Do(&AccountsApi::ReopenAccount, "name: 'accounts/a'").status()),
            kReasonAccountNotChurned);
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount, kChurn));
  EXPECT_EQ(contract::Reason(Advance("accounts/a/onboardings/o1",
                                     "state: ONBOARDING_STATE_HANDED_OFF "
                                     "handoff: 'accounts/a/handoffs/h' "
                                     "retention_owner: 'members/ito'")
                                 .status()),
            kReasonAccountChurned);
  BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal, "parent: 'accounts/a' deal_id: 'd2' deal {}"));
  const std::string win =
      "name: 'accounts/a/deals/d2' contract_start { year: 2027 month: 4 day: 1 }";
  EXPECT_EQ(contract::Reason(Do(&DealsApi::WinDeal, win).status()), kReasonAccountChurned);

  now_ += absl::Hours(1);
  EXPECT_THAT(Do(&AccountsApi::ReopenAccount, "name: 'accounts/a' sales_owner: 'members/nobody'"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const Account open,
      Do(&AccountsApi::ReopenAccount, "name: 'accounts/a' sales_owner: 'members/ito'"));
  EXPECT_EQ(open.lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
  EXPECT_FALSE(open.has_churn());
  EXPECT_EQ(open.owners().sales(), "members/ito");
  BANSO_ASSERT_OK(Do(&DealsApi::WinDeal, win));
  // What was completed before the customer was lost does not count again.
  BANSO_ASSERT_OK(Do(&OnboardingsApi::UpdateOnboarding,
                     "onboarding { name: 'accounts/a/onboardings/o1' products: 'x' }"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
  StartOnboarding("a", "o2");
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_ONBOARDING);
}

TEST_F(LifecycleApiTest, TheHistoryKeepsEveryStageWithItsOwner) {
  CreateWonAccount("a");
  now_ += absl::Hours(1);
  StartOnboarding("a", "o1");
  now_ += absl::Hours(1);
  // A team of later does not count for then.
  BANSO_ASSERT_OK(Do(&TeamApi::UpdateMember, "member { name: 'members/aoki' team: 'ops' }"));
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_COMPLETED"));
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1",
                          "state: ONBOARDING_STATE_HANDED_OFF handoff: 'accounts/a/handoffs/h' "
                          "retention_owner: 'members/ito'"));
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount, kChurn));
  EXPECT_THAT(Story("a"),
              ElementsAre("WON: members/sato of sales", "ONBOARDING: members/aoki of onboarding",
                          "HANDOFF_GAP: members/aoki of ops", "RETENTION: members/ito of retention",
                          "CHURNED: members/ito of retention"));
  const std::vector<StagePeriod> periods = History("a");
  for (size_t i = 1; i < periods.size(); ++i) {
    EXPECT_EQ(calendar::ToTime(periods[i - 1].end_time()),
              calendar::ToTime(periods[i].start_time()));
  }
  EXPECT_EQ(Nth(periods, 1).actor(), "services/handoff");
  EXPECT_FALSE(periods.back().has_end_time());
  EXPECT_THAT(Do(&AccountsApi::ListStageHistory, "parent: 'accounts/none'"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(LifecycleApiTest, TheHistoryOutlivesTheChanges) {
  CreateWonAccount("a");
  now_ += absl::Hours(1);
  StartOnboarding("a", "o1");
  now_ += absl::Hours(24 * 400);
  const std::vector<std::string> before = Story("a");
  ASSERT_EQ(before.size(), 2u);
  BANSO_ASSERT_OK_AND_ASSIGN(const int64_t purged,
                             storage::PurgeChanges(*database_, NewCall("sweep"), now_));
  EXPECT_GT(purged, 0);
  EXPECT_EQ(Story("a"), before);
  BANSO_ASSERT_OK(Do(&TeamApi::UpdateMember, "member { name: 'members/aoki' team: 'ops' }"));
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount, kChurn));
  EXPECT_THAT(Story("a"),
              ElementsAre("WON: members/sato of sales", "ONBOARDING: members/aoki of onboarding",
                          "CHURNED: members/aoki of ops"));
}

TEST_F(LifecycleApiTest, TheHistoryComesInPages) {
  CreateWonAccount("a");
  now_ += absl::Hours(1);
  StartOnboarding("a", "o1");
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount, kChurn));
  v1::ListStageHistoryRequest request;
  request.set_parent("accounts/a");
  request.set_page_size(2);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto first, Do(&AccountsApi::ListStageHistory, request));
  EXPECT_EQ(first.periods_size(), 2);
  request.set_page_token(first.next_page_token());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto second, Do(&AccountsApi::ListStageHistory, request));
  ASSERT_EQ(second.periods_size(), 1);
  EXPECT_EQ(second.periods(0).stage(), v1::LIFECYCLE_STAGE_CHURNED);
  EXPECT_EQ(second.next_page_token(), "");
  request.set_parent("accounts/b");
  CreateWonAccount("b");
  EXPECT_THAT(Do(&AccountsApi::ListStageHistory, request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::accounts

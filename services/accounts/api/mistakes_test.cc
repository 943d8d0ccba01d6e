#include <string>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/in_use.h"
#include "services/accounts/api/intake_api.h"
#include "services/accounts/api/voice_api.h"
#include "services/accounts/domain/deal.h"
#include "services/accounts/domain/intake.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/member.h"

namespace banso::accounts {
namespace {

using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::Deal;

// What was recorded by mistake goes away, unless something rests on it.
class MistakesTest : public ApiTest {
 protected:
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Response> (VoiceApi::*handler)(const Call&,
                                                                             const Request&),
                               const std::string& request) {
    VoiceApi api(*database_, store_, ids_);
    return DoOn(api, handler, request);
  }
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Response> (IntakeApi::*handler)(const Call&,
                                                                              const Request&),
                               const std::string& request) {
    IntakeApi api(*database_, store_, ids_);
    return DoOn(api, handler, request);
  }

  absl::StatusOr<Deal> Reopen(const std::string& deal) {
    return Do(&DealsApi::ReopenDeal,
              absl::StrCat("name: 'accounts/a/deals/", deal, "' reason: 'another customer'"));
  }
  absl::Status DeleteDeal(const std::string& deal) {
    return Do(&DealsApi::DeleteDeal, absl::StrCat("name: 'accounts/a/deals/", deal, "'")).status();
  }
  void CreateDeal(const std::string& deal) {
    BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal, absl::StrCat("parent: 'accounts/a' deal_id: '", deal,
                                                           "' deal { display_name: 'D' }")));
  }
  absl::Status DeleteStakeholder(const std::string& id) {
    return Do(&PeopleApi::DeleteStakeholder,
              absl::StrCat("name: 'accounts/a/stakeholders/", id, "'"))
        .status();
  }
  void CreateStakeholder(const std::string& id, const std::string& rest = "") {
    BANSO_ASSERT_OK(Do(&PeopleApi::CreateStakeholder,
                       absl::StrCat("parent: 'accounts/a' stakeholder_id: '", id,
                                    "' stakeholder { display_name: 'P' ", rest, " }")));
  }
};

TEST_F(MistakesTest, ADealWonByMistakeIsTakenBackWithTheStageThatItGave) {
  CreateWonAccount("a");
  EXPECT_EQ(FactNow("accounts/a", "account.lifecycle_stage"), "\"won\"");
  BANSO_ASSERT_OK_AND_ASSIGN(const Deal open, Reopen("d1"));
  EXPECT_EQ(open.stage(), v1::DEAL_STAGE_OPEN);
  EXPECT_FALSE(open.has_contract_start());
  EXPECT_FALSE(open.has_close_date());
  ASSERT_EQ(open.reopenings_size(), 1);
  EXPECT_EQ(open.reopenings(0).stage_before(), v1::DEAL_STAGE_WON);
  EXPECT_EQ(open.reopenings(0).close_date_before().day(), 25);
  EXPECT_EQ(open.reopenings(0).reason(), "another customer");
  EXPECT_EQ(open.reopenings(0).reopened_by(), "members/sato");
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
  EXPECT_EQ(FactNow("accounts/a", "account.lifecycle_stage"), "\"prospect\"");
  EXPECT_EQ(contract::Reason(Reopen("d1").status()), kReasonDealOpen);
  BANSO_EXPECT_OK(Do(&DealsApi::WinDeal,
                     "name: 'accounts/a/deals/d1' "
                     "contract_start { year: 2026 month: 4 day: 1 }"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
}

TEST_F(MistakesTest, AnotherDealThatIsWonKeepsTheAccountWon) {
  CreateWonAccount("a");
  CreateDeal("d2");
  BANSO_ASSERT_OK(Do(&DealsApi::WinDeal,
                     "name: 'accounts/a/deals/d2' "
                     "contract_start { year: 2026 month: 4 day: 1 }"));
  BANSO_ASSERT_OK(Reopen("d2"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
  BANSO_ASSERT_OK(Reopen("d1"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
}

TEST_F(MistakesTest, ADealOfBeforeTheCustomerWasLostDoesNotKeepTheAccountWon) {
  CreateWonAccount("a");
  now_ += absl::Hours(24 * 10);
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount,
                     "name: 'accounts/a' reason: CHURN_REASON_PRICE "
                     "date { year: 2026 month: 4 day: 3 }"));
  EXPECT_EQ(contract::Reason(Reopen("d1").status()), kReasonAccountChurned);
  BANSO_ASSERT_OK(Do(&AccountsApi::ReopenAccount, "name: 'accounts/a'"));
  CreateDeal("d2");
  BANSO_ASSERT_OK(Do(&DealsApi::WinDeal,
                     "name: 'accounts/a/deals/d2' "
                     "contract_start { year: 2026 month: 5 day: 1 }"));
  BANSO_ASSERT_OK(Reopen("d2"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
}

TEST_F(MistakesTest, ADealLostByMistakeIsTakenBack) {
  CreateWonAccount("a");
  CreateDeal("d2");
  BANSO_ASSERT_OK(Do(&DealsApi::LoseDeal, "name: 'accounts/a/deals/d2' reason: 'budget'"));
  BANSO_ASSERT_OK_AND_ASSIGN(const Deal open, Reopen("d2"));
  EXPECT_EQ(open.loss_reason(), "");
  ASSERT_EQ(open.reopenings_size(), 1);
  EXPECT_EQ(open.reopenings(0).reason_before(), "budget");
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
  BANSO_EXPECT_OK(
      Do(&DealsApi::UpdateDeal, "deal { name: 'accounts/a/deals/d2' display_name: 'Again' }"));
}

TEST_F(MistakesTest, ADealIsNotTakenBackUnderTheWorkThatItBegan) {
  CreateWonAccount("a");
  BANSO_ASSERT_OK(Do(&RelationsApi::CreateContract, R"pb(
    parent: "accounts/a"
    contract_id: "c1"
    contract {
      start_date { year: 2026 month: 4 day: 1 }
      deal: "accounts/a/deals/d1"
    }
  )pb"));
  actor_ = "services/handoff";
  BANSO_ASSERT_OK(Do(&OnboardingsApi::CreateOnboarding, R"pb(
    parent: "accounts/a"
    onboarding_id: "o1"
    onboarding { kind: ONBOARDING_KIND_INITIAL owner: "members/aoki" deal: "accounts/a/deals/d1" }
    contract_start { year: 2026 month: 4 day: 1 }
  )pb"));
  actor_ = "members/sato";
  const absl::Status refused = Reopen("d1").status();
  EXPECT_EQ(contract::Reason(refused), kReasonInUse);
  EXPECT_THAT(refused.message(),
              AllOf(HasSubstr("accounts/a/contracts/c1"), HasSubstr("accounts/a/onboardings/o1")));
  BANSO_ASSERT_OK(Do(&RelationsApi::DeleteContract, "name: 'accounts/a/contracts/c1'"));
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1",
                          "state: ONBOARDING_STATE_CANCELLED reason: 'a mistake'"));
  BANSO_ASSERT_OK(Reopen("d1"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
  EXPECT_EQ(contract::Reason(DeleteDeal("d1")), kReasonInUse)
      << "the cancelled onboarding names it";
}

TEST_F(MistakesTest, AnOnboardingKeepsTheLastWonDealThoughItNamesNone) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  const absl::Status refused = Reopen("d1").status();
  EXPECT_EQ(contract::Reason(refused), kReasonInUse);
  EXPECT_THAT(refused.message(),
              AllOf(HasSubstr("accounts/a/onboardings/o1"), HasSubstr("no other deal")));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_ONBOARDING);
  // One that waits for retention needs it as well.
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_COMPLETED"));
  EXPECT_EQ(contract::Reason(Reopen("d1").status()), kReasonInUse);
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_RUNNING"));
  // Another deal that is won carries it.
  CreateDeal("d2");
  BANSO_ASSERT_OK(Do(&DealsApi::WinDeal,
                     "name: 'accounts/a/deals/d2' contract_start { year: 2026 month: 4 day: 1 }"));
  BANSO_ASSERT_OK(Reopen("d2"));
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1",
                          "state: ONBOARDING_STATE_CANCELLED reason: 'a mistake'"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
  BANSO_ASSERT_OK(Reopen("d1"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
}

TEST_F(MistakesTest, AnOpenDealThatNothingNamesIsDeleted) {
  CreateWonAccount("a");
  EXPECT_EQ(contract::Reason(DeleteDeal("d1")), kReasonDealClosed);
  CreateDeal("d2");
  BANSO_ASSERT_OK(Ask(&IntakeApi::CreateIntakeReview,
                      "parent: 'accounts/a' intake_review_id: 'r1' "
                      "intake_review { deal: 'accounts/a/deals/d2' question: 'May we?' }"));
  BANSO_ASSERT_OK(Ask(&VoiceApi::CreateVoice,
                      "parent: 'accounts/a' voice_id: 'v1' voice { kind: VOICE_KIND_PRAISE "
                      "text: 'Good' deal: 'accounts/a/deals/d2' "
                      "date { year: 2026 month: 3 day: 25 } }"));
  const absl::Status refused = DeleteDeal("d2");
  EXPECT_EQ(contract::Reason(refused), kReasonInUse);
  EXPECT_THAT(refused.message(),
              AllOf(HasSubstr("accounts/a/intakeReviews/r1"), HasSubstr("accounts/a/voices/v1")));
  BANSO_ASSERT_OK(Ask(&VoiceApi::DeleteVoice, "name: 'accounts/a/voices/v1'"));
  BANSO_ASSERT_OK(Ask(&IntakeApi::DeleteIntakeReview, "name: 'accounts/a/intakeReviews/r1'"));
  BANSO_ASSERT_OK(DeleteDeal("d2"));
  EXPECT_THAT(DeleteDeal("d2"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(MistakesTest, AQuestionIsDeletedByWhoAskedUntilItIsAnswered) {
  CreateWonAccount("a");
  CreateDeal("d2");
  const char* ask =
      "parent: 'accounts/a' intake_review_id: 'r1' "
      "intake_review { deal: 'accounts/a/deals/d2' question: 'May we?' }";
  const char* remove = "name: 'accounts/a/intakeReviews/r1'";
  BANSO_ASSERT_OK(Ask(&IntakeApi::CreateIntakeReview, ask));
  actor_ = "members/ito";
  EXPECT_EQ(contract::Reason(Ask(&IntakeApi::DeleteIntakeReview, remove).status()),
            kReasonRoleRequired);
  BANSO_ASSERT_OK(Ask(&IntakeApi::DecideIntakeReview,
                      absl::StrCat(remove, " verdict: INTAKE_VERDICT_DECLINE reason: 'no'")));
  actor_ = "members/sato";
  EXPECT_EQ(contract::Reason(Ask(&IntakeApi::DeleteIntakeReview, remove).status()),
            kReasonReviewDecided)
      << "else a declined deal could be won by forgetting that it was";
}

TEST_F(MistakesTest, APersonWhoNeverWasThereDoesNotCountAsHavingLeft) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  CreateStakeholder("mistake", "roles: STAKEHOLDER_ROLE_PROJECT_OWNER");
  BANSO_ASSERT_OK(Do(&PeopleApi::RecordEnthusiasm,
                     "name: 'accounts/a/stakeholders/mistake' level: 4 "
                     "date { year: 2026 month: 3 day: 25 }"));
  EXPECT_EQ(FactNow("accounts/a/stakeholders/mistake", "account.stakeholder.enthusiasm"), "4");
  BANSO_ASSERT_OK(DeleteStakeholder("mistake"));
  EXPECT_EQ(FactNow("accounts/a/stakeholders/mistake", "account.stakeholder.enthusiasm"), "");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto changes,
                             Do(&PeopleApi::ListStakeholderChanges, "parent: 'accounts/a'"));
  EXPECT_THAT(changes.stakeholder_changes(), IsEmpty());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::AccountSummary summary,
                             Do(&PeopleApi::GetAccountSummary, "name: 'accounts/a/summary'"));
  EXPECT_THAT(summary.role_holders(), IsEmpty());
}

TEST_F(MistakesTest, APersonWhomSomethingNamesIsNotDeleted) {
  CreateWonAccount("a");
  CreateStakeholder("tanaka");
  BANSO_ASSERT_OK(Do(&RelationsApi::CreateInteraction, R"pb(
    parent: "accounts/a"
    interaction_id: "i1"
    interaction {
      channel: INTERACTION_CHANNEL_PHONE
      start_time { seconds: 1774400000 }
      members: "members/sato"
      stakeholders: "accounts/a/stakeholders/tanaka"
    }
  )pb"));
  BANSO_ASSERT_OK(Ask(&VoiceApi::CreateVoice,
                      "parent: 'accounts/a' voice_id: 'v1' voice { kind: VOICE_KIND_PRAISE "
                      "text: 'Good' stakeholder: 'accounts/a/stakeholders/tanaka' "
                      "date { year: 2026 month: 3 day: 25 } }"));
  const absl::Status refused = DeleteStakeholder("tanaka");
  EXPECT_EQ(contract::Reason(refused), kReasonInUse);
  EXPECT_THAT(refused.message(),
              AllOf(HasSubstr("accounts/a/interactions/i1"), HasSubstr("accounts/a/voices/v1")));
}

}  // namespace
}  // namespace banso::accounts

#include <string>

#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "services/handoff/api/handoff_fixture.h"
#include "services/handoff/domain/evidence.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using CompletionApiTest = HandoffTest;

constexpr char kRules[] =
    "criteria { id: 'rules' title: 'Rules' kind: CRITERION_KIND_ARTIFACT required: true } ";
constexpr char kWord[] =
    "criteria { id: 'word' title: 'The customer says so' "
    "kind: CRITERION_KIND_CUSTOMER_CONFIRMATION required: true two_keys: true } ";
constexpr char kInterview[] =
    "criteria { id: 'interview' title: 'An interview' kind: CRITERION_KIND_CONDITION required: "
    "true "
    "condition { compare { fact { fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM "
    "from_clock { clock: CLOCK_CONTRACT_START length { count: 30 unit: PERIOD_UNIT_DAY } } } } "
    "op: OPERATOR_GE values { number: 1 } } } } ";

std::string EvidenceFor(const std::string& evidence) {
  return "parent: 'accounts/acme/onboardings/o1/completion' evidence { " + evidence + " }";
}
std::string Name(const std::string& child) {
  return "name: 'accounts/acme/onboardings/o1/completion/" + child + "' ";
}

TEST_F(CompletionApiTest, KeepsTheCriteriaWithWhichTheOnboardingBegan) {
  ActivateSet("smb", "", kRules);
  BANSO_ASSERT_OK(Start());
  ActivateSet("smb", "", absl::StrCat(kRules, kWord), 2);
  EXPECT_EQ(Completion().criteria_set(), "criteriaSets/smb@1");
  EXPECT_THAT(Readiness().criteria(), SizeIs(1));
}

TEST_F(CompletionApiTest, AsksTheOwnersOfTheFactsAfresh) {
  ActivateSet("smb", "", kInterview);
  BANSO_ASSERT_OK(Start());
  EXPECT_EQ(Readiness().verdict(), v1::OVERALL_VERDICT_NOT_READY);
  type::v1::Value value;
  value.set_number(1);
  neighbours_.facts().Set(kAccount, "metric.interviews", value, Noon(absl::CivilDay(2026, 4, 20)));
  const v1::Readiness readiness = Readiness();
  EXPECT_EQ(readiness.verdict(), v1::OVERALL_VERDICT_READY);
  EXPECT_THAT(Nth(readiness.criteria(), 0).explanation().rule(), HasSubstr("within 30 days"));
}

TEST_F(CompletionApiTest, IsUnknownAndNamesTheServiceWhileItIsAway) {
  ActivateSet("smb", "", absl::StrCat(kInterview, kRules));
  BANSO_ASSERT_OK(Start());
  neighbours_.Fail("health", absl::UnavailableError("away"));
  const v1::Readiness readiness = Readiness();
  EXPECT_THAT(readiness.unavailable_services(), ElementsAre("health"));
  EXPECT_EQ(Nth(readiness.criteria(), 0).verdict(), v1::VERDICT_UNKNOWN);
  EXPECT_THAT(Nth(readiness.criteria(), 0).reason(), HasSubstr("health"));
  EXPECT_EQ(Nth(readiness.criteria(), 1).verdict(), v1::VERDICT_NOT_MET);
}

TEST_F(CompletionApiTest, RefusesToCompleteWithAnUnmetCriterionUnlessAnExceptionIsApproved) {
  ActivateSet("smb", "", kRules);
  BANSO_ASSERT_OK(Start());
  const auto refused = CompleteIt();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("Rules")));
  EXPECT_EQ(contract::Reason(refused.status()), kReasonNotReady);
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_OPEN);

  BANSO_ASSERT_OK(Ask(&CompletionsApi::CreateException,
                      "parent: 'accounts/acme/onboardings/o1/completion' exception_id: 'x1' "
                      "exception { kind: EXCEPTION_KIND_WAIVE criterion: 'rules' reason_code: "
                      "'not_needed' reason: 'One site only' "
                      "expire_date { year: 2026 month: 9 day: 30 } }"));
  EXPECT_THAT(CompleteIt(), StatusIs(absl::StatusCode::kFailedPrecondition))
      << "it is only asked for";
  const auto by_same = Ask(&CompletionsApi::ApproveException, Name("exceptions/x1"));
  EXPECT_THAT(by_same, StatusIs(absl::StatusCode::kPermissionDenied));
  BANSO_ASSERT_OK(AskAs("members/kato", &CompletionsApi::ApproveException, Name("exceptions/x1")));
  EXPECT_EQ(Fact("completion.exceptions"), "1");

  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process process, CompleteIt());
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_SUCCEEDED);
  const v1::Completion completion = Completion();
  EXPECT_EQ(completion.state(), v1::COMPLETION_STATE_COMPLETED);
  EXPECT_EQ(completion.readiness().verdict(), v1::OVERALL_VERDICT_READY_WITH_EXCEPTIONS);
  EXPECT_THAT(Nth(completion.readiness().criteria(), 0).exceptions(),
              ElementsAre("accounts/acme/onboardings/o1/completion/exceptions/x1"));
  EXPECT_EQ(Fact("completion.verdict"), "ready_with_exceptions");
  Proves("KAM-13");
}

TEST_F(CompletionApiTest, TakesNoExceptionWithoutACodeThatThePolicyKnows) {
  BANSO_ASSERT_OK(Ask(&HandoffApi::SaveHandoffPolicy,
                      "handoff_policy { name: 'handoffPolicies/p' exception_reasons { code: "
                      "'customer_schedule' title: 'x' } } reason: 'test'"));
  BANSO_ASSERT_OK(Ask(&HandoffApi::ActivateHandoffPolicy, "name: 'handoffPolicies/p@1'"));
  ActivateSet("smb", "", kRules);
  BANSO_ASSERT_OK(Start());
  const auto with_code = [&](const std::string& code) {
    return Ask(&CompletionsApi::CreateException,
               "parent: 'accounts/acme/onboardings/o1/completion' exception { kind: "
               "EXCEPTION_KIND_WAIVE criterion: 'rules' reason: 'x' reason_code: '" +
                   code + "' expire_date { year: 2026 month: 9 day: 30 } }");
  };
  EXPECT_THAT(with_code(""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(with_code("because"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("customer_schedule")));
  EXPECT_THAT(with_code("customer_schedule"), IsOk());
}

TEST_F(CompletionApiTest, NeedsAnOutcomeAndPrintsItInThePackage) {
  BANSO_ASSERT_OK(Start());
  EXPECT_THAT(CompleteIt(""),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("outcomes")));
  BANSO_ASSERT_OK(CompleteIt());
  EXPECT_THAT(Nth(Handoff().sections(), 1).body(),
              HasSubstr("Same-day reports: 20 -> 95 % on 2026-06-26, for the field"));
  EXPECT_THAT(Nth(Handoff().outcomes(), 0).sentence(), HasSubstr("report list of June"));
  EXPECT_EQ(Nth(Handoff().outcomes(), 0).layer(), accounts::v1::LAYER_FIELD);
  Proves("KAM-16");
}

TEST_F(CompletionApiTest, NeedsNoOutcomeUnderAnException) {
  BANSO_ASSERT_OK(Start());
  BANSO_ASSERT_OK(Ask(&CompletionsApi::CreateException,
                      "parent: 'accounts/acme/onboardings/o1/completion' exception_id: 'x1' "
                      "exception { kind: EXCEPTION_KIND_WAIVE criterion: 'outcomes' reason_code: "
                      "'seasonal' reason: 'Use begins in autumn' "
                      "expire_date { year: 2026 month: 9 day: 30 } }"));
  BANSO_ASSERT_OK(AskAs("members/kato", &CompletionsApi::ApproveException, Name("exceptions/x1")));
  BANSO_ASSERT_OK(CompleteIt(""));
  EXPECT_EQ(Completion().readiness().verdict(), v1::OVERALL_VERDICT_READY_WITH_EXCEPTIONS);
  Proves("KAM-16");
}

TEST_F(CompletionApiTest, CompletesOnlyWithBothKeys) {
  ActivateSet("smb", "", kWord);
  BANSO_ASSERT_OK(Start());
  BANSO_ASSERT_OK(Ask(&CompletionsApi::RecordEvidence,
                      EvidenceFor("criterion: 'word' confirmation { key: CONFIRMATION_KEY_CSM "
                                  "statement: 'They run by themselves' }")));
  EXPECT_EQ(Readiness().verdict(), v1::OVERALL_VERDICT_PENDING_CUSTOMER);
  EXPECT_THAT(CompleteIt(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("waiting for the customer: missing: the customer's key")));

  const std::string customer = EvidenceFor(
      "criterion: 'word' confirmed_by: 'accounts/acme/stakeholders/mori' "
      "confirmation { key: CONFIRMATION_KEY_CUSTOMER statement: 'We can go on' }");
  EXPECT_THAT(Ask(&CompletionsApi::RecordEvidence, customer),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("evidence.proof")));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::Evidence evidence,
      AskAs("accounts/acme/stakeholders/mori", &CompletionsApi::RecordEvidence, customer));
  EXPECT_EQ(evidence.confirmation_source(), v1::CONFIRMATION_SOURCE_CUSTOMER);
  EXPECT_EQ(evidence.confirmation().statement(), "We can go on");
  EXPECT_TRUE(evidence.has_date());
  EXPECT_EQ(Readiness().verdict(), v1::OVERALL_VERDICT_READY);
  EXPECT_THAT(CompleteIt(), IsOk());
  Proves("LX-19");
}

TEST_F(CompletionApiTest, CountsWithdrawnEvidenceNoMore) {
  ActivateSet("smb", "", kRules);
  BANSO_ASSERT_OK(Start());
  BANSO_ASSERT_OK(Ask(&CompletionsApi::RecordEvidence,
                      EvidenceFor("criterion: 'rules' text: 'Seen'") + " evidence_id: 'e1'"));
  EXPECT_EQ(Readiness().verdict(), v1::OVERALL_VERDICT_READY);
  EXPECT_THAT(Nth(Readiness().criteria(), 0).evidence(),
              ElementsAre("accounts/acme/onboardings/o1/completion/evidence/e1"));
  BANSO_ASSERT_OK(
      Ask(&CompletionsApi::WithdrawEvidence, Name("evidence/e1") + "reason: 'Another site'"));
  EXPECT_EQ(Readiness().verdict(), v1::OVERALL_VERDICT_NOT_READY);
  EXPECT_THAT(Ask(&CompletionsApi::WithdrawEvidence, Name("evidence/e1") + "reason: 'Again'"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::ListEvidenceResponse shown,
      Ask(&CompletionsApi::ListEvidence, "parent: 'accounts/acme/onboardings/o1/completion'"));
  EXPECT_EQ(shown.evidence_size(), 0);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListEvidenceResponse all,
                             Ask(&CompletionsApi::ListEvidence,
                                 "parent: 'accounts/acme/onboardings/o1/completion' "
                                 "show_withdrawn: true"));
  EXPECT_EQ(all.evidence_size(), 1);
}

TEST_F(CompletionApiTest, TakesEvidenceForWhatAnExceptionAdded) {
  ActivateSet("smb", "", kRules);
  BANSO_ASSERT_OK(Start());
  BANSO_ASSERT_OK(Ask(
      &CompletionsApi::CreateException,
      "parent: 'accounts/acme/onboardings/o1/completion' exception_id: 'x1' "
      "exception { kind: EXCEPTION_KIND_ADD reason_code: 'large' reason: 'Two sites' "
      "expire_date { year: 2026 month: 9 day: 30 } replacement { id: 'second-site' title: 'Second' "
      "kind: CRITERION_KIND_ARTIFACT required: true } }"));
  const std::string evidence = EvidenceFor("criterion: 'second-site' text: 'Seen'");
  EXPECT_THAT(Ask(&CompletionsApi::RecordEvidence, evidence),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("evidence.criterion")));
  BANSO_ASSERT_OK(AskAs("members/kato", &CompletionsApi::ApproveException, Name("exceptions/x1")));
  EXPECT_THAT(Ask(&CompletionsApi::RecordEvidence, evidence), IsOk());
}

TEST_F(CompletionApiTest, TakesNothingMoreOnceItIsCompleted) {
  BANSO_ASSERT_OK(Start());
  BANSO_ASSERT_OK(CompleteIt());
  EXPECT_THAT(Ask(&CompletionsApi::CreateException,
                  "parent: 'accounts/acme/onboardings/o1/completion' exception { kind: "
                  "EXCEPTION_KIND_WAIVE criterion: 'outcomes' reason_code: 'x' reason: 'x' "
                  "expire_date { year: 2026 month: 9 day: 30 } }"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  const auto again = CompleteIt();
  EXPECT_EQ(contract::Reason(again.status()), kReasonWrongState);
}

TEST_F(CompletionApiTest, ListsByStateOwnerAndCriteria) {
  ActivateSet("smb", "", kRules);
  BANSO_ASSERT_OK(Start());
  const auto count = [&](const std::string& filter) {
    auto page = Ask(&CompletionsApi::ListCompletions, "parent: 'accounts/-' " + filter);
    EXPECT_THAT(page, IsOk());
    return page.ok() ? page->completions_size() : -1;
  };
  EXPECT_EQ(count(""), 1);
  EXPECT_EQ(count("states: COMPLETION_STATE_OPEN owner: 'members/aoki'"), 1);
  EXPECT_EQ(count("states: COMPLETION_STATE_COMPLETED"), 0);
  EXPECT_EQ(count("owner: 'members/ito'"), 0);
  EXPECT_EQ(count("criteria_set: 'criteriaSets/smb'"), 1);
  EXPECT_EQ(count("criteria_set: 'criteriaSets/smb@1'"), 1);
  EXPECT_EQ(count("criteria_set: 'criteriaSets/smb@2'"), 0);
}

}  // namespace
}  // namespace banso::handoff

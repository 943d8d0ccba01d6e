#include <string>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/acceptance.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "banso/handoff/v1/handoff.pb.h"
#include "banso/kickoff/v1/plan.pb.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::testing::SizeIs;

constexpr char kIntakeDeals[] = "banso.accounts.v1.DealsService/";
constexpr char kIntake[] = "banso.accounts.v1.IntakeService/";
constexpr char kIntakeHandoff[] = "banso.handoff.v1.HandoffService/";
constexpr char kCondition[] = "A lead per site before the kickoff";

// Handoffs tell the conditions of the sale.
void TellConditionsInHandoffs(const Client& client) {
  const auto policy = client.Call<handoff::v1::HandoffPolicy>(
      absl::StrCat(kIntakeHandoff, "SaveHandoffPolicy"), R"({
    "handoffPolicy": {
      "name": "handoffPolicies/default", "displayName": "Onboarding to retention",
      "sections": [
        {"id": "conditions", "title": "Agreed before the sale", "required": true,
         "prefill": "SECTION_CONTENT_INTAKE_CONDITIONS"},
        {"id": "people", "title": "People", "required": true}],
      "responseTime": {"count": 5, "unit": "PERIOD_UNIT_BUSINESS_DAY"},
      "gapWarnAfter": {"count": 8, "unit": "PERIOD_UNIT_DAY"},
      "gapEscalateAfter": {"count": 15, "unit": "PERIOD_UNIT_DAY"},
      "quietPeriod": {"count": 14, "unit": "PERIOD_UNIT_DAY"},
      "minimumOutcomes": 1,
      "exceptionReasons": [{"code": "customer_schedule", "title": "Their own schedule"}],
      "returnReasons": [{"code": "package_incomplete", "title": "Something is missing"}]},
    "reason": "conditions of the sale"})");
  ASSERT_THAT(policy, IsOk());
  ASSERT_THAT(
      client.Call<handoff::v1::HandoffPolicy>(absl::StrCat(kIntakeHandoff, "ActivateHandoffPolicy"),
                                              absl::StrCat(R"({"name": "handoffPolicies/default@)",
                                                           policy->revision().number(), R"("})")),
      IsOk());
}

// Sales asks whether it may sell, and is answered within the day: yes, on a condition.
void AskAndAnswer(Lapras* lapras) {
  const Client& client = lapras->client();
  ASSERT_THAT(client.Call<accounts::v1::Deal>(absl::StrCat(kIntakeDeals, "CreateDeal"), R"({
    "parent": "accounts/crm-100", "dealId": "d1", "requestId": "deal-1", "deal": {
      "displayName": "Scout, a year", "salesOwner": "members/sato-sales",
      "amount": {"minorUnits": 1200000, "currency": "JPY"}}})"),
              IsOk());
  ASSERT_THAT(
      client.Call<accounts::v1::IntakeReview>(absl::StrCat(kIntake, "CreateIntakeReview"), R"({
    "parent": "accounts/crm-100", "intakeReviewId": "r1", "intakeReview": {
      "deal": "accounts/crm-100/deals/d1", "question": "Six sites. May we?"}})"),
      IsOk());
  lapras->SetTime("2025-04-01T05:00:00Z");
  const auto answered = client.Call<accounts::v1::IntakeReview>(
      absl::StrCat(kIntake, "DecideIntakeReview"),
      absl::StrCat(R"({"name": "accounts/crm-100/intakeReviews/r1",
                       "verdict": "INTAKE_VERDICT_ACCEPT_WITH_CONDITIONS",
                       "reason": "Once somebody carries it at each site",
                       "conditions": [{"key": "site_leads", "text": ")",
                   kCondition, R"("}]})"));
  ASSERT_THAT(answered, IsOk());
  EXPECT_TRUE(answered->in_time());
}

// The condition is a question of the plan, which the customer agrees to before the kickoff.
void AgreeToTheCondition(const Client& client) {
  ASSERT_THAT(client.Call<accounts::v1::Stakeholder>(
                  "banso.accounts.v1.PeopleService/CreateStakeholder", R"({
    "parent": "accounts/crm-100", "stakeholderId": "nishi",
    "stakeholder": {"displayName": "Somebody"}})"),
              IsOk());
  ASSERT_THAT(client.Call<kickoff::v1::HearingAnswer>(
                  "banso.kickoff.v1.MeetingsService/RecordHearingAnswer", R"({
    "hearingAnswer": {
      "name": "accounts/crm-100/onboardings/o1/plan/hearingAnswers/intake-site-leads",
      "answer": "Named at all six", "provenance": "PROVENANCE_CONFIRMED",
      "saidBy": "accounts/crm-100/stakeholders/nishi"}})"),
              IsOk());
}

TEST(IntakeJourney, TheConditionsOfTheSaleStandInThePackageThatRetentionReceives) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  lapras.ApplyProgram();
  if (!HasFatalFailure()) TellConditionsInHandoffs(lapras.client());
  if (!HasFatalFailure()) lapras.ImportAccounts();
  if (!HasFatalFailure()) AskAndAnswer(&lapras);
  for (const auto stretch : {&Lapras::WinDeal, &Lapras::StartOnboarding, &Lapras::AwaitOnboarding,
                             &Lapras::LookAtPlan}) {
    if (!HasFatalFailure()) (lapras.*stretch)();
  }
  if (!HasFatalFailure()) AgreeToTheCondition(lapras.client());
  for (const auto stretch : {&Lapras::GetReadyForKickoff, &Lapras::HoldKickoff,
                             &Lapras::AwaitKickoffClock, &Lapras::LetTwoWeeksPass}) {
    if (!HasFatalFailure()) (lapras.*stretch)();
  }
  if (HasFatalFailure()) return;
  const auto onboarding = lapras.client().Call<accounts::v1::Onboarding>(
      "banso.accounts.v1.OnboardingsService/GetOnboarding",
      R"({"name": "accounts/crm-100/onboardings/o1"})");
  ASSERT_THAT(onboarding, IsOk());
  ASSERT_THAT(onboarding->intake_conditions(), SizeIs(1));
  EXPECT_EQ(onboarding->intake_conditions(0).text(), kCondition);

  ASSERT_THAT(lapras.SendSamples(0), IsOk());
  ASSERT_THAT(lapras.SendSamples(1), IsOk());
  for (const auto stretch : {&Lapras::RecordEvidence, &Lapras::Complete}) {
    if (!HasFatalFailure()) (lapras.*stretch)();
  }
  if (HasFatalFailure()) return;
  const auto handoff = lapras.client().Call<handoff::v1::Handoff>(
      absl::StrCat(kIntakeHandoff, "GetHandoff"),
      R"({"name": "accounts/crm-100/handoffs/o1-retention"})");
  ASSERT_THAT(handoff, IsOk());
  std::string told;
  for (const auto& section : handoff->sections()) {
    if (section.id() == "conditions") told = section.body();
  }
  EXPECT_EQ(told, absl::StrCat("- ", kCondition));
  lapras.HandOver();
  if (!HasFailure()) testing::Proves("LX-29");
}

}  // namespace
}  // namespace banso::journeys

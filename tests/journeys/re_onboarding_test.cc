#include <string>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/health/v1/signals_service.pb.h"
#include "banso/health/v1/stages_service.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr char kAccounts[] = "banso.accounts.v1.AccountsService/";
constexpr char kOnboardings[] = "banso.accounts.v1.OnboardingsService/";
constexpr char kSignals[] = "banso.health.v1.SignalsService/";
constexpr char kStages[] = "banso.health.v1.StagesService/";

std::string In(absl::string_view service, absl::string_view method) {
  return absl::StrCat(service, method);
}

// Brings the customer of the program to the retention team.
void ReachRetention(Lapras* lapras) {
  for (const auto stretch :
       {&Lapras::ApplyProgram, &Lapras::ImportAccounts, &Lapras::WinDeal, &Lapras::StartOnboarding,
        &Lapras::AwaitOnboarding, &Lapras::LookAtPlan, &Lapras::GetReadyForKickoff,
        &Lapras::HoldKickoff, &Lapras::AwaitKickoffClock, &Lapras::LetTwoWeeksPass}) {
    if (!::testing::Test::HasFatalFailure()) (lapras->*stretch)();
  }
  ASSERT_FALSE(::testing::Test::HasFatalFailure());
  ASSERT_THAT(lapras->SendSamples(0), IsOk());
  ASSERT_THAT(lapras->SendSamples(1), IsOk());
  for (const auto stretch : {&Lapras::RecordEvidence, &Lapras::Complete, &Lapras::HandOver}) {
    if (!::testing::Test::HasFatalFailure()) (lapras->*stretch)();
  }
}

// A level that rests on a total is named as one that nobody can lose.
void LookAtStickyLevel(const Client& client) {
  ASSERT_THAT(client.Call<health::v1::StageModel>(In(kStages, "SaveStageModel"), R"({
    "stageModel": {
      "name": "stageModels/adoption", "displayName": "Adoption",
      "purpose": "Whom the team calls this week", "kind": "STAGE_MODEL_KIND_PYRAMID",
      "levels": [
        {"key": "entry", "displayName": "Entry", "meaning": "A customer."},
        {"key": "active", "displayName": "Active", "meaning": "Has held interviews.",
         "condition": {"compare": {
           "fact": {"fact": "metric.interviews", "window": {"aggregation": "AGGREGATION_SUM"}},
           "op": "OPERATOR_GE", "values": [{"number": 1}]}}}],
      "historyFrom": {"year": 2025, "month": 4, "day": 1}},
    "reason": "first"})"),
              IsOk());
  ASSERT_THAT(client.Call<health::v1::StageModel>(In(kStages, "ActivateStageModel"),
                                                  R"({"name": "stageModels/adoption@1"})"),
              IsOk());
  const auto analysis = client.Call<health::v1::AnalyzeLevelsResponse>(
      In(kStages, "AnalyzeLevels"), R"({"stageModel": "stageModels/adoption", "withinDays": 30})");
  ASSERT_THAT(analysis, IsOk());
  ASSERT_EQ(analysis->levels_size(), 2);
  EXPECT_EQ(analysis->levels(1).stickiness(), health::v1::STICKINESS_STICKY);
  EXPECT_THAT(analysis->levels(1).sticky_readings(), Contains(HasSubstr("metric.interviews")));
}

void ReactToAChangeOfPeople(const Client& client) {
  ASSERT_THAT(client.Call<health::v1::Play>(In(kSignals, "SavePlay"), R"({
    "play": {"name": "plays/again", "displayName": "Onboard once more",
             "reactions": [{"reOnboarding": {}}]},
    "reason": "first"})"),
              IsOk());
  ASSERT_THAT(
      client.Call<health::v1::Play>(In(kSignals, "ActivatePlay"), R"({"name": "plays/again@1"})"),
      IsOk());
  ASSERT_THAT(client.Call<health::v1::SignalRule>(In(kSignals, "SaveSignalRule"), R"({
    "signalRule": {
      "name": "signalRules/person-changed", "displayName": "The person in charge has changed",
      "purpose": "The new person is onboarded as the first one was",
      "reason": "Somebody new carries the project", "severity": "SIGNAL_SEVERITY_WARN",
      "condition": {"compare": {"fact": {"fact": "account.risk.person_change"},
                                "op": "OPERATOR_EQ", "values": [{"flag": true}]}},
      "play": "plays/again"},
    "additionalFactTypes": [{
      "name": "account.risk.person_change", "valueType": "VALUE_TYPE_FLAG",
      "subject": "SUBJECT_KIND_ACCOUNT", "meaning": "Somebody new carries the project."}],
    "reason": "first"})"),
              IsOk());
  ASSERT_THAT(client.Call<health::v1::SignalRule>(In(kSignals, "ActivateSignalRule"),
                                                  R"({"name": "signalRules/person-changed@1"})"),
              IsOk());
}

void ReplaceTheProjectOwner(const Client& client) {
  ASSERT_THAT(client.Call<accounts::v1::Stakeholder>(
                  "banso.accounts.v1.PeopleService/CreateStakeholder", R"({
    "parent": "accounts/crm-100", "stakeholderId": "first-owner", "stakeholder": {
      "displayName": "First Owner", "roles": ["STAKEHOLDER_ROLE_PROJECT_OWNER"]}})"),
              IsOk());
  ASSERT_THAT(client.Call<accounts::v1::Stakeholder>(
                  "banso.accounts.v1.PeopleService/CreateStakeholder", R"({
    "parent": "accounts/crm-100", "stakeholderId": "second-owner", "stakeholder": {
      "displayName": "Second Owner"}})"),
              IsOk());
  ASSERT_THAT(client.Call<accounts::v1::StakeholderChange>(
                  "banso.accounts.v1.PeopleService/ReplaceStakeholder", R"({
    "parent": "accounts/crm-100", "role": "STAKEHOLDER_ROLE_PROJECT_OWNER", "leaves": true,
    "before": "accounts/crm-100/stakeholders/first-owner",
    "after": "accounts/crm-100/stakeholders/second-owner", "reason": "transferred"})"),
              IsOk());
}

TEST(ReOnboardingJourney, AChangeOfThePersonInChargeBeginsAnotherOnboardingWithItsPlan) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  ReachRetention(&lapras);
  if (HasFatalFailure()) return;
  const Client& client = lapras.client();
  LookAtStickyLevel(client);
  ReactToAChangeOfPeople(client);
  ReplaceTheProjectOwner(client);
  if (HasFatalFailure()) return;

  const auto signals = client.Await<health::v1::ListSignalsResponse>(
      In(kSignals, "ListSignals"),
      R"({"parent": "accounts/crm-100", "signalRule": "signalRules/person-changed"})",
      [](const health::v1::ListSignalsResponse& response) {
        return response.signals_size() == 1 && response.signals(0).actions_size() == 1 &&
               response.signals(0).actions(0).state() != health::v1::SIGNAL_ACTION_STATE_PENDING;
      });
  ASSERT_THAT(signals, IsOk());
  const health::v1::SignalAction& action = signals->signals(0).actions(0);
  ASSERT_EQ(action.state(), health::v1::SIGNAL_ACTION_STATE_DONE) << action.ShortDebugString();

  const auto onboarding = client.Call<accounts::v1::Onboarding>(
      In(kOnboardings, "GetOnboarding"), absl::StrCat(R"({"name": ")", action.result(), R"("})"));
  ASSERT_THAT(onboarding, IsOk());
  EXPECT_EQ(onboarding->kind(), accounts::v1::ONBOARDING_KIND_RE_ONBOARDING);
  EXPECT_EQ(onboarding->state(), accounts::v1::ONBOARDING_STATE_RUNNING);
  const auto plan =
      client.Call<kickoff::v1::Plan>("banso.kickoff.v1.KickoffService/GetPlan",
                                     absl::StrCat(R"({"name": ")", action.result(), R"(/plan"})"));
  ASSERT_THAT(plan, IsOk());
  const auto account = client.Call<accounts::v1::Account>(In(kAccounts, "GetAccount"),
                                                          R"({"name": "accounts/crm-100"})");
  ASSERT_THAT(account, IsOk());
  EXPECT_EQ(account->lifecycle_stage(), accounts::v1::LIFECYCLE_STAGE_RE_ONBOARDING);
  testing::Proves("PAN-13");
}

}  // namespace
}  // namespace banso::journeys

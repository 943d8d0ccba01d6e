#include "services/handoff/domain/transfer.h"

#include <string>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/handoff/domain/case_builder.h"
#include "services/handoff/domain/completion_start.h"
#include "services/handoff/domain/evidence.h"
#include "services/handoff/domain/package.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::CivilDay kOfferDay(2026, 6, 26);

Act ActOf(const std::string& actor, absl::CivilDay day = kOfferDay) {
  return {actor, NoonOf(day), day};
}

v1::CompleteOnboardingRequest Completing() {
  return ParseProto<v1::CompleteOnboardingRequest>(R"pb(
    onboarding: "accounts/acme/onboardings/o1"
    retention_owner: "members/ito"
    summary: "Two forms are in daily use"
    outcomes {
      text: "Same-day reports"
      baseline: 20
      result: 95
      unit: "%"
      evidence: "report list of June"
      layer: LAYER_FIELD
    })pb");
}

// A case with one criterion that is met and one exception, completed.
Case Completed() {
  CaseBuilder builder(kOfferDay);
  builder
      .Criterion(R"pb(id: "rules" title: "Rules" kind: CRITERION_KIND_ARTIFACT required: true)pb")
      .Criterion(R"pb(id: "manual" title: "Manual" kind: CRITERION_KIND_ARTIFACT required: true)pb")
      .Evidence("criterion: 'rules' text: 'Seen'")
      .Exception("kind: EXCEPTION_KIND_WAIVE criterion: 'manual'");
  const v1::Readiness readiness = builder.Evaluate();
  Case the_case = builder.the_case();
  EXPECT_THAT(
      Freeze(readiness, Completing(), "processes/p1", ActOf("members/aoki"), &the_case.completion),
      IsOk());
  FinishCompletion(ActOf("members/aoki"), &the_case.completion);
  return the_case;
}

v1::Handoff OpenedHandoff() {
  v1::Handoff handoff;
  OpenHandoff(Completed(), &handoff);
  return handoff;
}

v1::Handoff Offered() {
  v1::Handoff handoff = OpenedHandoff();
  EXPECT_THAT(Offer(WithDefaults({}), calendar::Calendar::Japan(), ActOf("members/aoki"), &handoff),
              IsOk());
  return handoff;
}

v1::ReturnHandoffRequest Returning(v1::ReturnOutcome outcome) {
  v1::ReturnHandoffRequest request;
  request.set_name("accounts/acme/handoffs/o1-retention");
  request.set_reason_code("thin");
  request.set_reason("Nothing is said about the second site");
  request.set_outcome(outcome);
  return request;
}

TEST(CompletionTest, FreezesVerdictAndOutcomesAndTakesNothingMore) {
  Case the_case = Completed();
  EXPECT_EQ(the_case.completion.state(), v1::COMPLETION_STATE_COMPLETED);
  EXPECT_EQ(the_case.completion.readiness().verdict(), v1::OVERALL_VERDICT_READY_WITH_EXCEPTIONS);
  EXPECT_EQ(the_case.completion.outcomes(0).sentence(),
            "Same-day reports: 20 -> 95 % on 2026-06-26, for the field (evidence: report list of "
            "June)");
  const absl::Status status = CheckOpen(the_case.completion);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(contract::Reason(status), kReasonWrongState);
}

TEST(CompletionTest, IsNotFrozenWhileACriterionIsOpen) {
  CaseBuilder builder(kOfferDay);
  builder.Criterion(R"pb(id: "rules" kind: CRITERION_KIND_ARTIFACT required: true)pb");
  v1::Completion completion = builder.the_case().completion;
  EXPECT_THAT(
      Freeze(builder.Evaluate(), Completing(), "processes/p1", ActOf("members/aoki"), &completion),
      StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(completion.state(), v1::COMPLETION_STATE_OPEN);
}

TEST(CompletionTest, OpensAgainWithANewRoundAndTheDeadlineThatRetentionSet) {
  Case the_case = Completed();
  v1::HandoffReturn returned;
  returned.set_reason_code("not_established");
  *returned.mutable_new_deadline() = calendar::ToDate(absl::CivilDay(2026, 8, 31));
  Reopen(returned, ActOf("members/ito"), &the_case.completion);
  EXPECT_EQ(the_case.completion.state(), v1::COMPLETION_STATE_OPEN);
  EXPECT_EQ(the_case.completion.round(), 2);
  EXPECT_EQ(calendar::ToDay(the_case.completion.deadline()), absl::CivilDay(2026, 8, 31));
  EXPECT_FALSE(the_case.completion.has_readiness());
  EXPECT_EQ(the_case.completion.outcomes_size(), 0);
  EXPECT_EQ(the_case.completion.history().rbegin()->actor(), "members/ito");
}

TEST(CompletionTest, CountsItsDeadlineFromTheClockOfTheTargetUntilRetentionSetsOne) {
  v1::Completion completion;
  completion.set_round(1);
  *completion.mutable_target() = calendar::MakePeriod(3, type::v1::PERIOD_UNIT_MONTH);
  completion.set_target_clock(type::v1::CLOCK_FIRST_MEETING);
  const calendar::Calendar& days = calendar::Calendar::Japan();
  EXPECT_FALSE(UpdateDeadline({}, days, &completion));
  const Clocks clocks = {{type::v1::CLOCK_FIRST_MEETING, absl::CivilDay(2026, 4, 10)}};
  EXPECT_TRUE(UpdateDeadline(clocks, days, &completion));
  EXPECT_FALSE(UpdateDeadline(clocks, days, &completion));
  EXPECT_EQ(calendar::ToDay(completion.deadline()), absl::CivilDay(2026, 7, 10));
  completion.set_round(2);
  *completion.mutable_deadline() = calendar::ToDate(absl::CivilDay(2026, 8, 31));
  EXPECT_FALSE(UpdateDeadline(clocks, days, &completion));
}

TEST(HandoffTest, OpensWithThePackageFilledIn) {
  const v1::Handoff handoff = OpenedHandoff();
  EXPECT_EQ(handoff.name(), "accounts/acme/handoffs/o1-retention");
  EXPECT_EQ(handoff.state(), v1::HANDOFF_STATE_DRAFT);
  EXPECT_EQ(handoff.receiver(), "members/ito");
  EXPECT_EQ(handoff.accountable(), "members/aoki");
  ASSERT_EQ(handoff.sections_size(), 5);
  EXPECT_EQ(handoff.sections(0).body(), "Two forms are in daily use");
  EXPECT_THAT(handoff.sections(1).body(), HasSubstr("Same-day reports: 20 -> 95 %"));
  EXPECT_THAT(handoff.sections(2).body(), HasSubstr("Rules: met"));
  EXPECT_THAT(handoff.sections(3).body(), HasSubstr("WAIVE manual"));
  EXPECT_THAT(handoff.sections(4).body(), HasSubstr("Manual: excepted"));
}

TEST(HandoffTest, IsOfferedOnlyWithAReceiverAndEveryRequiredSection) {
  v1::Handoff handoff = OpenedHandoff();
  handoff.clear_receiver();
  handoff.mutable_sections(1)->clear_body();
  const absl::Status status =
      Offer(WithDefaults({}), calendar::Calendar::Japan(), ActOf("members/aoki"), &handoff);
  EXPECT_EQ(contract::Reason(status), kReasonPackageIncomplete);
  EXPECT_THAT(contract::Preconditions(status), SizeIs(2));
  EXPECT_EQ(handoff.state(), v1::HANDOFF_STATE_DRAFT);
}

TEST(HandoffTest, IsToBeAnsweredWithinBusinessDays) {
  const v1::Handoff handoff = Offered();
  // Friday 26 June and five business days.
  EXPECT_EQ(calendar::ToDay(handoff.respond_by()), absl::CivilDay(2026, 7, 3));
  EXPECT_FALSE(IsResponseOverdue(handoff, absl::CivilDay(2026, 7, 3)));
  EXPECT_TRUE(IsResponseOverdue(handoff, absl::CivilDay(2026, 7, 4)));
}

TEST(HandoffTest, ComesBackToBeMendedAndIsOfferedAgain) {
  v1::Handoff handoff = Offered();
  Return(Returning(v1::RETURN_OUTCOME_FIX_PACKAGE), ActOf("members/ito"), &handoff);
  EXPECT_EQ(handoff.state(), v1::HANDOFF_STATE_RETURNED);
  EXPECT_EQ(handoff.round(), 2);
  EXPECT_EQ(handoff.accountable(), "members/aoki");
  EXPECT_THAT(CheckEditable(handoff), IsOk());
  EXPECT_THAT(Offer(WithDefaults({}), calendar::Calendar::Japan(), ActOf("members/aoki"), &handoff),
              IsOk());
}

TEST(HandoffTest, IsNotOfferedWhileTheOnboardingContinues) {
  v1::Handoff handoff = Offered();
  auto request = Returning(v1::RETURN_OUTCOME_CONTINUE_ONBOARDING);
  *request.mutable_new_deadline() = calendar::ToDate(absl::CivilDay(2026, 8, 31));
  Return(request, ActOf("members/ito"), &handoff);
  EXPECT_EQ(contract::Reason(Offer(WithDefaults({}), calendar::Calendar::Japan(),
                                   ActOf("members/aoki"), &handoff)),
            kReasonOnboardingRunning);
  OpenHandoff(Completed(), &handoff);
  EXPECT_EQ(handoff.state(), v1::HANDOFF_STATE_DRAFT);
  EXPECT_EQ(handoff.round(), 2);
  EXPECT_EQ(handoff.returns_size(), 1);
}

TEST(HandoffTest, NeedsAReasonThatThePolicyKnowsAndAFutureDeadlineToContinue) {
  const auto policy = ParseProto<v1::HandoffPolicy>("return_reasons { code: 'thin' title: 'x' }");
  const v1::Handoff handoff = Offered();
  const Act act = ActOf("members/ito");
  auto fix = Returning(v1::RETURN_OUTCOME_FIX_PACKAGE);
  EXPECT_THAT(CheckReturn(policy, fix, act, handoff), IsOk());
  fix.set_reason_code("dislike");
  EXPECT_THAT(CheckReturn(policy, fix, act, handoff),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("reason_code")));
  auto go_on = Returning(v1::RETURN_OUTCOME_CONTINUE_ONBOARDING);
  EXPECT_THAT(CheckReturn(policy, go_on, act, handoff),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("new_deadline")));
  *go_on.mutable_new_deadline() = calendar::ToDate(kOfferDay);
  EXPECT_THAT(CheckReturn(policy, go_on, act, handoff),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("new_deadline")));
  *go_on.mutable_new_deadline() = calendar::ToDate(kOfferDay + 1);
  EXPECT_THAT(CheckReturn(policy, go_on, act, handoff), IsOk());
}

TEST(HandoffTest, TakesOnlyTheVerbsOfItsState) {
  struct Row {
    const char* name;
    v1::HandoffState state;
    bool edit, offer, answer;
  };
  const Row rows[] = {
      {"draft", v1::HANDOFF_STATE_DRAFT, true, true, false},
      {"offered", v1::HANDOFF_STATE_OFFERED, false, false, true},
      {"returned", v1::HANDOFF_STATE_RETURNED, true, true, false},
      {"accepted", v1::HANDOFF_STATE_ACCEPTED, false, false, false},
  };
  const v1::HandoffPolicy policy = WithDefaults({});
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    for (const bool busy : {false, true}) {
      v1::Handoff handoff = OpenedHandoff();
      handoff.set_state(row.state);
      if (busy) handoff.set_process("processes/p9");
      EXPECT_EQ(CheckEditable(handoff).ok(), row.edit && !busy);
      EXPECT_EQ(CheckAccept(handoff).ok(), row.answer && !busy);
      EXPECT_EQ(CheckReturn(policy, Returning(v1::RETURN_OUTCOME_FIX_PACKAGE), ActOf("members/ito"),
                            handoff)
                    .ok(),
                row.answer && !busy);
      EXPECT_EQ(Offer(policy, calendar::Calendar::Japan(), ActOf("members/aoki"), &handoff).ok(),
                row.offer && !busy);
    }
  }
}

TEST(HandoffTest, MakesTheReceiverAccountable) {
  v1::Handoff handoff = Offered();
  Accept(ActOf("members/ito"), &handoff);
  EXPECT_EQ(handoff.state(), v1::HANDOFF_STATE_ACCEPTED);
  EXPECT_EQ(handoff.accountable(), "members/ito");
  EXPECT_EQ(handoff.giver(), "members/aoki");
}

TEST(PackageTest, KeepsWhatPeopleWroteAndTheTitlesOfThePolicy) {
  const auto policy = ParseProto<v1::HandoffPolicy>(
      "sections { id: 'people' title: 'Who is who' required: true } "
      "sections { id: 'sum' title: 'Summary' prefill: SECTION_CONTENT_SUMMARY }");
  v1::Handoff handoff = ParseProto<v1::Handoff>(
      "sections { id: 'extra' title: 'Further' body: 'Parking' } "
      "sections { id: 'people' title: 'Changed' body: 'Mori' }");
  const Case the_case = Completed();
  FillSections(policy, &the_case, &handoff);
  ASSERT_EQ(handoff.sections_size(), 3);
  EXPECT_EQ(handoff.sections(0).title(), "Who is who");
  EXPECT_EQ(handoff.sections(0).body(), "Mori");
  EXPECT_TRUE(handoff.sections(0).required());
  EXPECT_EQ(handoff.sections(1).body(), "Two forms are in daily use");
  EXPECT_EQ(handoff.sections(2).id(), "extra");
}

TEST(PackageTest, TellsTheConditionsUnderWhichTheCustomerWasTakenOn) {
  const auto policy = ParseProto<v1::HandoffPolicy>(
      "sections { id: 'conditions' title: 'Agreed before the sale' required: true "
      "prefill: SECTION_CONTENT_INTAKE_CONDITIONS }");
  Case the_case = Completed();
  v1::Handoff handoff;
  FillSections(policy, &the_case, &handoff);
  EXPECT_EQ(handoff.sections(0).body(), "None.");
  the_case.intake_conditions.push_back(ParseProto<accounts::v1::IntakeCondition>(
      "key: 'leads' text: 'A lead per site before the kickoff'"));
  FillSections(policy, &the_case, &handoff);
  EXPECT_EQ(handoff.sections(0).body(), "- A lead per site before the kickoff");
  testing::Proves("LX-29");
}

}  // namespace
}  // namespace banso::handoff

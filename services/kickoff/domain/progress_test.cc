#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/value.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/kickoff/domain/facts.h"
#include "services/kickoff/domain/next_actions.h"
#include "services/kickoff/domain/readiness.h"
#include "services/kickoff/domain/test_plan.h"
#include "services/kickoff/domain/transitions.h"

namespace banso::kickoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSato[] = "accounts/acme/stakeholders/sato";

Actor Aoki() { return {"members/aoki", absl::UnixEpoch(), absl::CivilDay(2025, 4, 10)}; }

// A plan of which nothing is missing but the kickoff's time.
PlanParts FilledPlan() {
  PlanParts parts = TestPlan();
  parts.role_assignments[0].set_stakeholder(kSato);
  AgreeAndAnswer(&parts);
  return parts;
}

v1::ReadinessVerdict VerdictOf(const PlanParts& parts) {
  return CheckReadiness(parts, absl::UnixEpoch()).verdict();
}

std::vector<std::string> Titles(const std::vector<v1::NextAction>& actions) {
  std::vector<std::string> titles;
  for (const v1::NextAction& action : actions) titles.push_back(action.title());
  return titles;
}

TEST(ReadinessTest, SaysWhatIsMissingAreaByArea) {
  const v1::Readiness readiness = CheckReadiness(TestPlan(), absl::UnixEpoch());
  EXPECT_EQ(readiness.verdict(), v1::READINESS_VERDICT_NOT_READY);
  std::vector<std::string> areas;
  for (const v1::ReadinessArea& area : readiness.areas()) {
    areas.push_back(area.area());
    EXPECT_EQ(area.filled(), 0);
    EXPECT_EQ(area.items(), 1);
    EXPECT_EQ(area.verdict(), v1::READINESS_VERDICT_NOT_READY);
  }
  EXPECT_THAT(areas, ElementsAre("roles", "goals", "schedule", "needs"));
  EXPECT_THAT(readiness.next_questions(), ElementsAre("Ask the customer who the project owner is",
                                                      "Agree with a named customer: One interview",
                                                      "Arrange a time for: Kickoff",
                                                      "Ask the managers: Whom do you look for?"));
}

TEST(ReadinessTest, IsReadyOnlyWhenEverythingIsThereAndConfirmed) {
  PlanParts parts = FilledPlan();
  EXPECT_EQ(VerdictOf(parts), v1::READINESS_VERDICT_NOT_READY);
  parts.meetings[0].set_state(v1::MEETING_STATE_SCHEDULED);
  EXPECT_EQ(VerdictOf(parts), v1::READINESS_VERDICT_READY);
  parts.hearing_answers[0].set_provenance(v1::PROVENANCE_FROM_SALES);
  EXPECT_EQ(VerdictOf(parts), v1::READINESS_VERDICT_READY_WITH_GAPS);
}

TEST(ReadinessTest, CountsAGoalOnlyWhenANamedCustomerHasAgreed) {
  testing::Proves("KAN-28");
  PlanParts parts = FilledPlan();
  parts.meetings[0].set_state(v1::MEETING_STATE_SCHEDULED);
  const v1::Goal proposed = TestPlan().goals[0];
  parts.goals[0] = proposed;
  EXPECT_EQ(VerdictOf(parts), v1::READINESS_VERDICT_NOT_READY);
  ASSERT_THAT(AgreeGoal(kSato, Aoki(), &parts.goals[0]), IsOk());
  EXPECT_EQ(parts.goals[0].agreed_by(), kSato);
  EXPECT_EQ(VerdictOf(parts), v1::READINESS_VERDICT_READY);
  EXPECT_THAT(AgreeGoal("accounts/acme/stakeholders/ito", Aoki(), &parts.goals[0]),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(kSato)));
}

TEST(NextActionsTest, ListsOpenTasksTheNextMeetingAndWhatTheKickoffLacks) {
  PlanParts parts = TestPlan();
  EXPECT_THAT(
      Titles(NextActions(parts, absl::UTCTimeZone(), absl::CivilDay(2025, 4, 10))),
      ElementsAre("Set up", "Get ready for the kickoff: Ask the customer who the project owner is",
                  "Arrange: Kickoff"));
  parts.tasks[0].set_state(v1::TASK_STATE_DONE);
  parts.meetings[0].set_state(v1::MEETING_STATE_HELD);
  EXPECT_THAT(Titles(NextActions(parts, absl::UTCTimeZone(), absl::CivilDay(2025, 4, 10))),
              ElementsAre("First use", "Arrange: Follow-up"));
}

TEST(NextActionsTest, CountsDaysLeftBelowZeroWhenOverdue) {
  const auto actions = NextActions(TestPlan(), absl::UTCTimeZone(), absl::CivilDay(2025, 4, 8));
  ASSERT_FALSE(actions.empty());
  EXPECT_EQ(actions[0].days_left(), -2);
}

TEST(CloseTaskTest, WaitsForTheTasksBefore) {
  PlanParts parts = TestPlan();
  v1::ClosePlanTaskRequest request;
  request.set_state(v1::TASK_STATE_DONE);
  const absl::Status refused = CloseTask(request, parts.tasks, Aoki(), &parts.tasks[1]);
  EXPECT_EQ(contract::Reason(refused), "DEPENDENCY_OPEN");
  EXPECT_THAT(std::string(refused.message()), HasSubstr("Set up"));
  EXPECT_EQ(parts.tasks[1].state(), v1::TASK_STATE_OPEN);
  ASSERT_THAT(CloseTask(request, parts.tasks, Aoki(), &parts.tasks[0]), IsOk());
  EXPECT_EQ(parts.tasks[0].done_by(), v1::SIDE_CUSTOMER);
  EXPECT_THAT(CloseTask(request, parts.tasks, Aoki(), &parts.tasks[1]), IsOk());
  EXPECT_EQ(contract::Reason(CloseTask(request, parts.tasks, Aoki(), &parts.tasks[1])),
            "TASK_CLOSED");
}

TEST(CloseTaskTest, SkipsWithAReasonButNeverWhatIsRequired) {
  PlanParts parts = TestPlan();
  v1::ClosePlanTaskRequest request;
  request.set_state(v1::TASK_STATE_SKIPPED);
  request.set_note("not needed");
  EXPECT_EQ(contract::Reason(CloseTask(request, parts.tasks, Aoki(), &parts.tasks[0])),
            "REQUIRED_TASK");
  EXPECT_THAT(CloseTask(request, parts.tasks, Aoki(), &parts.tasks[1]), IsOk());
  request.clear_note();
  parts = TestPlan();
  EXPECT_THAT(CloseTask(request, parts.tasks, Aoki(), &parts.tasks[1]),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("note")));
}

TEST(HoldMeetingTest, NeedsNextActionsRequiredRolesAndADayThatHasCome) {
  PlanParts parts = FilledPlan();
  v1::HoldMeetingRequest request;
  *request.mutable_held_date() = calendar::ToDate(absl::CivilDay(2025, 4, 11));
  v1::Meeting* kickoff = &parts.meetings[0];
  const auto hold = [&] { return HoldMeeting(request, parts.role_assignments, Aoki(), kickoff); };
  EXPECT_THAT(hold(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("held_date")));
  *request.mutable_held_date() = calendar::ToDate(absl::CivilDay(2025, 4, 10));
  EXPECT_EQ(contract::Reason(hold()), "NEXT_ACTIONS_MISSING");
  request.add_next_actions()->set_title("Add 30 candidates");
  EXPECT_EQ(contract::Reason(hold()), "REQUIRED_ROLE_ABSENT");
  EXPECT_EQ(kickoff->state(), v1::MEETING_STATE_PLANNED);
  request.add_attendees(kSato);
  EXPECT_THAT(hold(), IsOk());
  EXPECT_EQ(kickoff->state(), v1::MEETING_STATE_HELD);
  EXPECT_EQ(contract::Reason(hold()), "MEETING_CLOSED");
}

TEST(ScheduleMeetingTest, NotesEachMoveWithItsReason) {
  PlanParts parts = TestPlan();
  v1::ScheduleMeetingRequest request;
  request.mutable_scheduled_time()->set_seconds(1744264800);  // 2025-04-10 06:00 UTC
  ASSERT_THAT(ScheduleMeeting(request, Aoki(), absl::UTCTimeZone(), &parts.meetings[0]), IsOk());
  EXPECT_THAT(parts.meetings[0].moves(), IsEmpty());
  request.mutable_scheduled_time()->set_seconds(1744351200);
  EXPECT_THAT(ScheduleMeeting(request, Aoki(), absl::UTCTimeZone(), &parts.meetings[0]),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("reason")));
  request.set_reason("ill");
  ASSERT_THAT(ScheduleMeeting(request, Aoki(), absl::UTCTimeZone(), &parts.meetings[0]), IsOk());
  ASSERT_EQ(parts.meetings[0].moves_size(), 1);
  EXPECT_EQ(calendar::DayText(parts.meetings[0].moves(0).to()), "2025-04-11");
}

TEST(RecordAnswerTest, KeepsWhatWasSaidBeforeItChanged) {
  v1::HearingAnswer answer, given;
  given.set_answer("One engineer");
  ASSERT_THAT(RecordAnswer(given, &answer), IsOk());
  EXPECT_EQ(answer.provenance(), v1::PROVENANCE_FROM_SALES);
  given.set_provenance(v1::PROVENANCE_CONFIRMED);
  ASSERT_THAT(RecordAnswer(given, &answer), IsOk());
  EXPECT_EQ(answer.provenance(), v1::PROVENANCE_CONFIRMED);
  given.set_answer("Three designers");
  ASSERT_THAT(RecordAnswer(given, &answer), IsOk());
  EXPECT_EQ(answer.provenance(), v1::PROVENANCE_CHANGED);
  EXPECT_EQ(answer.previous_answer(), "One engineer");
}

TEST(ExtendDeadlineTest, NeedsALaterDayACodeAndSomebodyElse) {
  PlanParts parts = TestPlan();
  v1::ExtendDeadlineRequest request;
  *request.mutable_deadline() = parts.plan.deadline();
  request.set_reason_code("felt_like_it");
  request.set_approver("members/aoki");
  const absl::Status refused = ExtendDeadline(request, Aoki(), &parts.plan);
  EXPECT_EQ(contract::FieldViolations(refused).size(), 3u);
  EXPECT_THAT(parts.plan.extensions(), IsEmpty());
  *request.mutable_deadline() = calendar::ToDate(absl::CivilDay(2025, 6, 1));
  request.set_reason_code("customer_delay");
  request.set_approver("members/manager");
  ASSERT_THAT(ExtendDeadline(request, Aoki(), &parts.plan), IsOk());
  EXPECT_EQ(calendar::DayText(parts.plan.extensions(0).from()), "2025-05-01");
  EXPECT_EQ(calendar::DayText(parts.plan.deadline()), "2025-06-01");
}

TEST(FactsTest, TellWhereAPlanStands) {
  PlanParts parts = FilledPlan();
  parts.meetings[0].set_state(v1::MEETING_STATE_HELD);
  std::vector<std::string> facts;
  for (const auto& change : FactsOf(parts, absl::CivilDay(2025, 4, 10), absl::UnixEpoch())) {
    EXPECT_EQ(change.subject(), kOnboarding);
    facts.push_back(change.fact() + " " + rule::ValueText(change.value()));
  }
  EXPECT_THAT(facts, ElementsAre("plan.readiness \"ready\"", "plan.kickoff_held yes",
                                 "plan.meetings_held 1", "plan.tasks_open 2",
                                 "plan.tasks_overdue 1", "plan.required_tasks_open 1",
                                 "plan.goals_agreed 1", "plan.deadline 2025-05-01"));
}

}  // namespace
}  // namespace banso::kickoff

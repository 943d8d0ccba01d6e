#include "services/kickoff/domain/transitions.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "services/kickoff/domain/plan_builder.h"

namespace banso::kickoff {
namespace {

constexpr std::array<absl::string_view, 6> kExtensionReasons = {
    "customer_delay", "scope_grew", "product_gap", "vendor_delay", "strategic", "other"};

bool IsClosed(const v1::Meeting& meeting) {
  return meeting.state() == v1::MEETING_STATE_HELD || meeting.state() == v1::MEETING_STATE_SKIPPED;
}

absl::Status RefuseClosed(const v1::Meeting& meeting) {
  return contract::FailedPrecondition(
      "MEETING_CLOSED", meeting.name(),
      absl::StrCat("the meeting was ",
                   meeting.state() == v1::MEETING_STATE_HELD ? "held" : "skipped"),
      "");
}

// The required roles of which nobody attends.
std::vector<std::string> AbsentRoles(const v1::HoldMeetingRequest& request,
                                     const std::vector<v1::RoleAssignment>& roles,
                                     const v1::Meeting& meeting) {
  std::set<accounts::v1::StakeholderRole> present;
  for (const v1::RoleAssignment& role : roles) {
    const bool attends = std::find(request.attendees().begin(), request.attendees().end(),
                                   role.stakeholder()) != request.attendees().end();
    if (!role.stakeholder().empty() && attends) present.insert(role.role());
  }
  std::vector<std::string> absent;
  for (const int required : meeting.required_roles()) {
    const auto role = static_cast<accounts::v1::StakeholderRole>(required);
    if (!present.contains(role)) absent.push_back(RoleText(role));
  }
  return absent;
}

}  // namespace

absl::Status CloseTask(const v1::ClosePlanTaskRequest& request,
                       const std::vector<v1::PlanTask>& all, const Actor& actor,
                       v1::PlanTask* task) {
  if (task->state() != v1::TASK_STATE_OPEN) {
    return contract::FailedPrecondition("TASK_CLOSED", task->name(), "the task is closed already",
                                        "");
  }
  if (request.state() != v1::TASK_STATE_DONE && request.state() != v1::TASK_STATE_SKIPPED) {
    return contract::InvalidField("state", v1::TaskState_Name(request.state()),
                                  "TASK_STATE_DONE or TASK_STATE_SKIPPED");
  }
  if (request.state() == v1::TASK_STATE_SKIPPED) {
    if (task->required()) {
      return contract::FailedPrecondition("REQUIRED_TASK", task->name(),
                                          "the template requires the task", "Do the task");
    }
    if (request.note().empty()) {
      return contract::InvalidField("note", "", "why the task is skipped", "REQUIRED");
    }
  } else {
    std::vector<contract::Precondition> open;
    for (const v1::PlanTask& other : all) {
      const std::string id = contract::LastId(other.name());
      const bool before = std::find(task->depends_on().begin(), task->depends_on().end(), id) !=
                          task->depends_on().end();
      if (before && other.state() == v1::TASK_STATE_OPEN) {
        open.push_back({other.name(), absl::StrCat("it comes before and is open: ", other.title()),
                        "Close it first"});
      }
    }
    if (!open.empty()) return contract::FailedPrecondition("DEPENDENCY_OPEN", open);
    task->set_done_by(request.done_by() == v1::SIDE_UNSPECIFIED ? task->side() : request.done_by());
  }
  task->set_state(request.state());
  task->set_note(request.note());
  *task->mutable_close_time() = calendar::ToTimestamp(actor.now);
  return absl::OkStatus();
}

void GiveUp(const Actor& actor, PlanParts* parts) {
  for (v1::PlanTask& task : parts->tasks) {
    if (task.state() != v1::TASK_STATE_OPEN) continue;
    task.set_state(v1::TASK_STATE_SKIPPED);
    task.set_note("the onboarding was given up");
    *task.mutable_close_time() = calendar::ToTimestamp(actor.now);
  }
  for (v1::Meeting& meeting : parts->meetings) {
    if (!IsClosed(meeting)) meeting.set_state(v1::MEETING_STATE_SKIPPED);
  }
}

absl::Status ScheduleMeeting(const v1::ScheduleMeetingRequest& request, const Actor& actor,
                             absl::TimeZone zone, v1::Meeting* meeting) {
  if (IsClosed(*meeting)) return RefuseClosed(*meeting);
  const absl::Time time = calendar::ToTime(request.scheduled_time());
  if (meeting->state() == v1::MEETING_STATE_SCHEDULED) {
    if (calendar::ToTime(meeting->scheduled_time()) == time) return absl::OkStatus();
    if (request.reason().empty()) {
      return contract::InvalidField("reason", "", "why the meeting is moved", "REQUIRED");
    }
    v1::MeetingMove* move = meeting->add_moves();
    *move->mutable_from() =
        calendar::ToDate(calendar::DayOf(calendar::ToTime(meeting->scheduled_time()), zone));
    *move->mutable_to() = calendar::ToDate(calendar::DayOf(time, zone));
    move->set_reason(request.reason());
    *move->mutable_time() = calendar::ToTimestamp(actor.now);
  }
  *meeting->mutable_scheduled_time() = request.scheduled_time();
  meeting->set_state(v1::MEETING_STATE_SCHEDULED);
  return absl::OkStatus();
}

absl::Status HoldMeeting(const v1::HoldMeetingRequest& request,
                         const std::vector<v1::RoleAssignment>& roles, const Actor& actor,
                         v1::Meeting* meeting) {
  if (IsClosed(*meeting)) return RefuseClosed(*meeting);
  if (calendar::ToDay(request.held_date()) > actor.today) {
    return contract::InvalidField(
        "held_date", calendar::DayText(request.held_date()),
        absl::StrCat("a day not after today, ", calendar::DayText(actor.today)), "OUT_OF_RANGE");
  }
  if (meeting->next_actions_required() && request.next_actions().empty()) {
    return contract::FailedPrecondition("NEXT_ACTIONS_MISSING", meeting->name(),
                                        "the meeting has no next actions",
                                        "Agree at least one next action and send it along");
  }
  const std::vector<std::string> absent = AbsentRoles(request, roles, *meeting);
  if (!absent.empty() && request.exception_reason().empty()) {
    return contract::FailedPrecondition(
        "REQUIRED_ROLE_ABSENT", meeting->name(),
        absl::StrCat("nobody attends as ", absl::StrJoin(absent, ", ")),
        "Name a stakeholder for the role and among the attendees, or send an exception_reason");
  }
  *meeting->mutable_held_date() = request.held_date();
  meeting->set_state(v1::MEETING_STATE_HELD);
  *meeting->mutable_attendees() = request.attendees();
  meeting->set_minutes(request.minutes());
  return absl::OkStatus();
}

absl::Status RecordAnswer(const v1::HearingAnswer& given, v1::HearingAnswer* answer) {
  if (given.answer().empty()) {
    return contract::InvalidField("hearing_answer.answer", "", "the answer", "REQUIRED");
  }
  const bool confirms = given.provenance() == v1::PROVENANCE_CONFIRMED ||
                        given.provenance() == v1::PROVENANCE_CHANGED;
  if (!answer->answer().empty() && answer->answer() != given.answer()) {
    answer->set_previous_answer(answer->answer());
    answer->set_provenance(confirms ? v1::PROVENANCE_CHANGED : v1::PROVENANCE_FROM_SALES);
  } else if (given.provenance() == v1::PROVENANCE_CHANGED) {
    answer->set_provenance(v1::PROVENANCE_CONFIRMED);
  } else {
    answer->set_provenance(confirms ? v1::PROVENANCE_CONFIRMED : v1::PROVENANCE_FROM_SALES);
  }
  answer->set_answer(given.answer());
  answer->set_said_by(given.said_by());
  return absl::OkStatus();
}

absl::Status AgreeGoal(absl::string_view stakeholder, const Actor& actor, v1::Goal* goal) {
  if (goal->state() == v1::GOAL_STATE_AGREED) {
    if (goal->agreed_by() == stakeholder) return absl::OkStatus();
    return contract::FailedPrecondition("GOAL_AGREED", goal->name(),
                                        absl::StrCat(goal->agreed_by(), " has agreed to it"), "");
  }
  goal->set_state(v1::GOAL_STATE_AGREED);
  goal->set_agreed_by(std::string(stakeholder));
  *goal->mutable_agree_time() = calendar::ToTimestamp(actor.now);
  return absl::OkStatus();
}

absl::Status ExtendDeadline(const v1::ExtendDeadlineRequest& request, const Actor& actor,
                            v1::Plan* plan) {
  contract::Violations violations;
  if (calendar::ToDay(request.deadline()) <= calendar::ToDay(plan->deadline())) {
    violations.Add("deadline", calendar::DayText(request.deadline()),
                   absl::StrCat("a day after ", calendar::DayText(plan->deadline())),
                   "OUT_OF_RANGE");
  }
  const bool known = std::find(kExtensionReasons.begin(), kExtensionReasons.end(),
                               request.reason_code()) != kExtensionReasons.end();
  if (!known) {
    violations.Add("reason_code", request.reason_code(), absl::StrJoin(kExtensionReasons, ", "),
                   "NOT_ACCEPTED");
  }
  if (request.approver() == actor.name) {
    violations.Add("approver", request.approver(), "somebody other than the caller",
                   "NOT_ACCEPTED");
  }
  if (!violations.empty()) return violations.ToStatus();
  v1::DeadlineExtension* extension = plan->add_extensions();
  *extension->mutable_from() = plan->deadline();
  *extension->mutable_to() = request.deadline();
  extension->set_reason_code(request.reason_code());
  extension->set_reason(request.reason());
  extension->set_actor(actor.name);
  extension->set_approver(request.approver());
  *extension->mutable_time() = calendar::ToTimestamp(actor.now);
  *plan->mutable_deadline() = request.deadline();
  plan->set_deadline_assumed(false);
  return absl::OkStatus();
}

void AddDeviation(absl::string_view resource, absl::string_view change, absl::string_view reason,
                  const Actor& actor, v1::Plan* plan) {
  v1::Deviation* deviation = plan->add_deviations();
  deviation->set_resource(std::string(resource));
  deviation->set_change(std::string(change));
  deviation->set_reason(std::string(reason));
  deviation->set_actor(actor.name);
  *deviation->mutable_time() = calendar::ToTimestamp(actor.now);
}

}  // namespace banso::kickoff

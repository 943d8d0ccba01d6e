#include "services/kickoff/domain/reschedule.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"

namespace banso::kickoff {
namespace {

void MoveMeeting(const v1::MeetingTemplate& from, const PlanDays& after, absl::string_view reason,
                 absl::Time now, v1::Meeting* meeting) {
  if (meeting->state() != v1::MEETING_STATE_PLANNED) return;
  const PlannedDay planned = DayOfAnchor(from.at(), after);
  meeting->set_planned_date_assumed(planned.assumed);
  if (calendar::ToDay(meeting->planned_date()) == planned.day) return;
  v1::MeetingMove* move = meeting->add_moves();
  *move->mutable_from() = meeting->planned_date();
  *move->mutable_to() = calendar::ToDate(planned.day);
  move->set_reason(std::string(reason));
  *move->mutable_time() = calendar::ToTimestamp(now);
  *meeting->mutable_planned_date() = calendar::ToDate(planned.day);
}

// A due day that is not what the template gave before was set by a person, and stays.
void MoveTask(const v1::TaskTemplate& from, const PlanDays& before, const PlanDays& after,
              v1::PlanTask* task) {
  if (task->state() != v1::TASK_STATE_OPEN) return;
  if (calendar::ToDay(task->due()) != DayOfAnchor(from.due(), before).day) return;
  *task->mutable_due() = calendar::ToDate(DayOfAnchor(from.due(), after).day);
}

template <typename Items>
auto ById(const Items& items) {
  std::map<std::string, const std::remove_cvref_t<decltype(items[0])>*> by_id;
  for (const auto& item : items) by_id[item.id()] = &item;
  return by_id;
}

}  // namespace

void Reschedule(const v1::PlanTemplate& plan_template, const PlanDays& before,
                const PlanDays& after, absl::string_view reason, absl::Time now, PlanParts* parts) {
  SetClocks(after, &parts->plan);
  if (parts->plan.extensions().empty()) {
    const PlannedDay deadline = DayOfAnchor(plan_template.deadline(), after);
    *parts->plan.mutable_deadline() = calendar::ToDate(deadline.day);
    parts->plan.set_deadline_assumed(deadline.assumed);
  }
  const auto meetings = ById(plan_template.meetings());
  for (v1::Meeting& meeting : parts->meetings) {
    const auto from = meetings.find(contract::LastId(meeting.name()));
    if (from != meetings.end()) MoveMeeting(*from->second, after, reason, now, &meeting);
  }
  const auto tasks = ById(plan_template.tasks());
  for (v1::PlanTask& task : parts->tasks) {
    const auto from = tasks.find(contract::LastId(task.name()));
    if (from != tasks.end() && task.origin() == parts->plan.template_revision()) {
      MoveTask(*from->second, before, after, &task);
    }
  }
}

std::optional<absl::CivilDay> ScheduledKickoff(const std::vector<v1::Meeting>& meetings,
                                               absl::TimeZone zone) {
  for (const v1::Meeting& meeting : meetings) {
    if (meeting.kind() == v1::MEETING_KIND_KICKOFF &&
        meeting.state() == v1::MEETING_STATE_SCHEDULED) {
      return calendar::DayOf(calendar::ToTime(meeting.scheduled_time()), zone);
    }
  }
  return std::nullopt;
}

}  // namespace banso::kickoff

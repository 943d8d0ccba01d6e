#include "services/kickoff/domain/next_actions.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/kickoff/domain/readiness.h"

namespace banso::kickoff {
namespace {

// The day of a meeting that is not held: as arranged, else as planned.
absl::CivilDay DayOfMeeting(const v1::Meeting& meeting, absl::TimeZone zone) {
  if (meeting.state() == v1::MEETING_STATE_SCHEDULED) {
    return calendar::DayOf(calendar::ToTime(meeting.scheduled_time()), zone);
  }
  return calendar::ToDay(meeting.planned_date());
}

bool IsOpen(const v1::Meeting& meeting) {
  return meeting.state() == v1::MEETING_STATE_PLANNED ||
         meeting.state() == v1::MEETING_STATE_SCHEDULED;
}

class Collector {
 public:
  Collector(const PlanParts& parts, absl::CivilDay today)
      : onboarding_(contract::Parent(parts.plan.name())), today_(today) {}

  void Add(const std::string& resource, std::string title, v1::Side side, absl::CivilDay due) {
    v1::NextAction action;
    action.set_onboarding(onboarding_);
    action.set_resource(resource);
    action.set_title(std::move(title));
    action.set_side(side);
    *action.mutable_due() = calendar::ToDate(due);
    action.set_days_left(static_cast<int32_t>(due - today_));
    actions_.push_back(std::move(action));
  }

  std::vector<v1::NextAction> Sorted() && {
    std::sort(actions_.begin(), actions_.end(),
              [](const v1::NextAction& a, const v1::NextAction& b) {
                return std::forward_as_tuple(a.days_left(), a.resource()) <
                       std::forward_as_tuple(b.days_left(), b.resource());
              });
    return std::move(actions_);
  }

 private:
  const std::string onboarding_;
  const absl::CivilDay today_;
  std::vector<v1::NextAction> actions_;
};

void AddTasks(const PlanParts& parts, Collector* collector) {
  std::set<std::string> open;
  for (const v1::PlanTask& task : parts.tasks) {
    if (task.state() == v1::TASK_STATE_OPEN) open.insert(contract::LastId(task.name()));
  }
  for (const v1::PlanTask& task : parts.tasks) {
    if (task.state() != v1::TASK_STATE_OPEN) continue;
    const bool waits = std::any_of(task.depends_on().begin(), task.depends_on().end(),
                                   [&](const std::string& id) { return open.contains(id); });
    if (!waits) {
      collector->Add(task.name(), task.title(), task.side(), calendar::ToDay(task.due()));
    }
  }
}

}  // namespace

std::vector<v1::NextAction> NextActions(const PlanParts& parts, absl::TimeZone zone,
                                        absl::CivilDay today) {
  Collector collector(parts, today);
  AddTasks(parts, &collector);
  const v1::Meeting* next = nullptr;
  for (const v1::Meeting& meeting : parts.meetings) {
    if (!IsOpen(meeting)) continue;
    if (next == nullptr || DayOfMeeting(meeting, zone) < DayOfMeeting(*next, zone)) next = &meeting;
  }
  if (next != nullptr) {
    const absl::CivilDay day = DayOfMeeting(*next, zone);
    const bool arranged = next->state() == v1::MEETING_STATE_SCHEDULED;
    collector.Add(next->name(), absl::StrCat(arranged ? "Hold: " : "Arrange: ", next->title()),
                  v1::SIDE_VENDOR, day);
    if (next->kind() == v1::MEETING_KIND_KICKOFF) {
      const v1::Readiness readiness = CheckReadiness(parts, absl::UnixEpoch());
      if (readiness.verdict() == v1::READINESS_VERDICT_NOT_READY) {
        collector.Add(parts.plan.name(),
                      absl::StrCat("Get ready for the kickoff: ", readiness.next_questions(0)),
                      v1::SIDE_VENDOR, day);
      }
    }
  }
  return std::move(collector).Sorted();
}

}  // namespace banso::kickoff

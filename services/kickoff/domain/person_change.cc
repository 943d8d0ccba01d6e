#include "services/kickoff/domain/person_change.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/kickoff/domain/plan_builder.h"

namespace banso::kickoff {
namespace {

// Days from the change to the first talk with whoever takes over.
constexpr int kFirstTalkDays = 7;
// And to a commitment that has been said anew.
constexpr int kCommitmentDays = 14;

}  // namespace

void AddPersonChangeTasks(const accounts::v1::StakeholderChange& change, PlanParts* parts) {
  const absl::CivilDay day = calendar::ToDay(change.date());
  const std::string role = RoleText(change.role());
  const auto add = [&](absl::string_view what, std::string title, absl::CivilDay due) {
    const std::string name = contract::Join(
        parts->plan.name(), "tasks", absl::StrCat(contract::LastId(change.name()), "-", what));
    const bool known = std::any_of(parts->tasks.begin(), parts->tasks.end(),
                                   [&](const v1::PlanTask& task) { return task.name() == name; });
    if (known) return;
    v1::PlanTask& task = parts->tasks.emplace_back();
    task.set_name(name);
    task.set_title(std::move(title));
    task.set_side(v1::SIDE_VENDOR);
    *task.mutable_due() = calendar::ToDate(due);
    task.set_origin(change.name());
    task.set_state(v1::TASK_STATE_OPEN);
  };
  add("talk",
      change.after().empty()
          ? absl::StrCat("Find out who takes over as ", role)
          : absl::StrCat("Go through goals, rules and schedule with the new ", role),
      day + kFirstTalkDays);
  add("commitment", absl::StrCat("Have the new ", role, " say how far the project is backed"),
      day + kCommitmentDays);
  add("again", "Decide whether to offer another onboarding", calendar::ToDay(change.watch_until()));
}

}  // namespace banso::kickoff

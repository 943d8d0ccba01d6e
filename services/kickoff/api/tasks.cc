#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/kickoff/api/listing.h"
#include "services/kickoff/api/tasks_api.h"

namespace banso::kickoff {
namespace {

using storage::Reader;
using storage::Writer;
using v1::PlanTask;

// The task of that name among the parts, or null.
PlanTask* FindTask(PlanParts& parts, absl::string_view name) {
  for (PlanTask& task : parts.tasks) {
    if (task.name() == name) return &task;
  }
  return nullptr;
}

// Checks that the tasks before a new one exist.
absl::Status CheckDependencies(const PlanParts& parts, const PlanTask& task) {
  contract::Violations violations;
  for (const std::string& id : task.depends_on()) {
    const std::string name = contract::Join(parts.plan.name(), "tasks", id);
    bool found = false;
    for (const PlanTask& other : parts.tasks) found = found || other.name() == name;
    if (!found || name == task.name()) {
      violations.Add("task.depends_on", id, "the id of another task of the plan", "UNKNOWN_TASK");
    }
  }
  return violations.ToStatus();
}

// Adds the task that the request describes, as a deviation from the template. ALREADY_EXISTS.
absl::Status AddTask(const std::string& name, const v1::CreatePlanTaskRequest& request,
                     const Actor& actor, PlanParts* parts) {
  if (FindTask(*parts, name) != nullptr) return contract::AlreadyExists(name);
  PlanTask task = request.task();
  task.set_name(name);
  task.set_state(v1::TASK_STATE_OPEN);
  task.set_origin(actor.name);
  if (!task.has_due()) *task.mutable_due() = parts->plan.deadline();
  BANSO_RETURN_IF_ERROR(CheckDependencies(*parts, task));
  AddDeviation(name, absl::StrCat("added: ", task.title()), request.reason(), actor, &parts->plan);
  parts->tasks.push_back(std::move(task));
  return absl::OkStatus();
}

// What differs between two versions of a task, as one line; empty when nothing does.
std::string Differences(const PlanTask& before, const PlanTask& after) {
  std::vector<std::string> changes;
  if (before.title() != after.title()) changes.push_back(absl::StrCat("title: ", after.title()));
  if (before.side() != after.side()) {
    changes.push_back(after.side() == v1::SIDE_VENDOR ? "done by the vendor"
                                                      : "done by the customer");
  }
  if (calendar::ToDay(before.due()) != calendar::ToDay(after.due())) {
    changes.push_back(absl::StrCat("due ", calendar::DayText(after.due()), " instead of ",
                                   calendar::DayText(before.due())));
  }
  if (before.target_count() != after.target_count()) {
    changes.push_back(absl::StrCat("target ", after.target_count()));
  }
  return absl::StrJoin(changes, "; ");
}

}  // namespace

absl::StatusOr<PlanTask> TasksApi::CreatePlanTask(const Call& call,
                                                  const v1::CreatePlanTaskRequest& request) {
  const std::string name =
      contract::Join(request.parent(), "tasks", contract::IdOrNew(request.task_id(), ids_));
  return storage::Mutate<PlanTask>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<PlanTask> {
        BANSO_RETURN_IF_ERROR(
            plans_.Change(writer, request.parent(), "", [&](PlanParts& parts, const Actor& actor) {
              return AddTask(name, request, actor, &parts);
            }));
        return store_.tasks.Get(writer, name);
      });
}

absl::StatusOr<PlanTask> TasksApi::GetPlanTask(const Call& /*call*/,
                                               const v1::GetPlanTaskRequest& request) {
  return storage::Fetch<PlanTask>(
      database_, [&](Reader& reader) { return store_.tasks.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListPlanTasksResponse> TasksApi::ListPlanTasks(
    const Call& /*call*/, const v1::ListPlanTasksRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  query.order_by = "due";
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  return ListParts(database_, store_.plans, store_.tasks, query,
                   &v1::ListPlanTasksResponse::mutable_tasks);
}

absl::StatusOr<PlanTask> TasksApi::UpdatePlanTask(const Call& call,
                                                  const v1::UpdatePlanTaskRequest& request) {
  const std::string& name = request.task().name();
  return storage::Mutate<PlanTask>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<PlanTask> {
        BANSO_ASSIGN_OR_RETURN(const PlanTask before, store_.tasks.Get(writer, name));
        if (!request.task().etag().empty() && request.task().etag() != before.etag()) {
          return contract::EtagMismatch(name);
        }
        PlanTask after = before;
        BANSO_RETURN_IF_ERROR(
            contract::ApplyMask(request.update_mask(), request.task(), "task", &after));
        const std::string differences = Differences(before, after);
        if (!differences.empty() && request.reason().empty()) {
          return contract::InvalidField("reason", "", "why the task differs from the template",
                                        "REQUIRED");
        }
        BANSO_RETURN_IF_ERROR(plans_.Change(
            writer, PlanOf(name), "", [&](PlanParts& parts, const Actor& actor) -> absl::Status {
              BANSO_RETURN_IF_ERROR(CheckDependencies(parts, after));
              *FindTask(parts, name) = after;
              if (!differences.empty()) {
                AddDeviation(name, differences, request.reason(), actor, &parts.plan);
              }
              return absl::OkStatus();
            }));
        return store_.tasks.Get(writer, name);
      });
}

absl::StatusOr<PlanTask> TasksApi::ClosePlanTask(const Call& call,
                                                 const v1::ClosePlanTaskRequest& request) {
  const std::string& name = request.name();
  return storage::Mutate<PlanTask>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<PlanTask> {
        BANSO_RETURN_IF_ERROR(store_.tasks.Get(writer, name).status());
        BANSO_RETURN_IF_ERROR(plans_.Change(
            writer, PlanOf(name), "", [&](PlanParts& parts, const Actor& actor) -> absl::Status {
              const std::vector<PlanTask> all = parts.tasks;
              PlanTask* task = FindTask(parts, name);
              BANSO_RETURN_IF_ERROR(CloseTask(request, all, actor, task));
              if (request.state() == v1::TASK_STATE_SKIPPED) {
                AddDeviation(name, absl::StrCat("skipped: ", task->title()), request.note(), actor,
                             &parts.plan);
              }
              return absl::OkStatus();
            }));
        return store_.tasks.Get(writer, name);
      });
}

absl::Status TasksApi::RefreshOverdue(const Call& call) {
  // The earliest "today" anywhere is a day behind UTC; facts that are right already cost a read.
  const absl::CivilDay latest = calendar::DayOf(call.now, absl::UTCTimeZone()) + 1;
  BANSO_ASSIGN_OR_RETURN(const std::vector<std::string> plans,
                         storage::Fetch<std::vector<std::string>>(database_, [&](Reader& reader) {
                           return store_.PlansWithTasksDue(reader, latest);
                         }));
  for (const std::string& plan : plans) {
    BANSO_RETURN_IF_ERROR(
        database_.Write(call, [&](Writer& writer) { return store_.RecordFacts(writer, plan); })
            .status());
  }
  return absl::OkStatus();
}

}  // namespace banso::kickoff

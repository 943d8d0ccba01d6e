#ifndef BANSO_SERVICES_KICKOFF_API_TASKS_API_H_
#define BANSO_SERVICES_KICKOFF_API_TASKS_API_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/kickoff/v1/tasks_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/kickoff/api/plan_editor.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

// The handlers of banso.kickoff.v1.TasksService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
class TasksApi {
 public:
  // All must outlive the handlers.
  TasksApi(storage::Database& database, const Store& store, const PlanEditor& plans,
           contract::IdSource& ids)
      : database_(database), store_(store), plans_(plans), ids_(ids) {}

  absl::StatusOr<v1::PlanTask> CreatePlanTask(const Call& call,
                                              const v1::CreatePlanTaskRequest& request);
  absl::StatusOr<v1::PlanTask> GetPlanTask(const Call& call, const v1::GetPlanTaskRequest& request);
  absl::StatusOr<v1::ListPlanTasksResponse> ListPlanTasks(const Call& call,
                                                          const v1::ListPlanTasksRequest& request);
  absl::StatusOr<v1::PlanTask> UpdatePlanTask(const Call& call,
                                              const v1::UpdatePlanTaskRequest& request);
  absl::StatusOr<v1::PlanTask> ClosePlanTask(const Call& call,
                                             const v1::ClosePlanTaskRequest& request);

  // Records the facts of every plan whose tasks have become overdue: the form of a sweep.
  absl::Status RefreshOverdue(const Call& call);

 private:
  storage::Database& database_;
  const Store& store_;
  const PlanEditor& plans_;
  contract::IdSource& ids_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_TASKS_API_H_

#include "services/health/store/assessments/upkeep_store.h"

#include <utility>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::health {
namespace {

using storage::Value;
using v1::UpkeepTask;

storage::Kind<UpkeepTask> TaskKind() {
  return {.table = "upkeep_task",
          .pattern = "upkeepCampaigns/{upkeep_campaign}/tasks/{task}",
          .columns = {
              {"account", [](const UpkeepTask& task) { return Value(task.account()); }},
              {"item", [](const UpkeepTask& task) { return Value(task.item()); }},
              {"member", [](const UpkeepTask& task) { return Value(task.member()); }},
              {"lock_time",
               [](const UpkeepTask& task) { return Value(calendar::ToTime(task.lock_time())); }},
              {"done_time",
               [](const UpkeepTask& task) {
                 return task.has_done_time() ? Value(calendar::ToTime(task.done_time())) : Value();
               }},
              {"done_late",
               [](const UpkeepTask& task) {
                 return Value(task.has_done_time() && calendar::ToTime(task.done_time()) >=
                                                          calendar::ToTime(task.lock_time()));
               }},
          }};
}

}  // namespace

UpkeepStore::UpkeepStore()
    : campaigns({.table = "upkeep_campaign",
                 .pattern = "upkeepCampaigns/{upkeep_campaign}",
                 .columns = {}}),
      tasks(TaskKind()) {}

absl::Status UpkeepStore::CompleteTasks(storage::Writer& writer,
                                        const v1::Assessment& assessment) const {
  BANSO_ASSIGN_OR_RETURN(
      std::vector<UpkeepTask> open,
      tasks.All(writer, "",
                {storage::Equal("account", contract::Parent(assessment.name())),
                 storage::Equal("item", assessment.item()), storage::IsNull("done_time")}));
  for (UpkeepTask& task : open) {
    *task.mutable_done_time() = calendar::ToTimestamp(writer.now());
    task.set_assessment(assessment.name());
    BANSO_RETURN_IF_ERROR(tasks.Update(writer, std::move(task)).status());
  }
  return absl::OkStatus();
}

storage::SnapshotSources UpkeepStore::sources() const {
  return {campaigns.source(), tasks.source()};
}

absl::Status UpkeepStore::CheckSchema(storage::Reader& reader) const {
  BANSO_RETURN_IF_ERROR(campaigns.CheckSchema(reader));
  return tasks.CheckSchema(reader);
}

}  // namespace banso::health

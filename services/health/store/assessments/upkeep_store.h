#ifndef BANSO_SERVICES_HEALTH_STORE_ASSESSMENTS_UPKEEP_STORE_H_
#define BANSO_SERVICES_HEALTH_STORE_ASSESSMENTS_UPKEEP_STORE_H_

#include "absl/status/status.h"
#include "banso/health/v1/assessment.pb.h"
#include "banso/health/v1/upkeep.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/snapshot.h"

namespace banso::health {

// Campaigns that bring judgements up to date. Immutable and thread-safe.
class UpkeepStore {
 public:
  UpkeepStore();

  // Without their progress, and tasks without their state.
  const storage::Collection<v1::UpkeepCampaign> campaigns;
  const storage::Collection<v1::UpkeepTask> tasks;

  // Notes in every campaign that asks for it that a judgement has been recorded.
  absl::Status CompleteTasks(storage::Writer& writer, const v1::Assessment& assessment) const;

  storage::SnapshotSources sources() const;
  absl::Status CheckSchema(storage::Reader& reader) const;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_ASSESSMENTS_UPKEEP_STORE_H_

#ifndef BANSO_SERVICES_HEALTH_API_STAGES_STAGE_EVALUATION_H_
#define BANSO_SERVICES_HEALTH_API_STAGES_STAGE_EVALUATION_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/health/v1/stage.pb.h"
#include "common/rule/catalog.h"
#include "common/storage/database.h"
#include "services/health/api/evaluation.h"
#include "services/health/domain/stages/placement.h"
#include "services/health/store/fact_reader.h"
#include "services/health/store/store.h"

// Works out on which levels accounts are, from one snapshot of the store.
namespace banso::health {

// What has come of one account by one model.
struct PlacementResult {
  std::string account;
  std::string model;
  // The day of the evaluation, in the account's zone.
  absl::CivilDay today;
  Advance advance;
};

// What the model's conditions say of the account at a time.
absl::StatusOr<StageJudgement> JudgeStages(const AccountEvaluation& account, StoreFactReader& facts,
                                           const v1::StageModel& model,
                                           const rule::FactCatalog& catalog, absl::Time time);

// Brings the account's placement up to `now`, without storing it.
absl::StatusOr<PlacementResult> Place(const Store& store, storage::Reader& reader,
                                      StoreFactReader& facts, const AccountEvaluation& account,
                                      const v1::StageModel& model, const rule::FactCatalog& catalog,
                                      absl::Time now);

// Stores that. When the account has moved its turn comes again: scores may read its level. When
// somebody else has placed it meanwhile nothing is stored. Returns whether it has moved.
absl::StatusOr<bool> StorePlacement(const Store& store, storage::Writer& writer,
                                    PlacementResult result);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_STAGES_STAGE_EVALUATION_H_

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STAGES_STAGE_MODEL_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STAGES_STAGE_MODEL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/stage.pb.h"
#include "common/contract/errors.h"
#include "common/rule/catalog.h"

namespace banso::health {

// How many days back levels are worked out at most.
inline constexpr int kMaxHistoryDays = 1100;

// Checks what the field rules cannot: conditions against the known fact types, which levels need
// one, keys that appear twice, requirements that are no lower level. Adds to `violations`, with
// paths below `field_path`.
void CheckStageModel(const v1::StageModel& model, const rule::FactCatalog& catalog,
                     absl::string_view field_path, contract::Violations* violations);

// The rank of the level with this key, 1 for the lowest; 0 when the model has none.
int RankOf(const v1::StageModel& model, absl::string_view key);
// The key of the level of a rank; empty for 0.
std::string KeyOf(const v1::StageModel& model, int rank);

// `stage.adoption` of `stageModels/adoption`, and what is told beside it.
std::string StageFact(absl::string_view model_name);
std::string StageRankFact(absl::string_view model_name);
std::string StageStuckFact(absl::string_view model_name);
// The types of these three.
std::vector<fact::v1::FactType> TypesOf(const v1::StageModel& model);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STAGES_STAGE_MODEL_H_

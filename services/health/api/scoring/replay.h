#ifndef BANSO_SERVICES_HEALTH_API_SCORING_REPLAY_H_
#define BANSO_SERVICES_HEALTH_API_SCORING_REPLAY_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/scoring_service.pb.h"
#include "common/contract/call.h"
#include "common/rule/catalog.h"
#include "common/storage/database.h"
#include "services/health/domain/scoring/replay_case.h"
#include "services/health/store/store.h"

namespace banso::health {

// A model's past: every account as of every day, from what was known then.
struct ReplayResult {
  std::vector<absl::CivilDay> days;
  ReplayTerms terms;
  std::vector<ReplayCase> cases;
  // Pairs of account and day that are no case; see BacktestReport.not_at_risk.
  int64_t not_at_risk = 0;
};

// Replays a model. The horizon of a case ends with a whole day that has passed. INVALID_ARGUMENT
// names what is wrong with the replay, below the field `replay`.
absl::StatusOr<ReplayResult> RunReplay(storage::Database& database, const Store& store,
                                       const Call& call, const v1::ScoreModel& model,
                                       const rule::FactCatalog& catalog, const v1::Replay& replay);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SCORING_REPLAY_H_

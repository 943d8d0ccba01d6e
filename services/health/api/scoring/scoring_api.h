#ifndef BANSO_SERVICES_HEALTH_API_SCORING_SCORING_API_H_
#define BANSO_SERVICES_HEALTH_API_SCORING_SCORING_API_H_

#include <string>

#include "absl/status/statusor.h"
#include "banso/health/v1/scoring_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.ScoringService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
//
// overrides.cc, history.cc, compare.cc and backtest.cc hold them by topic.
class ScoringApi {
 public:
  // All must outlive the handlers.
  ScoringApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::ScoreOverride> CreateScoreOverride(
      const Call& call, const v1::CreateScoreOverrideRequest& request);
  absl::StatusOr<v1::ScoreOverride> EndScoreOverride(const Call& call,
                                                     const v1::EndScoreOverrideRequest& request);
  absl::StatusOr<v1::ScoreOverride> GetScoreOverride(const Call& call,
                                                     const v1::GetScoreOverrideRequest& request);
  absl::StatusOr<v1::ListScoreOverridesResponse> ListScoreOverrides(
      const Call& call, const v1::ListScoreOverridesRequest& request);

  absl::StatusOr<v1::ListScoreHistoryResponse> ListScoreHistory(
      const Call& call, const v1::ListScoreHistoryRequest& request);
  absl::StatusOr<v1::CompareScoreModelsResponse> CompareScoreModels(
      const Call& call, const v1::CompareScoreModelsRequest& request);

  absl::StatusOr<v1::BacktestReport> BacktestModel(const Call& call,
                                                   const v1::BacktestModelRequest& request);
  absl::StatusOr<v1::ModelFit> FitModel(const Call& call, const v1::FitModelRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SCORING_SCORING_API_H_

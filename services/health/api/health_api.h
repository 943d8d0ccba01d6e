#ifndef BANSO_SERVICES_HEALTH_API_HEALTH_API_H_
#define BANSO_SERVICES_HEALTH_API_HEALTH_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/health_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/api/evaluator.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.HealthService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
class HealthApi {
 public:
  // All must outlive the handlers.
  HealthApi(storage::Database& database, const Store& store, Evaluator& evaluator)
      : database_(database), store_(store), evaluator_(evaluator) {}

  absl::StatusOr<v1::ScoreModel> SaveScoreModel(const Call& call,
                                                const v1::SaveScoreModelRequest& request);
  absl::StatusOr<v1::ScoreModel> ActivateScoreModel(const Call& call,
                                                    const v1::ActivateScoreModelRequest& request);
  absl::StatusOr<v1::ScoreModel> DeactivateScoreModel(
      const Call& call, const v1::DeactivateScoreModelRequest& request);
  absl::StatusOr<v1::ScoreModel> GetScoreModel(const Call& call,
                                               const v1::GetScoreModelRequest& request);
  absl::StatusOr<v1::ListScoreModelRevisionsResponse> ListScoreModelRevisions(
      const Call& call, const v1::ListScoreModelRevisionsRequest& request);

  absl::StatusOr<v1::Score> GetScore(const Call& call, const v1::GetScoreRequest& request);
  absl::StatusOr<v1::ListScoresResponse> ListScores(const Call& call,
                                                    const v1::ListScoresRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  Evaluator& evaluator_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_HEALTH_API_H_

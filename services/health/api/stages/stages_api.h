#ifndef BANSO_SERVICES_HEALTH_API_STAGES_STAGES_API_H_
#define BANSO_SERVICES_HEALTH_API_STAGES_STAGES_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/stages_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/api/evaluator.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.StagesService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
//
// stage_models.cc, placements.cc and stage_reports.cc hold them by topic.
class StagesApi {
 public:
  // All must outlive the handlers.
  StagesApi(storage::Database& database, const Store& store, Evaluator& evaluator)
      : database_(database), store_(store), evaluator_(evaluator) {}

  absl::StatusOr<v1::StageModel> SaveStageModel(const Call& call,
                                                const v1::SaveStageModelRequest& request);
  absl::StatusOr<v1::StageModel> ActivateStageModel(const Call& call,
                                                    const v1::ActivateStageModelRequest& request);
  absl::StatusOr<v1::StageModel> DeactivateStageModel(
      const Call& call, const v1::DeactivateStageModelRequest& request);
  absl::StatusOr<v1::StageModel> GetStageModel(const Call& call,
                                               const v1::GetStageModelRequest& request);
  absl::StatusOr<v1::ListStageModelRevisionsResponse> ListStageModelRevisions(
      const Call& call, const v1::ListStageModelRevisionsRequest& request);

  absl::StatusOr<v1::Placement> GetPlacement(const Call& call,
                                             const v1::GetPlacementRequest& request);
  absl::StatusOr<v1::ListPlacementsResponse> ListPlacements(
      const Call& call, const v1::ListPlacementsRequest& request);
  absl::StatusOr<v1::ListStageMovesResponse> ListStageMoves(
      const Call& call, const v1::ListStageMovesRequest& request);

  absl::StatusOr<v1::GetStageBacklogResponse> GetStageBacklog(
      const Call& call, const v1::GetStageBacklogRequest& request);
  absl::StatusOr<v1::AnalyzeLevelsResponse> AnalyzeLevels(const Call& call,
                                                          const v1::AnalyzeLevelsRequest& request);
  absl::StatusOr<v1::AnalyzeTimeToLevelResponse> AnalyzeTimeToLevel(
      const Call& call, const v1::AnalyzeTimeToLevelRequest& request);
  absl::StatusOr<v1::AnalyzeStageRetentionResponse> AnalyzeStageRetention(
      const Call& call, const v1::AnalyzeStageRetentionRequest& request);
  absl::StatusOr<v1::GetStageMovementResponse> GetStageMovement(
      const Call& call, const v1::GetStageMovementRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  Evaluator& evaluator_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_STAGES_STAGES_API_H_

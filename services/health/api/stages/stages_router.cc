#include "services/health/api/stages/stages_api.h"

namespace banso::health {

server::Router StagesRouter(StagesApi& api) {
  server::Router router("banso.health.v1.StagesService");
  router.Unary("SaveStageModel", &StagesApi::SaveStageModel, &api);
  router.Unary("ActivateStageModel", &StagesApi::ActivateStageModel, &api);
  router.Unary("GetStageModel", &StagesApi::GetStageModel, &api);
  router.Unary("ListStageModelRevisions", &StagesApi::ListStageModelRevisions, &api);
  router.Unary("GetPlacement", &StagesApi::GetPlacement, &api);
  router.Unary("ListPlacements", &StagesApi::ListPlacements, &api);
  router.Unary("ListStageMoves", &StagesApi::ListStageMoves, &api);
  router.Unary("GetStageBacklog", &StagesApi::GetStageBacklog, &api);
  router.Unary("AnalyzeLevels", &StagesApi::AnalyzeLevels, &api);
  router.Unary("AnalyzeTimeToLevel", &StagesApi::AnalyzeTimeToLevel, &api);
  router.Unary("AnalyzeStageRetention", &StagesApi::AnalyzeStageRetention, &api);
  router.Unary("GetStageMovement", &StagesApi::GetStageMovement, &api);
  router.Unary("SaveMatrixPolicy", &StagesApi::SaveMatrixPolicy, &api);
  router.Unary("ActivateMatrixPolicy", &StagesApi::ActivateMatrixPolicy, &api);
  router.Unary("GetMatrixPolicy", &StagesApi::GetMatrixPolicy, &api);
  router.Unary("ListMatrixPolicyRevisions", &StagesApi::ListMatrixPolicyRevisions, &api);
  router.Unary("GetTierMatrix", &StagesApi::GetTierMatrix, &api);
  router.Unary("GetBenchmark", &StagesApi::GetBenchmark, &api);
  router.Unary("GetCoverage", &StagesApi::GetCoverage, &api);
  return router;
}

}  // namespace banso::health

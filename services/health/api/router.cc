#include "services/health/api/router.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "common/server/changes_service.h"
#include "common/server/facts_service.h"
#include "common/status_macros.h"
#include "services/health/api/fact_stream.h"
#include "services/health/api/own_facts.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {
namespace {

using storage::Reader;

// The fact types of this service. The last answer holds while nothing has been committed.
class FactTypesReader {
 public:
  explicit FactTypesReader(const Store& store) : store_(store) {}

  absl::StatusOr<server::FactTypes> Read(Reader& reader) {
    BANSO_ASSIGN_OR_RETURN(const int64_t position, reader.Position());
    {
      const std::lock_guard lock(mutex_);
      if (types_ != nullptr && position_ == position) return types_;
    }
    // Which revisions are in force matters little here: drafts have the same facts.
    BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactType> types,
                           OwnFactTypes(store_, reader, absl::InfiniteFuture()));
    const std::lock_guard lock(mutex_);
    types_ = std::make_shared<const std::vector<fact::v1::FactType>>(std::move(types));
    position_ = position;
    return types_;
  }

 private:
  const Store& store_;
  std::mutex mutex_;
  int64_t position_ = -1;    // Guarded by mutex_.
  server::FactTypes types_;  // Guarded by mutex_.
};

}  // namespace

server::Router HealthRouter(HealthApi& api, storage::Database& database, const Store& store) {
  server::Router router("banso.health.v1.HealthService");
  router.Unary("SaveScoreModel", &HealthApi::SaveScoreModel, &api);
  router.Unary("ActivateScoreModel", &HealthApi::ActivateScoreModel, &api);
  router.Unary("DeactivateScoreModel", &HealthApi::DeactivateScoreModel, &api);
  router.Unary("GetScoreModel", &HealthApi::GetScoreModel, &api);
  router.Unary("ListScoreModelRevisions", &HealthApi::ListScoreModelRevisions, &api);
  router.Unary("GetScore", &HealthApi::GetScore, &api);
  router.Unary("ListScores", &HealthApi::ListScores, &api);
  server::AddWatchChanges(router, database, store.sources());
  return router;
}

server::Router ScoringRouter(ScoringApi& api) {
  server::Router router("banso.health.v1.ScoringService");
  router.Unary("CreateScoreOverride", &ScoringApi::CreateScoreOverride, &api);
  router.Unary("EndScoreOverride", &ScoringApi::EndScoreOverride, &api);
  router.Unary("GetScoreOverride", &ScoringApi::GetScoreOverride, &api);
  router.Unary("ListScoreOverrides", &ScoringApi::ListScoreOverrides, &api);
  router.Unary("ListScoreHistory", &ScoringApi::ListScoreHistory, &api);
  router.Unary("CompareScoreModels", &ScoringApi::CompareScoreModels, &api);
  router.Unary("BacktestModel", &ScoringApi::BacktestModel, &api);
  router.Unary("FitModel", &ScoringApi::FitModel, &api);
  return router;
}

server::Router MetricsRouter(MetricsApi& api) {
  server::Router router("banso.health.v1.MetricsService");
  router.Unary("CreateMetric", &MetricsApi::CreateMetric, &api);
  router.Unary("GetMetric", &MetricsApi::GetMetric, &api);
  router.Unary("ListMetrics", &MetricsApi::ListMetrics, &api);
  router.Unary("UpdateMetric", &MetricsApi::UpdateMetric, &api);
  router.ClientStream<v1::IngestSamplesRequest, v1::IngestSamplesResponse>(
      "IngestSamples", [&api](const Call& call, server::Source<v1::IngestSamplesRequest>& source) {
        return api.IngestSamples(call, source);
      });
  return router;
}

server::Router ExpectedUsesRouter(ExpectedUsesApi& api) {
  server::Router router("banso.health.v1.ExpectedUsesService");
  router.Unary("SetExpectedUse", &ExpectedUsesApi::SetExpectedUse, &api);
  router.Unary("GetExpectedUse", &ExpectedUsesApi::GetExpectedUse, &api);
  router.Unary("ListExpectedUses", &ExpectedUsesApi::ListExpectedUses, &api);
  router.Unary("DeleteExpectedUse", &ExpectedUsesApi::DeleteExpectedUse, &api);
  router.Unary("ListUseAgainstExpectations", &ExpectedUsesApi::ListUseAgainstExpectations, &api);
  return router;
}

server::Router AssessmentsRouter(AssessmentsApi& api) {
  server::Router router("banso.health.v1.AssessmentsService");
  router.Unary("SaveRubric", &AssessmentsApi::SaveRubric, &api);
  router.Unary("ActivateRubric", &AssessmentsApi::ActivateRubric, &api);
  router.Unary("DeactivateRubric", &AssessmentsApi::DeactivateRubric, &api);
  router.Unary("GetRubric", &AssessmentsApi::GetRubric, &api);
  router.Unary("ListRubricRevisions", &AssessmentsApi::ListRubricRevisions, &api);
  router.Unary("CreateAssessment", &AssessmentsApi::CreateAssessment, &api);
  router.Unary("GetAssessment", &AssessmentsApi::GetAssessment, &api);
  router.Unary("ListAssessments", &AssessmentsApi::ListAssessments, &api);
  router.Unary("CreateRatingRequest", &AssessmentsApi::CreateRatingRequest, &api);
  router.Unary("GetRatingRequest", &AssessmentsApi::GetRatingRequest, &api);
  router.Unary("ListRatingRequests", &AssessmentsApi::ListRatingRequests, &api);
  router.Unary("CancelRatingRequest", &AssessmentsApi::CancelRatingRequest, &api);
  router.Unary("ListDueAssessments", &AssessmentsApi::ListDueAssessments, &api);
  router.Unary("GetRaterAgreement", &AssessmentsApi::GetRaterAgreement, &api);
  router.Unary("CreateUpkeepCampaign", &AssessmentsApi::CreateUpkeepCampaign, &api);
  router.Unary("GetUpkeepCampaign", &AssessmentsApi::GetUpkeepCampaign, &api);
  router.Unary("ListUpkeepCampaigns", &AssessmentsApi::ListUpkeepCampaigns, &api);
  router.Unary("ListUpkeepTasks", &AssessmentsApi::ListUpkeepTasks, &api);
  return router;
}

server::Router SurveysRouter(SurveysApi& api) {
  server::Router router("banso.health.v1.SurveysService");
  router.Unary("SaveSurvey", &SurveysApi::SaveSurvey, &api);
  router.Unary("ActivateSurvey", &SurveysApi::ActivateSurvey, &api);
  router.Unary("DeactivateSurvey", &SurveysApi::DeactivateSurvey, &api);
  router.Unary("GetSurvey", &SurveysApi::GetSurvey, &api);
  router.Unary("ListSurveyRevisions", &SurveysApi::ListSurveyRevisions, &api);
  router.Unary("AskSurvey", &SurveysApi::AskSurvey, &api);
  router.Unary("AnswerSurvey", &SurveysApi::AnswerSurvey, &api);
  router.Unary("GetSurveyInvitation", &SurveysApi::GetSurveyInvitation, &api);
  router.Unary("ListSurveyInvitations", &SurveysApi::ListSurveyInvitations, &api);
  router.Unary("GetSurveyReport", &SurveysApi::GetSurveyReport, &api);
  router.Unary("ListDueSurveys", &SurveysApi::ListDueSurveys, &api);
  return router;
}

server::Router SuccessRouter(SuccessApi& api) {
  server::Router router("banso.health.v1.SuccessService");
  router.Unary("SaveSuccessDefinition", &SuccessApi::SaveSuccessDefinition, &api);
  router.Unary("ActivateSuccessDefinition", &SuccessApi::ActivateSuccessDefinition, &api);
  router.Unary("DeactivateSuccessDefinition", &SuccessApi::DeactivateSuccessDefinition, &api);
  router.Unary("GetSuccessDefinition", &SuccessApi::GetSuccessDefinition, &api);
  router.Unary("ListSuccessDefinitionRevisions", &SuccessApi::ListSuccessDefinitionRevisions, &api);
  router.Unary("CompareSuccessDefinitions", &SuccessApi::CompareSuccessDefinitions, &api);
  router.Unary("GetSuccessLabel", &SuccessApi::GetSuccessLabel, &api);
  router.Unary("ListSuccessLabels", &SuccessApi::ListSuccessLabels, &api);
  return router;
}

server::Router ForecastsRouter(ForecastsApi& api) {
  server::Router router("banso.health.v1.ForecastsService");
  router.Unary("CreateForecast", &ForecastsApi::CreateForecast, &api);
  router.Unary("GetForecast", &ForecastsApi::GetForecast, &api);
  router.Unary("ListForecasts", &ForecastsApi::ListForecasts, &api);
  router.Unary("ScoreForecasts", &ForecastsApi::ScoreForecasts, &api);
  return router;
}

server::Router OutcomesRouter(OutcomesApi& api) {
  server::Router router("banso.health.v1.OutcomesService");
  router.Unary("CreateOutcome", &OutcomesApi::CreateOutcome, &api);
  router.Unary("GetOutcome", &OutcomesApi::GetOutcome, &api);
  router.Unary("ListOutcomes", &OutcomesApi::ListOutcomes, &api);
  router.Unary("DeleteOutcome", &OutcomesApi::DeleteOutcome, &api);
  router.ClientStream<v1::ImportOutcomesRequest, v1::ImportOutcomesResponse>(
      "ImportOutcomes",
      [&api](const Call& call, server::Source<v1::ImportOutcomesRequest>& source) {
        return api.ImportOutcomes(call, source);
      });
  return router;
}

server::Router StagesRouter(StagesApi& api) {
  server::Router router("banso.health.v1.StagesService");
  router.Unary("SaveStageModel", &StagesApi::SaveStageModel, &api);
  router.Unary("ActivateStageModel", &StagesApi::ActivateStageModel, &api);
  router.Unary("DeactivateStageModel", &StagesApi::DeactivateStageModel, &api);
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
  return router;
}

server::Router PortfolioRouter(PortfolioApi& api) {
  server::Router router("banso.health.v1.PortfolioService");
  router.Unary("SaveMatrixPolicy", &PortfolioApi::SaveMatrixPolicy, &api);
  router.Unary("ActivateMatrixPolicy", &PortfolioApi::ActivateMatrixPolicy, &api);
  router.Unary("DeactivateMatrixPolicy", &PortfolioApi::DeactivateMatrixPolicy, &api);
  router.Unary("GetMatrixPolicy", &PortfolioApi::GetMatrixPolicy, &api);
  router.Unary("ListMatrixPolicyRevisions", &PortfolioApi::ListMatrixPolicyRevisions, &api);
  router.Unary("GetTierMatrix", &PortfolioApi::GetTierMatrix, &api);
  router.Unary("GetBenchmark", &PortfolioApi::GetBenchmark, &api);
  router.Unary("GetCoverage", &PortfolioApi::GetCoverage, &api);
  return router;
}

server::Router SignalsRouter(SignalsApi& api) {
  server::Router router("banso.health.v1.SignalsService");
  router.Unary("SaveSignalRule", &SignalsApi::SaveSignalRule, &api);
  router.Unary("ActivateSignalRule", &SignalsApi::ActivateSignalRule, &api);
  router.Unary("DeactivateSignalRule", &SignalsApi::DeactivateSignalRule, &api);
  router.Unary("GetSignalRule", &SignalsApi::GetSignalRule, &api);
  router.Unary("ListSignalRuleRevisions", &SignalsApi::ListSignalRuleRevisions, &api);
  router.Unary("SavePlay", &SignalsApi::SavePlay, &api);
  router.Unary("ActivatePlay", &SignalsApi::ActivatePlay, &api);
  router.Unary("DeactivatePlay", &SignalsApi::DeactivatePlay, &api);
  router.Unary("GetPlay", &SignalsApi::GetPlay, &api);
  router.Unary("ListPlayRevisions", &SignalsApi::ListPlayRevisions, &api);
  router.Unary("GetSignal", &SignalsApi::GetSignal, &api);
  router.Unary("ListSignals", &SignalsApi::ListSignals, &api);
  router.Unary("AcknowledgeSignal", &SignalsApi::AcknowledgeSignal, &api);
  router.Unary("SnoozeSignal", &SignalsApi::SnoozeSignal, &api);
  router.Unary("ResolveSignal", &SignalsApi::ResolveSignal, &api);
  router.Unary("RetrySignalAction", &SignalsApi::RetrySignalAction, &api);
  router.Unary("GetSignalReport", &SignalsApi::GetSignalReport, &api);
  return router;
}

server::Router OutboxRouter(OutboxApi& api) {
  server::Router router("banso.health.v1.OutboxService");
  router.Unary("ListOutboxMessages", &OutboxApi::ListOutboxMessages, &api);
  router.Unary("AcknowledgeOutboxMessage", &OutboxApi::AcknowledgeOutboxMessage, &api);
  router.Unary("RetryOutboxMessage", &OutboxApi::RetryOutboxMessage, &api);
  router.Unary("SetWebhook", &OutboxApi::SetWebhook, &api);
  router.Unary("GetWebhook", &OutboxApi::GetWebhook, &api);
  router.Unary("ListWebhooks", &OutboxApi::ListWebhooks, &api);
  return router;
}

server::Router HypothesesRouter(HypothesesApi& api) {
  server::Router router("banso.health.v1.HypothesesService");
  router.Unary("CreateHypothesis", &HypothesesApi::CreateHypothesis, &api);
  router.Unary("GetHypothesis", &HypothesesApi::GetHypothesis, &api);
  router.Unary("ListHypotheses", &HypothesesApi::ListHypotheses, &api);
  router.Unary("UpdateHypothesis", &HypothesesApi::UpdateHypothesis, &api);
  router.Unary("StartHypothesis", &HypothesesApi::StartHypothesis, &api);
  router.Unary("LookBackHypothesis", &HypothesesApi::LookBackHypothesis, &api);
  router.Unary("DropHypothesis", &HypothesesApi::DropHypothesis, &api);
  router.Unary("AnswerHypothesis", &HypothesesApi::AnswerHypothesis, &api);
  return router;
}

server::Router StudiesRouter(StudiesApi& api) {
  server::Router router("banso.health.v1.StudiesService");
  router.Unary("SaveFunnel", &StudiesApi::SaveFunnel, &api);
  router.Unary("ActivateFunnel", &StudiesApi::ActivateFunnel, &api);
  router.Unary("DeactivateFunnel", &StudiesApi::DeactivateFunnel, &api);
  router.Unary("GetFunnel", &StudiesApi::GetFunnel, &api);
  router.Unary("ListFunnelRevisions", &StudiesApi::ListFunnelRevisions, &api);
  router.Unary("AnalyzeFunnel", &StudiesApi::AnalyzeFunnel, &api);
  router.Unary("AnalyzeLift", &StudiesApi::AnalyzeLift, &api);
  router.Unary("CompareCohorts", &StudiesApi::CompareCohorts, &api);
  router.Unary("RunStudy", &StudiesApi::RunStudy, &api);
  return router;
}

server::Router FactsRouter(storage::Database& database, const Store& store) {
  server::FactsServiceOptions options;
  options.database = &database;
  options.log = &store.facts;
  // Both live as long as the function, and that as long as the router.
  const auto types = std::make_shared<FactTypesReader>(store);
  const auto answers = std::make_shared<OwnFacts>(store);
  options.types = [types, answers](Reader& reader) { return types->Read(reader); };
  options.provider = answers.get();
  options.watch = [&database, &store](const Call&, const fact::v1::WatchFactsRequest& request) {
    return WatchFacts(database, store, request);
  };
  return server::FactsRouter(std::move(options));
}

}  // namespace banso::health

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
                           store_.OwnFactTypes(reader, absl::InfiniteFuture()));
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

void AddMetrics(HealthApi* api, server::Router* router) {
  router->Unary("CreateMetric", &HealthApi::CreateMetric, api);
  router->Unary("GetMetric", &HealthApi::GetMetric, api);
  router->Unary("ListMetrics", &HealthApi::ListMetrics, api);
  router->Unary("UpdateMetric", &HealthApi::UpdateMetric, api);
  router->ClientStream<v1::IngestSamplesRequest, v1::IngestSamplesResponse>(
      "IngestSamples", [api](const Call& call, server::Source<v1::IngestSamplesRequest>& source) {
        return api->IngestSamples(call, source);
      });
}

void AddAssessments(HealthApi* api, server::Router* router) {
  router->Unary("SaveRubric", &HealthApi::SaveRubric, api);
  router->Unary("ActivateRubric", &HealthApi::ActivateRubric, api);
  router->Unary("GetRubric", &HealthApi::GetRubric, api);
  router->Unary("ListRubricRevisions", &HealthApi::ListRubricRevisions, api);
  router->Unary("CreateAssessment", &HealthApi::CreateAssessment, api);
  router->Unary("GetAssessment", &HealthApi::GetAssessment, api);
  router->Unary("ListAssessments", &HealthApi::ListAssessments, api);
}

void AddSuccess(HealthApi* api, server::Router* router) {
  router->Unary("SaveSuccessDefinition", &HealthApi::SaveSuccessDefinition, api);
  router->Unary("ActivateSuccessDefinition", &HealthApi::ActivateSuccessDefinition, api);
  router->Unary("GetSuccessDefinition", &HealthApi::GetSuccessDefinition, api);
  router->Unary("ListSuccessDefinitionRevisions", &HealthApi::ListSuccessDefinitionRevisions, api);
  router->Unary("GetSuccessLabel", &HealthApi::GetSuccessLabel, api);
  router->Unary("ListSuccessLabels", &HealthApi::ListSuccessLabels, api);
}

void AddScores(HealthApi* api, server::Router* router) {
  router->Unary("SaveScoreModel", &HealthApi::SaveScoreModel, api);
  router->Unary("ActivateScoreModel", &HealthApi::ActivateScoreModel, api);
  router->Unary("GetScoreModel", &HealthApi::GetScoreModel, api);
  router->Unary("ListScoreModelRevisions", &HealthApi::ListScoreModelRevisions, api);
  router->Unary("GetScore", &HealthApi::GetScore, api);
  router->Unary("ListScores", &HealthApi::ListScores, api);
}

}  // namespace

server::Router HealthRouter(HealthApi& api, storage::Database& database, const Store& store) {
  server::Router router("banso.health.v1.HealthService");
  AddMetrics(&api, &router);
  AddAssessments(&api, &router);
  AddSuccess(&api, &router);
  AddScores(&api, &router);
  server::AddWatchChanges(router, database, store.sources());
  return router;
}

server::Router JudgementsRouter(JudgementsApi& api) {
  server::Router router("banso.health.v1.JudgementsService");
  router.Unary("ListDueAssessments", &JudgementsApi::ListDueAssessments, &api);
  router.Unary("GetRaterAgreement", &JudgementsApi::GetRaterAgreement, &api);
  router.Unary("CreateUpkeepCampaign", &JudgementsApi::CreateUpkeepCampaign, &api);
  router.Unary("GetUpkeepCampaign", &JudgementsApi::GetUpkeepCampaign, &api);
  router.Unary("ListUpkeepCampaigns", &JudgementsApi::ListUpkeepCampaigns, &api);
  router.Unary("ListUpkeepTasks", &JudgementsApi::ListUpkeepTasks, &api);
  router.Unary("CreateForecast", &JudgementsApi::CreateForecast, &api);
  router.Unary("GetForecast", &JudgementsApi::GetForecast, &api);
  router.Unary("ListForecasts", &JudgementsApi::ListForecasts, &api);
  router.Unary("ScoreForecasts", &JudgementsApi::ScoreForecasts, &api);
  router.Unary("CompareSuccessDefinitions", &JudgementsApi::CompareSuccessDefinitions, &api);
  return router;
}

server::Router SignalsRouter(SignalsApi& api) {
  server::Router router("banso.health.v1.SignalsService");
  router.Unary("SaveSignalRule", &SignalsApi::SaveSignalRule, &api);
  router.Unary("ActivateSignalRule", &SignalsApi::ActivateSignalRule, &api);
  router.Unary("GetSignalRule", &SignalsApi::GetSignalRule, &api);
  router.Unary("ListSignalRuleRevisions", &SignalsApi::ListSignalRuleRevisions, &api);
  router.Unary("SavePlay", &SignalsApi::SavePlay, &api);
  router.Unary("ActivatePlay", &SignalsApi::ActivatePlay, &api);
  router.Unary("GetPlay", &SignalsApi::GetPlay, &api);
  router.Unary("ListPlayRevisions", &SignalsApi::ListPlayRevisions, &api);
  router.Unary("GetSignal", &SignalsApi::GetSignal, &api);
  router.Unary("ListSignals", &SignalsApi::ListSignals, &api);
  router.Unary("AcknowledgeSignal", &SignalsApi::AcknowledgeSignal, &api);
  router.Unary("SnoozeSignal", &SignalsApi::SnoozeSignal, &api);
  router.Unary("ResolveSignal", &SignalsApi::ResolveSignal, &api);
  router.Unary("RetrySignalAction", &SignalsApi::RetrySignalAction, &api);
  router.Unary("GetSignalReport", &SignalsApi::GetSignalReport, &api);
  router.Unary("ListOutboxMessages", &SignalsApi::ListOutboxMessages, &api);
  router.Unary("AcknowledgeOutboxMessage", &SignalsApi::AcknowledgeOutboxMessage, &api);
  router.Unary("RetryOutboxMessage", &SignalsApi::RetryOutboxMessage, &api);
  router.Unary("SetWebhook", &SignalsApi::SetWebhook, &api);
  router.Unary("GetWebhook", &SignalsApi::GetWebhook, &api);
  router.Unary("ListWebhooks", &SignalsApi::ListWebhooks, &api);
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

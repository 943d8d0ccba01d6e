#ifndef BANSO_SERVICES_HEALTH_API_ROUTER_H_
#define BANSO_SERVICES_HEALTH_API_ROUTER_H_

#include "common/server/router.h"
#include "common/storage/database.h"
#include "services/health/api/assessments/assessments_api.h"
#include "services/health/api/forecasts/forecasts_api.h"
#include "services/health/api/health_api.h"
#include "services/health/api/metrics/metrics_api.h"
#include "services/health/api/outbox/outbox_api.h"
#include "services/health/api/outcomes/outcomes_api.h"
#include "services/health/api/portfolio/portfolio_api.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/api/signals/signals_api.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/api/studies/hypotheses_api.h"
#include "services/health/api/studies/studies_api.h"
#include "services/health/api/success/success_api.h"
#include "services/health/api/surveys/surveys_api.h"
#include "services/health/api/use/expected_uses_api.h"
#include "services/health/store/store.h"

// The services of banso.health.v1, each with its handlers. What they are given must outlive the
// server.
namespace banso::health {

server::Router HealthRouter(HealthApi& api, storage::Database& database, const Store& store);
server::Router ScoringRouter(ScoringApi& api);

// What is known of customers.
server::Router MetricsRouter(MetricsApi& api);
server::Router ExpectedUsesRouter(ExpectedUsesApi& api);
server::Router AssessmentsRouter(AssessmentsApi& api);
server::Router SurveysRouter(SurveysApi& api);

// What is to come of them, and what came.
server::Router SuccessRouter(SuccessApi& api);
server::Router ForecastsRouter(ForecastsApi& api);
server::Router OutcomesRouter(OutcomesApi& api);

// How deep they are in, and where they stand among each other.
server::Router StagesRouter(StagesApi& api);
server::Router PortfolioRouter(PortfolioApi& api);

// What wants attention, and what goes out about it.
server::Router SignalsRouter(SignalsApi& api);
server::Router OutboxRouter(OutboxApi& api);

// What goes with success.
server::Router HypothesesRouter(HypothesesApi& api);
server::Router StudiesRouter(StudiesApi& api);

// The handlers of banso.fact.v1.FactsService.
server::Router FactsRouter(storage::Database& database, const Store& store);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_ROUTER_H_

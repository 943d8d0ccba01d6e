#ifndef BANSO_SERVICES_HEALTH_API_ROUTER_H_
#define BANSO_SERVICES_HEALTH_API_ROUTER_H_

#include "common/server/router.h"
#include "common/storage/database.h"
#include "services/health/api/health_api.h"
#include "services/health/api/judgements/judgements_api.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/api/signals/signals_api.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.HealthService. All must outlive the server.
server::Router HealthRouter(HealthApi& api, storage::Database& database, const Store& store);

// The handlers of banso.health.v1.JudgementsService.
server::Router JudgementsRouter(JudgementsApi& api);

// The handlers of banso.health.v1.SignalsService.
server::Router SignalsRouter(SignalsApi& api);

// banso.health.v1.ScoringService. The api must outlive the router.
server::Router ScoringRouter(ScoringApi& api);

// The handlers of banso.fact.v1.FactsService.
server::Router FactsRouter(storage::Database& database, const Store& store);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_ROUTER_H_

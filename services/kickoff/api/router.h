#ifndef BANSO_SERVICES_KICKOFF_API_ROUTER_H_
#define BANSO_SERVICES_KICKOFF_API_ROUTER_H_

#include "common/server/router.h"
#include "common/storage/database.h"
#include "services/kickoff/api/kickoff_api.h"
#include "services/kickoff/api/meetings_api.h"
#include "services/kickoff/api/plan_templates_api.h"
#include "services/kickoff/api/tasks_api.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

// Handlers of PlanTemplatesService, TasksService and MeetingsService. All must outlive the server.
server::Router PlanTemplatesRouter(PlanTemplatesApi& api);
server::Router TasksRouter(TasksApi& api);
server::Router MeetingsRouter(MeetingsApi& api);

// Handlers of banso.kickoff.v1.KickoffService.
server::Router KickoffRouter(KickoffApi& api, storage::Database& database, const Store& store);

// Handlers of banso.fact.v1.FactsService for the facts that kickoff owns.
server::Router FactsRouter(storage::Database& database, const Store& store);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_ROUTER_H_

#ifndef BANSO_SERVICES_HANDOFF_API_ROUTER_H_
#define BANSO_SERVICES_HANDOFF_API_ROUTER_H_

#include "common/server/router.h"
#include "common/storage/database.h"
#include "services/handoff/api/completions_api.h"
#include "services/handoff/api/criteria_api.h"
#include "services/handoff/api/handoff_api.h"
#include "services/handoff/api/processes_api.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// The handlers of CriteriaService, ProcessesService and CompletionsService. All must outlive the
// server.
server::Router CriteriaRouter(CriteriaApi& api);
server::Router ProcessesRouter(ProcessesApi& api);
server::Router CompletionsRouter(CompletionsApi& api);

// The handlers of HandoffService.
server::Router HandoffRouter(HandoffApi& api, storage::Database& database, const Store& store);

// The handlers of FactsService for the facts of handoff.
server::Router FactsRouter(storage::Database& database, const Store& store);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_ROUTER_H_

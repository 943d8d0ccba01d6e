#ifndef BANSO_SERVICES_HANDOFF_API_ROUTER_H_
#define BANSO_SERVICES_HANDOFF_API_ROUTER_H_

#include "common/server/router.h"
#include "common/storage/database.h"
#include "services/handoff/api/handoff_api.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// The handlers of CriteriaService, ProcessesService and CompletionsService. All must outlive the
// server.
server::Router CriteriaRouter(HandoffApi& api);
server::Router ProcessesRouter(HandoffApi& api);
server::Router CompletionsRouter(HandoffApi& api);

// The handlers of HandoffService.
server::Router HandoffRouter(HandoffApi& api, storage::Database& database, const Store& store);

// The handlers of FactsService for the facts of handoff.
server::Router FactsRouter(storage::Database& database, const Store& store);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_ROUTER_H_

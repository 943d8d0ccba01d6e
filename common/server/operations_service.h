#ifndef BANSO_COMMON_SERVER_OPERATIONS_SERVICE_H_
#define BANSO_COMMON_SERVER_OPERATIONS_SERVICE_H_

#include "common/server/router.h"
#include "common/server/service_definition.h"

namespace banso::server {

// Handlers of banso.type.v1.OperationsService over the clock, store and followers of `definition`,
// which must outlive the router. Every ServerProcess serves it by itself, unless the definition has
// a router for it already (as the gateway's, which asks everybody).
Router OperationsRouter(const ServiceDefinition& definition);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_OPERATIONS_SERVICE_H_

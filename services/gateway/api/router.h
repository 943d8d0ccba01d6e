#ifndef BANSO_SERVICES_GATEWAY_API_ROUTER_H_
#define BANSO_SERVICES_GATEWAY_API_ROUTER_H_

#include <vector>

#include "common/server/client.h"
#include "common/server/router.h"
#include "services/gateway/api/programs_api.h"
#include "services/gateway/api/tokens_api.h"

namespace banso::gateway {

// GatewayService. All must outlive the router.
server::Router GatewayRouter(TokensApi& tokens, ProgramsApi& programs, server::Peers& peers);

// The services that the gateway passes calls on to, one router each. `peers` must outlive them.
std::vector<server::Router> PassedOnRouters(server::Peers& peers);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_API_ROUTER_H_

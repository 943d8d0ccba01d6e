#ifndef BANSO_SERVICES_GATEWAY_GATEWAY_SERVICE_H_
#define BANSO_SERVICES_GATEWAY_GATEWAY_SERVICE_H_

#include "common/server/environment.h"

namespace banso::gateway {

// The gateway, for a program that hosts it. In the data folder are its database, `gateway.db`, and
// `operator.token`, the secret of the token that is made at the first start.
server::ServiceModule Module();

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_GATEWAY_SERVICE_H_

#ifndef BANSO_SERVICES_HANDOFF_HANDOFF_SERVICE_H_
#define BANSO_SERVICES_HANDOFF_HANDOFF_SERVICE_H_

#include "common/server/environment.h"

namespace banso::handoff {

// The service `handoff`, for a program that hosts it.
server::ServiceModule Module();

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_HANDOFF_SERVICE_H_

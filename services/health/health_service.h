#ifndef BANSO_SERVICES_HEALTH_HEALTH_SERVICE_H_
#define BANSO_SERVICES_HEALTH_HEALTH_SERVICE_H_

#include "common/server/environment.h"

namespace banso::health {

// The service `health`: metrics and samples, judgements, success labels and scores. It keeps its
// store in `health.db`, and follows the accounts and onboardings of accounts and the facts of
// accounts, kickoff and handoff.
server::ServiceModule Module();

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_HEALTH_SERVICE_H_

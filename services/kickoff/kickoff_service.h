#ifndef BANSO_SERVICES_KICKOFF_KICKOFF_SERVICE_H_
#define BANSO_SERVICES_KICKOFF_KICKOFF_SERVICE_H_

#include "common/server/environment.h"

namespace banso::kickoff {

// The kickoff service, for a program that hosts it. Its database is `kickoff.db` in the data
// folder.
server::ServiceModule Module();

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_KICKOFF_SERVICE_H_

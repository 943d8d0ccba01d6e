#ifndef BANSO_SERVICES_ACCOUNTS_ACCOUNTS_SERVICE_H_
#define BANSO_SERVICES_ACCOUNTS_ACCOUNTS_SERVICE_H_

#include "common/server/environment.h"

namespace banso::accounts {

// The accounts service, for a program that hosts it. Its database is `accounts.db` in the data
// folder.
server::ServiceModule Module();

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_ACCOUNTS_SERVICE_H_

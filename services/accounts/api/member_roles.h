#ifndef BANSO_SERVICES_ACCOUNTS_API_MEMBER_ROLES_H_
#define BANSO_SERVICES_ACCOUNTS_API_MEMBER_ROLES_H_

#include "common/server/roles.h"
#include "common/storage/database.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The roles of members. Who has left or been erased has none. Both must outlive it.
server::RoleSource MemberRoles(storage::Database& database, const Store& store);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_MEMBER_ROLES_H_

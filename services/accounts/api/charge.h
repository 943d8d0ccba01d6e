#ifndef BANSO_SERVICES_ACCOUNTS_API_CHARGE_H_
#define BANSO_SERVICES_ACCOUNTS_API_CHARGE_H_

#include <string>

#include "absl/status/status.h"
#include "common/storage/database.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// FAILED_PRECONDITION (MEMBER_IN_CHARGE) while the member is an owner of accounts, of onboardings
// that are not over, or of open deals; a cause for each kind, with what to do about it. Accounts
// that were merged into others do not count, with what stayed with them: they never come back.
absl::Status CheckNotInCharge(storage::Reader& reader, const Store& store,
                              const std::string& member);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_CHARGE_H_

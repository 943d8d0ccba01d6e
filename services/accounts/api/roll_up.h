#ifndef BANSO_SERVICES_ACCOUNTS_API_ROLL_UP_H_
#define BANSO_SERVICES_ACCOUNTS_API_ROLL_UP_H_

#include "absl/status/status.h"
#include "banso/accounts/v1/account.pb.h"
#include "common/storage/database.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// Stores `account`, `before` as it was, after rolling up its onboardings and classifying it.
absl::Status RollUpAccount(storage::Writer& writer, const Store& store, ActivePolicy& policy,
                           const v1::Account& before, v1::Account account);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_ROLL_UP_H_

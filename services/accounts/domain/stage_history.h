#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_STAGE_HISTORY_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_STAGE_HISTORY_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/lifecycle.pb.h"

namespace banso::accounts {

// What an account was from a time on.
struct AccountState {
  v1::Account account;
  absl::Time since;
  // Who made it so.
  std::string actor;
};

// The periods of an account's life from its states, both oldest first: a new one begins where the
// stage or the member accountable for it changes. They have no gaps, and none is without length
// except a last one. The owners' teams are left empty.
std::vector<v1::StagePeriod> StagePeriods(const std::vector<AccountState>& states);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_STAGE_HISTORY_H_

#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_STAGE_HISTORY_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_STAGE_HISTORY_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/lifecycle.pb.h"

namespace banso::accounts {

// Brings the periods of an account's life, oldest first, up to what it is from `now` on: a new one
// begins where the stage or the member accountable for it changes, by `actor`. They have no gaps,
// and none is without length except a last one: what is changed again at the same moment never was.
// The team of a new period's owner is left empty.
void ContinueHistory(const v1::Account& account, absl::Time now, const std::string& actor,
                     std::vector<v1::StagePeriod>* periods);

// Whether an account stands at the same stage with the same member accountable.
bool SamePeriod(const v1::Account& a, const v1::Account& b);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_STAGE_HISTORY_H_

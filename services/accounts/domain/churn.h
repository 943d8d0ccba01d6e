#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CHURN_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CHURN_H_

#include <vector>

#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"

// The losses of a customer: the one that is recorded now, and those after which it was won back.
namespace banso::accounts {

// Every loss, the earliest first.
std::vector<v1::Churn> ChurnsOf(const v1::Account& account);

// Whether a won deal had been won before this loss was followed by the customer's being won back.
// Always so for a loss that has not been.
bool WonBeforeReturn(const v1::Account& account, const v1::Deal& deal, const v1::Churn& churn);

// The loss with which the business of a won deal ended; null while it goes on. Points into
// `account`.
const v1::Churn* LossOf(const v1::Account& account, const v1::Deal& deal);

// Lets `account` have the losses of a duplicate that is merged into it at `now`, those of one day
// once. What was lost there last counts as won back with the merge.
void AddChurns(const v1::Account& duplicate, absl::Time now, v1::Account* account);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CHURN_H_

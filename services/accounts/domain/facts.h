#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_FACTS_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_FACTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/value.pb.h"

namespace banso::accounts {

// What is known about a subject, by the fact's name. What is not in it is unknown.
using FactValues = std::map<std::string, type::v1::Value, std::less<>>;

// What an account says about itself; see FactTypes.
FactValues FactsOf(const v1::Account& account);

// What an onboarding says about itself.
FactValues FactsOf(const v1::Onboarding& onboarding);

// What a deal says about itself; see DealFactTypes.
FactValues FactsOf(const v1::Deal& deal);

// Adds what an estimate of an account's work says.
void AddWorkFacts(const v1::WorkEstimate& work, FactValues* facts);

// How the facts of `subject` changed at `now`: a value for each one that is new or another, none
// for each one that is no longer known. Empty when all is as it was. `source` says where the change
// comes from.
std::vector<fact::v1::FactChange> FactChanges(absl::string_view subject, const FactValues& before,
                                              FactValues&& after, absl::Time now,
                                              absl::string_view source);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_FACTS_H_

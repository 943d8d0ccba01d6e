#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_FACT_TYPES_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_FACT_TYPES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "banso/fact/v1/fact.pb.h"

namespace banso::accounts {

// Facts about an account's own attributes are named so, with the attribute's key behind it.
inline constexpr char kAttributePrefix[] = "account.attribute.";

// Facts about a policy's further axes are named so, with the axis's key behind it.
inline constexpr char kAxisPrefix[] = "account.axis.";

// The facts that this service owns, by name; without those about attributes, whose types are what
// the accounts hold, and about further axes, which the policy in force has.
std::vector<fact::v1::FactType> FactTypes();

// The facts about contracts, sites, people and contacts, by name. Classification does not read
// them: it goes by what an account says about itself.
std::vector<fact::v1::FactType> RelationFactTypes();

// What acceptance rules may read of the deal that is asked about, by name. Not facts of this
// service: nobody else can ask for them.
std::vector<fact::v1::FactType> DealFactTypes();

// Whether `fact` is one about an attribute: the prefix and a key.
bool IsAttributeFact(absl::string_view fact);

// Whether `fact` is one about a further axis: the prefix and a key.
bool IsAxisFact(absl::string_view fact);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_FACT_TYPES_H_

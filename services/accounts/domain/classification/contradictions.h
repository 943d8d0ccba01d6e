#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_CONTRADICTIONS_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_CONTRADICTIONS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"

namespace banso::accounts {

// Finds where a policy that has passed CheckPolicy contradicts itself, each time with the facts of
// an account that shows it: rules that never decide (NEVER_TRUE, SHADOWED), and rules of different
// classes that overlap without one being a special case of the other and without
// `takes_precedence` (OVERLAP). The kinds are those of E. Al-Shaer and H. Hamed, "Discovery of
// policy anomalies in distributed firewalls" (2004): shadowing and correlation; their
// generalization, a special case before the general one, is how policies are written. A policy that
// reads too many facts together to be searched is refused as TOO_COMPLEX. Adds to `violations`,
// with paths below `field`.
void FindContradictions(const v1::ClassificationPolicy& policy,
                        const std::vector<fact::v1::FactType>& attributes, absl::string_view field,
                        contract::Violations* violations);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_CONTRADICTIONS_H_

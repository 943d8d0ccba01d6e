#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_POLICY_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_POLICY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "banso/handoff/v1/criteria.pb.h"
#include "common/contract/errors.h"
#include "google/protobuf/repeated_ptr_field.h"

// Handoff policies: what makes one usable, and what holds where one says nothing.
namespace banso::handoff {

// Checks a policy: ids and codes are unique, and the gap watch does not escalate before it warns
// where both are counted in the same unit. Adds violations with paths below `field`.
void CheckHandoffPolicy(const v1::HandoffPolicy& policy, absl::string_view field,
                        contract::Violations* violations);

// The policy with the documented defaults in place of what it leaves out. A default policy, where
// none is in force, has sections for the summary, the outcomes, the criteria and what is open.
v1::HandoffPolicy WithDefaults(v1::HandoffPolicy policy);

// Adds a violation of `field` unless `code` is one of `codes`; any code will do when there are
// none.
void CheckReasonCode(const google::protobuf::RepeatedPtrField<v1::ReasonCode>& codes,
                     absl::string_view code, absl::string_view field,
                     contract::Violations* violations);

// `handoffPolicies/standard@2`; "" for a policy that was never saved.
std::string RevisionNameOf(const v1::HandoffPolicy& policy);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_POLICY_H_

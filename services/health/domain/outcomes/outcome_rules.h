#ifndef BANSO_SERVICES_HEALTH_DOMAIN_OUTCOMES_OUTCOME_RULES_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_OUTCOMES_OUTCOME_RULES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/health/v1/outcome.pb.h"

namespace banso::health {

// Checks what the field rules cannot: that an outcome of `account` names a result where its kind
// has one, belongs to the account, and has times that make sense at the business time `now`. Names
// every field at fault, without a prefix.
absl::Status CheckOutcome(const v1::Outcome& outcome, absl::string_view account, absl::Time now);

// True when a row says what is stored already. A row without a known_time leaves it as it is.
bool SameOutcome(const v1::Outcome& stored, v1::Outcome row);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_OUTCOMES_OUTCOME_RULES_H_

#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_FACTS_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_FACTS_H_

#include <vector>

#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/handoff/v1/completion.pb.h"
#include "banso/handoff/v1/handoff.pb.h"

// The facts that this service owns; all are about onboardings.
namespace banso::handoff {

// Their types, by name.
std::vector<fact::v1::FactType> FactTypes();

// What the facts about a completion are, from `now` on. A fact without a value is not known.
std::vector<fact::v1::FactChange> FactsOf(const v1::Completion& completion, absl::Time now);
// The same for a handoff to retention.
std::vector<fact::v1::FactChange> FactsOf(const v1::Handoff& handoff, absl::Time now);
// The same for a gap watch.
std::vector<fact::v1::FactChange> FactsOf(const v1::GapWatch& watch, absl::Time now);
// How many approved exceptions a completion has.
fact::v1::FactChange ExceptionsFact(const v1::Completion& completion, int approved, absl::Time now);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_FACTS_H_

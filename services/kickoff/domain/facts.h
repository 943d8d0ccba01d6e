#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_FACTS_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_FACTS_H_

#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "services/kickoff/domain/plan_parts.h"

namespace banso::kickoff {

// The facts that this service owns.
std::vector<fact::v1::FactType> FactTypes();

// What the facts of a plan's onboarding are now. Recording them stores only what has changed.
std::vector<fact::v1::FactChange> FactsOf(const PlanParts& parts, absl::CivilDay today,
                                          absl::Time now);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_FACTS_H_

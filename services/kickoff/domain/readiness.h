#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_READINESS_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_READINESS_H_

#include "absl/time/time.h"
#include "banso/kickoff/v1/plan.pb.h"
#include "services/kickoff/domain/plan_parts.h"

namespace banso::kickoff {

// Tells whether the kickoff can be held. NOT_READY while something required is missing;
// READY_WITH_GAPS while something else is missing or only sales says so; else READY. Every site of
// the customer needs a promoter; one person may stand for several. Areas: roles,
// goals, schedule, and the areas of the hearing sheet in the order of first use. Gaps are in the
// order in which to close them: required ones first.
v1::Readiness CheckReadiness(const PlanParts& parts, absl::Time as_of);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_READINESS_H_

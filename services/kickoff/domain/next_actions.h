#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_NEXT_ACTIONS_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_NEXT_ACTIONS_H_

#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "services/kickoff/domain/plan_parts.h"

namespace banso::kickoff {

// What is to be done next in one plan, by due day, then name: open tasks whose dependencies are
// closed; the first meeting that is not held, to arrange (due when it is planned) or to hold;
// before the kickoff also the plan itself, while something required for the kickoff is missing
// (due on the kickoff's day).
std::vector<v1::NextAction> NextActions(const PlanParts& parts, absl::TimeZone zone,
                                        absl::CivilDay today);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_NEXT_ACTIONS_H_

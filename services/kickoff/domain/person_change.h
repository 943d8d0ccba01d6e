#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_PERSON_CHANGE_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_PERSON_CHANGE_H_

#include "banso/accounts/v1/stakeholder_change.pb.h"
#include "services/kickoff/domain/plan_parts.h"

namespace banso::kickoff {

// Adds what is to be done when somebody who carries the project at the customer has changed: who
// takes over is won for it, and whether to onboard once more is decided, all by the end of the days
// in which the account is watched. A change that is known already adds nothing.
void AddPersonChangeTasks(const accounts::v1::StakeholderChange& change, PlanParts* parts);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_PERSON_CHANGE_H_

#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_RESCHEDULE_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_RESCHEDULE_H_

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/kickoff/v1/plan_template.pb.h"
#include "services/kickoff/domain/plan_days.h"
#include "services/kickoff/domain/plan_parts.h"

namespace banso::kickoff {

// Moves what is counted when clocks or working days have changed from `before` to `after`: the
// deadline unless it was extended, planned meetings that are not arranged, and open tasks whose due
// day nobody has changed. Each move of a meeting is noted with `reason` and `now`.
void Reschedule(const v1::PlanTemplate& plan_template, const PlanDays& before,
                const PlanDays& after, absl::string_view reason, absl::Time now, PlanParts* parts);

// The day for which the kickoff of the plan is arranged, while it has not been held; days are
// counted in `zone`.
std::optional<absl::CivilDay> ScheduledKickoff(const std::vector<v1::Meeting>& meetings,
                                               absl::TimeZone zone);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_RESCHEDULE_H_

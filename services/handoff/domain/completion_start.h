#ifndef BANSO_SERVICES_HANDOFF_DOMAIN_COMPLETION_START_H_
#define BANSO_SERVICES_HANDOFF_DOMAIN_COMPLETION_START_H_

#include <map>
#include <string>

#include "absl/time/civil_time.h"
#include "banso/handoff/v1/completion.pb.h"
#include "banso/type/v1/time.pb.h"
#include "common/calendar/business_days.h"
#include "services/handoff/domain/criteria.h"
#include "services/handoff/domain/transfer.h"

namespace banso::handoff {

using Clocks = std::map<type::v1::Clock, absl::CivilDay>;

// The completion with which an onboarding begins: the criteria of the selection, copied.
v1::Completion StartCompletion(const std::string& onboarding, const std::string& owner,
                               const Selection& selection, const Clocks& clocks, const Act& act);

// Sets the deadline from the target, once its clock has a day, and again when that day changes. A
// deadline that retention has set stays. Returns whether it changed.
bool UpdateDeadline(const Clocks& clocks, const calendar::Calendar& calendar,
                    v1::Completion* completion);

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_DOMAIN_COMPLETION_START_H_

#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_PLAN_DAYS_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_PLAN_DAYS_H_

#include <map>
#include <memory>
#include <optional>

#include "absl/time/civil_time.h"
#include "banso/kickoff/v1/plan.pb.h"
#include "banso/kickoff/v1/plan_template.pb.h"
#include "banso/type/v1/time.pb.h"
#include "common/calendar/business_days.h"
#include "services/kickoff/domain/working_days.h"

namespace banso::kickoff {

// What a plan's days are counted from.
struct PlanDays {
  // The onboarding's clocks that have a day; CLOCK_CONTRACT_START always has one.
  std::map<type::v1::Clock, absl::CivilDay> clocks;
  // The day for which the kickoff is arranged, while it has not been held.
  std::optional<absl::CivilDay> scheduled_kickoff;
  // Counts business days (WorkingDays); never null.
  std::shared_ptr<const calendar::Calendar> calendar = WorkingDays({});

  friend bool operator==(const PlanDays& a, const PlanDays& b) {
    return a.clocks == b.clocks && a.scheduled_kickoff == b.scheduled_kickoff &&
           a.calendar->HasSameDays(*b.calendar);
  }
};

// A day of a plan.
struct PlannedDay {
  absl::CivilDay day;
  // True while its clock has no day and it rests on an assumption.
  bool assumed = false;
};

// The day that an anchor means: counted from its clock; while that has no day, from the arranged
// kickoff (for CLOCK_KICKOFF), else from the contract's start plus `assume_after_start`.
PlannedDay DayOfAnchor(const v1::Anchor& anchor, const PlanDays& days);

// The days that a stored plan knows.
PlanDays DaysOf(const v1::Plan& plan, std::optional<absl::CivilDay> scheduled_kickoff);
// Puts the clocks of `days` into the plan.
void SetClocks(const PlanDays& days, v1::Plan* plan);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_PLAN_DAYS_H_

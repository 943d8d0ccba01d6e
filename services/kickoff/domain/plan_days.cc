#include "services/kickoff/domain/plan_days.h"

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"

namespace banso::kickoff {
namespace {

// The day of the anchor's clock, known or reckoned.
PlannedDay DayOfClock(const v1::Anchor& anchor, const PlanDays& days) {
  if (const auto it = days.clocks.find(anchor.clock()); it != days.clocks.end()) {
    return {it->second, false};
  }
  if (anchor.clock() == type::v1::CLOCK_KICKOFF && days.scheduled_kickoff.has_value()) {
    return {*days.scheduled_kickoff, false};
  }
  const absl::CivilDay start = days.clocks.at(type::v1::CLOCK_CONTRACT_START);
  if (!anchor.has_assume_after_start()) return {start, true};
  return {calendar::Add(start, anchor.assume_after_start(), *days.calendar), true};
}

}  // namespace

PlannedDay DayOfAnchor(const v1::Anchor& anchor, const PlanDays& days) {
  PlannedDay planned = DayOfClock(anchor, days);
  if (anchor.has_after()) planned.day = calendar::Add(planned.day, anchor.after(), *days.calendar);
  return planned;
}

PlanDays DaysOf(const v1::Plan& plan, std::optional<absl::CivilDay> scheduled_kickoff) {
  PlanDays days;
  for (const v1::PlanClock& clock : plan.clocks()) {
    days.clocks[clock.clock()] = calendar::ToDay(clock.date());
  }
  days.scheduled_kickoff = scheduled_kickoff;
  return days;
}

void SetClocks(const PlanDays& days, v1::Plan* plan) {
  plan->clear_clocks();
  for (const auto& [clock, day] : days.clocks) {
    v1::PlanClock* entry = plan->add_clocks();
    entry->set_clock(clock);
    *entry->mutable_date() = calendar::ToDate(day);
  }
}

}  // namespace banso::kickoff

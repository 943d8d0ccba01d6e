#ifndef BANSO_SERVICES_HEALTH_DOMAIN_DEADLINE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_DEADLINE_H_

#include "absl/time/time.h"
#include "banso/type/v1/time.pb.h"
#include "common/calendar/business_days.h"
#include "common/calendar/period.h"

namespace banso::health {

// The first moment that is too late for something that must be within `length` of the day of
// `begin` in `zone`: the beginning of the day after the last one.
inline absl::Time FirstMomentAfter(absl::Time begin, const type::v1::Period& length,
                                   absl::TimeZone zone) {
  const absl::CivilDay last =
      calendar::Add(calendar::DayOf(begin, zone), length, calendar::Calendar::Japan());
  return calendar::StartOfDay(last + 1, zone);
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_DEADLINE_H_

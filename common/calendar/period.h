#ifndef BANSO_COMMON_CALENDAR_PERIOD_H_
#define BANSO_COMMON_CALENDAR_PERIOD_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/type/v1/time.pb.h"
#include "common/calendar/business_days.h"

namespace banso::calendar {

// The day that lies `period` after `day`, by the rules of banso.type.v1.PeriodUnit. `calendar` is
// used for business days only. A period without a unit counts as days.
absl::CivilDay Add(absl::CivilDay day, const type::v1::Period& period, const Calendar& calendar);

// The day that lies `period` before `day`. Not always the inverse of Add: 31 March less one month
// is the last day of February.
absl::CivilDay Subtract(absl::CivilDay day, const type::v1::Period& period,
                        const Calendar& calendar);

// The first day of the window of length `period` that ends with (and includes) `last_day`: seven
// days ending on Sunday begin on Monday, five business days ending on Friday begin on Monday, one
// month ending on 31 March begins on 1 March. A period of 0 begins on the day after `last_day`: the
// window is empty.
absl::CivilDay FirstDayOfTrailing(absl::CivilDay last_day, const type::v1::Period& period,
                                  const Calendar& calendar);

// Makes a period of `count` units.
type::v1::Period MakePeriod(int count, type::v1::PeriodUnit unit);

// `30 days`, `1 business day`, `2 weeks`.
std::string PeriodText(const type::v1::Period& period);
// `day`, `business days`: the unit's name, as it is said with that count.
std::string UnitText(type::v1::PeriodUnit unit, int count);

// In which days are counted where no zone is named.
inline constexpr char kDefaultZone[] = "Asia/Tokyo";

// The zone of an IANA name such as `Asia/Tokyo`; INVALID_ARGUMENT when there is none of that name.
absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view zone_name);

// The zone of an IANA name. Names are checked when they are stored (TEXT_FORM_TIME_ZONE), so this
// is total: an empty or unknown name is UTC.
absl::TimeZone ZoneOrUtc(absl::string_view zone_name);

// The civil day of a time in a zone; the name as in ZoneOrUtc.
absl::CivilDay DayOf(absl::Time time, absl::TimeZone zone);
absl::CivilDay DayOf(absl::Time time, absl::string_view zone_name);

// The first instant of a civil day, and the last one (a nanosecond before the next day begins).
absl::Time StartOfDay(absl::CivilDay day, absl::TimeZone zone);
absl::Time EndOfDay(absl::CivilDay day, absl::TimeZone zone);

}  // namespace banso::calendar

#endif  // BANSO_COMMON_CALENDAR_PERIOD_H_

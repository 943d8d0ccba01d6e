#include "common/calendar/period.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace banso::calendar {
namespace {

constexpr int kMaxCount = 10000;

// The same day of another month, or that month's last day when it is shorter.
absl::CivilDay ShiftMonths(absl::CivilDay day, int months) {
  const absl::CivilMonth month = absl::CivilMonth(day) + months;
  const absl::CivilDay last = absl::CivilDay(month + 1) - 1;
  return std::min(absl::CivilDay(month) + (day.day() - 1), last);
}

absl::CivilDay Shift(absl::CivilDay day, const type::v1::Period& period, const Calendar& calendar,
                     int direction) {
  // What the field rules allow, so that even an unchecked period ends soon.
  const int count = std::clamp(period.count(), 0, kMaxCount);
  switch (period.unit()) {
    case type::v1::PERIOD_UNIT_BUSINESS_DAY:
      return direction > 0 ? calendar.AddBusinessDays(day, count)
                           : calendar.SubtractBusinessDays(day, count);
    case type::v1::PERIOD_UNIT_WEEK:
      return day + direction * 7 * count;
    case type::v1::PERIOD_UNIT_MONTH:
      return ShiftMonths(day, direction * count);
    case type::v1::PERIOD_UNIT_YEAR:
      return ShiftMonths(day, direction * 12 * count);
    default:
      return day + direction * count;
  }
}

}  // namespace

absl::CivilDay Add(absl::CivilDay day, const type::v1::Period& period, const Calendar& calendar) {
  return Shift(day, period, calendar, 1);
}

absl::CivilDay Subtract(absl::CivilDay day, const type::v1::Period& period,
                        const Calendar& calendar) {
  return Shift(day, period, calendar, -1);
}

absl::CivilDay FirstDayOfTrailing(absl::CivilDay last_day, const type::v1::Period& period,
                                  const Calendar& calendar) {
  if (period.count() <= 0) return last_day + 1;
  return Subtract(last_day + 1, period, calendar);
}

type::v1::Period MakePeriod(int count, type::v1::PeriodUnit unit) {
  type::v1::Period period;
  period.set_count(count);
  period.set_unit(unit);
  return period;
}

std::string UnitText(type::v1::PeriodUnit unit, int count) {
  const char* plural = count == 1 ? "" : "s";
  switch (unit) {
    case type::v1::PERIOD_UNIT_BUSINESS_DAY:
      return absl::StrCat("business day", plural);
    case type::v1::PERIOD_UNIT_WEEK:
      return absl::StrCat("week", plural);
    case type::v1::PERIOD_UNIT_MONTH:
      return absl::StrCat("month", plural);
    case type::v1::PERIOD_UNIT_YEAR:
      return absl::StrCat("year", plural);
    default:
      return absl::StrCat("day", plural);
  }
}

std::string PeriodText(const type::v1::Period& period) {
  return absl::StrCat(period.count(), " ", UnitText(period.unit(), period.count()));
}

absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view zone_name) {
  absl::TimeZone zone;
  if (zone_name.empty() || !absl::LoadTimeZone(zone_name, &zone)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", zone_name, "' is not an IANA time zone such as Asia/Tokyo."));
  }
  return zone;
}

absl::TimeZone ZoneOrUtc(absl::string_view zone_name) {
  const absl::StatusOr<absl::TimeZone> zone = LoadZone(zone_name);
  return zone.ok() ? *zone : absl::UTCTimeZone();
}

absl::CivilDay DayOf(absl::Time time, absl::TimeZone zone) { return absl::ToCivilDay(time, zone); }

absl::CivilDay DayOf(absl::Time time, absl::string_view zone_name) {
  return DayOf(time, ZoneOrUtc(zone_name));
}

absl::Time StartOfDay(absl::CivilDay day, absl::TimeZone zone) {
  return absl::FromCivil(day, zone);
}

absl::Time EndOfDay(absl::CivilDay day, absl::TimeZone zone) {
  return absl::FromCivil(day + 1, zone) - absl::Nanoseconds(1);
}

}  // namespace banso::calendar

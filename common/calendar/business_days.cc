#include "common/calendar/business_days.h"

#include <algorithm>
#include <utility>

#include "common/status_macros.h"

namespace banso::calendar {
namespace {

const std::vector<absl::Weekday>& SaturdayAndSunday() {
  static const auto* const kDays =
      new std::vector<absl::Weekday>{absl::Weekday::saturday, absl::Weekday::sunday};
  return *kDays;
}

std::vector<Holiday> AllJapaneseHolidays() {
  std::vector<Holiday> all;
  for (int year = kFirstHolidayYear; year <= kLastHolidayYear; ++year) {
    for (Holiday& holiday : JapaneseHolidays(year)) all.push_back(std::move(holiday));
  }
  return all;
}

}  // namespace

Calendar::Calendar(std::string name, const std::vector<absl::Weekday>& weekend,
                   std::vector<Holiday> holidays)
    : name_(std::move(name)), holidays_(std::move(holidays)) {
  for (const absl::Weekday day : weekend) weekend_[static_cast<int>(day)] = true;
  // With no open day in the week, adding business days would never end.
  BANSO_CHECK(std::count(std::begin(weekend_), std::end(weekend_), true) < 7);
  std::sort(holidays_.begin(), holidays_.end(),
            [](const Holiday& a, const Holiday& b) { return a.day < b.day; });
}

const Calendar& Calendar::Japan() {
  static const auto* const kJapan = new Calendar("jp", SaturdayAndSunday(), AllJapaneseHolidays());
  return *kJapan;
}

const Calendar& Calendar::Weekends() {
  static const auto* const kWeekends = new Calendar("weekends", SaturdayAndSunday(), {});
  return *kWeekends;
}

const Calendar* Calendar::Find(absl::string_view name) {
  for (const Calendar* calendar : {&Japan(), &Weekends()}) {
    if (calendar->name() == name) return calendar;
  }
  return nullptr;
}

const Holiday* Calendar::Lookup(absl::CivilDay day) const {
  const auto found = std::lower_bound(
      holidays_.begin(), holidays_.end(), day,
      [](const Holiday& holiday, absl::CivilDay wanted) { return holiday.day < wanted; });
  return found != holidays_.end() && found->day == day ? &*found : nullptr;
}

bool Calendar::IsBusinessDay(absl::CivilDay day) const {
  return !weekend_[static_cast<int>(absl::GetWeekday(day))] && Lookup(day) == nullptr;
}

std::optional<Holiday> Calendar::HolidayOn(absl::CivilDay day) const {
  const Holiday* holiday = Lookup(day);
  if (holiday == nullptr) return std::nullopt;
  return *holiday;
}

absl::CivilDay Calendar::Step(absl::CivilDay day, int count, int direction) const {
  if (count <= 0) {
    while (!IsBusinessDay(day)) day += direction;
    return day;
  }
  while (count > 0) {
    day += direction;
    if (IsBusinessDay(day)) --count;
  }
  return day;
}

absl::CivilDay Calendar::AddBusinessDays(absl::CivilDay day, int count) const {
  return Step(day, count, 1);
}

absl::CivilDay Calendar::SubtractBusinessDays(absl::CivilDay day, int count) const {
  return Step(day, count, -1);
}

int Calendar::BusinessDaysBetween(absl::CivilDay from, absl::CivilDay to) const {
  if (to < from) return -BusinessDaysBetween(to, from);
  int count = 0;
  for (absl::CivilDay day = from + 1; day <= to; ++day) {
    if (IsBusinessDay(day)) ++count;
  }
  return count;
}

}  // namespace banso::calendar

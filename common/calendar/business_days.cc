#include "common/calendar/business_days.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_join.h"
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
  std::stable_sort(holidays_.begin(), holidays_.end(),
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

Calendar Calendar::OfAll(const std::vector<const Calendar*>& calendars,
                         std::vector<Holiday> closed) {
  std::vector<std::string> names;
  std::vector<absl::Weekday> closed_by_one;
  std::vector<absl::Weekday> closed_by_all;
  for (int day = 0; day < 7; ++day) {
    const auto is_closed = [day](const Calendar* calendar) { return calendar->weekend_[day]; };
    const auto weekday = static_cast<absl::Weekday>(day);
    if (std::any_of(calendars.begin(), calendars.end(), is_closed)) {
      closed_by_one.push_back(weekday);
    }
    if (std::all_of(calendars.begin(), calendars.end(), is_closed)) {
      closed_by_all.push_back(weekday);
    }
  }
  for (const Calendar* calendar : calendars) {
    names.push_back(calendar->name());
    closed.insert(closed.end(), calendar->holidays_.begin(), calendar->holidays_.end());
  }
  return Calendar(absl::StrJoin(names, "+"),
                  closed_by_one.size() < 7 ? closed_by_one : closed_by_all, std::move(closed));
}

const Holiday* Calendar::Lookup(absl::CivilDay day) const {
  const auto found = std::lower_bound(
      holidays_.begin(), holidays_.end(), day,
      [](const Holiday& holiday, absl::CivilDay wanted) { return holiday.day < wanted; });
  return found != holidays_.end() && found->day == day ? &*found : nullptr;
}

bool Calendar::IsWeekend(absl::CivilDay day) const {
  return weekend_[static_cast<int>(absl::GetWeekday(day))];
}

bool Calendar::IsBusinessDay(absl::CivilDay day) const {
  return !IsWeekend(day) && Lookup(day) == nullptr;
}

std::vector<absl::CivilDay> Calendar::ClosedWeekdays() const {
  std::vector<absl::CivilDay> days;
  for (const Holiday& holiday : holidays_) {
    if (!IsWeekend(holiday.day)) days.push_back(holiday.day);
  }
  days.erase(std::unique(days.begin(), days.end()), days.end());
  return days;
}

bool Calendar::HasSameDays(const Calendar& other) const {
  if (this == &other) return true;
  return std::equal(std::begin(weekend_), std::end(weekend_), std::begin(other.weekend_)) &&
         ClosedWeekdays() == other.ClosedWeekdays();
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

absl::CivilDay Calendar::AddBusinessDays(absl::CivilDay day, int count,
                                         ClosedStart closed_start) const {
  if (closed_start == ClosedStart::kFollowing) day = Step(day, 0, 1);
  return Step(day, count, 1);
}

absl::CivilDay Calendar::SubtractBusinessDays(absl::CivilDay day, int count) const {
  return Step(day, count, -1);
}

}  // namespace banso::calendar

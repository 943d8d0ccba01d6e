#include "services/kickoff/domain/working_days.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/holidays.h"
#include "common/calendar/proto_time.h"

namespace banso::kickoff {
namespace {

using calendar::Calendar;
using calendar::Holiday;

const std::vector<Holiday>& HolidaysOfJapan() {
  static const auto& all = *[] {
    auto* holidays = new std::vector<Holiday>;
    for (int year = calendar::kFirstHolidayYear; year <= calendar::kLastHolidayYear; ++year) {
      for (Holiday& holiday : calendar::JapaneseHolidays(year)) {
        holidays->push_back(std::move(holiday));
      }
    }
    return holidays;
  }();
  return all;
}

// Lives as long as the program.
std::shared_ptr<const Calendar> BuiltIn(const Calendar& calendar) {
  return {std::shared_ptr<void>(), &calendar};
}

}  // namespace

std::shared_ptr<const Calendar> WorkingDays(const std::vector<accounts::v1::Site>& sites) {
  bool japan = sites.empty();
  std::map<absl::CivilDay, std::string> closed;
  for (const accounts::v1::Site& site : sites) {
    // All calendars that a site can have close on Saturdays and Sundays.
    japan = japan || site.calendar() != Calendar::Weekends().name();
    for (const accounts::v1::SiteHoliday& holiday : site.holidays()) {
      closed.emplace(calendar::ToDay(holiday.date()), holiday.display_name());
    }
  }
  const Calendar& usual = japan ? Calendar::Japan() : Calendar::Weekends();
  if (closed.empty()) return BuiltIn(usual);
  std::string name = usual.name();
  std::vector<Holiday> holidays = japan ? HolidaysOfJapan() : std::vector<Holiday>();
  for (auto& [day, display_name] : closed) {
    absl::StrAppend(&name, " ", calendar::DayText(day));
    if (!usual.HolidayOn(day).has_value()) holidays.push_back({day, display_name, display_name});
  }
  return std::make_shared<Calendar>(
      std::move(name), std::vector<absl::Weekday>{absl::Weekday::saturday, absl::Weekday::sunday},
      std::move(holidays));
}

}  // namespace banso::kickoff

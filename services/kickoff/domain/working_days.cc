#include "services/kickoff/domain/working_days.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/holidays.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"

namespace banso::kickoff {
namespace {

using calendar::Calendar;
using calendar::Calendars;

const Calendar& CalendarOf(const accounts::v1::Site& site, const Calendars& calendars) {
  const Calendar* calendar = calendars.Find(site.calendar());
  return calendar == nullptr ? Calendar::Japan() : *calendar;
}

}  // namespace

std::shared_ptr<const Calendar> WorkingDays(const std::vector<accounts::v1::Site>& sites,
                                            const Calendars& calendars) {
  // By name, so that the order of the sites does not matter.
  std::map<std::string, const Calendar*> by_name;
  std::vector<calendar::Holiday> closed;
  for (const accounts::v1::Site& site : sites) {
    const Calendar& calendar = CalendarOf(site, calendars);
    by_name.emplace(calendar.name(), &calendar);
    for (const accounts::v1::SiteHoliday& holiday : site.holidays()) {
      closed.push_back(
          {calendar::ToDay(holiday.date()), holiday.display_name(), holiday.display_name()});
    }
  }
  std::vector<const Calendar*> used;
  for (const auto& [name, calendar] : by_name) used.push_back(calendar);
  if (used.empty()) used = {&Calendar::Japan()};
  if (used.size() == 1 && closed.empty()) return {std::shared_ptr<void>(), used.front()};
  return std::make_shared<Calendar>(Calendar::OfAll(used, std::move(closed)));
}

absl::Status CheckCalendar(const accounts::v1::Site& site, const Calendars& calendars) {
  if (site.calendar().empty() || calendars.Find(site.calendar()) != nullptr) {
    return absl::OkStatus();
  }
  return contract::FailedPrecondition(
      kReasonUnknownCalendar, site.name(),
      absl::StrCat("its calendar \"", site.calendar(), "\" is none of ",
                   absl::StrJoin(calendars.names(), ", "), ", which kickoff knows"),
      "Give kickoff the same --calendar_dir as accounts");
}

}  // namespace banso::kickoff

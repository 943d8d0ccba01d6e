#ifndef BANSO_COMMON_CALENDAR_BUSINESS_DAYS_H_
#define BANSO_COMMON_CALENDAR_BUSINESS_DAYS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/calendar/holidays.h"

namespace banso::calendar {

// Says which days people work: every day that is neither a weekend day nor a holiday. Immutable,
// hence safe for use by several threads.
class Calendar {
 public:
  // A calendar given as data. `weekend` are the closed days of the week, at most six different
  // ones; `holidays` may be in any order.
  Calendar(std::string name, const std::vector<absl::Weekday>& weekend,
           std::vector<Holiday> holidays);

  // `jp`: Saturday, Sunday and the holidays of Japan from 2000 to 2100. Outside these years only
  // the weekends are closed.
  static const Calendar& Japan();
  // `weekends`: Saturday and Sunday only.
  static const Calendar& Weekends();
  // The built-in calendar of that name, or null.
  static const Calendar* Find(absl::string_view name);

  const std::string& name() const { return name_; }

  bool IsBusinessDay(absl::CivilDay day) const;

  // The holiday on that day, if it is one. Weekends as such are none.
  std::optional<Holiday> HolidayOn(absl::CivilDay day) const;

  // The `count`th business day after `day` (count >= 0), not counting `day` itself. With 0: `day`
  // if it is a business day, else the next one.
  absl::CivilDay AddBusinessDays(absl::CivilDay day, int count) const;

  // The `count`th business day before `day` (count >= 0), not counting `day` itself. With 0: `day`
  // if it is a business day, else the one before.
  absl::CivilDay SubtractBusinessDays(absl::CivilDay day, int count) const;

  // How many business days lie after `from`, up to and including `to`; negative when `to` is
  // before `from`, so that BusinessDaysBetween(a, b) == -BusinessDaysBetween(b, a).
  int BusinessDaysBetween(absl::CivilDay from, absl::CivilDay to) const;

 private:
  const Holiday* Lookup(absl::CivilDay day) const;
  absl::CivilDay Step(absl::CivilDay day, int count, int direction) const;

  std::string name_;
  bool weekend_[7] = {};           // By absl::Weekday.
  std::vector<Holiday> holidays_;  // By day.
};

}  // namespace banso::calendar

#endif  // BANSO_COMMON_CALENDAR_BUSINESS_DAYS_H_

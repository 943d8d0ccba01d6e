#ifndef BANSO_COMMON_CALENDAR_BUSINESS_DAYS_H_
#define BANSO_COMMON_CALENDAR_BUSINESS_DAYS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/calendar/holidays.h"

namespace banso::calendar {

// The two conventions of "n business days after a day on which nobody works". After a business day
// they agree: it is day 0.
enum class ClosedStart {
  // The closed day is day 0, and the next business day is day 1: a business day after a Saturday is
  // Monday. It is the same as counting from the business day before, the "Preceding" convention of
  // the ISDA Definitions. PERIOD_UNIT_BUSINESS_DAY counts so, and with it the whole suite.
  kIsDayZero,
  // The start first moves to the next business day, and that is day 0, the "Following" convention:
  // a business day after a Saturday is Tuesday.
  kFollowing,
};

// Says which days people work: every day that is neither a weekend day nor a holiday. Immutable,
// hence safe for use by several threads.
class Calendar {
 public:
  // A calendar given as data. `weekend` are the closed days of the week, at most six different
  // ones; `holidays` may be in any order.
  Calendar(std::string name, const std::vector<absl::Weekday>& weekend,
           std::vector<Holiday> holidays);

  // The days on which people work by every one of `calendars`, of which there is at least one, and
  // that are not in `closed`. When no day of the week is worked by all, those are that any of them
  // works.
  static Calendar OfAll(const std::vector<const Calendar*>& calendars, std::vector<Holiday> closed);

  // `jp`: Saturday, Sunday and the holidays of Japan from 2000 to 2100. Outside these years only
  // the weekends are closed.
  static const Calendar& Japan();
  // `weekends`: Saturday and Sunday only.
  static const Calendar& Weekends();

  // Of several: their names, joined by `+`.
  const std::string& name() const { return name_; }

  bool IsBusinessDay(absl::CivilDay day) const;
  // True when both have the same business days.
  bool HasSameDays(const Calendar& other) const;

  // The holiday on that day, if it is one. Weekends as such are none.
  std::optional<Holiday> HolidayOn(absl::CivilDay day) const;

  // The `count`th business day after `day` (count >= 0), not counting `day` itself; `closed_start`
  // says what counts when `day` is closed. With 0: `day` if it is a business day, else the next
  // one.
  absl::CivilDay AddBusinessDays(absl::CivilDay day, int count,
                                 ClosedStart closed_start = ClosedStart::kIsDayZero) const;

  // The `count`th business day before `day` (count >= 0), not counting `day` itself: a closed day
  // is day 0. With 0: `day` if it is a business day, else the one before.
  absl::CivilDay SubtractBusinessDays(absl::CivilDay day, int count) const;

 private:
  const Holiday* Lookup(absl::CivilDay day) const;
  bool IsWeekend(absl::CivilDay day) const;
  // The holidays that are no weekend days.
  std::vector<absl::CivilDay> ClosedWeekdays() const;
  absl::CivilDay Step(absl::CivilDay day, int count, int direction) const;

  std::string name_;
  bool weekend_[7] = {};           // By absl::Weekday.
  std::vector<Holiday> holidays_;  // By day.
};

}  // namespace banso::calendar

#endif  // BANSO_COMMON_CALENDAR_BUSINESS_DAYS_H_

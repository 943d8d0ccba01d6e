#ifndef BANSO_COMMON_CALENDAR_HOLIDAYS_H_
#define BANSO_COMMON_CALENDAR_HOLIDAYS_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"

namespace banso::calendar {

// The years for which Japan's holidays are known.
inline constexpr int kFirstHolidayYear = 2000;
inline constexpr int kLastHolidayYear = 2100;

// A day off.
struct Holiday {
  absl::CivilDay day;
  // Its name in the language of the country, such as `元日`.
  std::string name;
  // Its name in English, such as `New Year's Day`.
  std::string english_name;
};

// Returns the holidays of a year in Japan, by day: the national holidays of the Public Holiday Law
// as in force that year, their substitutes, the days between two holidays, and the special laws of
// 2019 to 2021. Empty for a year outside kFirstHolidayYear..kLastHolidayYear.
//
// The equinoxes of past years are those that were announced; those of coming years are announced
// every February for the next year and are computed here as expected (see the source for the
// formula).
std::vector<Holiday> JapaneseHolidays(int year);

}  // namespace banso::calendar

#endif  // BANSO_COMMON_CALENDAR_HOLIDAYS_H_

#include "common/calendar/holidays.h"

#include <map>
#include <string>
#include <utility>

namespace banso::calendar {
namespace {

// The holidays of one year while they are gathered. A day that is already taken keeps its name.
using Days = std::map<absl::CivilDay, std::pair<std::string, std::string>>;

void AddDay(Days* days, int year, int month, int day, const char* name, const char* english) {
  days->emplace(absl::CivilDay(year, month, day), std::make_pair(name, english));
}

int NthMonday(int year, int month, int n) {
  const absl::CivilDay first(year, month, 1);
  const absl::CivilDay monday = absl::NextWeekday(first - 1, absl::Weekday::monday);
  return static_cast<int>(monday.day()) + 7 * (n - 1);
}

// The day of March or September on which the sun crosses the equator, in Japan's time. Source:
// Hydrographic Department of Japan, working group on the calendar (ed.), Shin Koyomi Benricho,
// Koseisha Koseikaku 1991: constants for 1980-2099 and for 2100-2150, both counted from 1980.
int EquinoxDay(int year, double constant_to_2099, double constant_from_2100) {
  const int years = year - 1980;
  const double constant = year < 2100 ? constant_to_2099 : constant_from_2100;
  return static_cast<int>(constant + 0.242194 * years) - years / 4;
}

int VernalEquinoxDay(int year) { return EquinoxDay(year, 20.8431, 21.8510); }
int AutumnalEquinoxDay(int year) { return EquinoxDay(year, 23.2488, 24.2488); }

void AddFirstHalf(Days* days, int year) {
  AddDay(days, year, 1, 1, "元日", "New Year's Day");
  AddDay(days, year, 1, NthMonday(year, 1, 2), "成人の日", "Coming of Age Day");
  AddDay(days, year, 2, 11, "建国記念の日", "National Foundation Day");
  if (year >= 2020) AddDay(days, year, 2, 23, "天皇誕生日", "The Emperor's Birthday");
  AddDay(days, year, 3, VernalEquinoxDay(year), "春分の日", "Vernal Equinox Day");
  if (year >= 2007) {
    AddDay(days, year, 4, 29, "昭和の日", "Showa Day");
    AddDay(days, year, 5, 4, "みどりの日", "Greenery Day");
  } else {
    AddDay(days, year, 4, 29, "みどりの日", "Greenery Day");
  }
  // Law 99 of 2018.
  if (year == 2019) AddDay(days, year, 5, 1, "天皇の即位の日", "Accession Day of the Emperor");
  AddDay(days, year, 5, 3, "憲法記念日", "Constitution Memorial Day");
  AddDay(days, year, 5, 5, "こどもの日", "Children's Day");
}

// Marine Day, Mountain Day and Sports Day, which were moved for the Tokyo Olympics (the Act on
// Special Measures for the Games, as amended in 2018 and 2020).
void AddSummerAndSports(Days* days, int year) {
  int marine = year >= 2003 ? NthMonday(year, 7, 3) : 20;
  int mountain = 11;
  int sports_month = 10;
  int sports = NthMonday(year, 10, 2);
  if (year == 2020 || year == 2021) {
    sports_month = 7;
    marine = year == 2020 ? 23 : 22;
    sports = year == 2020 ? 24 : 23;
    mountain = year == 2020 ? 10 : 8;
  }
  AddDay(days, year, 7, marine, "海の日", "Marine Day");
  if (year >= 2016) AddDay(days, year, 8, mountain, "山の日", "Mountain Day");
  if (year >= 2020) {
    AddDay(days, year, sports_month, sports, "スポーツの日", "Sports Day");
  } else {
    AddDay(days, year, sports_month, sports, "体育の日", "Health and Sports Day");
  }
}

void AddSecondHalf(Days* days, int year) {
  AddSummerAndSports(days, year);
  const int aged = year >= 2003 ? NthMonday(year, 9, 3) : 15;
  AddDay(days, year, 9, aged, "敬老の日", "Respect for the Aged Day");
  AddDay(days, year, 9, AutumnalEquinoxDay(year), "秋分の日", "Autumnal Equinox Day");
  // Law 99 of 2018.
  if (year == 2019) {
    AddDay(days, year, 10, 22, "即位礼正殿の儀の行われる日", "Enthronement Ceremony Day");
  }
  AddDay(days, year, 11, 3, "文化の日", "Culture Day");
  AddDay(days, year, 11, 23, "勤労感謝の日", "Labor Thanksgiving Day");
  if (year <= 2018) AddDay(days, year, 12, 23, "天皇誕生日", "The Emperor's Birthday");
}

// Article 3 (2): a holiday on a Sunday gives the nearest following day that is no holiday; before
// 2007 always the Monday.
Days Substitutes(const Days& national) {
  Days substitutes;
  for (const auto& [day, names] : national) {
    if (absl::GetWeekday(day) != absl::Weekday::sunday) continue;
    absl::CivilDay substitute = day + 1;
    while (national.contains(substitute)) ++substitute;
    substitutes.emplace(substitute, std::make_pair("振替休日", "Substitute Holiday"));
  }
  return substitutes;
}

// Article 3 (3): a day between two national holidays. Before 2007 not on a Sunday.
Days DaysBetween(const Days& national, int year) {
  Days between;
  for (const auto& [day, names] : national) {
    const absl::CivilDay middle = day + 1;
    if (national.contains(middle) || !national.contains(middle + 1)) continue;
    if (year < 2007 && absl::GetWeekday(middle) == absl::Weekday::sunday) continue;
    between.emplace(middle, std::make_pair("国民の休日", "Citizens' Holiday"));
  }
  return between;
}

}  // namespace

std::vector<Holiday> JapaneseHolidays(int year) {
  if (year < kFirstHolidayYear || year > kLastHolidayYear) return {};
  Days national;
  AddFirstHalf(&national, year);
  AddSecondHalf(&national, year);
  Days all = national;
  // A day that is both is a substitute: the law excepts those from the days between.
  all.merge(Substitutes(national));
  all.merge(DaysBetween(national, year));
  std::vector<Holiday> holidays;
  for (auto& [day, names] : all) holidays.push_back({day, names.first, names.second});
  return holidays;
}

}  // namespace banso::calendar

#include "common/calendar/holidays.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::calendar {
namespace {

using ::testing::IsEmpty;

// The days of a year as `1/1 1/13 ...`.
std::string Days(int year) {
  return absl::StrJoin(JapaneseHolidays(year), " ", [](std::string* out, const Holiday& holiday) {
    absl::StrAppend(out, holiday.day.month(), "/", holiday.day.day());
  });
}

std::string NameOn(absl::CivilDay day) {
  for (const Holiday& holiday : JapaneseHolidays(static_cast<int>(day.year()))) {
    if (holiday.day == day) return holiday.name;
  }
  return "";
}

struct PublishedYear {
  int year;
  const char* days;
};

class PublishedHolidays : public ::testing::TestWithParam<PublishedYear> {};

// As published by the Cabinet Office.
TEST_P(PublishedHolidays, AreComputed) { EXPECT_EQ(Days(GetParam().year), GetParam().days); }

INSTANTIATE_TEST_SUITE_P(
    Years, PublishedHolidays,
    ::testing::Values(
        PublishedYear{2000,
                      "1/1 1/10 2/11 3/20 4/29 5/3 5/4 5/5 7/20 9/15 9/23 10/9 11/3 11/23 "
                      "12/23"},
        PublishedYear{2003,
                      "1/1 1/13 2/11 3/21 4/29 5/3 5/5 7/21 9/15 9/23 10/13 11/3 11/23 "
                      "11/24 12/23"},
        PublishedYear{2006,
                      "1/1 1/2 1/9 2/11 3/21 4/29 5/3 5/4 5/5 7/17 9/18 9/23 10/9 11/3 "
                      "11/23 12/23"},
        PublishedYear{2009,
                      "1/1 1/12 2/11 3/20 4/29 5/3 5/4 5/5 5/6 7/20 9/21 9/22 9/23 10/12 "
                      "11/3 11/23 12/23"},
        PublishedYear{2015,
                      "1/1 1/12 2/11 3/21 4/29 5/3 5/4 5/5 5/6 7/20 9/21 9/22 9/23 10/12 "
                      "11/3 11/23 12/23"},
        PublishedYear{2016,
                      "1/1 1/11 2/11 3/20 3/21 4/29 5/3 5/4 5/5 7/18 8/11 9/19 9/22 10/10 "
                      "11/3 11/23 12/23"},
        PublishedYear{2017,
                      "1/1 1/2 1/9 2/11 3/20 4/29 5/3 5/4 5/5 7/17 8/11 9/18 9/23 10/9 "
                      "11/3 11/23 12/23"},
        PublishedYear{2018,
                      "1/1 1/8 2/11 2/12 3/21 4/29 4/30 5/3 5/4 5/5 7/16 8/11 9/17 9/23 "
                      "9/24 10/8 11/3 11/23 12/23 12/24"},
        PublishedYear{2019,
                      "1/1 1/14 2/11 3/21 4/29 4/30 5/1 5/2 5/3 5/4 5/5 5/6 7/15 8/11 8/12 "
                      "9/16 9/23 10/14 10/22 11/3 11/4 11/23"},
        PublishedYear{2020,
                      "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/23 7/24 8/10 "
                      "9/21 9/22 11/3 11/23"},
        PublishedYear{2021,
                      "1/1 1/11 2/11 2/23 3/20 4/29 5/3 5/4 5/5 7/22 7/23 8/8 8/9 9/20 9/23 "
                      "11/3 11/23"},
        PublishedYear{2022,
                      "1/1 1/10 2/11 2/23 3/21 4/29 5/3 5/4 5/5 7/18 8/11 9/19 9/23 10/10 "
                      "11/3 11/23"},
        PublishedYear{2023,
                      "1/1 1/2 1/9 2/11 2/23 3/21 4/29 5/3 5/4 5/5 7/17 8/11 9/18 9/23 10/9 "
                      "11/3 11/23"},
        PublishedYear{2024,
                      "1/1 1/8 2/11 2/12 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 "
                      "9/22 9/23 10/14 11/3 11/4 11/23"},
        PublishedYear{2025,
                      "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/21 8/11 9/15 "
                      "9/23 10/13 11/3 11/23 11/24"},
        PublishedYear{2026,
                      "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 "
                      "9/23 10/12 11/3 11/23"}),
    [](const auto& info) { return absl::StrCat("Year", info.param.year); });

TEST(JapaneseHolidays, AreNamedByTheLawOfTheirYear) {
  const std::map<std::string, std::string> expected = {
      {"2006-04-29", "みどりの日"}, {"2007-04-29", "昭和の日"},
      {"2006-05-04", "国民の休日"}, {"2007-05-04", "みどりの日"},
      {"2018-12-23", "天皇誕生日"}, {"2020-02-23", "天皇誕生日"},
      {"2019-04-30", "国民の休日"}, {"2019-05-01", "天皇の即位の日"},
      {"2019-05-02", "国民の休日"}, {"2019-10-22", "即位礼正殿の儀の行われる日"},
      {"2019-10-14", "体育の日"},   {"2020-07-24", "スポーツの日"},
      {"2021-08-09", "振替休日"},   {"2025-05-06", "振替休日"},
      {"2026-09-22", "国民の休日"}, {"2019-12-23", ""},
  };
  for (const auto& [day, name] : expected) {
    absl::CivilDay parsed;
    ASSERT_TRUE(absl::ParseCivilTime(day, &parsed));
    EXPECT_EQ(NameOn(parsed), name) << day;
  }
}

TEST(JapaneseHolidays, FollowTheAnnouncedEquinoxes) {
  const std::map<int, int> march = {{2001, 20}, {2002, 21}, {2003, 21}, {2004, 20}, {2005, 20},
                                    {2006, 21}, {2007, 21}, {2008, 20}, {2010, 21}, {2011, 21},
                                    {2012, 20}, {2013, 20}, {2014, 21}, {2027, 21}};
  for (const auto& [year, day] : march) {
    EXPECT_EQ(NameOn(absl::CivilDay(year, 3, day)), "春分の日") << year;
  }
  const std::map<int, int> september = {{2001, 23}, {2004, 23}, {2008, 23}, {2011, 23},
                                        {2012, 22}, {2013, 23}, {2014, 23}, {2027, 23}};
  for (const auto& [year, day] : september) {
    EXPECT_EQ(NameOn(absl::CivilDay(year, 9, day)), "秋分の日") << year;
  }
}

TEST(JapaneseHolidays, KeepTheirRulesInEveryYear) {
  for (int year = kFirstHolidayYear; year <= kLastHolidayYear; ++year) {
    const std::vector<Holiday> holidays = JapaneseHolidays(year);
    // The law names 14 holidays in 2000, 15 from 2007 and 16 from 2016; substitutes come on top.
    EXPECT_GE(holidays.size(), 14u) << year;
    EXPECT_LE(holidays.size(), 22u) << year;
    for (size_t i = 0; i < holidays.size(); ++i) {
      EXPECT_EQ(holidays[i].day.year(), year);
      EXPECT_FALSE(holidays[i].name.empty() || holidays[i].english_name.empty());
      if (i > 0) {
        EXPECT_LT(holidays[i - 1].day, holidays[i].day);
      }
      if (holidays[i].name == "振替休日") {
        EXPECT_NE(absl::GetWeekday(holidays[i].day), absl::Weekday::sunday) << year;
      }
    }
    EXPECT_EQ(NameOn(absl::CivilDay(year, 1, 1)), "元日");
  }
}

TEST(JapaneseHolidays, AreUnknownOutsideTheirYears) {
  EXPECT_THAT(JapaneseHolidays(1999), IsEmpty());
  EXPECT_THAT(JapaneseHolidays(2101), IsEmpty());
  EXPECT_THAT(JapaneseHolidays(2100), ::testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace banso::calendar

#include "common/calendar/business_days.h"

#include <random>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "gtest/gtest.h"

namespace banso::calendar {
namespace {

using absl::CivilDay;

TEST(JapaneseCalendar, ClosesOnWeekendsAndHolidays) {
  const Calendar& japan = Calendar::Japan();
  EXPECT_TRUE(japan.IsBusinessDay(CivilDay(2025, 5, 2)));
  EXPECT_FALSE(japan.IsBusinessDay(CivilDay(2025, 5, 3)));
  EXPECT_FALSE(japan.IsBusinessDay(CivilDay(2025, 5, 6)));
  EXPECT_TRUE(japan.IsBusinessDay(CivilDay(2025, 5, 7)));
  EXPECT_FALSE(japan.IsBusinessDay(CivilDay(2025, 5, 10)));
  ASSERT_TRUE(japan.HolidayOn(CivilDay(2025, 5, 5)).has_value());
  EXPECT_EQ(japan.HolidayOn(CivilDay(2025, 5, 5))->english_name, "Children's Day");
  EXPECT_FALSE(japan.HolidayOn(CivilDay(2025, 5, 10)).has_value());
}

TEST(JapaneseCalendar, KnowsOnlyWeekendsOutsideItsYears) {
  EXPECT_TRUE(Calendar::Japan().IsBusinessDay(CivilDay(1999, 1, 1)));
  EXPECT_TRUE(Calendar::Japan().IsBusinessDay(CivilDay(2101, 1, 3)));
  EXPECT_FALSE(Calendar::Japan().IsBusinessDay(CivilDay(2101, 1, 2)));
}

struct AddCase {
  const char* name;
  CivilDay day;
  int count;
  CivilDay after;
  CivilDay before;
};

class BusinessDayArithmetic : public ::testing::TestWithParam<AddCase> {};

TEST_P(BusinessDayArithmetic, CountsOpenDays) {
  const AddCase& c = GetParam();
  EXPECT_EQ(Calendar::Japan().AddBusinessDays(c.day, c.count), c.after);
  EXPECT_EQ(Calendar::Japan().SubtractBusinessDays(c.day, c.count), c.before);
}

INSTANTIATE_TEST_SUITE_P(
    Days, BusinessDayArithmetic,
    ::testing::Values(AddCase{"ThreeFromAnOpenFridayOverGoldenWeek", CivilDay(2025, 5, 2), 3,
                              CivilDay(2025, 5, 9), CivilDay(2025, 4, 28)},
                      AddCase{"OneFromAClosedDayIsTheNextOpenDay", CivilDay(2025, 5, 3), 1,
                              CivilDay(2025, 5, 7), CivilDay(2025, 5, 2)},
                      AddCase{"ThreeFromAClosedDayCountsTheNextOpenDayAsOne", CivilDay(2025, 5, 3),
                              3, CivilDay(2025, 5, 9), CivilDay(2025, 4, 30)},
                      AddCase{"ZeroFromAnOpenDayIsItself", CivilDay(2025, 5, 2), 0,
                              CivilDay(2025, 5, 2), CivilDay(2025, 5, 2)},
                      AddCase{"ZeroFromAClosedDayIsTheNearestOpenDay", CivilDay(2025, 5, 4), 0,
                              CivilDay(2025, 5, 7), CivilDay(2025, 5, 2)}),
    [](const auto& info) { return info.param.name; });

TEST(Calendar, CountsBackWhatItCountedForward) {
  constexpr unsigned kSeed = 20250502;
  std::mt19937 random(kSeed);
  const Calendar& japan = Calendar::Japan();
  for (int i = 0; i < 500; ++i) {
    const CivilDay start =
        japan.AddBusinessDays(CivilDay(2001, 1, 1) + static_cast<int>(random() % 30000), 0);
    const int count = static_cast<int>(random() % 60);
    const CivilDay end = japan.AddBusinessDays(start, count);
    EXPECT_TRUE(japan.IsBusinessDay(end)) << "seed " << kSeed;
    EXPECT_EQ(japan.SubtractBusinessDays(end, count), start) << "seed " << kSeed;
  }
}

TEST(Calendar, TakesOtherCalendarsAsData) {
  const Calendar friday_off("test", {absl::Weekday::friday},
                            {{CivilDay(2025, 1, 6), "b", "b"}, {CivilDay(2025, 1, 5), "a", "a"}});
  EXPECT_EQ(friday_off.name(), "test");
  EXPECT_FALSE(friday_off.IsBusinessDay(CivilDay(2025, 1, 3)));
  EXPECT_TRUE(friday_off.IsBusinessDay(CivilDay(2025, 1, 4)));
  EXPECT_FALSE(friday_off.IsBusinessDay(CivilDay(2025, 1, 5)));
  EXPECT_EQ(friday_off.AddBusinessDays(CivilDay(2025, 1, 4), 1), CivilDay(2025, 1, 7));
}

TEST(Calendar, CountsFromAClosedDayByTheConventionNamed) {
  const Calendar& japan = Calendar::Japan();
  struct Case {
    const char* name;
    CivilDay day;
    int count;
    CivilDay day_zero;
    CivilDay following;
  };
  for (const Case& c :
       {Case{"a Saturday", CivilDay(2025, 4, 5), 1, CivilDay(2025, 4, 7), CivilDay(2025, 4, 8)},
        Case{"within Golden Week", CivilDay(2025, 5, 3), 3, CivilDay(2025, 5, 9),
             CivilDay(2025, 5, 12)},
        Case{"no days after a Saturday", CivilDay(2025, 4, 5), 0, CivilDay(2025, 4, 7),
             CivilDay(2025, 4, 7)},
        Case{"an open Friday", CivilDay(2025, 5, 2), 3, CivilDay(2025, 5, 9),
             CivilDay(2025, 5, 9)}}) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(japan.AddBusinessDays(c.day, c.count), c.day_zero);
    EXPECT_EQ(japan.AddBusinessDays(c.day, c.count, ClosedStart::kIsDayZero), c.day_zero);
    EXPECT_EQ(japan.AddBusinessDays(c.day, c.count, ClosedStart::kFollowing), c.following);
  }
}

TEST(Calendar, OfSeveralIsOpenWhereAllAre) {
  const Calendar gulf("gulf", {absl::Weekday::friday, absl::Weekday::saturday},
                      {{CivilDay(2025, 9, 23), "National Day", "National Day"}});
  const Calendar both =
      Calendar::OfAll({&gulf, &Calendar::Japan()}, {{CivilDay(2025, 9, 24), "Moving", "Moving"}});
  EXPECT_EQ(both.name(), "gulf+jp");
  // Thursday; from Friday the gulf rests, on Sunday Japan.
  EXPECT_EQ(both.AddBusinessDays(CivilDay(2025, 4, 3), 1), CivilDay(2025, 4, 7));
  // Both rest on 23 September, each for reasons of its own.
  EXPECT_EQ(both.HolidayOn(CivilDay(2025, 9, 23))->name, "National Day");
  EXPECT_EQ(both.AddBusinessDays(CivilDay(2025, 9, 22), 1), CivilDay(2025, 9, 25));
  EXPECT_FALSE(both.HasSameDays(gulf));
}

TEST(Calendar, OfPlacesThatNeverWorkTogetherIsOpenWhereAnyIs) {
  const Calendar early("early",
                       {absl::Weekday::thursday, absl::Weekday::friday, absl::Weekday::saturday,
                        absl::Weekday::sunday},
                       {});
  const Calendar late("late",
                      {absl::Weekday::monday, absl::Weekday::tuesday, absl::Weekday::wednesday,
                       absl::Weekday::sunday},
                      {{CivilDay(2025, 4, 4), "Leave", "Leave"}});
  const Calendar both = Calendar::OfAll({&early, &late}, {});
  EXPECT_EQ(both.AddBusinessDays(CivilDay(2025, 4, 2), 2), CivilDay(2025, 4, 5));
  EXPECT_FALSE(both.IsBusinessDay(CivilDay(2025, 4, 4)));
  EXPECT_FALSE(both.IsBusinessDay(CivilDay(2025, 4, 6)));
}

TEST(Calendar, HasTheSameDaysWhateverItIsCalledAndClosesOnWeekends) {
  const std::vector<absl::Weekday> weekend = {absl::Weekday::saturday, absl::Weekday::sunday};
  const Calendar named("named", weekend, {{CivilDay(2025, 4, 5), "A Saturday", ""}});
  EXPECT_TRUE(named.HasSameDays(Calendar::Weekends()));
  EXPECT_TRUE(Calendar::OfAll({&named, &Calendar::Japan()}, {}).HasSameDays(Calendar::Japan()));
  const Calendar closed("closed", weekend, {{CivilDay(2025, 4, 4), "A Friday", ""}});
  EXPECT_FALSE(closed.HasSameDays(named));
  EXPECT_FALSE(Calendar("friday", {absl::Weekday::friday}, {}).HasSameDays(named));
}

TEST(CalendarDeathTest, RefusesAWeekWithoutOpenDay) {
  const std::vector<absl::Weekday> all = {absl::Weekday::monday,    absl::Weekday::tuesday,
                                          absl::Weekday::wednesday, absl::Weekday::thursday,
                                          absl::Weekday::friday,    absl::Weekday::saturday,
                                          absl::Weekday::sunday};
  EXPECT_DEATH(Calendar("closed", all, {}), "broken invariant");
}

}  // namespace
}  // namespace banso::calendar

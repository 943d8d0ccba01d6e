#include "common/calendar/period.h"

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace banso::calendar {
namespace {

using absl::CivilDay;
using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using type::v1::PERIOD_UNIT_BUSINESS_DAY;
using type::v1::PERIOD_UNIT_DAY;
using type::v1::PERIOD_UNIT_MONTH;
using type::v1::PERIOD_UNIT_WEEK;
using type::v1::PERIOD_UNIT_YEAR;

struct PeriodCase {
  const char* name;
  CivilDay day;
  int count;
  type::v1::PeriodUnit unit;
  CivilDay later;
  CivilDay earlier;
};

class PeriodArithmetic : public ::testing::TestWithParam<PeriodCase> {};

TEST_P(PeriodArithmetic, AddsAndSubtracts) {
  const PeriodCase& c = GetParam();
  const type::v1::Period period = MakePeriod(c.count, c.unit);
  EXPECT_EQ(Add(c.day, period, Calendar::Japan()), c.later);
  EXPECT_EQ(Subtract(c.day, period, Calendar::Japan()), c.earlier);
}

INSTANTIATE_TEST_SUITE_P(
    Periods, PeriodArithmetic,
    ::testing::Values(PeriodCase{"ThirtyDays", CivilDay(2026, 4, 1), 30, PERIOD_UNIT_DAY,
                                 CivilDay(2026, 5, 1), CivilDay(2026, 3, 2)},
                      PeriodCase{"ThreeBusinessDays", CivilDay(2025, 5, 2), 3,
                                 PERIOD_UNIT_BUSINESS_DAY, CivilDay(2025, 5, 9),
                                 CivilDay(2025, 4, 28)},
                      PeriodCase{"TwoWeeks", CivilDay(2026, 1, 1), 2, PERIOD_UNIT_WEEK,
                                 CivilDay(2026, 1, 15), CivilDay(2025, 12, 18)},
                      PeriodCase{"AMonthIntoAShorterOne", CivilDay(2026, 1, 31), 1,
                                 PERIOD_UNIT_MONTH, CivilDay(2026, 2, 28), CivilDay(2025, 12, 31)},
                      PeriodCase{"AMonthBackIntoALeapFebruary", CivilDay(2024, 3, 31), 1,
                                 PERIOD_UNIT_MONTH, CivilDay(2024, 4, 30), CivilDay(2024, 2, 29)},
                      PeriodCase{"MonthsOverTheYear", CivilDay(2025, 11, 15), 3, PERIOD_UNIT_MONTH,
                                 CivilDay(2026, 2, 15), CivilDay(2025, 8, 15)},
                      PeriodCase{"AYearFromALeapDay", CivilDay(2024, 2, 29), 1, PERIOD_UNIT_YEAR,
                                 CivilDay(2025, 2, 28), CivilDay(2023, 2, 28)},
                      PeriodCase{"Nothing", CivilDay(2025, 5, 3), 0, PERIOD_UNIT_DAY,
                                 CivilDay(2025, 5, 3), CivilDay(2025, 5, 3)}),
    [](const auto& info) { return info.param.name; });

TEST(Period, IsBoundedEvenWhenUnchecked) {
  const CivilDay day(2026, 1, 1);
  EXPECT_EQ(Add(day, MakePeriod(2'000'000'000, PERIOD_UNIT_DAY), Calendar::Japan()), day + 10000);
  EXPECT_EQ(Add(day, MakePeriod(-5, PERIOD_UNIT_DAY), Calendar::Japan()), day);
}

TEST(FirstDayOfTrailing, IncludesTheLastDay) {
  const CivilDay friday(2026, 7, 17);
  const CivilDay sunday(2026, 7, 19);
  const Calendar& japan = Calendar::Japan();
  EXPECT_EQ(FirstDayOfTrailing(sunday, MakePeriod(7, PERIOD_UNIT_DAY), japan),
            CivilDay(2026, 7, 13));
  EXPECT_EQ(FirstDayOfTrailing(sunday, MakePeriod(1, PERIOD_UNIT_WEEK), japan),
            CivilDay(2026, 7, 13));
  EXPECT_EQ(FirstDayOfTrailing(sunday, MakePeriod(1, PERIOD_UNIT_DAY), japan), sunday);
  EXPECT_EQ(FirstDayOfTrailing(sunday, MakePeriod(0, PERIOD_UNIT_DAY), japan), sunday + 1);
  EXPECT_EQ(FirstDayOfTrailing(friday, MakePeriod(0, PERIOD_UNIT_BUSINESS_DAY), japan), friday + 1);
  EXPECT_EQ(FirstDayOfTrailing(friday, MakePeriod(5, PERIOD_UNIT_BUSINESS_DAY), japan),
            CivilDay(2026, 7, 13));
  // From a closed day, the same five days that people worked.
  EXPECT_EQ(FirstDayOfTrailing(sunday, MakePeriod(5, PERIOD_UNIT_BUSINESS_DAY), japan),
            CivilDay(2026, 7, 13));
  EXPECT_EQ(FirstDayOfTrailing(CivilDay(2026, 3, 31), MakePeriod(1, PERIOD_UNIT_MONTH), japan),
            CivilDay(2026, 3, 1));
  EXPECT_EQ(FirstDayOfTrailing(CivilDay(2026, 2, 28), MakePeriod(1, PERIOD_UNIT_MONTH), japan),
            CivilDay(2026, 2, 1));
}

TEST(PeriodText, IsSingularForOne) {
  EXPECT_EQ(PeriodText(MakePeriod(30, PERIOD_UNIT_DAY)), "30 days");
  EXPECT_EQ(PeriodText(MakePeriod(1, PERIOD_UNIT_BUSINESS_DAY)), "1 business day");
  EXPECT_EQ(PeriodText(MakePeriod(0, PERIOD_UNIT_WEEK)), "0 weeks");
  EXPECT_EQ(PeriodText(MakePeriod(3, PERIOD_UNIT_MONTH)), "3 months");
  EXPECT_EQ(PeriodText(MakePeriod(2, PERIOD_UNIT_YEAR)), "2 years");
}

TEST(DayOf, CountsDaysInTheZone) {
  const absl::Time time =
      absl::FromCivil(absl::CivilSecond(2026, 4, 1, 15, 0, 0), absl::UTCTimeZone());
  EXPECT_EQ(DayOf(time, "Asia/Tokyo"), CivilDay(2026, 4, 2));
  EXPECT_EQ(DayOf(time - absl::Nanoseconds(1), "Asia/Tokyo"), CivilDay(2026, 4, 1));
  EXPECT_EQ(DayOf(time, "America/New_York"), CivilDay(2026, 4, 1));
  EXPECT_EQ(DayOf(time, ""), CivilDay(2026, 4, 1));
  EXPECT_EQ(DayOf(time, "Nowhere/Land"), CivilDay(2026, 4, 1));
}

TEST(LoadZone, RefusesUnknownNames) {
  EXPECT_THAT(LoadZone("Asia/Tokyo"), IsOk());
  EXPECT_THAT(LoadZone("Nowhere/Land"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(LoadZone(""), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(StartAndEndOfDay, TouchEachOther) {
  for (const char* name : {"Asia/Tokyo", "America/New_York", "America/Sao_Paulo"}) {
    const absl::TimeZone zone = ZoneOrUtc(name);
    for (CivilDay day(2018, 1, 1); day < CivilDay(2019, 1, 1); ++day) {
      EXPECT_EQ(DayOf(StartOfDay(day, zone), zone), day) << name;
      EXPECT_EQ(DayOf(EndOfDay(day, zone), zone), day) << name;
      EXPECT_EQ(EndOfDay(day, zone) + absl::Nanoseconds(1), StartOfDay(day + 1, zone)) << name;
    }
  }
}

}  // namespace
}  // namespace banso::calendar

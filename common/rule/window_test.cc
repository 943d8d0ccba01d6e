#include "common/rule/window.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/test_facts.h"
#include "common/rule/value.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::rule {
namespace {

using absl::CivilDay;
using fact::v1::FactQuery;
using fact::v1::FactReading;
using ::testing::ElementsAre;

const CivilDay kLastDay(2026, 5, 10);

// A number at noon of a day of May, recorded at once.
DatedValue Point(int day, double number, std::string object = "", std::string user = "") {
  const absl::Time time = NoonOf(CivilDay(2026, 5, day));
  return {time, time, NumberValue(number), std::move(object), std::move(user), "test"};
}

DatedValue Withdrawal(int day) {
  const absl::Time time = NoonOf(CivilDay(2026, 5, day));
  return {time, time, std::nullopt, "", "", "test"};
}

FactQuery Query(type::v1::Aggregation aggregation, std::optional<int> from = std::nullopt,
                std::optional<int> to = std::nullopt) {
  FactQuery query;
  query.set_fact("metric.interviews");
  query.set_aggregation(aggregation);
  if (from.has_value()) *query.mutable_from() = calendar::ToDate(CivilDay(2026, 5, *from));
  if (to.has_value()) *query.mutable_to() = calendar::ToDate(CivilDay(2026, 5, *to));
  return query;
}

WindowMoment Now() {
  return {NoonOf(kLastDay), std::nullopt, calendar::ZoneOrUtc("Asia/Tokyo"), std::nullopt};
}

FactReading Read(const std::vector<DatedValue>& points, const FactQuery& query,
                 const WindowMoment& moment = Now()) {
  return ReadWindow(points, query, moment);
}

struct AggregationCase {
  const char* name;
  type::v1::Aggregation aggregation;
  double expected;
};

class AggregationOfAWindow : public ::testing::TestWithParam<AggregationCase> {};

TEST_P(AggregationOfAWindow, TakesTheDaysOfTheWindowOnly) {
  const std::vector<DatedValue> points = {
      Point(1, 100, "", "z"), Point(2, 4, "", "a"), Point(3, 0, "", "b"),
      Point(5, 2, "", "a"),   Point(8, 0, "", "c"), Point(9, 50, "", "y"),
  };
  const FactReading reading = Read(points, Query(GetParam().aggregation, 2, 8));
  EXPECT_DOUBLE_EQ(reading.value().number(), GetParam().expected);
  EXPECT_EQ(reading.unknown(), fact::v1::UNKNOWN_REASON_UNSPECIFIED);
  EXPECT_EQ(calendar::ToTime(reading.occurred_time()), NoonOf(CivilDay(2026, 5, 8)));
}

INSTANTIATE_TEST_SUITE_P(
    All, AggregationOfAWindow,
    ::testing::Values(AggregationCase{"Latest", type::v1::AGGREGATION_LATEST, 0},
                      AggregationCase{"Unspecified", type::v1::AGGREGATION_UNSPECIFIED, 0},
                      AggregationCase{"Sum", type::v1::AGGREGATION_SUM, 6},
                      AggregationCase{"Count", type::v1::AGGREGATION_COUNT, 4},
                      AggregationCase{"Users", type::v1::AGGREGATION_DISTINCT_USERS, 1},
                      AggregationCase{"DaysSince", type::v1::AGGREGATION_DAYS_SINCE_LAST, 3},
                      AggregationCase{"Mean", type::v1::AGGREGATION_MEAN, 1.5},
                      AggregationCase{"Min", type::v1::AGGREGATION_MIN, 0},
                      AggregationCase{"Max", type::v1::AGGREGATION_MAX, 4},
                      AggregationCase{"ActiveWeeks", type::v1::AGGREGATION_ACTIVE_WEEKS, 1},
                      // Days 2, 3, 5, 8 with 4, 0, 2, 0: -9 / 21 a day.
                      AggregationCase{"Trend", type::v1::AGGREGATION_TREND_PER_WEEK, -3}),
    [](const auto& info) { return info.param.name; });

TEST(ReadWindow, KeepsTheLatestValueApartFromItsAge) {
  const FactReading reading = Read({Point(2, 7), Point(4, 9)}, Query({}));
  EXPECT_EQ(reading.value().number(), 9);
  EXPECT_EQ(reading.count(), 1);
  EXPECT_EQ(reading.source(), "test");
  EXPECT_EQ(reading.fact(), "metric.interviews");
}

TEST(ReadWindow, CountsActiveWeeksBackFromTheWindowsEnd) {
  // Weeks that end on the 10th: 4..10 and 27 April..3.
  const std::vector<DatedValue> points = {Point(3, 1), Point(4, 1), Point(10, 1)};
  EXPECT_EQ(Read(points, Query(type::v1::AGGREGATION_ACTIVE_WEEKS)).value().number(), 2);
  // Weeks that end on the 9th: 3..9 alone.
  EXPECT_EQ(Read(points, Query(type::v1::AGGREGATION_ACTIVE_WEEKS, 1, 9)).value().number(), 1);
}

TEST(ReadWindow, CountsDaysInTheZone) {
  // 15:00 in UTC on the 3rd is the 4th in Tokyo.
  const absl::Time time = absl::FromCivil(absl::CivilHour(2026, 5, 3, 15), absl::UTCTimeZone());
  const std::vector<DatedValue> points = {{time, time, NumberValue(1), "", "", ""}};
  WindowMoment moment = Now();
  EXPECT_TRUE(Read(points, Query(type::v1::AGGREGATION_SUM, 4, 4), moment).has_value());
  moment.time_zone = absl::UTCTimeZone();
  EXPECT_FALSE(Read(points, Query(type::v1::AGGREGATION_SUM, 4, 4), moment).has_value());
}

TEST(ReadWindow, SeesNeitherTheFutureNorWhatWasNotKnownYet) {
  DatedValue late = Point(2, 10);
  late.recorded = NoonOf(CivilDay(2026, 5, 6));
  const std::vector<DatedValue> points = {Point(1, 1), late, Point(8, 100)};
  WindowMoment moment = Now();
  EXPECT_EQ(Read(points, Query(type::v1::AGGREGATION_SUM), moment).value().number(), 111);
  moment.as_of = NoonOf(CivilDay(2026, 5, 7));
  EXPECT_EQ(Read(points, Query(type::v1::AGGREGATION_SUM), moment).value().number(), 11);
  moment.known_at = NoonOf(CivilDay(2026, 5, 5));
  EXPECT_EQ(Read(points, Query(type::v1::AGGREGATION_SUM), moment).value().number(), 1);
}

TEST(ReadWindow, TakesALaterRecordOfTheSameInstantAsACorrection) {
  DatedValue correction = Point(2, 3);
  correction.recorded += absl::Hours(1);
  DatedValue other_object = Point(2, 5, "form-a");
  EXPECT_EQ(Read({correction, Point(2, 10), other_object}, Query(type::v1::AGGREGATION_SUM))
                .value()
                .number(),
            8);
  WindowMoment before = Now();
  before.known_at = NoonOf(CivilDay(2026, 5, 2));
  EXPECT_EQ(
      Read({correction, Point(2, 10)}, Query(type::v1::AGGREGATION_SUM), before).value().number(),
      10);
  DatedValue taken_back = correction;
  taken_back.value.reset();
  EXPECT_EQ(Read({Point(1, 1), Point(2, 10), taken_back}, Query(type::v1::AGGREGATION_SUM))
                .value()
                .number(),
            1);
}

struct UnknownCase {
  const char* name;
  std::vector<DatedValue> points;
  FactQuery query;
  fact::v1::UnknownReason reason;
};

class UnknownWindow : public ::testing::TestWithParam<UnknownCase> {};

TEST_P(UnknownWindow, SaysWhy) {
  const FactReading reading = Read(GetParam().points, GetParam().query);
  EXPECT_FALSE(reading.has_value());
  EXPECT_EQ(reading.unknown(), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, UnknownWindow,
    ::testing::Values(
        UnknownCase{"NothingAtAll", {}, Query({}), fact::v1::UNKNOWN_REASON_NEVER_RECORDED},
        UnknownCase{"SumOfNothing",
                    {},
                    Query(type::v1::AGGREGATION_SUM),
                    fact::v1::UNKNOWN_REASON_NEVER_RECORDED},
        UnknownCase{"OtherDays",
                    {Point(1, 1)},
                    Query(type::v1::AGGREGATION_SUM, 3, 5),
                    fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW},
        UnknownCase{"LatestOfOtherDays",
                    {Point(1, 1)},
                    Query(type::v1::AGGREGATION_LATEST, 3, 5),
                    fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW},
        UnknownCase{"Withdrawn",
                    {Point(1, 1), Withdrawal(2)},
                    Query({}),
                    fact::v1::UNKNOWN_REASON_WITHDRAWN},
        UnknownCase{"NeverOtherThanZero",
                    {Point(1, 0)},
                    Query(type::v1::AGGREGATION_DAYS_SINCE_LAST),
                    fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW},
        UnknownCase{"NoUsersNamed",
                    {Point(1, 1)},
                    Query(type::v1::AGGREGATION_DISTINCT_USERS),
                    fact::v1::UNKNOWN_REASON_SOURCE_SILENT},
        UnknownCase{"TrendOfOneDay",
                    {Point(1, 1), Point(1, 5, "x")},
                    Query(type::v1::AGGREGATION_TREND_PER_WEEK),
                    fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW},
        UnknownCase{"WordsHaveNoMean",
                    {{NoonOf(CivilDay(2026, 5, 1)), NoonOf(CivilDay(2026, 5, 1)), TextValue("a"),
                      "", "", ""}},
                    Query(type::v1::AGGREGATION_MEAN),
                    fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW}),
    [](const auto& info) { return info.param.name; });

TEST(ReadWindow, TakesSilenceAsZeroOnlyWhereTheSourceIsKnownToReport) {
  WindowMoment moment = Now();
  moment.zero_since = CivilDay(2026, 5, 3);
  for (const type::v1::Aggregation aggregation :
       {type::v1::AGGREGATION_SUM, type::v1::AGGREGATION_COUNT,
        type::v1::AGGREGATION_DISTINCT_USERS, type::v1::AGGREGATION_ACTIVE_WEEKS}) {
    const FactReading reading = Read({Point(1, 1)}, Query(aggregation, 3, 9), moment);
    ASSERT_TRUE(reading.has_value());
    EXPECT_EQ(reading.value().number(), 0);
    EXPECT_EQ(reading.count(), 0);
    EXPECT_FALSE(reading.has_occurred_time());
  }
  EXPECT_FALSE(
      Read({Point(1, 1)}, Query(type::v1::AGGREGATION_SUM, 2, 9), moment).value().has_number());
  EXPECT_FALSE(Read({}, Query(type::v1::AGGREGATION_SUM), moment).has_value());
  EXPECT_FALSE(Read({}, Query(type::v1::AGGREGATION_MEAN, 3, 9), moment).has_value());
}

TEST(ReadWindow, FillsTheTrendWithZerosWhereTheSourceIsKnownToReport) {
  const FactQuery query = Query(type::v1::AGGREGATION_TREND_PER_WEEK, 8, 10);
  // Without: 3 on the 8th and 3 on the 10th are level.
  EXPECT_DOUBLE_EQ(Read({Point(8, 3), Point(10, 3)}, query).value().number(), 0);
  // With: 3, 0, 0 falls by 1.5 a day.
  WindowMoment moment = Now();
  moment.zero_since = CivilDay(2026, 5, 1);
  EXPECT_DOUBLE_EQ(Read({Point(8, 3)}, query, moment).value().number(), -10.5);
}

std::vector<std::string> ObjectsOf(const FactReading& reading) {
  std::vector<std::string> objects;
  for (const fact::v1::ObjectReading& object : reading.objects()) {
    objects.push_back(object.object() + " " +
                      (object.has_value() ? ValueText(object.value()) : "unknown"));
  }
  return objects;
}

TEST(ReadWindow, ReadsEveryObjectOnItsOwn) {
  const std::vector<DatedValue> points = {Point(2, 1, "a"), Point(2, 2, "b"), Point(3, 4, "a"),
                                          Point(9, 8, "c"), Point(4, 16)};
  FactQuery query = Query(type::v1::AGGREGATION_SUM, 2, 5);
  EXPECT_TRUE(ObjectsOf(Read(points, query)).empty());
  query.set_per_object(true);
  const FactReading reading = Read(points, query);
  EXPECT_EQ(reading.value().number(), 23);
  EXPECT_THAT(ObjectsOf(reading), ElementsAre("a 5", "b 2"));
  EXPECT_EQ(reading.objects(0).count(), 2);
  WindowMoment moment = Now();
  moment.zero_since = CivilDay(2026, 5, 1);
  EXPECT_THAT(ObjectsOf(Read(points, query, moment)), ElementsAre("a 5", "b 2", "c 0"));
}

TEST(ReadWindow, ListsAWithdrawnObjectWithoutValue) {
  DatedValue withdrawn = Withdrawal(3);
  withdrawn.object = "a";
  FactQuery query = Query(type::v1::AGGREGATION_LATEST);
  query.set_per_object(true);
  EXPECT_THAT(ObjectsOf(Read({Point(2, 1, "a"), withdrawn, Point(1, 1, "b")}, query)),
              ElementsAre("a unknown", "b 1"));
}

}  // namespace
}  // namespace banso::rule

#include "common/storage/fact_windows.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/calendar/proto_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::storage {
namespace {

using fact::v1::FactChange;
using fact::v1::FactQuery;
using fact::v1::FactReading;

const absl::CivilDay kFirst(2026, 4, 1);

// A value on the day `day` (0 is the first), by an object and a source of its own.
FactChange On(int day, std::optional<double> number, const std::string& object = "",
              const std::string& source = "test") {
  FactChange change;
  *change.mutable_occurred_time() =
      calendar::ToTimestamp(absl::FromCivil(kFirst + day, absl::UTCTimeZone()));
  change.set_object(object);
  change.set_source(source);
  if (number.has_value()) change.mutable_value()->set_number(*number);
  return change;
}

FactQuery Query(type::v1::Aggregation aggregation, std::optional<int> from, std::optional<int> to) {
  FactQuery query;
  query.set_aggregation(aggregation);
  if (from.has_value()) *query.mutable_from() = calendar::ToDate(kFirst + *from);
  if (to.has_value()) *query.mutable_to() = calendar::ToDate(kFirst + *to);
  return query;
}

FactReading Read(const FactQuery& query, const std::vector<FactChange>& changes) {
  return Summarize(query, changes, absl::FromCivil(kFirst + 30, absl::UTCTimeZone()),
                   absl::UTCTimeZone());
}

TEST(FactWindowsTest, Aggregates) {
  const std::vector<FactChange> changes = {On(0, 4), On(1, 0), On(7, 2, "x"), On(8, 2, "y"),
                                           On(20, 10)};
  struct Case {
    const char* name;
    type::v1::Aggregation aggregation;
    std::optional<int> from;
    std::optional<int> to;
    std::optional<double> expected;
  };
  const Case cases[] = {
      {"latest in the days", type::v1::AGGREGATION_LATEST, 0, 8, 2},
      {"latest of all", type::v1::AGGREGATION_UNSPECIFIED, {}, {}, 10},
      {"latest outside", type::v1::AGGREGATION_LATEST, 9, 19, {}},
      {"sum", type::v1::AGGREGATION_SUM, 1, 20, 14},
      {"ends are inclusive", type::v1::AGGREGATION_SUM, 0, 7, 6},
      {"sum of none", type::v1::AGGREGATION_SUM, 9, 19, 0},
      {"count", type::v1::AGGREGATION_COUNT, 0, 8, 4},
      {"distinct", type::v1::AGGREGATION_DISTINCT_USERS, 7, 8, 2},
      {"mean", type::v1::AGGREGATION_MEAN, 0, 8, 2},
      {"mean of none", type::v1::AGGREGATION_MEAN, 9, 19, {}},
      {"min", type::v1::AGGREGATION_MIN, 0, 8, 0},
      {"max", type::v1::AGGREGATION_MAX, 0, 8, 4},
      {"days since", type::v1::AGGREGATION_DAYS_SINCE_LAST, {}, 10, 2},
      {"days since up to now", type::v1::AGGREGATION_DAYS_SINCE_LAST, {}, {}, 10},
      {"zero is no use", type::v1::AGGREGATION_DAYS_SINCE_LAST, {}, 6, 6},
      // Weeks back from day 20: 14..20, 7..13, 0..6.
      {"active weeks", type::v1::AGGREGATION_ACTIVE_WEEKS, 0, 20, 3},
      {"active weeks without the first", type::v1::AGGREGATION_ACTIVE_WEEKS, 1, 20, 2},
  };
  for (const Case& c : cases) {
    const FactReading reading = Read(Query(c.aggregation, c.from, c.to), changes);
    EXPECT_EQ(reading.has_value(), c.expected.has_value()) << c.name;
    if (c.expected.has_value()) {
      EXPECT_DOUBLE_EQ(reading.value().number(), *c.expected) << c.name;
    } else {
      EXPECT_EQ(reading.unknown(), fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW) << c.name;
    }
  }
}

TEST(FactWindowsTest, NothingRecordedIsUnknownForEveryAggregation) {
  for (int aggregation = 0; aggregation <= type::v1::AGGREGATION_TREND_PER_WEEK; ++aggregation) {
    const FactReading reading =
        Read(Query(static_cast<type::v1::Aggregation>(aggregation), 0, 30), {});
    EXPECT_FALSE(reading.has_value()) << aggregation;
    EXPECT_EQ(reading.unknown(), fact::v1::UNKNOWN_REASON_NEVER_RECORDED) << aggregation;
  }
}

TEST(FactWindowsTest, TrendIsTheSlopeOfDailySums) {
  std::vector<FactChange> rising;
  for (int day = 0; day < 14; ++day) rising.push_back(On(day, 3.0 + 0.5 * day));
  EXPECT_NEAR(Read(Query(type::v1::AGGREGATION_TREND_PER_WEEK, 0, 13), rising).value().number(),
              3.5, 1e-9);
  // 1, 1 and 2 on the days 0, 2 and 3: a day of which nothing is known is no zero. Slope 2/7.
  EXPECT_NEAR(Read(Query(type::v1::AGGREGATION_TREND_PER_WEEK, 0, 3),
                   {On(0, 1), On(2, 1), On(3, 1, "a"), On(3, 1, "b")})
                  .value()
                  .number(),
              2.0, 1e-9);
  EXPECT_FALSE(Read(Query(type::v1::AGGREGATION_TREND_PER_WEEK, 0, 0), rising).has_value());
  EXPECT_FALSE(Read(Query(type::v1::AGGREGATION_TREND_PER_WEEK, 0, 9), {On(3, 1)}).has_value());
}

TEST(FactWindowsTest, LaterRecordingReplacesAndWithdrawalEmpties) {
  const FactReading replaced =
      Read(Query(type::v1::AGGREGATION_SUM, 0, 30), {On(0, 4), On(0, 6), On(0, 1, "", "other")});
  EXPECT_DOUBLE_EQ(replaced.value().number(), 7);
  EXPECT_EQ(replaced.count(), 2);
  const FactReading withdrawn =
      Read(Query(type::v1::AGGREGATION_LATEST, {}, {}), {On(0, 4), On(1, {})});
  EXPECT_EQ(withdrawn.unknown(), fact::v1::UNKNOWN_REASON_WITHDRAWN);
}

TEST(FactWindowsTest, TellsWhatWentIn) {
  const FactReading reading =
      Read(Query(type::v1::AGGREGATION_SUM, 0, 5), {On(0, 4), On(5, 1, "", "crm"), On(9, 1)});
  EXPECT_EQ(reading.count(), 2);
  EXPECT_EQ(reading.source(), "crm");
  EXPECT_EQ(calendar::ToTime(reading.occurred_time()),
            absl::FromCivil(kFirst + 5, absl::UTCTimeZone()));
}

TEST(FactWindowsTest, ReadsPerObject) {
  FactQuery query = Query(type::v1::AGGREGATION_SUM, 0, 5);
  query.set_per_object(true);
  const FactReading reading =
      Read(query, {On(0, 4, "form-b"), On(1, 1, "form-a"), On(2, 2, "form-b"), On(9, 9, "form-c")});
  ASSERT_EQ(reading.objects_size(), 3);
  EXPECT_EQ(reading.value().number(), 7);
  EXPECT_EQ(reading.objects(0).object(), "form-a");
  EXPECT_EQ(reading.objects(0).value().number(), 1);
  EXPECT_EQ(reading.objects(1).value().number(), 6);
  EXPECT_EQ(reading.objects(1).count(), 2);
  EXPECT_EQ(reading.objects(2).value().number(), 0);
}

}  // namespace
}  // namespace banso::storage

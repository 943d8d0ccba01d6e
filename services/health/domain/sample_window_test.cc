#include "services/health/domain/sample_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace banso::health {
namespace {

using fact::v1::FactReading;
using type::v1::Aggregation;

const absl::CivilDay kMonday(2026, 4, 6);
const absl::CivilDay kSunday(2026, 4, 19);

absl::Time Noon(absl::CivilDay day) {
  return absl::FromCivil(absl::CivilHour(day) + 12, absl::UTCTimeZone());
}

// The samples of one user and object on one day.
using DaySamples = std::vector<WindowSample>;

DaySamples OnDay(absl::CivilDay day, std::vector<double> values, int64_t user = 0,
                 int64_t object = 0) {
  DaySamples samples;
  for (size_t i = 0; i < values.size(); ++i) {
    WindowSample& sample = samples.emplace_back();
    sample.day = day - absl::CivilDay(1970, 1, 1);
    sample.occurred = sample.recorded = absl::ToUnixMicros(Noon(day) + absl::Minutes(i));
    sample.user = user;
    sample.object = object;
    sample.value = values[i];
  }
  return samples;
}

WindowQuestion TwoWeeks(Aggregation aggregation) {
  WindowQuestion question;
  question.aggregation = aggregation;
  question.from = kMonday;
  question.to = kSunday;
  question.today = kSunday;
  question.reports_since = kMonday;
  question.ever = true;
  return question;
}

FactReading Ask(const std::vector<DaySamples>& days, const WindowQuestion& question) {
  DaySamples samples;
  for (const DaySamples& day : days) samples.insert(samples.end(), day.begin(), day.end());
  return ReadWindow(samples, question,
                    [](int64_t number) { return absl::StrCat("word-", number); });
}

// 2 + 3 on Monday by user 1; 0 on Tuesday by user 2; 5 on the second Wednesday by user 3.
std::vector<DaySamples> Example() {
  return {OnDay(kMonday, {2, 3}, 1, 7), OnDay(kMonday + 1, {0}, 2, 7),
          OnDay(kMonday + 9, {5}, 3, 8)};
}

struct Case {
  std::string name;
  Aggregation aggregation;
  double expected;
};

class ReadWindowByHand : public ::testing::TestWithParam<Case> {};

TEST_P(ReadWindowByHand, GivesTheNumberThatPaperGives) {
  const FactReading reading = Ask(Example(), TwoWeeks(GetParam().aggregation));
  ASSERT_TRUE(reading.value().has_number()) << reading.ShortDebugString();
  EXPECT_NEAR(reading.value().number(), GetParam().expected, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(
    Aggregations, ReadWindowByHand,
    ::testing::Values(
        // The last day with a sample is the second Wednesday.
        Case{"Latest", type::v1::AGGREGATION_LATEST, 5}, Case{"Sum", type::v1::AGGREGATION_SUM, 10},
        Case{"Count", type::v1::AGGREGATION_COUNT, 4},
        // User 2 did nothing.
        Case{"DistinctUsers", type::v1::AGGREGATION_DISTINCT_USERS, 2},
        // 15 to 19 April.
        Case{"DaysSinceLast", type::v1::AGGREGATION_DAYS_SINCE_LAST, 4},
        Case{"Mean", type::v1::AGGREGATION_MEAN, 2.5}, Case{"Min", type::v1::AGGREGATION_MIN, 0},
        Case{"Max", type::v1::AGGREGATION_MAX, 5},
        Case{"ActiveWeeks", type::v1::AGGREGATION_ACTIVE_WEEKS, 2},
        // Days 0..13 with 5 on day 0 and 5 on day 9, else 0: mean x 6.5, mean y 10/14,
        // covariance 5*0 + 5*9 - 14*6.5*10/14 = -20, variance 227.5: -20/227.5*7.
        Case{"Trend", type::v1::AGGREGATION_TREND_PER_WEEK, -20.0 / 227.5 * 7}),
    [](const auto& info) { return info.param.name; });

TEST(ReadWindow, TellsSilenceFromZero) {
  WindowQuestion question = TwoWeeks(type::v1::AGGREGATION_SUM);
  question.ever = false;
  const FactReading zero = Ask({}, question);
  ASSERT_TRUE(zero.has_value());
  EXPECT_EQ(zero.value().number(), 0);

  question.reports_since.reset();
  const FactReading silent = Ask({}, question);
  EXPECT_FALSE(silent.has_value());
  EXPECT_EQ(silent.unknown(), fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
}

TEST(ReadWindow, HasNoMeanOfNothing) {
  WindowQuestion question = TwoWeeks(type::v1::AGGREGATION_MEAN);
  EXPECT_EQ(Ask({}, question).unknown(), fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW);
  question.ever = false;
  EXPECT_EQ(Ask({}, question).unknown(), fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
}

TEST(ReadWindow, CannotCountUsersWhoAreNotNamed) {
  const FactReading reading =
      Ask({OnDay(kMonday, {1})}, TwoWeeks(type::v1::AGGREGATION_DISTINCT_USERS));
  EXPECT_EQ(reading.unknown(), fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
}

TEST(ReadWindow, TakesTheLatestSampleOfAGauge) {
  WindowQuestion question = TwoWeeks(type::v1::AGGREGATION_LATEST);
  question.kind = v1::METRIC_KIND_GAUGE;
  EXPECT_EQ(Ask({OnDay(kMonday, {4, 9, 6})}, question).value().number(), 6);
}

TEST(ReadWindow, ReadsAFlagAsYesOrNo) {
  WindowQuestion question = TwoWeeks(type::v1::AGGREGATION_LATEST);
  question.kind = v1::METRIC_KIND_FLAG;
  EXPECT_TRUE(Ask({OnDay(kMonday, {0, 1})}, question).value().flag());
  EXPECT_FALSE(Ask({OnDay(kMonday, {1, 0})}, question).value().flag());
}

TEST(ReadWindow, CountsTheUsersOfTheLastDayOfAUserMetric) {
  WindowQuestion question = TwoWeeks(type::v1::AGGREGATION_LATEST);
  question.kind = v1::METRIC_KIND_DISTINCT_USERS;
  const std::vector<DaySamples> days = {OnDay(kMonday, {1, 1}, 1), OnDay(kMonday, {1}, 2),
                                        OnDay(kMonday, {0}, 3)};
  EXPECT_EQ(Ask(days, question).value().number(), 2);
}

TEST(ReadWindow, AnswersPerObjectWithZeroForTheSilentOnes) {
  WindowQuestion question = TwoWeeks(type::v1::AGGREGATION_SUM);
  question.per_object = true;
  question.objects = {7, 8, 9};
  const FactReading reading = Ask(Example(), question);
  ASSERT_EQ(reading.objects_size(), 3);
  EXPECT_EQ(reading.objects(0).object(), "word-7");
  EXPECT_EQ(reading.objects(0).value().number(), 5);
  EXPECT_EQ(reading.objects(1).value().number(), 5);
  EXPECT_EQ(reading.objects(2).object(), "word-9");
  EXPECT_EQ(reading.objects(2).value().number(), 0);
}

}  // namespace
}  // namespace banso::health

#include "services/health/domain/success/success.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/testing/status_matchers.h"
#include "services/health/domain/assessments/rubric.h"
#include "services/health/domain/sample_rules.h"

namespace banso::health {
namespace {

using ::testing::HasSubstr;

const absl::CivilDay kStart(2026, 4, 1);
const absl::CivilDay kDue(2026, 5, 1);

v1::SuccessDefinition Within30Days() {
  v1::SuccessDefinition definition;
  definition.set_clock(type::v1::CLOCK_CONTRACT_START);
  *definition.mutable_due() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  return definition;
}

absl::TimeZone Tokyo() { return calendar::ZoneOrUtc("Asia/Tokyo"); }

LabelMoment At(absl::CivilDay day) {
  return {.now = calendar::StartOfDay(day, Tokyo()) + absl::Hours(12),
          .zone = Tokyo(),
          .clock_day = kStart};
}

// A condition that is true from `time` on.
EvaluateAt TrueFrom(absl::Time time) {
  return [time](absl::Time as_of) {
    type::v1::Explanation explanation;
    explanation.set_result(as_of >= time ? type::v1::TRUTH_TRUE : type::v1::TRUTH_FALSE);
    return explanation;
  };
}

EvaluateAt Unknown() {
  return [](absl::Time) {
    type::v1::Explanation explanation;
    explanation.set_result(type::v1::TRUTH_UNKNOWN);
    explanation.set_unknown_because("the source is silent");
    return explanation;
  };
}

TEST(DecideLabel, CountsTheLastInstantOfTheDueDayAndNotTheNextDay) {
  const absl::Time last = calendar::EndOfDay(kDue, Tokyo());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel met,
                             DecideLabel(Within30Days(), At(kDue + 20), TrueFrom(last)));
  EXPECT_EQ(met.state(), v1::SUCCESS_STATE_MET);
  EXPECT_EQ(met.days_to_success(), 30);
  EXPECT_EQ(calendar::ToDay(met.met_date()), kDue);

  const absl::Time late = calendar::StartOfDay(kDue + 1, Tokyo());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel missed,
                             DecideLabel(Within30Days(), At(kDue + 20), TrueFrom(late)));
  EXPECT_EQ(missed.state(), v1::SUCCESS_STATE_MISSED);
  EXPECT_FALSE(missed.has_met_date());
}

TEST(DecideLabel, StaysOpenUntilTheDueDayHasPassed) {
  const EvaluateAt never = TrueFrom(absl::InfiniteFuture());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel open,
                             DecideLabel(Within30Days(), At(kDue), never));
  EXPECT_EQ(open.state(), v1::SUCCESS_STATE_UNDECIDED);
  EXPECT_THAT(open.undecided_because(), HasSubstr("2026-05-01"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel closed,
                             DecideLabel(Within30Days(), At(kDue + 1), never));
  EXPECT_EQ(closed.state(), v1::SUCCESS_STATE_MISSED);
}

TEST(DecideLabel, FindsTheFirstDayAndKeepsASuccessThatWasLostAgain) {
  // True on 10 and 11 April only.
  const EvaluateAt briefly = [](absl::Time as_of) {
    const absl::CivilDay day = calendar::DayOf(as_of, Tokyo());
    type::v1::Explanation explanation;
    const bool holds = day == absl::CivilDay(2026, 4, 10) || day == absl::CivilDay(2026, 4, 11);
    explanation.set_result(holds ? type::v1::TRUTH_TRUE : type::v1::TRUTH_FALSE);
    return explanation;
  };
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel label,
                             DecideLabel(Within30Days(), At(kDue + 5), briefly));
  EXPECT_EQ(label.state(), v1::SUCCESS_STATE_MET);
  EXPECT_EQ(label.days_to_success(), 9);
}

TEST(DecideLabel, DoesNotTakeMissingDataForFailure) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel label,
                             DecideLabel(Within30Days(), At(kDue + 5), Unknown()));
  EXPECT_EQ(label.state(), v1::SUCCESS_STATE_UNDECIDED);
  EXPECT_THAT(label.undecided_because(), HasSubstr("the source is silent"));
}

TEST(DecideLabel, NeedsTheClock) {
  LabelMoment moment = At(kDue);
  moment.clock_day.reset();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel label,
                             DecideLabel(Within30Days(), moment, TrueFrom(absl::InfinitePast())));
  EXPECT_EQ(label.state(), v1::SUCCESS_STATE_UNDECIDED);
  EXPECT_THAT(label.undecided_because(), HasSubstr("contract start"));
}

TEST(ExpireTime, IsTheBeginningOfTheDayAfterTheLastOne) {
  v1::RubricItem item;
  const absl::Time assessed = calendar::StartOfDay(kStart, Tokyo()) + absl::Hours(9);
  EXPECT_FALSE(ExpireTime(item, assessed, Tokyo()).has_value());
  *item.mutable_valid_for() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  EXPECT_EQ(ExpireTime(item, assessed, Tokyo()), calendar::StartOfDay(kDue + 1, Tokyo()));
}

TEST(CheckRubric, WantsAnchorsForOneThreeAndFive) {
  v1::Rubric rubric;
  v1::RubricItem* item = rubric.add_items();
  item->set_key("needs");
  for (const int rating : {1, 3, 3}) item->add_anchors()->set_rating(rating);
  contract::Violations violations;
  CheckRubric(rubric, "rubric", &violations);
  ASSERT_EQ(violations.list().size(), 2u);
  EXPECT_EQ(violations.list()[0].field, "rubric.items[0].anchors[2].rating");
  EXPECT_THAT(violations.list()[1].description, HasSubstr("rating 5"));
}

struct SampleCase {
  std::string name;
  v1::MetricKind kind;
  double value;
  std::string user;
  absl::Duration ahead;
  // The field at fault; empty: none.
  std::string fault;
};

class CheckSampleTable : public ::testing::TestWithParam<SampleCase> {};

TEST_P(CheckSampleTable, NamesTheFieldAtFault) {
  const absl::Time now = calendar::StartOfDay(kStart, Tokyo());
  v1::Metric metric;
  metric.set_name("metrics/m");
  metric.set_kind(GetParam().kind);
  v1::Sample sample;
  sample.set_account("accounts/acme");
  sample.set_value(GetParam().value);
  sample.set_user(GetParam().user);
  *sample.mutable_occurred_time() = calendar::ToTimestamp(now + GetParam().ahead);
  const std::optional<SampleFault> fault = CheckSample(sample, metric, now);
  EXPECT_EQ(fault.has_value() ? fault->field : "", GetParam().fault);
  EXPECT_TRUE(!fault.has_value() || !fault->reason.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Samples, CheckSampleTable,
    ::testing::Values(
        SampleCase{"Good", v1::METRIC_KIND_COUNTER, 2, "", absl::ZeroDuration(), ""},
        SampleCase{"NegativeCount", v1::METRIC_KIND_COUNTER, -1, "", absl::ZeroDuration(), "value"},
        SampleCase{"NegativeLevel", v1::METRIC_KIND_GAUGE, -1, "", absl::ZeroDuration(), ""},
        SampleCase{"FlagOfTwo", v1::METRIC_KIND_FLAG, 2, "", absl::ZeroDuration(), "value"},
        SampleCase{"NoUser", v1::METRIC_KIND_DISTINCT_USERS, 1, "", absl::ZeroDuration(), "user"},
        SampleCase{"User", v1::METRIC_KIND_DISTINCT_USERS, 1, "u", absl::ZeroDuration(), ""},
        SampleCase{"AnHourAhead", v1::METRIC_KIND_COUNTER, 1, "", absl::Hours(1), ""},
        SampleCase{"FarAhead", v1::METRIC_KIND_COUNTER, 1, "", absl::Hours(2), "occurred_time"}),
    [](const auto& info) { return info.param.name; });

TEST(CheckSample, WantsExactlyOneAccountAndAKnownTimeThatMakesSense) {
  const absl::Time now = calendar::StartOfDay(kStart, Tokyo());
  v1::Metric metric;
  metric.set_kind(v1::METRIC_KIND_COUNTER);
  v1::Sample sample;
  *sample.mutable_occurred_time() = calendar::ToTimestamp(now - absl::Hours(2));
  EXPECT_EQ(CheckSample(sample, metric, now)->field, "account");
  sample.set_account("accounts/acme");
  sample.mutable_external_id()->set_system("crm");
  EXPECT_EQ(CheckSample(sample, metric, now)->field, "account");
  sample.clear_external_id();
  *sample.mutable_known_time() = calendar::ToTimestamp(now - absl::Hours(3));
  EXPECT_EQ(CheckSample(sample, metric, now)->field, "known_time");
  *sample.mutable_known_time() = calendar::ToTimestamp(now + absl::Hours(1));
  EXPECT_EQ(CheckSample(sample, metric, now)->field, "known_time");
  *sample.mutable_known_time() = calendar::ToTimestamp(now);
  EXPECT_FALSE(CheckSample(sample, metric, now).has_value());
}

}  // namespace
}  // namespace banso::health

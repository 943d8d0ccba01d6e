#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/health_fixture.h"
#include "services/health/store/fact_catalog.h"
#include "services/health/store/fact_reader.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using fact::v1::FactReading;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class RatioTest : public HealthFixture {
 protected:
  // `part` of `whole`, each summed over so many days (0: all of them); a fact of accounts as it is.
  absl::Status MakeRatio(absl::string_view id, absl::string_view part, absl::string_view whole,
                         int days) {
    v1::CreateMetricRequest request;
    request.set_metric_id(std::string(id));
    v1::Metric* metric = request.mutable_metric();
    metric->set_display_name(std::string(id));
    metric->set_kind(v1::METRIC_KIND_RATIO);
    metric->set_source("derived");
    Sum(part, days, metric->mutable_ratio()->mutable_numerator());
    Sum(whole, days, metric->mutable_ratio()->mutable_denominator());
    // What accounts says of itself holds until it says otherwise.
    if (absl::StartsWith(whole, "account.")) {
      metric->mutable_ratio()->mutable_denominator()->clear_window();
    }
    return metrics_->CreateMetric(Now(), request).status();
  }

  // What accounts has told about some of its facts.
  void KnowAccountFacts() {
    std::vector<fact::v1::FactType> types(3);
    types[0].set_name("account.expected_users");
    types[0].set_value_type(type::v1::VALUE_TYPE_NUMBER);
    types[0].set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
    types[1] = types[0];
    types[1].set_name("account.segment");
    types[1].set_value_type(type::v1::VALUE_TYPE_TEXT);
    types[2] = types[0];
    types[2].set_name("account.contact.project_owner");
    types[2].set_value_type(type::v1::VALUE_TYPE_DATE);
    ASSERT_THAT(database_->Write(
                    Now(), [&](storage::Writer& writer) { return KeepFactTypes(writer, types); }),
                IsOk());
  }

  static void Sum(absl::string_view fact, int days, type::v1::FactRef* ref) {
    ref->set_fact(std::string(fact));
    ref->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    if (days == 0) return;
    *ref->mutable_window()->mutable_trailing() =
        calendar::MakePeriod(days, type::v1::PERIOD_UNIT_DAY);
  }

  // Accounts tells how many people are to use it from a day on.
  void TellSeats(double number, absl::CivilDay since, absl::CivilDay told) {
    fact::v1::FactChange seats;
    seats.set_subject("accounts/acme");
    seats.set_fact("account.expected_users");
    *seats.mutable_value() = rule::NumberValue(number);
    *seats.mutable_occurred_time() = calendar::ToTimestamp(Noon(since));
    *seats.mutable_recorded_time() = calendar::ToTimestamp(Noon(told));
    ASSERT_THAT(
        database_->Write(Now(),
                         [&](storage::Writer& writer) { return store_.MirrorFact(writer, seats); }),
        IsOk());
  }

  FactReading Read(absl::string_view fact,
                   type::v1::Aggregation aggregation = type::v1::AGGREGATION_LATEST,
                   std::optional<absl::Time> as_of = std::nullopt,
                   std::optional<absl::Time> known_at = std::nullopt) {
    fact::v1::FactQuery query;
    query.set_fact(std::string(fact));
    query.set_aggregation(aggregation);
    FactReading reading;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      StoreFactReader facts(store_, reader);
      BANSO_ASSIGN_OR_RETURN(reading, facts.ReadWindow({.account = "accounts/acme",
                                                        .zone = calendar::ZoneOrUtc("Asia/Tokyo"),
                                                        .as_of = as_of.value_or(now_),
                                                        .known_at = known_at},
                                                       query));
      return absl::OkStatus();
    }),
                IsOk());
    return reading;
  }

  void Send(absl::string_view id, absl::string_view metric, absl::CivilDay day, double value) {
    const auto response = Ingest(Now(), {MakeSample(id, metric, Noon(day), value)});
    ASSERT_THAT(response, IsOk());
    ASSERT_EQ(response->rejected(), 0);
  }
};

// 84 of 120 people have moved over; 80 % were the goal, due after 30 days.
TEST_F(RatioTest, HoldsAGoalMetricAgainstItsTarget) {
  MakeMetric("people-moved");
  MakeMetric("people-to-move");
  ASSERT_THAT(MakeRatio("migration-rate", "metric.people_moved", "metric.people_to_move", 0),
              IsOk());
  v1::SuccessDefinition goal;
  goal.set_name("successDefinitions/migrated");
  goal.set_display_name("Four of five have moved over");
  goal.set_clock(type::v1::CLOCK_CONTRACT_START);
  *goal.mutable_due() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  type::v1::Comparison* compare = goal.mutable_condition()->mutable_compare();
  compare->mutable_fact()->set_fact("metric.migration_rate");
  compare->set_op(type::v1::OPERATOR_GE);
  *compare->add_values() = rule::NumberValue(0.8);
  Activate(goal);
  v1::GetSuccessLabelRequest label;
  label.set_name("accounts/acme/onboardings/o1/successLabels/migrated");

  // Nobody has to move yet: a share of nothing is no share, and no verdict.
  now_ = Noon(kApril1 + 5);
  Send("none", "people-to-move", kApril1 + 1, 0);
  Send("nobody", "people-moved", kApril1 + 1, 0);
  FactReading rate = Read("metric.migration_rate");
  EXPECT_FALSE(rate.has_value());
  EXPECT_EQ(rate.unknown(), fact::v1::UNKNOWN_REASON_ZERO_DENOMINATOR);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::SuccessLabel verdict, success_->GetSuccessLabel(Now(), label));
  EXPECT_EQ(verdict.state(), v1::SUCCESS_STATE_UNDECIDED);

  Send("all", "people-to-move", kApril1 + 4, 120);
  Send("some", "people-moved", kApril1 + 5, 84);
  rate = Read("metric.migration_rate");
  EXPECT_NEAR(rate.value().number(), 0.7, 1e-12);
  now_ = Noon(kApril1 + 35);
  BANSO_ASSERT_OK_AND_ASSIGN(verdict, success_->GetSuccessLabel(Now(), label));
  EXPECT_EQ(verdict.state(), v1::SUCCESS_STATE_MISSED);
  Proves("KAN-29");
}

// The self-drive index: what the customer did itself of all tasks done and all prompts given.
TEST_F(RatioTest, TellsHowFarACustomerDrivesItself) {
  MakeMetric("own-steps");
  MakeMetric("all-steps");
  ASSERT_THAT(MakeRatio("self-drive", "metric.own_steps", "metric.all_steps", 7), IsOk());
  // By week: 2 of 10, 4 of 10, 6 of 10, 8 of 10, tasks and prompts together.
  now_ = Noon(kApril1 + 27);
  for (int week = 0; week < 4; ++week) {
    const absl::CivilDay day = kApril1 + 7 * week + 3;
    Send(absl::StrCat("tasks", week), "own-steps", day, 1 + week);
    Send(absl::StrCat("prompts", week), "own-steps", day + 1, 1 + week);
    Send(absl::StrCat("all", week), "all-steps", day, 10);
  }
  EXPECT_NEAR(Read("metric.self_drive").value().number(), 0.8, 1e-12);
  EXPECT_NEAR(Read("metric.self_drive", type::v1::AGGREGATION_TREND_PER_WEEK).value().number(), 0.2,
              1e-12);
  EXPECT_NEAR(Read("metric.self_drive", type::v1::AGGREGATION_MEAN).value().number(), 0.5, 1e-12);
  EXPECT_NEAR(Read("metric.self_drive", type::v1::AGGREGATION_MIN).value().number(), 0.2, 1e-12);
  EXPECT_FALSE(Read("metric.self_drive", type::v1::AGGREGATION_SUM).has_value());
  Proves("KAN-10");
}

TEST_F(RatioTest, DividesByAnAccountsFact) {
  MakeMetric("logins");
  // Which facts accounts has is not known yet, and no fact is nobody's.
  EXPECT_THAT(MakeRatio("logins-per-user", "metric.logins", "account.expected_users", 7),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a fact that is known")));
  KnowAccountFacts();
  EXPECT_THAT(MakeRatio("misspelt", "metric.logins", "account.expected_user", 7),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("account.expected_users")));
  EXPECT_THAT(MakeRatio("text", "metric.logins", "account.segment", 7),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a number or flag")));
  ASSERT_THAT(MakeRatio("logins-per-user", "metric.logins", "account.expected_users", 7), IsOk());
  v1::ListMetricsRequest list;
  BANSO_ASSERT_OK_AND_ASSIGN(const auto metrics, metrics_->ListMetrics(Now(), list));
  EXPECT_THAT(metrics.metrics(), SizeIs(2));
  now_ = Noon(kApril1 + 3);
  Send("a", "logins", kApril1 + 2, 30);
  EXPECT_EQ(Read("metric.logins_per_user").unknown(), fact::v1::UNKNOWN_REASON_NEVER_RECORDED);

  // 20 seats from 2 April on, of which is told on the 4th; 30 from 10 April on.
  TellSeats(20, kApril1 + 1, kApril1 + 3);
  TellSeats(30, kApril1 + 9, kApril1 + 9);
  now_ = Noon(kApril1 + 10);
  Send("b", "logins", kApril1 + 8, 12);
  const auto as_of = [&](int day, std::optional<int> known = std::nullopt) {
    const FactReading reading =
        Read("metric.logins_per_user", type::v1::AGGREGATION_LATEST, Noon(kApril1 + day),
             known.has_value() ? std::optional(Noon(kApril1 + *known)) : std::nullopt);
    return reading.has_value() ? std::optional(reading.value().number()) : std::nullopt;
  };
  EXPECT_EQ(as_of(0), std::nullopt);
  EXPECT_EQ(as_of(2), 30.0 / 20);
  EXPECT_EQ(as_of(2, 2), std::nullopt) << "the seats were not known";
  EXPECT_EQ(as_of(2, 3), 30.0 / 20);
  EXPECT_EQ(as_of(8), 42.0 / 20);
  EXPECT_EQ(as_of(8, 9), 30.0 / 20) << "the second sample had not come in";
  EXPECT_EQ(as_of(9), 12.0 / 30);
  EXPECT_EQ(as_of(9, 8), 0) << "nothing of these days was known";
}

TEST_F(RatioTest, RefusesRatiosThatCannotBeReadAndSamplesOfThem) {
  MakeMetric("logins");
  EXPECT_THAT(MakeRatio("bad", "metric.login", "metric.logins", 7),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("metric.logins")));
  EXPECT_THAT(MakeRatio("bad", "score.use", "metric.logins", 7),
              StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_THAT(MakeRatio("good", "metric.logins", "metric.logins", 7), IsOk());
  EXPECT_THAT(MakeRatio("deep", "metric.good", "metric.logins", 7),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no ratio itself")));
  v1::CreateMetricRequest request;
  request.set_metric_id("bare");
  request.mutable_metric()->set_display_name("bare");
  request.mutable_metric()->set_kind(v1::METRIC_KIND_RATIO);
  request.mutable_metric()->set_source("derived");
  EXPECT_THAT(metrics_->CreateMetric(Now(), request), StatusIs(absl::StatusCode::kInvalidArgument));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse response,
                             Ingest(Now(), {MakeSample("a", "good", Noon(kApril1), 1)}));
  ASSERT_EQ(response.rejected(), 1);
  EXPECT_THAT(Nth(response.errors(), 0).message(), HasSubstr("takes no samples"));
}

// accounts knows from its interactions when the project owner was last spoken to: 45 days ago,
// where 30 are allowed.
TEST_F(RatioTest, TurnsRedWhenTheOwnerWasNotSpokenToForTooLong) {
  KnowAccountFacts();
  fact::v1::FactChange met;
  met.set_subject("accounts/acme");
  met.set_fact("account.contact.project_owner");
  *met.mutable_value() = rule::DateValue(kApril1);
  *met.mutable_occurred_time() = calendar::ToTimestamp(Noon(kApril1));
  *met.mutable_recorded_time() = calendar::ToTimestamp(Noon(kApril1));
  met.set_source("accounts/acme/interactions/i1");
  ASSERT_THAT(database_->Write(
                  Now(), [&](storage::Writer& writer) { return store_.MirrorFact(writer, met); }),
              IsOk());
  v1::ScoreModel model;
  model.set_name("scoreModels/contact");
  model.set_display_name("Contact with the owner");
  model.set_purpose("Hear of an executive's doubts in time");
  model.set_decision_served("Whom the CSM meets next");
  v1::Measure* contact = model.add_measures();
  contact->set_key("owner_contact");
  contact->mutable_fact()->set_fact("account.contact.project_owner");
  // By days since then.
  contact->add_curve()->set_points(100);
  v1::CurvePoint* allowed = contact->add_curve();
  allowed->set_value(30);
  allowed->set_points(60);
  contact->add_curve()->set_value(31);
  contact->set_weight(1);
  contact->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
  model.set_qualitative_share(0);
  model.set_minimum_coverage(1);
  model.add_bands()->set_key("red");
  v1::Band* green = model.add_bands();
  green->set_key("green");
  green->set_lower_edge(50);
  now_ = Noon(kApril1);
  Activate(model);
  v1::GetScoreRequest request;
  request.set_name("accounts/acme/scores/contact");
  now_ = Noon(kApril1 + 30);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::Score score, health_->GetScore(Now(), request));
  EXPECT_EQ(score.band(), "green");
  now_ = Noon(kApril1 + 45);
  BANSO_ASSERT_OK_AND_ASSIGN(score, health_->GetScore(Now(), request));
  EXPECT_EQ(score.band(), "red");
  ASSERT_THAT(score.contributions(), SizeIs(1));
  EXPECT_EQ(calendar::ToDay(score.contributions(0).value().date()), kApril1);
  EXPECT_EQ(score.contributions(0).points(), 0);
  EXPECT_THAT(score.contributions(0).reading(),
              HasSubstr("account.contact.project_owner = 2026-04-01"));
  ASSERT_THAT(score.lifts(), SizeIs(1));
  EXPECT_THAT(score.lifts(0).text(), HasSubstr("days ago instead of 45"));
  Proves("KAN-34");
}

}  // namespace
}  // namespace banso::health

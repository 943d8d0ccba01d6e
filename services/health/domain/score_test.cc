#include "services/health/domain/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/rule/value.h"
#include "services/health/domain/curve.h"
#include "services/health/domain/score_model.h"

namespace banso::health {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::CivilDay kToday(2026, 5, 1);

v1::Measure MakeMeasure(const std::string& key, v1::MeasureGroup group, double weight,
                        double full_at) {
  v1::Measure measure;
  measure.set_key(key);
  measure.mutable_fact()->set_fact(absl::StrCat("metric.", key));
  measure.set_group(group);
  measure.set_weight(weight);
  measure.add_curve();
  measure.add_curve()->set_value(full_at);
  measure.mutable_curve(1)->set_points(100);
  return measure;
}

// Two numbers (pool counts twice as much as mails) and one judgement of 1 to 5, 30 % of the score.
v1::ScoreModel MakeModel() {
  v1::ScoreModel model;
  model.set_name("scoreModels/onboarding");
  model.set_display_name("Onboarding health");
  model.set_purpose("Tell who needs help");
  model.set_decision_served("Whom to call");
  *model.add_measures() = MakeMeasure("pool", v1::MEASURE_GROUP_QUANTITATIVE, 2, 40);
  *model.add_measures() = MakeMeasure("mails", v1::MEASURE_GROUP_QUANTITATIVE, 1, 10);
  v1::Measure* needs = model.add_measures();
  *needs = MakeMeasure("needs", v1::MEASURE_GROUP_QUALITATIVE, 1, 5);
  needs->mutable_curve(0)->set_value(1);
  model.set_qualitative_share(0.3);
  model.set_minimum_coverage(0.5);
  for (const auto& [key, edge] :
       {std::pair<std::string, double>{"red", 0}, {"yellow", 40}, {"green", 70}}) {
    v1::Band* band = model.add_bands();
    band->set_key(key);
    band->set_lower_edge(edge);
  }
  return model;
}

MeasureReading Known(double number) {
  MeasureReading reading;
  reading.explanation.set_result(type::v1::TRUTH_TRUE);
  *reading.explanation.mutable_value() = rule::NumberValue(number);
  reading.explanation.set_reading(absl::StrCat("read ", number));
  return reading;
}

MeasureReading Missing() {
  MeasureReading reading;
  reading.explanation.set_result(type::v1::TRUTH_UNKNOWN);
  reading.explanation.set_unknown_because("never recorded");
  return reading;
}

double SumOfAmounts(const v1::Score& score) {
  double sum = 0;
  for (const v1::Contribution& contribution : score.contributions()) sum += contribution.amount();
  return sum;
}

TEST(ComputeScore, IsTheWeightedSumOnPaper) {
  // pool 20 of 40: 50 points, share 0.7*2/3; mails 10: 100 points, share 0.7/3; needs 4: 75
  // points, share 0.3. 23.333 + 23.333 + 22.5 = 69.1667.
  const v1::Score score =
      ComputeScore(MakeModel(), std::vector{Known(20), Known(10), Known(4)}, kToday);
  EXPECT_EQ(score.state(), v1::SCORE_STATE_SCORED);
  EXPECT_NEAR(score.value(), 415.0 / 6, 1e-9);
  EXPECT_EQ(score.band(), "yellow");
  EXPECT_NEAR(score.coverage(), 1, 1e-9);
  ASSERT_EQ(score.contributions_size(), 3);
  EXPECT_NEAR(score.contributions(0).amount(), 70.0 / 3, 1e-9);
  EXPECT_NEAR(score.contributions(1).amount(), 70.0 / 3, 1e-9);
  EXPECT_NEAR(score.contributions(2).amount(), 22.5, 1e-9);
  EXPECT_THAT(score.missing(), IsEmpty());
}

TEST(ComputeScore, SpreadsAMissingMeasureOverItsGroupOnly) {
  // mails missing: pool has all of 0.7: 35; needs 75 * 0.3 = 22.5.
  const v1::Score score =
      ComputeScore(MakeModel(), std::vector{Known(20), Missing(), Known(4)}, kToday);
  EXPECT_NEAR(score.value(), 57.5, 1e-9);
  EXPECT_NEAR(score.coverage(), 1 - 0.7 / 3, 1e-9);
  ASSERT_EQ(score.missing_size(), 1);
  EXPECT_EQ(score.missing(0).measure(), "mails");
  EXPECT_EQ(score.missing(0).because(), "never recorded");
  EXPECT_NEAR(score.missing(0).share(), 0.7 / 3, 1e-9);
}

TEST(ComputeScore, CountsAStaleValueWhenTheModelSaysSo) {
  // mails are too old, but count: 100 points of 0.7/3, as if they were known; coverage falls.
  MeasureReading stale = Missing();
  stale.stale = Known(10).explanation;
  const v1::Score score =
      ComputeScore(MakeModel(), std::vector{Known(20), stale, Known(4)}, kToday);
  EXPECT_NEAR(score.value(), 415.0 / 6, 1e-9);
  EXPECT_NEAR(SumOfAmounts(score), score.value(), 1e-9);
  EXPECT_NEAR(score.coverage(), 1 - 0.7 / 3, 1e-9);
  EXPECT_TRUE(score.contributions(1).stale());
  EXPECT_FALSE(score.contributions(1).assumed());
  EXPECT_EQ(score.contributions(1).value().number(), 10);
  ASSERT_EQ(score.missing_size(), 1);
  EXPECT_EQ(score.missing(0).measure(), "mails");
}

TEST(ComputeScore, IsTheValueOfItsPoints) {
  std::mt19937 random(19);
  for (int round = 0; round < 300; ++round) {
    std::vector<MeasureReading> readings;
    for (int i = 0; i < 3; ++i) {
      readings.push_back(random() % 4 == 0 ? Missing() : Known(static_cast<double>(random() % 45)));
    }
    v1::ScoreModel model = MakeModel();
    model.mutable_measures(1)->set_missing(static_cast<v1::MissingPolicy>(random() % 4));
    model.mutable_measures(1)->set_missing_points(30);
    const v1::Score score = ComputeScore(model, readings, kToday);
    const auto value = ValueOf(model, PointsOfAll(model, readings, kToday));
    ASSERT_EQ(value.has_value(), score.has_value());
    if (value.has_value()) {
      EXPECT_EQ(*value, score.value());
    }
  }
}

TEST(ComputeScore, HasNoValueBelowTheMinimumCoverage) {
  // Only needs is known: 0.3 of the score, 0.5 are needed.
  const v1::Score score =
      ComputeScore(MakeModel(), std::vector{Missing(), Missing(), Known(4)}, kToday);
  EXPECT_EQ(score.state(), v1::SCORE_STATE_INSUFFICIENT);
  EXPECT_FALSE(score.has_value());
  EXPECT_THAT(score.band(), IsEmpty());
  EXPECT_THAT(score.no_value_because(), HasSubstr("30 %"));
}

TEST(ComputeScore, AssumesPointsWhereTheModelSaysSo) {
  v1::ScoreModel model = MakeModel();
  model.mutable_measures(1)->set_missing(v1::MISSING_POLICY_ASSUME);
  model.mutable_measures(1)->set_missing_points(0);
  const v1::Score score = ComputeScore(model, std::vector{Known(20), Missing(), Known(4)}, kToday);
  EXPECT_NEAR(score.value(), 70.0 / 3 + 22.5, 1e-9);
  ASSERT_EQ(score.contributions_size(), 3);
  EXPECT_TRUE(score.contributions(1).assumed());
  EXPECT_NEAR(score.coverage(), 1 - 0.7 / 3, 1e-9);
}

TEST(ComputeScore, HasNoScoreWithoutWhatTheModelInsistsOn) {
  v1::ScoreModel model = MakeModel();
  model.mutable_measures(2)->set_missing(v1::MISSING_POLICY_NO_SCORE);
  const v1::Score score = ComputeScore(model, std::vector{Known(20), Known(10), Missing()}, kToday);
  EXPECT_EQ(score.state(), v1::SCORE_STATE_INSUFFICIENT);
}

TEST(ComputeScore, GivesAScoreForEachShareOfJudgement) {
  // Numbers alone are worth 200/3, the judgement 75: the score lies between them by the share.
  for (const double share : {0.0, 0.3, 0.7, 1.0}) {
    v1::ScoreModel model = MakeModel();
    model.set_qualitative_share(share);
    const v1::Score score =
        ComputeScore(model, std::vector{Known(20), Known(10), Known(4)}, kToday);
    EXPECT_NEAR(score.value(), (1 - share) * 200 / 3 + share * 75, 1e-9) << share;
    EXPECT_NEAR(SumOfAmounts(score), score.value(), 1e-9) << share;
  }
}

TEST(ComputeScore, PutsAValueOnAnEdgeIntoTheHigherBand) {
  v1::ScoreModel model = MakeModel();
  model.set_qualitative_share(0);
  // pool 100 points * 2/3 + mails 10 points * 1/3 = 70 exactly on paper.
  const v1::Score score = ComputeScore(model, std::vector{Known(40), Known(1), Known(1)}, kToday);
  EXPECT_NEAR(score.value(), 70, 1e-9);
  EXPECT_EQ(score.band(), "green");
  EXPECT_EQ(BandOf(model, 39.999).key(), "red");
  EXPECT_EQ(BandOf(model, 40).key(), "yellow");
}

TEST(ComputeScore, SaysWhatWouldLiftTheBand) {
  // pool 20, mails 0, needs 1: 70/3 = 23.33 (red); yellow begins at 40. By pool: it would need
  // 40 / (0.7*2/3) = 85.7 points, 34.29 of 40. By mails alone: at most +23.33: 46.67 is enough
  // with 71.43 points, 7.143 mails. By needs: at most +30, enough with 55.56 points: 3.222.
  const v1::Score score =
      ComputeScore(MakeModel(), std::vector{Known(20), Known(0), Known(1)}, kToday);
  EXPECT_EQ(score.band(), "red");
  ASSERT_EQ(score.lifts_size(), 3);
  EXPECT_EQ(score.lifts(0).measure(), "pool");
  EXPECT_EQ(score.lifts(0).band(), "yellow");
  EXPECT_TRUE(score.lifts(0).enough());
  EXPECT_NEAR(score.lifts(0).value_needed(), 40.0 * 85.7142857142857 / 100, 1e-6);
  EXPECT_EQ(score.lifts(1).measure(), "needs");
  EXPECT_NEAR(score.lifts(1).points_needed(), 500.0 / 9, 1e-6);
  EXPECT_NEAR(score.lifts(1).value_needed(), 1 + 4 * 5.0 / 9, 1e-6);
  EXPECT_EQ(score.lifts(2).measure(), "mails");
  EXPECT_NEAR(score.lifts(2).value_needed(), 50.0 / 7, 1e-6);
  EXPECT_THAT(score.lifts(0).text(), HasSubstr("lifts the score from 23.3333 to 40 (yellow)"));
}

TEST(ComputeScore, SaysWhenNoSingleChangeIsEnough) {
  v1::ScoreModel model = MakeModel();
  model.mutable_bands(1)->set_lower_edge(95);
  model.mutable_bands(2)->set_lower_edge(99);
  const v1::Score score = ComputeScore(model, std::vector{Known(0), Known(0), Known(1)}, kToday);
  ASSERT_EQ(score.lifts_size(), 3);
  for (const v1::Lift& lift : score.lifts()) {
    EXPECT_FALSE(lift.enough()) << lift.text();
    EXPECT_THAT(lift.text(), HasSubstr("short of yellow"));
  }
}

TEST(ComputeScore, LiftsAreTrueForRandomModels) {
  const unsigned seed = 20260501;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  for (int round = 0; round < 300; ++round) {
    v1::ScoreModel model = MakeModel();
    model.set_minimum_coverage(0);
    model.set_qualitative_share(unit(random));
    for (v1::Measure& measure : *model.mutable_measures()) measure.set_weight(0.1 + unit(random));
    std::vector<MeasureReading> readings;
    for (int i = 0; i < 3; ++i) {
      readings.push_back(unit(random) < 0.2 ? Missing() : Known(1 + 9 * unit(random)));
    }
    const v1::Score score = ComputeScore(model, readings, kToday);
    if (score.state() != v1::SCORE_STATE_SCORED) continue;
    EXPECT_NEAR(SumOfAmounts(score), score.value(), 1e-9);
    for (const v1::Lift& lift : score.lifts()) {
      if (!lift.enough() || !lift.has_value_needed()) continue;
      std::vector<MeasureReading> lifted = readings;
      for (int i = 0; i < 3; ++i) {
        if (model.measures(i).key() == lift.measure()) lifted[i] = Known(lift.value_needed());
      }
      EXPECT_EQ(ComputeScore(model, lifted, kToday).band(), lift.band()) << lift.text();
    }
  }
}

TEST(PointsOf, FollowsTheCurveAndStaysLevelBeyondIt) {
  v1::Measure measure = MakeMeasure("pool", v1::MEASURE_GROUP_QUANTITATIVE, 1, 40);
  EXPECT_EQ(PointsOf(measure, rule::NumberValue(-5), kToday), 0);
  EXPECT_EQ(PointsOf(measure, rule::NumberValue(10), kToday), 25);
  EXPECT_EQ(PointsOf(measure, rule::NumberValue(400), kToday), 100);
  EXPECT_EQ(PointsOf(measure, rule::TextValue("much"), kToday), std::nullopt);
}

TEST(PointsOf, ReadsFlagsDatesAndWords) {
  v1::Measure flag;
  EXPECT_EQ(PointsOf(flag, rule::FlagValue(true), kToday), 100);
  EXPECT_EQ(PointsOf(flag, rule::FlagValue(false), kToday), 0);
  // Ten days ago, of 40.
  v1::Measure date = MakeMeasure("go_live", v1::MEASURE_GROUP_QUANTITATIVE, 1, 40);
  EXPECT_EQ(PointsOf(date, rule::DateValue(kToday - 10), kToday), 25);
  v1::Measure word;
  word.add_words()->set_word("ready");
  word.mutable_words(0)->set_points(80);
  EXPECT_EQ(PointsOf(word, rule::TextValue("ready"), kToday), 80);
  EXPECT_EQ(PointsOf(word, rule::TextValue("other"), kToday), std::nullopt);
}

rule::FactCatalog Catalog() {
  rule::FactCatalog catalog;
  for (const char* name : {"metric.pool", "metric.mails", "metric.needs"}) {
    fact::v1::FactType type;
    type.set_name(name);
    type.set_value_type(type::v1::VALUE_TYPE_NUMBER);
    type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
    catalog.Add(type);
  }
  return catalog;
}

std::vector<std::string> FieldsAtFault(const v1::ScoreModel& model) {
  contract::Violations violations;
  CheckScoreModel(model, Catalog(), "score_model", &violations);
  std::vector<std::string> fields;
  for (const contract::FieldViolation& violation : violations.list()) {
    fields.push_back(violation.field);
  }
  return fields;
}

TEST(CheckScoreModel, AcceptsAGoodModel) { EXPECT_THAT(FieldsAtFault(MakeModel()), IsEmpty()); }

TEST(CheckScoreModel, NamesEverythingThatIsWrongAtOnce) {
  v1::ScoreModel model = MakeModel();
  model.mutable_measures(0)->mutable_fact()->set_fact("metric.pol");
  model.mutable_measures(1)->mutable_curve(1)->set_value(0);
  model.mutable_measures(1)->set_weight(0);
  model.mutable_measures()->RemoveLast();
  model.mutable_bands(0)->set_lower_edge(10);
  model.mutable_bands(2)->set_lower_edge(40);
  EXPECT_THAT(
      FieldsAtFault(model),
      ElementsAre("score_model.measures[0].fact.fact", "score_model.measures[1].curve[1].value",
                  "score_model.measures[1].weight", "score_model.qualitative_share",
                  "score_model.bands[0].lower_edge", "score_model.bands[2].lower_edge"));
}

TEST(CheckScoreModel, RefusesAScoreMadeOfScores) {
  v1::ScoreModel model = MakeModel();
  model.mutable_applies_if()->mutable_known()->set_fact("score.other");
  EXPECT_THAT(FieldsAtFault(model),
              ElementsAre("score_model.applies_if.known.fact", "score_model.applies_if"));
}

}  // namespace
}  // namespace banso::health

#include "services/health/domain/scoring/score_told.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/rule/value.h"

namespace banso::health {
namespace {

// A model of so many counters, and a score by it of which the last measure is missing.
v1::ScoreModel ModelOf(int measures) {
  v1::ScoreModel model;
  for (int i = 0; i < measures; ++i) {
    v1::Measure* measure = model.add_measures();
    measure->set_key(absl::StrCat("measure_", i));
    measure->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
    measure->mutable_fact()->set_fact(absl::StrCat("metric.measure_", i));
  }
  return model;
}

v1::Score ScoreOf(int measures) {
  v1::Score score;
  score.set_score_model("scoreModels/weekly-health@12");
  score.set_coverage(0.8);
  for (int i = 0; i + 1 < measures; ++i) {
    v1::Contribution* contribution = score.add_contributions();
    contribution->set_measure(absl::StrCat("measure_", i));
    contribution->set_reading("metric.measure sum of 2026-04-01..2026-05-01 = 17");
    *contribution->mutable_value() = rule::NumberValue(17.25);
    contribution->set_points(62.5);
    contribution->set_share(0.2);
    contribution->set_amount(12.5);
    contribution->set_stale(i == 0);
  }
  v1::MissingMeasure* missing = score.add_missing();
  missing->set_measure(absl::StrCat("measure_", measures - 1));
  missing->set_because("never recorded");
  missing->set_share(0.2);
  return score;
}

TEST(ScoreTold, ComesBackAsItWasTold) {
  const std::optional<v1::Score> told = UnpackTold(PackTold(ScoreOf(5)));
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->score_model(), "scoreModels/weekly-health@12");
  v1::ScoreMoment moment;
  FillTold(*told, ModelOf(5), moment);
  EXPECT_EQ(moment.score_model(), "scoreModels/weekly-health@12");
  EXPECT_EQ(moment.coverage(), 0.8);
  ASSERT_EQ(moment.contributions_size(), 4);
  const v1::Contribution& first = moment.contributions(0);
  EXPECT_EQ(first.measure(), "measure_0");
  EXPECT_EQ(first.group(), v1::MEASURE_GROUP_QUANTITATIVE);
  EXPECT_EQ(first.reading(), "metric.measure_0 = 17.25");
  EXPECT_EQ(first.points(), 62.5);
  EXPECT_EQ(first.amount(), 12.5);
  EXPECT_TRUE(first.stale());
  ASSERT_EQ(moment.missing_size(), 1);
  EXPECT_EQ(moment.missing(0).reading(), "metric.measure_4");
  EXPECT_EQ(moment.missing(0).because(), "never recorded");
  EXPECT_FALSE(UnpackTold("\xff\xff").has_value());
}

// One row is written for each score that changes: it has to stay small.
TEST(ScoreTold, TakesFewBytesAMeasure) {
  const size_t one = PackTold(ScoreOf(2)).size();
  const size_t eleven = PackTold(ScoreOf(12)).size();
  EXPECT_LE((eleven - one) / 10, 50);
  EXPECT_LE(one, 140);
  RecordProperty("bytes_of_five_measures", static_cast<int>(PackTold(ScoreOf(5)).size()));
}

}  // namespace
}  // namespace banso::health

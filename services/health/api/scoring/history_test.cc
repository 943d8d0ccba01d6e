#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "services/health/api/scoring/scoring_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using ScoreHistoryTest = ScoringFixture;

TEST_F(ScoreHistoryTest, KeepsTheHistoryAsItWasComputedAndShowsTheTrend) {
  Activate(MakeModel());
  // 10, 20, 30 and 40 logins in all, a week apart: 25 points a week.
  for (int week = 0; week < 4; ++week) {
    now_ = Noon(kApril1 + 7 * week);
    ASSERT_THAT(Send(absl::StrCat("s", week), "acme", kApril1 + 7 * week, 10), IsOk());
    EXPECT_NEAR(Score().value(), 25.0 * (week + 1), 1e-9);
  }
  EXPECT_GT(Score().trend_per_week(), 20);
  EXPECT_LT(Score().trend_per_week(), 30);
  // A new revision thinks otherwise of the present; what was computed stays.
  now_ += absl::Hours(1);
  Activate(MakeModel(80));
  EXPECT_NEAR(Score().value(), 50, 1e-9);
  v1::ListScoreHistoryRequest request;
  request.set_parent("accounts/acme/scores/use");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListScoreHistoryResponse history,
                             scoring_.ListScoreHistory(Now(), request));
  ASSERT_THAT(history.moments(), SizeIs(5));
  EXPECT_NEAR(history.moments(0).value(), 50, 1e-9);
  EXPECT_EQ(history.moments(0).band(), "red");
  EXPECT_EQ(history.moments(0).score_model(), "scoreModels/use@2");
  EXPECT_NEAR(history.moments(1).value(), 100, 1e-9);
  EXPECT_EQ(history.moments(1).band(), "green");
  EXPECT_EQ(history.moments(1).score_model(), "scoreModels/use@1");
  EXPECT_NEAR(history.moments(4).value(), 25, 1e-9);
  request.set_page_size(2);
  std::vector<double> values;
  do {
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListScoreHistoryResponse page,
                               scoring_.ListScoreHistory(Now(), request));
    for (const v1::ScoreMoment& moment : page.moments()) values.push_back(moment.value());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(values, SizeIs(5));
}

// What a past moment was made of is told as it was then, whatever has become of metric and model.
TEST_F(ScoreHistoryTest, TellsOfAPastMomentWhatItWasMadeOfThen) {
  MakeMetric("calls", v1::METRIC_KIND_COUNTER, "crm");
  v1::ScoreModel model = MakeModel();
  v1::Measure* calls = model.add_measures();
  *calls = model.measures(0);
  calls->set_key("calls");
  calls->mutable_fact()->set_fact("metric.calls");
  Activate(model);
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Send("a", "acme", kApril1, 10), IsOk());
  const v1::Score first = Score();
  // Calls are reported by the CRM, which was silent until then; none were made.
  now_ += absl::Hours(24);
  ASSERT_THAT(Send("b", "acme", kApril1 + 1, 0, "calls"), IsOk());
  const v1::Score second = Score();
  EXPECT_GT(second.coverage(), first.coverage());
  // A correction and another model afterwards.
  now_ += absl::Hours(24);
  ASSERT_THAT(Send("c", "acme", kApril1, 500), IsOk());
  Activate(MakeModel(80));
  Score();
  v1::ListScoreHistoryRequest request;
  request.set_parent("accounts/acme/scores/use");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListScoreHistoryResponse history,
                             scoring_.ListScoreHistory(Now(), request));
  ASSERT_GE(history.moments_size(), 3);
  const auto expect = [&](const v1::ScoreMoment& moment, const v1::Score& told) {
    EXPECT_EQ(calendar::ToTime(moment.time()), calendar::ToTime(told.as_of()));
    EXPECT_EQ(moment.score_model(), told.score_model());
    EXPECT_EQ(moment.coverage(), told.coverage());
    ASSERT_EQ(moment.contributions_size(), told.contributions_size());
    double sum = 0;
    for (int i = 0; i < told.contributions_size(); ++i) {
      const v1::Contribution& kept = moment.contributions(i);
      EXPECT_EQ(kept.measure(), told.contributions(i).measure());
      EXPECT_EQ(kept.value().number(), told.contributions(i).value().number());
      EXPECT_EQ(kept.points(), told.contributions(i).points());
      EXPECT_EQ(kept.share(), told.contributions(i).share());
      EXPECT_EQ(kept.group(), told.contributions(i).group());
      EXPECT_THAT(kept.reading(), HasSubstr(absl::StrCat("metric.", kept.measure())));
      sum += kept.amount();
    }
    EXPECT_NEAR(sum, moment.value(), 1e-9);
    ASSERT_EQ(moment.missing_size(), told.missing_size());
    for (int i = 0; i < told.missing_size(); ++i) {
      EXPECT_EQ(moment.missing(i).measure(), told.missing(i).measure());
      EXPECT_EQ(moment.missing(i).because(), told.missing(i).because());
    }
  };
  const int n = history.moments_size();
  expect(history.moments(n - 1), first);
  expect(history.moments(n - 2), second);
  EXPECT_EQ(history.moments(0).score_model(), "scoreModels/use@2");
  EXPECT_EQ(history.moments(0).contributions_size(), 1);
}

}  // namespace
}  // namespace banso::health

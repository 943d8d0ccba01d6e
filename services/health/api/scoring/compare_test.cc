#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/proves.h"
#include "services/health/api/scoring/scoring_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::SizeIs;

using ScoringTest = ScoringFixture;

TEST_F(ScoringTest, ComparesTwoVersionsOnOneLogNowAndAsOfThen) {
  Follow("beta");
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  const absl::Time then = now_;
  ASSERT_THAT(Send("a", "acme", kApril1, 32), IsOk());
  ASSERT_THAT(Send("b", "beta", kApril1, 4), IsOk());
  now_ = Noon(kApril1 + 10);
  ASSERT_THAT(Send("c", "beta", kApril1 + 9, 30), IsOk());
  v1::SaveScoreModelRequest save;
  *save.mutable_score_model() = MakeModel(80);
  save.set_reason("a stricter curve");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreModel draft, health_->SaveScoreModel(Now(), save));
  v1::CompareScoreModelsRequest request;
  request.set_score_model(absl::StrCat("scoreModels/use@", draft.revision().number()));
  *request.add_times() = calendar::ToTimestamp(then);
  *request.add_times() = calendar::ToTimestamp(now_);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::CompareScoreModelsResponse compared,
                             scoring_.CompareScoreModels(Now(), request));
  EXPECT_EQ(compared.score_model(), "scoreModels/use@2");
  EXPECT_EQ(compared.baseline(), "scoreModels/use@1");
  ASSERT_THAT(compared.differences(), SizeIs(2));
  // Then acme falls from 80 to 40 and out of green, beta from 10 to 5.
  const v1::ScoreModelDifference& past = compared.differences(0);
  EXPECT_EQ(past.accounts(), 2);
  EXPECT_EQ(past.moved(), 1);
  EXPECT_NEAR(past.mean_change(), -22.5, 1e-9);
  ASSERT_THAT(past.largest(), SizeIs(2));
  EXPECT_EQ(past.largest(0).account(), "accounts/acme");
  EXPECT_NEAR(past.largest(0).before(), 80, 1e-9);
  EXPECT_NEAR(past.largest(0).after(), 40, 1e-9);
  EXPECT_EQ(past.largest(0).band_before(), "green");
  EXPECT_EQ(past.largest(0).band_after(), "red");
  EXPECT_EQ(past.largest(0).because(), "logins -40");
  // Now beta has 34 logins, and falls too.
  EXPECT_EQ(compared.differences(1).moved(), 2);
  EXPECT_NEAR(compared.differences(1).mean_change(), -41.25, 1e-9);
  // Nothing was stored by it.
  EXPECT_EQ(Score().score_model(), "scoreModels/use@1");
  Proves("PAN-17");
}

TEST_F(ScoringTest, TriesAFirstDraftOnThePortfolioBeforeAnyIsInForce) {
  Follow("beta");
  Follow("silent");
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Send("a", "acme", kApril1, 32), IsOk());
  ASSERT_THAT(Send("b", "beta", kApril1, 4), IsOk());
  v1::ScoreModel of_samples = MakeModel();
  v1::ScoreModel of_more = MakeModel();
  of_more.set_name("scoreModels/more");
  of_more.mutable_applies_if()->mutable_known()->set_fact("metric.logins");
  for (const v1::ScoreModel& model : {of_samples, of_more}) {
    SCOPED_TRACE(model.name());
    v1::SaveScoreModelRequest save;
    *save.mutable_score_model() = model;
    save.set_reason("the first");
    ASSERT_THAT(health_->SaveScoreModel(Now(), save), IsOk());
    v1::CompareScoreModelsRequest request;
    request.set_score_model(model.name());
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::CompareScoreModelsResponse compared,
                               scoring_.CompareScoreModels(Now(), request));
    EXPECT_EQ(compared.score_model(), absl::StrCat(model.name(), "@1"));
    EXPECT_EQ(compared.baseline(), "");
    ASSERT_THAT(compared.differences(), SizeIs(1));
    const v1::ScoreModelDifference& scored = compared.differences(0);
    EXPECT_EQ(scored.accounts(), 3);
    EXPECT_EQ(scored.moved(), 2);
    EXPECT_FALSE(scored.has_mean_change());
    ASSERT_THAT(scored.largest(), SizeIs(2));
    EXPECT_EQ(scored.largest(0).account(), "accounts/acme");
    EXPECT_FALSE(scored.largest(0).has_before());
    EXPECT_NEAR(scored.largest(0).after(), 80, 1e-9);
    EXPECT_EQ(scored.largest(0).band_before(), "-");
    EXPECT_EQ(scored.largest(0).band_after(), "green");
    EXPECT_EQ(scored.largest(0).because(), "logins +80");
    EXPECT_EQ(scored.largest(1).band_after(), "red");
  }
  v1::CompareScoreModelsRequest request;
  request.set_score_model("scoreModels/use");
  request.set_baseline("scoreModels/none@1");
  EXPECT_THAT(scoring_.CompareScoreModels(Now(), request), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace banso::health

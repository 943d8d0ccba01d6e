#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/testing/proves.h"
#include "services/health/api/scoring/backtest_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

using BacktestModelTest = BacktestFixture;

TEST_F(BacktestModelTest, FindsThatSilenceGoesBeforeChurn) {
  Live();
  const v1::BacktestReport report = Run(MakeReplay());
  EXPECT_EQ(report.verdict(), v1::PREDICTION_VERDICT_PREDICTS) << report.DebugString();
  EXPECT_GT(report.out_of_time().discrimination().auc(), 0.9);
  EXPECT_EQ(report.score_model(), "scoreModels/use@1");
  EXPECT_GT(report.not_at_risk(), 0);
  EXPECT_GT(report.embargoed(), 0);
}

TEST_F(BacktestModelTest, ForetellsOutcomesUntilTheFirstChurn) {
  Live();
  v1::Replay replay = MakeReplay();
  const v1::BacktestReport by_condition = Run(replay);
  for (int i = kAccounts / 2; i < kAccounts; ++i) {
    v1::Outcome outcome;
    outcome.set_name(absl::StrCat("accounts/a", i, "/outcomes/churn"));
    outcome.set_kind(v1::OUTCOME_KIND_CHURN);
    *outcome.mutable_occurred_time() = calendar::ToTimestamp(Noon(Month(SilentFrom(i)) + 50));
    ASSERT_THAT(database_->Write(Now(),
                                 [&](storage::Writer& writer) {
                                   return store_.outcomes.Create(writer, outcome).status();
                                 }),
                IsOk());
  }
  replay.set_outcome(v1::OUTCOME_KIND_CHURN);
  const v1::BacktestReport by_outcome = Run(replay);
  EXPECT_EQ(by_outcome.event(), "churn");
  EXPECT_EQ(by_outcome.out_of_time().discrimination().SerializeAsString(),
            by_condition.out_of_time().discrimination().SerializeAsString());
}

// Nobody renews who has left or was not there yet.
TEST_F(BacktestModelTest, TakesNoCaseOfWhoWasNotThereYetOrHasLeft) {
  Live();
  v1::ScoreModel model = MakeModel();
  model.mutable_measures(0)->set_missing(v1::MISSING_POLICY_ASSUME);
  model.mutable_measures(0)->set_missing_points(50);
  model.set_minimum_coverage(0);
  Activate(model);
  v1::Replay replay = MakeReplay();
  replay.set_outcome(v1::OUTCOME_KIND_RENEWAL);
  replay.set_event_is_good(true);
  const v1::BacktestReport before = Run(replay);
  const auto cases = [](const v1::BacktestReport& report) {
    return report.out_of_time().discrimination().cases() +
           report.in_sample().discrimination().cases() + report.embargoed();
  };
  EXPECT_EQ(before.days_size(), 22);
  // All but the account of the base class, of which nothing is known.
  EXPECT_EQ(cases(before), kAccounts * 22);
  EXPECT_EQ(before.not_at_risk(), 22);
  // An account that turns up now was not there to renew then.
  Follow("new");
  const v1::BacktestReport grown = Run(replay);
  EXPECT_EQ(cases(grown), cases(before));
  EXPECT_EQ(grown.not_at_risk(), before.not_at_risk() + 22);
  // One of which accounts knew the stage then was, though it never used anything.
  fact::v1::FactChange known;
  known.set_subject("accounts/new");
  known.set_fact("account.lifecycle_stage");
  *known.mutable_value() = rule::TextValue("retention");
  *known.mutable_occurred_time() = calendar::ToTimestamp(Noon(kApril1));
  *known.mutable_recorded_time() = known.occurred_time();
  ASSERT_THAT(
      database_->Write(
          Now(), [&](storage::Writer& writer) { return store_.mirror.Mirror(writer, known); }),
      IsOk());
  EXPECT_EQ(cases(Run(replay)), cases(before) + 22);
  // On the day of the third case it has left, and is asked no more.
  v1::Outcome churn;
  churn.set_name("accounts/new/outcomes/churn");
  churn.set_kind(v1::OUTCOME_KIND_CHURN);
  *churn.mutable_occurred_time() = calendar::ToTimestamp(Noon(kApril1 + 80));
  ASSERT_THAT(database_->Write(Now(),
                               [&](storage::Writer& writer) {
                                 return store_.outcomes.Create(writer, churn).status();
                               }),
              IsOk());
  EXPECT_EQ(cases(Run(replay)), cases(before) + 2);
}

// A model that asks whom it applies to is read account by account, one of windows alone by a scan.
TEST_F(BacktestModelTest, SaysTheSameHoweverItReads) {
  Live();
  v1::ScoreModel selective = MakeModel();
  type::v1::Comparison* always = selective.mutable_applies_if()->mutable_compare();
  *always->mutable_fact() = selective.measures(0).fact();
  always->set_op(type::v1::OPERATOR_GE);
  *always->add_values() = rule::NumberValue(0);
  Activate(selective);
  std::vector<std::string> reports;
  for (const char* revision : {"scoreModels/use@1", "scoreModels/use@2"}) {
    v1::BacktestModelRequest request;
    request.set_score_model(revision);
    *request.mutable_replay() = MakeReplay();
    BANSO_ASSERT_OK_AND_ASSIGN(v1::BacktestReport report, scoring_.BacktestModel(Now(), request));
    EXPECT_EQ(report.score_model(), revision);
    EXPECT_GT(report.out_of_time().discrimination().cases(), 100);
    report.clear_score_model();
    reports.push_back(report.SerializeAsString());
  }
  EXPECT_EQ(reports[0], reports[1]);
  v1::CompareScoreModelsRequest compare;
  compare.set_baseline("scoreModels/use@1");
  compare.set_score_model("scoreModels/use@2");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto compared, scoring_.CompareScoreModels(Now(), compare));
  EXPECT_EQ(compared.differences(0).accounts(), kAccounts + 1);
  // Of an account without samples it is not known whether the model applies.
  EXPECT_EQ(compared.differences(0).moved(), 1);
  EXPECT_EQ(compared.differences(0).mean_change(), 0);
  ASSERT_EQ(compared.differences(0).largest_size(), 1);
  EXPECT_EQ(compared.differences(0).largest(0).account(), "accounts/acme");
}

TEST_F(BacktestModelTest, SuggestsWeightsAndAppliesNothing) {
  Live();
  v1::FitModelRequest request;
  request.set_score_model("scoreModels/use");
  *request.mutable_replay() = MakeReplay();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ModelFit fit, scoring_.FitModel(Now(), request));
  ASSERT_THAT(fit.weights(), SizeIs(1));
  EXPECT_GT(fit.weights(0).coefficient().value(), 0);
  EXPECT_NEAR(fit.weights(0).weight(), 100, 1e-9);
  v1::GetScoreModelRequest get;
  get.set_name("scoreModels/use");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreModel present, health_->GetScoreModel(Now(), get));
  EXPECT_EQ(present.revision().number(), 1);
  EXPECT_EQ(present.measures(0).weight(), 1);
}

TEST_F(BacktestModelTest, RefusesAReplayThatIsTooLargeOrLiesInTheFuture) {
  now_ = Noon(kApril1 + 100);
  v1::BacktestModelRequest request;
  request.set_score_model("scoreModels/use");
  *request.mutable_replay() = MakeReplay();
  *request.mutable_replay()->mutable_from() = calendar::ToDate(kApril1 + 90);
  EXPECT_THAT(scoring_.BacktestModel(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("replay.from")));
  *request.mutable_replay()->mutable_step() = calendar::MakePeriod(1, type::v1::PERIOD_UNIT_DAY);
  EXPECT_THAT(scoring_.BacktestModel(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("replay.step")));
  request.mutable_replay()->set_minimum_events(2);
  EXPECT_THAT(scoring_.BacktestModel(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("replay.minimum_events")));
}

// The mix of numbers and judgement is a dial: four shares are four scores, each explained to the
// last point, and the backtest shows what each of them would have been worth.
TEST_F(BacktestModelTest, TurnsTheDialOfJudgementAndHoldsEachMixAgainstThePast) {
  Activate(ViewRubric());
  v1::ScoreModel model = MakeModel();
  model.set_name("scoreModels/mixed");
  v1::Measure* view = model.add_measures();
  view->set_key("view");
  view->mutable_fact()->set_fact("assessment.view");
  view->add_curve()->set_value(1);
  v1::CurvePoint* best = view->add_curve();
  best->set_value(5);
  best->set_points(100);
  view->set_weight(1);
  view->set_group(v1::MEASURE_GROUP_QUALITATIVE);
  model.set_qualitative_share(0.3);
  Activate(model);
  Follow("acme");
  now_ = Noon(kApril1 + 2);
  v1::CreateAssessmentRequest judge;
  judge.set_parent("accounts/acme");
  judge.mutable_assessment()->set_item("view");
  judge.mutable_assessment()->set_rating(4);
  judge.mutable_assessment()->set_evidence("They said so");
  ASSERT_THAT(assessments_->CreateAssessment(Now(), judge), IsOk());
  ASSERT_THAT(Send("l", "acme", kApril1 + 1, 20), IsOk());
  std::vector<double> values;
  for (const double share : {0.0, 0.3, 0.7, 1.0}) {
    v1::SaveScoreModelRequest save;
    *save.mutable_score_model() = model;
    save.mutable_score_model()->set_qualitative_share(share);
    save.set_reason("another mix");
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreModel saved, health_->SaveScoreModel(Now(), save));
    v1::GetScoreRequest get;
    get.set_name(absl::StrCat("accounts/acme/scores/mixed@", saved.revision().number()));
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score score, health_->GetScore(Now(), get));
    double sum = 0;
    for (const v1::Contribution& part : score.contributions()) sum += part.amount();
    EXPECT_NEAR(sum, score.value(), 1e-9);
    values.push_back(score.value());
  }
  EXPECT_THAT(values,
              ElementsAre(::testing::DoubleNear(50, 1e-9), ::testing::DoubleNear(57.5, 1e-9),
                          ::testing::DoubleNear(67.5, 1e-9), ::testing::DoubleNear(75, 1e-9)));
  Live();
  v1::BacktestModelRequest request;
  request.set_score_model("scoreModels/mixed");
  *request.mutable_replay() = MakeReplay();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::BacktestReport report,
                             scoring_.BacktestModel(Now(), request));
  std::vector<double> shares;
  for (const v1::BacktestRival& rival : report.rivals()) {
    if (!rival.has_qualitative_share()) continue;
    shares.push_back(rival.qualitative_share());
  }
  EXPECT_THAT(shares, ElementsAre(0, 0.3, 0.7, 1));
  // With numbers alone there is a figure; nobody judged the others, so judgement alone says
  // nothing.
  EXPECT_TRUE(report.rivals(0).out_of_time().has_auc());
  EXPECT_FALSE(report.rivals(3).out_of_time().has_auc());

  // Once everybody is judged every month there is one of judgement alone, too. The owners see who
  // is about to leave, and now and then somebody who is not.
  for (int i = 0; i < kAccounts; ++i) {
    judge.set_parent(absl::StrCat("accounts/a", i));
    for (int month = 0; month < kMonths; ++month) {
      const bool gloomy = month >= SilentFrom(i) || (i * 7 + month * 5) % 11 == 0;
      judge.mutable_assessment()->set_rating(gloomy ? 1 : 4);
      ASSERT_THAT(assessments_->CreateAssessment(At(Noon(Month(month))), judge), IsOk());
    }
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::BacktestReport judged,
                             scoring_.BacktestModel(Now(), request));
  std::vector<double> areas;
  for (const v1::BacktestRival& rival : judged.rivals()) {
    if (!rival.has_qualitative_share()) continue;
    ASSERT_TRUE(rival.out_of_time().has_auc()) << rival.qualitative_share();
    areas.push_back(rival.out_of_time().auc());
    EXPECT_LE(rival.out_of_time().auc_lower(), areas.back());
  }
  ASSERT_THAT(areas, ::testing::SizeIs(4));
  EXPECT_GT(areas[3], 0.85);
  EXPECT_LT(areas[3], 1);
  EXPECT_EQ(areas[0], report.rivals(0).out_of_time().auc());
  Proves("LX-33");
}

}  // namespace
}  // namespace banso::health

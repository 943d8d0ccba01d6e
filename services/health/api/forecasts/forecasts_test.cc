#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/contract/errors.h"
#include "common/testing/proves.h"
#include "services/health/api/account_data_fixture.h"
#include "services/health/api/forecasts/forecasts_api.h"
#include "services/health/domain/forecasts/forecast_quality.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Proves;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ForecastsTest : public AccountDataFixture {
 protected:
  absl::StatusOr<v1::Forecast> Foretell(absl::string_view account, double probability,
                                        absl::string_view forecaster = "aoki") {
    v1::CreateForecastRequest request;
    request.set_parent(absl::StrCat("accounts/", account));
    v1::Forecast* forecast = request.mutable_forecast();
    forecast->set_onboarding(absl::StrCat("accounts/", account, "/onboardings/o1"));
    forecast->set_success_definition("successDefinitions/interview");
    forecast->set_probability(probability);
    forecast->set_forecaster(absl::StrCat("members/", forecaster));
    return forecasts_.CreateForecast(Now(), request);
  }

  ForecastsApi forecasts_{*database_, store_, ids_};
};

// Points for logins in the first weeks: 10 are worth 100.
v1::ScoreModel LoginModel() {
  v1::ScoreModel model;
  model.set_name("scoreModels/logins");
  model.set_display_name("Logins");
  model.set_purpose("Tell by day 30 who will get to an interview");
  model.set_decision_served("The owner calls the others");
  v1::Measure* logins = model.add_measures();
  logins->set_key("logins");
  logins->mutable_fact()->set_fact("metric.logins");
  logins->mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
  logins->add_curve()->set_value(0);
  v1::CurvePoint* full = logins->add_curve();
  full->set_value(10);
  full->set_points(100);
  logins->set_weight(1);
  logins->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
  model.set_qualitative_share(0);
  model.set_minimum_coverage(0.5);
  model.add_bands()->set_key("any");
  return model;
}

TEST_F(ForecastsTest, ScoresThirtyGutCallsBesideTheModelOnTheSameAccounts) {
  MakeMetric("interviews");
  MakeMetric("logins");
  Activate(AtLeast("interview", "metric.interviews", 1, 60));
  Activate(LoginModel());
  now_ = Noon(kApril1 + 30);
  // 15 of 30 will succeed. Aoki says 0.8 of those who will and 0.2 of the others; Ito says 0.5 of
  // everybody; the model sees 7 logins of those who will and 3 of the others.
  for (int i = 0; i < 30; ++i) {
    const std::string id = absl::StrCat("g", i);
    const bool will = i % 2 == 0;
    Follow(id);
    Count(id, "logins", kApril1 + 3, will ? 7 : 3);
    const bool aoki = i < 15;
    BANSO_ASSERT_OK_AND_ASSIGN(
        const v1::Forecast forecast,
        Foretell(id, aoki ? (will ? 0.8 : 0.2) : 0.5, aoki ? "aoki" : "ito"));
    EXPECT_EQ(forecast.clock_days(), 30);
    ASSERT_THAT(forecast.model_forecasts(), SizeIs(1));
    EXPECT_EQ(forecast.model_forecasts(0).score_model(), "scoreModels/logins@1");
    EXPECT_NEAR(forecast.model_forecasts(0).score(), will ? 70 : 30, 1e-9);
  }
  v1::ScoreForecastsRequest request;
  request.set_success_definition("successDefinitions/interview");
  request.set_score_model("scoreModels/logins");
  request.set_from_clock_days(25);
  request.set_to_clock_days(35);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ScoreForecastsResponse report,
                             forecasts_.ScoreForecasts(Now(), request));
  EXPECT_EQ(report.undecided(), 30);
  EXPECT_EQ(report.all().n(), 0);

  // It comes as it comes; what the model says later changes nothing.
  now_ = Noon(kApril1 + 61);
  for (int i = 0; i < 30; i += 2) Count(absl::StrCat("g", i), "interviews", kApril1 + 40);
  for (int i = 1; i < 30; i += 2) Count(absl::StrCat("g", i), "logins", kApril1 + 50, 100);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(report, forecasts_.ScoreForecasts(Now(), request));
  EXPECT_EQ(report.undecided(), 0);
  EXPECT_EQ(report.all().n(), 30);
  EXPECT_EQ(report.all().successes(), 15);
  ASSERT_THAT(report.forecasters(), SizeIs(2));
  const v1::ForecastQuality& aoki = report.forecasters(0).quality();
  EXPECT_EQ(report.forecasters(0).forecaster(), "members/aoki");
  EXPECT_EQ(aoki.n(), 15);
  EXPECT_NEAR(aoki.brier().value(), 0.04, 1e-9);
  EXPECT_NEAR(aoki.area_under_curve().value(), 1, 1e-9);
  // Calibration: of those of whom she said 0.2 none came, of those of whom she said 0.8 all.
  ASSERT_THAT(aoki.calibration(), SizeIs(2));
  EXPECT_NEAR(aoki.calibration(0).mean_probability(), 0.2, 1e-9);
  EXPECT_EQ(aoki.calibration(0).successes(), 0);
  EXPECT_NEAR(aoki.calibration(1).share().value(), 1, 1e-9);
  const v1::ForecastQuality& ito = report.forecasters(1).quality();
  EXPECT_NEAR(ito.brier().value(), 0.25, 1e-9);
  ASSERT_THAT(ito.calibration(), SizeIs(1));
  EXPECT_EQ(ito.calibration(0).n(), 15);
  // The model on the same accounts.
  EXPECT_EQ(report.model().model().n(), 30);
  EXPECT_EQ(report.model().forecasts().n(), 30);
  // It puts all who succeed above all others; the members know it of half the accounts.
  EXPECT_NEAR(report.model().model().area_under_curve().value(), 1, 1e-9);
  EXPECT_FALSE(report.model().model().has_brier());
  EXPECT_NEAR(report.model().forecasts().brier().value(), 0.145, 1e-9);
  EXPECT_LT(report.model().area_difference().value(), 0);
  EXPECT_THAT(report.model().conclusion(), HasSubstr("the model told successes"));
  // Nobody was decided before these forecasts: nothing to fit a probability on.
  EXPECT_EQ(report.model().fitted().n(), 0);
  EXPECT_FALSE(report.model().brier_difference().has_value());

  // Of the next thirty it says what came of the first.
  now_ = Noon(kApril1 + 70);
  for (int i = 30; i < 60; ++i) {
    const std::string id = absl::StrCat("g", i);
    Follow(id);
    FollowOnboarding(id, accounts::v1::ONBOARDING_STATE_RUNNING, kApril1 + 40, now_);
    Count(id, "logins", kApril1 + 43, i % 2 == 0 ? 7 : 3);
    ASSERT_THAT(Foretell(id, i % 2 == 0 ? 0.6 : 0.4, "aoki"), IsOk());
  }
  const absl::Time before = now_;
  now_ = Noon(kApril1 + 40 + 61);
  for (int i = 30; i < 60; i += 2) Count(absl::StrCat("g", i), "interviews", kApril1 + 80);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(report, forecasts_.ScoreForecasts(Now(), request));
  EXPECT_EQ(report.model().model().n(), 60);
  EXPECT_EQ(report.model().fitted().n(), 30);
  EXPECT_EQ(report.model().forecasts_of_fitted().n(), 30);
  // 0.6 and 0.4 are off by 0.16; the fitted ones, from 15 of 15 against 0 of 15, are surer.
  EXPECT_NEAR(report.model().forecasts_of_fitted().brier().value(), 0.16, 1e-9);
  EXPECT_LT(report.model().fitted().brier().value(), 0.05);
  EXPECT_GT(report.model().brier_difference().low(), 0);

  // As known before that, only the first thirty were decided.
  *request.mutable_known_at() = calendar::ToTimestamp(before);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreForecastsResponse then,
                             forecasts_.ScoreForecasts(Now(), request));
  EXPECT_EQ(then.all().n(), 30);
  EXPECT_EQ(then.undecided(), 30);
  EXPECT_EQ(then.model().fitted().n(), 0);
  Proves("LAP-01");
}

TEST_F(ForecastsTest, TakesNoForecastOfWhatIsDecidedAndTheLastOfSeveral) {
  MakeMetric("interviews");
  Activate(AtLeast("interview", "metric.interviews", 1, 60));
  now_ = Noon(kApril1 + 10);
  ASSERT_THAT(Foretell("acme", 0.1), IsOk());
  now_ = Noon(kApril1 + 30);
  ASSERT_THAT(Foretell("acme", 0.9), IsOk());
  Count("acme", "interviews", kApril1 + 30);
  EXPECT_EQ(contract::Reason(Foretell("acme", 1).status()), "DECIDED");
  v1::ScoreForecastsRequest request;
  request.set_success_definition("successDefinitions/interview");
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ScoreForecastsResponse report,
                             forecasts_.ScoreForecasts(Now(), request));
  EXPECT_EQ(report.all().n(), 1);
  EXPECT_NEAR(report.all().mean_probability(), 0.9, 1e-9);
  // One account is too little for an interval, and says so.
  EXPECT_FALSE(report.all().brier().has_value());
  request.set_to_clock_days(20);
  BANSO_ASSERT_OK_AND_ASSIGN(report, forecasts_.ScoreForecasts(Now(), request));
  EXPECT_NEAR(report.all().mean_probability(), 0.1, 1e-9);
}

TEST(ForecastQualityTest, ConcludesNothingFromTwoAccounts) {
  const auto score = [](int accounts) {
    std::vector<DecidedForecast> forecasts;
    for (int i = 0; i < accounts; ++i) {
      const bool success = i % 2 == 0;
      // Several forecasts for one account are no more than one.
      for (int repeated = 0; repeated < 5; ++repeated) {
        forecasts.push_back({.forecaster = "members/aoki",
                             .probability = i % 3 == 0 ? 0.7 : 0.4,
                             .success = success,
                             .account = i,
                             .score = success ? 90 : 10});
      }
    }
    v1::ScoreForecastsResponse response;
    ScoreForecasts(forecasts, "scoreModels/use", &response);
    return response;
  };
  const v1::ScoreForecastsResponse few = score(2);
  EXPECT_EQ(few.all().n(), 10);
  EXPECT_FALSE(few.all().brier().has_value());
  EXPECT_FALSE(few.all().area_under_curve().has_value());
  EXPECT_FALSE(few.model().brier_difference().has_value());
  EXPECT_THAT(few.model().conclusion(), HasSubstr("too few accounts"));
  EXPECT_THAT(score(40).model().conclusion(), HasSubstr("the model told successes"));
}

// What an onboarding's own outcome, or a later one, says never enters its probability.
TEST(ForecastQualityTest, FitsProbabilitiesOnEarlierOutcomesOnly) {
  const absl::Time begin = absl::FromUnixSeconds(0);
  std::vector<DecidedForecast> forecasts;
  for (int i = 0; i < 60; ++i) {
    forecasts.push_back({.forecaster = "members/aoki",
                         .probability = 0.5,
                         .success = i % 2 == 0,
                         .account = i,
                         .score = i % 2 == 0 ? 60.0 + i % 5 : 40.0 + i % 7,
                         .made = begin + absl::Hours(24 * i),
                         .decided = begin + absl::Hours(24 * (i + 10)) + absl::Hours(1)});
  }
  const auto fitted = FittedProbabilities(forecasts);
  // The 8th success and failure, 15 days after the first forecast, are known on day 26.
  for (size_t i = 0; i <= 25; ++i) EXPECT_FALSE(fitted[i].has_value()) << i;
  for (size_t i = 26; i < 60; ++i) {
    ASSERT_TRUE(fitted[i].has_value()) << i;
    EXPECT_EQ(*fitted[i] > 0.5, i % 2 == 0) << i;
  }
  std::vector<DecidedForecast> turned = forecasts;
  for (size_t i = 30; i < 60; ++i) turned[i].success = !turned[i].success;
  const auto of_turned = FittedProbabilities(turned);
  for (size_t i = 0; i <= 40; ++i) EXPECT_EQ(of_turned[i], fitted[i]) << i;
  EXPECT_NE(of_turned[59], fitted[59]);
  forecasts[59].score.reset();
  EXPECT_FALSE(FittedProbabilities(forecasts)[59].has_value());
}

}  // namespace
}  // namespace banso::health

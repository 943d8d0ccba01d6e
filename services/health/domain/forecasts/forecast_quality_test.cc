#include "services/health/domain/forecasts/forecast_quality.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "services/health/domain/statistics/proportion.h"

namespace banso::health {
namespace {

v1::ForecastQuality QualityOf(const std::vector<DecidedForecast>& forecasts) {
  v1::ScoreForecastsResponse response;
  ScoreForecasts(forecasts, "", &response);
  return response.all();
}

// Of eight accounts the spread is known too badly for the normal distribution.
TEST(ScoreForecasts, HoldsTheBrierScoreOfFewAccountsAgainstStudentsDistribution) {
  const std::vector<double> stated = {0.9, 0.8, 0.7, 0.3, 0.4, 0.6, 0.2, 0.5};
  std::vector<DecidedForecast> forecasts;
  double mean = 0;
  for (size_t i = 0; i < stated.size(); ++i) {
    forecasts.push_back({.forecaster = "members/aoki",
                         .probability = stated[i],
                         .success = i % 2 == 0,
                         .account = static_cast<int64_t>(i)});
    mean += std::pow(stated[i] - (i % 2 == 0 ? 1 : 0), 2) / 8;
  }
  double squares = 0;
  for (const DecidedForecast& one : forecasts) {
    squares += std::pow(std::pow(one.probability - (one.success ? 1 : 0), 2) - mean, 2);
  }
  const v1::ForecastQuality quality = QualityOf(forecasts);
  EXPECT_NEAR(quality.brier().value(), mean, 1e-12);
  // The quantile of Student's distribution with seven degrees of freedom.
  const double half = 2.364624251592785 * std::sqrt(squares / 7 / 8);
  EXPECT_NEAR(quality.brier().low(), mean - half, 1e-12);
  EXPECT_NEAR(quality.brier().high(), mean + half, 1e-12);
}

// Ten forecasts of an account that succeeded are one account that succeeded.
TEST(ScoreForecasts, CountsAccountsInGroupsOfForecasts) {
  std::vector<DecidedForecast> forecasts;
  for (int i = 0; i < 100; ++i) {
    forecasts.push_back({.forecaster = "members/aoki",
                         .probability = i < 50 ? 0.2 : 0.9,
                         .success = i >= 50,
                         .account = i / 10});
  }
  const v1::ForecastQuality quality = QualityOf(forecasts);
  ASSERT_EQ(quality.calibration_size(), 2);
  const v1::Estimate& sure = quality.calibration(1).share();
  EXPECT_EQ(sure.n(), 50);
  EXPECT_EQ(sure.value(), 1);
  EXPECT_NEAR(sure.low(), statistics::WilsonInterval({5, 5}).low, 1e-12);
  EXPECT_EQ(sure.high(), 1);
}

}  // namespace
}  // namespace banso::health

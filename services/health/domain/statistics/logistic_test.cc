#include "services/health/domain/statistics/logistic.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "services/health/domain/statistics/calibration.h"

namespace banso::health::statistics {
namespace {

constexpr double kNoPenalty = 1e-9;

// Launches of the space shuttle before its last: temperature of the joint (F) and whether a seal
// was damaged. Dalal, Fowlkes, Hoadley 1989, Journal of the American Statistical Association
// 84:945-957, with the estimates that R's glm states for these 24 launches.
std::vector<LogisticCase> Launches() {
  const std::vector<double> temperatures = {66, 70, 69, 80, 68, 67, 72, 73, 70, 57, 63, 70,
                                            78, 67, 53, 67, 75, 70, 81, 76, 79, 75, 76, 58};
  const std::vector<bool> damaged = {false, true,  false, false, false, false, false, false,
                                     false, true,  true,  true,  false, false, true,  false,
                                     false, false, false, false, false, true,  false, true};
  std::vector<LogisticCase> cases;
  for (size_t i = 0; i < temperatures.size(); ++i) {
    cases.push_back({{temperatures[i]}, damaged[i], static_cast<int64_t>(i)});
  }
  return cases;
}

std::vector<LogisticCase> Random(int n, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<LogisticCase> cases;
  for (int i = 0; i < n; ++i) {
    const double a = normal(random);
    const double b = normal(random);
    const double p = 1 / (1 + std::exp(1 - 2 * a));
    cases.push_back({{a, b}, uniform(random) < p, i});
  }
  return cases;
}

TEST(LogisticTest, AgreesWithThePublishedFitOfTheLaunches) {
  const auto fit = FitLogistic(Launches(), kNoPenalty);
  ASSERT_TRUE(fit.has_value());
  EXPECT_NEAR(fit->intercept, 15.2968142, 5e-7);
  EXPECT_NEAR(fit->coefficients[0], -0.2360207, 5e-8);
  EXPECT_NEAR(fit->standard_errors[0], 7.3286, 5e-5);
  EXPECT_NEAR(fit->standard_errors[1], 0.1074, 5e-5);
}

// The gradient of the penalized likelihood is zero at its maximum, which is unique.
TEST(LogisticTest, MaximizesThePenalizedLikelihood) {
  for (const double penalty : {0.1, 1.0, 10.0, 100.0}) {
    const std::vector<LogisticCase> cases = Random(400, 17);
    const auto fit = FitLogistic(cases, penalty);
    ASSERT_TRUE(fit.has_value());
    std::vector<double> gradient(3, 0.0);
    for (const LogisticCase& one : cases) {
      const double residual = (one.event ? 1 : 0) - fit->Probability(one.features);
      gradient[0] += residual;
      gradient[1] += residual * one.features[0];
      gradient[2] += residual * one.features[1];
    }
    EXPECT_NEAR(gradient[0], 0, 1e-3) << penalty;
    EXPECT_NEAR(gradient[1], penalty * fit->coefficients[0], 1e-3) << penalty;
    EXPECT_NEAR(gradient[2], penalty * fit->coefficients[1], 1e-3) << penalty;
  }
}

TEST(LogisticTest, ShrinksWithThePenaltyAndKeepsTheIntercept) {
  const std::vector<LogisticCase> cases = Random(400, 23);
  double last = 1e9;
  for (const double penalty : {1e-6, 1.0, 30.0, 1000.0, 1e6}) {
    const auto fit = FitLogistic(cases, penalty);
    ASSERT_TRUE(fit.has_value());
    EXPECT_LT(std::abs(fit->coefficients[0]), last);
    last = std::abs(fit->coefficients[0]);
  }
  int events = 0;
  for (const LogisticCase& one : cases) events += one.event ? 1 : 0;
  const double share = events / 400.0;
  EXPECT_NEAR(FitLogistic(cases, 1e6)->Probability({0, 0}), share, 0.01);
}

TEST(LogisticTest, GainsNothingFromCasesThatAreRepeatedWithinTheirCluster) {
  std::vector<LogisticCase> cases = Random(300, 29);
  const auto once = FitLogistic(cases, kNoPenalty);
  const std::vector<LogisticCase> copy = cases;
  cases.insert(cases.end(), copy.begin(), copy.end());
  const auto twice = FitLogistic(cases, kNoPenalty);
  ASSERT_TRUE(once.has_value() && twice.has_value());
  EXPECT_NEAR(once->coefficients[0], twice->coefficients[0], 1e-5);
  EXPECT_NEAR(twice->standard_errors[1] / once->standard_errors[1], 1, 0.2);
}

TEST(LogisticTest, SaysNothingOfCasesThatALineSeparates) {
  std::vector<LogisticCase> cases;
  for (int i = 0; i < 20; ++i) cases.push_back({{static_cast<double>(i)}, i >= 10, i});
  EXPECT_FALSE(FitLogistic(cases, kNoPenalty).has_value());
  EXPECT_TRUE(FitLogistic(cases, 1).has_value());
  for (LogisticCase& one : cases) one.event = true;
  EXPECT_FALSE(FitLogistic(cases, 1).has_value());
}

TEST(LogisticTest, ChoosesAStrongPenaltyWhenFeaturesSayNothing) {
  std::mt19937 random(31);
  std::vector<LogisticCase> noise = Random(120, 31);
  for (LogisticCase& one : noise) {
    one.event = random() % 3 == 0;
    for (int i = 0; i < 8; ++i) one.features.push_back(static_cast<double>(random() % 100) / 10);
  }
  const std::vector<double> penalties = {0.01, 1, 100, 10000};
  EXPECT_GE(ChoosePenalty(noise, penalties, 5).value_or(0), 100);
  EXPECT_LE(ChoosePenalty(Random(600, 37), penalties, 5).value_or(1e9), 1);
}

// Probabilities 0.1, 0.9, 0.8, 0.3 for 0, 1, 1, 0: the example of scikit-learn's brier_score_loss.
TEST(CalibrationTest, AgreesWithThePublishedBrierScore) {
  const std::vector<Forecast> forecasts = {
      {0.1, false, 0}, {0.9, true, 1}, {0.8, true, 2}, {0.3, false, 3}};
  const auto brier = Brier(forecasts, 0.5);
  ASSERT_TRUE(brier.has_value());
  EXPECT_NEAR(brier->score.value, 0.0375, 1e-12);
  EXPECT_NEAR(brier->reference, 0.25, 1e-12);
  EXPECT_NEAR(brier->skill.value, 0.85, 1e-12);
  EXPECT_LT(brier->skill.interval.low, 0.85);
}

TEST(CalibrationTest, HasNoSkillOverItsOwnReference) {
  std::vector<Forecast> forecasts;
  for (int i = 0; i < 40; ++i) forecasts.push_back({0.25, i % 4 == 0, i});
  const auto brier = Brier(forecasts, 0.25);
  ASSERT_TRUE(brier.has_value());
  EXPECT_NEAR(brier->skill.value, 0, 1e-12);
}

TEST(CalibrationTest, FindsInterceptZeroAndSlopeOneWhereAFitIsHeldAgainstItsOwnCases) {
  const std::vector<LogisticCase> cases = Launches();
  const auto fit = FitLogistic(cases, kNoPenalty);
  std::vector<Forecast> forecasts;
  for (const LogisticCase& one : cases) {
    forecasts.push_back({fit->Probability(one.features), one.event, one.cluster});
  }
  const auto line = FitCalibrationLine(forecasts);
  ASSERT_TRUE(line.has_value());
  EXPECT_NEAR(line->intercept.value, 0, 1e-5);
  EXPECT_NEAR(line->slope.value, 1, 1e-5);
  // Twice as sure of everything, the slope is a half.
  for (Forecast& one : forecasts) {
    const double odds = std::pow(one.probability / (1 - one.probability), 2);
    one.probability = odds / (1 + odds);
  }
  EXPECT_NEAR(FitCalibrationLine(forecasts)->slope.value, 0.5, 1e-5);
}

TEST(CalibrationTest, PutsEqualProbabilitiesIntoOneBin) {
  std::vector<Forecast> forecasts;
  for (int i = 0; i < 30; ++i) forecasts.push_back({i < 20 ? 0.2 : 0.2 + i / 100.0, i == 5, i});
  const std::vector<CalibrationBin> bins = CalibrationBins(forecasts, 5);
  ASSERT_FALSE(bins.empty());
  EXPECT_EQ(bins[0].count.n, 20);
  EXPECT_EQ(bins[0].count.events, 1);
  EXPECT_NEAR(bins[0].mean_probability, 0.2, 1e-12);
  int64_t n = 0;
  for (const CalibrationBin& bin : bins) n += bin.count.n;
  EXPECT_EQ(n, 30);
}

}  // namespace
}  // namespace banso::health::statistics

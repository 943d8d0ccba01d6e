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
// 84:945-957. Computed: the estimates for these 24 launches, by glm of R 4.2.2.
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

TEST(LogisticTest, AgreesWithTheFitOfTheLaunches) {
  const auto fit = FitLogistic(Launches(), kNoPenalty);
  ASSERT_TRUE(fit.has_value());
  EXPECT_NEAR(fit->intercept, 15.296814186190, 1e-6);
  EXPECT_NEAR(fit->coefficients[0], -0.236020704692, 1e-8);
  EXPECT_NEAR(fit->standard_errors[0], 7.328649518349, 1e-6);
  EXPECT_NEAR(fit->standard_errors[1], 0.107369839795, 1e-8);
}

// How many of so many girls of an age had reached menarche: Milicer, Szczotka 1966, Human Biology
// 38:199-203. Published: -21.22639 and 1.63197 (the data set menarche of Venables, Ripley 2002,
// Modern Applied Statistics with S). Computed: the further digits and the errors, by glm of
// R 4.2.2.
TEST(LogisticTest, AgreesWithThePublishedFitOfManyCases) {
  struct Girls {
    double age;
    int total;
    int reached;
  };
  const std::vector<Girls> girls = {
      {9.21, 376, 0},     {10.21, 200, 0},   {10.58, 93, 0},    {10.83, 120, 2},
      {11.08, 90, 2},     {11.33, 88, 5},    {11.58, 105, 10},  {11.83, 111, 17},
      {12.08, 100, 16},   {12.33, 93, 29},   {12.58, 100, 39},  {12.83, 108, 51},
      {13.08, 99, 47},    {13.33, 106, 67},  {13.58, 105, 81},  {13.83, 117, 88},
      {14.08, 98, 79},    {14.33, 97, 90},   {14.58, 120, 113}, {14.83, 102, 95},
      {15.08, 122, 117},  {15.33, 111, 107}, {15.58, 94, 92},   {15.83, 114, 112},
      {17.58, 1049, 1049}};
  std::vector<LogisticCase> cases;
  for (const Girls& of_age : girls) {
    for (int i = 0; i < of_age.total; ++i) {
      cases.push_back({{of_age.age}, i < of_age.reached, static_cast<int64_t>(cases.size())});
    }
  }
  const auto fit = FitLogistic(cases, kNoPenalty);
  ASSERT_TRUE(fit.has_value());
  EXPECT_NEAR(fit->intercept, -21.226394905167, 1e-6);
  EXPECT_NEAR(fit->coefficients[0], 1.631968348228, 1e-7);
  EXPECT_NEAR(fit->standard_errors[0], 0.770685884385, 1e-7);
  EXPECT_NEAR(fit->standard_errors[1], 0.058953174619, 1e-8);
}

// No published ridge fit with its data was found. Computed: the launches by Newton's
// method in R 4.2.2; glmnet 4.1 (alpha = 0, lambda = penalty / 24) gives the same ten digits of the
// coefficients.
TEST(LogisticTest, AgreesWithTheRidgeFitsOfTheLaunches) {
  struct Row {
    double penalty;
    double intercept;
    double slope;
    double intercept_error;
    double slope_error;
  };
  const std::vector<Row> rows = {
      {0.1, 15.2783358483855, -0.235749206239398, 7.31277223667865, 0.107136029960579},
      {1, 15.1155599262379, -0.233357577781276, 7.17475145795873, 0.105103411789998},
      {10, 13.7607555464748, -0.213452414725814, 6.14116174866221, 0.0898734855688662},
      {100, 8.27830177365973, -0.132973904579224, 3.3098573834424, 0.0479677667197498}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.penalty);
    const auto fit = FitLogistic(Launches(), row.penalty);
    ASSERT_TRUE(fit.has_value());
    EXPECT_NEAR(fit->intercept / row.intercept, 1, 1e-9);
    EXPECT_NEAR(fit->coefficients[0] / row.slope, 1, 1e-9);
    EXPECT_NEAR(fit->standard_errors[0] / row.intercept_error, 1, 1e-9);
    EXPECT_NEAR(fit->standard_errors[1] / row.slope_error, 1, 1e-9);
  }
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
    EXPECT_NEAR(gradient[0], 0, 1e-8) << penalty;
    EXPECT_NEAR(gradient[1], penalty * fit->coefficients[0], 1e-8) << penalty;
    EXPECT_NEAR(gradient[2], penalty * fit->coefficients[1], 1e-8) << penalty;
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

// What was stated of the launches: odds of 10 - temperature / 6 on the scale of logits. `together`
// in a row are one cluster.
std::vector<Forecast> Stated(int64_t together) {
  std::vector<Forecast> forecasts;
  for (const LogisticCase& launch : Launches()) {
    const double logit = 10 - launch.features[0] / 6;
    forecasts.push_back({1 / (1 + std::exp(-logit)), launch.event, launch.cluster / together});
  }
  return forecasts;
}

// No published interval of a skill with its data was found. Computed: the launches, whose share of
// damage is 7 of 24, by svymean and svyratio of the R package survey 4.1.1 (Lumley 2004, Journal of
// Statistical Software 9(8)), with confint's df = degf; its published ratio is held by
// ClusteredTest.
TEST(CalibrationTest, HasTheIntervalOfARatioOfMeans) {
  const auto brier = Brier(Stated(1), 7.0 / 24);
  ASSERT_TRUE(brier.has_value());
  EXPECT_NEAR(brier->score.value, 0.143472141349702, 1e-12);
  EXPECT_NEAR(brier->score.interval.low, 0.0370873624538139, 1e-9);
  EXPECT_NEAR(brier->score.interval.high, 0.24985692024559, 1e-9);
  EXPECT_NEAR(brier->reference, 0.206597222222222, 1e-12);
  EXPECT_NEAR(brier->skill.value, 0.305546609937578, 1e-12);
  EXPECT_NEAR(brier->skill.interval.low, -0.0517697741586214, 1e-9);
  EXPECT_NEAR(brier->skill.interval.high, 0.662862994033778, 1e-9);
  // Each two launches as one cluster.
  const auto pairs = Brier(Stated(2), 7.0 / 24);
  EXPECT_NEAR(pairs->score.interval.low, 0.0208021175287711, 1e-9);
  EXPECT_NEAR(pairs->score.interval.high, 0.266142165170632, 1e-9);
  EXPECT_NEAR(pairs->skill.interval.low, -0.0918652205285617, 1e-9);
  EXPECT_NEAR(pairs->skill.interval.high, 0.702958440403718, 1e-9);
}

// No published line with its data was found. Computed: by glm of R 4.2.2 on the logits, with the
// clustered errors of the package sandwich 3.0.2 (HC0 times clusters / (clusters - 1)) and, for
// pairs, Student's quantile with 11 degrees of freedom. It is the fit of the launches above in
// other units, too: a slope of -0.2360207 / (-1 / 6).
TEST(CalibrationTest, GivesTheCalibrationLineOfStatedOdds) {
  const auto line = FitCalibrationLine(Stated(1));
  ASSERT_TRUE(line.has_value());
  EXPECT_NEAR(line->intercept.value, 1.13557190469962, 1e-7);
  EXPECT_NEAR(line->intercept.interval.low, -0.878876310917818, 1e-7);
  EXPECT_NEAR(line->intercept.interval.high, 3.15002012031707, 1e-6);
  EXPECT_NEAR(line->slope.value, 1.41612422814908, 1e-7);
  EXPECT_NEAR(line->slope.value, 6 * 0.236020704692, 1e-7);
  EXPECT_NEAR(line->slope.interval.low, 0.1534781140072, 1e-7);
  EXPECT_NEAR(line->slope.interval.high, 2.67877034229097, 1e-6);
  const auto pairs = FitCalibrationLine(Stated(2));
  EXPECT_NEAR(pairs->intercept.interval.low, -0.36307760252299, 1e-6);
  EXPECT_NEAR(pairs->intercept.interval.high, 2.63422141192224, 1e-6);
  EXPECT_NEAR(pairs->slope.interval.low, 0.242405790350967, 1e-6);
  EXPECT_NEAR(pairs->slope.interval.high, 2.5898426659472, 1e-6);
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

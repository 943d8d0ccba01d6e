#include "services/health/domain/statistics/amounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "services/health/domain/statistics/null_rate.h"

namespace banso::health::statistics {
namespace {

// Hours of sleep gained with two drugs (Student 1908, Biometrika 6:1-25; R's sleep).
const std::vector<double> kDrug1 = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
const std::vector<double> kDrug2 = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

// Each patient's gain of the second drug over the first. R's t.test(paired = TRUE): 0.7001142 to
// 2.4598858.
TEST(MeanInterval, GivesThePublishedInterval) {
  std::vector<double> gains;
  for (size_t i = 0; i < kDrug1.size(); ++i) gains.push_back(kDrug2[i] - kDrug1[i]);
  const auto interval = MeanInterval(gains);
  ASSERT_TRUE(interval.has_value());
  EXPECT_NEAR(interval->low, 0.7001142, 1e-7);
  EXPECT_NEAR(interval->high, 2.4598858, 1e-7);
  EXPECT_EQ(MeanInterval(std::vector<double>{1}), std::nullopt);
}

// Permeability of a membrane at term and between 12 and 26 weeks (Hollander, Wolfe 1973, page 69):
// W = 35, estimate 0.305. R's wilcox.test(exact = FALSE): p = 0.244623605127.
TEST(MannWhitney, GivesThePublishedShift) {
  const std::vector<double> term = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
  const std::vector<double> before = {1.15, 0.88, 0.90, 0.74, 1.21};
  const auto shift = MannWhitney(term, before);
  ASSERT_TRUE(shift.has_value());
  EXPECT_DOUBLE_EQ(shift->u, 35);
  EXPECT_DOUBLE_EQ(shift->superiority, 0.7);
  EXPECT_NEAR(shift->value, 0.305, 1e-9);
  EXPECT_NEAR(shift->interval.low, -0.15, 1e-9);
  EXPECT_NEAR(shift->interval.high, 0.76, 1e-9);
  EXPECT_NEAR(shift->p_value, 0.244623605127, 1e-9);
}

// Ozone in May and August (R's airquality, the example of wilcox.test): W = 127.5, p = 0.0001208;
// R finds the shift and its interval by numeric search: -32, -53 to -15.
TEST(MannWhitney, CorrectsForTies) {
  const std::vector<double> may = {41, 36, 12, 18, 28, 23, 19, 8, 7,  16, 11, 14,  18,
                                   14, 34, 6,  30, 11, 1,  11, 4, 32, 23, 45, 115, 37};
  const std::vector<double> august = {39, 9,  16, 78, 35, 66, 122, 89,  110, 44, 28,  65, 22,
                                      59, 23, 31, 44, 21, 9,  45,  168, 73,  76, 118, 84, 85};
  const auto shift = MannWhitney(may, august);
  ASSERT_TRUE(shift.has_value());
  EXPECT_DOUBLE_EQ(shift->u, 127.5);
  EXPECT_NEAR(shift->p_value, 0.000120807831, 1e-12);
  EXPECT_DOUBLE_EQ(shift->value, -32);
  EXPECT_DOUBLE_EQ(shift->interval.low, -53);
  EXPECT_DOUBLE_EQ(shift->interval.high, -15);
}

TEST(MannWhitney, TurnsRoundWithTheGroupsAndMovesWithTheAmounts) {
  constexpr unsigned kSeed = 21;
  std::mt19937 random(kSeed);
  for (int run = 0; run < 200; ++run) {
    const auto draw = [&random] {
      std::vector<double> values(std::uniform_int_distribution<size_t>(1, 30)(random));
      for (double& value : values) value = std::uniform_int_distribution(0, 20)(random);
      return values;
    };
    const std::vector<double> a = draw();
    const std::vector<double> b = draw();
    const Shift one = *MannWhitney(a, b);
    const Shift other = *MannWhitney(b, a);
    EXPECT_DOUBLE_EQ(one.value, -other.value) << "seed " << kSeed;
    EXPECT_DOUBLE_EQ(one.interval.low, -other.interval.high);
    EXPECT_NEAR(one.superiority + other.superiority, 1, 1e-12);
    EXPECT_DOUBLE_EQ(one.p_value, other.p_value);
    EXPECT_LE(one.interval.low, one.value);
    EXPECT_GE(one.interval.high, one.value);
    std::vector<double> moved = a;
    for (double& value : moved) value += 5;
    EXPECT_DOUBLE_EQ(MannWhitney(moved, b)->value, one.value + 5);
  }
}

TEST(MannWhitney, OfEqualAmountsFindsNoMoreThanItsLevel) {
  constexpr unsigned kSeed = 22;
  std::mt19937 random(kSeed);
  std::exponential_distribution amount;
  int found = 0;
  constexpr int kRuns = 4000;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> a(25);
    std::vector<double> b(35);
    for (double& value : a) value = amount(random);
    for (double& value : b) value = amount(random);
    if (MannWhitney(a, b)->p_value <= 0.05) ++found;
  }
  // The Monte Carlo error of 4,000 runs adds 1.03 %.
  EXPECT_LE(found, MostByChance(kRuns)) << "seed " << kSeed;
  EXPECT_GE(found, kRuns * 0.03) << "seed " << kSeed;
}

TEST(MannWhitney, OfAnEmptyGroupOrEqualValuesSaysNothing) {
  EXPECT_EQ(MannWhitney({}, kDrug1), std::nullopt);
  EXPECT_EQ(MannWhitney(std::vector<double>{2}, std::vector<double>{2})->p_value, 1);
}

// R: quantile(type = 7).
TEST(Quantile, InterpolatesBetweenNeighbours) {
  const std::vector<double> values = {64, 1, 2, 4, 8, 16, 32};
  EXPECT_DOUBLE_EQ(*Quantile(values, 0.1), 1.6);
  EXPECT_DOUBLE_EQ(*Quantile(values, 0.25), 3);
  EXPECT_DOUBLE_EQ(*Quantile(values, 0.5), 8);
  EXPECT_DOUBLE_EQ(*Quantile(values, 0.9), 44.8);
  EXPECT_DOUBLE_EQ(*Quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(*Quantile(values, 1), 64);
  EXPECT_EQ(Quantile({}, 0.5), std::nullopt);
  EXPECT_EQ(Mean({}), std::nullopt);
}

}  // namespace
}  // namespace banso::health::statistics

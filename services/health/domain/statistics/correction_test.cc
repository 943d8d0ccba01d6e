#include "services/health/domain/statistics/correction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "services/health/domain/statistics/null_rate.h"

namespace banso::health::statistics {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

MATCHER(IsNear, "") { return std::abs(std::get<0>(arg) - std::get<1>(arg)) <= 1e-9; }

// The fifteen p values of Benjamini, Hochberg 1995, section 2.3.
const std::vector<double> kPublished = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201,
                                        0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
                                        0.4262, 0.5719, 0.6528, 0.7590, 1.0000};

// The paper finds four at a rate of 0.05, Bonferroni and Holm three; the values are R's p.adjust.
TEST(BenjaminiHochberg, FindsThePublishedFour) {
  const std::vector<double> q = BenjaminiHochberg(kPublished);
  EXPECT_THAT(q, Pointwise(IsNear(), {0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.063857142857,
                                      0.063857142857, 0.0645, 0.0765, 0.486, 0.581181818182,
                                      0.714875, 0.753230769231, 0.813214285714, 1.0}));
  EXPECT_EQ(std::ranges::count_if(q, [](double value) { return value <= 0.05; }), 4);
}

TEST(Holm, FindsThePublishedThree) {
  const std::vector<double> adjusted = Holm(kPublished);
  EXPECT_THAT(adjusted, Pointwise(IsNear(), {0.0015, 0.0056, 0.0247, 0.1140, 0.2211, 0.2780, 0.2780,
                                             0.2780, 0.3213, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0}));
}

TEST(Corrections, KeepTheOrderAndNeverMakeAValueSmaller) {
  constexpr unsigned kSeed = 31;
  std::mt19937 random(kSeed);
  for (int run = 0; run < 200; ++run) {
    std::vector<double> p(std::uniform_int_distribution<size_t>(1, 20)(random));
    for (double& value : p) value = std::uniform_real_distribution(0.0, 1.0)(random);
    const std::vector<double> holm = Holm(p);
    const std::vector<double> q = BenjaminiHochberg(p);
    for (size_t i = 0; i < p.size(); ++i) {
      EXPECT_LE(p[i], q[i] + 1e-12) << "seed " << kSeed;
      EXPECT_LE(q[i], holm[i] + 1e-12);
      EXPECT_LE(holm[i], 1);
      for (size_t j = 0; j < p.size(); ++j) {
        if (p[i] >= p[j]) continue;
        EXPECT_LE(q[i], q[j]);
        EXPECT_LE(holm[i], holm[j]);
      }
    }
  }
}

TEST(Corrections, OfNothingAndOfOneChangeNothing) {
  EXPECT_TRUE(Holm({}).empty());
  EXPECT_TRUE(BenjaminiHochberg({}).empty());
  EXPECT_THAT(Holm(std::vector<double>{0.03}), testing::ElementsAre(DoubleNear(0.03, 1e-15)));
}

TEST(Corrections, OfNothingButChanceFindNoMoreThanTheirLevel) {
  constexpr unsigned kSeed = 32;
  std::mt19937 random(kSeed);
  std::uniform_real_distribution uniform;
  constexpr int kRuns = 40000;
  int by_holm = 0;
  int by_rate = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> p(12);
    for (double& value : p) value = uniform(random);
    by_holm += std::ranges::min(Holm(p)) <= 0.05 ? 1 : 0;
    by_rate += std::ranges::min(BenjaminiHochberg(p)) <= 0.05 ? 1 : 0;
  }
  // Where nothing is to be found, both keep the chance of any find to the level; the Monte Carlo
  // error of 40,000 runs adds 0.33 %.
  EXPECT_LE(by_holm, MostByChance(kRuns)) << "seed " << kSeed;
  EXPECT_LE(by_rate, MostByChance(kRuns)) << "seed " << kSeed;
}

}  // namespace
}  // namespace banso::health::statistics

#include "services/health/domain/statistics/agreement.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace banso::health::statistics {
namespace {

using Ratings = std::vector<std::vector<double>>;

// Siskel's and Ebert's judgements of 160 films (Agresti, Winner 1997, Chance 10:10-14): kappa 0.389
// with standard error 0.060, weighted by distance 0.427. The further digits: R, by numeric
// differentiation instead of the closed form.
TEST(CohenKappa, GivesThePublishedAgreementOfTwoCritics) {
  const Ratings films = {{24, 8, 13}, {8, 13, 11}, {10, 9, 64}};
  const auto plain = CohenKappa(films);
  ASSERT_TRUE(plain.has_value());
  EXPECT_NEAR(plain->value, 0.388838534248, 1e-9);
  EXPECT_NEAR(plain->standard_error, 0.059793133720, 1e-7);
  EXPECT_NEAR(plain->interval.low, 0.388838534248 - 1.959963985 * 0.059793133720, 1e-7);
  EXPECT_EQ(plain->n, 160);
  const auto linear = CohenKappa(films, KappaWeights::kLinear);
  EXPECT_NEAR(linear->value, 0.426874017124, 1e-9);
  EXPECT_NEAR(linear->standard_error, 0.063495233917, 1e-7);
}

// Husbands' and wives' answers (Hout and others 1987; the example of the R package vcd): 0.1293
// with 0.0686, weighted 0.2374 with 0.0783.
TEST(CohenKappa, GivesThePublishedAgreementOfCouples) {
  const Ratings couples = {{7, 7, 2, 3}, {2, 8, 3, 7}, {1, 5, 4, 9}, {2, 8, 9, 14}};
  EXPECT_NEAR(CohenKappa(couples)->value, 0.129330254042, 1e-9);
  EXPECT_NEAR(CohenKappa(couples)->standard_error, 0.068598532482, 1e-7);
  const auto linear = CohenKappa(couples, KappaWeights::kLinear);
  EXPECT_NEAR(linear->value, 0.237380627558, 1e-9);
  EXPECT_NEAR(linear->standard_error, 0.078316334775, 1e-7);
  const auto quadratic = CohenKappa(couples, KappaWeights::kQuadratic);
  EXPECT_NEAR(quadratic->value, 0.332045586247, 1e-9);
  EXPECT_NEAR(quadratic->standard_error, 0.097297521967, 1e-7);
}

TEST(CohenKappa, IsOneForPerfectAgreementAndSymmetric) {
  EXPECT_DOUBLE_EQ(CohenKappa({{5, 0}, {0, 7}})->value, 1);
  EXPECT_DOUBLE_EQ(CohenKappa({{5, 0}, {0, 7}})->interval.low, 1);
  constexpr unsigned kSeed = 41;
  std::mt19937 random(kSeed);
  for (int run = 0; run < 100; ++run) {
    Ratings table(4, std::vector<double>(4));
    Ratings turned = table;
    for (size_t i = 0; i < 4; ++i) {
      for (size_t j = 0; j < 4; ++j) {
        table[i][j] = std::uniform_int_distribution(0, 9)(random);
        turned[j][i] = table[i][j];
      }
    }
    for (const auto weights :
         {KappaWeights::kNone, KappaWeights::kLinear, KappaWeights::kQuadratic}) {
      const auto kappa = CohenKappa(table, weights);
      ASSERT_TRUE(kappa.has_value());
      EXPECT_NEAR(kappa->value, CohenKappa(turned, weights)->value, 1e-12) << "seed " << kSeed;
      EXPECT_LE(kappa->value, 1);
      EXPECT_GE(kappa->value, -1);
      EXPECT_LE(kappa->interval.low, kappa->value);
      EXPECT_GE(kappa->interval.high, kappa->value);
    }
  }
}

TEST(CohenKappa, SaysNothingWithoutVariety) {
  EXPECT_EQ(CohenKappa({}), std::nullopt);
  EXPECT_EQ(CohenKappa({{0, 0}, {0, 0}}), std::nullopt);
  EXPECT_EQ(CohenKappa({{9, 0}, {0, 0}}), std::nullopt);
}

}  // namespace
}  // namespace banso::health::statistics

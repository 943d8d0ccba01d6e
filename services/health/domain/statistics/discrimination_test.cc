#include "services/health/domain/statistics/discrimination.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "services/health/domain/statistics/null_rate.h"

namespace banso::health::statistics {
namespace {

// One case per cluster.
std::vector<RatedCase> Independent(std::vector<RatedCase> cases) {
  for (size_t i = 0; i < cases.size(); ++i) cases[i].cluster = static_cast<int64_t>(i);
  return cases;
}

// `with[k]` cases with the event and `without[k]` without have the rating k.
std::vector<RatedCase> OfTable(const std::vector<int>& with, const std::vector<int>& without) {
  std::vector<RatedCase> cases;
  for (size_t rating = 0; rating < with.size(); ++rating) {
    for (int i = 0; i < with[rating]; ++i) cases.push_back({static_cast<double>(rating), true, 0});
    for (int i = 0; i < without[rating]; ++i) {
      cases.push_back({static_cast<double>(rating), false, 0});
    }
  }
  return Independent(std::move(cases));
}

std::vector<RatedCase> Random(std::mt19937& random, int n, double shift) {
  std::normal_distribution<double> noise;
  std::vector<RatedCase> cases;
  for (int i = 0; i < n; ++i) {
    const bool event = random() % 4 == 0;
    cases.push_back({noise(random) + (event ? shift : 0), event, i});
  }
  return cases;
}

// Five grades of 113 patients with a subarachnoid haemorrhage, 41 of them with a poor outcome:
// Turck et al. 2010, Intensive Care Medicine 36:107-115. Area and DeLong's variance as the package
// pROC (Robin et al. 2011, BMC Bioinformatics 12:77) states them.
TEST(DiscriminationTest, AgreesWithDeLongsVarianceOfPublishedGrades) {
  const auto area = AreaUnderCurve(OfTable({2, 12, 1, 8, 18}, {37, 20, 3, 8, 4}));
  ASSERT_TRUE(area.has_value());
  EXPECT_NEAR(area->value, 0.823678861788618, 1e-12);
  EXPECT_NEAR(area->variance, 0.00146991470882363, 1e-14);
  EXPECT_EQ(area->events, 41);
  EXPECT_EQ(area->cases, 113);
  EXPECT_EQ(area->clusters, 113);
}

// Ratings of 109 tomograms: Hanley, McNeil 1982, Radiology 143:29-36. The area and its interval as
// Stata's manual states them for roctab ("DeLong").
TEST(DiscriminationTest, AgreesWithHanleyAndMcNeilsTomograms) {
  const auto area = AreaUnderCurve(OfTable({3, 2, 2, 11, 33}, {33, 6, 6, 11, 2}));
  ASSERT_TRUE(area.has_value());
  EXPECT_NEAR(area->value, 0.8932, 5e-5);
  const double half = NormalQuantile(0.95) * std::sqrt(area->variance);
  EXPECT_NEAR(area->value - half, 0.83295, 5e-6);
  EXPECT_NEAR(area->value + half, 0.95339, 5e-6);
  // Here the normal distribution gives way to Student's with 50 degrees of freedom.
  EXPECT_NEAR((area->interval.high - area->value) / half, 2.0086 / 1.9600, 5e-5);
}

TEST(DiscriminationTest, CountsTiesAsHalves) {
  const auto area = AreaUnderCurve(OfTable({2, 2}, {2, 2}));
  ASSERT_TRUE(area.has_value());
  EXPECT_DOUBLE_EQ(area->value, 0.5);
}

// Three against five without a mistake are no certainty.
TEST(DiscriminationTest, GivesAPerfectSeparationAnIntervalThatItsNumbersAskFor) {
  const auto few = AreaUnderCurve(OfTable({0, 3}, {5, 0}));
  ASSERT_TRUE(few.has_value());
  EXPECT_EQ(few->value, 1);
  EXPECT_EQ(few->variance, 0);
  EXPECT_NEAR(few->interval.low, 0.566157, 1e-6);
  EXPECT_NEAR(few->interval.high, 1, 1e-12);
  const auto turned = AreaUnderCurve(OfTable({3, 0}, {0, 5}));
  EXPECT_NEAR(turned->interval.low, 0, 1e-12);
  EXPECT_NEAR(turned->interval.high, 1 - few->interval.low, 1e-12);
  const auto many = AreaUnderCurve(OfTable({0, 100}, {100, 0}));
  EXPECT_GT(many->interval.low, 0.95);
  EXPECT_LT(many->interval.low, 1);
  // Cases of one account are one.
  std::vector<RatedCase> again = OfTable({0, 3}, {5, 0});
  again.insert(again.end(), again.begin(), again.end());
  const auto repeated = AreaUnderCurve(again);
  EXPECT_NEAR(repeated->interval.low, few->interval.low, 1e-12);
  // Ratings that are all the same say nothing, and not that it is a half for sure.
  const auto equal = AreaUnderCurve(OfTable({3}, {5}));
  EXPECT_EQ(equal->value, 0.5);
  EXPECT_LT(equal->interval.low, 0.3);
  EXPECT_GT(equal->interval.high, 0.7);
}

// At either end the area is as far from the estimate as the score test allows.
TEST(DiscriminationTest, InvertsTheScoreTestOfAnArea) {
  const double z = NormalQuantile(0.95);
  for (const double area : {0.02, 0.3, 0.5, 0.8932, 1.0}) {
    const Interval interval = AreaScoreInterval(area, 51, 58);
    for (const double end : {interval.low, interval.high}) {
      if (end == 0 || end > 1 - 1e-12) continue;
      const double variance =
          end * (1 - end) *
          (1 + (54.5 - 1) * (1 - end) / (2 - end) + (54.5 - 1) * end / (1 + end)) / (51 * 58);
      EXPECT_NEAR(std::abs(end - area), z * std::sqrt(variance), 1e-9) << area;
    }
  }
}

TEST(DiscriminationTest, TurnsRoundWithTheRating) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<RatedCase> cases = Random(random, 60, 0.7);
    const auto area = AreaUnderCurve(cases);
    for (RatedCase& one : cases) one.rating = -one.rating;
    const auto turned = AreaUnderCurve(cases);
    ASSERT_TRUE(area.has_value() && turned.has_value());
    EXPECT_NEAR(area->value + turned->value, 1, 1e-12);
    EXPECT_NEAR(area->variance, turned->variance, 1e-12);
  }
}

TEST(DiscriminationTest, SaysAHalfOnAverageOfShuffledOutcomesAndFlagsNoMoreThanStated) {
  std::mt19937 random(11);
  double sum = 0;
  int flagged = 0;
  constexpr int kRounds = 10000;
  for (int round = 0; round < kRounds; ++round) {
    const auto area = AreaUnderCurve(Random(random, 120, 0));
    ASSERT_TRUE(area.has_value());
    sum += area->value;
    if (area->interval.low > 0.5 || area->interval.high < 0.5) ++flagged;
  }
  EXPECT_NEAR(sum / kRounds, 0.5, 0.005);
  // 5 % are stated; the Monte Carlo error of 10,000 rounds adds 0.65 %.
  EXPECT_LE(flagged, MostByChance(kRounds));
  EXPECT_GE(flagged, kRounds * 0.04);
}

TEST(DiscriminationTest, GainsNothingFromCasesThatAreRepeatedWithinTheirCluster) {
  std::mt19937 random(3);
  std::vector<RatedCase> cases = Random(random, 80, 1);
  const auto once = AreaUnderCurve(cases);
  const std::vector<RatedCase> copy = cases;
  cases.insert(cases.end(), copy.begin(), copy.end());
  const auto twice = AreaUnderCurve(cases);
  ASSERT_TRUE(once.has_value() && twice.has_value());
  EXPECT_NEAR(once->value, twice->value, 1e-12);
  EXPECT_NEAR(once->variance, twice->variance, 1e-12);
  EXPECT_EQ(twice->clusters, 80);
  // Taken as independent, they would seem to say more.
  EXPECT_LT(AreaUnderCurve(Independent(cases))->variance, once->variance * 0.6);
}

TEST(DiscriminationTest, FindsTheBetterOfTwoRatings) {
  std::mt19937 random(5);
  std::vector<RatedCase> good = Random(random, 300, 2);
  std::vector<RatedCase> poor = good;
  std::normal_distribution<double> noise;
  for (RatedCase& one : poor) one.rating = noise(random);
  const auto found = CompareAreas(good, poor);
  ASSERT_TRUE(found.has_value());
  EXPECT_GT(found->difference.interval.low, 0);
  EXPECT_LT(found->p_value, 0.001);
  const auto turned = CompareAreas(poor, good);
  EXPECT_NEAR(turned->difference.value, -found->difference.value, 1e-12);
  EXPECT_NEAR(turned->p_value, found->p_value, 1e-12);
  EXPECT_FALSE(CompareAreas(good, good).has_value());
}

TEST(DiscriminationTest, SaysNothingWithoutTwoOfEachKind) {
  EXPECT_FALSE(AreaUnderCurve({}).has_value());
  EXPECT_FALSE(AreaUnderCurve(OfTable({0, 0}, {3, 3})).has_value());
  EXPECT_FALSE(AreaUnderCurve(OfTable({0, 1}, {3, 3})).has_value());
  std::vector<RatedCase> one_account = OfTable({1, 5}, {4, 1});
  for (RatedCase& one : one_account) one.cluster = 1;
  EXPECT_FALSE(AreaUnderCurve(one_account).has_value());
}

}  // namespace
}  // namespace banso::health::statistics

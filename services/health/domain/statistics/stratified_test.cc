#include "services/health/domain/statistics/stratified.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "services/health/domain/statistics/null_rate.h"

namespace banso::health::statistics {
namespace {

// Deaths under tolbutamide and placebo by age, University Group Diabetes Program 1970, as in
// Rothman, Epidemiology: An Introduction (2002), chapter 8: ratio 1.33, difference 0.035.
const std::vector<Stratum> kTolbutamide = {{{8, 106}, {5, 120}}, {{22, 98}, {16, 85}}};

// The figures of the formulas, worked out in R 4.2.2.
TEST(MantelHaenszel, GivesThePublishedRatioAndDifference) {
  const auto ratio = MantelHaenszelRatio(kTolbutamide);
  ASSERT_TRUE(ratio.has_value());
  EXPECT_NEAR(ratio->value, 1.325555324155, 1e-9);
  EXPECT_NEAR(ratio->interval.low, 0.797907040146, 1e-9);
  EXPECT_NEAR(ratio->interval.high, 2.202132365035, 1e-9);
  const auto difference = MantelHaenszelDifference(kTolbutamide);
  ASSERT_TRUE(difference.has_value());
  EXPECT_NEAR(difference->value, 0.034900269337, 1e-9);
  EXPECT_NEAR(difference->interval.low, -0.027627846012, 1e-9);
  EXPECT_NEAR(difference->interval.high, 0.097428384686, 1e-9);
}

TEST(MantelHaenszel, OfOneStratumIsTheCrudeFigure) {
  const std::vector<Stratum> one = {{{24, 30}, {12, 30}}};
  EXPECT_NEAR(MantelHaenszelRatio(one)->value, 2, 1e-12);
  EXPECT_NEAR(MantelHaenszelRatio(one)->interval.low, KatzInterval({24, 30}, {12, 30}).low, 1e-9);
  EXPECT_NEAR(MantelHaenszelDifference(one)->value, 0.4, 1e-12);
}

// A group that was given the easy cases looks better until it is compared among its like (Simpson).
TEST(MantelHaenszel, IsNotMovedByTheMixOfCases) {
  const std::vector<Stratum> mixed = {{{90, 100}, {9, 10}}, {{2, 10}, {20, 100}}};
  EXPECT_GT(*RiskRatio({92, 110}, {29, 110}), 3);
  EXPECT_NEAR(MantelHaenszelRatio(mixed)->value, 1, 1e-12);
  EXPECT_NEAR(MantelHaenszelDifference(mixed)->value, 0, 1e-12);
}

TEST(MantelHaenszel, SaysNothingOfGroupsThatNeverMeet) {
  const std::vector<Stratum> apart = {{{5, 10}, {0, 0}}, {{0, 0}, {3, 10}}};
  EXPECT_EQ(MantelHaenszelRatio(apart), std::nullopt);
  EXPECT_EQ(MantelHaenszelDifference(apart), std::nullopt);
}

std::vector<GroupedValue> CasesOf(const std::vector<Stratum>& strata) {
  std::vector<GroupedValue> cases;
  int number = 0;
  for (const Stratum& stratum : strata) {
    for (int group = 0; group < 2; ++group) {
      const Count& count = group == 0 ? stratum.a : stratum.b;
      for (int64_t i = 0; i < count.n; ++i) {
        cases.push_back({number, group, i < count.events ? 1.0 : 0.0});
      }
    }
    ++number;
  }
  return cases;
}

// R: mantelhaen.test(correct = FALSE) of the same, and of UCBAdmissions (Bickel, Hammel, O'Connell
// 1975, Science 187:398-403): sex against admission within six departments.
TEST(MeanScoreTest, OfTwoGroupsIsTheTestOfMantelAndHaenszel) {
  const ChiSquare tolbutamide = MeanScoreTest(CasesOf(kTolbutamide));
  EXPECT_NEAR(tolbutamide.statistic, 1.191400187276, 1e-9);
  EXPECT_EQ(tolbutamide.degrees_of_freedom, 1);
  EXPECT_NEAR(tolbutamide.p_value, 0.275047303785, 1e-9);
  const ChiSquare berkeley = MeanScoreTest(CasesOf({{{512, 825}, {89, 108}},
                                                    {{353, 560}, {17, 25}},
                                                    {{120, 325}, {202, 593}},
                                                    {{138, 417}, {131, 375}},
                                                    {{53, 191}, {94, 393}},
                                                    {{22, 373}, {24, 341}}}));
  EXPECT_NEAR(berkeley.statistic, 1.524606660443, 1e-9);
  EXPECT_NEAR(berkeley.p_value, 0.216923697056, 1e-9);
}

// The same data, department against admission within sex: M^2 = 684.2225910409 with 5 degrees of
// freedom (R: mantelhaen.test).
TEST(MeanScoreTest, ComparesManyGroupsWithinStrata) {
  const int table[2][6][2] = {
      {{512, 313}, {353, 207}, {120, 205}, {138, 279}, {53, 138}, {22, 351}},
      {{89, 19}, {17, 8}, {202, 391}, {131, 244}, {94, 299}, {24, 317}}};
  std::vector<GroupedValue> cases;
  for (int sex = 0; sex < 2; ++sex) {
    for (int department = 0; department < 6; ++department) {
      for (int rejected = 0; rejected < 2; ++rejected) {
        cases.insert(cases.end(), static_cast<size_t>(table[sex][department][rejected]),
                     {sex, department, rejected == 0 ? 1.0 : 0.0});
      }
    }
  }
  const ChiSquare test = MeanScoreTest(cases);
  EXPECT_NEAR(test.statistic, 684.2225910409, 1e-6);
  EXPECT_EQ(test.degrees_of_freedom, 5);
  EXPECT_LT(test.p_value, 1e-12);
}

// Ozone by month in New York 1973 (Chambers and others 1983; R's airquality), May and August.
const std::vector<double> kMay = {41, 36, 12, 18, 28, 23, 19, 8, 7,  16, 11, 14,  18,
                                  14, 34, 6,  30, 11, 1,  11, 4, 32, 23, 45, 115, 37};
const std::vector<double> kAugust = {39, 9,  16, 78, 35, 66, 122, 89,  110, 44, 28,  65, 22,
                                     59, 23, 31, 44, 21, 9,  45,  168, 73,  76, 118, 84, 85};

// R: kruskal.test of the two months.
TEST(MeanScoreTest, OfRanksIsTheTestOfKruskalAndWallis) {
  std::vector<GroupedValue> cases;
  for (const double value : kMay) cases.push_back({0, 0, value});
  for (const double value : kAugust) cases.push_back({0, 1, value});
  const ChiSquare test = MeanScoreTest(WithRanks(cases));
  EXPECT_NEAR(test.statistic, 14.850499272203, 1e-9);
  EXPECT_NEAR(test.p_value, 0.000116377260, 1e-10);
}

TEST(WithRanks, RanksWithinEachStratumAndKeepsTheOrder) {
  const std::vector<GroupedValue> ranked =
      WithRanks(std::vector<GroupedValue>{{1, 0, 7}, {0, 1, 5}, {1, 1, 3}, {0, 0, 2}, {1, 0, 7}});
  const double expected[] = {2.5 / 4, 2.0 / 3, 1.0 / 4, 1.0 / 3, 2.5 / 4};
  const int strata[] = {1, 0, 1, 0, 1};
  const int groups[] = {0, 1, 1, 0, 0};
  ASSERT_EQ(ranked.size(), 5u);
  for (size_t i = 0; i < ranked.size(); ++i) {
    EXPECT_DOUBLE_EQ(ranked[i].value, expected[i]) << i;
    EXPECT_EQ(ranked[i].stratum, strata[i]) << i;
    EXPECT_EQ(ranked[i].group, groups[i]) << i;
  }
}

TEST(SharedStrata, AreThoseWithCasesOfTwoGroups) {
  EXPECT_TRUE(SharedStrata({}).empty());
  const std::vector<GroupedValue> values = {{0, 2, 1}, {0, 2, 0}, {1, 0, 1}, {1, 2, 1},
                                            {2, 0, 1}, {3, 1, 1}, {3, 0, 0}};
  EXPECT_EQ(SharedStrata(values), (std::set<int>{1, 3}));
}

TEST(MeanScoreTest, HasNothingToSayAboutOneGroupOrEqualValues) {
  EXPECT_EQ(MeanScoreTest({}).p_value, 1);
  const std::vector<GroupedValue> one_group = {{0, 0, 1}, {0, 0, 0}, {0, 0, 1}};
  EXPECT_EQ(MeanScoreTest(one_group).degrees_of_freedom, 0);
  const std::vector<GroupedValue> equal = {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}};
  EXPECT_EQ(MeanScoreTest(equal).p_value, 1);
}

TEST(MeanScoreTest, DoesNotDependOnTheOrderOfGroups) {
  constexpr unsigned kSeed = 11;
  std::mt19937 random(kSeed);
  for (int run = 0; run < 50; ++run) {
    std::vector<GroupedValue> cases;
    for (int i = 0; i < 60; ++i) {
      cases.push_back({std::uniform_int_distribution(0, 2)(random),
                       std::uniform_int_distribution(0, 4)(random),
                       std::uniform_real_distribution(0.0, 9.0)(random)});
    }
    const double statistic = MeanScoreTest(cases).statistic;
    EXPECT_GE(statistic, 0);
    for (GroupedValue& one : cases) one.group = 4 - one.group;
    EXPECT_NEAR(MeanScoreTest(cases).statistic, statistic, 1e-6) << "seed " << kSeed;
  }
}

TEST(MeanScoreTest, OfEqualGroupsFindsAboutAsOftenAsItsLevel) {
  constexpr unsigned kSeed = 12;
  std::mt19937 random(kSeed);
  int found = 0;
  constexpr int kRuns = 4000;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<GroupedValue> cases;
    for (int i = 0; i < 120; ++i) {
      const int stratum = i % 3;
      cases.push_back({stratum, std::uniform_int_distribution(0, 5)(random),
                       std::bernoulli_distribution(0.3 + 0.2 * stratum)(random) ? 1.0 : 0.0});
    }
    if (MeanScoreTest(cases).p_value <= 0.05) ++found;
  }
  // The Monte Carlo error of 4,000 runs adds 1.03 %.
  EXPECT_LE(found, MostByChance(kRuns)) << "seed " << kSeed;
  EXPECT_GE(found, kRuns * 0.035) << "seed " << kSeed;
}

TEST(StandardizeGroups, ExpectsOfAGroupWhatItsCasesGiveOthers) {
  // Group 0 has the easy stratum, group 1 the hard one; each does as well as the stratum.
  std::vector<GroupedValue> cases;
  for (int i = 0; i < 20; ++i) cases.push_back({0, i < 18 ? 0 : 1, 1.0});
  for (int i = 0; i < 20; ++i) cases.push_back({1, i < 2 ? 0 : 1, 0.0});
  const std::vector<Standardized> groups = StandardizeGroups(cases);
  ASSERT_EQ(groups.size(), 2);
  EXPECT_DOUBLE_EQ(groups[0].observed, 0.9);
  EXPECT_DOUBLE_EQ(groups[0].expected, 0.9);
  EXPECT_DOUBLE_EQ(groups[1].observed, 0.1);
  EXPECT_DOUBLE_EQ(groups[1].expected, 0.1);
  EXPECT_EQ(groups[0].n, 20);
  EXPECT_EQ(groups[0].p_value, 1);
}

}  // namespace
}  // namespace banso::health::statistics

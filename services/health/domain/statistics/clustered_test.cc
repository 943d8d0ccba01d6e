#include "services/health/domain/statistics/clustered.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "services/health/domain/statistics/amounts.h"
#include "services/health/domain/statistics/null_rate.h"

namespace banso::health::statistics {
namespace {

// All schools of 15 of California's 757 districts: pupils tested, pupils enrolled, the sum of the
// schools' index of performance, and the number of schools (the data set apiclus1 of the R package
// survey; Lumley 2004, Journal of Statistical Software 9(8)). Only the sums of a cluster matter.
struct District {
  double tested;
  double enrolled;
  double index;
  int schools;
};
const std::vector<District> kDistricts = {
    {6047, 6777, 9372, 13},    {12618, 15038, 22508, 34}, {1461, 1668, 2077, 4},
    {5935, 6958, 8593, 13},    {7573, 9025, 11369, 16},   {610, 683, 1116, 2},
    {199, 274, 551, 1},        {1184, 1436, 1888, 4},     {6431, 7375, 9111, 12},
    {12292, 14968, 13761, 21}, {1877, 2180, 6386, 9},     {4895, 6081, 7359, 11},
    {22452, 25814, 20394, 37}, {532, 680, 905, 2},        {1373, 1641, 2493, 4}};

double ErrorOf(const Estimate& estimate, int64_t clusters) {
  return (estimate.interval.high - estimate.value) / ClusteredQuantile(clusters, 0.95);
}

// Published (the package's vignette): ratio 0.8497087 with standard error 0.008386297, for
// districts drawn from 757 without replacement. Computed: the further digits, the error without
// that correction and its interval (confint with df = degf), by svyratio of survey 4.1.1.
TEST(ClusteredTest, GivesThePublishedRatioOfDistricts) {
  std::vector<ClusteredValue> tested;
  std::vector<double> enrolled;
  for (size_t i = 0; i < kDistricts.size(); ++i) {
    tested.push_back({kDistricts[i].tested, static_cast<int64_t>(i)});
    enrolled.push_back(kDistricts[i].enrolled);
  }
  const auto ratio = ClusteredRatio(tested, enrolled);
  ASSERT_TRUE(ratio.has_value());
  EXPECT_NEAR(ratio->value, 0.849708741724488, 1e-12);
  EXPECT_NEAR(ErrorOf(*ratio, 15) * std::sqrt(1 - 15.0 / 757), 0.00838629716939109, 1e-12);
  EXPECT_NEAR(ErrorOf(*ratio, 15), 0.00847064019493151, 1e-12);
  EXPECT_NEAR(ratio->interval.low, 0.831541025396257, 1e-12);
  EXPECT_NEAR(ratio->interval.high, 0.867876458052718, 1e-12);
}

// Computed: svymean of survey 4.1.1, with the correction and without, and its interval.
TEST(ClusteredTest, GivesTheMeanOfSchools) {
  std::vector<ClusteredValue> schools;
  for (size_t i = 0; i < kDistricts.size(); ++i) {
    for (int school = 0; school < kDistricts[i].schools; ++school) {
      schools.push_back({kDistricts[i].index / kDistricts[i].schools, static_cast<int64_t>(i)});
    }
  }
  const auto mean = ClusteredMean(schools);
  ASSERT_TRUE(mean.has_value());
  EXPECT_NEAR(mean->value, 644.169398907104, 1e-9);
  EXPECT_NEAR(ErrorOf(*mean, 15) * std::sqrt(1 - 15.0 / 757), 23.542240693781, 1e-9);
  EXPECT_NEAR(mean->interval.low, 593.168493261091, 1e-9);
  EXPECT_NEAR(mean->interval.high, 695.170304553117, 1e-9);
}

// With one value a cluster it is the usual interval of a mean, here of Student's sleepers: 1.58
// with the error 0.3889587, from 0.7001142 to 2.4598858 (the example of R's t.test; the further
// digits by R 4.2.2).
TEST(ClusteredTest, OfOneValueAClusterIsTheUsualMean) {
  const std::vector<double> gains = {1.2, 2.4, 1.3, 1.3, 0, 1.0, 1.8, 0.8, 4.6, 1.4};
  std::vector<ClusteredValue> values;
  for (const double gain : gains) values.push_back({gain, static_cast<int64_t>(values.size())});
  const auto mean = ClusteredMean(values);
  ASSERT_TRUE(mean.has_value());
  EXPECT_NEAR(mean->value, 1.58, 1e-12);
  EXPECT_NEAR(ErrorOf(*mean, 10), 0.3889587, 5e-8);
  EXPECT_NEAR(mean->interval.low, 0.700114236723018, 1e-9);
  EXPECT_NEAR(mean->interval.high, 2.459885763276982, 1e-9);
}

// With the normal quantile one interval in eight would miss.
TEST(ClusteredTest, OfFewClustersMissesNoMoreThanItsLevel) {
  constexpr unsigned kSeed = 53;
  std::mt19937 random(kSeed);
  constexpr int kRuns = 4000;
  int missed = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<ClusteredValue> values;
    for (int64_t cluster = 0; cluster < 5; ++cluster) {
      const double mean = std::normal_distribution<double>()(random);
      for (int i = 0; i < 3; ++i) {
        values.push_back({mean + std::normal_distribution<double>()(random), cluster});
      }
    }
    const auto mean = ClusteredMean(values);
    missed += mean->interval.low > 0 || mean->interval.high < 0 ? 1 : 0;
  }
  EXPECT_LE(missed, MostByChance(kRuns)) << "seed " << kSeed;
  EXPECT_GE(missed, kRuns * 0.04) << "seed " << kSeed;
}

TEST(ClusteredTest, GainsNothingFromValuesThatAreRepeatedWithinTheirCluster) {
  std::vector<ClusteredValue> values = {{1, 1}, {4, 2}, {2, 3}, {9, 4}};
  const auto once = ClusteredMean(values);
  const std::vector<ClusteredValue> copy = values;
  values.insert(values.end(), copy.begin(), copy.end());
  const auto twice = ClusteredMean(values);
  EXPECT_NEAR(once->interval.low, twice->interval.low, 1e-12);
  EXPECT_NEAR(once->interval.high, twice->interval.high, 1e-12);
}

// The 43 patients of DeLong, DeLong, Clarke-Pearson 1988, Biometrics 44:837-845, one character
// each: whether albumin is at least 3.5, whether surgery helped, whether protein is at least 6.
// Each two that follow one another are one cluster.
constexpr char kAlbumin[] = "0010000011011111011110110111000010110001011";
constexpr char kBenefit[] = "0110100111111110100110111111110011110101111";
constexpr char kProtein[] = "0110000001011011011010111111001011110011011";

std::vector<ClusteredArm> Arms(bool stratified) {
  std::vector<ClusteredArm> arms;
  for (int i = 0; kAlbumin[i] != 0; ++i) {
    arms.push_back({stratified ? kProtein[i] - '0' : 0, kAlbumin[i] == '1',
                    static_cast<double>(kBenefit[i] - '0'), i / 2});
  }
  return arms;
}

// No published example with its data was found. Computed: lm of R 4.2.2, of benefit on albumin,
// with vcovCL of sandwich 3.0.2 (HC0 times clusters / (clusters - 1)). Within strata of protein
// that is 0.0518 by the same means, and what stands is the larger p value of clusters that are
// drawn from both groups (worked out in R by its formula).
TEST(CompareClusters, AgreesWithLeastSquaresAndClusteredErrors) {
  const auto crude = CompareClusters(Arms(false));
  ASSERT_TRUE(crude.has_value());
  EXPECT_EQ(crude->clusters, 22);
  EXPECT_NEAR(crude->value, 0.319565217391304, 1e-12);
  EXPECT_NEAR(crude->p_value, 0.0280677624917984, 1e-9);
  EXPECT_NEAR(crude->interval->low, 0.0402028446957328, 1e-9);
  EXPECT_NEAR(crude->interval->high, 0.598927590086876, 1e-9);
  const auto adjusted = CompareClusters(Arms(true));
  EXPECT_NEAR(adjusted->value, 0.333333333333333, 1e-12);
  EXPECT_NEAR(adjusted->p_value, 0.0591819457372481, 1e-9);
  EXPECT_NEAR(adjusted->interval->low, -0.0129183766968447, 1e-9);
  EXPECT_NEAR(adjusted->interval->high, 0.6795850433635111, 1e-9);
}

TEST(CompareClusters, IsTheDifferenceOfMantelAndHaenszel) {
  std::vector<Stratum> tables(2);
  for (const ClusteredArm& one : Arms(true)) {
    Count& count = one.first ? tables[one.stratum].a : tables[one.stratum].b;
    ++count.n;
    count.events += one.value > 0 ? 1 : 0;
  }
  EXPECT_NEAR(CompareClusters(Arms(true))->value, MantelHaenszelDifference(tables)->value, 1e-12);
}

TEST(CompareClusters, GainsNothingFromRepetitionsWithinAClusterAndTurnsRound) {
  std::vector<ClusteredArm> arms = Arms(false);
  const auto once = CompareClusters(arms);
  const std::vector<ClusteredArm> copy = arms;
  arms.insert(arms.end(), copy.begin(), copy.end());
  EXPECT_NEAR(CompareClusters(arms)->p_value, once->p_value, 1e-12);
  for (ClusteredArm& one : arms) one.first = !one.first;
  EXPECT_NEAR(CompareClusters(arms)->value, -once->value, 1e-12);
  EXPECT_NEAR(CompareClusters(arms)->p_value, once->p_value, 1e-12);
}

// Three accounts against three, each with ten cases that are all alike: Fisher's 1 in 10 of
// accounts, and not the 1 in 10^16 of cases.
TEST(CompareClusters, CountsClustersWhereEachGroupIsAllAlike) {
  std::vector<ClusteredArm> arms;
  for (int i = 0; i < 60; ++i) arms.push_back({0, i < 30, i < 30 ? 1.0 : 0.0, i / 10});
  const auto apart = CompareClusters(arms);
  ASSERT_TRUE(apart.has_value());
  EXPECT_EQ(apart->value, 1);
  EXPECT_FALSE(apart->interval.has_value());
  EXPECT_NEAR(apart->p_value, 0.1, 1e-12);
  for (ClusteredArm& one : arms) one.value = 1;
  EXPECT_EQ(CompareClusters(arms)->p_value, 1);
  for (ClusteredArm& one : arms) one.cluster = one.first ? 1 : 2;
  EXPECT_FALSE(CompareClusters(arms).has_value());
}

// Two accounts against two, and a hundred more in a stratum that has none of the other group.
TEST(CompareClusters, LeavesOutStrataOfOneGroup) {
  std::vector<ClusteredArm> arms;
  for (int i = 0; i < 8; ++i) arms.push_back({0, i < 4, i < 4 ? 1.0 : 0.0, i / 2});
  for (int i = 0; i < 200; ++i) arms.push_back({1, true, 1, 100 + i / 2});
  const auto apart = CompareClusters(arms);
  ASSERT_TRUE(apart.has_value());
  EXPECT_EQ(apart->value, 1);
  EXPECT_EQ(apart->clusters, 4);
  EXPECT_NEAR(apart->p_value, 1.0 / 3, 1e-12);

  std::vector<ClusteredArm> patients = Arms(true);
  const auto once = CompareClusters(patients);
  for (int i = 0; i < 40; ++i) patients.push_back({2, false, i % 3 == 0 ? 1.0 : 0.0, 100 + i / 2});
  const auto more = CompareClusters(patients);
  EXPECT_EQ(more->clusters, once->clusters);
  EXPECT_DOUBLE_EQ(more->p_value, once->p_value);
  EXPECT_DOUBLE_EQ(more->interval->low, once->interval->low);

  for (ClusteredArm& one : patients) one.stratum = one.first ? 0 : 1;
  EXPECT_FALSE(CompareClusters(patients).has_value());
}

// The clusters of each stratum can be drawn in so many ways, and in one they are so.
TEST(CompareClusters, CountsClustersWithinTheirStrataWhereEachGroupIsAllAlike) {
  const auto p_value = [](const std::vector<int>& first_of_four) {
    std::vector<ClusteredArm> arms;
    int64_t cluster = 0;
    for (size_t stratum = 0; stratum < first_of_four.size(); ++stratum) {
      for (int i = 0; i < 4; ++i, ++cluster) {
        const bool first = i < first_of_four[stratum];
        for (int same = 0; same < 3; ++same) {
          arms.push_back({static_cast<int>(stratum), first, first ? 1.0 : 0.0, cluster});
        }
      }
    }
    return CompareClusters(arms)->p_value;
  };
  EXPECT_NEAR(p_value({2}), 2.0 / 6, 1e-12);
  EXPECT_NEAR(p_value({2, 2}), 2.0 / 36, 1e-12);
  EXPECT_NEAR(p_value({3, 1}), 1.0 / 16, 1e-12);
  EXPECT_NEAR(p_value({3, 2}), 1.0 / 24, 1e-12);
}

// Accounts of up to four onboardings that are alike; nothing goes with the group.
TEST(CompareClusters, OfEqualGroupsFindsNoMoreThanItsLevel) {
  constexpr unsigned kSeed = 51;
  std::mt19937 random(kSeed);
  constexpr int kRuns = 4000;
  int found = 0;
  int as_if_independent = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<ClusteredArm> arms;
    for (int64_t account = 0; account < 40; ++account) {
      const bool first = account % 2 == 0;
      const double share = std::bernoulli_distribution(0.5)(random) ? 0.85 : 0.15;
      for (int i = std::uniform_int_distribution(1, 4)(random); i > 0; --i) {
        arms.push_back({0, first, std::bernoulli_distribution(share)(random) ? 1.0 : 0.0, account});
      }
    }
    found += CompareClusters(arms)->p_value <= 0.05 ? 1 : 0;
    for (size_t i = 0; i < arms.size(); ++i) arms[i].cluster = static_cast<int64_t>(i);
    as_if_independent += CompareClusters(arms)->p_value <= 0.05 ? 1 : 0;
  }
  // The Monte Carlo error of 4,000 runs adds 1.03 %.
  EXPECT_LE(found, MostByChance(kRuns)) << "seed " << kSeed;
  EXPECT_GE(found, kRuns * 0.03) << "seed " << kSeed;
  EXPECT_GT(as_if_independent, kRuns / 10);
}

// Something rare, and few accounts of one group: often none of these has it, and then they do not
// vary at all. By the variance between accounts alone 40 % (of 8 against 100, 3 %) were found.
TEST(CompareClusters, OfSmallGroupsFindsNoMoreThanItsLevelOfWhatIsRare) {
  struct Draw {
    int first;
    int second;
    double share;
  };
  constexpr unsigned kSeed = 52;
  constexpr int kRuns = 1000;
  std::mt19937 random(kSeed);
  for (const Draw& draw : {Draw{8, 30, 0.1}, Draw{8, 100, 0.03}, Draw{20, 100, 0.03}}) {
    int found = 0;
    for (int run = 0; run < kRuns; ++run) {
      std::vector<ClusteredArm> arms;
      std::bernoulli_distribution has(draw.share);
      for (int account = 0; account < draw.first + draw.second; ++account) {
        for (int i = std::uniform_int_distribution(1, 4)(random); i > 0; --i) {
          arms.push_back({0, account < draw.first, has(random) ? 1.0 : 0.0, account});
        }
      }
      const auto difference = CompareClusters(arms);
      found += difference->p_value <= 0.05 ? 1 : 0;
      if (difference->interval.has_value()) {
        const bool is_apart = difference->interval->low > 0 || difference->interval->high < 0;
        EXPECT_EQ(is_apart, difference->p_value < 0.05);
      }
    }
    EXPECT_LE(found, MostByChance(kRuns)) << draw.first << " against " << draw.second;
  }
}

// Weeks of remission with 6-MP and a placebo (Freireich et al. 1963), the patients in the order of
// the two lists as pairs. Computed: score residuals of coxph (ties = "breslow", no step) of the R
// package survival 3.5.3, added up by pair; the p value by Student with 20 degrees of freedom. The
// variance of draws is that of its martingale residuals. Its p value is 9.5e-5.
TEST(CompareClusteredSurvival, AgreesWithTheRobustScoreTest) {
  const std::vector<double> drug = {6,  6,  6,  7,  10, 13, 16, 22, 23, 6, 9,
                                    10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
  const std::vector<double> placebo = {1, 1, 2,  2,  3,  4,  4,  5,  5,  8, 8,
                                       8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
  std::vector<ClusteredObservation> observations;
  for (int64_t i = 0; i < 21; ++i) {
    const auto at = static_cast<size_t>(i);
    observations.push_back({{drug[at], i < 9 ? Ending::kEvent : Ending::kCensored}, true, i});
    observations.push_back({{placebo[at], Ending::kEvent}, false, i});
  }
  const auto test = CompareClusteredSurvival(observations);
  ASSERT_TRUE(test.has_value());
  EXPECT_NEAR(test->above, -10.2505009480311, 1e-10);
  EXPECT_NEAR(test->variance, 5.58529730929002, 1e-10);
  EXPECT_NEAR(test->z, -4.33732476757009, 1e-10);
  EXPECT_NEAR(test->p_value, 0.000319737637522008, 1e-12);
  EXPECT_NEAR(test->variance_of_draws, 6.89615560242475, 1e-10);
  // What is above expectation is what the log-rank test has.
  std::vector<Observation> groups[2];
  for (const ClusteredObservation& one : observations) {
    groups[one.first ? 0 : 1].push_back(one.observation);
  }
  const auto plain = banso::statistics::CompareSurvival({{groups[0], groups[1]}});
  EXPECT_NEAR(test->above, plain->observed[0] - plain->expected[0], 1e-10);
}

// Accounts of one to four onboardings; how fast they get there has nothing to do with the group.
// Each is watched for half a year to a year, so that about so large a share is seen to.
std::vector<ClusteredObservation> DrawAccounts(int first, int second, double share, bool alike,
                                               std::mt19937& random) {
  const double rate = -std::log(1 - share) / 270;
  std::vector<ClusteredObservation> observations;
  for (int account = 0; account < first + second; ++account) {
    const double pace = alike ? rate * std::gamma_distribution<double>(0.5, 2)(random) : rate;
    for (int i = std::uniform_int_distribution(1, 4)(random); i > 0; --i) {
      const double watched = std::uniform_int_distribution(180, 360)(random);
      const double reached =
          std::ceil(-std::log(1 - std::uniform_real_distribution<double>()(random)) / pace);
      const Observation observation = reached <= watched ? Observation{reached, Ending::kEvent}
                                                         : Observation{watched, Ending::kCensored};
      observations.push_back({observation, account < first, account});
    }
  }
  return observations;
}

// Where events are rare and the groups uneven, the small group has often none: then its accounts
// hardly vary. By the variance between accounts alone about a quarter were found (of 20 against
// 300, 3 %).
TEST(CompareClusteredSurvival, FindsNoMoreThanItsLevelOfWhatIsRareInSmallGroups) {
  struct Draw {
    int first;
    int second;
    double share;
    bool alike;
    int runs;
  };
  constexpr unsigned kSeed = 54;
  std::mt19937 random(kSeed);
  for (const Draw& draw : {Draw{20, 300, 0.03, false, 300}, Draw{20, 300, 0.03, true, 300},
                           Draw{8, 100, 0.05, true, 500}, Draw{20, 20, 0.2, true, 1000}}) {
    int found = 0;
    for (int run = 0; run < draw.runs; ++run) {
      const auto test = CompareClusteredSurvival(
          DrawAccounts(draw.first, draw.second, draw.share, draw.alike, random));
      if (!test.has_value()) continue;
      found += test->p_value <= 0.05 ? 1 : 0;
      EXPECT_EQ(std::abs(test->above) > test->Reach(0.95), test->p_value < 0.05);
    }
    EXPECT_LE(found, MostByChance(draw.runs))
        << draw.first << " against " << draw.second << ", seed " << kSeed;
  }
}

TEST(CompareClusteredSurvival, FindsWhatIsThere) {
  constexpr unsigned kSeed = 55;
  std::mt19937 random(kSeed);
  constexpr int kRuns = 200;
  int found = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<ClusteredObservation> observations = DrawAccounts(20, 0, 0.5, false, random);
    for (ClusteredObservation one : DrawAccounts(0, 100, 0.1, false, random)) {
      one.cluster += 20;
      observations.push_back(one);
    }
    const auto test = CompareClusteredSurvival(observations);
    found += test->p_value <= 0.05 && test->above > 0 ? 1 : 0;
  }
  EXPECT_GE(found, kRuns * 8 / 10) << "seed " << kSeed;
}

TEST(CompareClusteredSurvival, SaysNothingWithoutTwoClustersOrEvents) {
  std::vector<ClusteredObservation> observations = {{{5, Ending::kEvent}, true, 1},
                                                    {{6, Ending::kEvent}, true, 1},
                                                    {{5, Ending::kEvent}, false, 2},
                                                    {{7, Ending::kEvent}, false, 3}};
  EXPECT_FALSE(CompareClusteredSurvival(observations).has_value());
  observations[1].cluster = 4;
  EXPECT_TRUE(CompareClusteredSurvival(observations).has_value());
  for (ClusteredObservation& one : observations) one.observation.ending = Ending::kCensored;
  EXPECT_FALSE(CompareClusteredSurvival(observations).has_value());
}

TEST(ClusteredTest, SaysNothingOfOneClusterOrOverZero) {
  EXPECT_FALSE(ClusteredMean({}).has_value());
  EXPECT_FALSE(ClusteredMean(std::vector<ClusteredValue>{{1, 7}, {2, 7}}).has_value());
  const std::vector<ClusteredValue> values = {{1, 1}, {2, 2}};
  EXPECT_FALSE(ClusteredRatio(values, std::vector<double>{0, 0}).has_value());
}

}  // namespace
}  // namespace banso::health::statistics

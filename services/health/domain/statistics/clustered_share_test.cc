#include "services/health/domain/statistics/clustered_share.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "services/health/domain/statistics/null_rate.h"

namespace banso::health::statistics {
namespace {

// Whether surgery helped the 43 patients of DeLong, DeLong, Clarke-Pearson 1988, Biometrics
// 44:837-845, one character each; so many that follow one another are one cluster.
std::vector<ClusteredEvent> Helped(int64_t together) {
  std::vector<ClusteredEvent> cases;
  for (const char patient : std::string("0110100111111110100110111111110011110101111")) {
    cases.push_back({patient == '1', static_cast<int64_t>(cases.size()) / together});
  }
  return cases;
}

// No published example with its data was found. Computed: the variance by svymean of the R package
// survey 4.1.1, and the ends with (share - x)^2 = t^2 x (1 - x) / n by uniroot of R 4.2.2, where n
// is the effective sample size: 43 of pairs, where it would be 49.15, and 40.399 of fours.
TEST(ClusteredShareTest, IsWilsonsIntervalOfTheEffectiveSampleSize) {
  const auto pairs = ShareOfEvents(Helped(2));
  ASSERT_TRUE(pairs.has_value());
  EXPECT_NEAR(pairs->value, 31.0 / 43, 1e-12);
  EXPECT_NEAR(pairs->interval.low, 0.563651292837716, 1e-9);
  EXPECT_NEAR(pairs->interval.high, 0.837829590588995, 1e-9);
  const auto fours = ShareOfEvents(Helped(4));
  EXPECT_NEAR(fours->value, 31.0 / 43, 1e-12);
  EXPECT_NEAR(fours->interval.low, 0.546409434274981, 1e-9);
  EXPECT_NEAR(fours->interval.high, 0.847093892966503, 1e-9);
}

// Published: 81 of 263, 0.2553 to 0.3662 (Newcombe 1998, Statistics in Medicine 17:857-872).
TEST(ClusteredShareTest, OfOneCaseAClusterIsWilsonsInterval) {
  std::vector<ClusteredEvent> cases;
  for (int64_t i = 0; i < 263; ++i) cases.push_back({i < 81, i});
  const auto share = ShareOfEvents(cases);
  ASSERT_TRUE(share.has_value());
  EXPECT_NEAR(share->interval.low, 0.2553, 5e-5);
  EXPECT_NEAR(share->interval.high, 0.3662, 5e-5);
  const Interval wilson = WilsonInterval({81, 263});
  EXPECT_EQ(share->interval.low, wilson.low);
  EXPECT_EQ(share->interval.high, wilson.high);
}

// Five accounts of which each stayed on all of ten days are five that stayed, and not fifty.
TEST(ClusteredShareTest, OfClustersThatAreAllAlikeCountsClusters) {
  std::vector<ClusteredEvent> cases;
  for (int64_t i = 0; i < 50; ++i) cases.push_back({true, i / 10});
  const auto all = ShareOfEvents(cases);
  EXPECT_EQ(all->value, 1);
  EXPECT_NEAR(all->interval.low, WilsonInterval({5, 5}).low, 1e-12);
  EXPECT_EQ(all->interval.high, 1);
  for (ClusteredEvent& one : cases) one.event = false;
  const auto none = ShareOfEvents(cases);
  EXPECT_EQ(none->interval.low, 0);
  EXPECT_NEAR(none->interval.high, WilsonInterval({0, 5}).high, 1e-12);
  // Half of each, and no more known than of five.
  for (size_t i = 0; i < cases.size(); i += 2) cases[i].event = true;
  const auto half = ShareOfEvents(cases);
  EXPECT_EQ(half->value, 0.5);
  EXPECT_LT(half->interval.low, 0.2);
  EXPECT_GT(half->interval.high, 0.8);
  for (ClusteredEvent& one : cases) one = {true, 1};
  EXPECT_NEAR(ShareOfEvents(cases)->interval.low, WilsonInterval({1, 1}).low, 1e-12);
  EXPECT_FALSE(ShareOfEvents({}).has_value());
  EXPECT_FALSE(ClusteredShare({}).has_value());
}

TEST(ClusteredShareTest, AlwaysHoldsTheShareAndStaysWithinZeroAndOne) {
  constexpr unsigned kSeed = 59;
  std::mt19937 random(kSeed);
  std::uniform_real_distribution<double> uniform;
  for (int run = 0; run < 2000; ++run) {
    std::vector<ClusteredPart> parts;
    const double chance = std::pow(uniform(random), 3);
    for (int n = std::uniform_int_distribution(1, 30)(random); n > 0; --n) {
      const double whole = std::exp(5 * uniform(random));
      parts.push_back({.part = uniform(random) < chance ? whole : 0,
                       .whole = whole,
                       .cluster = std::uniform_int_distribution(1, 8)(random)});
    }
    const auto share = ClusteredShare(parts);
    ASSERT_TRUE(share.has_value());
    EXPECT_LE(0, share->interval.low) << "seed " << kSeed << " run " << run;
    EXPECT_LE(share->interval.low, share->value + 1e-12) << "seed " << kSeed << " run " << run;
    EXPECT_LE(share->value, share->interval.high + 1e-12) << "seed " << kSeed << " run " << run;
    EXPECT_LE(share->interval.high, 1) << "seed " << kSeed << " run " << run;
  }
}

// Accounts of up to four cases that are alike, a fifth of them with the event.
TEST(ClusteredShareTest, MissesNoMoreThanItsLevel) {
  constexpr unsigned kSeed = 61;
  std::mt19937 random(kSeed);
  constexpr int kRuns = 4000;
  constexpr double kShare = 0.2;
  int missed = 0;
  int missed_by_cases = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<ClusteredEvent> cases;
    Count count;
    for (int64_t account = 0; account < 40; ++account) {
      const double share = std::bernoulli_distribution(kShare)(random) ? 0.84 : 0.04;
      for (int i = std::uniform_int_distribution(1, 4)(random); i > 0; --i) {
        cases.push_back({std::bernoulli_distribution(share)(random), account});
        ++count.n;
        count.events += cases.back().event ? 1 : 0;
      }
    }
    const Interval interval = ShareOfEvents(cases)->interval;
    missed += interval.low > kShare || interval.high < kShare ? 1 : 0;
    const Interval by_cases = WilsonInterval(count);
    missed_by_cases += by_cases.low > kShare || by_cases.high < kShare ? 1 : 0;
  }
  // The Monte Carlo error of 4,000 runs adds 1.03 %.
  EXPECT_LE(missed, MostByChance(kRuns)) << "seed " << kSeed;
  EXPECT_GE(missed, kRuns * 0.02) << "seed " << kSeed;
  EXPECT_GT(missed_by_cases, kRuns / 10);
}

// Weeks of remission with 6-MP (Freireich et al. 1963, Blood 21:699-716), those relapsed first.
const std::vector<Observation>& Remissions() {
  static const std::vector<Observation> kRemissions = [] {
    std::vector<Observation> cases;
    for (const double weeks : {6, 6, 6, 7, 10, 13, 16, 22, 23}) {
      cases.push_back({weeks, Ending::kEvent});
    }
    for (const double weeks : {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35}) {
      cases.push_back({weeks, Ending::kCensored});
    }
    return cases;
  }();
  return kRemissions;
}

std::vector<int64_t> EachThree(size_t cases) {
  std::vector<int64_t> clusters;
  for (size_t i = 0; i < cases; ++i) clusters.push_back(static_cast<int64_t>(i / 3));
  return clusters;
}

// Each three that follow one another are one cluster. Survival is published (0.627 and 0.448;
// Kleinbaum, Klein 2012, Survival Analysis, section 2.III). Computed: the variance by survfit with
// cluster of the R package survival 3.5.3 (times clusters / (clusters - 1)), and the ends with
// (survival - x)^2 = t^2 x (1 - x) / n by uniroot of R 4.2.2, n of 6.52102 and 4.07051 cases.
TEST(ClusteredSurvivalTest, IsWilsonsIntervalOfTheEffectiveNumberBetweenClusters) {
  const auto at_16 = ClusteredSurvival(Remissions(), EachThree(21), 16);
  ASSERT_TRUE(at_16.has_value());
  EXPECT_NEAR(at_16->value, 0.627450980392157, 1e-12);
  EXPECT_NEAR(at_16->interval.low, 0.226424175480651, 1e-9);
  EXPECT_NEAR(at_16->interval.high, 0.906464211137649, 1e-9);
  const auto at_30 = ClusteredSurvival(Remissions(), EachThree(21), 30);
  ASSERT_TRUE(at_30.has_value());
  EXPECT_NEAR(at_30->value, 0.448179271708684, 1e-12);
  EXPECT_NEAR(at_30->interval.low, 0.0940914485451424, 1e-9);
  EXPECT_NEAR(at_30->interval.high, 0.8639639796040618, 1e-9);
  EXPECT_FALSE(ClusteredSurvival(Remissions(), EachThree(21), 36).has_value());
}

// Every seventh is of one cluster, and these are more alike than chance has them: it is as sure as
// Greenwood's variance, of 17.9698 and 13.6526 cases.
TEST(ClusteredSurvivalTest, IsNoSurerThanOfIndependentCases) {
  std::vector<int64_t> clusters;
  for (int64_t i = 0; i < 21; ++i) clusters.push_back(i % 7);
  const auto at_16 = ClusteredSurvival(Remissions(), clusters, 16);
  EXPECT_NEAR(at_16->interval.low, 0.351805593619920, 1e-9);
  EXPECT_NEAR(at_16->interval.high, 0.839391267900239, 1e-9);
  const auto at_23 = ClusteredSurvival(Remissions(), clusters, 23);
  EXPECT_NEAR(at_23->interval.low, 0.188940553693615, 1e-9);
  EXPECT_NEAR(at_23->interval.high, 0.739013805259616, 1e-9);
}

TEST(ClusteredSurvivalTest, WithoutCensoringIsTheShareOfEvents) {
  for (const int64_t together : {2, 3, 4}) {
    const std::vector<ClusteredEvent> events = Helped(together);
    std::vector<Observation> cases;
    std::vector<int64_t> clusters;
    for (const ClusteredEvent& one : events) {
      const auto day = static_cast<double>(1 + cases.size() % 5);
      cases.push_back({one.event ? 10 : day, one.event ? Ending::kCensored : Ending::kEvent});
      clusters.push_back(one.cluster);
    }
    const auto survival = ClusteredSurvival(cases, clusters, 10);
    const auto share = ShareOfEvents(events);
    EXPECT_NEAR(survival->value, share->value, 1e-12);
    EXPECT_NEAR(survival->interval.low, share->interval.low, 1e-12);
    EXPECT_NEAR(survival->interval.high, share->interval.high, 1e-12);
  }
}

// Four cases each of five accounts are five accounts.
TEST(ClusteredSurvivalTest, CountsClustersThatAreAllAlike) {
  std::vector<Observation> cases;
  std::vector<int64_t> clusters;
  for (int64_t i = 0; i < 20; ++i) {
    cases.push_back({30, Ending::kEvent});
    clusters.push_back(i / 4);
  }
  const auto before = ClusteredSurvival(cases, clusters, 29);
  EXPECT_EQ(before->value, 1);
  EXPECT_NEAR(before->interval.low, WilsonInterval({5, 5}).low, 1e-12);
  EXPECT_EQ(before->interval.high, 1);
  const auto after = ClusteredSurvival(cases, clusters, 30);
  EXPECT_EQ(after->value, 0);
  EXPECT_EQ(after->interval.low, 0);
  EXPECT_NEAR(after->interval.high, WilsonInterval({0, 5}).high, 1e-12);
  // Half of each account's: as of five cases, by uniroot of R 4.2.2 as above.
  for (size_t i = 0; i < cases.size(); i += 2) cases[i].time = 10;
  const auto half = ClusteredSurvival(cases, clusters, 20);
  EXPECT_NEAR(half->value, 0.5, 1e-12);
  EXPECT_NEAR(half->interval.low + half->interval.high, 1, 1e-12);
  EXPECT_NEAR(half->interval.high, 0.829576419356412, 1e-9);
  EXPECT_FALSE(ClusteredSurvival({}, {}, 1).has_value());
}

// Accounts of four cases that are alike, many of them seen only in part. As cases, one interval in
// six or so would miss.
TEST(ClusteredSurvivalTest, MissesNoMoreThanItsLevel) {
  constexpr unsigned kSeed = 56;
  std::mt19937 random(kSeed);
  constexpr int kRuns = 1000;
  int missed = 0;
  int missed_by_cases = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<Observation> cases;
    std::vector<int64_t> clusters;
    for (int64_t account = 0; account < 20; ++account) {
      const double pace = std::bernoulli_distribution(0.5)(random) ? 2 : 0.2;
      for (int i = 0; i < 4; ++i) {
        const double reached = std::exponential_distribution<double>(pace)(random);
        const double watched = std::uniform_real_distribution<double>(0.2, 2)(random);
        cases.push_back(
            {std::min(reached, watched), reached <= watched ? Ending::kEvent : Ending::kCensored});
        clusters.push_back(account);
      }
    }
    const double truth = (std::exp(-2.0) + std::exp(-0.2)) / 2;
    const auto found = ClusteredSurvival(cases, clusters, 1);
    if (!found.has_value()) continue;
    missed += found->interval.low > truth || found->interval.high < truth ? 1 : 0;
    const auto by_cases = SurvivalCurve(cases).IntervalAt(1);
    missed_by_cases += by_cases->low > truth || by_cases->high < truth ? 1 : 0;
  }
  EXPECT_LE(missed, MostByChance(kRuns)) << "seed " << kSeed;
  EXPECT_GE(missed, kRuns * 0.02) << "seed " << kSeed;
  EXPECT_GT(missed_by_cases, kRuns / 10);
}

}  // namespace
}  // namespace banso::health::statistics

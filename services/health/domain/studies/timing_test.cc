#include "services/health/domain/studies/timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "common/testing/proves.h"
#include "services/health/domain/statistics/clustered_share.h"
#include "services/health/domain/statistics/null_rate.h"
#include "services/health/domain/statistics/survival.h"

namespace banso::health {
namespace {

using ::testing::ElementsAre;

// Early set-up doubles the rate at which the level is reached afterwards. Every case is watched for
// a time of its own, so that many are seen only in part.
std::vector<TimedCase> DrawTiming(double ratio, int n, std::mt19937& random) {
  std::vector<TimedCase> cases;
  for (int i = 0; i < n; ++i) {
    TimedCase one{.landmark = 30, .horizon = 365};
    const bool early = i % 2 == 0;
    one.set_up = early ? 10 : 45;
    one.watched = std::uniform_int_distribution(40, 365)(random);
    const double wait = std::exponential_distribution<double>((early ? ratio : 1) / 200.0)(random);
    const int reached = 31 + static_cast<int>(wait);
    if (reached <= one.watched) one.reached = reached;
    cases.push_back(one);
  }
  return cases;
}

TEST(CompareTiming, RecoversThePlantedRateAlthoughManyCasesAreSeenInPart) {
  constexpr int kSeeds = 500;
  int covered = 0;
  int found = 0;
  int false_finds = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    std::mt19937 random(seed);
    const v1::TimingReport report = CompareTiming(DrawTiming(2, 300, random), {});
    EXPECT_EQ(report.early().n() + report.late().n(), 300);
    EXPECT_GT(report.early().censored(), 20);
    covered +=
        report.rate_ratio_interval().low() <= 2 && report.rate_ratio_interval().high() >= 2 ? 1 : 0;
    found += report.finding() == v1::FINDING_DIFFERENT ? 1 : 0;
    const v1::TimingReport null = CompareTiming(DrawTiming(1, 300, random), {});
    false_finds += null.finding() == v1::FINDING_DIFFERENT ? 1 : 0;
  }
  EXPECT_GE(covered, kSeeds * 88 / 100);
  EXPECT_GE(found, kSeeds * 95 / 100);
  // The Monte Carlo error of 500 draws adds 2.9 %.
  EXPECT_LE(false_finds, statistics::MostByChance(kSeeds));
  testing::Proves("REP-06");
}

// Weeks of remission of 42 patients, the first group with 6-MP (Freireich et al. 1963, Blood
// 21:699-716). Published: 9 relapses where 19.25 are expected, chi-square 16.79 (Kleinbaum, Klein
// 2012, Survival Analysis, section 2.IV). Computed: Peto's ratio exp((O - E) / V) and its interval,
// from O, E and V = 6.2569605736755 of survdiff of the R package survival 3.5.3.
TEST(CompareTiming, GivesPetosRatioOfThePublishedRemissions) {
  std::vector<TimedCase> cases;
  const auto add = [&](int weeks, bool early, bool relapsed) {
    TimedCase one{.landmark = 0, .horizon = 100, .watched = weeks};
    if (early) one.set_up = 0;
    if (relapsed) one.reached = weeks;
    cases.push_back(one);
  };
  for (const int weeks : {6, 6, 6, 7, 10, 13, 16, 22, 23}) add(weeks, true, true);
  for (const int weeks : {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35}) add(weeks, true, false);
  for (const int weeks : {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23}) {
    add(weeks, false, true);
  }
  const v1::TimingReport report = CompareTiming(cases, {});
  EXPECT_NEAR(report.rate_ratio(), 0.1943187086422, 1e-12);
  EXPECT_NEAR(report.rate_ratio_interval().low(), 0.0887612552636538, 1e-9);
  EXPECT_NEAR(report.rate_ratio_interval().high(), 0.425408140254569, 1e-9);
  EXPECT_NEAR(report.p_value(), 4.16880910933453e-05, 1e-12);
}

TEST(CompareTiming, LeavesOutWhoGotThereBeforeTheLandmarkAndSaysInsufficientOfFew) {
  std::vector<TimedCase> cases = {{.set_up = 5, .reached = 20, .watched = 100},
                                  {.set_up = 5, .reached = 60, .watched = 100},
                                  {.set_up = 5, .reached = {}, .watched = 10},
                                  {.set_up = {}, .reached = {}, .watched = 100}};
  for (TimedCase& one : cases) {
    one.landmark = 30;
    one.horizon = 90;
  }
  const v1::TimingReport report = CompareTiming(cases, {});
  EXPECT_EQ(report.before_landmark(), 1);
  EXPECT_EQ(report.early().n(), 1);
  EXPECT_EQ(report.late().n(), 1);
  EXPECT_EQ(report.finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_FALSE(report.has_rate_ratio());
}

// A month has 28 to 31 days: whoever is set up on the 31st is early where the month has as many.
TEST(CompareTiming, HoldsEachCaseAgainstItsOwnLandmarkAndHorizon) {
  std::vector<TimedCase> cases;
  for (int i = 0; i < 10; ++i) {
    // From 1 January: set up on the last day of the month, reached on the last day of the second.
    cases.push_back({.landmark = 31, .horizon = 59, .set_up = 31, .reached = 59, .watched = 200});
    // From 1 February: set up a day too late, and reached a day too late.
    cases.push_back({.landmark = 28, .horizon = 59, .set_up = 29, .reached = 60, .watched = 200});
  }
  for (int turn = 0; turn < 2; ++turn) {
    const v1::TimingReport report = CompareTiming(cases, {});
    EXPECT_EQ(report.early().n(), 10);
    EXPECT_EQ(report.early().reached(), 10);
    EXPECT_EQ(report.late().n(), 10);
    EXPECT_EQ(report.late().reached(), 0);
    EXPECT_EQ(report.late().censored(), 0);
    EXPECT_NEAR(report.early().share_by_horizon(), 1, 1e-12);
    EXPECT_NEAR(report.late().share_by_horizon(), 0, 1e-12);
    // Ten of ten, and none of ten, are no certainty.
    const statistics::Interval none = statistics::WilsonInterval({0, 10});
    EXPECT_NEAR(report.early().share_interval().low(), 1 - none.high, 1e-12);
    EXPECT_NEAR(report.early().share_interval().high(), 1, 1e-12);
    EXPECT_NEAR(report.late().share_interval().low(), 0, 1e-12);
    EXPECT_NEAR(report.late().share_interval().high(), none.high, 1e-12);
    std::ranges::reverse(cases);
  }
}

// Early accounts have four cases each; half of them get all there in the fifth week, the others are
// watched for too short a time in one case. Late accounts have one case.
TEST(CompareTiming, ShareIntervalsGoByAccountsOfSeveralCases) {
  std::vector<TimedCase> cases;
  std::vector<statistics::Observation> early;
  std::vector<int64_t> accounts;
  const auto add = [&](int64_t account, bool is_early, std::optional<int> reached, int watched) {
    TimedCase one{.landmark = 30, .horizon = 90, .reached = reached, .watched = watched};
    if (is_early) one.set_up = 5;
    one.account = account;
    cases.push_back(one);
    if (!is_early) return;
    early.push_back({reached.value_or(std::min(watched, 90)) - 30.0,
                     reached ? statistics::Ending::kEvent : statistics::Ending::kCensored});
    accounts.push_back(account);
  };
  for (int64_t account = 0; account < 10; ++account) {
    for (int i = 0; i < 4; ++i) {
      add(account, true, account % 2 == 0 ? std::optional(33 + i) : std::nullopt, i == 0 ? 60 : 90);
    }
  }
  for (int64_t account = 10; account < 30; ++account) {
    add(account, false, account % 4 == 0 ? std::optional(70) : std::nullopt, 90);
  }
  const v1::TimingReport report = CompareTiming(cases, {});
  const auto clustered = statistics::ClusteredSurvival(early, accounts, 60);
  ASSERT_TRUE(clustered.has_value());
  EXPECT_EQ(report.early().censored(), 5);
  EXPECT_NEAR(report.early().share_by_horizon(), 1 - clustered->value, 1e-12);
  EXPECT_NEAR(report.early().share_interval().low(), 1 - clustered->interval.high, 1e-12);
  EXPECT_NEAR(report.early().share_interval().high(), 1 - clustered->interval.low, 1e-12);
  // About what ten cases have, five of which get there.
  const statistics::Interval ten = statistics::WilsonInterval({5, 10});
  EXPECT_LT(report.early().share_interval().low(), ten.low + 0.02);
  EXPECT_GT(report.early().share_interval().high(), ten.high - 0.02);
  std::vector<statistics::Observation> late(5, {40, statistics::Ending::kEvent});
  late.resize(20, {60, statistics::Ending::kCensored});
  const auto by_case = statistics::SurvivalCurve(late).IntervalAt(60);
  EXPECT_NEAR(report.late().share_interval().low(), 1 - by_case->high, 1e-12);
  EXPECT_NEAR(report.late().share_interval().high(), 1 - by_case->low, 1e-12);
}

TEST(DependenceOf, TellsUseThatFollowsTouchesFromUseThatDoesNot) {
  std::vector<double> touches(90, 0);
  std::vector<double> dependent(90, 0);
  std::vector<double> independent(90, 0);
  for (size_t day = 0; day < 90; ++day) {
    if (day % 15 == 0) touches[day] = 1;
    dependent[day] = day % 15 <= 2 ? 20 : day % 15 == 9 ? 3 : 0;
    independent[day] = day % 7 < 5 ? 10 : 0;
  }
  const v1::AccountDependence leaning = DependenceOf(dependent, touches, 3, {});
  EXPECT_GT(leaning.index(), 0.8);
  EXPECT_NEAR(leaning.index(), 60.0 / 63, 1e-12);
  // Computed: the variance between the 13 weeks with use by svyratio of the R package survey 4.1.1,
  // and the ends of Wilson's interval with Student's quantile by uniroot of R 4.2.2; of 24 cases,
  // since there is use on no more days, and of 26.18 below.
  EXPECT_NEAR(leaning.index_interval().low(), 0.763352108917048, 1e-9);
  EXPECT_NEAR(leaning.index_interval().high(), 0.992000293006547, 1e-9);
  EXPECT_EQ(leaning.days_with_touch(), 6);
  EXPECT_EQ(leaning.days_with_use(), 24);
  const v1::AccountDependence standing = DependenceOf(independent, touches, 3, {});
  EXPECT_LT(standing.index(), 0.3);
  EXPECT_NEAR(standing.index_interval().low(), 0.122117694308372, 1e-9);
  EXPECT_NEAR(standing.index_interval().high(), 0.474161017796295, 1e-9);
  // Four of fifteen days are near a touch: use that takes no notice of touches has that index.
  EXPECT_NEAR(standing.covered(), 24.0 / 90, 1e-12);
}

// Much use on few days weighs more than days do.
TEST(DependenceOf, HasAnIntervalThatHoldsTheIndex) {
  constexpr unsigned kSeed = 67;
  std::mt19937 random(kSeed);
  for (int run = 0; run < 500; ++run) {
    std::vector<double> use(90, 0);
    std::vector<double> touches(90, 0);
    const double leaning = 30 * std::uniform_real_distribution<double>()(random);
    for (size_t day = 0; day < 90; ++day) {
      if (random() % 12 == 0) touches[day] = 1;
      if (random() % 2 == 0) use[day] = 1 + static_cast<double>(random() % 5);
      if (touches[day] > 0) use[day] += leaning;
    }
    const v1::AccountDependence found = DependenceOf(use, touches, 3, {});
    EXPECT_LE(0, found.index_interval().low()) << "seed " << kSeed << " run " << run;
    EXPECT_LE(found.index_interval().low(), found.index()) << "seed " << kSeed << " run " << run;
    EXPECT_LE(found.index(), found.index_interval().high()) << "seed " << kSeed << " run " << run;
    EXPECT_LE(found.index_interval().high(), 1) << "seed " << kSeed << " run " << run;
  }
  // All near, or nothing: 13 weeks, and not 90 days.
  const std::vector<double> daily(90, 1);
  const v1::AccountDependence all = DependenceOf(daily, daily, 3, {});
  EXPECT_EQ(all.index(), 1);
  EXPECT_NEAR(all.index_interval().low(), statistics::WilsonInterval({13, 13}).low, 1e-12);
  EXPECT_EQ(all.index_interval().high(), 1);
  const v1::AccountDependence none = DependenceOf(daily, std::vector<double>(90, 0), 3, {});
  EXPECT_EQ(none.index(), 0);
  EXPECT_EQ(none.index_interval().low(), 0);
  EXPECT_NEAR(none.index_interval().high(), statistics::WilsonInterval({0, 13}).high, 1e-12);
}

TEST(SinceBothAreKnown, LooksAtNoDayOfWhichNothingIsKnown) {
  using Days = std::vector<std::optional<double>>;
  const auto known = SinceBothAreKnown(Days{{}, 1, 2, 3}, Days{{}, {}, 0, 1});
  ASSERT_TRUE(known.has_value());
  EXPECT_THAT(known->use, ElementsAre(2, 3));
  EXPECT_THAT(known->touches, ElementsAre(0, 1));
  EXPECT_FALSE(SinceBothAreKnown(Days{1, 2}, Days{{}, {}}).has_value());
  EXPECT_FALSE(SinceBothAreKnown(Days{1, {}, 3}, Days{0, 0, 0}).has_value());
}

TEST(DependenceOf, OfFewDaysWithUseSaysNothing) {
  std::vector<double> use(30, 0);
  use[3] = 10;
  const v1::AccountDependence result = DependenceOf(use, std::vector<double>(30, 0), 3, {});
  EXPECT_TRUE(result.insufficient());
  EXPECT_FALSE(result.has_index());
  EXPECT_EQ(result.use(), 10);
}

TEST(CountReasons, CountsByReasonAndMonthWithTheTrend) {
  const std::vector<DatedReason> outcomes = {{"no_owner", 0}, {"no_owner", 1}, {"no_owner", 1},
                                             {"no_owner", 2}, {"no_owner", 2}, {"no_owner", 2},
                                             {"price", 0},    {"", 1}};
  const v1::ReasonReport report = CountReasons(outcomes, 3, 0.95);
  EXPECT_EQ(report.outcomes(), 8);
  EXPECT_EQ(report.without_reason(), 1);
  ASSERT_EQ(report.reasons_size(), 2);
  EXPECT_EQ(report.reasons(0).reason(), "no_owner");
  EXPECT_EQ(report.reasons(0).count(), 6);
  EXPECT_THAT(report.reasons(0).by_month(), ElementsAre(1, 2, 3));
  EXPECT_NEAR(report.reasons(0).trend_per_month(), 1, 1e-12);
  EXPECT_NEAR(report.reasons(0).share(), 6.0 / 7, 1e-12);
  EXPECT_NEAR(report.reasons(1).trend_per_month(), -0.5, 1e-12);
}

}  // namespace
}  // namespace banso::health

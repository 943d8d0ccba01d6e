#include "common/statistics/survival.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace banso::statistics {
namespace {

using ::testing::ElementsAre;

std::vector<Observation> Events(const std::vector<double>& times) {
  std::vector<Observation> observations;
  for (const double time : times) observations.push_back({time, Ending::kEvent});
  return observations;
}

std::vector<Observation> With(std::vector<Observation> observations,
                              const std::vector<double>& censored) {
  for (const double time : censored) observations.push_back({time, Ending::kCensored});
  return observations;
}

// Weeks of remission of 42 patients: Freireich et al. 1963, Blood 21:699-716, as in Cox, Oakes
// 1984, Analysis of Survival Data, table 1.1. The one drug is 6-MP, the other a placebo.
std::vector<Observation> Drug() {
  return With(Events({6, 6, 6, 7, 10, 13, 16, 22, 23}),
              {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35});
}
std::vector<Observation> Placebo() {
  return Events({1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23});
}

struct Row {
  double time;
  int64_t at_risk;
  int64_t events;
  double survival;
  double standard_error;
  double low;
  double high;
};

// Kleinbaum, Klein 2012, Survival Analysis, tables 2.3 and 3.1 print survival and standard errors
// to four places; the further ones are the same fractions in exact arithmetic.
TEST(KaplanMeier, EqualsThePublishedTableOfTheRemissionData) {
  const std::vector<Row> expected = {
      {6, 21, 3, 0.857142857142857, 0.0763603548321212, 0.619717955265984, 0.951551747646997},
      {7, 17, 1, 0.806722689075630, 0.0869352851800572, 0.563146564622233, 0.922809019202881},
      {10, 15, 1, 0.752941176470588, 0.0963496529943205, 0.503199510799956, 0.889361835169266},
      {13, 12, 1, 0.690196078431373, 0.106814707775010, 0.431610222486184, 0.849065963349451},
      {16, 11, 1, 0.627450980392157, 0.114053865256753, 0.367510855987502, 0.804912189471841},
      {22, 7, 1, 0.537815126050420, 0.128233751693034, 0.267778936767135, 0.746790717635395},
      {23, 6, 1, 0.448179271708683, 0.134591456755760, 0.188052005959232, 0.680142628495242}};
  const SurvivalCurve curve(Drug());
  EXPECT_EQ(curve.n(), 21);
  EXPECT_EQ(curve.events(), 9);
  EXPECT_EQ(curve.WatchedAt(0), 21);
  EXPECT_EQ(curve.WatchedAt(25), 5);
  ASSERT_EQ(curve.steps().size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const SurvivalStep& step = curve.steps()[i];
    SCOPED_TRACE(expected[i].time);
    EXPECT_EQ(step.time, expected[i].time);
    EXPECT_EQ(step.at_risk, expected[i].at_risk);
    EXPECT_EQ(step.events, expected[i].events);
    EXPECT_NEAR(step.survival, expected[i].survival, 1e-12);
    EXPECT_NEAR(std::sqrt(step.variance), expected[i].standard_error, 1e-12);
    ASSERT_TRUE(step.interval.has_value());
    EXPECT_NEAR(step.interval->low, expected[i].low, 1e-12);
    EXPECT_NEAR(step.interval->high, expected[i].high, 1e-12);
  }
}

// The curve says nothing of how sure it is before the first event and after the last one.
TEST(KaplanMeier, HasWilsonsIntervalWhereNobodyOrEverybodyHadIt) {
  const SurvivalCurve drug(Drug());
  EXPECT_EQ(drug.SurvivalAt(5), 1);
  EXPECT_EQ(drug.IntervalAt(5)->low, WilsonInterval({21, 21}).low);
  EXPECT_EQ(drug.IntervalAt(5)->high, 1);
  EXPECT_EQ(drug.IntervalAt(10)->low, drug.At(10)->interval->low);
  EXPECT_EQ(drug.IntervalAt(36), std::nullopt);
  // One was watched up to the end.
  const SurvivalCurve placebo(Placebo(), 0.9);
  EXPECT_EQ(placebo.SurvivalAt(23), 0);
  EXPECT_EQ(placebo.IntervalAt(23)->low, 0);
  EXPECT_EQ(placebo.IntervalAt(23)->high, WilsonInterval({0, 1}, 0.9).high);
  EXPECT_EQ(SurvivalCurve({}).IntervalAt(1), std::nullopt);
}

TEST(KaplanMeier, FindsThePublishedMedians) {
  // R's survfit with conf.type = "log-log": 23 from 13 without end, and 8 from 4 to 11.
  const SurvivalCurve drug(Drug());
  EXPECT_EQ(drug.Median(), 23);
  EXPECT_EQ(drug.MedianLimits().low, 13);
  EXPECT_EQ(drug.MedianLimits().high, std::nullopt);
  const SurvivalCurve placebo(Placebo());
  EXPECT_EQ(placebo.Median(), 8);
  EXPECT_EQ(placebo.MedianLimits().low, 4);
  EXPECT_EQ(placebo.MedianLimits().high, 11);
}

TEST(KaplanMeier, SaysNothingBeyondTheLongestTime) {
  const SurvivalCurve curve(Drug());
  EXPECT_EQ(curve.SurvivalAt(0), 1);
  EXPECT_EQ(curve.SurvivalAt(5.9), 1);
  EXPECT_NEAR(*curve.SurvivalAt(6), 18.0 / 21, 1e-15);
  EXPECT_TRUE(curve.SurvivalAt(35).has_value());
  EXPECT_EQ(curve.SurvivalAt(35.1), std::nullopt);
  // Nobody is left of those with the placebo: that stays so.
  EXPECT_EQ(SurvivalCurve(Placebo()).SurvivalAt(100), 0);
  EXPECT_EQ(SurvivalCurve({}).SurvivalAt(0), std::nullopt);
  EXPECT_EQ(SurvivalCurve({}).Median(), std::nullopt);
}

TEST(KaplanMeier, IsTheShareThatIsLeftWhenNobodyIsCensored) {
  constexpr unsigned kSeed = 11;
  std::mt19937 random(kSeed);
  for (int run = 0; run < 100; ++run) {
    std::vector<double> times(std::uniform_int_distribution<size_t>(1, 60)(random));
    for (double& time : times) time = std::uniform_int_distribution(0, 30)(random);
    const SurvivalCurve curve(Events(times));
    for (const SurvivalStep& step : curve.steps()) {
      const double n = static_cast<double>(times.size());
      const double left =
          std::ranges::count_if(times, [&](double time) { return time > step.time; }) / n;
      EXPECT_NEAR(step.survival, left, 1e-12) << "seed " << kSeed;
      // Greenwood's variance is then the binomial one.
      EXPECT_NEAR(step.variance, left * (1 - left) / n, 1e-12);
    }
  }
}

TEST(KaplanMeier, FallsFromOneToNoLessThanZeroWithinItsInterval) {
  constexpr unsigned kSeed = 12;
  std::mt19937 random(kSeed);
  for (int run = 0; run < 200; ++run) {
    std::vector<Observation> observations(std::uniform_int_distribution<size_t>(1, 50)(random));
    for (Observation& observation : observations) {
      observation.time = std::uniform_int_distribution(0, 20)(random);
      observation.ending = static_cast<Ending>(std::uniform_int_distribution(0, 2)(random));
    }
    double before = 1;
    const SurvivalCurve curve(observations);
    for (const SurvivalStep& step : curve.steps()) {
      EXPECT_LT(step.survival, before) << "seed " << kSeed;
      EXPECT_GE(step.survival, 0);
      before = step.survival;
      if (!step.interval.has_value()) continue;
      EXPECT_GE(step.interval->low, 0);
      EXPECT_LE(step.interval->low, step.survival);
      EXPECT_GE(step.interval->high, step.survival);
      EXPECT_LE(step.interval->high, 1);
    }
  }
}

TEST(CumulativeIncidence, OfAllEndingsAddsUpToWhatSurvivalLeaves) {
  constexpr unsigned kSeed = 13;
  std::mt19937 random(kSeed);
  for (int run = 0; run < 100; ++run) {
    std::vector<Observation> observations(40);
    std::vector<Observation> other(40);
    std::vector<Observation> any(40);
    for (size_t i = 0; i < observations.size(); ++i) {
      const double time = std::uniform_int_distribution(1, 20)(random);
      const auto ending = static_cast<Ending>(std::uniform_int_distribution(0, 2)(random));
      observations[i] = {time, ending};
      other[i] = {time, ending == Ending::kEvent       ? Ending::kCompeting
                        : ending == Ending::kCompeting ? Ending::kEvent
                                                       : Ending::kCensored};
      any[i] = {time, ending == Ending::kCensored ? Ending::kCensored : Ending::kEvent};
    }
    const double time = std::uniform_int_distribution(1, 20)(random);
    const SurvivalCurve curve(any);
    const SurvivalStep* step = curve.At(time);
    const double left = step == nullptr ? 1 : step->survival;
    EXPECT_NEAR(CumulativeIncidence(observations, time) + CumulativeIncidence(other, time),
                1 - left, 1e-12)
        << "seed " << kSeed;
  }
}

TEST(CumulativeIncidence, CountsACompetingEndAsNeverWhereSurvivalWouldCensorIt) {
  // Of four, one has the event at 1, one something else at 2, one the event at 3.
  const std::vector<Observation> observations = {
      {1, Ending::kEvent}, {2, Ending::kCompeting}, {3, Ending::kEvent}, {4, Ending::kCensored}};
  EXPECT_NEAR(CumulativeIncidence(observations, 3), 0.5, 1e-12);
  EXPECT_NEAR(*SurvivalCurve(observations).SurvivalAt(3), 0.75 * 0.5, 1e-12);
}

// Days to relapse (the event) or death in remission (competing) of 54 patients after a transplant,
// acute myelocytic leukaemia of low risk: Klein, Moeschberger 1997, Survival Analysis, table D.1.
std::vector<Observation> Transplants(Ending relapse, Ending death) {
  std::vector<Observation> patients = With(
      {}, {2569, 2506, 2409, 2218, 1857, 1829, 1562, 1470, 1363, 1030, 860,  1258, 2246, 1870, 1799,
           1709, 1674, 1568, 1527, 1324, 957,  932,  847,  848,  1850, 1843, 1535, 1447, 1384});
  for (const double time : {421, 748, 486, 272, 381, 248, 211, 219, 606}) {
    patients.push_back({time, relapse});
  }
  for (const double time :
       {414, 2204, 1063, 481, 105, 641, 390, 288, 79, 48, 1074, 10, 53, 80, 35, 704}) {
    patients.push_back({time, death});
  }
  return patients;
}

// Published (Guo, So 2018, Proceedings of the SAS Global Forum 2159, as worked out again by the
// project CAMIS): relapse by 1, 1.5, 2 and 3 years 0.0741, 0.1296, 0.1481, 0.1667. Computed: the
// further digits, and death, of which some comes after censorings, by survfit of survival 3.5.3.
TEST(CumulativeIncidence, EqualsThePublishedIncidenceOfRelapse) {
  const std::vector<Observation> relapse = Transplants(Ending::kEvent, Ending::kCompeting);
  EXPECT_EQ(CumulativeIncidence(relapse, 182), 0);
  EXPECT_NEAR(CumulativeIncidence(relapse, 365), 0.0740740740740741, 1e-12);
  EXPECT_NEAR(CumulativeIncidence(relapse, 547), 0.1296296296296296, 1e-12);
  EXPECT_NEAR(CumulativeIncidence(relapse, 730), 0.1481481481481481, 1e-12);
  EXPECT_NEAR(CumulativeIncidence(relapse, 1095), 0.1666666666666667, 1e-12);
  const std::vector<Observation> death = Transplants(Ending::kCompeting, Ending::kEvent);
  EXPECT_NEAR(CumulativeIncidence(death, 730), 0.240740740740741, 1e-12);
  EXPECT_NEAR(CumulativeIncidence(death, 1095), 0.286324786324786, 1e-12);
  EXPECT_NEAR(CumulativeIncidence(death, 2204), 0.377492877492878, 1e-12);
}

TEST(LogRank, EqualsThePublishedValueOfTheRemissionData) {
  // 16.79 with expectations of 19.25 and 10.75: Kleinbaum, Klein 2012, section 2.IV.
  const auto test = CompareSurvival({{Drug(), Placebo()}});
  ASSERT_TRUE(test.has_value());
  EXPECT_THAT(test->observed, ElementsAre(9, 21));
  EXPECT_NEAR(test->expected[0], 19.2505009480311, 1e-10);
  EXPECT_NEAR(test->expected[1], 10.7494990519689, 1e-10);
  EXPECT_NEAR(test->chi_square, 16.7929409892165, 1e-9);
  EXPECT_EQ(test->degrees_of_freedom, 1);
  EXPECT_NEAR(test->p_value, 4.16880911e-05, 1e-12);
}

TEST(LogRank, ComparesThreeGroupsWhateverTheirOrder) {
  // Those with the drug who relapsed, those who did not, and the placebo: worked out by hand from
  // the covariance matrix of the first two.
  const std::vector<Observation> relapsed = Events({6, 6, 6, 7, 10, 13, 16, 22, 23});
  const std::vector<Observation> did_not = With({}, {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35});
  const auto test = CompareSurvival({{relapsed, did_not, Placebo()}});
  ASSERT_TRUE(test.has_value());
  EXPECT_EQ(test->degrees_of_freedom, 2);
  EXPECT_NEAR(test->chi_square, 26.5349541913191, 1e-9);
  const auto other = CompareSurvival({{Placebo(), relapsed, did_not}});
  EXPECT_NEAR(other->chi_square, test->chi_square, 1e-9);
}

TEST(LogRank, LeavesOutGroupsThatCannotTell) {
  // Censored before anything happened.
  const std::vector<Observation> early = With({}, {0.5, 0.7});
  const auto test = CompareSurvival({{Drug(), early, Placebo()}});
  ASSERT_TRUE(test.has_value());
  EXPECT_EQ(test->degrees_of_freedom, 1);
  EXPECT_NEAR(test->chi_square, 16.7929409892165, 1e-9);
  EXPECT_FALSE(CompareSurvival({{Drug(), early}}).has_value());
  EXPECT_FALSE(CompareSurvival({{Drug()}}).has_value());
}

TEST(LogRank, HasUniformPValuesWhenLabelsAreShuffled) {
  constexpr unsigned kSeed = 14;
  std::mt19937 random(kSeed);
  std::vector<Observation> all;
  for (int i = 0; i < 120; ++i) {
    const double event = std::exponential_distribution(0.1)(random);
    const double censored = std::exponential_distribution(0.05)(random);
    all.push_back(
        {std::min(event, censored), event <= censored ? Ending::kEvent : Ending::kCensored});
  }
  constexpr int kRuns = 2000;
  std::vector<int> tenths(10, 0);
  for (int run = 0; run < kRuns; ++run) {
    std::shuffle(all.begin(), all.end(), random);
    const std::vector<std::vector<Observation>> groups = {{all.begin(), all.begin() + 40},
                                                          {all.begin() + 40, all.begin() + 80},
                                                          {all.begin() + 80, all.end()}};
    const auto test = CompareSurvival(groups);
    ASSERT_TRUE(test.has_value());
    ++tenths[std::min(9, static_cast<int>(test->p_value * 10))];
  }
  // Each tenth holds a tenth, within four standard deviations of a binomial count.
  const double expected = kRuns / 10.0;
  for (const int count : tenths) {
    EXPECT_NEAR(count, expected, 4 * std::sqrt(expected * 0.9)) << "seed " << kSeed;
  }
}

}  // namespace
}  // namespace banso::statistics

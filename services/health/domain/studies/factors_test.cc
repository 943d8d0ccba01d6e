#include "services/health/domain/studies/factors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "common/testing/proves.h"
#include "services/health/domain/statistics/null_rate.h"

namespace banso::health {
namespace {

const std::vector<Compared> kOneFactor = {{"kickoff", "Kickoff attended by the owner"}};

std::vector<FactorCase> Table(int a, int of_a, int b, int of_b) {
  std::vector<FactorCase> cases;
  for (int i = 0; i < of_a; ++i) cases.push_back({i < a, 0, {true}});
  for (int i = 0; i < of_b; ++i) cases.push_back({i < b, 0, {false}});
  return cases;
}

// 7 of 34 against 1 of 34 (Fagerland, Lydersen, Laake 2015) and 36 of 40 against 16 of 80 (Koopman
// 1984); the digits as in the unit tests of domain/statistics.
TEST(CompareFactors, GivesTheTwoByTwoTableOfEachFactorAsPublished) {
  const v1::FactorReport few = CompareFactors(Table(7, 34, 1, 34), kOneFactor, {});
  EXPECT_EQ(few.factors(0).with().having(), 7);
  EXPECT_EQ(few.factors(0).with().n(), 34);
  EXPECT_EQ(few.factors(0).without().having(), 1);
  EXPECT_EQ(few.factors(0).without().n(), 34);
  EXPECT_NEAR(few.factors(0).ratio(), 7, 1e-9);
  EXPECT_NEAR(few.factors(0).ratio_interval().low(), 0.909605511842, 1e-6);
  EXPECT_NEAR(few.factors(0).ratio_interval().high(), 53.869506464146, 1e-6);
  EXPECT_NEAR(few.factors(0).ratio_score_interval().low(), 1.220852860713, 1e-6);
  EXPECT_NEAR(few.factors(0).p_value(), 0.054400130495, 1e-9);
  const v1::FactorReport many = CompareFactors(Table(36, 40, 16, 80), kOneFactor, {});
  EXPECT_NEAR(many.factors(0).ratio(), 4.5, 1e-9);
  EXPECT_NEAR(many.factors(0).ratio_score_interval().low(), 2.939569192155, 1e-6);
  EXPECT_NEAR(many.factors(0).ratio_score_interval().high(), 7.152223437245, 1e-6);
  testing::Proves("KAN-06");
}

// Of those who hired in onboarding, twice as many expand; whether they held a seminar says nothing.
TEST(CompareFactors, TellsTheResultThatGoesWithExpansionFromTheOneThatDoesNot) {
  constexpr unsigned kSeed = 17;
  std::mt19937 random(kSeed);
  std::vector<FactorCase> cases;
  for (int i = 0; i < 600; ++i) {
    const bool hired = i % 2 == 0;
    const bool seminar = std::bernoulli_distribution(0.5)(random);
    cases.push_back({std::bernoulli_distribution(hired ? 0.5 : 0.25)(random), 0, {hired, seminar}});
  }
  const v1::FactorReport report = CompareFactors(
      cases, std::vector<Compared>{{"hired", "First hire"}, {"seminar", "Seminar held"}}, {});
  const auto covers = [](const v1::ConfidenceInterval& interval, double value) {
    return interval.low() <= value && value <= interval.high();
  };
  const v1::Contrast& hired = report.factors(0);
  EXPECT_TRUE(covers(hired.ratio_interval(), 2)) << hired.sentence() << " (seed " << kSeed << ")";
  EXPECT_TRUE(covers(hired.ratio_score_interval(), 2));
  EXPECT_EQ(hired.finding(), v1::FINDING_DIFFERENT);
  const v1::Contrast& seminar = report.factors(1);
  EXPECT_TRUE(covers(seminar.ratio_interval(), 1)) << seminar.sentence();
  EXPECT_EQ(seminar.finding(), v1::FINDING_NOT_DIFFERENT);
  testing::Proves("KAM-17");
}

const std::vector<Compared> kOwnerMeasures = {
    {"completed", "Completed"}, {"days", "Days to completion", true}, {"excused", "Exceptions"}};

// Six owners with cases of three kinds, mixed differently; kinds differ much, owners only when an
// effect is planted on the first.
std::vector<GroupedCase> DrawOwners(double effect, std::mt19937& random) {
  std::vector<GroupedCase> cases;
  for (int owner = 0; owner < 6; ++owner) {
    for (int i = 0; i < 40; ++i) {
      const int kind = std::discrete_distribution<int>({1.0 + owner, 3.0, 6.0 - owner})(random);
      const double own = owner == 0 ? effect : 0;
      const double share = 0.75 - 0.2 * kind - 0.35 * own;
      const double days = 30 + 25 * kind + 25 * own;
      cases.push_back({"members/m" + std::to_string(owner),
                       kind,
                       {std::bernoulli_distribution(share)(random) ? 1.0 : 0.0,
                        std::lognormal_distribution<double>(std::log(days), 0.3)(random),
                        std::bernoulli_distribution(0.1 + 0.1 * kind)(random) ? 1.0 : 0.0}});
    }
  }
  return cases;
}

bool Flags(const v1::GroupReport& report) {
  for (const v1::GroupedMeasure& measure : report.measures()) {
    for (const v1::GroupResult& group : measure.groups()) {
      if (group.finding() == v1::FINDING_DIFFERENT) return true;
    }
  }
  return false;
}

TEST(CompareGroups, FindsAnOwnerWhoDiffersAmongLikeCasesAndHardlyEverOneWhoDoesNot) {
  constexpr int kSeeds = 200;
  int flagged = 0;
  int found = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    std::mt19937 random(seed);
    flagged += Flags(CompareGroups(DrawOwners(0, random), kOwnerMeasures, {})) ? 1 : 0;
    const v1::GroupReport planted = CompareGroups(DrawOwners(1, random), kOwnerMeasures, {});
    const v1::GroupedMeasure& completed = planted.measures(0);
    found += completed.p_value() < 0.05 && completed.groups(0).finding() == v1::FINDING_DIFFERENT &&
                     completed.groups(0).observed() < completed.groups(0).expected()
                 ? 1
                 : 0;
  }
  EXPECT_LE(flagged, kSeeds * 5 / 100);
  EXPECT_GE(found, kSeeds * 90 / 100);

  std::vector<GroupedCase> few;
  for (int i = 0; i < 7; ++i) few.push_back({"members/a", 0, {1.0, 20.0, 0.0}});
  for (int i = 0; i < 40; ++i) few.push_back({"members/b", 0, {i % 2 == 0 ? 1.0 : 0.0, 30.0, 0.0}});
  const v1::GroupReport thin = CompareGroups(few, kOwnerMeasures, {});
  EXPECT_EQ(thin.measures(0).finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_EQ(thin.measures(0).groups(0).finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_FALSE(thin.measures(0).has_p_value());
  testing::Proves("KAM-21");
}

// Six owners with twenty accounts each, and these with one to four onboardings that are alike; the
// kind differs from onboarding to onboarding, and owners get it in different mixes. With `effect`
// hardly anything of the first owner is completed, and it takes twice as long.
std::vector<GroupedCase> DrawAccounts(bool effect, std::mt19937& random) {
  std::vector<GroupedCase> cases;
  for (int64_t account = 0; account < 120; ++account) {
    const auto owner = static_cast<int>(account % 6);
    const bool goes_well = std::bernoulli_distribution(0.5)(random);
    const double pace =
        std::normal_distribution<double>(effect && owner == 0 ? 0.8 : 0, 0.5)(random);
    for (int i = std::uniform_int_distribution(1, 4)(random); i > 0; --i) {
      const int kind = std::discrete_distribution<int>({1.0 + owner, 3.0, 6.0 - owner})(random);
      const double share = effect && owner == 0 ? 0.05 : (goes_well ? 0.95 : 0.3) - 0.1 * kind;
      cases.push_back({"members/m" + std::to_string(owner),
                       kind,
                       {std::bernoulli_distribution(share)(random) ? 1.0 : 0.0,
                        std::lognormal_distribution<double>(3 + 0.3 * kind + pace, 0.2)(random)},
                       account});
    }
  }
  return cases;
}

TEST(CompareGroups, OfAccountsWithSeveralCasesFlagsNoMoreThanItsLevel) {
  constexpr unsigned kSeed = 71;
  constexpr int kRuns = 400;
  const std::vector<Compared> measures = {{"completed", "Completed"}, {"days", "Days", true}};
  const Sureness sureness{.stratified = true};
  std::mt19937 random(kSeed);
  int flagged = 0;
  int as_if_independent = 0;
  int found[2] = {};
  for (int run = 0; run < kRuns; ++run) {
    std::vector<GroupedCase> cases = DrawAccounts(false, random);
    flagged += Flags(CompareGroups(cases, measures, sureness)) ? 1 : 0;
    for (GroupedCase& one : cases) one.account.reset();
    as_if_independent += Flags(CompareGroups(cases, measures, sureness)) ? 1 : 0;
    if (run % 4 != 0) continue;
    const v1::GroupReport planted = CompareGroups(DrawAccounts(true, random), measures, sureness);
    for (int i = 0; i < 2; ++i) {
      found[i] += planted.measures(i).groups(0).finding() == v1::FINDING_DIFFERENT ? 1 : 0;
    }
  }
  EXPECT_LE(flagged, statistics::MostByChance(kRuns)) << "seed " << kSeed;
  EXPECT_GT(as_if_independent, kRuns / 10) << "seed " << kSeed;
  EXPECT_GE(found[0], 75) << "seed " << kSeed;
  EXPECT_GE(found[1], 75) << "seed " << kSeed;
}

// Each onboarding of an account says what its first said.
TEST(CompareGroups, GainsNothingFromRepetitionsWithinAnAccount) {
  std::vector<GroupedCase> cases;
  for (int i = 0; i < 30; ++i) {
    const double value = (i * 7) % 10 < (i % 2 == 0 ? 6 : 3) ? 1 : 0;
    cases.push_back({i % 2 == 0 ? "a" : "b", 0, {value, static_cast<double>((i * 11) % 13)}, i});
  }
  const std::vector<Compared> measures = {{"done", "Done"}, {"days", "Days", true}};
  const v1::GroupReport once = CompareGroups(cases, measures, {});
  const std::vector<GroupedCase> copy = cases;
  for (int i = 0; i < 3; ++i) cases.insert(cases.end(), copy.begin(), copy.end());
  const v1::GroupReport often = CompareGroups(cases, measures, {});
  for (int i = 0; i < 2; ++i) {
    EXPECT_NEAR(often.measures(i).p_value(), once.measures(i).p_value(), 1e-9) << i;
    for (int group = 0; group < 2; ++group) {
      EXPECT_EQ(once.measures(i).groups(group).accounts(), 15);
      EXPECT_EQ(often.measures(i).groups(group).accounts(), 15);
      EXPECT_EQ(often.measures(i).groups(group).n(), 60);
      EXPECT_NEAR(often.measures(i).groups(group).holm_p_value(),
                  once.measures(i).groups(group).holm_p_value(), 1e-9);
      EXPECT_NEAR(often.measures(i).groups(group).expected(),
                  once.measures(i).groups(group).expected(), 1e-9);
    }
  }
}

// Two onboardings of account 0 are of `b`, and one of `a`: it is one account, of `b`.
TEST(CompareGroups, TakesAnAccountOfSeveralGroupsWhereItHasMost) {
  std::vector<GroupedCase> cases = {{"a", 0, {1.0}, 0}, {"b", 0, {0.0}, 0}, {"b", 0, {1.0}, 0}};
  for (int i = 1; i <= 8; ++i) cases.push_back({"a", 0, {i % 2 == 0 ? 1.0 : 0.0}, i});
  for (int i = 9; i <= 15; ++i) cases.push_back({"b", 0, {i % 2 == 0 ? 1.0 : 0.0}, i});
  const std::vector<Compared> done = {{"done", "Done"}};
  const v1::GroupReport report = CompareGroups(cases, done, {});
  EXPECT_TRUE(report.measures(0).has_p_value());
  EXPECT_EQ(report.measures(0).groups(0).accounts(), 9);
  EXPECT_EQ(report.measures(0).groups(1).n(), 9);
  // Of 8 and 8 accounts 4 and 3.5: (4 - 3.75)^2 over 8 * 8 / 16 times the variance 3.734375 / 15.
  EXPECT_NEAR(report.measures(0).chi_square(), 0.0625 / (4 * 3.734375 / 15), 1e-9);
  // Without it, `b` has seven accounts.
  cases[2].account = 9;
  const v1::GroupReport few = CompareGroups(cases, done, {});
  EXPECT_EQ(few.measures(0).insufficient_because(),
            "fewer than two groups have 8 accounts with known cases");
}

// Twenty of each owner, but only three of each in a stratum that both have.
TEST(CompareGroups, AsksForEnoughCasesInStrataThatGroupsShare) {
  std::vector<GroupedCase> cases;
  for (int i = 0; i < 20; ++i) {
    cases.push_back({"a", i < 3 ? 0 : 1, {i < 12 ? 1.0 : 0.0}});
    cases.push_back({"b", i < 3 ? 0 : 2, {i < 3 || i > 11 ? 0.0 : 1.0}});
  }
  const std::vector<Compared> done = {{"done", "Done"}};
  const v1::GroupReport report = CompareGroups(cases, done, {.stratified = true});
  EXPECT_EQ(report.measures(0).finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_EQ(report.measures(0).insufficient_because(),
            "fewer than two groups have 8 known cases in strata that they share");
  EXPECT_FALSE(report.measures(0).has_p_value());
  EXPECT_EQ(report.measures(0).groups(0).finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_EQ(report.measures(0).groups(0).n(), 20);
  // `c` shares the stratum of `a`, and now `b` alone is too small.
  for (int i = 0; i < 10; ++i) cases.push_back({"c", 1, {i < 5 ? 1.0 : 0.0}});
  const v1::GroupReport more = CompareGroups(cases, done, {.stratified = true});
  EXPECT_TRUE(more.measures(0).has_p_value());
  EXPECT_EQ(more.measures(0).degrees_of_freedom(), 1);
  EXPECT_EQ(more.measures(0).groups(1).finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_FALSE(more.measures(0).groups(1).has_expected());
  // Without `a`, nobody is there for `c` either.
  std::erase_if(cases, [](const GroupedCase& one) { return one.group == "a"; });
  EXPECT_FALSE(CompareGroups(cases, done, {.stratified = true}).measures(0).has_p_value());
}

// Student's sleepers (R's t.test: 1.58, 0.700114236723 to 2.459885763277).
TEST(CompareGroups, GivesTheIntervalOfAMean) {
  std::vector<GroupedCase> cases;
  for (const double gain : {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4}) {
    cases.push_back({"a", 0, {gain}});
  }
  cases.push_back({"b", 0, {2.0}});
  const v1::GroupReport report =
      CompareGroups(cases, std::vector<Compared>{{"gain", "Gain", true}}, {});
  const v1::GroupResult& sleepers = report.measures(0).groups(0);
  EXPECT_NEAR(sleepers.observed(), 1.58, 1e-12);
  EXPECT_NEAR(sleepers.observed_interval().low(), 0.700114236723, 1e-9);
  EXPECT_NEAR(sleepers.observed_interval().high(), 2.459885763277, 1e-9);
  EXPECT_TRUE(report.measures(0).groups(1).has_observed());
  EXPECT_FALSE(report.measures(0).groups(1).has_observed_interval());
}

TEST(CompareGroups, LeavesSmallGroupsOutOfTheTest) {
  std::vector<GroupedCase> cases;
  for (int i = 0; i < 20; ++i) cases.push_back({"a", 0, {i % 2 == 0 ? 1.0 : 0.0}});
  for (int i = 0; i < 20; ++i) cases.push_back({"b", 0, {i % 2 == 0 ? 1.0 : 0.0}});
  for (int i = 0; i < 3; ++i) cases.push_back({"c", 0, {0.0}});
  const v1::GroupReport report = CompareGroups(cases, std::vector<Compared>{{"done", "Done"}}, {});
  EXPECT_EQ(report.measures(0).degrees_of_freedom(), 1);
  EXPECT_EQ(report.measures(0).groups(2).finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_EQ(report.measures(0).groups(2).n(), 3);
  EXPECT_EQ(report.measures(0).groups(0).finding(), v1::FINDING_NOT_DIFFERENT);
}

}  // namespace
}  // namespace banso::health

#include "services/health/domain/studies/factors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "common/testing/proves.h"

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

#include "services/health/domain/studies/funnel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/testing/proves.h"

namespace banso::health {
namespace {

using ::testing::ElementsAre;

v1::Funnel MakeFunnel(const std::vector<std::string>& steps,
                      const std::vector<std::string>& habits = {}, bool volumes = false) {
  v1::Funnel funnel;
  for (const std::string& key : steps) {
    v1::FunnelStep* step = funnel.add_steps();
    step->set_key(key);
    step->set_display_name(key);
    if (volumes) step->mutable_volume()->set_fact("metric.any");
  }
  for (const std::string& key : habits) {
    v1::FunnelHabit* habit = funnel.add_habits();
    habit->set_key(key);
    habit->set_display_name(key);
  }
  return funnel;
}

std::vector<std::string> WallKeys(const v1::FunnelAnalysis& analysis) {
  std::vector<std::string> keys;
  for (const v1::Wall& wall : analysis.walls()) keys.push_back(wall.key());
  return keys;
}

TEST(AnalyzeCases, CountsThroughOnlyThoseWhoTookEveryStepBefore) {
  const v1::Funnel funnel = MakeFunnel({"search", "mail"});
  const std::vector<Case> cases = {{true, 0, {1.0, 1.0}},
                                   {true, 0, {0.0, 1.0}},
                                   {true, 0, {std::nullopt, 1.0}},
                                   {false, 0, {1.0, 0.0}},
                                   {std::nullopt, 0, {1.0, 1.0}}};
  const v1::FunnelAnalysis analysis = AnalyzeCases(funnel, cases, {});
  EXPECT_EQ(analysis.successes(), 3);
  EXPECT_EQ(analysis.failures(), 1);
  EXPECT_EQ(analysis.steps(0).through_with(), 1);
  EXPECT_EQ(analysis.steps(1).through_with(), 1);
  EXPECT_EQ(analysis.steps(1).reach().with().having(), 3);
  EXPECT_DOUBLE_EQ(analysis.steps(1).onward_with(), 1);
  EXPECT_DOUBLE_EQ(analysis.steps(1).onward_without(), 0);
  EXPECT_EQ(analysis.steps(0).reach().with().unknown(), 1);
}

// Five steps with volumes and four habits; shares of failures and of successes. The planted walls
// are one step, the mail, and one habit, candidates added every week.
struct Planted {
  std::vector<double> failures;
  std::vector<double> successes;
};

std::vector<Case> Draw(const Planted& planted, size_t steps, bool volumes_differ, int n,
                       std::mt19937& random) {
  std::vector<Case> cases;
  for (int i = 0; i < n; ++i) {
    Case one{i % 2 == 0, 0, {}};
    for (const double p : *one.with ? planted.successes : planted.failures) {
      one.values.emplace_back(std::bernoulli_distribution(p)(random) ? 1.0 : 0.0);
    }
    for (size_t step = 0; step < steps; ++step) {
      const bool more = volumes_differ && *one.with && step == 2;
      one.values.emplace_back(std::poisson_distribution<int>(more ? 12 : 6)(random));
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

TEST(AnalyzeCases, FindsTwoPlantedWallsInAlmostEveryDrawAndHardlyEverOneThatIsNotThere) {
  const v1::Funnel funnel = MakeFunnel({"search", "interest", "mail", "reply", "interview"},
                                       {"weekly_pool", "weekly_login", "tags", "mobile"}, true);
  const Planted walls = {{0.8, 0.6, 0.30, 0.35, 0.25, 0.20, 0.6, 0.4, 0.3},
                         {0.8, 0.6, 0.75, 0.35, 0.25, 0.70, 0.6, 0.4, 0.3}};
  const Planted nothing = {walls.failures, walls.failures};
  constexpr int kSeeds = 200;
  int both_found = 0;
  int false_walls = 0;
  int walls_found = 0;
  int null_findings = 0;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    std::mt19937 random(seed);
    const v1::FunnelAnalysis found = AnalyzeCases(funnel, Draw(walls, 5, true, 120, random), {});
    const std::vector<std::string> keys = WallKeys(found);
    int planted = 0;
    for (const std::string& key : keys) planted += key == "mail" || key == "weekly_pool" ? 1 : 0;
    both_found += planted == 2 ? 1 : 0;
    walls_found += static_cast<int>(keys.size());
    false_walls += static_cast<int>(keys.size()) - planted;

    const v1::FunnelAnalysis null = AnalyzeCases(funnel, Draw(nothing, 5, false, 120, random), {});
    bool any = false;
    const auto look = [&](const v1::Contrast& contrast) {
      any = any || contrast.finding() == v1::FINDING_DIFFERENT;
    };
    for (const v1::StepAnalysis& step : null.steps()) {
      look(step.reach());
      look(step.volume());
    }
    for (const v1::Contrast& habit : null.habits()) look(habit);
    null_findings += any ? 1 : 0;
  }
  // Where nothing is planted, every finding is false: the rate is the share of draws with any.
  EXPECT_GE(both_found, kSeeds * 95 / 100);
  EXPECT_LE(null_findings, kSeeds * 5 / 100);
  EXPECT_LE(false_walls, walls_found * 5 / 100);
  testing::Proves("LAP-14");
}

TEST(AnalyzeCases, RanksWallsByHowFarTheGroupsPart) {
  const v1::Funnel funnel = MakeFunnel({"search", "mail"}, {"weekly"});
  std::vector<Case> cases;
  for (int i = 0; i < 100; ++i) {
    cases.push_back({true, 0, {i < 50 ? 1.0 : 0.0, i < 80 ? 1.0 : 0.0, i < 90 ? 1.0 : 0.0}});
    cases.push_back({false, 0, {i < 50 ? 1.0 : 0.0, i < 40 ? 1.0 : 0.0, i < 20 ? 1.0 : 0.0}});
  }
  const v1::FunnelAnalysis analysis = AnalyzeCases(funnel, cases, {});
  EXPECT_THAT(WallKeys(analysis), ElementsAre("weekly", "mail"));
  EXPECT_EQ(analysis.walls(0).rank(), 1);
  EXPECT_EQ(analysis.walls(0).kind(), v1::WALL_KIND_HABIT);
  EXPECT_NEAR(analysis.walls(1).contrast().difference(), 0.4, 1e-12);
}

// Successes are mostly of the segment in which everybody searches: among like cases they do not
// part.
TEST(AnalyzeCases, TakesNoWallFromAnUnfairMixAndRanksAmongLikeCases) {
  const v1::Funnel funnel = MakeFunnel({"search", "mail"}, {"weekly"});
  std::vector<Case> cases;
  const auto add = [&](bool with, int stratum, int n, int search, int mail, int weekly) {
    for (int i = 0; i < n; ++i) {
      cases.push_back(
          {with, stratum, {i < search ? 1.0 : 0.0, i < mail ? 1.0 : 0.0, i < weekly ? 1.0 : 0.0}});
    }
  };
  add(true, 0, 100, 90, 95, 80);
  add(false, 0, 20, 18, 12, 4);
  add(true, 1, 20, 4, 12, 14);
  add(false, 1, 100, 20, 20, 10);
  EXPECT_THAT(WallKeys(AnalyzeCases(funnel, cases, {})), ElementsAre("weekly", "mail", "search"));
  const v1::FunnelAnalysis alike = AnalyzeCases(funnel, cases, {.stratified = true});
  EXPECT_THAT(WallKeys(alike), ElementsAre("weekly", "mail"));
  EXPECT_EQ(alike.steps(0).reach().finding(), v1::FINDING_NOT_DIFFERENT);
  EXPECT_GT(alike.walls(0).contrast().adjusted().difference(),
            alike.walls(1).contrast().adjusted().difference());
}

TEST(AnalyzeCases, FindsNoWallsAmongTooFewCases) {
  const v1::Funnel funnel = MakeFunnel({"search", "mail"});
  const std::vector<Case> cases = {{true, 0, {1.0, 1.0}}, {false, 0, {0.0, 0.0}}};
  const v1::FunnelAnalysis analysis = AnalyzeCases(funnel, cases, {});
  EXPECT_EQ(analysis.steps(0).reach().finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_TRUE(analysis.walls().empty());
}

}  // namespace
}  // namespace banso::health

#include "services/health/domain/stages/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "common/testing/proves.h"
#include "services/health/domain/stages/stage_fixture.h"

namespace banso::health {
namespace {

using banso::testing::Proves;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Name(int i) { return absl::StrCat("accounts/a", i); }

// One account that has stayed on a level five times is one account.
TEST(Backlog, RestsTheDwellTimeOnAccountsAndNotOnStays) {
  std::vector<std::pair<int, absl::CivilDay>> steps;
  for (int i = 0; i < 5; ++i) {
    steps.push_back({1, kApril1 + 20 * i});
    steps.push_back({2, kApril1 + 20 * i + 10});
  }
  std::vector<StageHistory> histories = {MakeHistory(kPyramid, Name(0), steps, kApril1 + 200)};
  v1::GetStageBacklogRequest request;
  request.set_minimum_n(2);
  const v1::StageFigure one = Backlog(kPyramid, histories, request).levels(0).dwell_days();
  EXPECT_EQ(one.n(), 1);
  EXPECT_EQ(one.events(), 1);
  EXPECT_EQ(one.state(), v1::FIGURE_STATE_INSUFFICIENT);
  EXPECT_FALSE(one.has_value());
  histories.push_back(MakeHistory(kPyramid, Name(1), {{1, kApril1}}, kApril1 + 200));
  const v1::StageFigure two = Backlog(kPyramid, histories, request).levels(0).dwell_days();
  EXPECT_EQ(two.n(), 2);
  EXPECT_EQ(two.events(), 1);
  EXPECT_EQ(two.value(), 10);
}

TEST(History, KnowsStaysFirstArrivalsAndFalls) {
  const StageHistory history = MakeHistory(
      kPyramid, "accounts/a",
      {{1, kApril1}, {3, kApril1 + 10}, {1, kApril1 + 15}, {2, kApril1 + 40}}, kApril1 + 60);
  EXPECT_EQ(FirstReached(history, 2), kApril1 + 10);
  EXPECT_EQ(FirstOn(history, 2), kApril1 + 40);
  EXPECT_EQ(FirstReached(history, 4), std::nullopt);
  EXPECT_TRUE(EverFellFrom(history, 3));
  EXPECT_TRUE(EverFellFrom(history, 2));
  EXPECT_FALSE(EverFellFrom(history, 4));
  const std::vector<Stay> first = StaysOn(history, 1);
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].days, 10);
  EXPECT_EQ(first[1].days, 25);
  const std::vector<Stay> last = StaysOn(history, 2);
  ASSERT_THAT(last, SizeIs(1));
  EXPECT_EQ(last[0].days, 20);
  EXPECT_FALSE(last[0].ended);
}

TEST(Backlog, CountsByAgeAndAlertsWhenTooManyAreStuck) {
  v1::StageModel model = kPyramid;
  *model.mutable_levels(1)->mutable_stuck_after() =
      calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  model.mutable_levels(1)->set_stuck_limit(1);
  // Ten accounts: six active (60 %), four on level 2 for 5, 30, 31 and 100 days.
  const absl::CivilDay today = kApril1 + 200;
  std::vector<StageHistory> histories;
  for (int i = 0; i < 6; ++i) {
    histories.push_back(MakeHistory(model, Name(i), {{1, kApril1}, {3, kApril1 + 20}}, today));
  }
  const std::vector<int> days = {5, 30, 31, 100};
  for (int i = 0; i < 4; ++i) {
    histories.push_back(
        MakeHistory(model, Name(6 + i), {{2, today - days[static_cast<size_t>(i)]}}, today));
  }
  v1::GetStageBacklogRequest request;
  v1::GetStageBacklogResponse response = Backlog(model, histories, request);
  ASSERT_THAT(response.levels(), SizeIs(4));
  EXPECT_EQ(response.accounts(), 10);
  EXPECT_NEAR(response.levels(2).share().value(), 0.6, 1e-12);
  const v1::LevelBacklog& onboard = response.levels(1);
  std::vector<int64_t> counts;
  for (const v1::AgeBucket& bucket : onboard.buckets()) counts.push_back(bucket.accounts());
  // Up to 7, 30, 60, 90 days, and longer.
  EXPECT_THAT(counts, ElementsAre(1, 1, 1, 0, 1));
  EXPECT_EQ(onboard.buckets(1).from_days(), 8);
  EXPECT_EQ(onboard.buckets(1).to_days(), 30);
  EXPECT_FALSE(onboard.buckets(4).has_to_days());
  EXPECT_EQ(onboard.stuck(), 2);
  EXPECT_TRUE(onboard.breached());
  EXPECT_THAT(onboard.alert(), HasSubstr("2 accounts are stuck on l2"));
  ASSERT_THAT(onboard.stuck_accounts(), SizeIs(2));
  EXPECT_EQ(onboard.stuck_accounts(0).account(), Name(9));
  EXPECT_EQ(onboard.stuck_accounts(0).days(), 100);
  EXPECT_EQ(onboard.stuck_accounts(1).days(), 31);
  // All six left level 1 after 20 days.
  EXPECT_EQ(response.levels(0).dwell_days().value(), 20);

  model.mutable_levels(1)->set_stuck_limit(2);
  response = Backlog(model, histories, request);
  EXPECT_FALSE(response.levels(1).breached());
  EXPECT_THAT(response.levels(1).alert(), IsEmpty());
  Proves("HRM-05");
}

// Accounts that climb a ladder: each level is passed after an exponential time with this mean.
std::vector<StageHistory> Climb(std::mt19937& random, int accounts,
                                const std::vector<double>& mean_days, absl::CivilDay today) {
  std::vector<StageHistory> histories;
  for (int i = 0; i < accounts; ++i) {
    absl::CivilDay day = kApril1 + std::uniform_int_distribution(0, 60)(random);
    std::vector<std::pair<int, absl::CivilDay>> steps = {{1, day}};
    for (size_t rank = 1; rank < mean_days.size() + 1; ++rank) {
      const double wait = std::exponential_distribution(1 / mean_days[rank - 1])(random);
      day += static_cast<int>(std::ceil(wait));
      if (day > today) break;
      steps.emplace_back(static_cast<int>(rank) + 1, day);
    }
    histories.push_back(MakeHistory(kLadder, Name(i), steps, today));
  }
  return histories;
}

TEST(AnalyzeLevels, FindsThePlantedWallAndNoneInNullData) {
  const rule::FactCatalog catalog = rule::TestCatalog();
  constexpr unsigned kSeed = 22;
  std::mt19937 random(kSeed);
  constexpr int kRuns = 200;
  int found = 0;
  int false_alarms = 0;
  for (int run = 0; run < kRuns; ++run) {
    const auto planted = Climb(random, 150, {20, 20, 120, 20, 20}, kApril1 + 400);
    const auto answer = AnalyzeLevels(kLadder, planted, catalog, {});
    if (answer.wall() == "l3") ++found;
    const auto alike = Climb(random, 150, {40, 40, 40, 40, 40}, kApril1 + 400);
    if (!AnalyzeLevels(kLadder, alike, catalog, {}).wall().empty()) ++false_alarms;
  }
  EXPECT_GE(found, kRuns * 95 / 100) << "seed " << kSeed;
  // At most one in twenty, within three standard deviations.
  EXPECT_LE(false_alarms, kRuns * 0.05 + 3 * std::sqrt(kRuns * 0.05 * 0.95)) << "seed " << kSeed;
  const auto answer =
      AnalyzeLevels(kLadder, Climb(random, 150, {20, 20, 120, 20, 20}, kApril1 + 400), catalog, {});
  const v1::LevelAnalysis& wall = answer.levels(2);
  EXPECT_TRUE(wall.pass_rate().has_low() && wall.pass_rate().has_high());
  EXPECT_GT(wall.days_to_pass().value(), answer.levels(1).days_to_pass().value());
  EXPECT_THAT(answer.wall_because(), HasSubstr("l3"));
  Proves("REP-05");
}

TEST(AnalyzeLevels, SaysNothingOfLevelsThatTooFewHaveReached) {
  std::vector<StageHistory> histories;
  for (int i = 0; i < 19; ++i) {
    histories.push_back(
        MakeHistory(kLadder, Name(i), {{1, kApril1}, {2, kApril1 + 5}}, kApril1 + 100));
  }
  const auto answer = AnalyzeLevels(kLadder, histories, rule::TestCatalog(), {});
  EXPECT_EQ(answer.levels(0).reached(), 19);
  EXPECT_EQ(answer.levels(0).pass_rate().state(), v1::FIGURE_STATE_INSUFFICIENT);
  EXPECT_FALSE(answer.levels(0).pass_rate().has_value());
  EXPECT_FALSE(answer.levels(0).has_p_value());
  EXPECT_THAT(answer.wall(), IsEmpty());
  EXPECT_THAT(answer.wall_because(), HasSubstr("enough accounts"));
}

TEST(AnalyzeLevels, WarnsOfLevelsThatNobodyCanLose) {
  v1::StageModel model = kPyramid;
  *model.mutable_levels(1)->mutable_condition() = rule::ParseCondition(
      "compare { fact { fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM } } "
      "op: OPERATOR_GE values { number: 10 } }");
  *model.mutable_levels(2)->mutable_condition() = rule::ParseCondition(
      "compare { fact { fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM "
      "trailing { count: 4 unit: PERIOD_UNIT_WEEK } } } op: OPERATOR_GE values { number: 1 } }");
  *model.mutable_levels(3)->mutable_condition() = model.levels(2).condition();
  const auto answer = AnalyzeLevels(model, {}, rule::TestCatalog(), {});
  EXPECT_EQ(answer.levels(0).stickiness(), v1::STICKINESS_CAN_FALL);
  EXPECT_EQ(answer.levels(1).stickiness(), v1::STICKINESS_STICKY);
  EXPECT_THAT(answer.levels(1).sticky_readings(), ElementsAre("metric.interviews (sum) >= 10"));
  EXPECT_EQ(answer.levels(2).stickiness(), v1::STICKINESS_CAN_FALL);
  EXPECT_THAT(answer.warnings(), ElementsAre(HasSubstr("nobody can ever fall from l2")));
}

TEST(TimeToLevels, CountsThoseWhoAreStillOnTheirWay) {
  // Of five, three reach level 2 after 10, 20 and 30 days; one is watched for 15 days, one for 40.
  const std::vector<StageHistory> histories = {
      MakeHistory(kLadder, Name(0), {{1, kApril1}, {2, kApril1 + 10}}, kApril1 + 40),
      MakeHistory(kLadder, Name(1), {{1, kApril1}, {2, kApril1 + 20}}, kApril1 + 40),
      MakeHistory(kLadder, Name(2), {{1, kApril1}, {2, kApril1 + 30}}, kApril1 + 40),
      MakeHistory(kLadder, Name(3), {{1, kApril1 + 25}}, kApril1 + 40),
      MakeHistory(kLadder, Name(4), {{1, kApril1}}, kApril1 + 40)};
  std::vector<ClockedHistory> clocked;
  for (const StageHistory& history : histories) clocked.push_back({&history, kApril1, ""});
  clocked[3].clock_day = kApril1 + 25;
  v1::AnalyzeTimeToLevelRequest request;
  request.add_horizon_days(20);
  const auto answer = TimeToLevels(kLadder, clocked, request);
  const v1::TimeToLevel& second = answer.levels(1);
  EXPECT_EQ(second.level(), "l2");
  EXPECT_EQ(second.median_days().n(), 5);
  EXPECT_EQ(second.median_days().events(), 3);
  // Left after 10 days 4/5, after 20 days 4/5 x 2/3, after 30 days 4/5 x 2/3 x 1/2.
  EXPECT_NEAR(second.horizons(0).share().value(), 1 - 4.0 / 5 * 2 / 3, 1e-12);
  EXPECT_EQ(second.median_days().value(), 30);
}

// Freireich's remission times (1963), told as days to a level in two segments: median and share of
// each, and the log-rank p value of Kleinbaum, Klein 2012, section 2.IV (16.793) in both.
TEST(TimeToLevels, TellsGroupsApartWithTheLogRankTest) {
  const std::vector<int> reached = {6, 6, 6, 7, 10, 13, 16, 22, 23};
  const std::vector<int> watched = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
  const std::vector<int> others = {1, 1, 2,  2,  3,  4,  4,  5,  5,  8, 8,
                                   8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
  std::vector<StageHistory> histories;
  std::vector<std::string> groups;
  const auto add = [&](const char* group, int days, bool event) {
    std::vector<std::pair<int, absl::CivilDay>> steps = {{1, kApril1}};
    if (event) steps.push_back({2, kApril1 + days});
    histories.push_back(MakeHistory(kLadder, Name(static_cast<int>(histories.size())), steps,
                                    kApril1 + (event ? 40 : days)));
    groups.push_back(group);
  };
  for (const int days : reached) add("SMB", days, true);
  for (const int days : watched) add("SMB", days, false);
  for (const int days : others) add("MM", days, true);
  std::vector<ClockedHistory> clocked;
  for (size_t i = 0; i < histories.size(); ++i) {
    clocked.push_back({&histories[i], kApril1, groups[i]});
  }
  v1::AnalyzeTimeToLevelRequest request;
  request.set_group_by("account.segment");
  request.add_horizon_days(10);
  const auto answer = TimeToLevels(kLadder, clocked, request);
  int found = 0;
  for (const v1::TimeToLevel& level : answer.levels()) {
    if (level.level() != "l2") continue;
    ++found;
    EXPECT_NEAR(level.p_value(), 4.16880910933453e-05, 1e-12) << level.group();
    EXPECT_EQ(level.median_days().value(), level.group() == "SMB" ? 23 : 8);
    EXPECT_EQ(level.median_days().n(), 21);
    EXPECT_NEAR(level.horizons(0).share().value(),
                level.group() == "SMB" ? 1 - 0.752941176470588 : 13.0 / 21, 1e-12);
  }
  EXPECT_EQ(found, 2);
}

TEST(Retention, EqualsTheHandValueWithIntervalByCohort) {
  // Freireich's remission times (1963), told as customers: the survival of the first cohort at 10
  // weeks is 0.752941, at 23 weeks 0.448179; the log-rank statistic is 16.793.
  const std::vector<int> churned = {6, 6, 6, 7, 10, 13, 16, 22, 23};
  const std::vector<int> stayed = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
  const std::vector<int> others = {1, 1, 2,  2,  3,  4,  4,  5,  5,  8, 8,
                                   8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
  std::vector<Arrival> arrivals;
  for (const int days : churned) arrivals.push_back({2, "2026-Q1", days, true});
  for (const int days : stayed) arrivals.push_back({2, "2026-Q1", days, false});
  for (const int days : others) arrivals.push_back({2, "2026-Q2", days, true});
  for (int i = 0; i < 19; ++i) arrivals.push_back({3, "2026-Q1", 100, false});
  v1::AnalyzeStageRetentionRequest request;
  for (const int days : {10, 23, 300}) request.add_horizon_days(days);
  const auto answer = Retention(kPyramid, arrivals, request);
  ASSERT_THAT(answer.levels(), SizeIs(3));
  const v1::StageRetention& first = answer.levels(0);
  EXPECT_EQ(first.level(), "l2");
  EXPECT_EQ(first.cohort(), "2026-Q1");
  EXPECT_NEAR(first.horizons(0).share().value(), 0.752941176, 1e-9);
  EXPECT_NEAR(first.horizons(0).share().low(), 0.503199511, 1e-9);
  EXPECT_NEAR(first.horizons(0).share().high(), 0.889361835, 1e-9);
  EXPECT_EQ(first.horizons(0).share().n(), 21);
  EXPECT_NEAR(first.horizons(1).share().value(), 0.448179272, 1e-9);
  // Nobody was watched for 300 days.
  EXPECT_FALSE(first.horizons(2).share().has_value());
  EXPECT_EQ(first.median_days().value(), 23);
  EXPECT_NEAR(first.p_value(), 4.168809e-05, 1e-10);
  EXPECT_EQ(answer.levels(1).p_value(), first.p_value());
  // One fewer than twenty.
  const v1::StageRetention& thin = answer.levels(2);
  EXPECT_EQ(thin.level(), "l3");
  EXPECT_EQ(thin.horizons(0).share().state(), v1::FIGURE_STATE_INSUFFICIENT);
  EXPECT_FALSE(thin.horizons(0).share().has_value());
  EXPECT_EQ(thin.horizons(0).share().n(), 19);
  arrivals.push_back({3, "2026-Q1", 100, false});
  const auto enough = Retention(kPyramid, arrivals, request);
  // Nobody of twenty has churned: Wilson's interval of 20 of 20.
  EXPECT_EQ(enough.levels(2).horizons(0).share().value(), 1);
  EXPECT_NEAR(enough.levels(2).horizons(0).share().low(), 0.838874, 1e-6);
  Proves("HRM-04");
}

// Accounts of which the segment is not known may belong to any: they are shown, and not compared.
TEST(TimeToLevels, ComparesNoAccountsOfWhichTheGroupIsNotKnown) {
  std::vector<StageHistory> histories;
  std::vector<std::string> groups;
  for (int i = 1; i <= 10; ++i) {
    for (const char* group : {"MM", "SMB", ""}) {
      // Those of unknown segment are never seen to get there.
      std::vector<std::pair<int, absl::CivilDay>> steps = {{1, kApril1}};
      if (*group != 0) steps.push_back({2, kApril1 + i});
      const std::string name = Name(static_cast<int>(histories.size()));
      histories.push_back(MakeHistory(kLadder, name, steps, kApril1 + 40));
      groups.push_back(group);
    }
  }
  std::vector<ClockedHistory> clocked;
  for (size_t i = 0; i < histories.size(); ++i) {
    clocked.push_back({&histories[i], kApril1, groups[i]});
  }
  v1::AnalyzeTimeToLevelRequest request;
  request.set_group_by("account.segment");
  const auto answer = TimeToLevels(kLadder, clocked, request);
  int unknown = 0;
  for (const v1::TimeToLevel& level : answer.levels()) {
    if (level.level() != "l2") continue;
    EXPECT_NEAR(level.p_value(), 1, 1e-12) << level.group();
    unknown += level.group().empty() ? 1 : 0;
    EXPECT_EQ(level.median_days().n(), 10);
  }
  EXPECT_EQ(unknown, 1);
  // Of one segment there is nothing to compare with.
  std::erase_if(clocked, [](const ClockedHistory& one) { return one.group == "MM"; });
  const auto single = TimeToLevels(kLadder, clocked, request);
  for (const v1::TimeToLevel& level : single.levels()) EXPECT_FALSE(level.has_p_value());
}

TEST(Retention, ComparesNoAccountsOfWhichTheCohortIsNotKnown) {
  std::vector<Arrival> arrivals;
  for (int i = 1; i <= 20; ++i) {
    arrivals.push_back({2, "SMB", 10 * i, true});
    arrivals.push_back({2, "MM", 10 * i, true});
    arrivals.push_back({2, "", 400, false});
  }
  v1::AnalyzeStageRetentionRequest request;
  request.set_group_by("account.segment");
  const auto answer = Retention(kPyramid, arrivals, request);
  ASSERT_THAT(answer.levels(), SizeIs(3));
  for (const v1::StageRetention& level : answer.levels()) {
    EXPECT_NEAR(level.p_value(), 1, 1e-12) << level.cohort();
  }
  std::erase_if(arrivals, [](const Arrival& one) { return one.cohort == "MM"; });
  EXPECT_FALSE(Retention(kPyramid, arrivals, request).levels(0).has_p_value());
}

TEST(CohortOf, NamesMonthsQuartersAndYears) {
  EXPECT_EQ(CohortOf(absl::CivilDay(2026, 3, 31), v1::COHORT_PERIOD_MONTH), "2026-03");
  EXPECT_EQ(CohortOf(absl::CivilDay(2026, 3, 31), v1::COHORT_PERIOD_QUARTER), "2026-Q1");
  EXPECT_EQ(CohortOf(absl::CivilDay(2026, 4, 1), v1::COHORT_PERIOD_QUARTER), "2026-Q2");
  EXPECT_EQ(CohortOf(absl::CivilDay(2026, 12, 31), v1::COHORT_PERIOD_YEAR), "2026");
}

TEST(Movements, GiveRatesThatAddUpToOneAndNoneOfFew) {
  std::vector<Movement> movements;
  const auto add = [&](const char* group, int from, int to, int accounts) {
    for (int i = 0; i < accounts; ++i) movements.push_back({group, from, to});
  };
  add("members/aoki", 1, 1, 3);
  add("members/aoki", 1, 2, 4);
  add("members/aoki", 1, 3, 1);
  add("members/aoki", 3, 2, 2);
  add("members/ito", 2, 3, 4);
  const auto groups = Movements(kPyramid, movements, 5);
  ASSERT_THAT(groups, SizeIs(2));
  const v1::GroupMovement& aoki = groups[0];
  EXPECT_EQ(aoki.group(), "members/aoki");
  EXPECT_EQ(aoki.n(), 10);
  EXPECT_NEAR(aoki.rose().value(), 0.5, 1e-12);
  EXPECT_NEAR(aoki.fell().value(), 0.2, 1e-12);
  EXPECT_NEAR(aoki.rose().value() + aoki.fell().value() + aoki.stayed().value(), 1, 1e-12);
  double sum = 0;
  for (const v1::LevelTransition& transition : aoki.transitions()) {
    if (transition.from_level() == "l1") sum += transition.rate();
    // Two accounts on a level tell nothing.
    if (transition.from_level() == "l3") {
      EXPECT_FALSE(transition.has_rate());
    }
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  const v1::GroupMovement& ito = groups[1];
  EXPECT_EQ(ito.state(), v1::FIGURE_STATE_INSUFFICIENT);
  EXPECT_FALSE(ito.rose().has_value());
  EXPECT_FALSE(ito.transitions(0).has_rate());
  EXPECT_EQ(ito.transitions(0).accounts(), 4);
  Proves("PAN-07");
}

}  // namespace
}  // namespace banso::health

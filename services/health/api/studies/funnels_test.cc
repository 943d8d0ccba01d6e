#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/studies/studies_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class FunnelsTest : public StudiesFixture {
 protected:
  static v1::Funnel Scouting() {
    v1::Funnel funnel;
    funnel.set_name("funnels/scouting");
    funnel.set_display_name("From search to interview");
    funnel.set_success_definition("successDefinitions/offer");
    for (const char* metric : {"searches", "interests", "mails", "replies", "interviews"}) {
      v1::FunnelStep* step = funnel.add_steps();
      step->set_key(metric);
      step->set_display_name(metric);
      *step->mutable_reached() = Within30Days(absl::StrCat("metric.", metric));
      *step->mutable_volume() = SumWithin30Days(absl::StrCat("metric.", metric));
    }
    v1::FunnelHabit* habit = funnel.add_habits();
    habit->set_key("weekly_pool");
    habit->set_display_name("Candidates added in four weeks");
    type::v1::Comparison& compare = *habit->mutable_condition()->mutable_compare();
    *compare.mutable_fact() = SumWithin30Days("metric.pool");
    compare.mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_ACTIVE_WEEKS);
    compare.set_op(type::v1::OPERATOR_GE);
    *compare.add_values() = rule::NumberValue(4);
    return funnel;
  }

  absl::StatusOr<v1::Funnel> Save(const v1::Funnel& funnel) {
    v1::SaveFunnelRequest request;
    *request.mutable_funnel() = funnel;
    request.set_reason("test");
    return studies_.SaveFunnel(Now(), request);
  }

  // Fifteen successes and fifteen failures; the i-th takes as many steps as `depths` says.
  void PlantLog() {
    const std::vector<std::string> steps = {"searches", "interests", "mails", "replies",
                                            "interviews"};
    const auto plant = [&](absl::string_view prefix, bool success, const std::vector<int>& depths) {
      const std::vector<std::string> accounts =
          AddAccounts(prefix, static_cast<int>(depths.size()));
      for (size_t i = 0; i < accounts.size(); ++i) {
        if (success) Used(accounts[i], "offers", 25);
        for (int step = 0; step < depths[i]; ++step) {
          Used(accounts[i], steps[static_cast<size_t>(step)], 5 + step, success ? 9 : 3);
        }
        for (int week = 0; week < (success ? 5 : 2); ++week)
          Used(accounts[i], "pool", 1 + 7 * week);
      }
    };
    plant("good", true, {5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 3, 3, 2, 1});
    plant("poor", false, {3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0});
    Settle();
  }

  absl::StatusOr<v1::FunnelAnalysis> Analyze(const v1::StudyScope& scope = {}) {
    v1::AnalyzeFunnelRequest request;
    request.set_name("funnels/scouting");
    *request.mutable_scope() = scope;
    return studies_.AnalyzeFunnel(Now(), request);
  }
};

TEST_F(FunnelsTest, CountsFiveStepsOfSuccessesAndFailuresExactly) {
  PlantLog();
  ASSERT_THAT(Save(Scouting()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::FunnelAnalysis analysis, Analyze());
  EXPECT_EQ(analysis.successes(), 15);
  EXPECT_EQ(analysis.failures(), 15);
  const int with[] = {15, 14, 13, 11, 8};
  const int without[] = {12, 7, 1, 0, 0};
  ASSERT_EQ(analysis.steps_size(), 5);
  for (int i = 0; i < 5; ++i) {
    const v1::StepAnalysis& step = analysis.steps(i);
    EXPECT_EQ(step.reach().with().having(), with[i]) << step.reach().sentence();
    EXPECT_EQ(step.reach().without().having(), without[i]);
    EXPECT_EQ(step.through_with(), with[i]);
    EXPECT_EQ(step.through_without(), without[i]);
    EXPECT_EQ(step.reach().with().n(), 15);
    EXPECT_EQ(step.volume().with().n(), 15);
  }
  EXPECT_DOUBLE_EQ(Nth(analysis.steps(), 2).volume().with().median(), 9);
  EXPECT_DOUBLE_EQ(Nth(analysis.steps(), 2).volume().without().median(), 0);
  EXPECT_DOUBLE_EQ(Nth(analysis.steps(), 4).onward_with(), 8.0 / 11);
  EXPECT_FALSE(Nth(analysis.steps(), 4).has_onward_without());
  EXPECT_THAT(analysis.basis().revisions(), Contains("successDefinitions/offer@1"));
  EXPECT_THAT(analysis.basis().revisions(), Contains("funnels/scouting@1"));
  EXPECT_EQ(analysis.basis().clock(), type::v1::CLOCK_CONTRACT_START);
  testing::Proves("LAP-13");
}

TEST_F(FunnelsTest, RanksTheHabitAndTheMailAsTheWalls) {
  PlantLog();
  ASSERT_THAT(Save(Scouting()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::FunnelAnalysis analysis, Analyze());
  ASSERT_GE(analysis.walls_size(), 2);
  EXPECT_EQ(analysis.walls(0).key(), "weekly_pool");
  EXPECT_EQ(analysis.walls(1).key(), "mails");
  EXPECT_TRUE(analysis.walls(1).contrast().has_difference_interval());
  EXPECT_LE(analysis.walls(1).contrast().q_value(), 0.05);
}

TEST_F(FunnelsTest, ReportsTheSameNumbersInWordsAndNamesNobody) {
  PlantLog();
  ASSERT_THAT(Save(Scouting()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::FunnelAnalysis analysis, Analyze());
  const std::string& report = analysis.report();
  EXPECT_THAT(report, HasSubstr("15 successes against 15 failures"));
  EXPECT_THAT(report, HasSubstr("mails: 13 of 15 (86.7 %) against 1 of 15 (6.7 %)"));
  for (const v1::StepAnalysis& step : analysis.steps()) {
    EXPECT_THAT(report, HasSubstr(step.reach().sentence()));
    EXPECT_THAT(report, HasSubstr(absl::StrCat("Through all steps so far: ", step.through_with(),
                                               " against ", step.through_without())));
    EXPECT_THAT(report, HasSubstr(step.volume().sentence()));
  }
  for (const v1::Wall& wall : analysis.walls()) {
    EXPECT_THAT(report, HasSubstr(absl::StrCat(wall.rank(), ". ", wall.contrast().sentence())));
  }
  EXPECT_THAT(report, HasSubstr("Clock: contract start"));
  EXPECT_THAT(report, HasSubstr("not what causes what"));
  for (const char* personal : {"accounts/", "good", "poor", "members/", "Suzuki"}) {
    EXPECT_THAT(report, Not(HasSubstr(personal)));
  }
  testing::Proves("LAP-20");
}

TEST_F(FunnelsTest, SaysInsufficientOfAFewOnboardings) {
  for (const std::string& account : AddAccounts("few", 3)) Used(account, "offers", 3);
  Settle();
  ASSERT_THAT(Save(Scouting()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::FunnelAnalysis analysis, Analyze());
  EXPECT_EQ(analysis.successes(), 3);
  EXPECT_EQ(Nth(analysis.steps(), 0).reach().finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_TRUE(analysis.walls().empty());
}

TEST_F(FunnelsTest, LeavesOutWhoIsStillBeingObserved) {
  PlantLog();
  ASSERT_THAT(Save(Scouting()), IsOk());
  v1::StudyScope scope;
  *scope.mutable_as_of() = calendar::ToTimestamp(Noon(absl::CivilDay(2026, 4, 20)));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::FunnelAnalysis analysis, Analyze(scope));
  EXPECT_EQ(analysis.basis().cases(), 0);
  ASSERT_EQ(analysis.basis().left_out_size(), 1);
  EXPECT_EQ(analysis.basis().left_out(0).cases(), 30);
  EXPECT_THAT(analysis.basis().left_out(0).because(), HasSubstr("has not come"));
}

TEST_F(FunnelsTest, RefusesUnknownFactsAndKeysThatAreUsedTwice) {
  v1::Funnel funnel = Scouting();
  funnel.mutable_steps(1)->set_key("searches");
  funnel.mutable_habits(0)->mutable_condition()->mutable_compare()->mutable_fact()->set_fact(
      "metric.pol");
  EXPECT_THAT(Save(funnel), StatusIs(absl::StatusCode::kInvalidArgument,
                                     ::testing::AllOf(HasSubstr("funnel.steps[1].key"),
                                                      HasSubstr("funnel.habits[0].condition"))));
}

TEST_F(FunnelsTest, RefusesASuccessDefinitionThatNeitherExistsNorComesWithIt) {
  v1::SaveFunnelRequest request;
  *request.mutable_funnel() = Scouting();
  request.mutable_funnel()->set_success_definition("successDefinitions/ofer");
  request.set_reason("test");
  EXPECT_THAT(studies_.SaveFunnel(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasSubstr("funnel.success_definition"),
                                        HasSubstr("successDefinitions/ofer"))));
  request.add_additional_resources("successDefinitions/ofer");
  EXPECT_THAT(studies_.SaveFunnel(Now(), request), IsOk());
}

}  // namespace
}  // namespace banso::health

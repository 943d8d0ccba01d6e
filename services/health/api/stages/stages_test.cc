#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "common/contract/errors.h"
#include "common/rule/value.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/own_facts.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/domain/stages/placement.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The sum of a metric, of all time or of the last days, is at least a number.
type::v1::Condition AtLeast(absl::string_view fact, double number, int last_days = 0) {
  type::v1::Condition condition;
  type::v1::Comparison* compare = condition.mutable_compare();
  compare->mutable_fact()->set_fact(std::string(fact));
  type::v1::Window* window = compare->mutable_fact()->mutable_window();
  window->set_aggregation(type::v1::AGGREGATION_SUM);
  if (last_days > 0) {
    *window->mutable_trailing() = calendar::MakePeriod(last_days, type::v1::PERIOD_UNIT_DAY);
  }
  compare->set_op(type::v1::OPERATOR_GE);
  *compare->add_values() = rule::NumberValue(number);
  return condition;
}

// Entry, onboard (a log-in in four weeks), active (five), loyal (twenty).
v1::StageModel Pyramid() {
  v1::StageModel model;
  model.set_name("stageModels/adoption");
  model.set_display_name("Adoption");
  model.set_purpose("Says whom to call");
  model.set_kind(v1::STAGE_MODEL_KIND_PYRAMID);
  model.add_levels()->set_key("entry");
  const auto add = [&](const char* key, double number) {
    v1::StageLevel* level = model.add_levels();
    level->set_key(key);
    *level->mutable_condition() = AtLeast("metric.logins", number, 28);
  };
  add("onboard", 1);
  add("active", 5);
  add("loyal", 20);
  *model.mutable_levels(0)->mutable_stuck_after() =
      calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  return model;
}

class StagesTest : public HealthFixture {
 protected:
  StagesTest() : stages_(*database_, store_, *evaluator_) { MakeMetric("logins"); }

  v1::StageModel Activate(const v1::StageModel& model) {
    v1::SaveStageModelRequest save;
    *save.mutable_stage_model() = model;
    save.set_reason("test");
    const auto saved = stages_.SaveStageModel(Now(), save);
    EXPECT_THAT(saved, IsOk());
    v1::ActivateStageModelRequest activate;
    activate.set_name(absl::StrCat(model.name(), "@", saved->revision().number()));
    const auto active = stages_.ActivateStageModel(Now(), activate);
    EXPECT_THAT(active, IsOk());
    return *active;
  }

  v1::Placement Get(absl::string_view model = "adoption",
                    std::optional<absl::Time> as_of = std::nullopt) {
    v1::GetPlacementRequest request;
    request.set_name(absl::StrCat("accounts/acme/placements/", model));
    if (as_of.has_value()) *request.mutable_as_of() = calendar::ToTimestamp(*as_of);
    const auto placement = stages_.GetPlacement(Now(), request);
    EXPECT_THAT(placement, IsOk());
    return placement.ok() ? *placement : v1::Placement();
  }

  std::vector<v1::StageMove> Moves(absl::string_view parent = "accounts/acme/placements/adoption") {
    v1::ListStageMovesRequest request;
    request.set_parent(std::string(parent));
    request.set_page_size(1000);
    const auto response = stages_.ListStageMoves(Now(), request);
    EXPECT_THAT(response, IsOk());
    return {response->moves().begin(), response->moves().end()};
  }

  void LogIn(absl::CivilDay day, int times, absl::string_view metric = "logins") {
    ASSERT_THAT(
        Ingest(Now(), {MakeSample(absl::StrCat("s", ++samples_), metric, Noon(day), times)}),
        IsOk());
  }

  void Sweep() { ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk()); }

  // Brings what accounts tells of an account, as of now.
  void Tell(absl::string_view account, absl::string_view fact, type::v1::Value value) {
    fact::v1::FactChange change;
    change.set_subject(absl::StrCat("accounts/", account));
    change.set_fact(std::string(fact));
    *change.mutable_value() = std::move(value);
    *change.mutable_occurred_time() = calendar::ToTimestamp(now_);
    *change.mutable_recorded_time() = calendar::ToTimestamp(now_);
    ASSERT_THAT(
        database_->Write(
            Now(), [&](storage::Writer& writer) { return store_.MirrorFact(writer, change); }),
        IsOk());
  }

  StagesApi stages_;
  int samples_ = 0;
};

TEST_F(StagesTest, HasOneStagePerAccountThatItsMovesReplayTo) {
  Activate(Pyramid());
  Sweep();
  EXPECT_EQ(Get().level(), "entry");
  now_ = Noon(kApril1 + 3);
  LogIn(kApril1 + 3, 1);
  EXPECT_EQ(Get().level(), "onboard");
  now_ = Noon(kApril1 + 10);
  LogIn(kApril1 + 10, 20);
  EXPECT_EQ(Get().level(), "loyal");
  // Only time passes: a log-in of 3 April leaves the window on 1 May, those of 11 April on 9 May.
  for (int day = 11; day <= 60; ++day) {
    now_ = Noon(kApril1 + day);
    Sweep();
  }
  const v1::Placement placement = Get();
  EXPECT_EQ(placement.level(), "entry");
  EXPECT_EQ(placement.highest_rank(), 4);
  EXPECT_EQ(calendar::DayOf(calendar::ToTime(placement.since()), "Asia/Tokyo"), kApril1 + 38);
  const std::vector<v1::StageMove> moves = Moves();
  std::vector<std::string> ways;
  for (const v1::StageMove& move : moves) {
    ways.push_back(absl::StrCat(move.from_level(), ">", move.to_level()));
    EXPECT_EQ(move.stage_model(), "stageModels/adoption@1");
    EXPECT_THAT(move.because(), ::testing::Not(::testing::IsEmpty()));
  }
  EXPECT_THAT(ways, ElementsAre(">entry", "entry>onboard", "onboard>loyal", "loyal>entry"));
  EXPECT_THAT(Nth(moves, 2).because(), HasSubstr("metric.logins"));
  EXPECT_EQ(Nth(moves, 3).kind(), v1::STAGE_MOVE_KIND_FELL);
  // The moves alone lead to the same place.
  const auto replayed = Replay(moves, now_);
  ASSERT_TRUE(replayed.has_value());
  EXPECT_EQ(replayed->level(), placement.level());
  EXPECT_EQ(replayed->highest_rank(), placement.highest_rank());
  EXPECT_EQ(replayed->moves(), placement.moves());
  EXPECT_EQ(calendar::ToTime(replayed->since()), calendar::ToTime(placement.since()));
  // Each account is listed once, on one level.
  Follow("beta");
  Follow("gamma");
  Sweep();
  v1::ListPlacementsRequest list;
  list.set_parent("accounts/-");
  list.set_stage_model("stageModels/adoption");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto all, stages_.ListPlacements(Now(), list));
  ASSERT_THAT(all.placements(), SizeIs(3));
  for (const v1::Placement& one : all.placements()) {
    EXPECT_EQ(one.state(), v1::PLACEMENT_STATE_PLACED);
    EXPECT_GE(one.rank(), 1);
  }
  // As of then.
  EXPECT_EQ(Get("adoption", Noon(kApril1 + 20)).level(), "loyal");
  EXPECT_EQ(Get("adoption", Noon(kApril1 + 5)).level(), "onboard");
  Proves("HRM-03");
}

TEST_F(StagesTest, ExplainsEveryLevel) {
  Activate(Pyramid());
  LogIn(kApril1, 3);
  const v1::Placement placement = Get();
  ASSERT_THAT(placement.levels(), SizeIs(4));
  EXPECT_EQ(placement.levels(1).reached(), type::v1::TRUTH_TRUE);
  EXPECT_EQ(placement.levels(2).reached(), type::v1::TRUTH_FALSE);
  EXPECT_EQ(placement.levels(2).explanation().value().number(), 3);
  EXPECT_FALSE(placement.levels(0).has_explanation());
}

TEST_F(StagesTest, PutsLateDataOnTheDayOnWhichTheyOccurred) {
  Activate(Pyramid());
  Sweep();
  now_ = Noon(kApril1 + 10);
  Sweep();
  LogIn(kApril1 + 6, 5);
  EXPECT_EQ(Get().level(), "active");
  const std::vector<v1::StageMove> moves = Moves();
  ASSERT_THAT(moves, SizeIs(2));
  EXPECT_EQ(calendar::DayOf(calendar::ToTime(moves[1].occurred_time()), "Asia/Tokyo"), kApril1 + 6);
  EXPECT_EQ(calendar::ToTime(moves[1].create_time()), now_);
}

TEST_F(StagesTest, WorksOutThePastOfAModelThatComesAfterTheData) {
  now_ = Noon(kApril1 + 50);
  LogIn(kApril1 + 2, 5);
  v1::StageModel model = Pyramid();
  *model.mutable_history_from() = calendar::ToDate(kApril1);
  Activate(model);
  Sweep();
  std::vector<std::string> days;
  for (const v1::StageMove& move : Moves()) {
    days.push_back(absl::StrCat(
        move.to_level(), " ",
        calendar::DayText(calendar::DayOf(calendar::ToTime(move.occurred_time()), "Asia/Tokyo"))));
  }
  EXPECT_THAT(days, ElementsAre("entry 2026-04-01", "active 2026-04-03", "entry 2026-05-01"));
}

TEST_F(StagesTest, TellsTheLevelAsAFactThatConditionsMayRead) {
  Activate(Pyramid());
  Sweep();
  now_ = Noon(kApril1 + 1);
  LogIn(kApril1 + 1, 1);
  OwnFacts facts(store_);
  fact::v1::GetFactsRequest request;
  request.add_subjects("accounts/acme");
  request.add_queries()->set_fact("stage.adoption");
  request.add_queries()->set_fact("stage.adoption.rank");
  request.add_queries()->set_fact("stage.adoption.stuck");
  const auto read = [&] {
    std::vector<fact::v1::FactReading> readings;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(readings, facts.Read(reader, request, now_));
      return absl::OkStatus();
    }),
                IsOk());
    return readings;
  };
  // Before the sweep, on the spot; after it, from the log.
  for (int turn = 0; turn < 2; ++turn) {
    const auto readings = read();
    ASSERT_THAT(readings, SizeIs(3));
    EXPECT_EQ(readings[0].value().text(), "onboard") << turn;
    EXPECT_EQ(readings[1].value().number(), 2);
    EXPECT_FALSE(readings[2].value().flag());
    Sweep();
  }
  // A success definition may read it.
  v1::SuccessDefinition definition;
  definition.set_name("successDefinitions/onboarded");
  definition.set_display_name("Onboarded");
  type::v1::Comparison* compare = definition.mutable_condition()->mutable_compare();
  compare->mutable_fact()->set_fact("stage.adoption");
  compare->set_op(type::v1::OPERATOR_IN);
  for (const char* level : {"onboard", "active", "loyal"}) {
    *compare->add_values() = rule::TextValue(level);
  }
  definition.set_clock(type::v1::CLOCK_CONTRACT_START);
  *definition.mutable_due() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  HealthFixture::Activate(definition);
  Sweep();
  v1::GetSuccessLabelRequest label;
  label.set_name("accounts/acme/onboardings/o1/successLabels/onboarded");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SuccessLabel met, success_->GetSuccessLabel(Now(), label));
  EXPECT_EQ(met.state(), v1::SUCCESS_STATE_MET);
}

TEST_F(StagesTest, RefusesALevelThatReadsStages) {
  v1::SaveStageModelRequest save;
  *save.mutable_stage_model() = Pyramid();
  save.set_reason("test");
  save.mutable_stage_model()->mutable_levels(1)->mutable_condition()->mutable_known()->set_fact(
      "stage.adoption");
  EXPECT_THAT(stages_.SaveStageModel(Now(), save), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(StagesTest, TellsAStuckAccountAsAFactAndInTheBacklog) {
  v1::StageModel model = Pyramid();
  model.mutable_levels(0)->set_stuck_limit(0);
  Activate(model);
  Sweep();
  Tell("acme", "account.owner", rule::TextValue("members/aoki"));
  v1::GetStageBacklogRequest request;
  request.set_stage_model("stageModels/adoption");
  now_ = Noon(kApril1 + 30);
  Sweep();
  BANSO_ASSERT_OK_AND_ASSIGN(const auto before, stages_.GetStageBacklog(Now(), request));
  EXPECT_FALSE(Nth(before.levels(), 0).breached());
  now_ = Noon(kApril1 + 31);
  Sweep();
  EXPECT_TRUE(Get().stuck());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto after, stages_.GetStageBacklog(Now(), request));
  EXPECT_TRUE(Nth(after.levels(), 0).breached());
  ASSERT_THAT(after.levels(0).stuck_accounts(), SizeIs(1));
  EXPECT_EQ(after.levels(0).stuck_accounts(0).owner(), "members/aoki");
  EXPECT_EQ(after.levels(0).stuck_accounts(0).days(), 31);
  // A customer who has left is nobody's backlog.
  Tell("acme", "account.lifecycle_stage", rule::TextValue("churned"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto gone, stages_.GetStageBacklog(Now(), request));
  EXPECT_EQ(gone.accounts(), 0);
}

// Six levels, each by a metric of its own.
v1::StageModel Ladder() {
  v1::StageModel model;
  model.set_name("stageModels/value");
  model.set_display_name("Value levels");
  model.set_purpose("Time to value");
  model.set_kind(v1::STAGE_MODEL_KIND_VALUE_LADDER);
  for (int rank = 1; rank <= 6; ++rank) {
    v1::StageLevel* level = model.add_levels();
    level->set_key(absl::StrCat("level", rank));
    *level->mutable_condition() = AtLeast(absl::StrCat("metric.m", rank), 1, 90);
  }
  return model;
}

TEST_F(StagesTest, LetsNobodySkipAValueLevelAndKeepsItsHistory) {
  for (int rank = 1; rank <= 6; ++rank) MakeMetric(absl::StrCat("m", rank));
  Activate(Ladder());
  Sweep();
  EXPECT_EQ(Get("value").state(), v1::PLACEMENT_STATE_BELOW);
  // Set up, first use, and return on investment: levels 3 and 4 are missing.
  now_ = Noon(kApril1 + 10);
  for (const char* metric : {"m1", "m2", "m5"}) LogIn(kApril1 + 10, 1, metric);
  EXPECT_EQ(Get("value").level(), "level2");
  now_ = Noon(kApril1 + 20);
  LogIn(kApril1 + 20, 1, "m4");
  EXPECT_EQ(Get("value").level(), "level2");
  now_ = Noon(kApril1 + 30);
  LogIn(kApril1 + 30, 1, "m3");
  const v1::Placement fifth = Get("value");
  EXPECT_EQ(fifth.level(), "level5");
  EXPECT_EQ(Nth(fifth.levels(), 4).reached(), type::v1::TRUTH_TRUE);
  const std::vector<v1::StageMove> moves = Moves("accounts/acme/placements/value");
  const auto replayed = Replay(moves, now_);
  EXPECT_EQ(replayed->level(), "level5");
  EXPECT_EQ(replayed->moves(), fifth.moves());
  EXPECT_EQ(Replay(moves, Noon(kApril1 + 25))->level(), "level2");
  // The days from the contract's start to each level.
  v1::AnalyzeTimeToLevelRequest request;
  request.set_stage_model("stageModels/value");
  request.set_clock(type::v1::CLOCK_CONTRACT_START);
  request.set_minimum_n(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto times, stages_.AnalyzeTimeToLevel(Now(), request));
  std::vector<double> days;
  for (const v1::TimeToLevel& level : times.levels()) {
    if (level.median_days().has_value()) days.push_back(level.median_days().value());
  }
  EXPECT_THAT(days, ElementsAre(10, 10, 30, 30, 30));
  request.set_clock(type::v1::CLOCK_GO_LIVE);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto none, stages_.AnalyzeTimeToLevel(Now(), request));
  EXPECT_EQ(none.without_clock(), 1);
  Proves("REP-04");
}

TEST_F(StagesTest, CallsValueThatWasReachedAndLostARegression) {
  for (int rank = 1; rank <= 6; ++rank) MakeMetric(absl::StrCat("m", rank));
  Activate(Ladder());
  Sweep();
  // The goal is met on day 60, and last on day 110: on day 200 it is lost, long after completion.
  now_ = Noon(kApril1 + 60);
  LogIn(kApril1 + 60, 1, "m1");
  Sweep();
  now_ = Noon(kApril1 + 110);
  LogIn(kApril1 + 110, 1, "m1");
  for (int day = 111; day <= 210; ++day) {
    now_ = Noon(kApril1 + day);
    Sweep();
  }
  v1::ListStageMovesRequest request;
  request.set_parent("accounts/-/placements/-");
  request.add_kinds(v1::STAGE_MOVE_KIND_VALUE_REGRESSION);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto regressions, stages_.ListStageMoves(Now(), request));
  ASSERT_THAT(regressions.moves(), SizeIs(1));
  const v1::StageMove& lost = regressions.moves(0);
  EXPECT_EQ(lost.from_level(), "level1");
  EXPECT_EQ(lost.to_state(), v1::PLACEMENT_STATE_BELOW);
  EXPECT_EQ(calendar::DayOf(calendar::ToTime(lost.occurred_time()), "Asia/Tokyo"), kApril1 + 200);
  EXPECT_THAT(lost.because(), HasSubstr("metric.m1"));
  const std::vector<v1::StageMove> moves = Moves("accounts/acme/placements/value");
  EXPECT_EQ(calendar::DayOf(calendar::ToTime(moves[1].occurred_time()), "Asia/Tokyo"),
            kApril1 + 60);
  Proves("LX-35");
}

TEST_F(StagesTest, FlagsALevelOfTotalsAsSticky) {
  v1::StageModel model = Pyramid();
  *model.mutable_levels(1)->mutable_condition() = AtLeast("metric.logins", 10);
  Activate(model);
  v1::AnalyzeLevelsRequest request;
  request.set_stage_model("stageModels/adoption");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto analysis, stages_.AnalyzeLevels(Now(), request));
  EXPECT_EQ(Nth(analysis.levels(), 1).stickiness(), v1::STICKINESS_STICKY);
  EXPECT_EQ(Nth(analysis.levels(), 2).stickiness(), v1::STICKINESS_CAN_FALL);
  EXPECT_THAT(analysis.warnings(), ElementsAre(HasSubstr("onboard")));
}

TEST_F(StagesTest, CountsRetentionFromTheArrivalAtALevelToChurn) {
  Follow("beta");
  Activate(Pyramid());
  Sweep();
  now_ = Noon(kApril1 + 100);
  v1::Outcome churn;
  churn.set_name("accounts/beta/outcomes/churn");
  churn.set_kind(v1::OUTCOME_KIND_CHURN);
  *churn.mutable_occurred_time() = calendar::ToTimestamp(Noon(kApril1 + 40));
  ASSERT_THAT(database_->Write(Now(),
                               [&](storage::Writer& writer) {
                                 return store_.outcomes.Create(writer, churn).status();
                               }),
              IsOk());
  v1::AnalyzeStageRetentionRequest request;
  request.set_stage_model("stageModels/adoption");
  request.set_cohort_period(v1::COHORT_PERIOD_QUARTER);
  request.add_horizon_days(39);
  request.add_horizon_days(40);
  request.set_minimum_n(2);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto retention, stages_.AnalyzeStageRetention(Now(), request));
  ASSERT_THAT(retention.levels(), SizeIs(1));
  EXPECT_EQ(retention.levels(0).level(), "entry");
  EXPECT_EQ(retention.levels(0).cohort(), "2026-Q2");
  EXPECT_EQ(Nth(retention.levels(0).horizons(), 0).share().value(), 1);
  EXPECT_EQ(Nth(retention.levels(0).horizons(), 1).share().value(), 0.5);
  // Accounts tells of acme's churn; where both do, the outcome counts.
  Tell("acme", "account.churn_date", rule::DateValue(kApril1 + 20));
  Tell("beta", "account.churn_date", rule::DateValue(kApril1 + 10));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto both, stages_.AnalyzeStageRetention(Now(), request));
  EXPECT_EQ(Nth(both.levels(0).horizons(), 0).share().value(), 0.5);
  EXPECT_EQ(Nth(both.levels(0).horizons(), 1).share().value(), 0);
}

// Late data put an account on a level as of a past day; who asks what was known then sees none of
// it.
TEST_F(StagesTest, ReportsWhatWasKnownThen) {
  Activate(Pyramid());
  Sweep();
  Tell("acme", "account.owner", rule::TextValue("members/aoki"));
  now_ = Noon(kApril1 + 10);
  Sweep();
  const absl::Time then = now_;
  now_ = Noon(kApril1 + 12);
  LogIn(kApril1 + 6, 5);
  Sweep();
  const auto on_active = [&](bool known) {
    v1::GetStageBacklogRequest request;
    request.set_stage_model("stageModels/adoption");
    *request.mutable_as_of() = calendar::ToTimestamp(then);
    if (known) *request.mutable_known_at() = calendar::ToTimestamp(then);
    const auto backlog = stages_.GetStageBacklog(Now(), request);
    EXPECT_THAT(backlog, IsOk());
    int64_t accounts = 0;
    for (const v1::LevelBacklog& level : backlog->levels()) {
      if (level.level() == "active") accounts += level.accounts();
    }
    return accounts;
  };
  EXPECT_EQ(on_active(false), 1);
  EXPECT_EQ(on_active(true), 0);
  const auto reached_active = [&](const auto& levels) {
    int64_t reached = 0;
    for (const auto& level : levels) {
      if (level.level() == "active") reached = level.reached();
    }
    return reached;
  };
  v1::AnalyzeLevelsRequest levels;
  levels.set_stage_model("stageModels/adoption");
  *levels.mutable_as_of() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(auto analysis, stages_.AnalyzeLevels(Now(), levels));
  EXPECT_EQ(reached_active(analysis.levels()), 1);
  *levels.mutable_known_at() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(analysis, stages_.AnalyzeLevels(Now(), levels));
  EXPECT_EQ(reached_active(analysis.levels()), 0);
  v1::AnalyzeTimeToLevelRequest time;
  time.set_stage_model("stageModels/adoption");
  time.set_clock(type::v1::CLOCK_CONTRACT_START);
  time.set_minimum_n(1);
  *time.mutable_as_of() = calendar::ToTimestamp(then);
  *time.mutable_known_at() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto times, stages_.AnalyzeTimeToLevel(Now(), time));
  EXPECT_EQ(times.without_clock(), 0);
  for (const v1::TimeToLevel& level : times.levels()) {
    if (level.level() == "active") {
      EXPECT_EQ(level.median_days().events(), 0);
    }
  }
  v1::GetStageMovementRequest movement;
  movement.set_stage_model("stageModels/adoption");
  *movement.mutable_from_time() = calendar::ToTimestamp(Noon(kApril1 + 1));
  *movement.mutable_to_time() = calendar::ToTimestamp(then);
  movement.set_minimum_n(1);
  BANSO_ASSERT_OK_AND_ASSIGN(auto moved, stages_.GetStageMovement(Now(), movement));
  EXPECT_EQ(Nth(moved.groups(), 0).rose().value(), 1);
  *movement.mutable_known_at() = calendar::ToTimestamp(then);
  BANSO_ASSERT_OK_AND_ASSIGN(moved, stages_.GetStageMovement(Now(), movement));
  EXPECT_EQ(Nth(moved.groups(), 0).rose().value(), 0);
}

TEST_F(StagesTest, GroupsMovementByTheOwnerOfThatTime) {
  Activate(Pyramid());
  Sweep();
  Tell("acme", "account.owner", rule::TextValue("members/aoki"));
  now_ = Noon(kApril1 + 10);
  Tell("acme", "account.owner", rule::TextValue("members/ito"));
  LogIn(kApril1 + 10, 5);
  Sweep();
  v1::GetStageMovementRequest request;
  request.set_stage_model("stageModels/adoption");
  *request.mutable_from_time() = calendar::ToTimestamp(Noon(kApril1 + 5));
  request.set_group_by("account.owner");
  request.set_minimum_n(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto movement, stages_.GetStageMovement(Now(), request));
  ASSERT_THAT(movement.groups(), SizeIs(1));
  EXPECT_EQ(movement.groups(0).group(), "members/aoki");
  EXPECT_EQ(movement.groups(0).rose().value(), 1);
  request.set_group_by("metric.logins");
  EXPECT_THAT(stages_.GetStageMovement(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::health

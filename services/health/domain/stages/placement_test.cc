#include "services/health/domain/stages/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "common/testing/status_matchers.h"
#include "services/health/domain/stages/stage_fixture.h"
#include "services/health/domain/stages/stage_model.h"

namespace banso::health {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

int RankBy(const v1::StageModel& model, absl::string_view levels, int before = -1) {
  std::optional<Standing> standing;
  if (before >= 0) {
    standing =
        Standing{.state = before > 0 ? v1::PLACEMENT_STATE_PLACED : v1::PLACEMENT_STATE_BELOW,
                 .rank = before};
  }
  return Decide(model, Says(levels), standing).rank;
}

TEST(Decide, TakesTheHighestLevelOfAPyramidThatIsReached) {
  EXPECT_EQ(RankBy(kPyramid, "TFFF"), 1);
  EXPECT_EQ(RankBy(kPyramid, "TTFF"), 2);
  EXPECT_EQ(RankBy(kPyramid, "TFFT"), 4);
}

TEST(Decide, LetsNobodySkipALevelOfALadder) {
  EXPECT_EQ(RankBy(kLadder, "TTFTTT"), 2);
  EXPECT_EQ(RankBy(kLadder, "TTTFTF"), 3);
  EXPECT_EQ(RankBy(kLadder, "TTTTTF"), 5);
  EXPECT_EQ(RankBy(kLadder, "FTTTTT"), 0);
  EXPECT_EQ(Decide(kLadder, Says("FTTTTT"), std::nullopt).state, v1::PLACEMENT_STATE_BELOW);
}

TEST(Decide, LooksAtTheLevelsThatAPyramidsLevelRequires) {
  v1::StageModel model = kPyramid;
  model.mutable_levels(3)->add_required_levels("l3");
  EXPECT_EQ(RankBy(model, "TTFT"), 2);
  EXPECT_EQ(RankBy(model, "TFTT"), 4);
}

TEST(Decide, NeitherLiftsNorDropsByWhatIsUnknown) {
  EXPECT_EQ(RankBy(kPyramid, "TT?F"), 2);
  EXPECT_EQ(RankBy(kPyramid, "TT?F", 2), 2);
  EXPECT_EQ(RankBy(kPyramid, "TT?F", 3), 3);
  EXPECT_EQ(RankBy(kPyramid, "TF??", 3), 3);
  // Known to have lost the highest, not known to have lost the next.
  EXPECT_EQ(RankBy(kPyramid, "TT?F", 4), 3);
  const Standing kept =
      Decide(kPyramid, Says("TT?F"), Standing{.state = v1::PLACEMENT_STATE_PLACED, .rank = 3});
  EXPECT_THAT(kept.uncertain_because, HasSubstr("the source is silent"));
  EXPECT_THAT(Decide(kPyramid, Says("TTTF"), kept).uncertain_because, IsEmpty());
}

TEST(Decide, KeepsTheLevelWhileItIsNotKnownWhetherTheModelApplies) {
  StageJudgement judgement = Says("TTTT");
  judgement.applies = Explained(type::v1::TRUTH_UNKNOWN);
  const Standing before{.state = v1::PLACEMENT_STATE_PLACED, .rank = 2};
  EXPECT_EQ(Decide(kPyramid, judgement, before).rank, 2);
  EXPECT_EQ(Decide(kPyramid, judgement, std::nullopt).state, v1::PLACEMENT_STATE_NOT_APPLICABLE);
  judgement.applies = Explained(type::v1::TRUTH_FALSE);
  EXPECT_EQ(Decide(kPyramid, judgement, before).state, v1::PLACEMENT_STATE_NOT_APPLICABLE);
}

// An account whose levels change from days on.
class PlacedAccount {
 public:
  PlacedAccount& From(absl::CivilDay day, std::string levels) {
    changes_[day] = std::move(levels);
    return *this;
  }

  StageJudgement At(absl::Time time) const {
    auto next = changes_.upper_bound(calendar::DayOf(time, Tokyo()));
    return Says(std::prev(next)->second);
  }

  // Brings the placement up to noon of a day.
  std::vector<v1::StageMove> Advance(const v1::StageModel& model, absl::CivilDay day) {
    const auto advance = AdvancePlacement(
        model, placement, {.now = rule::NoonOf(day), .zone = Tokyo(), .judged = judged},
        [this](absl::Time time) -> absl::StatusOr<StageJudgement> { return At(time); });
    EXPECT_THAT(advance, banso::testing::IsOk());
    placement = advance->placement;
    judged = day;
    for (const v1::StageMove& move : advance->moves) moves.push_back(move);
    return advance->moves;
  }

  std::optional<v1::Placement> placement;
  std::optional<absl::CivilDay> judged;
  std::vector<v1::StageMove> moves;

 private:
  std::map<absl::CivilDay, std::string> changes_;
};

absl::CivilDay DayOf(const v1::StageMove& move) {
  return calendar::DayOf(calendar::ToTime(move.occurred_time()), Tokyo());
}

TEST(AdvancePlacement, MovesUpAndDownAndSaysWhen) {
  PlacedAccount account;
  account.From(kApril1, "TFFF").From(kApril1 + 5, "TTFF").From(kApril1 + 9, "TFFF");
  EXPECT_THAT(account.Advance(kPyramid, kApril1), SizeIs(1));
  EXPECT_EQ(account.moves[0].kind(), v1::STAGE_MOVE_KIND_ENTERED);
  EXPECT_THAT(account.Advance(kPyramid, kApril1 + 4), IsEmpty());
  EXPECT_THAT(account.Advance(kPyramid, kApril1 + 5), SizeIs(1));
  EXPECT_EQ(account.moves[1].kind(), v1::STAGE_MOVE_KIND_ROSE);
  EXPECT_EQ(account.moves[1].from_level(), "l1");
  EXPECT_EQ(account.moves[1].to_level(), "l2");
  EXPECT_EQ(calendar::ToTime(account.moves[1].occurred_time()), rule::NoonOf(kApril1 + 5));
  EXPECT_THAT(account.Advance(kPyramid, kApril1 + 9), SizeIs(1));
  EXPECT_EQ(account.moves[2].kind(), v1::STAGE_MOVE_KIND_FELL);
  EXPECT_EQ(account.placement->rank(), 1);
  EXPECT_EQ(account.placement->highest_rank(), 2);
}

TEST(AdvancePlacement, JudgesEveryDayThatWasNotJudged) {
  PlacedAccount account;
  account.From(kApril1, "TFFF").From(kApril1 + 5, "TTFF").From(kApril1 + 9, "TFFF");
  account.Advance(kPyramid, kApril1);
  // Nobody looked for ten days: up and down again within them.
  account.Advance(kPyramid, kApril1 + 11);
  ASSERT_THAT(account.moves, SizeIs(3));
  EXPECT_EQ(DayOf(account.moves[1]), kApril1 + 5);
  EXPECT_EQ(DayOf(account.moves[2]), kApril1 + 9);
}

TEST(AdvancePlacement, WorksOutTheHistoryOfAModelThatComesAfterTheData) {
  v1::StageModel model = kPyramid;
  *model.mutable_history_from() = calendar::ToDate(kApril1);
  PlacedAccount account;
  account.From(kApril1, "TFFF").From(kApril1 + 5, "TTFF").From(kApril1 + 30, "TTTT");
  account.Advance(model, kApril1 + 40);
  ASSERT_THAT(account.moves, SizeIs(3));
  EXPECT_EQ(DayOf(account.moves[0]), kApril1);
  EXPECT_EQ(DayOf(account.moves[2]), kApril1 + 30);
}

TEST(AdvancePlacement, PutsAMoveThatIsLearntLateOnTheDayOnWhichItOccurred) {
  PlacedAccount account;
  account.From(kApril1, "TFFF");
  account.Advance(kPyramid, kApril1);
  account.Advance(kPyramid, kApril1 + 10);
  account.From(kApril1 + 6, "TTFF");
  account.Advance(kPyramid, kApril1 + 10);
  ASSERT_THAT(account.moves, SizeIs(2));
  EXPECT_EQ(DayOf(account.moves[1]), kApril1 + 6);
}

TEST(AdvancePlacement, TellsAJudgementByAnotherRevisionFromAMove) {
  PlacedAccount account;
  account.From(kApril1, "TTFF");
  account.Advance(kPyramid, kApril1);
  v1::StageModel revised = kPyramid;
  revised.mutable_revision()->set_number(2);
  account.From(kApril1 + 1, "TTTF");
  account.Advance(revised, kApril1 + 3);
  ASSERT_THAT(account.moves, SizeIs(2));
  EXPECT_EQ(account.moves[1].kind(), v1::STAGE_MOVE_KIND_REVISED);
  EXPECT_EQ(DayOf(account.moves[1]), kApril1 + 3);
  EXPECT_EQ(account.placement->stage_model(), "stageModels/depth@2");
}

TEST(AdvancePlacement, SaysWhoIsStuckAndSinceWhen) {
  v1::StageModel model = kPyramid;
  *model.mutable_levels(0)->mutable_stuck_after() =
      calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  PlacedAccount account;
  account.From(kApril1, "TFFF");
  account.Advance(model, kApril1);
  account.Advance(model, kApril1 + 30);
  EXPECT_FALSE(account.placement->stuck());
  account.Advance(model, kApril1 + 31);
  EXPECT_TRUE(account.placement->stuck());
}

// Random lives: whatever happens, there is one place at any time, and the moves lead to it.
TEST(AdvancePlacement, LeadsWhereItsMovesReplayToFromAnySequence) {
  constexpr unsigned kSeed = 21;
  std::mt19937 random(kSeed);
  for (int run = 0; run < 100; ++run) {
    const v1::StageModel& model = run % 2 == 0 ? kPyramid : kLadder;
    PlacedAccount account;
    account.From(kApril1, std::string(static_cast<size_t>(model.levels_size()), 'F'));
    absl::CivilDay day = kApril1;
    for (int turn = 0; turn < 30; ++turn) {
      day += std::uniform_int_distribution(1, 3)(random);
      std::string levels(static_cast<size_t>(model.levels_size()), 'T');
      for (char& level : levels) level = "TF?"[std::uniform_int_distribution(0, 2)(random)];
      if (&model == &kPyramid) levels[0] = 'T';
      account.From(day, levels);
      account.Advance(model, day);
      const auto replayed = Replay(account.moves, rule::NoonOf(day));
      ASSERT_EQ(replayed.has_value(), account.placement.has_value()) << "seed " << kSeed;
      if (!replayed.has_value()) continue;
      EXPECT_EQ(replayed->state(), account.placement->state());
      EXPECT_EQ(replayed->level(), account.placement->level());
      EXPECT_EQ(replayed->rank(), account.placement->rank());
      EXPECT_EQ(replayed->highest_rank(), account.placement->highest_rank());
      EXPECT_EQ(calendar::ToTime(replayed->since()), calendar::ToTime(account.placement->since()));
      EXPECT_EQ(replayed->moves(), account.placement->moves());
    }
    for (size_t i = 1; i < account.moves.size(); ++i) {
      EXPECT_EQ(account.moves[i].from_rank(), account.moves[i - 1].to_rank());
      EXPECT_GE(calendar::ToTime(account.moves[i].occurred_time()),
                calendar::ToTime(account.moves[i - 1].occurred_time()));
    }
  }
}

TEST(CheckStageModel, NamesEveryPartThatDoesNotFit) {
  const rule::FactCatalog catalog = rule::TestCatalog();
  v1::StageModel model = MakeStageModel(v1::STAGE_MODEL_KIND_PYRAMID, 3);
  contract::Violations none;
  CheckStageModel(model, catalog, "stage_model", &none);
  EXPECT_THAT(none.list(), IsEmpty());
  model.mutable_levels(0)->mutable_condition()->mutable_known()->set_fact("metric.interviews");
  model.mutable_levels(1)->clear_condition();
  model.mutable_levels(1)->add_required_levels("l3");
  model.mutable_levels(2)->set_key("l1");
  model.mutable_levels(2)->mutable_condition()->mutable_known()->set_fact("metric.nothing");
  contract::Violations violations;
  CheckStageModel(model, catalog, "stage_model", &violations);
  std::vector<std::string> fields;
  for (const auto& violation : violations.list()) fields.push_back(violation.field);
  EXPECT_THAT(fields,
              ElementsAre("stage_model.levels[0].condition", "stage_model.levels[1].condition",
                          "stage_model.levels[1].required_levels[0]", "stage_model.levels[2].key",
                          "stage_model.levels[2].condition.known.fact"));
}

}  // namespace
}  // namespace banso::health

#include "services/health/domain/stages/placement.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/business_days.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/evaluate.h"
#include "common/status_macros.h"
#include "services/health/domain/stages/stage_model.h"
#include "services/health/domain/success/success.h"

namespace banso::health {
namespace {

using type::v1::Explanation;
using type::v1::Truth;
using type::v1::TRUTH_FALSE;
using type::v1::TRUTH_TRUE;
using type::v1::TRUTH_UNKNOWN;

std::string RevisionOf(const v1::StageModel& model) {
  return contract::JoinRevision(model.name(), model.revision().number());
}

Standing StandingOf(const v1::Placement& placement) {
  return {.state = placement.state(),
          .rank = placement.rank(),
          .uncertain_because = placement.uncertain_because()};
}

// The first reading that decided a result, in words; empty when nothing was read.
std::string DecidingReading(const Explanation& explanation) {
  if (!explanation.reading().empty()) return explanation.reading();
  for (const Explanation& part : explanation.parts()) {
    if (part.result() != explanation.result()) continue;
    if (std::string reading = DecidingReading(part); !reading.empty()) return reading;
  }
  return "";
}

// Why the account went from one standing to another, as one line.
std::string WhyMoved(const v1::StageModel& model, const StageJudgement& judgement, int from_rank,
                     const Standing& to) {
  if (to.state == v1::PLACEMENT_STATE_NOT_APPLICABLE) {
    return absl::StrCat("the model does not apply: ", judgement.applies.rule());
  }
  // The level that it reached or lost; on a ladder the lowest that it has not, which holds up all
  // others.
  int rank = to.rank;
  if (to.rank <= from_rank) {
    rank = model.kind() == v1::STAGE_MODEL_KIND_VALUE_LADDER ? to.rank + 1 : from_rank;
  }
  const size_t index = static_cast<size_t>(std::max(rank, 1) - 1);
  if (index >= judgement.levels.size()) return "";
  const Explanation& level = judgement.levels[index];
  if (level.rule().empty()) return "every account is at least here";
  const std::string reading = DecidingReading(level);
  return absl::StrCat(level.result() == TRUTH_TRUE ? "" : "not ",
                      KeyOf(model, static_cast<int>(index) + 1), ": ", level.rule(),
                      reading.empty() ? "" : absl::StrCat(" (", reading, ")"));
}

v1::StageMoveKind KindOf(const v1::StageModel& model, const std::optional<Standing>& from,
                         const Standing& to) {
  const auto applies = [](const Standing& standing) {
    return standing.state != v1::PLACEMENT_STATE_NOT_APPLICABLE;
  };
  if (!applies(to)) return v1::STAGE_MOVE_KIND_LEFT;
  if (!from.has_value() || !applies(*from)) return v1::STAGE_MOVE_KIND_ENTERED;
  if (to.rank > from->rank) return v1::STAGE_MOVE_KIND_ROSE;
  return model.kind() == v1::STAGE_MODEL_KIND_VALUE_LADDER ? v1::STAGE_MOVE_KIND_VALUE_REGRESSION
                                                           : v1::STAGE_MOVE_KIND_FELL;
}

// One account's way by one model.
class Walk {
 public:
  Walk(const v1::StageModel& model, const std::optional<v1::Placement>& stored)
      : model_(model), placement_(stored) {}

  // Takes the account to where it stood at a time. A move by another revision than before says so.
  void Step(absl::Time time, const StageJudgement& judgement) {
    std::optional<Standing> before;
    if (placement_.has_value()) before = StandingOf(*placement_);
    const Standing now = Decide(model_, judgement, before);
    if (!before.has_value() && now.state == v1::PLACEMENT_STATE_NOT_APPLICABLE) return;
    if (!before.has_value() || !now.SamePlace(*before)) Move(time, judgement, before, now);
    placement_->set_stage_model(RevisionOf(model_));
    placement_->set_uncertain_because(now.uncertain_because);
  }

  // Whether the account stands elsewhere than where it is placed.
  bool WouldMove(const StageJudgement& judgement) const {
    std::optional<Standing> before;
    if (placement_.has_value()) before = StandingOf(*placement_);
    const Standing now = Decide(model_, judgement, before);
    return before.has_value() ? !now.SamePlace(*before)
                              : now.state != v1::PLACEMENT_STATE_NOT_APPLICABLE;
  }

  Advance Finish(const StageMoment& moment) && {
    if (placement_.has_value()) {
      const absl::CivilDay since =
          calendar::DayOf(calendar::ToTime(placement_->since()), moment.zone);
      placement_->set_stuck(
          IsStuck(model_, placement_->rank(), since, calendar::DayOf(moment.now, moment.zone)));
    }
    return {.placement = std::move(placement_), .moves = std::move(moves_)};
  }

 private:
  void Move(absl::Time time, const StageJudgement& judgement, const std::optional<Standing>& from,
            const Standing& to) {
    v1::StageMove move;
    move.set_stage_model(RevisionOf(model_));
    const bool revised = placement_.has_value() && placement_->stage_model() != RevisionOf(model_);
    move.set_kind(revised ? v1::STAGE_MOVE_KIND_REVISED : KindOf(model_, from, to));
    if (placement_.has_value()) move.set_from_level(placement_->level());
    move.set_from_rank(from.has_value() ? from->rank : 0);
    move.set_to_level(KeyOf(model_, to.rank));
    move.set_to_rank(to.rank);
    move.set_to_state(to.state);
    *move.mutable_occurred_time() = calendar::ToTimestamp(time);
    move.set_because(WhyMoved(model_, judgement, move.from_rank(), to));
    if (!placement_.has_value()) placement_.emplace();
    placement_->set_state(to.state);
    placement_->set_level(move.to_level());
    placement_->set_rank(to.rank);
    placement_->set_highest_rank(std::max(placement_->highest_rank(), to.rank));
    placement_->set_moves(placement_->moves() + 1);
    *placement_->mutable_since() = move.occurred_time();
    moves_.push_back(std::move(move));
  }

  const v1::StageModel& model_;
  std::optional<v1::Placement> placement_;
  std::vector<v1::StageMove> moves_;
};

// From which day on days have to be judged at their end before now.
absl::CivilDay FirstDayToJudge(const v1::StageModel& model,
                               const std::optional<v1::Placement>& stored,
                               const StageMoment& moment, bool would_move) {
  const absl::CivilDay today = calendar::DayOf(moment.now, moment.zone);
  absl::CivilDay first = today;
  if (moment.judged.has_value()) {
    // Yesterday was judged when it ended, as today's turn begins with its first moment.
    if (*moment.judged < today - 1) first = *moment.judged;
  } else if (!stored.has_value() && model.has_history_from()) {
    first = calendar::ToDay(model.history_from());
  }
  if (would_move && stored.has_value()) {
    first = std::min(first, calendar::DayOf(calendar::ToTime(stored->since()), moment.zone));
  }
  return std::max(first, today - kMaxHistoryDays);
}

}  // namespace

std::vector<Truth> ReachedLevels(const v1::StageModel& model, const StageJudgement& judgement) {
  std::vector<Truth> reached;
  for (int i = 0; i < model.levels_size(); ++i) {
    Truth truth = judgement.levels[static_cast<size_t>(i)].result();
    for (const std::string& key : model.levels(i).required_levels()) {
      truth = rule::And(truth, reached[static_cast<size_t>(RankOf(model, key) - 1)]);
    }
    if (i > 0 && model.kind() == v1::STAGE_MODEL_KIND_VALUE_LADDER) {
      truth = rule::And(truth, reached.back());
    }
    reached.push_back(truth);
  }
  return reached;
}

Standing Decide(const v1::StageModel& model, const StageJudgement& judgement,
                const std::optional<Standing>& before) {
  if (judgement.applies.result() == TRUTH_FALSE) return {};
  if (judgement.applies.result() != TRUTH_TRUE) {
    Standing kept = before.value_or(Standing{});
    kept.uncertain_because = absl::StrCat("it is not known whether the model applies: ",
                                          FirstUnknown(judgement.applies));
    return kept;
  }
  const std::vector<Truth> reached = ReachedLevels(model, judgement);
  for (int rank = model.levels_size(); rank > 0; --rank) {
    const Truth truth = reached[static_cast<size_t>(rank - 1)];
    if (truth == TRUTH_TRUE) return {.state = v1::PLACEMENT_STATE_PLACED, .rank = rank};
    if (truth != TRUTH_UNKNOWN || !before.has_value() || rank > before->rank) continue;
    std::string because;
    for (int lower = 1; lower <= rank && because.empty(); ++lower) {
      because = FirstUnknown(judgement.levels[static_cast<size_t>(lower - 1)]);
    }
    return {.state = v1::PLACEMENT_STATE_PLACED,
            .rank = rank,
            .uncertain_because = absl::StrCat("it is not known whether ", KeyOf(model, rank),
                                              " still holds: ", because)};
  }
  return {.state = v1::PLACEMENT_STATE_BELOW};
}

absl::StatusOr<Advance> AdvancePlacement(const v1::StageModel& model,
                                         const std::optional<v1::Placement>& stored,
                                         const StageMoment& moment, const JudgeAt& judge) {
  Walk walk(model, stored);
  BANSO_ASSIGN_OR_RETURN(const StageJudgement present, judge(moment.now));
  const bool revised = stored.has_value() && stored->stage_model() != RevisionOf(model);
  const absl::CivilDay today = calendar::DayOf(moment.now, moment.zone);
  absl::CivilDay day = today;
  if (!revised) day = FirstDayToJudge(model, stored, moment, walk.WouldMove(present));
  for (; day < today; ++day) {
    const absl::Time end = calendar::EndOfDay(day, moment.zone);
    if (stored.has_value() && end <= calendar::ToTime(stored->since())) continue;
    BANSO_ASSIGN_OR_RETURN(const StageJudgement judgement, judge(end));
    walk.Step(end, judgement);
  }
  walk.Step(moment.now, present);
  return std::move(walk).Finish(moment);
}

std::optional<v1::Placement> Replay(absl::Span<const v1::StageMove> moves, absl::Time as_of) {
  std::optional<v1::Placement> placement;
  for (const v1::StageMove& move : moves) {
    if (calendar::ToTime(move.occurred_time()) > as_of) break;
    if (!placement.has_value()) placement.emplace();
    placement->set_stage_model(move.stage_model());
    placement->set_state(move.to_state());
    placement->set_level(move.to_level());
    placement->set_rank(move.to_rank());
    placement->set_highest_rank(std::max(placement->highest_rank(), move.to_rank()));
    placement->set_moves(placement->moves() + 1);
    *placement->mutable_since() = move.occurred_time();
  }
  return placement;
}

bool IsStuck(const v1::StageModel& model, int rank, absl::CivilDay since, absl::CivilDay today) {
  if (rank < 1 || rank > model.levels_size()) return false;
  const v1::StageLevel& level = model.levels(rank - 1);
  return level.has_stuck_after() &&
         today > calendar::Add(since, level.stuck_after(), calendar::Calendar::Japan());
}

}  // namespace banso::health

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STAGES_PLACEMENT_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STAGES_PLACEMENT_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "banso/health/v1/stage.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/value.pb.h"

// On which level of a model an account is, and how it got there.
namespace banso::health {

// What the conditions of a model say of an account at one time.
struct StageJudgement {
  // TRUE for a model without `applies_if`.
  type::v1::Explanation applies;
  // One per level, the lowest first; TRUE for a level without a condition.
  std::vector<type::v1::Explanation> levels;
};

// Whether each level is reached: its condition and all levels that it requires, in Kleene's logic.
std::vector<type::v1::Truth> ReachedLevels(const v1::StageModel& model,
                                           const StageJudgement& judgement);

// Where an account is.
struct Standing {
  v1::PlacementState state = v1::PLACEMENT_STATE_NOT_APPLICABLE;
  // 0 unless PLACED.
  int rank = 0;
  // Why it is kept although it is not known to hold; empty when it is known.
  std::string uncertain_because = "";

  bool SamePlace(const Standing& other) const { return state == other.state && rank == other.rank; }
};

// The rule of StageModel. `before` is where the account was until then; absent when it was never
// judged.
Standing Decide(const v1::StageModel& model, const StageJudgement& judgement,
                const std::optional<Standing>& before);

// Where and when an account is placed.
struct StageMoment {
  absl::Time now;
  // In which days are counted.
  absl::TimeZone zone;
  // The last day whose end was judged, or that was judged so far; absent: none.
  std::optional<absl::CivilDay> judged = std::nullopt;
};

// Judges the account as things stood at a time.
using JudgeAt = std::function<absl::StatusOr<StageJudgement>(absl::Time time)>;

// What has come of an account since it was placed last.
struct Advance {
  // Absent as long as the model has never applied to the account. Name and bookkeeping are the
  // stored ones.
  std::optional<v1::Placement> placement;
  // In their order; without name and bookkeeping.
  std::vector<v1::StageMove> moves;
};

// Brings a placement up to now. Days that were not judged yet are judged at their end; when it
// turns out that the account is elsewhere now, so are the days since its last move, as they are
// known today, so that data that came late move it on the day on which they occurred. A new
// revision of the model judges from now on. Errors are those of `judge`.
absl::StatusOr<Advance> AdvancePlacement(const v1::StageModel& model,
                                         const std::optional<v1::Placement>& stored,
                                         const StageMoment& moment, const JudgeAt& judge);

// The placement that moves lead to: state, level, rank, since, highest rank, number of moves and
// revision, by the moves up to `as_of` (inclusive). Absent when there are none.
std::optional<v1::Placement> Replay(absl::Span<const v1::StageMove> moves, absl::Time as_of);

// True when an account that arrived on `since` is stuck on that level `today`.
bool IsStuck(const v1::StageModel& model, int rank, absl::CivilDay since, absl::CivilDay today);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STAGES_PLACEMENT_H_

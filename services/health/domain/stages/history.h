#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STAGES_HISTORY_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STAGES_HISTORY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "banso/health/v1/stage.pb.h"

// What the moves of an account tell, in civil days and in the levels of one revision.
namespace banso::health {

// From a day on, the account was here.
struct HistoryStep {
  absl::Time time;
  absl::CivilDay day;
  v1::PlacementState state = v1::PLACEMENT_STATE_UNSPECIFIED;
  // In the present revision; 0 below the first level, and where the model does not apply.
  int rank = 0;
  // The account was only judged otherwise.
  bool revised = false;
};

// The way of one account by one model, up to a day.
struct StageHistory {
  std::string account;
  std::vector<HistoryStep> steps;
  // The last day that is looked at.
  absl::CivilDay today;
  // When the present standing began.
  absl::Time since;
};

// The history that moves, in their order, tell up to `as_of`, in the ranks of `model`: levels that
// it does not have any more are left out. Days are counted in `zone`.
StageHistory HistoryOf(const v1::StageModel& model, std::string account,
                       absl::Span<const v1::StageMove> moves, absl::TimeZone zone,
                       absl::Time as_of);

// Where the account was at a time; null before its first step.
const HistoryStep* StepAt(const StageHistory& history, absl::Time time);
// Where it is; null when it was never placed.
const HistoryStep* LastStep(const StageHistory& history);

// The day on which the account first was on the level of this rank or above.
std::optional<absl::CivilDay> FirstReached(const StageHistory& history, int rank);
// The day on which the account first was on exactly this level.
std::optional<absl::CivilDay> FirstOn(const StageHistory& history, int rank);
// Whether it ever came from this rank or above to below it by itself.
bool EverFellFrom(const StageHistory& history, int rank);

// A time on one level.
struct Stay {
  int days = 0;
  // False while it goes on.
  bool ended = false;
};
// All stays on the level of exactly this rank; 0: below the first.
std::vector<Stay> StaysOn(const StageHistory& history, int rank);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STAGES_HISTORY_H_

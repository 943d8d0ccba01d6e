#ifndef BANSO_SERVICES_HEALTH_API_TURN_H_
#define BANSO_SERVICES_HEALTH_API_TURN_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/storage/database.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/signals/observation.h"
#include "services/health/api/stages/stage_evaluation.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/store.h"

namespace banso::health {

// One account's turn: its labels, scores, placements and signals, in this order, since a score may
// read a label, a level both, and a signal all of these.
//
// WorkOut and Save take turns until Save says that the turn has ended: once, except when a step has
// changed facts that the rules of a later one read. That one is then worked out from a snapshot
// that has them; each step but the first can need that, so there are at most as many rounds as
// steps. After a crash in between the account is still due, and all is done again.
class Turn {
 public:
  explicit Turn(DueEvaluation due) : due_(std::move(due)) {}

  // Works out the steps that are left. `facts` reads from the same snapshot.
  absl::Status WorkOut(const Store& store, storage::Reader& reader, StoreFactReader& facts,
                       const Rules& rules, absl::Time now);

  // Stores what was worked out, as far as it stands; true when that was all. Nothing where another
  // turn of the account, which has read more, was faster.
  absl::StatusOr<bool> Save(const Store& store, storage::Writer& writer, const Rules& rules);

 private:
  absl::Status WorkOutLabels(AccountEvaluation& account, const Rules& rules, absl::Time now);
  absl::Status WorkOutScores(AccountEvaluation& account, const Rules& rules, absl::Time now);
  // Each stores what it stores and returns whether facts have changed.
  absl::StatusOr<bool> SaveLabels(const Store& store, storage::Writer& writer);
  absl::StatusOr<bool> SaveScores(const Store& store, storage::Writer& writer);
  absl::StatusOr<bool> SavePlacements(const Store& store, storage::Writer& writer);

  DueEvaluation due_;
  TurnStep next_ = TurnStep::kLabels;
  // When the account is due again.
  absl::Time due_again_;
  absl::TimeZone zone_;
  std::vector<v1::SuccessLabel> labels_;
  std::vector<v1::Score> scores_;
  std::vector<PlacementResult> placements_;
  std::vector<SignalObservation> observations_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_TURN_H_

#ifndef BANSO_SERVICES_HEALTH_API_EVALUATOR_H_
#define BANSO_SERVICES_HEALTH_API_EVALUATOR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/api/evaluation.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/store.h"

namespace banso::health {

// Keeps stored labels, scores and placements up to date, and raises signals: works out anew those
// of accounts that are due. Thread-safe; running it twice at once does no harm.
class Evaluator {
 public:
  // Both must outlive the evaluator.
  Evaluator(storage::Database& database, const Store& store) : database_(database), store_(store) {}

  // Withdraws what has expired and wakes what was put off, then brings every account that is due up
  // to date. Stops early when the call is cancelled. Runs as a sweep.
  absl::Status EvaluateDue(const Call& call);

  // Brings one account up to date, if it is due.
  absl::Status EvaluateIfDue(const Call& call, const std::string& account);

 private:
  absl::Status ExpireAssessments(const Call& call);
  absl::Status WakeSignals(const Call& call);
  // Brings these up to date, as of `now`, some at once.
  absl::Status EvaluateAll(const Call& call, absl::Time now, const Rules& rules,
                           absl::Span<const DueEvaluation> due);
  // Brings these up to date by one transaction.
  absl::Status Evaluate(const Call& call, absl::Time now, const Rules& rules,
                        std::vector<DueEvaluation> due);

  storage::Database& database_;
  const Store& store_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_EVALUATOR_H_

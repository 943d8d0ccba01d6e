#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORE_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "banso/health/v1/score.pb.h"
#include "banso/type/v1/condition.pb.h"

namespace banso::health {

// What is known of one measure: the explanation of its fact (a value, or why there is none) or of
// its condition (true, false or unknown).
struct MeasureReading {
  type::v1::Explanation explanation;
  // When the latest value that went in occurred, where that is known.
  std::optional<absl::Time> occurred;
};

// Computes a score as ScoreModel says, from one reading per measure, in the model's order. `today`
// is the day of the score in the account's zone. Name, `as_of`, `band_since` and bookkeeping are
// for the caller. The model must have been checked and apply.
v1::Score ComputeScore(const v1::ScoreModel& model, absl::Span<const MeasureReading> readings,
                       absl::CivilDay today);

// True when two scores say the same numbers: all but times and the wording of readings.
bool SameNumbers(const v1::Score& a, const v1::Score& b);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORE_H_

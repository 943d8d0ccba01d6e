#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORE_H_

#include <optional>
#include <vector>

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
  // For a fact that is missing because it is too old: its explanation if it were not, and the value
  // that it has. Only for measures that count stale values.
  std::optional<type::v1::Explanation> stale;
};

// What a measure is worth.
struct MeasurePoints {
  // 0 to 100; absent when it counts nothing.
  std::optional<double> points;
  // False when the points are assumed, stale or absent: coverage falls.
  bool known = false;
};

// Computes a score as ScoreModel says, from one reading per measure, in the model's order. `today`
// is the day of the score in the account's zone. Name, `as_of`, `band_since` and bookkeeping are
// for the caller. The model must have been checked and apply.
v1::Score ComputeScore(const v1::ScoreModel& model, absl::Span<const MeasureReading> readings,
                       absl::CivilDay today);

// The same without what only people read: state, value, bands and coverage, and of each
// contribution measure and amount. For many scores at once.
v1::Score ComputeFigures(const v1::ScoreModel& model, absl::Span<const MeasureReading> readings,
                         absl::CivilDay today);

// The points of each measure, in the model's order, as ComputeScore takes them.
std::vector<MeasurePoints> PointsOfAll(const v1::ScoreModel& model,
                                       absl::Span<const MeasureReading> readings,
                                       absl::CivilDay today);

// The value that ComputeScore gives for these points; nothing when it gives none.
std::optional<double> ValueOf(const v1::ScoreModel& model, absl::Span<const MeasurePoints> points);

// True when two scores say the same numbers: all but times and the wording of readings.
bool SameNumbers(const v1::Score& a, const v1::Score& b);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORE_H_

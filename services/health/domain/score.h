#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
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

// The numbers of a score, without what only people read.
struct ScoreFigures {
  // SCORED or INSUFFICIENT.
  v1::ScoreState state = v1::SCORE_STATE_UNSPECIFIED;
  std::optional<double> value;
  double coverage = 0;
  // The key of the computed band, as the model holds it; empty without a value.
  absl::string_view band;
  // What each measure adds to the value, in the model's order; 0 where it counts nothing.
  std::vector<double> amounts;
  // Whether anything counts, and the first measure without which there is no score (null: none).
  bool counts = false;
  const v1::Measure* lacking = nullptr;
};

// What the numbers of ComputeScore are for a fact that reads as `number`, or is missing and not
// stale.
MeasurePoints PointsOfNumber(const v1::Measure& measure, std::optional<double> number);

// Works out the numbers of ComputeScore from points, for many accounts one after the other. For one
// thread.
class ScoreSummer {
 public:
  // `model` must outlive the summer and what it says.
  explicit ScoreSummer(const v1::ScoreModel& model);

  // One entry per measure, in the model's order. What is returned lives until the next call.
  const ScoreFigures& Sum(absl::Span<const MeasurePoints> points);

  // Each measure's share of the score that was summed last: 0 for those that count nothing.
  const std::vector<double>& shares() const { return shares_; }
  // The same when everything is known.
  const std::vector<double>& full_shares() const { return full_shares_; }

 private:
  const v1::ScoreModel* model_;
  std::vector<double> full_shares_;
  std::vector<double> shares_;
  ScoreFigures figures_;
};

// Why there is no value; empty when there is one.
std::string WhyNoValue(const v1::ScoreModel& model, const ScoreFigures& figures);

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

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CALIBRATION_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CALIBRATION_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "services/health/domain/statistics/stratified.h"

// How well stated probabilities fit what happened.
namespace banso::health::statistics {

// A stated probability of an event, 0 to 1, and whether it came.
struct Forecast {
  double probability = 0;
  bool event = false;
  // Forecasts of one cluster (an account on several days) are not independent.
  int64_t cluster = 0;
};

// The mean squared difference of probability and outcome (Brier 1950, Monthly Weather Review
// 78:1-3), beside that of a reference.
struct BrierScore {
  Estimate score;
  // Of stating the reference probability for every case.
  double reference = 0;
  // 1 - score / reference: 1 is perfect, 0 no better than the reference, below 0 worse.
  Estimate skill;
};

// Nothing for fewer than two clusters, and when the reference is always right.
std::optional<BrierScore> Brier(absl::Span<const Forecast> forecasts, double reference_probability,
                                double confidence = kConfidence);

// Forecasts of about the same probability.
struct CalibrationBin {
  Count count;
  // Of the share that had the event: see ShareOfEvents.
  Interval interval;
  double mean_probability = 0;
};

// Up to `bins` groups of about equal size, by rising probability; equal probabilities stay
// together.
std::vector<CalibrationBin> CalibrationBins(absl::Span<const Forecast> forecasts, int bins,
                                            double confidence = kConfidence);

// Cox's regression of the outcomes on the logits of the probabilities (Cox 1958, Biometrika
// 45:562-565): intercept 0 and slope 1 are ideal.
struct CalibrationLine {
  Estimate intercept;
  Estimate slope;
};

// Nothing when the regression has no solution: all the same outcome, all the same probability, or
// outcomes that the probability separates. Probabilities of 0 and 1 are taken as 1e-6 from there.
std::optional<CalibrationLine> FitCalibrationLine(absl::Span<const Forecast> forecasts,
                                                  double confidence = kConfidence);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CALIBRATION_H_

#include "services/health/domain/statistics/calibration.h"

#include <algorithm>
#include <cmath>

#include "services/health/domain/statistics/clustered.h"
#include "services/health/domain/statistics/clustered_share.h"
#include "services/health/domain/statistics/logistic.h"

namespace banso::health::statistics {
namespace {

constexpr double kEdge = 1e-6;
// So small that the fit is that of maximum likelihood.
constexpr double kNoPenalty = 1e-9;

double Square(double x) { return x * x; }

double Logit(double probability) {
  const double inside = std::clamp(probability, kEdge, 1 - kEdge);
  return std::log(inside / (1 - inside));
}

Estimate WaldEstimate(double value, double error, double quantile) {
  const double half = quantile * error;
  return {value, {value - half, value + half}};
}

}  // namespace

std::optional<BrierScore> Brier(absl::Span<const Forecast> forecasts, double reference_probability,
                                double confidence) {
  std::vector<ClusteredValue> losses;
  std::vector<double> reference_losses;
  double reference = 0;
  for (const Forecast& forecast : forecasts) {
    const double outcome = forecast.event ? 1 : 0;
    losses.push_back({Square(forecast.probability - outcome), forecast.cluster});
    reference_losses.push_back(Square(reference_probability - outcome));
    reference += reference_losses.back() / static_cast<double>(forecasts.size());
  }
  const std::optional<Estimate> score = ClusteredMean(losses, confidence);
  const std::optional<Estimate> ratio = ClusteredRatio(losses, reference_losses, confidence);
  if (!score.has_value() || !ratio.has_value()) return std::nullopt;
  BrierScore brier;
  brier.score = *score;
  brier.reference = reference;
  brier.skill = {1 - ratio->value, {1 - ratio->interval.high, 1 - ratio->interval.low}};
  return brier;
}

std::vector<CalibrationBin> CalibrationBins(absl::Span<const Forecast> forecasts, int bins,
                                            double confidence) {
  std::vector<Forecast> sorted(forecasts.begin(), forecasts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const Forecast& a, const Forecast& b) {
    return a.probability < b.probability;
  });
  std::vector<CalibrationBin> out;
  const size_t n = sorted.size();
  size_t begin = 0;
  for (int bin = 1; bin <= bins && begin < n; ++bin) {
    size_t end = std::max(begin + 1, n * static_cast<size_t>(bin) / static_cast<size_t>(bins));
    while (end < n && sorted[end].probability == sorted[end - 1].probability) ++end;
    CalibrationBin group;
    std::vector<ClusteredEvent> events;
    group.count.n = static_cast<int64_t>(end - begin);
    for (size_t i = begin; i < end; ++i) {
      group.count.events += sorted[i].event ? 1 : 0;
      group.mean_probability += sorted[i].probability / static_cast<double>(end - begin);
      events.push_back({sorted[i].event, sorted[i].cluster});
    }
    group.interval = ShareOfEvents(events, confidence)->interval;
    out.push_back(group);
    begin = end;
  }
  return out;
}

std::optional<CalibrationLine> FitCalibrationLine(absl::Span<const Forecast> forecasts,
                                                  double confidence) {
  if (forecasts.empty()) return std::nullopt;
  std::vector<LogisticCase> cases;
  bool varies = false;
  for (const Forecast& forecast : forecasts) {
    varies |= forecast.probability != forecasts.front().probability;
    cases.push_back({{Logit(forecast.probability)}, forecast.event, forecast.cluster});
  }
  if (!varies) return std::nullopt;
  const std::optional<LogisticFit> fit = FitLogistic(cases, kNoPenalty);
  if (!fit.has_value()) return std::nullopt;
  CalibrationLine line;
  const double quantile = fit->Quantile(confidence);
  line.intercept = WaldEstimate(fit->intercept, fit->standard_errors[0], quantile);
  line.slope = WaldEstimate(fit->coefficients[0], fit->standard_errors[1], quantile);
  return line;
}

}  // namespace banso::health::statistics

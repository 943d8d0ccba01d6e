#include "services/health/domain/statistics/clustered.h"

#include <cmath>
#include <map>
#include <vector>

namespace banso::health::statistics {

std::optional<Estimate> ClusteredMean(absl::Span<const ClusteredValue> values, double confidence) {
  const std::vector<double> ones(values.size(), 1.0);
  return ClusteredRatio(values, ones, confidence);
}

std::optional<Estimate> ClusteredRatio(absl::Span<const ClusteredValue> numerators,
                                       absl::Span<const double> denominators, double confidence) {
  double numerator = 0;
  double denominator = 0;
  for (size_t i = 0; i < numerators.size(); ++i) {
    numerator += numerators[i].value;
    denominator += denominators[i];
  }
  if (denominator == 0) return std::nullopt;
  Estimate estimate;
  estimate.value = numerator / denominator;
  std::map<int64_t, double> residuals;
  for (size_t i = 0; i < numerators.size(); ++i) {
    residuals[numerators[i].cluster] += numerators[i].value - estimate.value * denominators[i];
  }
  if (residuals.size() < 2) return std::nullopt;
  double sum = 0;
  for (const auto& [cluster, residual] : residuals) sum += residual * residual;
  const double clusters = static_cast<double>(residuals.size());
  const double error = std::sqrt(clusters / (clusters - 1) * sum) / std::abs(denominator);
  const double half = NormalQuantile(confidence) * error;
  estimate.interval = {estimate.value - half, estimate.value + half};
  return estimate;
}

}  // namespace banso::health::statistics

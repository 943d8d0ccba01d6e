#include "services/health/domain/statistics/clustered_share.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "services/health/domain/statistics/clustered.h"

namespace banso::health::statistics {
namespace {

// Below it, a variance is that of rounding.
constexpr double kAllAlike = 1e-18;

// Wilson 1927, JASA 22:209-212, of a number of cases that need not be whole.
Interval ScoreInterval(double share, double n, double quantile) {
  const double square = quantile * quantile;
  const double center = share + square / (2 * n);
  const double spread = quantile * std::sqrt(share * (1 - share) / n + square / (4 * n * n));
  const double scale = 1 + square / n;
  // Up to rounding it is exactly 0 and 1 at the ends.
  return {share <= 0 ? 0.0 : (center - spread) / scale,
          share >= 1 ? 1.0 : (center + spread) / scale};
}

}  // namespace

std::optional<Estimate> ClusteredShare(absl::Span<const ClusteredPart> cases, double confidence) {
  std::vector<ClusteredValue> parts;
  std::vector<double> wholes;
  for (const ClusteredPart& one : cases) {
    parts.push_back({one.part, one.cluster});
    wholes.push_back(one.whole);
  }
  const std::optional<RatioOfClusters> ratio = LinearizedRatio(parts, wholes);
  if (!ratio.has_value()) return std::nullopt;
  const double share = std::clamp(ratio->value, 0.0, 1.0);
  if (ratio->variance <= kAllAlike) {
    const auto clusters = static_cast<double>(ratio->clusters);
    return Estimate{share, ScoreInterval(share, clusters, NormalQuantile(confidence))};
  }
  const double effective =
      std::min(share * (1 - share) / ratio->variance, static_cast<double>(cases.size()));
  return Estimate{share,
                  ScoreInterval(share, effective, ClusteredQuantile(ratio->clusters, confidence))};
}

std::optional<Estimate> ShareOfEvents(absl::Span<const ClusteredEvent> cases, double confidence) {
  if (cases.empty()) return std::nullopt;
  std::vector<ClusteredPart> parts;
  std::vector<int64_t> clusters;
  Count count{.n = static_cast<int64_t>(cases.size())};
  for (const ClusteredEvent& one : cases) {
    parts.push_back({.part = one.event ? 1.0 : 0.0, .cluster = one.cluster});
    clusters.push_back(one.cluster);
    count.events += one.event ? 1 : 0;
  }
  std::ranges::sort(clusters);
  if (std::ranges::adjacent_find(clusters) != clusters.end()) {
    return ClusteredShare(parts, confidence);
  }
  return Estimate{*Share(count), WilsonInterval(count, confidence)};
}

}  // namespace banso::health::statistics

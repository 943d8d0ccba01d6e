#include "services/health/domain/statistics/clustered_share.h"

#include <algorithm>
#include <cmath>
#include <set>
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

// Of a share with its variance between clusters: Wilson's interval of as many independent cases as
// would have that variance, and `most` of them at most.
Estimate WithEffectiveNumber(double share, const RatioOfClusters& ratio, double most,
                             double confidence) {
  if (ratio.variance <= kAllAlike) {
    const double n = std::min(static_cast<double>(ratio.clusters), most);
    return {share, ScoreInterval(share, n, NormalQuantile(confidence))};
  }
  const double effective = std::min(share * (1 - share) / ratio.variance, most);
  return {share, ScoreInterval(share, effective, ClusteredQuantile(ratio.clusters, confidence))};
}

// How many clusters had a case that was watched up to this time or longer.
double ClustersWatchedAt(absl::Span<const Observation> cases, absl::Span<const int64_t> clusters,
                         double time) {
  std::set<int64_t> watched;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (cases[i].time >= time) watched.insert(clusters[i]);
  }
  return static_cast<double>(watched.size());
}

// The cases' pseudo-values of a survival between 0 and 1: their mean is the survival, and how they
// differ from it is how each case moves it (the infinitesimal jackknife).
std::vector<ClusteredValue> PseudoValues(const SurvivalCurve& curve, double time, double survival,
                                         absl::Span<const Observation> cases,
                                         absl::Span<const int64_t> clusters) {
  // Greenwood's sum up to each step.
  std::vector<double> sums;
  for (const SurvivalStep& step : curve.steps()) {
    if (step.time > time) break;
    sums.push_back(step.variance / (step.survival * step.survival));
  }
  const auto n = static_cast<double>(cases.size());
  std::vector<ClusteredValue> values;
  for (size_t i = 0; i < cases.size(); ++i) {
    const SurvivalStep* step = curve.At(std::min(cases[i].time, time));
    double moved = step == nullptr ? 0 : sums[static_cast<size_t>(step - curve.steps().data())];
    if (cases[i].ending == Ending::kEvent && cases[i].time <= time) {
      moved -= 1 / static_cast<double>(step->at_risk - step->events);
    }
    values.push_back({survival * (1 + n * moved), clusters[i]});
  }
  return values;
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
  return WithEffectiveNumber(share, *ratio, static_cast<double>(cases.size()), confidence);
}

std::optional<Estimate> ClusteredSurvival(absl::Span<const Observation> cases,
                                          absl::Span<const int64_t> clusters, double time,
                                          double confidence) {
  const SurvivalCurve curve(cases, confidence);
  const std::optional<double> survival = curve.SurvivalAt(time);
  if (!survival.has_value()) return std::nullopt;
  const SurvivalStep* step = curve.At(time);
  if (step == nullptr || *survival <= 0) {
    const double watched = ClustersWatchedAt(cases, clusters, step == nullptr ? time : step->time);
    return Estimate{*survival, ScoreInterval(*survival, watched, NormalQuantile(confidence))};
  }
  const std::vector<ClusteredValue> values = PseudoValues(curve, time, *survival, cases, clusters);
  const auto mean = LinearizedRatio(values, std::vector<double>(values.size(), 1.0));
  return WithEffectiveNumber(*survival, *mean, *survival * (1 - *survival) / step->variance,
                             confidence);
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

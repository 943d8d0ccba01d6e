#include "services/health/domain/statistics/clustered.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace banso::health::statistics {
namespace {

// The clusters of two groups.
struct ClustersOfGroups {
  std::set<int64_t> first;
  std::set<int64_t> second;
  std::set<int64_t> all;

  void Add(bool is_first, int64_t cluster) {
    (is_first ? first : second).insert(cluster);
    all.insert(cluster);
  }
  int64_t fewest() const { return static_cast<int64_t>(std::min(first.size(), second.size())); }
  bool CanTell() const { return fewest() >= 2; }
  boost::math::students_t Student() const {
    return boost::math::students_t(static_cast<double>(fewest()) - 1);
  }
  double PValue(double z) const {
    return 2 * boost::math::cdf(boost::math::complement(Student(), std::abs(z)));
  }
};

// Sums of one stratum.
struct StratumSums {
  double n = 0;
  double first = 0;
  double value = 0;
  // Of the values of the first group alone.
  double value_of_first = 0;
};

// Below it, residuals are those of rounding.
constexpr double kNoScores = 1e-18;

// The values of strata that have both groups.
std::vector<ClusteredArm> OfSharedStrata(absl::Span<const ClusteredArm> values) {
  std::vector<GroupedValue> grouped;
  for (const ClusteredArm& one : values)
    grouped.push_back({one.stratum, one.first ? 0 : 1, one.value});
  const std::set<int> shared = SharedStrata(grouped);
  std::vector<ClusteredArm> kept;
  for (const ClusteredArm& one : values) {
    if (shared.contains(one.stratum)) kept.push_back(one);
  }
  return kept;
}

std::map<int, StratumSums> SumsOfStrata(const std::vector<ClusteredArm>& values) {
  std::map<int, StratumSums> strata;
  for (const ClusteredArm& one : values) {
    StratumSums& sums = strata[one.stratum];
    sums.n += 1;
    sums.value += one.value;
    if (!one.first) continue;
    sums.first += 1;
    sums.value_of_first += one.value;
  }
  return strata;
}

// The variance of how far the sum of the first group is above the mean of its strata, when nothing
// goes with the group: what a cluster adds is drawn without replacement within its stratum. A
// cluster of both groups is taken for two.
double VarianceOfDraws(const std::vector<ClusteredArm>& values,
                       const std::map<int, StratumSums>& strata) {
  std::map<int, std::map<std::pair<bool, int64_t>, double>> residuals;
  for (const ClusteredArm& one : values) {
    const StratumSums& sums = strata.at(one.stratum);
    residuals[one.stratum][{one.first, one.cluster}] += one.value - sums.value / sums.n;
  }
  double variance = 0;
  for (const auto& [stratum, clusters] : residuals) {
    double squares = 0;
    double first = 0;
    for (const auto& [cluster, residual] : clusters) {
      squares += residual * residual;
      first += cluster.first ? 1 : 0;
    }
    const auto n = static_cast<double>(clusters.size());
    variance += first * (n - first) / (n * (n - 1)) * squares;
  }
  return variance;
}

// Fisher's p value of one value per cluster, where each group of a stratum has only one value: how
// likely the clusters are drawn so within their strata, or as far apart the other way round, which
// takes groups of one size. A cluster counts once in a group.
double FisherOfClusters(const std::vector<ClusteredArm>& values) {
  std::set<std::pair<bool, int64_t>> seen;
  std::map<int, std::pair<int, int>> sizes;
  for (const ClusteredArm& one : values) {
    if (!seen.emplace(one.first, one.cluster).second) continue;
    auto& [first, second] = sizes[one.stratum];
    ++(one.first ? first : second);
  }
  double log_ways = 0;
  bool can_turn_round = true;
  for (const auto& [stratum, size] : sizes) {
    const auto [first, second] = size;
    log_ways += boost::math::lgamma(first + second + 1.0) - boost::math::lgamma(first + 1.0) -
                boost::math::lgamma(second + 1.0);
    can_turn_round = can_turn_round && first == second;
  }
  return std::min(1.0, (can_turn_round ? 2 : 1) * std::exp(-log_ways));
}

// What subjects have above expectation.
struct SurvivalResiduals {
  // Of each subject, events above those expected of all (martingale residuals).
  std::vector<ClusteredArm> events;
  // By cluster, what it adds to the events of the first group above those expected.
  std::map<int64_t, double> scores;
};

SurvivalResiduals ResidualsOf(std::vector<ClusteredObservation> subjects) {
  std::sort(subjects.begin(), subjects.end(),
            [](const ClusteredObservation& a, const ClusteredObservation& b) {
              return a.observation.time < b.observation.time;
            });
  const auto is_event = [&](size_t i) {
    return subjects[i].observation.ending == Ending::kEvent ? 1.0 : 0.0;
  };
  double at_risk = static_cast<double>(subjects.size());
  double first_at_risk = static_cast<double>(std::count_if(
      subjects.begin(), subjects.end(), [](const ClusteredObservation& one) { return one.first; }));
  // Summed over the times of events so far: events over those at risk, and the same times the share
  // of the first group.
  double hazard = 0;
  double share_of_hazard = 0;
  SurvivalResiduals residuals;
  for (size_t begin = 0; begin < subjects.size();) {
    size_t end = begin;
    double events = 0;
    while (end < subjects.size() &&
           subjects[end].observation.time == subjects[begin].observation.time) {
      events += is_event(end++);
    }
    const double share = first_at_risk / at_risk;
    hazard += events / at_risk;
    share_of_hazard += events / at_risk * share;
    for (size_t i = begin; i < end; ++i) {
      const ClusteredObservation& one = subjects[i];
      const double first = one.first ? 1 : 0;
      residuals.events.push_back({0, one.first, is_event(i) - hazard, one.cluster});
      residuals.scores[one.cluster] +=
          is_event(i) * (first - share) - (first * hazard - share_of_hazard);
      at_risk -= 1;
      first_at_risk -= first;
    }
    begin = end;
  }
  return residuals;
}

}  // namespace

std::optional<Estimate> ClusteredMean(absl::Span<const ClusteredValue> values, double confidence) {
  const std::vector<double> ones(values.size(), 1.0);
  return ClusteredRatio(values, ones, confidence);
}

std::optional<Estimate> ClusteredRatio(absl::Span<const ClusteredValue> numerators,
                                       absl::Span<const double> denominators, double confidence) {
  const std::optional<RatioOfClusters> ratio = LinearizedRatio(numerators, denominators);
  if (!ratio.has_value() || ratio->clusters < 2) return std::nullopt;
  const double half = ClusteredQuantile(ratio->clusters, confidence) * std::sqrt(ratio->variance);
  return Estimate{ratio->value, {ratio->value - half, ratio->value + half}};
}

std::optional<RatioOfClusters> LinearizedRatio(absl::Span<const ClusteredValue> numerators,
                                               absl::Span<const double> denominators) {
  double numerator = 0;
  double denominator = 0;
  for (size_t i = 0; i < numerators.size(); ++i) {
    numerator += numerators[i].value;
    denominator += denominators[i];
  }
  if (denominator == 0) return std::nullopt;
  RatioOfClusters ratio;
  ratio.value = numerator / denominator;
  std::map<int64_t, double> residuals;
  for (size_t i = 0; i < numerators.size(); ++i) {
    residuals[numerators[i].cluster] += numerators[i].value - ratio.value * denominators[i];
  }
  ratio.clusters = static_cast<int64_t>(residuals.size());
  if (ratio.clusters < 2) return ratio;
  double sum = 0;
  for (const auto& [cluster, residual] : residuals) sum += residual * residual;
  const auto clusters = static_cast<double>(ratio.clusters);
  ratio.variance = clusters / (clusters - 1) * sum / (denominator * denominator);
  return ratio;
}

std::optional<ClusteredDifference> CompareClusters(absl::Span<const ClusteredArm> all,
                                                   double confidence) {
  const std::vector<ClusteredArm> values = OfSharedStrata(all);
  ClustersOfGroups clusters;
  for (const ClusteredArm& one : values) clusters.Add(one.first, one.cluster);
  if (!clusters.CanTell()) return std::nullopt;
  std::map<int, StratumSums> strata = SumsOfStrata(values);
  // Both group and value as they are beside the mean of their stratum (Frisch, Waugh, Lovell).
  double products = 0;
  double squares = 0;
  for (const auto& [stratum, sums] : strata) {
    products += sums.value_of_first - sums.first * sums.value / sums.n;
    squares += sums.first - sums.first * sums.first / sums.n;
  }
  ClusteredDifference out;
  out.value = products / squares;
  out.clusters = static_cast<int64_t>(clusters.all.size());
  std::map<int64_t, double> scores;
  for (const ClusteredArm& one : values) {
    const StratumSums& sums = strata[one.stratum];
    const double group = (one.first ? 1 : 0) - sums.first / sums.n;
    const double residual = one.value - sums.value / sums.n - out.value * group;
    scores[one.cluster] += group * residual;
  }
  double variance = 0;
  for (const auto& [cluster, score] : scores) variance += score * score;
  const auto n = static_cast<double>(scores.size());
  variance *= n / (n - 1) / (squares * squares);
  if (variance <= kNoScores) {
    out.p_value = std::abs(out.value) <= 1e-12 ? 1 : FisherOfClusters(values);
    return out;
  }
  const double error = std::sqrt(variance);
  const double error_of_draws = std::sqrt(VarianceOfDraws(values, strata)) / squares;
  const double half =
      std::max(boost::math::quantile(clusters.Student(), (1 + confidence) / 2) * error,
               NormalQuantile(confidence) * error_of_draws);
  out.interval = {out.value - half, out.value + half};
  out.p_value =
      std::max(clusters.PValue(out.value / error), NormalPValue(out.value / error_of_draws));
  return out;
}

std::optional<ClusteredLogRank> CompareClusteredSurvival(
    absl::Span<const ClusteredObservation> observations) {
  ClustersOfGroups clusters;
  for (const ClusteredObservation& one : observations) clusters.Add(one.first, one.cluster);
  if (!clusters.CanTell()) return std::nullopt;
  const SurvivalResiduals residuals = ResidualsOf({observations.begin(), observations.end()});
  ClusteredLogRank out;
  for (const auto& [cluster, score] : residuals.scores) {
    out.above += score;
    out.variance += score * score;
  }
  if (out.variance <= kNoScores) return std::nullopt;
  out.variance_of_draws = VarianceOfDraws(residuals.events, SumsOfStrata(residuals.events));
  out.fewest_clusters = clusters.fewest();
  out.z = out.above / std::sqrt(out.variance);
  out.p_value = clusters.PValue(out.z);
  if (out.variance_of_draws > kNoScores) {
    out.p_value = std::max(out.p_value, NormalPValue(out.above / std::sqrt(out.variance_of_draws)));
  }
  return out;
}

double ClusteredLogRank::Reach(double confidence) const {
  return std::max(ClusteredQuantile(fewest_clusters, confidence) * std::sqrt(variance),
                  NormalQuantile(confidence) * std::sqrt(variance_of_draws));
}

double ClusteredQuantile(int64_t clusters, double confidence) {
  const boost::math::students_t student(static_cast<double>(clusters) - 1);
  return boost::math::quantile(student, (1 + confidence) / 2);
}

}  // namespace banso::health::statistics

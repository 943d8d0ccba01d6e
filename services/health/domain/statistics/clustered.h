#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CLUSTERED_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CLUSTERED_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "services/health/domain/statistics/stratified.h"
#include "services/health/domain/statistics/survival.h"

// Means of values that come in clusters, such as several days of one account: the cluster is what
// was sampled, so intervals count clusters, not values.
namespace banso::health::statistics {

// A value and the cluster that it belongs to.
struct ClusteredValue {
  double value = 0;
  int64_t cluster = 0;
};

// Numbers clusters of which some have no number, because each of these has a single value: they get
// numbers of their own below 0.
class ClusterNumbers {
 public:
  int64_t Of(std::optional<int64_t> number) { return number.has_value() ? *number : own_--; }

 private:
  int64_t own_ = -1;
};

// The mean with its interval: the variance between the clusters' sums of residuals is that of the
// linearized ratio (Cochran 1977, Sampling Techniques, section 9A.1), held against Student's
// distribution with one degree of freedom less than there are clusters. With one value per cluster
// it is the usual interval of a mean. Nothing for fewer than two clusters.
std::optional<Estimate> ClusteredMean(absl::Span<const ClusteredValue> values,
                                      double confidence = kConfidence);

// mean(numerators) / mean(denominators), value by value of the same cases, in the same way
// (Cochran 1977, section 6.3). Nothing for fewer than two clusters or a denominator of zero.
std::optional<Estimate> ClusteredRatio(absl::Span<const ClusteredValue> numerators,
                                       absl::Span<const double> denominators,
                                       double confidence = kConfidence);

// The same ratio with its variance, which of one cluster is 0.
struct RatioOfClusters {
  double value = 0;
  double variance = 0;
  int64_t clusters = 0;
};
// Nothing for a denominator of zero.
std::optional<RatioOfClusters> LinearizedRatio(absl::Span<const ClusteredValue> numerators,
                                               absl::Span<const double> denominators);

// A value of the first of two groups or the second, in a stratum, and the cluster that it belongs
// to. A cluster may have values in both groups.
struct ClusteredArm {
  int stratum = 0;
  bool first = false;
  double value = 0;
  int64_t cluster = 0;
};

// How far the first group is above the second within strata.
struct ClusteredDifference {
  double value = 0;
  // Absent when each group's values are all alike: then nothing says how sure the difference is.
  std::optional<Interval> interval;
  double p_value = 1;
  // Those in strata that have both groups.
  int64_t clusters = 0;
};

// The least-squares difference with an intercept for each stratum (of shares, the one of Mantel and
// Haenszel), with the variance between clusters (Liang, Zeger 1986, Biometrika 73:13-22) and
// Student's distribution with one degree of freedom less than the group with fewer clusters has.
// That variance is too small where a small group happens to be all alike. So the same is asked of
// the variance that clusters have when they are drawn from both groups together, with the normal
// distribution; the larger p value and the wider interval stand.
// When each group's values are all alike, the p value is Fisher's of one value per cluster, stratum
// by stratum. Strata without both groups are left out, and clusters that have no other values do
// not count. Nothing when a group has fewer than two clusters then.
std::optional<ClusteredDifference> CompareClusters(absl::Span<const ClusteredArm> values,
                                                   double confidence = kConfidence);

// How long one subject of the first group or the second was watched, and the cluster that it
// belongs to.
struct ClusteredObservation {
  Observation observation;
  bool first = false;
  int64_t cluster = 0;
};

// Whether the first of two groups has its events sooner.
struct ClusteredLogRank {
  // Events of the first group above those expected.
  double above = 0;
  // Its variance when clusters were sampled.
  double variance = 0;
  // Its variance when nothing goes with the group and clusters were drawn from both together.
  double variance_of_draws = 0;
  // Clusters of the group that has fewer.
  int64_t fewest_clusters = 0;
  // By the first variance.
  double z = 0;
  // Two-sided: the larger of Student's by the first variance and the normal one by the second.
  double p_value = 1;

  // Half the interval of `above`: the wider of the two. It holds 0 exactly when the p value is
  // above 1 - confidence.
  double Reach(double confidence = kConfidence) const;
};

// The log-rank test with the variance of Lin, Wei 1989, Journal of the American Statistical
// Association 84:1074-1078, between the clusters' sums of score residuals, and Student's
// distribution as for a difference. That variance is too small where a small group happens to have
// no event or few: then its clusters hardly vary. So the same is asked of the variance of the
// log-rank scores when they are drawn (Peto, Peto 1972, Journal of the Royal Statistical Society A
// 135:185-207), by whole clusters (Gail and others 1996, Statistics in Medicine 15:1069-1092); what
// says less stands. A cluster of both groups is drawn as two. Competing endings are censored.
// Nothing when a group has fewer than two clusters, or nothing happened while both groups were
// watched.
std::optional<ClusteredLogRank> CompareClusteredSurvival(
    absl::Span<const ClusteredObservation> observations);

// Student's quantile for the clusters of one group, two or more.
double ClusteredQuantile(int64_t clusters, double confidence);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CLUSTERED_H_

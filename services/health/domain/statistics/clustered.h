#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CLUSTERED_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CLUSTERED_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "services/health/domain/statistics/stratified.h"

// Means of values that come in clusters, such as several days of one account: the cluster is what
// was sampled, so intervals count clusters, not values.
namespace banso::health::statistics {

// A value and the cluster that it belongs to.
struct ClusteredValue {
  double value = 0;
  int64_t cluster = 0;
};

// The mean with its normal interval; the variance between the clusters' sums of residuals is that
// of the linearized ratio (Cochran 1977, Sampling Techniques, section 9A.1). With one value per
// cluster it is the usual interval of a mean. Nothing for fewer than two clusters.
std::optional<Estimate> ClusteredMean(absl::Span<const ClusteredValue> values,
                                      double confidence = kConfidence);

// mean(numerators) / mean(denominators), value by value of the same cases, in the same way
// (Cochran 1977, section 6.3). Nothing for fewer than two clusters or a denominator of zero.
std::optional<Estimate> ClusteredRatio(absl::Span<const ClusteredValue> numerators,
                                       absl::Span<const double> denominators,
                                       double confidence = kConfidence);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CLUSTERED_H_

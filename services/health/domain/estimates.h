#ifndef BANSO_SERVICES_HEALTH_DOMAIN_ESTIMATES_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_ESTIMATES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "banso/health/v1/comparison.pb.h"
#include "banso/health/v1/estimate.pb.h"
#include "services/health/domain/statistics/agreement.h"
#include "services/health/domain/statistics/clustered.h"
#include "services/health/domain/statistics/proportion.h"

namespace banso::health {

// With fewer cases nothing is compared and no agreement estimated: StudyScope.min_n when it is not
// given.
inline constexpr int64_t kFewestCases = 8;

// An estimate from `n` cases; without a value, only how many there were.
inline v1::Estimate MakeEstimate(std::optional<double> value, const statistics::Interval& interval,
                                 int64_t n) {
  v1::Estimate estimate;
  estimate.set_n(n);
  if (!value.has_value()) return estimate;
  estimate.set_value(*value);
  estimate.set_low(interval.low);
  estimate.set_high(interval.high);
  return estimate;
}

// Cohen's kappa of a table of `n` cases; no value of too few.
inline v1::Estimate KappaOf(const std::vector<std::vector<double>>& table,
                            statistics::KappaWeights weights, int64_t n) {
  if (n < kFewestCases) return MakeEstimate(std::nullopt, {}, n);
  const auto kappa = statistics::CohenKappa(table, weights);
  if (!kappa.has_value()) return MakeEstimate(std::nullopt, {}, n);
  return MakeEstimate(kappa->value, kappa->interval, n);
}

// What was found of shares by accounts.
inline v1::ClusteredContrast MakeClustered(const statistics::ClusteredDifference& found) {
  v1::ClusteredContrast clustered;
  clustered.set_accounts(found.clusters);
  clustered.set_p_value(found.p_value);
  clustered.set_difference(found.value);
  if (found.interval.has_value()) {
    clustered.mutable_difference_interval()->set_low(found.interval->low);
    clustered.mutable_difference_interval()->set_high(found.interval->high);
  }
  return clustered;
}

// A share with Wilson's interval.
inline v1::Estimate ShareOf(const statistics::Count& count) {
  return MakeEstimate(statistics::Share(count), statistics::WilsonInterval(count), count.n);
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_ESTIMATES_H_

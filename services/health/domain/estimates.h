#ifndef BANSO_SERVICES_HEALTH_DOMAIN_ESTIMATES_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_ESTIMATES_H_

#include <cstdint>
#include <optional>

#include "banso/health/v1/estimate.pb.h"
#include "services/health/domain/statistics/proportion.h"

namespace banso::health {

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

// A share with Wilson's interval.
inline v1::Estimate ShareOf(const statistics::Count& count) {
  return MakeEstimate(statistics::Share(count), statistics::WilsonInterval(count), count.n);
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_ESTIMATES_H_

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_JUDGEMENTS_ESTIMATES_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_JUDGEMENTS_ESTIMATES_H_

#include <cstdint>
#include <optional>

#include "banso/health/v1/judgement.pb.h"
#include "services/health/domain/statistics/proportion.h"

namespace banso::health {

// An estimate from `n` cases; without a value, only how many there were.
inline v1::JudgementEstimate MakeEstimate(std::optional<double> value,
                                          const statistics::Interval& interval, int64_t n) {
  v1::JudgementEstimate estimate;
  estimate.set_n(n);
  if (!value.has_value()) return estimate;
  estimate.set_value(*value);
  estimate.set_low(interval.low);
  estimate.set_high(interval.high);
  return estimate;
}

// A share with Wilson's interval.
inline v1::JudgementEstimate ShareOf(const statistics::Count& count) {
  return MakeEstimate(statistics::Share(count), statistics::WilsonInterval(count), count.n);
}

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_JUDGEMENTS_ESTIMATES_H_

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SAMPLE_RULES_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SAMPLE_RULES_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "banso/health/v1/metric.pb.h"

namespace banso::health {

// How far a sample may lie ahead of the business time: clocks differ.
inline constexpr absl::Duration kSampleClockSkew = absl::Hours(1);

// What is wrong with one sample.
struct SampleFault {
  // The field, such as `value`.
  std::string field;
  // What is wrong and what is accepted.
  std::string message;
  // The broken rule, as SampleError.reason says.
  std::string reason;
};

// Checks what the field rules cannot: that a sample names one account, and that its value, user and
// times make sense for its metric at the business time `now`. Nothing when it is fine.
std::optional<SampleFault> CheckSample(const v1::Sample& sample, const v1::Metric& metric,
                                       absl::Time now);

// The value of a sample: absent means 1.
double ValueOf(const v1::Sample& sample);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SAMPLE_RULES_H_

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_METRIC_RATIO_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_METRIC_RATIO_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "common/contract/errors.h"

// Metrics of the kind RATIO: one fact divided by another.
namespace banso::health {

// Checks that a metric has a ratio if and only if its kind is RATIO, and that the parts can be read
// for any day: a trailing window or none, no age, no label or score. Adds to `violations`, with
// paths below `field_path`.
void CheckMetric(const v1::Metric& metric, absl::string_view field_path,
                 contract::Violations* violations);

// The question about a part of a ratio as of the end of a day.
fact::v1::FactQuery PartOn(const type::v1::FactRef& part, absl::CivilDay day);

// The quotient; unknown when a part is, or the denominator is 0. Both parts must be numbers (a flag
// counts as 1 or 0).
fact::v1::FactReading Divide(const fact::v1::FactReading& numerator,
                             const fact::v1::FactReading& denominator);

// The days on which a window over a ratio looks: `to`, and every seventh before it, not before
// `from`; the first first.
std::vector<absl::CivilDay> RatioDays(absl::CivilDay from, absl::CivilDay to);

// A ratio on a day.
struct RatioOnDay {
  absl::CivilDay day;
  fact::v1::FactReading reading;
};

// MEAN, MIN, MAX or TREND_PER_WEEK of the days on which the ratio is known; the trend needs two.
// Unknown for other aggregations and when there is no such day.
fact::v1::FactReading SumUpRatios(absl::Span<const RatioOnDay> ratios,
                                  type::v1::Aggregation aggregation);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_METRIC_RATIO_H_

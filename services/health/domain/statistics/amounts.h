#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_AMOUNTS_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_AMOUNTS_H_

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "services/health/domain/statistics/proportion.h"

// Amounts (mails, days, money) of one group or two. No value may be NaN.
namespace banso::health::statistics {

// Arithmetic mean; nothing of nothing.
std::optional<double> Mean(absl::Span<const double> values);

// The value below which a share `q` (0 to 1) lies, interpolated between neighbours: definition 7 of
// Hyndman, Fan 1996, The American Statistician 50:361-365. Nothing of nothing.
std::optional<double> Quantile(absl::Span<const double> values, double q);

// The interval of the mean of a normal population (Student 1908, Biometrika 6:1-25). Nothing for
// fewer than two values.
std::optional<Interval> MeanInterval(absl::Span<const double> values,
                                     double confidence = kConfidence);

// How far the amounts of a lie above those of b.
struct Shift {
  // The median of all differences of a value of a and one of b (Hodges, Lehmann 1963, Annals of
  // Mathematical Statistics 34:598-611), with the interval that inverts the rank test in its normal
  // form (Hollander, Wolfe 1999, section 4.3, its rank to the nearest whole one).
  double value = 0;
  Interval interval;
  // Mann and Whitney's count of pairs in which a is above b, ties as halves.
  double u = 0;
  // u over the number of pairs: the probability that a value of a is above one of b.
  double superiority = 0.5;
  // Two-sided, normal, corrected for ties and continuity (Mann, Whitney 1947; Lehmann 1975).
  double p_value = 1;
};

// Nothing when a group is empty.
std::optional<Shift> MannWhitney(absl::Span<const double> a, absl::Span<const double> b,
                                 double confidence = kConfidence);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_AMOUNTS_H_

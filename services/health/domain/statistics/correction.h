#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CORRECTION_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CORRECTION_H_

#include <vector>

#include "absl/types/span.h"

// p values of one family of tests, corrected for their number. Each answer is in the order of the
// question; what is at most the wanted level counts as found.
namespace banso::health::statistics {

// Holm 1979, Scandinavian Journal of Statistics 6:65-70: at most the level's chance of any false
// find at all.
std::vector<double> Holm(absl::Span<const double> p_values);

// Benjamini, Hochberg 1995, Journal of the Royal Statistical Society B 57:289-300: of what is
// found, at most the level's share is false on average. These are called q values.
std::vector<double> BenjaminiHochberg(absl::Span<const double> p_values);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CORRECTION_H_

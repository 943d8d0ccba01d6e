#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_NULL_RATE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_NULL_RATE_H_

#include <cmath>

namespace banso::health::statistics {

// For tests: how many of so many draws, in which nothing is to be found, may be flagged when a
// method keeps to its level. The Monte Carlo error of the count is that of a binomial number; a
// method that keeps to its level is over this once in 740 times (three standard errors).
inline double MostByChance(int draws, double level = 0.05) {
  return draws * level + 3 * std::sqrt(draws * level * (1 - level));
}

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_NULL_RATE_H_

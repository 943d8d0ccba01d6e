#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_AGREEMENT_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_AGREEMENT_H_

#include <optional>
#include <vector>

#include "services/health/domain/statistics/proportion.h"

// How far two raters agree beyond chance.
namespace banso::health::statistics {

// How much a disagreement counts.
enum class KappaWeights {
  // Any disagreement alike: Cohen 1960, Educational and Psychological Measurement 20:37-46.
  kNone,
  // By the distance of the categories, over the largest distance (Cicchetti, Allison 1971).
  kLinear,
  // By its square (Fleiss, Cohen 1973).
  kQuadratic,
};

struct Kappa {
  // 1: they always agree; 0: as often as chance has it; below: less often.
  double value = 0;
  // Normal, with the standard error of Fleiss, Cohen, Everitt 1969, Psychological Bulletin
  // 72:323-327, cut at -1 and 1.
  Interval interval;
  double standard_error = 0;
  // The (weighted) share in which they agree, and that which chance would give.
  double observed = 0;
  double expected = 0;
  double n = 0;
};

// Cohen's kappa, weighted (Cohen 1968, Psychological Bulletin 70:213-220) or not. `table[i][j]` is
// how often the first rater said i and the second j; it is square, and its categories are in order
// when weights are used. Nothing for an empty table and when both always say the same one thing.
std::optional<Kappa> CohenKappa(const std::vector<std::vector<double>>& table,
                                KappaWeights weights = KappaWeights::kNone,
                                double confidence = kConfidence);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_AGREEMENT_H_

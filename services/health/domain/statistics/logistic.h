#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_LOGISTIC_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_LOGISTIC_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"

// Logistic regression, fitted by liblinear (Fan, Chang, Hsieh, Wang, Lin 2008, Journal of Machine
// Learning Research 9:1871-1874).
namespace banso::health::statistics {

// What is known of one case.
struct LogisticCase {
  std::vector<double> features;
  bool event = false;
  // Cases of one cluster (an account on several days) are not independent.
  int64_t cluster = 0;
};

// logit P(event) = intercept + sum of coefficients times features.
struct LogisticFit {
  double intercept = 0;
  std::vector<double> coefficients;
  // Standard errors: of the intercept, then of the coefficients.
  std::vector<double> standard_errors;
  // From how many clusters the errors were told; absent when every case is one of its own.
  std::optional<int64_t> clusters;

  // The fitted log-odds of the event.
  double Logit(absl::Span<const double> features) const;
  // Its probability.
  double Probability(absl::Span<const double> features) const;
  // How many errors an interval reaches to either side: the normal quantile, and Student's, with
  // one degree of freedom less than there are clusters, where errors are told from clusters.
  double Quantile(double confidence) const;
};

// Maximizes the log-likelihood less `penalty` / 2 times the sum of the squared coefficients; the
// intercept is free (ridge: le Cessie, van Houwelingen 1992, Applied Statistics 41:191-201). The
// penalty must be above 0; with a tiny one the fit is that of maximum likelihood.
//
// The standard errors are those of the penalized estimate, H^-1 V H^-1: with one case per cluster
// V is the information, so that without penalty they are the usual ones; else it is the clusters'
// score products (Liang, Zeger 1986, Biometrika 73:13-22). They tell the spread, not the bias that
// the penalty brings.
//
// Nothing when all cases or none have the event, or the fit does not converge: without a penalty
// that holds them, the coefficients of cases that a line separates run away.
std::optional<LogisticFit> FitLogistic(absl::Span<const LogisticCase> cases, double penalty);

// Of `penalties`, the one with the least mean log loss of cases that were left out: clusters are
// dealt into `folds` by turns, and each fold is foretold by a fit of the others. Nothing when no
// fit succeeds.
std::optional<double> ChoosePenalty(absl::Span<const LogisticCase> cases,
                                    absl::Span<const double> penalties, int folds);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_LOGISTIC_H_

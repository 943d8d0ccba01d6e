#include "services/health/domain/statistics/agreement.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace banso::health::statistics {
namespace {

// How much an answer (i, j) counts as agreement, 0 to 1.
double Credit(size_t i, size_t j, size_t categories, KappaWeights weights) {
  if (weights == KappaWeights::kNone) return i == j ? 1 : 0;
  if (categories < 2) return 1;
  const double distance = (i > j ? static_cast<double>(i - j) : static_cast<double>(j - i)) /
                          static_cast<double>(categories - 1);
  return 1 - (weights == KappaWeights::kLinear ? distance : distance * distance);
}

}  // namespace

std::optional<Kappa> CohenKappa(const std::vector<std::vector<double>>& table, KappaWeights weights,
                                double confidence) {
  const size_t categories = table.size();
  Kappa kappa;
  for (const std::vector<double>& row : table) {
    for (const double count : row) kappa.n += count;
  }
  if (kappa.n <= 0) return std::nullopt;

  std::vector<double> first(categories);
  std::vector<double> second(categories);
  for (size_t i = 0; i < categories; ++i) {
    for (size_t j = 0; j < categories; ++j) {
      const double share = table[i][j] / kappa.n;
      first[i] += share;
      second[j] += share;
      kappa.observed += share * Credit(i, j, categories, weights);
    }
  }
  // What each answer of one rater earns on average against the other's answers.
  std::vector<double> of_first(categories);
  std::vector<double> of_second(categories);
  for (size_t i = 0; i < categories; ++i) {
    for (size_t j = 0; j < categories; ++j) {
      const double credit = Credit(i, j, categories, weights);
      of_first[i] += second[j] * credit;
      of_second[j] += first[i] * credit;
      kappa.expected += first[i] * second[j] * credit;
    }
  }
  const double room = 1 - kappa.expected;
  if (room <= 1e-12) return std::nullopt;
  kappa.value = (kappa.observed - kappa.expected) / room;

  double sum = 0;
  for (size_t i = 0; i < categories; ++i) {
    for (size_t j = 0; j < categories; ++j) {
      const double term = Credit(i, j, categories, weights) * room -
                          (of_first[i] + of_second[j]) * (1 - kappa.observed);
      sum += table[i][j] / kappa.n * term * term;
    }
  }
  const double correction = kappa.observed * kappa.expected - 2 * kappa.expected + kappa.observed;
  const double variance =
      std::max(0.0, sum - correction * correction) / (kappa.n * std::pow(room, 4));
  kappa.standard_error = std::sqrt(variance);
  const double reach = NormalQuantile(confidence) * kappa.standard_error;
  kappa.interval = {std::max(-1.0, kappa.value - reach), std::min(1.0, kappa.value + reach)};
  return kappa;
}

}  // namespace banso::health::statistics

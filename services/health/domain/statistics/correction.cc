#include "services/health/domain/statistics/correction.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace banso::health::statistics {
namespace {

// The places of the p values, smallest first.
std::vector<size_t> Order(absl::Span<const double> p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t place) { return p_values[place]; });
  return order;
}

}  // namespace

std::vector<double> Holm(absl::Span<const double> p_values) {
  std::vector<double> adjusted(p_values.size());
  const std::vector<size_t> order = Order(p_values);
  double highest = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const double scaled = p_values[order[i]] * static_cast<double>(order.size() - i);
    highest = std::max(highest, std::min(1.0, scaled));
    adjusted[order[i]] = highest;
  }
  return adjusted;
}

std::vector<double> BenjaminiHochberg(absl::Span<const double> p_values) {
  std::vector<double> adjusted(p_values.size());
  const std::vector<size_t> order = Order(p_values);
  double lowest = 1;
  for (size_t i = order.size(); i > 0; --i) {
    const double scaled =
        p_values[order[i - 1]] * static_cast<double>(order.size()) / static_cast<double>(i);
    lowest = std::min(lowest, scaled);
    adjusted[order[i - 1]] = lowest;
  }
  return adjusted;
}

}  // namespace banso::health::statistics

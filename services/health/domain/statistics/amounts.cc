#include "services/health/domain/statistics/amounts.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace banso::health::statistics {
namespace {

std::vector<double> Sorted(absl::Span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return sorted;
}

// Variance of the mean.
double SquaredError(absl::Span<const double> values, double mean) {
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  const double n = static_cast<double>(values.size());
  return sum / (n - 1) / n;
}

// How many differences a - b are at most `limit`, of sorted values.
int64_t CountUpTo(const std::vector<double>& a, const std::vector<double>& b, double limit) {
  int64_t count = 0;
  // The larger a is, the larger b must be for the difference to stay below the limit.
  size_t first = 0;
  for (const double value : a) {
    while (first < b.size() && value - b[first] > limit) ++first;
    count += static_cast<int64_t>(b.size() - first);
  }
  return count;
}

// The k-th smallest difference a - b, k from 1, without writing all of them down: halves the range
// until two neighbouring numbers are left.
double KthDifference(const std::vector<double>& a, const std::vector<double>& b, int64_t k) {
  double low = a.front() - b.back();
  double high = a.back() - b.front();
  if (CountUpTo(a, b, low) >= k) return low;
  while (true) {
    const double middle = std::midpoint(low, high);
    if (middle <= low || middle >= high) return high;
    (CountUpTo(a, b, middle) >= k ? high : low) = middle;
  }
}

// Sum over runs of t equal values of t^3 - t.
double TieTerm(std::vector<double> all) {
  std::ranges::sort(all);
  double sum = 0;
  for (size_t begin = 0; begin < all.size();) {
    size_t end = begin;
    while (end < all.size() && all[end] == all[begin]) ++end;
    const double t = static_cast<double>(end - begin);
    sum += t * t * t - t;
    begin = end;
  }
  return sum;
}

// The variance of u when nothing differs.
double VarianceOfU(absl::Span<const double> a, absl::Span<const double> b) {
  const double n1 = static_cast<double>(a.size());
  const double n2 = static_cast<double>(b.size());
  const double n = n1 + n2;
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  return n1 * n2 / 12 * (n + 1 - TieTerm(std::move(all)) / (n * (n - 1)));
}

}  // namespace

std::optional<double> Mean(absl::Span<const double> values) {
  if (values.empty()) return std::nullopt;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<Interval> MeanInterval(absl::Span<const double> values, double confidence) {
  if (values.size() < 2) return std::nullopt;
  const double mean = *Mean(values);
  const boost::math::students_t distribution(static_cast<double>(values.size() - 1));
  const double reach = boost::math::quantile(distribution, 0.5 + confidence / 2) *
                       std::sqrt(SquaredError(values, mean));
  return Interval{mean - reach, mean + reach};
}

std::optional<double> Quantile(absl::Span<const double> values, double q) {
  if (values.empty()) return std::nullopt;
  const std::vector<double> sorted = Sorted(values);
  const double place = q * static_cast<double>(sorted.size() - 1);
  const size_t below = static_cast<size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return std::lerp(sorted[below], sorted[below + 1], place - static_cast<double>(below));
}

std::optional<Shift> MannWhitney(absl::Span<const double> a, absl::Span<const double> b,
                                 double confidence) {
  if (a.empty() || b.empty()) return std::nullopt;
  const std::vector<double> of_a = Sorted(a);
  const std::vector<double> of_b = Sorted(b);
  const int64_t pairs = static_cast<int64_t>(a.size() * b.size());
  Shift shift;
  // Pairs with a above b, and with a at or above b.
  const int64_t above = CountUpTo(of_b, of_a, std::nextafter(0.0, -1.0));
  const int64_t not_below = CountUpTo(of_b, of_a, 0);
  shift.u = static_cast<double>(above + not_below) / 2;
  shift.superiority = shift.u / static_cast<double>(pairs);
  shift.value =
      (KthDifference(of_a, of_b, (pairs + 1) / 2) + KthDifference(of_a, of_b, pairs / 2 + 1)) / 2;

  const double variance = a.size() + b.size() < 2 ? 0 : VarianceOfU(a, b);
  const double middle = static_cast<double>(pairs) / 2;
  const double off = std::max(0.0, std::abs(shift.u - middle) - 0.5);
  shift.p_value = variance > 0 ? NormalPValue(off / std::sqrt(variance)) : 1;
  const double reach = NormalQuantile(confidence) * std::sqrt(std::max(0.0, variance));
  const int64_t k = std::max<int64_t>(1, static_cast<int64_t>(std::round(middle - reach)));
  shift.interval = {KthDifference(of_a, of_b, std::min(k, pairs)),
                    KthDifference(of_a, of_b, std::max<int64_t>(1, pairs + 1 - k))};
  return shift;
}

}  // namespace banso::health::statistics

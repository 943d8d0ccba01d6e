#include "services/health/domain/statistics/stratified.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/numeric/ublas/matrix.hpp>
#include <boost/numeric/ublas/vector.hpp>
#include <cmath>
#include <limits>
#include <map>

namespace banso::health::statistics {
namespace {

namespace ublas = boost::numeric::ublas;

// A stratum's table as numbers.
struct Table {
  double x1 = 0;
  double n1 = 0;
  double x2 = 0;
  double n2 = 0;
  double n = 0;
};

std::vector<Table> Informative(absl::Span<const Stratum> strata) {
  std::vector<Table> tables;
  for (const Stratum& stratum : strata) {
    if (stratum.a.n <= 0 || stratum.b.n <= 0) continue;
    tables.push_back({.x1 = static_cast<double>(stratum.a.events),
                      .n1 = static_cast<double>(stratum.a.n),
                      .x2 = static_cast<double>(stratum.b.events),
                      .n2 = static_cast<double>(stratum.b.n),
                      .n = static_cast<double>(stratum.a.n + stratum.b.n)});
  }
  return tables;
}

double ChiSquarePValue(double statistic, int degrees_of_freedom) {
  if (degrees_of_freedom <= 0) return 1;
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees_of_freedom),
                                                  std::max(0.0, statistic)));
}

// Sums over strata of how far each group's total is from what is expected when nothing differs, and
// the covariance of that.
struct Deviations {
  ublas::vector<double> difference;
  ublas::matrix<double> covariance;
};

double MeanOf(const std::vector<GroupedValue>& cases) {
  double sum = 0;
  for (const GroupedValue& one : cases) sum += one.value;
  return sum / static_cast<double>(cases.size());
}

// What a stratum adds. The values are drawn without replacement from those that are there.
void AddStratum(const std::vector<GroupedValue>& cases, Deviations& sums) {
  const double n = static_cast<double>(cases.size());
  if (cases.size() < 2) return;
  const size_t groups = sums.difference.size();
  std::vector<double> sizes(groups);
  for (const GroupedValue& one : cases) sizes[static_cast<size_t>(one.group)] += 1;
  // Values that are all equal say nothing; their mean would differ from them by rounding.
  const auto [least, most] = std::ranges::minmax_element(cases, {}, &GroupedValue::value);
  if (least->value == most->value) return;
  const double mean = MeanOf(cases);
  double variance = 0;
  for (const GroupedValue& one : cases) {
    sums.difference(static_cast<size_t>(one.group)) += one.value - mean;
    variance += (one.value - mean) * (one.value - mean) / (n - 1);
  }
  for (size_t i = 0; i < groups; ++i) {
    for (size_t j = 0; j < groups; ++j) {
      const double shared = i == j ? sizes[i] : 0;
      sums.covariance(i, j) += variance * (shared - sizes[i] * sizes[j] / n);
    }
  }
}

std::map<int, std::vector<GroupedValue>> ByStratum(absl::Span<const GroupedValue> values) {
  std::map<int, std::vector<GroupedValue>> strata;
  for (const GroupedValue& one : values) strata[one.stratum].push_back(one);
  return strata;
}

// d' V^-1 d over the groups that vary, each time without the group that follows from the others.
// Groups that never meet in a stratum fall into parts of their own, each with such a group: a pivot
// near zero is one.
ChiSquare QuadraticForm(Deviations sums) {
  ChiSquare result;
  const size_t groups = sums.difference.size();
  ublas::vector<double>& d = sums.difference;
  ublas::matrix<double>& v = sums.covariance;
  std::vector<double> scale(groups);
  for (size_t i = 0; i < groups; ++i) scale[i] = v(i, i);
  // Gauss elimination of a symmetric matrix: what is left after each pivot is the covariance of the
  // others, given that group.
  for (size_t k = 0; k < groups; ++k) {
    constexpr double kNothingLeft = 1e-9;
    if (v(k, k) <= kNothingLeft * scale[k] || scale[k] == 0) continue;
    result.statistic += d(k) * d(k) / v(k, k);
    ++result.degrees_of_freedom;
    for (size_t i = k + 1; i < groups; ++i) {
      const double factor = v(i, k) / v(k, k);
      d(i) -= factor * d(k);
      for (size_t j = k + 1; j < groups; ++j) v(i, j) -= factor * v(k, j);
    }
  }
  result.p_value = ChiSquarePValue(result.statistic, result.degrees_of_freedom);
  return result;
}

}  // namespace

std::optional<Estimate> MantelHaenszelRatio(absl::Span<const Stratum> strata, double confidence) {
  double above = 0;
  double below = 0;
  double spread = 0;
  for (const Table& t : Informative(strata)) {
    above += t.x1 * t.n2 / t.n;
    below += t.x2 * t.n1 / t.n;
    spread += (t.n1 * t.n2 * (t.x1 + t.x2) - t.x1 * t.x2 * t.n) / (t.n * t.n);
  }
  if (below == 0) return std::nullopt;
  if (above == 0) return Estimate{0, {0, std::numeric_limits<double>::infinity()}};
  const double ratio = above / below;
  const double factor = std::exp(NormalQuantile(confidence) * std::sqrt(spread / (above * below)));
  return Estimate{ratio, {ratio / factor, ratio * factor}};
}

std::optional<Estimate> MantelHaenszelDifference(absl::Span<const Stratum> strata,
                                                 double confidence) {
  double weights = 0;
  double sum = 0;
  double p_term = 0;
  double q_term = 0;
  for (const Table& t : Informative(strata)) {
    weights += t.n1 * t.n2 / t.n;
    sum += (t.x1 * t.n2 - t.x2 * t.n1) / t.n;
    p_term +=
        (t.n1 * t.n1 * t.x2 - t.n2 * t.n2 * t.x1 + t.n1 * t.n2 * (t.n2 - t.n1) / 2) / (t.n * t.n);
    q_term += (t.x1 * (t.n2 - t.x2) + t.x2 * (t.n1 - t.x1)) / (2 * t.n);
  }
  if (weights == 0) return std::nullopt;
  const double difference = sum / weights;
  const double variance = std::max(0.0, difference * p_term + q_term) / (weights * weights);
  const double reach = NormalQuantile(confidence) * std::sqrt(variance);
  return Estimate{difference,
                  {std::max(-1.0, difference - reach), std::min(1.0, difference + reach)}};
}

std::set<int> SharedStrata(absl::Span<const GroupedValue> values) {
  std::map<int, int> first_group;
  std::set<int> shared;
  for (const GroupedValue& one : values) {
    const auto [first, is_new] = first_group.emplace(one.stratum, one.group);
    if (first->second != one.group) shared.insert(one.stratum);
  }
  return shared;
}

ChiSquare MeanScoreTest(absl::Span<const GroupedValue> values) {
  int last = -1;
  for (const GroupedValue& one : values) last = std::max(last, one.group);
  const size_t groups = static_cast<size_t>(last) + 1;
  Deviations sums{ublas::zero_vector<double>(groups), ublas::zero_matrix<double>(groups, groups)};
  for (const auto& [stratum, cases] : ByStratum(values)) AddStratum(cases, sums);
  return QuadraticForm(std::move(sums));
}

std::vector<GroupedValue> WithRanks(absl::Span<const GroupedValue> values) {
  std::map<int, std::vector<size_t>> strata;
  for (size_t i = 0; i < values.size(); ++i) strata[values[i].stratum].push_back(i);
  std::vector<GroupedValue> ranked(values.begin(), values.end());
  for (auto& [stratum, places] : strata) {
    const auto value_at = [&](size_t place) { return values[place].value; };
    std::ranges::sort(places, {}, value_at);
    for (size_t begin = 0; begin < places.size();) {
      size_t end = begin;
      while (end < places.size() && value_at(places[end]) == value_at(places[begin])) ++end;
      const double midrank = static_cast<double>(begin + end + 1) / 2;
      for (size_t i = begin; i < end; ++i) {
        ranked[places[i]].value = midrank / static_cast<double>(places.size() + 1);
      }
      begin = end;
    }
  }
  return ranked;
}

std::vector<Standardized> StandardizeGroups(absl::Span<const GroupedValue> values) {
  std::map<int, Standardized> groups;
  for (const auto& [stratum, cases] : ByStratum(values)) {
    const double mean = MeanOf(cases);
    for (const GroupedValue& one : cases) {
      Standardized& group = groups[one.group];
      group.group = one.group;
      group.n += 1;
      group.observed += one.value;
      group.expected += mean;
    }
  }
  std::vector<Standardized> result;
  for (auto& [number, group] : groups) {
    group.observed /= group.n;
    group.expected /= group.n;
    std::vector<GroupedValue> against(values.begin(), values.end());
    for (GroupedValue& one : against) one.group = one.group == number ? 0 : 1;
    group.p_value = MeanScoreTest(against).p_value;
    result.push_back(group);
  }
  return result;
}

}  // namespace banso::health::statistics

#include "common/statistics/survival.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/numeric/ublas/lu.hpp>
#include <boost/numeric/ublas/matrix.hpp>
#include <boost/numeric/ublas/vector.hpp>

namespace banso::statistics {
namespace {

namespace ublas = boost::numeric::ublas;

// Products of fractions that are a half in the reals may lie this far above it.
constexpr double kRounding = 1e-12;

// What happened at one time, to all or to one group.
struct Moment {
  double time = 0;
  int64_t at_risk = 0;
  int64_t events = 0;
  int64_t competing = 0;
};

// The times at which anything but censoring happened, in order.
std::vector<Moment> MomentsOf(absl::Span<const Observation> observations) {
  std::vector<Observation> sorted(observations.begin(), observations.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const Observation& a, const Observation& b) { return a.time < b.time; });
  std::vector<Moment> moments;
  for (size_t i = 0; i < sorted.size();) {
    Moment moment{.time = sorted[i].time, .at_risk = static_cast<int64_t>(sorted.size() - i)};
    for (; i < sorted.size() && sorted[i].time == moment.time; ++i) {
      moment.events += sorted[i].ending == Ending::kEvent;
      moment.competing += sorted[i].ending == Ending::kCompeting;
    }
    if (moment.events + moment.competing > 0) moments.push_back(moment);
  }
  return moments;
}

// How many of the sorted times are `time` or later.
int64_t AtRisk(const std::vector<double>& sorted_times, double time) {
  return sorted_times.end() - std::lower_bound(sorted_times.begin(), sorted_times.end(), time);
}

// The interval of `survival`, whose Greenwood sum (variance over survival squared) is `sum`.
std::optional<Interval> LogLogInterval(double survival, double sum, double quantile) {
  if (survival <= 0 || survival >= 1) return std::nullopt;
  const double width = quantile * std::sqrt(sum) / -std::log(survival);
  return Interval{std::pow(survival, std::exp(width)), std::pow(survival, std::exp(-width))};
}

// Sums over the times at which something happened, for the groups that the test compares.
struct Scores {
  explicit Scores(size_t groups)
      : observed(groups, 0), expected(groups, 0), variance(groups, groups, 0) {}

  std::vector<double> observed;
  std::vector<double> expected;
  ublas::matrix<double> variance;
};

void AddMoment(const std::vector<double>& at_risk, const std::vector<double>& events,
               Scores& scores) {
  double all_at_risk = 0;
  double all_events = 0;
  for (size_t g = 0; g < at_risk.size(); ++g) {
    all_at_risk += at_risk[g];
    all_events += events[g];
  }
  const double spread =
      all_at_risk > 1 ? all_events * (all_at_risk - all_events) / (all_at_risk - 1) : 0;
  for (size_t g = 0; g < at_risk.size(); ++g) {
    const double share = at_risk[g] / all_at_risk;
    scores.observed[g] += events[g];
    scores.expected[g] += all_events * share;
    for (size_t h = 0; h < at_risk.size(); ++h) {
      scores.variance(g, h) += spread * share * ((g == h ? 1.0 : 0.0) - at_risk[h] / all_at_risk);
    }
  }
}

// The groups that were watched while something could tell them from the others: only these count.
std::vector<size_t> Informative(const Scores& scores) {
  std::vector<size_t> informative;
  for (size_t g = 0; g < scores.observed.size(); ++g) {
    if (scores.variance(g, g) > kRounding) informative.push_back(g);
  }
  return informative;
}

// u' V^-1 u of all informative groups but the last, which follows from the others.
std::optional<double> LogRankChiSquare(const Scores& scores, const std::vector<size_t>& groups) {
  const size_t size = groups.size() - 1;
  ublas::matrix<double> variance(size, size);
  ublas::vector<double> difference(size);
  for (size_t i = 0; i < size; ++i) {
    difference(i) = scores.observed[groups[i]] - scores.expected[groups[i]];
    for (size_t j = 0; j < size; ++j) variance(i, j) = scores.variance(groups[i], groups[j]);
  }
  ublas::vector<double> solved = difference;
  ublas::permutation_matrix<size_t> order(size);
  if (ublas::lu_factorize(variance, order) != 0) return std::nullopt;
  ublas::lu_substitute(variance, order, solved);
  return std::max(0.0, ublas::inner_prod(difference, solved));
}

}  // namespace

SurvivalCurve::SurvivalCurve(absl::Span<const Observation> observations, double confidence)
    : confidence_(confidence), n_(static_cast<int64_t>(observations.size())) {
  for (const Observation& observation : observations) {
    times_.push_back(observation.time);
    longest_ = std::max(longest_, observation.time);
  }
  std::sort(times_.begin(), times_.end());
  const double quantile = NormalQuantile(confidence);
  double survival = 1;
  double greenwood = 0;
  for (const Moment& moment : MomentsOf(observations)) {
    if (moment.events == 0) continue;
    events_ += moment.events;
    const double at_risk = static_cast<double>(moment.at_risk);
    const double left = static_cast<double>(moment.at_risk - moment.events);
    survival *= left / at_risk;
    if (left > 0) greenwood += static_cast<double>(moment.events) / (at_risk * left);
    steps_.push_back({.time = moment.time,
                      .at_risk = moment.at_risk,
                      .events = moment.events,
                      .survival = survival,
                      .variance = survival * survival * greenwood,
                      .interval = LogLogInterval(survival, greenwood, quantile)});
  }
}

int64_t SurvivalCurve::WatchedAt(double time) const { return AtRisk(times_, time); }

const SurvivalStep* SurvivalCurve::At(double time) const {
  const auto after =
      std::upper_bound(steps_.begin(), steps_.end(), time,
                       [](double value, const SurvivalStep& step) { return value < step.time; });
  return after == steps_.begin() ? nullptr : &*(after - 1);
}

std::optional<double> SurvivalCurve::SurvivalAt(double time) const {
  if (n_ == 0) return std::nullopt;
  const SurvivalStep* step = At(time);
  const double survival = step == nullptr ? 1 : step->survival;
  if (time > longest_ && survival > 0) return std::nullopt;
  return survival;
}

std::optional<Interval> SurvivalCurve::IntervalAt(double time) const {
  const std::optional<double> left = SurvivalAt(time);
  if (!left.has_value()) return std::nullopt;
  const SurvivalStep* step = At(time);
  if (step != nullptr && step->interval.has_value()) return step->interval;
  const int64_t watched = step != nullptr ? step->at_risk : WatchedAt(time);
  return WilsonInterval({*left > 0 ? watched : 0, watched}, confidence_);
}

std::optional<double> SurvivalCurve::Median() const {
  for (const SurvivalStep& step : steps_) {
    if (step.survival <= 0.5 + kRounding) return step.time;
  }
  return std::nullopt;
}

SurvivalCurve::MedianInterval SurvivalCurve::MedianLimits() const {
  MedianInterval limits;
  for (const SurvivalStep& step : steps_) {
    if (!step.interval.has_value()) continue;
    if (!limits.low.has_value() && step.interval->low <= 0.5) limits.low = step.time;
    if (!limits.high.has_value() && step.interval->high <= 0.5) limits.high = step.time;
  }
  return limits;
}

double CumulativeIncidence(absl::Span<const Observation> observations, double time) {
  // Of any ending, and of the event alone.
  double survival = 1;
  double incidence = 0;
  for (const Moment& moment : MomentsOf(observations)) {
    if (moment.time > time) break;
    const double at_risk = static_cast<double>(moment.at_risk);
    incidence += survival * static_cast<double>(moment.events) / at_risk;
    survival *= 1 - static_cast<double>(moment.events + moment.competing) / at_risk;
  }
  return incidence;
}

std::optional<LogRank> CompareSurvival(absl::Span<const std::vector<Observation>> groups) {
  std::vector<Observation> all;
  std::vector<std::vector<double>> times(groups.size());
  std::vector<std::vector<double>> event_times(groups.size());
  for (size_t g = 0; g < groups.size(); ++g) {
    for (const Observation& observation : groups[g]) {
      all.push_back(observation);
      times[g].push_back(observation.time);
      if (observation.ending == Ending::kEvent) event_times[g].push_back(observation.time);
    }
    std::sort(times[g].begin(), times[g].end());
    std::sort(event_times[g].begin(), event_times[g].end());
  }
  Scores scores(groups.size());
  std::vector<double> at_risk(groups.size());
  std::vector<double> events(groups.size());
  for (const Moment& moment : MomentsOf(all)) {
    if (moment.events == 0) continue;
    for (size_t g = 0; g < groups.size(); ++g) {
      at_risk[g] = static_cast<double>(AtRisk(times[g], moment.time));
      const auto range =
          std::equal_range(event_times[g].begin(), event_times[g].end(), moment.time);
      events[g] = static_cast<double>(range.second - range.first);
    }
    AddMoment(at_risk, events, scores);
  }
  const std::vector<size_t> informative = Informative(scores);
  if (informative.size() < 2) return std::nullopt;
  const std::optional<double> chi_square = LogRankChiSquare(scores, informative);
  if (!chi_square.has_value()) return std::nullopt;
  LogRank result;
  result.observed = scores.observed;
  result.expected = scores.expected;
  result.chi_square = *chi_square;
  result.degrees_of_freedom = static_cast<int>(informative.size()) - 1;
  result.p_value = boost::math::cdf(boost::math::complement(
      boost::math::chi_squared(result.degrees_of_freedom), result.chi_square));
  return result;
}

}  // namespace banso::statistics

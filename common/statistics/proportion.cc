#include "common/statistics/proportion.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace banso::statistics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double Square(double x) { return x * x; }

double Rate(const Count& count) {
  return static_cast<double>(count.events) / static_cast<double>(count.n);
}

// (x - n p)^2 / (n p (1 - p)); 0 where that is 0 / 0.
double ScoreTerm(const Count& count, double p) {
  const double n = static_cast<double>(count.n);
  const double off = Square(static_cast<double>(count.events) - n * p);
  return off == 0 ? 0 : off / (n * p * (1 - p));
}

// The score statistic of share(a) / share(b) = ratio, which is chi-square with one degree of
// freedom when that is so (Koopman 1984, equations 1 and 2).
double KoopmanStatistic(const Count& a, const Count& b, double ratio) {
  const double n1 = static_cast<double>(a.n);
  const double n2 = static_cast<double>(b.n);
  const double x1 = static_cast<double>(a.events);
  const double x2 = static_cast<double>(b.events);
  const double half = ratio * (n1 + x2) + x1 + n2;
  const double product = ratio * (x1 + x2);
  const double root = std::sqrt(std::max(0.0, Square(half) - 4 * (n1 + n2) * product));
  // The share of a that is likeliest under the ratio: the smaller root of the quadratic equation,
  // in the form that does not cancel.
  const double p1 = std::min(1.0, 2 * product / (half + root));
  return ScoreTerm(a, p1) + ScoreTerm(b, std::min(1.0, p1 / ratio));
}

// Where the statistic crosses `critical` between two logarithms of ratios; `otherwise` when it does
// not.
double KoopmanBound(const Count& a, const Count& b, double critical, double from, double to,
                    double otherwise) {
  const auto excess = [&](double log_ratio) {
    return KoopmanStatistic(a, b, std::exp(log_ratio)) - critical;
  };
  const double at_from = excess(from);
  const double at_to = excess(to);
  if (!(std::signbit(at_from) != std::signbit(at_to))) return otherwise;
  std::uintmax_t steps = 200;
  const auto [low, high] = boost::math::tools::toms748_solve(
      excess, from, to, at_from, at_to, boost::math::tools::eps_tolerance<double>(50), steps);
  return std::exp((low + high) / 2);
}

// Less than this share of a sum does not change it.
constexpr double kNegligible = std::numeric_limits<double>::epsilon() / 4;

// The tables with the margins of two groups, by how many of the first group had it. Their
// probabilities (the hypergeometric distribution) rise up to the commonest table and fall from
// there, each a ratio of small numbers from the next: so they are told as weights, shares of the
// commonest one's.
class FixedMargins {
 public:
  FixedMargins(const Count& a, const Count& b)
      : events_(a.events + b.events),
        a_(a.n),
        b_(b.n),
        lowest_(std::max<int64_t>(0, events_ - b_)),
        highest_(std::min(a_, events_)),
        commonest_(std::clamp(static_cast<int64_t>((static_cast<double>(events_) + 1) *
                                                   (static_cast<double>(a_) + 1) /
                                                   (static_cast<double>(a_ + b_) + 2)),
                              lowest_, highest_)) {}

  double Weight(int64_t x) const {
    double weight = 1;
    for (int64_t y = commonest_; y < x; ++y) weight *= Ratio(y);
    for (int64_t y = commonest_; y > x; --y) weight /= Ratio(y - 1);
    return weight;
  }

  // Calls `on_table` with the weight of each table beyond the commonest one, downwards or upwards,
  // and how many come after it, for as long as it returns true and a double can tell the weight
  // from 0.
  template <typename OnTable>
  void WalkOut(int step, OnTable on_table) const {
    const int64_t end = step < 0 ? lowest_ : highest_;
    double weight = 1;
    int64_t x = commonest_;
    while (x != end) {
      if (step < 0) {
        weight /= Ratio(x - 1);
      } else {
        weight *= Ratio(x);
      }
      x += step;
      if (weight == 0 || !on_table(weight, std::abs(end - x))) return;
    }
  }

 private:
  // The probability of the table after x, divided by that of x.
  double Ratio(int64_t x) const {
    return static_cast<double>(events_ - x) * static_cast<double>(a_ - x) /
           (static_cast<double>(x + 1) * static_cast<double>(b_ - events_ + x + 1));
  }

  int64_t events_;
  int64_t a_;
  int64_t b_;
  int64_t lowest_;
  int64_t highest_;
  int64_t commonest_;
};

}  // namespace

std::optional<double> Share(const Count& count) {
  if (count.n <= 0) return std::nullopt;
  return Rate(count);
}

double NormalQuantile(double confidence) {
  return boost::math::quantile(
      boost::math::complement(boost::math::normal(), (1 - confidence) / 2));
}

double NormalPValue(double z) {
  if (std::isinf(z)) return 0;
  return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(z)));
}

Interval WilsonInterval(const Count& count, double confidence) {
  if (count.n <= 0) return {0, 1};
  const double n = static_cast<double>(count.n);
  const double p = Rate(count);
  const double z = NormalQuantile(confidence);
  const double center = p + z * z / (2 * n);
  const double spread = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  // At the ends the formula gives exactly 0 and 1, up to rounding.
  return {count.events == 0 ? 0.0 : (center - spread) / scale,
          count.events == count.n ? 1.0 : (center + spread) / scale};
}

Interval NewcombeInterval(const Count& a, const Count& b, double confidence) {
  if (a.n <= 0 || b.n <= 0) return {-1, 1};
  const Interval of_a = WilsonInterval(a, confidence);
  const Interval of_b = WilsonInterval(b, confidence);
  const double difference = Rate(a) - Rate(b);
  return {difference - std::hypot(Rate(a) - of_a.low, of_b.high - Rate(b)),
          difference + std::hypot(of_a.high - Rate(a), Rate(b) - of_b.low)};
}

std::optional<double> RiskRatio(const Count& a, const Count& b) {
  if (a.n <= 0 || b.n <= 0 || b.events == 0) return std::nullopt;
  return Rate(a) / Rate(b);
}

Interval KatzInterval(const Count& a, const Count& b, double confidence) {
  if (a.events <= 0 || b.events <= 0) return {0, kInfinity};
  const double error = std::sqrt(1 / static_cast<double>(a.events) - 1 / static_cast<double>(a.n) +
                                 1 / static_cast<double>(b.events) - 1 / static_cast<double>(b.n));
  const double factor = std::exp(NormalQuantile(confidence) * error);
  const double ratio = Rate(a) / Rate(b);
  return {ratio / factor, ratio * factor};
}

Interval KoopmanInterval(const Count& a, const Count& b, double confidence) {
  if (a.n <= 0 || b.n <= 0 || a.events + b.events == 0) return {0, kInfinity};
  // Logarithms of ratios beyond which no interval of countable groups reaches.
  constexpr double kWidest = 60;
  const double critical = Square(NormalQuantile(confidence));
  Interval interval{0, kInfinity};
  if (a.events == 0) {
    interval.high = KoopmanBound(a, b, critical, -kWidest, kWidest, kInfinity);
  } else if (b.events == 0) {
    interval.low = KoopmanBound(a, b, critical, -kWidest, kWidest, 0);
  } else {
    const double middle = std::log(Rate(a) / Rate(b));
    interval.low = KoopmanBound(a, b, critical, -kWidest, middle, 0);
    interval.high = KoopmanBound(a, b, critical, middle, kWidest, kInfinity);
  }
  return interval;
}

std::optional<double> OddsRatio(const Count& a, const Count& b) {
  const double under = static_cast<double>(a.n - a.events) * static_cast<double>(b.events);
  if (a.n <= 0 || b.n <= 0 || under == 0) return std::nullopt;
  return static_cast<double>(a.events) * static_cast<double>(b.n - b.events) / under;
}

Interval WoolfInterval(const Count& a, const Count& b, double confidence) {
  const std::optional<double> ratio = OddsRatio(a, b);
  if (!ratio.has_value() || *ratio == 0) return {0, kInfinity};
  const double error =
      std::sqrt(1 / static_cast<double>(a.events) + 1 / static_cast<double>(a.n - a.events) +
                1 / static_cast<double>(b.events) + 1 / static_cast<double>(b.n - b.events));
  const double factor = std::exp(NormalQuantile(confidence) * error);
  return {*ratio / factor, *ratio * factor};
}

double FisherExact(const Count& a, const Count& b) {
  if (a.n <= 0 || b.n <= 0) return 1;
  const FixedMargins tables(a, b);
  // Tables that are equally likely differ by rounding.
  constexpr double kSlack = 1 + 1e-7;
  const double limit = tables.Weight(a.events) * kSlack;
  double all = 1;
  double no_likelier = limit >= 1 ? 1 : 0;
  for (const int step : {-1, 1}) {
    tables.WalkOut(step, [&](double weight, int64_t left) {
      all += weight;
      if (weight <= limit) no_likelier += weight;
      // Those that are left are rarer still.
      return weight * static_cast<double>(left) > no_likelier * kNegligible;
    });
  }
  return no_likelier / all;
}

}  // namespace banso::statistics

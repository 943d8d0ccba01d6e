#ifndef BANSO_COMMON_STATISTICS_PROPORTION_H_
#define BANSO_COMMON_STATISTICS_PROPORTION_H_

#include <cstdint>
#include <optional>

// Shares of two groups and how they differ. `confidence` is between 0 and 1 everywhere.
namespace banso::statistics {

inline constexpr double kConfidence = 0.95;

// From `low` to `high`, both inclusive; an end may be infinite.
struct Interval {
  double low = 0;
  double high = 0;
};

// How many of `n` had it: 0 <= events <= n.
struct Count {
  int64_t events = 0;
  int64_t n = 0;
};

// events / n; nothing of nobody.
std::optional<double> Share(const Count& count);

// The number that a standard normal variable exceeds in size with probability 1 - confidence; 1.96
// for 0.95.
double NormalQuantile(double confidence);
// Two-sided p value of a standard normal statistic.
double NormalPValue(double z);

// The score interval of a share (Wilson 1927, JASA 22:209-212); of nobody, from 0 to 1.
Interval WilsonInterval(const Count& count, double confidence = kConfidence);

// Interval of share(a) - share(b), put together from the Wilson intervals of the two: method 10 of
// Newcombe 1998, Statistics in Medicine 17:873-890. From -1 to 1 when a group is empty.
Interval NewcombeInterval(const Count& a, const Count& b, double confidence = kConfidence);

// share(a) / share(b); nothing when a group is empty or none of b had it.
std::optional<double> RiskRatio(const Count& a, const Count& b);

// Interval of the risk ratio, normal on the logarithm: Katz, Baptista, Azen, Pike 1978, Biometrics
// 34:469-474. From 0 to infinity when none of a group had it.
Interval KatzInterval(const Count& a, const Count& b, double confidence = kConfidence);

// Interval of the risk ratio by inverting the score test: Koopman 1984, Biometrics 40:513-517.
// Holds also where few or none had it.
Interval KoopmanInterval(const Count& a, const Count& b, double confidence = kConfidence);

// Odds of a over odds of b; nothing when that divides by zero.
std::optional<double> OddsRatio(const Count& a, const Count& b);

// Interval of the odds ratio, normal on the logarithm: Woolf 1955, Annals of Human Genetics
// 19:251-253. From 0 to infinity when a cell of the table is empty.
Interval WoolfInterval(const Count& a, const Count& b, double confidence = kConfidence);

// Two-sided p value of the exact test that both shares are equal: the probability, with both
// margins fixed, of all tables that are no likelier than this one (Fisher 1935; Freeman, Halton
// 1951, Biometrika 38:141-149). 1 when a group is empty; 0 when it is less than a double can tell.
double FisherExact(const Count& a, const Count& b);

}  // namespace banso::statistics

#endif  // BANSO_COMMON_STATISTICS_PROPORTION_H_

#include "common/statistics/proportion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/hypergeometric.hpp>
#include <cmath>
#include <limits>
#include <ostream>
#include <random>
#include <vector>

namespace banso::statistics {

static void PrintTo(const Interval& interval, std::ostream* out) {
  *out << "[" << interval.low << ", " << interval.high << "]";
}

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

MATCHER_P2(IsInterval, low, high, "") {
  return std::abs(arg.low - low) <= 1e-7 && std::abs(arg.high - high) <= 1e-7;
}

// Calls `check` with pairs of counts of all sizes, drawn with a fixed seed.
template <typename Check>
void ForManyPairs(const Check& check) {
  constexpr unsigned kSeed = 20261122;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  for (int i = 0; i < 500; ++i) {
    const auto draw = [&random] {
      const int64_t n = std::uniform_int_distribution<int64_t>(1, 120)(random);
      return Count{std::uniform_int_distribution<int64_t>(0, n)(random), n};
    };
    const Count a = draw();
    const Count b = draw();
    SCOPED_TRACE(testing::Message() << a.events << "/" << a.n << " and " << b.events << "/" << b.n);
    check(a, b);
  }
}

// Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3 gives 0.2553 to 0.3662,
// 0.0624 to 0.1605, 0.0000 to 0.1611, and 0.0061 to 0.1718; R 4.2.2 (prop.test) the further digits.
TEST(WilsonInterval, GivesThePublishedIntervals) {
  EXPECT_THAT(WilsonInterval({81, 263}), IsInterval(0.255288519878, 0.366209576983));
  EXPECT_THAT(WilsonInterval({15, 148}), IsInterval(0.062386399531, 0.160487241723));
  EXPECT_THAT(WilsonInterval({0, 20}), IsInterval(0, 0.161125158053));
  EXPECT_THAT(WilsonInterval({1, 29}), IsInterval(0.006113214293, 0.171755218793));
}

TEST(WilsonInterval, IsSymmetricHoldsTheShareAndNarrowsWithN) {
  ForManyPairs([](const Count& a, const Count&) {
    const Interval of_a = WilsonInterval(a);
    EXPECT_THAT(WilsonInterval({a.n - a.events, a.n}), IsInterval(1 - of_a.high, 1 - of_a.low));
    EXPECT_GE(of_a.low, 0);
    EXPECT_LE(of_a.high, 1);
    EXPECT_LE(of_a.low, *Share(a) + 1e-12);
    EXPECT_GE(of_a.high, *Share(a) - 1e-12);
    const Interval ten_times = WilsonInterval({10 * a.events, 10 * a.n});
    EXPECT_LT(ten_times.high - ten_times.low, of_a.high - of_a.low);
    const Interval surer = WilsonInterval(a, 0.99);
    EXPECT_LE(surer.low, of_a.low);
    EXPECT_GE(surer.high, of_a.high);
  });
}

TEST(WilsonInterval, OfNobodySaysNothing) {
  EXPECT_THAT(WilsonInterval({0, 0}), IsInterval(0, 1));
  EXPECT_EQ(Share({0, 0}), std::nullopt);
}

// Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10: 0.0524 to 0.3339, 0.1705
// to 0.8090, 0.0582 to 0.8062, -0.0381 to 0.1926, -0.1611 to 0.2775, -0.2775 to 0.2775, 0.6791 to 1
// and 0.6075 to 1; the further digits are R's, from the Wilson intervals of prop.test.
TEST(NewcombeInterval, GivesThePublishedIntervals) {
  EXPECT_THAT(NewcombeInterval({56, 70}, {48, 80}), IsInterval(0.052431472402, 0.333872654037));
  EXPECT_THAT(NewcombeInterval({9, 10}, {3, 10}), IsInterval(0.170522723935, 0.809017973535));
  EXPECT_THAT(NewcombeInterval({6, 7}, {2, 7}), IsInterval(0.058227927482, 0.806249637524));
  EXPECT_THAT(NewcombeInterval({5, 56}, {0, 29}), IsInterval(-0.038137147904, 0.192560013855));
  EXPECT_THAT(NewcombeInterval({0, 10}, {0, 20}), IsInterval(-0.161125158053, 0.277532799863));
  EXPECT_THAT(NewcombeInterval({0, 10}, {0, 10}), IsInterval(-0.277532799863, 0.277532799863));
  EXPECT_THAT(NewcombeInterval({10, 10}, {0, 20}), IsInterval(0.679086037142, 1));
  EXPECT_THAT(NewcombeInterval({10, 10}, {0, 10}), IsInterval(0.607509350431, 1));
}

TEST(NewcombeInterval, TurnsRoundWithTheGroupsAndStaysInBounds) {
  ForManyPairs([](const Count& a, const Count& b) {
    const Interval one = NewcombeInterval(a, b);
    const Interval other = NewcombeInterval(b, a);
    EXPECT_THAT(other, IsInterval(-one.high, -one.low));
    EXPECT_GE(one.low, -1 - 1e-12);
    EXPECT_LE(one.high, 1 + 1e-12);
    EXPECT_LE(one.low, *Share(a) - *Share(b));
    EXPECT_GE(one.high, *Share(a) - *Share(b));
  });
  EXPECT_THAT(NewcombeInterval({0, 0}, {3, 4}), IsInterval(-1, 1));
}

// Fagerland, Lydersen, Laake 2015, Statistical Methods in Medical Research 24:224-254, have for
// 7/34 against 1/34: ratio 7.00, Katz 0.91 to 54, Koopman 1.21 to 43; odds ratio 8.56, Woolf 0.99
// to 74. Koopman 1984 has 2.94 to 7.15 for 36/40 against 16/80. The further digits: R, for Koopman
// with a likelihood maximized numerically instead of the closed form.
TEST(RiskRatio, HasThePublishedIntervals) {
  EXPECT_DOUBLE_EQ(*RiskRatio({7, 34}, {1, 34}), 7);
  EXPECT_THAT(KatzInterval({7, 34}, {1, 34}), IsInterval(0.909605511842, 53.869506464146));
  const Interval koopman = KoopmanInterval({36, 40}, {16, 80});
  EXPECT_NEAR(koopman.low, 2.939569, 1e-6);
  EXPECT_NEAR(koopman.high, 7.152223, 1e-6);
  const Interval few = KoopmanInterval({7, 34}, {1, 34});
  EXPECT_NEAR(few.low, 1.220853, 1e-6);
  EXPECT_NEAR(few.high, 42.575718, 1e-5);
}

TEST(RiskRatio, OfOffersWithinHalfAYear) {
  EXPECT_DOUBLE_EQ(*RiskRatio({24, 30}, {12, 30}), 2);
  EXPECT_THAT(KatzInterval({24, 30}, {12, 30}), IsInterval(1.245791293848, 3.210810686952));
  const Interval koopman = KoopmanInterval({24, 30}, {12, 30});
  EXPECT_NEAR(koopman.low, 1.294016, 1e-6);
  EXPECT_NEAR(koopman.high, 3.333672, 1e-6);
}

TEST(RiskRatio, IntervalsTurnRoundWithTheGroupsAndHoldTheRatio) {
  ForManyPairs([](const Count& a, const Count& b) {
    const Interval one = KoopmanInterval(a, b);
    const Interval other = KoopmanInterval(b, a);
    if (one.low == 0) {
      EXPECT_EQ(other.high, kInfinity);
    } else {
      EXPECT_NEAR(one.low * other.high, 1, 1e-9);
    }
    const auto ratio = RiskRatio(a, b);
    if (!ratio.has_value()) return;
    EXPECT_LE(one.low, *ratio);
    EXPECT_GE(one.high, *ratio);
    const Interval katz = KatzInterval(a, b);
    EXPECT_LE(katz.low, *ratio);
    EXPECT_GE(katz.high, *ratio);
  });
}

TEST(RiskRatio, WithoutEventsHasAnOpenInterval) {
  EXPECT_EQ(RiskRatio({3, 10}, {0, 10}), std::nullopt);
  EXPECT_EQ(KatzInterval({3, 10}, {0, 10}).high, kInfinity);
  const Interval above = KoopmanInterval({9, 10}, {0, 10});
  EXPECT_GT(above.low, 1);
  EXPECT_EQ(above.high, kInfinity);
  const Interval below = KoopmanInterval({0, 10}, {9, 10});
  EXPECT_EQ(below.low, 0);
  EXPECT_LT(below.high, 1);
  EXPECT_EQ(KoopmanInterval({0, 10}, {0, 10}).high, kInfinity);
}

TEST(OddsRatio, HasThePublishedInterval) {
  EXPECT_NEAR(*OddsRatio({7, 34}, {1, 34}), 8.555555556, 1e-9);
  EXPECT_THAT(WoolfInterval({7, 34}, {1, 34}), IsInterval(0.990490281654, 73.900301921153));
  EXPECT_EQ(OddsRatio({3, 3}, {1, 3}), std::nullopt);
  EXPECT_EQ(WoolfInterval({0, 3}, {1, 3}).high, kInfinity);
}

// Fisher's tea (The Design of Experiments, 1935): 34 of 70 tables are no likelier. His convicts
// (Fisher 1935, Journal of the Royal Statistical Society 98:39-82): 0.0005367241, as R has it.
TEST(FisherExact, GivesThePublishedValues) {
  EXPECT_NEAR(FisherExact({3, 4}, {1, 4}), 34.0 / 70, 1e-12);
  EXPECT_NEAR(FisherExact({2, 17}, {10, 13}), 0.000536724119, 1e-12);
  EXPECT_NEAR(FisherExact({24, 30}, {12, 30}), 0.003329949290, 1e-12);
}

// Sums of whole numbers and of numbers of 60 digits.
TEST(FisherExact, IsExactForLargeGroups) {
  EXPECT_NEAR(FisherExact({300, 5000}, {360, 5000}), 0.017428123344165942, 1e-14);
  EXPECT_NEAR(FisherExact({30, 40000}, {60, 60000}), 0.23620812756698281, 1e-13);
  EXPECT_NEAR(FisherExact({15000, 50000}, {15300, 50000}), 0.039640125529076274, 1e-13);
  EXPECT_NEAR(FisherExact({1200, 2000}, {900, 2000}) / 2.4272522820494017e-21, 1, 1e-12);
  EXPECT_NEAR(FisherExact({7, 1000}, {26000, 99000}) / 6.1036599316402092e-118, 1, 1e-12);
  EXPECT_EQ(FisherExact({500, 1000}, {500, 1000}), 1);
  // Less than a double can tell.
  EXPECT_EQ(FisherExact({0, 100000}, {100000, 100000}), 0);
}

TEST(FisherExact, AddsUpTheTablesThatAreNoLikelier) {
  ForManyPairs([](const Count& a, const Count& b) {
    const int64_t events = a.events + b.events;
    const boost::math::hypergeometric table(static_cast<uint64_t>(events),
                                            static_cast<uint64_t>(a.n),
                                            static_cast<uint64_t>(a.n + b.n));
    const auto probability = [&](int64_t x) {
      return boost::math::pdf(table, static_cast<uint64_t>(x));
    };
    double p = 0;
    for (int64_t x = std::max<int64_t>(0, events - b.n); x <= std::min(a.n, events); ++x) {
      if (probability(x) <= probability(a.events) * (1 + 1e-7)) p += probability(x);
    }
    EXPECT_NEAR(FisherExact(a, b) / p, 1, 1e-11);
  });
}

TEST(FisherExact, IsSymmetricAndAProbability) {
  ForManyPairs([](const Count& a, const Count& b) {
    const double p = FisherExact(a, b);
    EXPECT_GT(p, 0);
    EXPECT_LE(p, 1);
    EXPECT_NEAR(p, FisherExact(b, a), 1e-9);
    EXPECT_NEAR(p, FisherExact({a.n - a.events, a.n}, {b.n - b.events, b.n}), 1e-9);
  });
  EXPECT_EQ(FisherExact({0, 0}, {3, 4}), 1);
}

TEST(FisherExact, OfEqualSharesFindsNoMoreThanItsLevel) {
  constexpr unsigned kSeed = 7;
  std::mt19937 random(kSeed);
  std::binomial_distribution<int64_t> events(40, 0.3);
  int found = 0;
  constexpr int kRuns = 2000;
  for (int i = 0; i < kRuns; ++i) {
    if (FisherExact({events(random), 40}, {events(random), 40}) <= 0.05) ++found;
  }
  EXPECT_LE(found, kRuns * 5 / 100) << "seed " << kSeed;
  EXPECT_GT(found, 0);
}

TEST(NewcombeInterval, CoversTheTruthAboutAsOftenAsItSays) {
  constexpr unsigned kSeed = 8;
  std::mt19937 random(kSeed);
  std::binomial_distribution<int64_t> of_a(30, 0.8);
  std::binomial_distribution<int64_t> of_b(40, 0.4);
  int covered = 0;
  constexpr int kRuns = 2000;
  for (int i = 0; i < kRuns; ++i) {
    const Interval interval = NewcombeInterval({of_a(random), 30}, {of_b(random), 40});
    if (interval.low <= 0.4 && 0.4 <= interval.high) ++covered;
  }
  EXPECT_NEAR(covered, kRuns * 0.95, kRuns * 0.02) << "seed " << kSeed;
}

}  // namespace
}  // namespace banso::statistics

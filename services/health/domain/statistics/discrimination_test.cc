#include "services/health/domain/statistics/discrimination.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "services/health/domain/statistics/null_rate.h"

namespace banso::health::statistics {
namespace {

// One case per cluster.
std::vector<RatedCase> Independent(std::vector<RatedCase> cases) {
  for (size_t i = 0; i < cases.size(); ++i) cases[i].cluster = static_cast<int64_t>(i);
  return cases;
}

// `with[k]` cases with the event and `without[k]` without have the rating k.
std::vector<RatedCase> OfTable(const std::vector<int>& with, const std::vector<int>& without) {
  std::vector<RatedCase> cases;
  for (size_t rating = 0; rating < with.size(); ++rating) {
    for (int i = 0; i < with[rating]; ++i) cases.push_back({static_cast<double>(rating), true, 0});
    for (int i = 0; i < without[rating]; ++i) {
      cases.push_back({static_cast<double>(rating), false, 0});
    }
  }
  return Independent(std::move(cases));
}

std::vector<RatedCase> Random(std::mt19937& random, int n, double shift) {
  std::normal_distribution<double> noise;
  std::vector<RatedCase> cases;
  for (int i = 0; i < n; ++i) {
    const bool event = random() % 4 == 0;
    cases.push_back({noise(random) + (event ? shift : 0), event, i});
  }
  return cases;
}

// Five grades of 113 patients with a subarachnoid haemorrhage, 41 of them with a poor outcome:
// Turck et al. 2010, Intensive Care Medicine 36:107-115. Area and DeLong's variance as the package
// pROC (Robin et al. 2011, BMC Bioinformatics 12:77) states them.
TEST(DiscriminationTest, AgreesWithDeLongsVarianceOfPublishedGrades) {
  const auto area = AreaUnderCurve(OfTable({2, 12, 1, 8, 18}, {37, 20, 3, 8, 4}));
  ASSERT_TRUE(area.has_value());
  EXPECT_NEAR(area->value, 0.823678861788618, 1e-12);
  EXPECT_NEAR(area->variance, 0.00146991470882363, 1e-14);
  EXPECT_EQ(area->events, 41);
  EXPECT_EQ(area->cases, 113);
  EXPECT_EQ(area->clusters, 113);
}

// Ratings of 109 tomograms: Hanley, McNeil 1982, Radiology 143:29-36. Published: area 0.8932, and
// by DeLong 0.83295 to 0.95339 (Stata's manual, roctab). Computed: the further digits, by
// pROC 1.18.0.
TEST(DiscriminationTest, AgreesWithHanleyAndMcNeilsTomograms) {
  const auto area = AreaUnderCurve(OfTable({3, 2, 2, 11, 33}, {33, 6, 6, 11, 2}));
  ASSERT_TRUE(area.has_value());
  EXPECT_NEAR(area->value, 0.893171061528059, 1e-12);
  EXPECT_NEAR(area->variance, 0.000943989270262985, 1e-14);
  const double half = NormalQuantile(0.95) * std::sqrt(area->variance);
  EXPECT_NEAR(area->value - half, 0.832952327658172, 1e-12);
  EXPECT_NEAR(area->value + half, 0.953389795397947, 1e-12);
  // Here the normal distribution gives way to Student's with 50 degrees of freedom (R 4.2.2).
  EXPECT_NEAR((area->interval.high - area->value) / half, 1.02479388802244, 1e-9);
}

// Patients with ovarian cancer and an obstruction, 12 of 43 of whom surgery did not help: DeLong,
// DeLong, Clarke-Pearson 1988, Biometrics 44:837-845, with the data as SAS/STAT's manual has them
// (PROC LOGISTIC, "Comparing Receiver Operating Characteristic Curves").
struct Patient {
  double albumin;
  double protein;
  // The score of Krebs and Goplerud, less of which is better.
  double score;
  bool benefited;
};
constexpr Patient kPatients[] = {
    {3.0, 5.8, 10, false}, {3.2, 6.3, 5, true},  {3.9, 6.8, 3, true},  {2.8, 4.8, 6, false},
    {3.2, 5.8, 3, true},   {0.9, 4.0, 5, false}, {2.5, 5.7, 8, false}, {1.6, 5.6, 5, true},
    {3.8, 5.7, 5, true},   {3.7, 6.7, 6, true},  {3.2, 5.4, 4, true},  {3.8, 6.6, 6, true},
    {4.1, 6.6, 5, true},   {3.6, 5.7, 5, true},  {4.3, 7.0, 4, true},  {3.6, 6.7, 4, false},
    {2.3, 4.4, 6, true},   {4.2, 7.6, 4, false}, {4.0, 6.6, 6, false}, {3.5, 5.8, 6, true},
    {3.8, 6.8, 7, true},   {3.0, 4.7, 8, false}, {4.5, 7.4, 5, true},  {3.7, 7.4, 5, true},
    {3.1, 6.6, 6, true},   {4.1, 8.2, 6, true},  {4.3, 7.0, 5, true},  {4.3, 6.5, 4, true},
    {3.2, 5.1, 5, true},   {2.6, 4.7, 6, true},  {3.3, 6.8, 6, false}, {1.7, 4.0, 7, false},
    {3.7, 6.1, 5, true},   {3.3, 6.3, 7, true},  {4.2, 7.7, 6, true},  {3.5, 6.2, 5, true},
    {2.9, 5.7, 9, false},  {2.1, 4.8, 7, true},  {2.8, 6.2, 8, false}, {4.0, 7.0, 7, true},
    {3.3, 5.7, 6, true},   {3.7, 6.9, 5, true},  {3.6, 6.6, 5, true}};

// Patients rated by one of their measurements; `together` in a row are one cluster.
std::vector<RatedCase> Rated(double (*rating)(const Patient&), int64_t together) {
  std::vector<RatedCase> cases;
  for (const Patient& patient : kPatients) {
    const auto place = static_cast<int64_t>(cases.size());
    cases.push_back({rating(patient), patient.benefited, place / together});
  }
  return cases;
}

double Albumin(const Patient& patient) { return patient.albumin; }
double Protein(const Patient& patient) { return patient.protein; }
double LowScore(const Patient& patient) { return -patient.score; }

// Published: the data. Computed: the figures, by pROC 1.18.0 (R 4.2.2), whose test is the normal
// one; Student's p value by R from its z.
TEST(DiscriminationTest, ComparesTwoAreasOfTheSamePatientsAsDeLongDoes) {
  EXPECT_NEAR(AreaUnderCurve(Rated(&Albumin, 1))->value, 0.736559139784946, 1e-12);
  EXPECT_NEAR(AreaUnderCurve(Rated(&Albumin, 1))->variance, 0.00859224179008257, 1e-14);
  EXPECT_NEAR(AreaUnderCurve(Rated(&Protein, 1))->value, 0.647849462365591, 1e-12);
  EXPECT_NEAR(AreaUnderCurve(Rated(&Protein, 1))->variance, 0.0100094773611943, 1e-14);
  EXPECT_NEAR(AreaUnderCurve(Rated(&LowScore, 1))->value, 0.725806451612903, 1e-12);
  EXPECT_NEAR(AreaUnderCurve(Rated(&LowScore, 1))->variance, 0.0105722832732458, 1e-14);
  const auto albumin = CompareAreas(Rated(&Albumin, 1), Rated(&LowScore, 1));
  ASSERT_TRUE(albumin.has_value());
  EXPECT_NEAR(albumin->difference.value, 0.010752688172043, 1e-12);
  EXPECT_NEAR(albumin->z, 0.112778269044526, 1e-12);
  EXPECT_NEAR(2 * (1 - 0.5 * std::erfc(-albumin->z / std::sqrt(2.0))), 0.910206347201035, 1e-12);
  EXPECT_NEAR(albumin->p_value, 0.912238189120087, 1e-9);
  EXPECT_NEAR(albumin->difference.interval.low, -0.199097199561344, 1e-9);
  const auto protein = CompareAreas(Rated(&Protein, 1), Rated(&LowScore, 1));
  EXPECT_NEAR(protein->difference.value, -0.0779569892473119, 1e-12);
  EXPECT_NEAR(protein->z, -0.745218389657993, 1e-12);
  EXPECT_NEAR(protein->p_value, 0.471762945585073, 1e-9);
  EXPECT_NEAR(protein->difference.interval.low, -0.308201141619212, 1e-9);
}

// No published example of hers with its data was found. Computed: her equations 4 to 8 as loops
// over all pairs in R 4.2.2, which for one patient a cluster give pROC's variances above; here each
// two patients that follow one another are one cluster.
TEST(DiscriminationTest, HasObuchowskisVarianceOfClusters) {
  const auto albumin = AreaUnderCurve(Rated(&Albumin, 2));
  ASSERT_TRUE(albumin.has_value());
  EXPECT_EQ(albumin->clusters, 22);
  EXPECT_NEAR(albumin->value, 0.736559139784946, 1e-12);
  EXPECT_NEAR(albumin->variance, 0.00937815565756201, 1e-14);
  EXPECT_NEAR(albumin->interval.low, 0.520784216986521, 1e-9);
  EXPECT_NEAR(albumin->interval.high, 0.95233406258337, 1e-9);
  EXPECT_NEAR(AreaUnderCurve(Rated(&LowScore, 2))->variance, 0.00870159182741373, 1e-14);
  const auto difference = CompareAreas(Rated(&Albumin, 2), Rated(&LowScore, 2));
  ASSERT_TRUE(difference.has_value());
  EXPECT_NEAR(difference->z, 0.121256263348665, 1e-12);
  EXPECT_NEAR(difference->p_value, 0.905889978634815, 1e-9);
  EXPECT_NEAR(difference->difference.interval.low, -0.186832835394118, 1e-9);
  EXPECT_NEAR(difference->difference.interval.high, 0.208338211738204, 1e-9);
}

TEST(DiscriminationTest, CountsTiesAsHalves) {
  const auto area = AreaUnderCurve(OfTable({2, 2}, {2, 2}));
  ASSERT_TRUE(area.has_value());
  EXPECT_DOUBLE_EQ(area->value, 0.5);
}

// Three against five without a mistake are no certainty. Computed: by auc.nonpara.mw (method
// "newcombe") of the R package auRoc 0.2-1, which finds the ends as roots of a polynomial.
TEST(DiscriminationTest, GivesAPerfectSeparationAnIntervalThatItsNumbersAskFor) {
  const auto few = AreaUnderCurve(OfTable({0, 3}, {5, 0}));
  ASSERT_TRUE(few.has_value());
  EXPECT_EQ(few->value, 1);
  EXPECT_EQ(few->variance, 0);
  EXPECT_NEAR(few->interval.low, 0.566156768468538, 1e-9);
  EXPECT_NEAR(few->interval.high, 1, 1e-12);
  const auto turned = AreaUnderCurve(OfTable({3, 0}, {0, 5}));
  EXPECT_NEAR(turned->interval.low, 0, 1e-12);
  EXPECT_NEAR(turned->interval.high, 1 - few->interval.low, 1e-12);
  const auto many = AreaUnderCurve(OfTable({0, 100}, {100, 0}));
  EXPECT_NEAR(many->interval.low, 0.980448940792861, 1e-9);
  // Cases of one account are one.
  std::vector<RatedCase> again = OfTable({0, 3}, {5, 0});
  again.insert(again.end(), again.begin(), again.end());
  const auto repeated = AreaUnderCurve(again);
  EXPECT_NEAR(repeated->interval.low, few->interval.low, 1e-12);
  // Ratings that are all the same say nothing, and not that it is a half for sure.
  const auto equal = AreaUnderCurve(OfTable({3}, {5}));
  EXPECT_EQ(equal->value, 0.5);
  EXPECT_NEAR(equal->interval.low, 0.176712260296654, 1e-9);
  EXPECT_NEAR(equal->interval.high, 0.823287739703345, 1e-9);
}

// The figures that Newcombe prints were not to be had. Computed: the tomograms and the grades above
// by auc.nonpara.mw (method "newcombe") of the R package auRoc 0.2-1.
TEST(DiscriminationTest, HasNewcombesScoreIntervalOfPublishedRatings) {
  const Interval tomograms = AreaScoreInterval(0.893171061528059, 51, 58);
  EXPECT_NEAR(tomograms.low, 0.811688407288434, 1e-9);
  EXPECT_NEAR(tomograms.high, 0.940006182640458, 1e-9);
  const Interval grades = AreaScoreInterval(0.823678861788618, 41, 72);
  EXPECT_NEAR(grades.low, 0.726883561498395, 1e-9);
  EXPECT_NEAR(grades.high, 0.888566812875814, 1e-9);
  const Interval turned = AreaScoreInterval(1 - 0.823678861788618, 41, 72);
  EXPECT_NEAR(turned.low, 0.111433187124187, 1e-9);
  EXPECT_NEAR(turned.high, 0.273116438501604, 1e-9);
  const Interval surer = AreaScoreInterval(1 - 0.823678861788618, 41, 72, 0.99);
  EXPECT_NEAR(surer.low, 0.0967501776123153, 1e-9);
  EXPECT_NEAR(surer.high, 0.309208021384044, 1e-9);
}

TEST(DiscriminationTest, TurnsRoundWithTheRating) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<RatedCase> cases = Random(random, 60, 0.7);
    const auto area = AreaUnderCurve(cases);
    for (RatedCase& one : cases) one.rating = -one.rating;
    const auto turned = AreaUnderCurve(cases);
    ASSERT_TRUE(area.has_value() && turned.has_value());
    EXPECT_NEAR(area->value + turned->value, 1, 1e-12);
    EXPECT_NEAR(area->variance, turned->variance, 1e-12);
  }
}

TEST(DiscriminationTest, SaysAHalfOnAverageOfShuffledOutcomesAndFlagsNoMoreThanStated) {
  std::mt19937 random(11);
  double sum = 0;
  int flagged = 0;
  constexpr int kRounds = 10000;
  for (int round = 0; round < kRounds; ++round) {
    const auto area = AreaUnderCurve(Random(random, 120, 0));
    ASSERT_TRUE(area.has_value());
    sum += area->value;
    if (area->interval.low > 0.5 || area->interval.high < 0.5) ++flagged;
  }
  EXPECT_NEAR(sum / kRounds, 0.5, 0.005);
  // 5 % are stated; the Monte Carlo error of 10,000 rounds adds 0.65 %.
  EXPECT_LE(flagged, MostByChance(kRounds));
  EXPECT_GE(flagged, kRounds * 0.04);
}

// Two ratings that say equally much about the event, of accounts on one to four days each.
TEST(DiscriminationTest, FindsNoDifferenceMoreOftenThanStatedBetweenRatingsThatAreAlike) {
  constexpr unsigned kSeed = 17;
  std::mt19937 random(kSeed);
  std::normal_distribution<double> noise;
  constexpr int kRounds = 2000;
  for (const double strength : {0.0, 1.0}) {
    int found = 0;
    for (int round = 0; round < kRounds; ++round) {
      std::vector<RatedCase> a;
      std::vector<RatedCase> b;
      for (int64_t account = 0; account < 60; ++account) {
        const bool leaves = random() % 3 == 0;
        const double of_account = noise(random);
        for (int day = std::uniform_int_distribution(1, 4)(random); day > 0; --day) {
          const bool event = random() % 4 == 0 ? !leaves : leaves;
          const double shift = of_account + (event ? strength : 0);
          a.push_back({shift + noise(random), event, account});
          b.push_back({shift + noise(random), event, account});
        }
      }
      const auto difference = CompareAreas(a, b);
      ASSERT_TRUE(difference.has_value());
      found += difference->p_value <= 0.05 ? 1 : 0;
    }
    // The Monte Carlo error of 2,000 rounds adds 1.46 %.
    EXPECT_LE(found, MostByChance(kRounds)) << "seed " << kSeed << " strength " << strength;
    EXPECT_GE(found, kRounds * 0.03) << "seed " << kSeed << " strength " << strength;
  }
}

TEST(DiscriminationTest, GainsNothingFromCasesThatAreRepeatedWithinTheirCluster) {
  std::mt19937 random(3);
  std::vector<RatedCase> cases = Random(random, 80, 1);
  const auto once = AreaUnderCurve(cases);
  const std::vector<RatedCase> copy = cases;
  cases.insert(cases.end(), copy.begin(), copy.end());
  const auto twice = AreaUnderCurve(cases);
  ASSERT_TRUE(once.has_value() && twice.has_value());
  EXPECT_NEAR(once->value, twice->value, 1e-12);
  EXPECT_NEAR(once->variance, twice->variance, 1e-12);
  EXPECT_EQ(twice->clusters, 80);
  // Taken as independent, they would seem to say more.
  EXPECT_LT(AreaUnderCurve(Independent(cases))->variance, once->variance * 0.6);
}

TEST(DiscriminationTest, FindsTheBetterOfTwoRatings) {
  std::mt19937 random(5);
  std::vector<RatedCase> good = Random(random, 300, 2);
  std::vector<RatedCase> poor = good;
  std::normal_distribution<double> noise;
  for (RatedCase& one : poor) one.rating = noise(random);
  const auto found = CompareAreas(good, poor);
  ASSERT_TRUE(found.has_value());
  EXPECT_GT(found->difference.interval.low, 0);
  EXPECT_LT(found->p_value, 0.001);
  const auto turned = CompareAreas(poor, good);
  EXPECT_NEAR(turned->difference.value, -found->difference.value, 1e-12);
  EXPECT_NEAR(turned->p_value, found->p_value, 1e-12);
  EXPECT_FALSE(CompareAreas(good, good).has_value());
}

TEST(DiscriminationTest, SaysNothingWithoutTwoOfEachKind) {
  EXPECT_FALSE(AreaUnderCurve({}).has_value());
  EXPECT_FALSE(AreaUnderCurve(OfTable({0, 0}, {3, 3})).has_value());
  EXPECT_FALSE(AreaUnderCurve(OfTable({0, 1}, {3, 3})).has_value());
  std::vector<RatedCase> one_account = OfTable({1, 5}, {4, 1});
  for (RatedCase& one : one_account) one.cluster = 1;
  EXPECT_FALSE(AreaUnderCurve(one_account).has_value());
}

}  // namespace
}  // namespace banso::health::statistics

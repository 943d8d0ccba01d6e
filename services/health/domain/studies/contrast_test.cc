#include "services/health/domain/studies/contrast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "common/testing/proves.h"
#include "services/health/domain/statistics/correction.h"
#include "services/health/domain/studies/wording.h"

namespace banso::health {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// `n` cases of a group, of which `having` have the one thing that is measured.
void Add(std::vector<Case>& cases, bool with, int having, int n, int stratum = 0) {
  for (int i = 0; i < n; ++i) cases.push_back({with, stratum, {i < having ? 1.0 : 0.0}});
}

std::vector<Case> TwoArms(int a, int of_a, int b, int of_b) {
  std::vector<Case> cases;
  Add(cases, true, a, of_a);
  Add(cases, false, b, of_b);
  return cases;
}

v1::Contrast CompareOne(const std::vector<Case>& cases, const Sureness& sureness = {}) {
  return CompareAll(cases, std::vector<Compared>{{"offers", "Offers"}}, sureness).front();
}

// The figures are those of the unit tests of domain/statistics, where their sources are cited.
TEST(Compare, GivesTheRatioWithItsIntervalsAndTheSizesOfBothGroups) {
  const v1::Contrast contrast = CompareOne(TwoArms(24, 30, 12, 30));
  EXPECT_EQ(contrast.finding(), v1::FINDING_DIFFERENT);
  EXPECT_EQ(contrast.with().n(), 30);
  EXPECT_EQ(contrast.with().having(), 24);
  EXPECT_EQ(contrast.without().n(), 30);
  EXPECT_EQ(contrast.without().having(), 12);
  EXPECT_DOUBLE_EQ(contrast.ratio(), 2);
  EXPECT_NEAR(contrast.ratio_interval().low(), 1.245791, 1e-6);
  EXPECT_NEAR(contrast.ratio_interval().high(), 3.210811, 1e-6);
  EXPECT_NEAR(contrast.ratio_score_interval().low(), 1.294016, 1e-6);
  EXPECT_NEAR(contrast.ratio_score_interval().high(), 3.333672, 1e-6);
  // Newcombe's interval from those of Wilson, worked out by its formula.
  EXPECT_NEAR(contrast.difference(), 0.4, 1e-12);
  EXPECT_NEAR(contrast.difference_interval().low(), 0.15260218474765, 1e-9);
  EXPECT_NEAR(contrast.difference_interval().high(), 0.58643806403062, 1e-9);
  EXPECT_NEAR(contrast.p_value(), 0.003330, 1e-6);
  EXPECT_THAT(contrast.sentence(), HasSubstr("24 of 30 (80 %) against 12 of 30 (40 %)"));
  EXPECT_THAT(contrast.sentence(), HasSubstr("2 times as often (95 % interval 1.246 to 3.211)"));
}

TEST(Compare, SaysInsufficientInsteadOfComparingTooFew) {
  const v1::Contrast contrast = CompareOne(TwoArms(6, 7, 1, 30));
  EXPECT_EQ(contrast.finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_THAT(contrast.insufficient_because(), HasSubstr("only 7 known cases"));
  EXPECT_FALSE(contrast.has_ratio());
  EXPECT_FALSE(contrast.has_difference());
  EXPECT_FALSE(contrast.has_p_value());
  EXPECT_EQ(contrast.with().n(), 7);
  EXPECT_TRUE(contrast.with().has_share_interval());
  EXPECT_THAT(contrast.sentence(), HasSubstr("INSUFFICIENT"));
}

TEST(Compare, NeverHasARatioWithoutItsInterval) {
  for (int n = 2; n <= 40; ++n) {
    for (int events = 0; events <= n; ++events) {
      const v1::Contrast contrast = CompareOne(TwoArms(events, n, 1, 3), {.min_n = 2});
      ASSERT_TRUE(contrast.has_ratio());
      EXPECT_TRUE(contrast.has_ratio_interval());
      EXPECT_TRUE(contrast.ratio_score_interval().has_low());
      EXPECT_LE(contrast.ratio_score_interval().low(), contrast.ratio());
    }
  }
}

TEST(Compare, KeepsTheUnknownApartFromTheNo) {
  std::vector<Case> cases = TwoArms(10, 20, 10, 20);
  for (int i = 0; i < 5; ++i) cases.push_back({true, 0, {std::nullopt}});
  cases.push_back({std::nullopt, 0, {1.0}});
  const v1::Contrast contrast = CompareOne(cases);
  EXPECT_EQ(contrast.with().n(), 20);
  EXPECT_EQ(contrast.with().unknown(), 5);
  EXPECT_DOUBLE_EQ(contrast.difference(), 0);
  EXPECT_EQ(contrast.finding(), v1::FINDING_NOT_DIFFERENT);
  EXPECT_THAT(contrast.sentence(), HasSubstr("5 unknown"));
}

TEST(Compare, AmongLikeCasesUndoesAnUnfairMix) {
  std::vector<Case> cases;
  Add(cases, true, 90, 100, 0);
  Add(cases, false, 9, 10, 0);
  Add(cases, true, 2, 10, 1);
  Add(cases, false, 20, 100, 1);
  const v1::Contrast contrast = CompareOne(cases, {.stratified = true});
  EXPECT_GT(contrast.ratio(), 3);
  EXPECT_EQ(contrast.adjusted().strata(), 2);
  EXPECT_EQ(contrast.adjusted().cases(), 220);
  EXPECT_NEAR(contrast.adjusted().ratio(), 1, 1e-9);
  EXPECT_NEAR(contrast.adjusted().difference(), 0, 1e-9);
  EXPECT_GT(contrast.adjusted().p_value(), 0.9);
  // What is said of it is said of like cases.
  EXPECT_LT(contrast.p_value(), 1e-6);
  EXPECT_EQ(contrast.finding(), v1::FINDING_NOT_DIFFERENT);
  EXPECT_DOUBLE_EQ(contrast.q_value(), contrast.adjusted().p_value());
  EXPECT_DOUBLE_EQ(contrast.holm_p_value(), contrast.adjusted().p_value());
  EXPECT_THAT(contrast.sentence(), HasSubstr("not to be told from chance"));
}

TEST(Compare, SaysInsufficientWhereNoStratumHasCasesOfBothGroups) {
  std::vector<Case> cases;
  Add(cases, true, 18, 20, 0);
  Add(cases, false, 2, 20, 1);
  const v1::Contrast contrast = CompareOne(cases, {.stratified = true});
  EXPECT_EQ(contrast.finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_THAT(contrast.insufficient_because(), HasSubstr("no stratum"));
  EXPECT_FALSE(contrast.has_q_value());
}

// Twenty against twenty, but only three against three are in a stratum that has both.
TEST(Compare, SaysInsufficientWhereTheStrataOfBothGroupsHoldTooFew) {
  std::vector<Case> cases;
  Add(cases, true, 3, 3, 0);
  Add(cases, false, 0, 3, 0);
  Add(cases, true, 9, 17, 1);
  Add(cases, false, 9, 17, 2);
  for (const bool is_amount : {false, true}) {
    const v1::Contrast contrast =
        CompareAll(cases, std::vector<Compared>{{"offers", "Offers", is_amount}},
                   {.stratified = true})
            .front();
    EXPECT_EQ(contrast.finding(), v1::FINDING_INSUFFICIENT);
    EXPECT_EQ(contrast.insufficient_because(),
              "in the strata that have both groups, a group has only 3 known cases, and 8 are the "
              "minimum");
    EXPECT_EQ(contrast.adjusted().strata(), 1);
    EXPECT_EQ(contrast.adjusted().cases(), 6);
    EXPECT_FALSE(contrast.adjusted().has_difference());
    EXPECT_FALSE(contrast.adjusted().has_ratio());
    EXPECT_FALSE(contrast.adjusted().has_p_value());
    EXPECT_FALSE(contrast.has_q_value());
    EXPECT_FALSE(contrast.has_holm_p_value());
    EXPECT_THAT(contrast.sentence(), HasSubstr("INSUFFICIENT"));
  }
  // Three are enough when so few are asked for.
  EXPECT_EQ(CompareOne(cases, {.min_n = 3, .stratified = true}).finding(), v1::FINDING_DIFFERENT);
}

// Nine cases on each side of the shared stratum, but of three accounts.
TEST(Compare, CountsAccountsInTheStrataOfBothGroups) {
  std::vector<Case> cases;
  Add(cases, true, 9, 9, 0);
  Add(cases, false, 0, 9, 0);
  Add(cases, true, 9, 17, 1);
  Add(cases, false, 9, 17, 2);
  for (size_t i = 0; i < cases.size(); ++i) {
    cases[i].account = static_cast<int64_t>(i < 18 ? i / 3 : i);
  }
  const v1::Contrast contrast = CompareOne(cases, {.stratified = true});
  EXPECT_EQ(contrast.finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_THAT(contrast.insufficient_because(), HasSubstr("only 3 accounts with known cases"));
  EXPECT_FALSE(contrast.has_clustered());
  EXPECT_FALSE(contrast.has_q_value());
}

// What says nothing is not one of the comparisons for whose number the others are corrected.
TEST(CompareAll, CorrectsForWhatIsComparedAlone) {
  std::vector<Case> cases;
  Add(cases, true, 15, 20, 0);
  Add(cases, false, 5, 20, 0);
  Add(cases, true, 9, 17, 1);
  Add(cases, false, 9, 17, 2);
  for (size_t i = 0; i < cases.size(); ++i) {
    // Known of three on each side of the shared stratum.
    const bool known = i < 3 || (i >= 20 && i < 23) || i >= 40;
    cases[i].values.push_back(known ? cases[i].values[0] : std::nullopt);
  }
  const std::vector<v1::Contrast> contrasts = CompareAll(
      cases, std::vector<Compared>{{"all", "All"}, {"few", "Few"}}, {.stratified = true});
  EXPECT_EQ(contrasts[1].finding(), v1::FINDING_INSUFFICIENT);
  EXPECT_DOUBLE_EQ(contrasts[0].q_value(), contrasts[0].adjusted().p_value());
  EXPECT_DOUBLE_EQ(contrasts[0].holm_p_value(), contrasts[0].adjusted().p_value());
}

// Twenty accounts of three cases. Computed: lm of R 4.2.2, of ranks / 61 on the group, with vcovCL
// of sandwich 3.0.2 (HC0 times clusters / (clusters - 1)) and Student's distribution with 9 degrees
// of freedom; of ranks within strata the p value of accounts drawn from both groups (by its
// formula), which is larger.
TEST(Compare, ComparesAmountsOfAccountsByRank) {
  std::vector<Case> cases;
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 3; ++j) {
      const int amount = (7 * i + 5 * j) % 23 + (i % 2 == 0 ? 6 : 0);
      cases.push_back({i % 2 == 0, i % 3, {static_cast<double>(amount)}, i});
    }
  }
  const std::vector<Compared> mails = {{"mails", "Mails", true}};
  const v1::Contrast all = CompareAll(cases, mails, {}).front();
  EXPECT_EQ(all.clustered().accounts(), 20);
  EXPECT_NEAR(all.clustered().p_value(), 0.0121179030874709, 1e-9);
  EXPECT_FALSE(all.clustered().has_difference());
  EXPECT_NEAR(CompareAll(cases, mails, {.stratified = true}).front().clustered().p_value(),
              0.00716823536706113, 1e-9);
}

TEST(Compare, ComparesAmountsByRank) {
  std::vector<Case> cases;
  for (int i = 0; i < 20; ++i) cases.push_back({true, 0, {10.0 + i}});
  for (int i = 0; i < 20; ++i) cases.push_back({false, 0, {0.0 + i}});
  const v1::Contrast contrast =
      CompareAll(cases, std::vector<Compared>{{"mails", "Mails", true}}, {}).front();
  EXPECT_DOUBLE_EQ(contrast.difference(), 10);
  EXPECT_DOUBLE_EQ(contrast.with().median(), 19.5);
  EXPECT_GT(contrast.superiority(), 0.8);
  EXPECT_FALSE(contrast.has_ratio());
  EXPECT_EQ(contrast.finding(), v1::FINDING_DIFFERENT);
  EXPECT_THAT(contrast.sentence(), HasSubstr("median 19.5 of 20 cases against median 9.5"));
}

// With a tutorial far better in everything except referrals and unit price.
TEST(CompareAll, FlagsWhatDiffersAmongManyAndShowsWhatDoesNot) {
  const std::vector<Compared> measures = {{"activated", "Activated"},
                                          {"first_sale", "First sale"},
                                          {"retained", "Still there after 6 months"},
                                          {"referred", "Referred somebody"},
                                          {"unit_price", "Unit price", true},
                                          {"pages", "Pages made", true}};
  const double share[2][4] = {{0.45, 0.30, 0.40, 0.15}, {0.80, 0.65, 0.75, 0.15}};
  constexpr unsigned kSeed = 7;
  std::mt19937 random(kSeed);
  std::normal_distribution<double> price(3000, 500);
  std::vector<Case> cases;
  for (int i = 0; i < 240; ++i) {
    const int with = i % 2;
    Case one{with == 1, 0, {}};
    for (const double p : share[with]) {
      one.values.emplace_back(std::bernoulli_distribution(p)(random) ? 1.0 : 0.0);
    }
    one.values.emplace_back(price(random));
    one.values.emplace_back(std::poisson_distribution<int>(with == 1 ? 9 : 5)(random));
    cases.push_back(one);
  }
  const std::vector<v1::Contrast> contrasts = CompareAll(cases, measures, {});
  ASSERT_EQ(contrasts.size(), measures.size());
  for (const v1::Contrast& contrast : contrasts) {
    const bool is_null = contrast.key() == "referred" || contrast.key() == "unit_price";
    EXPECT_EQ(contrast.finding(), is_null ? v1::FINDING_NOT_DIFFERENT : v1::FINDING_DIFFERENT)
        << contrast.sentence() << " (seed " << kSeed << ")";
    EXPECT_TRUE(contrast.has_q_value());
    EXPECT_TRUE(contrast.has_holm_p_value());
    EXPECT_THAT(contrast.sentence(), HasSubstr("q "));
  }
  // Each is judged by its own p value, corrected for all six.
  std::vector<double> p_values;
  for (const v1::Contrast& contrast : contrasts) p_values.push_back(contrast.p_value());
  const std::vector<double> q_values = statistics::BenjaminiHochberg(p_values);
  const std::vector<double> holm = statistics::Holm(p_values);
  for (size_t i = 0; i < contrasts.size(); ++i) {
    EXPECT_DOUBLE_EQ(contrasts[i].q_value(), q_values[i]) << contrasts[i].key();
    EXPECT_DOUBLE_EQ(contrasts[i].holm_p_value(), holm[i]) << contrasts[i].key();
  }
  // The two are told apart, and both from what is not corrected.
  const size_t largest = static_cast<size_t>(std::ranges::max_element(p_values) - p_values.begin());
  EXPECT_DOUBLE_EQ(contrasts[largest].q_value(), p_values[largest]);
  const size_t smallest =
      static_cast<size_t>(std::ranges::min_element(p_values) - p_values.begin());
  EXPECT_DOUBLE_EQ(contrasts[smallest].holm_p_value(), 6 * p_values[smallest]);
  testing::Proves("PER-07");
}

TEST(Wording, SpeaksOfAssociationAndNeverOfCause) {
  v1::ComparisonReport report;
  report.set_with_name("With a tutorial");
  report.set_without_name("without");
  *report.add_contrasts() = CompareOne(TwoArms(24, 30, 12, 30));
  report.mutable_basis()->set_caution(kCaution);
  const std::string text = ReportText(report);
  EXPECT_THAT(text, HasSubstr("# With a tutorial against without"));
  EXPECT_THAT(text, HasSubstr(report.contrasts(0).sentence()));
  EXPECT_THAT(text, HasSubstr("not what causes what"));
  EXPECT_THAT(report.contrasts(0).sentence(), Not(HasSubstr("because")));
}

}  // namespace
}  // namespace banso::health

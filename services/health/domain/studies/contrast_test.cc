#include "services/health/domain/studies/contrast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/testing/proves.h"
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

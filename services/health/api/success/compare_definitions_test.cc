#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/testing/proves.h"
#include "services/health/api/account_data_fixture.h"
#include "services/health/domain/statistics/null_rate.h"
#include "services/health/domain/success/definition_comparison.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Proves;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using CompareDefinitionsTest = AccountDataFixture;

TEST_F(CompareDefinitionsTest, SetsASimpleAndAComplexDefinitionSideBySide) {
  MakeMetric("interviews");
  MakeMetric("hires");
  MakeMetric("pool", v1::METRIC_KIND_COUNTER, "manual");
  Activate(MakeRubric());
  Activate(AtLeast("simple", "metric.interviews", 1, 30));
  v1::SuccessDefinition complex = AtLeast("complex", "metric.interviews", 1, 30);
  const type::v1::Condition interviews = complex.condition();
  type::v1::ConditionList* all = complex.mutable_condition()->mutable_all();
  *all->add_conditions() = interviews;
  *all->add_conditions() = AtLeast("x", "metric.pool", 10, 30).condition();
  type::v1::Comparison* needs = all->add_conditions()->mutable_compare();
  needs->mutable_fact()->set_fact("assessment.needs");
  needs->set_op(type::v1::OPERATOR_GE);
  *needs->add_values() = rule::NumberValue(3);
  Activate(complex);
  Activate(AtLeast("hire", "metric.hires", 1, 90));
  // 20 onboardings: 10 have interviews, of which 8 hire; of the other 10 one hires. Of the first
  // 10, 5 also have the pool that the complex definition asks for. Everybody is judged, and their
  // pool typed in.
  now_ = Noon(kApril1 + 1);
  for (int i = 0; i < 20; ++i) Follow(absl::StrCat("d", i));
  for (int i = 0; i < 20; ++i) Judge(absl::StrCat("d", i), "needs", 4);
  now_ = Noon(kApril1 + 95);
  for (int i = 0; i < 20; ++i) {
    const std::string id = absl::StrCat("d", i);
    Count(id, "interviews", kApril1 + 5, i < 10 ? 1 : 0);
    Count(id, "pool", kApril1 + 6, i < 5 ? 12 : 2);
    Count(id, "hires", kApril1 + 60, i < 8 || i == 15 ? 1 : 0);
  }
  // Not one of them: acme has no data at all.
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  v1::CompareSuccessDefinitionsRequest request;
  request.set_first("successDefinitions/simple");
  request.set_second("successDefinitions/complex@1");
  request.set_result("successDefinitions/hire");
  request.set_minutes_per_entry(5);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::CompareSuccessDefinitionsResponse compared,
                             success_->CompareSuccessDefinitions(Now(), request));
  const v1::DefinitionFigures& simple = compared.first();
  const v1::DefinitionFigures& other = compared.second();
  // Complexity.
  EXPECT_EQ(simple.comparisons(), 1);
  EXPECT_EQ(other.comparisons(), 3);
  EXPECT_THAT(other.facts(), ElementsAre("assessment.needs", "metric.interviews", "metric.pool"));
  EXPECT_THAT(other.manual_facts(), ElementsAre("assessment.needs", "metric.pool"));
  // Upkeep: two entries of 5 minutes for 20 of 21 onboardings.
  EXPECT_EQ(simple.manual_entries(), 0);
  EXPECT_EQ(simple.upkeep_minutes(), 0);
  EXPECT_EQ(other.manual_entries(), 40);
  EXPECT_NEAR(other.upkeep_minutes(), 200.0 / 21, 1e-9);
  // What they say, and how far they agree.
  EXPECT_EQ(simple.met(), 10);
  EXPECT_EQ(simple.missed(), 10);
  EXPECT_EQ(simple.undecided(), 1);
  EXPECT_EQ(other.met(), 5);
  EXPECT_EQ(compared.decided_by_both(), 20);
  EXPECT_EQ(compared.met_by_both(), 5);
  EXPECT_EQ(compared.met_by_first_only(), 5);
  EXPECT_EQ(compared.met_by_neither(), 10);
  EXPECT_NEAR(compared.agreement().value(), 0.75, 1e-9);
  // (0.75 - 0.5) / (1 - 0.5), with 0.5 expected of the margins 10/20 and 5/20.
  EXPECT_NEAR(compared.kappa().value(), 0.5, 1e-9);
  // Association with the end result: 8 of 10 against 1 of 10, and 5 of 5 against 4 of 15.
  EXPECT_NEAR(simple.association().difference().value(), 0.7, 1e-9);
  EXPECT_NEAR(simple.association().ratio().value(), 8, 1e-9);
  EXPECT_GT(simple.association().difference().low(), 0);
  // Fisher's exact test of 8, 2 and 1, 9.
  EXPECT_NEAR(simple.association().p_value(), 0.005477, 1e-6);
  EXPECT_NEAR(other.association().share_if_met().value(), 1, 1e-9);
  EXPECT_NEAR(other.association().share_if_missed().value(), 4.0 / 15, 1e-9);
  EXPECT_THAT(simple.association().conclusion(), HasSubstr("goes with the result"));
  EXPECT_THAT(simple.association().conclusion(), HasSubstr("not why"));
  Proves("LAP-08");
  // A day earlier nobody had recorded anything but judgements.
  *request.mutable_known_at() = calendar::ToTimestamp(now_ - absl::Hours(24));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::CompareSuccessDefinitionsResponse then,
                             success_->CompareSuccessDefinitions(Now(), request));
  EXPECT_EQ(then.first().met(), 0);
  EXPECT_EQ(then.decided_by_both(), 0);
  EXPECT_EQ(then.second().manual_entries(), 20);
}

// Nine accounts that meet it and nine that miss it, each with three onboardings that are alike: 18
// of 27 against 9 of 27 hire, and that is 6 of 9 against 3 of 9.
TEST_F(CompareDefinitionsTest, CountsAccountsWhereThereAreSeveralOnboardingsOfOne) {
  MakeMetric("interviews");
  MakeMetric("hires");
  Activate(AtLeast("simple", "metric.interviews", 1, 30));
  Activate(AtLeast("hire", "metric.hires", 1, 90));
  for (int i = 0; i < 18; ++i) {
    Follow(absl::StrCat("d", i));
    FollowMoreOnboardings(absl::StrCat("d", i), 2);
  }
  now_ = Noon(kApril1 + 95);
  for (int i = 0; i < 18; ++i) {
    Count(absl::StrCat("d", i), "interviews", kApril1 + 5, i < 9 ? 1 : 0);
    Count(absl::StrCat("d", i), "hires", kApril1 + 60, i % 3 == 0 || (i < 9 && i % 3 == 1) ? 1 : 0);
  }
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  v1::CompareSuccessDefinitionsRequest request;
  request.set_first("successDefinitions/simple");
  request.set_second("successDefinitions/simple");
  request.set_result("successDefinitions/hire");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::CompareSuccessDefinitionsResponse compared,
                             success_->CompareSuccessDefinitions(Now(), request));
  const v1::ResultAssociation& association = compared.first().association();
  EXPECT_EQ(association.difference().n(), 54);
  EXPECT_NEAR(association.difference().value(), 1.0 / 3, 1e-12);
  EXPECT_LT(association.p_value(), 0.05);
  EXPECT_EQ(association.clustered().accounts(), 18);
  EXPECT_GT(association.clustered().p_value(), 0.15);
  EXPECT_LT(association.clustered().difference_interval().low(), 0);
  EXPECT_THAT(association.conclusion(), HasSubstr("no association is shown"));
  EXPECT_THAT(association.conclusion(), HasSubstr("by 18 accounts"));
}

// `a` of `of_a` that met both definitions have the result, and `b` of `of_b` that missed them. So
// many that follow one another are of one account.
v1::CompareSuccessDefinitionsResponse CompareCounts(int a, int of_a, int b, int of_b,
                                                    int onboardings_of_account = 1) {
  std::vector<ComparedOnboarding> onboardings;
  const auto add = [&](v1::SuccessState state, int having, int n) {
    for (int i = 0; i < n; ++i) {
      ComparedOnboarding& one = onboardings.emplace_back();
      one.first = state;
      one.second = state;
      one.result = i < having ? v1::SUCCESS_STATE_MET : v1::SUCCESS_STATE_MISSED;
      one.account = static_cast<int64_t>(onboardings.size() - 1) / onboardings_of_account;
    }
  };
  add(v1::SUCCESS_STATE_MET, a, of_a);
  add(v1::SUCCESS_STATE_MISSED, b, of_b);
  v1::CompareSuccessDefinitionsResponse response;
  CompareDefinitions(onboardings, "successDefinitions/hire@1", 3, &response);
  return response;
}

// Newcombe's interval leaves 0 out where Fisher's exact test tells nothing from chance.
TEST(DefinitionComparisonTest, ConcludesByThePValueThatItShows) {
  const v1::CompareSuccessDefinitionsResponse compared = CompareCounts(5, 8, 1, 8);
  const v1::ResultAssociation& association = compared.first().association();
  EXPECT_NEAR(association.p_value(), 0.118881, 1e-6);
  EXPECT_NEAR(association.difference().low(), 0.029294, 1e-6);
  EXPECT_FALSE(association.has_clustered());
  EXPECT_THAT(association.conclusion(), HasSubstr("no association is shown"));
  EXPECT_THAT(association.conclusion(), HasSubstr("p = 0.119"));
  EXPECT_THAT(CompareCounts(7, 8, 1, 8).first().association().conclusion(),
              HasSubstr("it goes with the result"));
}

TEST(DefinitionComparisonTest, OfEqualGroupsFindsNoMoreThanItsLevel) {
  constexpr unsigned kSeed = 61;
  constexpr int kRuns = 4000;
  std::mt19937 random(kSeed);
  std::binomial_distribution<int> draw(8, 0.5);
  int found = 0;
  for (int run = 0; run < kRuns; ++run) {
    const int met = draw(random);
    const std::string conclusion =
        CompareCounts(met, 8, draw(random), 8).first().association().conclusion();
    found += conclusion.starts_with("it goes with the result") ? 1 : 0;
  }
  EXPECT_LE(found, statistics::MostByChance(kRuns)) << "seed " << kSeed;
}

// Eight onboardings are enough, and eight of four accounts are not.
TEST(DefinitionComparisonTest, CountsAccountsForItsMinimum) {
  EXPECT_TRUE(CompareCounts(8, 8, 0, 8).first().association().has_p_value());
  const v1::CompareSuccessDefinitionsResponse few = CompareCounts(8, 8, 0, 8, 2);
  EXPECT_FALSE(few.first().association().has_p_value());
  EXPECT_FALSE(few.first().association().has_clustered());
  EXPECT_THAT(few.first().association().conclusion(),
              HasSubstr("too few accounts whose result is decided: a group has only 4"));
  EXPECT_TRUE(few.kappa().has_value());
  EXPECT_FALSE(CompareCounts(8, 8, 0, 8, 4).kappa().has_value());
}

TEST(DefinitionComparisonTest, SaysWhenThereIsTooLittle) {
  v1::CompareSuccessDefinitionsResponse response;
  CompareDefinitions({}, "successDefinitions/hire@1", 3, &response);
  EXPECT_FALSE(response.first().has_upkeep_minutes());
  EXPECT_FALSE(response.agreement().has_value());
  EXPECT_FALSE(response.kappa().has_value());
  EXPECT_FALSE(response.first().association().difference().has_value());
  EXPECT_THAT(response.first().association().conclusion(), HasSubstr("too few"));
}

// Two of two against none of two is not yet a finding, whatever its interval says.
TEST(DefinitionComparisonTest, ConcludesNothingFromTwoAgainstTwo) {
  const auto compare = [](int n) {
    std::vector<ComparedOnboarding> onboardings;
    for (int i = 0; i < 2 * n; ++i) {
      const v1::SuccessState state = i < n ? v1::SUCCESS_STATE_MET : v1::SUCCESS_STATE_MISSED;
      onboardings.push_back({.first = state, .second = state, .result = state});
    }
    v1::CompareSuccessDefinitionsResponse response;
    CompareDefinitions(onboardings, "successDefinitions/hire@1", 3, &response);
    return response;
  };
  const v1::CompareSuccessDefinitionsResponse few = compare(2);
  const v1::ResultAssociation& association = few.first().association();
  EXPECT_EQ(association.share_if_met().value(), 1);
  EXPECT_FALSE(association.difference().has_value());
  EXPECT_FALSE(association.has_p_value());
  EXPECT_THAT(association.conclusion(), HasSubstr("only 2, and 8 are the minimum"));
  EXPECT_EQ(few.kappa().n(), 4);
  EXPECT_FALSE(few.kappa().has_value());
  EXPECT_THAT(compare(8).first().association().conclusion(), HasSubstr("goes with the result"));
  EXPECT_TRUE(compare(8).kappa().has_value());
}

}  // namespace
}  // namespace banso::health

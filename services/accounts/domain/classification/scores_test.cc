// What a classification adds up: touch score, potential score, hours, and what they cost.
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification.pb.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/domain/classification/contradictions.h"
#include "services/accounts/domain/classification/policy_text.h"
#include "services/accounts/domain/classification/simulation.h"

namespace banso::accounts {
namespace {

using ::banso::testing::ParseProto;
using ::banso::testing::Proves;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Account;
using v1::Classification;
using v1::ClassificationPolicy;

const absl::Time kNow = absl::FromUnixSeconds(1'775'000'000);

// Touch by what makes work: how many products and departments, how large, where from.
constexpr char kLevels[] =
    "touch_levels { touch: 'high' weekly_hours: [4, 3, 2, 1] }\n"
    "touch_levels { touch: 'low' weekly_hours: [1, 0.5] }\n";

std::string TouchRules() {
  return absl::StrCat("touch_score_axes { key: 'services' ",
                      Step(Compare("account.purchase.product_count", "GE", "number: 3"), 30, 4),
                      Step(Compare("account.purchase.product_count", "GE", "number: 2"), 15, 2),
                      "}\n", "touch_score_axes { key: 'departments' ",
                      Step(Compare("account.purchase.departments", "GE", "number: 5"), 20, 3),
                      "}\n", "touch_score_axes { key: 'size' ",
                      Step(Compare("account.employees", "GE", "number: 300"), 10, 6), "}\n",
                      "touch_score_axes { key: 'origin' ",
                      Step(Compare("account.previous_tool", "EQ", "text: 'paper'"), 15, 5),
                      Step(Compare("account.previous_tool", "EQ", "text: 'other_product'"), -5, -1),
                      "}\n", "touch_score_axes { key: 'domain' ",
                      Step(Compare("account.first_time_domain", "EQ", "flag: true"), 10, 2.5),
                      "}\n", "touch_score_axes { key: 'cloud' ",
                      Step(Compare("account.cloud_experience", "EQ", "flag: false"), 5, 1), "}\n",
                      Rule("touches", "high", Compare("account.touch_score", "GE", "number: 30")),
                      Rule("touches", "low", ""), kLevels);
}

ClassificationPolicy ScoringPolicy(const std::string& text) {
  auto policy = ParseProto<ClassificationPolicy>(
      absl::StrCat("name: 'classificationPolicies/p' revision { number: 3 }\n", text));
  contract::Violations violations;
  CheckPolicy(policy, {}, "policy", &violations);
  if (violations.empty()) FindContradictions(policy, {}, "policy", &violations);
  EXPECT_TRUE(violations.empty()) << violations.ToStatus();
  return policy;
}

Account WithProducts(int count) {
  auto account = ParseProto<Account>(
      "name: 'accounts/a' recurring_revenue { minor_units: 165000 currency: 'JPY' } "
      "purchase { departments: 2 } employees: 100 adoption { cloud_experience: true "
      "previous_tool: PREVIOUS_TOOL_OWN_SYSTEM first_time_domain: false }");
  for (int i = 0; i < count; ++i) {
    account.mutable_purchase()->add_products(absl::StrCat("product-", i));
  }
  return account;
}

const v1::ScoreContribution& Part(const v1::ScoreSum& sum, const std::string& axis) {
  for (const v1::ScoreContribution& part : sum.contributions()) {
    if (part.axis() == axis) return part;
  }
  ADD_FAILURE() << "no viewpoint " << axis;
  return v1::ScoreContribution::default_instance();
}

double SumOfPoints(const v1::ScoreSum& sum) {
  return std::accumulate(
      sum.contributions().begin(), sum.contributions().end(), 0.0,
      [](double total, const v1::ScoreContribution& part) { return total + part.points(); });
}

TEST(TouchScoreTest, TellsOneProductFromFourAtTheSameRevenue) {
  Proves("LX-24");
  const Classifier classifier(ScoringPolicy(TouchRules()));
  const Account one = WithProducts(1);
  const Account four = WithProducts(4);
  ASSERT_EQ(one.recurring_revenue().minor_units(), four.recurring_revenue().minor_units());
  const Classification of_one = classifier.Classify(one, kNow);
  const Classification of_four = classifier.Classify(four, kNow);
  EXPECT_EQ(of_one.touch_score().score(), 0);
  EXPECT_EQ(of_four.touch_score().score(), 30);
  EXPECT_EQ(of_one.touch(), "low");
  EXPECT_EQ(of_four.touch(), "high");
  const v1::ScoreContribution& services = Part(of_four.touch_score(), "services");
  EXPECT_THAT(services.rule(), HasSubstr("account.purchase.product_count >= 3"));
  EXPECT_THAT(services.readings(), ElementsAre(HasSubstr("product_count = 4")));
  Account wide = WithProducts(1);
  wide.mutable_purchase()->set_departments(6);
  EXPECT_EQ(Part(classifier.Classify(wide, kNow).touch_score(), "departments").points(), 20);
}

TEST(TouchScoreTest, PaperAndAFirstTimeAddHoursAndTheListSumsToTheScore) {
  Proves("LX-26");
  const Classifier classifier(ScoringPolicy(TouchRules()));
  const Classification used_to_it = classifier.Classify(WithProducts(1), kNow);
  Account fresh = WithProducts(1);
  fresh.mutable_adoption()->set_previous_tool(v1::PREVIOUS_TOOL_PAPER);
  fresh.mutable_adoption()->set_first_time_domain(true);
  fresh.mutable_adoption()->set_cloud_experience(false);
  const Classification result = classifier.Classify(fresh, kNow);
  EXPECT_EQ(Part(result.touch_score(), "origin").hours(), 5);
  EXPECT_EQ(Part(result.touch_score(), "domain").hours(), 2.5);
  EXPECT_EQ(Part(result.touch_score(), "cloud").hours(), 1);
  // From 1.5 hours at low touch to 10 at high touch and 8.5 more.
  EXPECT_EQ(used_to_it.work().total_hours(), 1.5);
  EXPECT_EQ(result.work().total_hours(), 18.5);
  EXPECT_EQ(result.touch_score().score(), 30);
  EXPECT_EQ(SumOfPoints(result.touch_score()), result.touch_score().score());
  Account moving = WithProducts(1);
  moving.mutable_adoption()->set_previous_tool(v1::PREVIOUS_TOOL_OTHER_PRODUCT);
  const Classification moved = classifier.Classify(moving, kNow);
  EXPECT_EQ(moved.touch_score().score(), -5);
  EXPECT_EQ(SumOfPoints(moved.touch_score()), -5);
}

TEST(TouchScoreTest, CrossingTheThresholdRaisesTheHoursByTheStep) {
  Proves("LX-25");
  const Classifier classifier(ScoringPolicy(TouchRules()));
  Account below = WithProducts(3);
  below.set_employees(299);
  Account above = WithProducts(3);
  above.set_employees(300);
  const Classification of_below = classifier.Classify(below, kNow);
  const Classification of_above = classifier.Classify(above, kNow);
  ASSERT_EQ(of_below.touch(), of_above.touch());
  EXPECT_DOUBLE_EQ(of_above.work().total_hours() - of_below.work().total_hours(), 6);
}

TEST(TouchScoreTest, AMissingFactIsToldAndAddsNothing) {
  const Classifier classifier(ScoringPolicy(TouchRules()));
  Account account = WithProducts(4);
  account.clear_employees();
  account.mutable_adoption()->clear_first_time_domain();
  const Classification result = classifier.Classify(account, kNow);
  EXPECT_TRUE(Part(result.touch_score(), "size").unknown());
  EXPECT_TRUE(Part(result.touch_score(), "domain").unknown());
  EXPECT_FALSE(Part(result.touch_score(), "services").unknown());
  EXPECT_THAT(Part(result.touch_score(), "size").readings(),
              ElementsAre(HasSubstr("account.employees is unknown")));
  EXPECT_EQ(SumOfPoints(result.touch_score()), result.touch_score().score());
}

TEST(WorkTest, SpreadsWhatIsAddedOverTheWeeksAndSumsToTheTotal) {
  const Classifier classifier(ScoringPolicy(TouchRules()));
  const Classification result = classifier.Classify(WithProducts(3), kNow);
  EXPECT_THAT(result.work().weekly_hours(),
              ElementsAre(DoubleEq(5), DoubleEq(4), DoubleEq(3), DoubleEq(2)));
  EXPECT_DOUBLE_EQ(result.work().total_hours(), 14);
}

TEST(WorkTest, IsAbsentForATouchWithoutHoursAndNeverBelowZero) {
  ClassificationPolicy policy = ScoringPolicy(TouchRules());
  policy.mutable_touch_levels()->DeleteSubrange(1, 1);
  EXPECT_FALSE(Classifier(policy).Classify(WithProducts(1), kNow).has_work());
  policy.mutable_touch_levels(0)->set_touch("low");
  policy.mutable_touch_score_axes(3)->mutable_steps(1)->set_hours(-500);
  Account moving = WithProducts(1);
  moving.mutable_adoption()->set_previous_tool(v1::PREVIOUS_TOOL_OTHER_PRODUCT);
  EXPECT_EQ(Classifier(policy).Classify(moving, kNow).work().total_hours(), 0);
}

TEST(WorkTest, FlagsAnAccountThatCostsMoreThanItsRevenue) {
  Proves("YAP-04");
  const Classifier classifier(ScoringPolicy(absl::StrCat(
      TouchRules(), "hour_cost { minor_units: 12000 currency: 'JPY' } payback_months: 1")));
  // 14 hours cost 168,000 yen, against 165,000 a month.
  Account account = WithProducts(3);
  const Classification dear = classifier.Classify(account, kNow);
  EXPECT_EQ(dear.work().cost().minor_units(), 168'000);
  EXPECT_TRUE(dear.work().exceeds_revenue());
  *account.mutable_classification() = dear;
  EXPECT_TRUE(FactsOf(account).at("account.cost_exceeds_revenue").flag());
  account.mutable_recurring_revenue()->set_minor_units(168'000);
  EXPECT_FALSE(classifier.Classify(account, kNow).work().exceeds_revenue());
  account.mutable_recurring_revenue()->set_currency("USD");
  EXPECT_FALSE(classifier.Classify(account, kNow).work().has_exceeds_revenue());
  account.clear_recurring_revenue();
  EXPECT_FALSE(classifier.Classify(account, kNow).work().has_exceeds_revenue());
}

TEST(CustomAxisTest, RoutesTheSameTierByHowTheCustomerCame) {
  Proves("CLS-06");
  const Classifier classifier(ScoringPolicy(
      Rule("tiers", "2", Compare("account.employees", "GE", "number: 100")) +
      Rule("tiers", "3", "") + "custom_axes { key: 'programme' " +
      Rule("rules", "self_start", Compare("account.acquisition_path", "EQ", "text: 'alone'")) +
      Rule("rules", "guided", "") + "}\n" +
      Rule("teams", "digital", Compare("account.axis.programme", "EQ", "text: 'self_start'")) +
      Rule("teams", "field", "")));
  Account alone = WithProducts(1);
  alone.mutable_purchase()->set_acquisition_path(v1::ACQUISITION_PATH_ALONE);
  Account sold = WithProducts(1);
  sold.mutable_purchase()->set_acquisition_path(v1::ACQUISITION_PATH_SALES);
  const Classification of_alone = classifier.Classify(alone, kNow);
  const Classification of_sold = classifier.Classify(sold, kNow);
  EXPECT_EQ(of_alone.tier(), "2");
  EXPECT_EQ(of_sold.tier(), "2");
  EXPECT_EQ(ClassOn(of_alone, "programme"), "self_start");
  EXPECT_EQ(ClassOn(of_sold, "programme"), "guided");
  EXPECT_EQ(of_alone.team(), "digital");
  EXPECT_EQ(of_sold.team(), "field");
  EXPECT_FALSE(SameClass(of_alone, of_sold));
}

TEST(SegmentTest, AboveTheSizeEachCompanyIsIndividual) {
  Proves("PER-02");
  const Classifier classifier(ScoringPolicy(
      Rule("segments", "smb", Compare("account.employees", "LE", "number: 50")) +
      Rule("segments", "individual", Compare("account.employees", "GT", "number: 50"))));
  Account account = WithProducts(1);
  account.set_employees(50);
  EXPECT_EQ(classifier.Classify(account, kNow).segment(), "smb");
  account.set_employees(51);
  EXPECT_EQ(classifier.Classify(account, kNow).segment(), "individual");
}

TEST(ExperimentTest, DrawsEachAccountIntoOneArmForGoodInProportionToTheWeights) {
  const Classifier classifier(
      ScoringPolicy("custom_axes { key: 'early_call' arms { value: 'call' weight: 3 } "
                    "arms { value: 'no_call' weight: 1 } eligible { " +
                    Compare("account.employees", "LT", "number: 1000") + " } }"));
  int called = 0;
  for (int i = 0; i < 4000; ++i) {
    Account account = WithProducts(1);
    account.set_name(absl::StrCat("accounts/a", i));
    const std::string arm = ClassOn(classifier.Classify(account, kNow), "early_call");
    ASSERT_TRUE(arm == "call" || arm == "no_call");
    called += arm == "call" ? 1 : 0;
    account.set_employees(i % 1000);
    ASSERT_EQ(ClassOn(classifier.Classify(account, kNow), "early_call"), arm);
  }
  // Four standard errors around three quarters.
  EXPECT_NEAR(called, 3000, 4 * 27.4);
  Account large = WithProducts(1);
  large.set_employees(1000);
  EXPECT_EQ(ClassOn(classifier.Classify(large, kNow), "early_call"), "");
}

TEST(SimulationTest, CountsMovesByAxisAndTheChangeInHours) {
  const Classifier before(ScoringPolicy(TouchRules()));
  const Classifier after(ScoringPolicy(
      Rule("touches", "high", Compare("account.purchase.product_count", "GE", "number: 2")) +
      Rule("touches", "low", "") + kLevels));
  Simulation simulation(1);
  for (const int products : {1, 2, 2, 4}) {
    Account account = WithProducts(products);
    *account.mutable_classification() = before.Classify(account, kNow);
    simulation.Add(account, after.Classify(account, kNow));
  }
  const v1::SimulatePolicyResponse result = std::move(simulation).Result();
  EXPECT_EQ(result.accounts(), 4);
  EXPECT_EQ(result.moved(), 2);
  ASSERT_EQ(result.transitions_size(), 1);
  EXPECT_EQ(result.transitions(0).axis(), "touch");
  EXPECT_EQ(result.transitions(0).from(), "low");
  EXPECT_EQ(result.transitions(0).to(), "high");
  EXPECT_EQ(result.transitions(0).accounts(), 2);
  // From 3.5 hours (1.5 and 2 for two products) to 10, twice; the one with four saves its 4.
  EXPECT_DOUBLE_EQ(result.transitions(0).hours_change(), 13);
  EXPECT_DOUBLE_EQ(result.hours_before(), 1.5 + 3.5 + 3.5 + 14);
  EXPECT_DOUBLE_EQ(result.hours_after(), 1.5 + 10 + 10 + 10);
  ASSERT_EQ(result.moves_size(), 1) << "only as many as asked for are named";
  EXPECT_THAT(result.moves(0).axes(0).rule(), HasSubstr("product_count >= 2"));
  EXPECT_DOUBLE_EQ(result.moves(0).hours_change(), 6.5);
}

TEST(CompareClassesTest, TellsAClassThatSeparatesFromOneThatDoesNot) {
  const auto outcomes = CompareClasses({{"a", {100, 40}}, {"b", {100, 10}}, {"c", {1, 0}}});
  ASSERT_EQ(outcomes.size(), 3u);
  // 40 % of 100 against 10 of 101.
  EXPECT_DOUBLE_EQ(outcomes[0].difference(), 0.4 - 10.0 / 101);
  EXPECT_GT(outcomes[0].difference_low(), 0.15);
  EXPECT_LT(outcomes[1].difference_high(), -0.15);
  EXPECT_LT(outcomes[2].difference_low(), -0.2);
  EXPECT_GT(outcomes[2].difference_high(), 0.2);
  EXPECT_FALSE(CompareClasses({{"a", {10, 1}}})[0].has_difference());
  EXPECT_FALSE(ProportionOf(0, 0).has_share());
}

TEST(MergeRowTest, AListThatARowSetsTakesThePlaceOfTheOldOne) {
  Account row;
  row.mutable_purchase()->add_products("new");
  const Account merged = MergeRow(WithProducts(3), row);
  EXPECT_THAT(merged.purchase().products(), ElementsAre("new"));
  EXPECT_EQ(merged.purchase().departments(), 2);
}

}  // namespace
}  // namespace banso::accounts

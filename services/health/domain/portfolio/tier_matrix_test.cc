#include "services/health/domain/portfolio/tier_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/health/domain/portfolio/benchmark.h"

namespace banso::health {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::ScoreModel ThreeBands() {
  v1::ScoreModel model;
  model.set_name("scoreModels/health");
  for (const char* key : {"red", "yellow", "green"}) model.add_bands()->set_key(key);
  return model;
}

v1::MatrixPolicy TwelveClasses() {
  v1::MatrixPolicy policy;
  policy.set_name("matrixPolicies/classes");
  for (const char* tier : {"S", "1", "2", "3"}) policy.add_tiers(tier);
  const auto add = [&](const char* tier, const char* band, const char* action) {
    v1::CellAction* entry = policy.add_actions();
    entry->set_tier(tier);
    entry->set_band(band);
    entry->set_action(action);
  };
  add("", "", "mail");
  add("", "red", "call");
  add("S", "", "review");
  add("S", "red", "executive call");
  return policy;
}

ClassifiedAccount Account(std::string tier, std::string band,
                          std::optional<int64_t> revenue = std::nullopt) {
  return {std::move(tier), std::move(band), revenue, "JPY"};
}

TEST(ActionFor, TakesTheMostSpecificThatFits) {
  const v1::MatrixPolicy policy = TwelveClasses();
  EXPECT_EQ(ActionFor(policy, "S", "red"), "executive call");
  EXPECT_EQ(ActionFor(policy, "S", "green"), "review");
  EXPECT_EQ(ActionFor(policy, "2", "red"), "call");
  EXPECT_EQ(ActionFor(policy, "2", ""), "mail");
}

TEST(MakeMatrix, PutsEveryAccountIntoOneCell) {
  const Classified accounts = {
      {"accounts/a", Account("S", "red", 100)}, {"accounts/b", Account("S", "red", 50)},
      {"accounts/c", Account("S", "red")},      {"accounts/d", Account("3", "", 7)},
      {"accounts/e", Account("", "green", 1)},  {"accounts/f", Account("7", "violet", 1)}};
  const auto matrix = MakeMatrix(TwelveClasses(), ThreeBands(), accounts);
  EXPECT_THAT(matrix.tiers(), ElementsAre("S", "1", "2", "3", ""));
  EXPECT_THAT(matrix.bands(), ElementsAre("red", "yellow", "green", ""));
  ASSERT_THAT(matrix.cells(), SizeIs(20));
  int64_t sum = 0;
  for (const v1::MatrixCell& cell : matrix.cells()) sum += cell.accounts();
  EXPECT_EQ(sum, 6);
  EXPECT_EQ(matrix.active_accounts(), 6);
  const v1::MatrixCell& red = matrix.cells(0);
  EXPECT_EQ(red.accounts(), 3);
  ASSERT_THAT(red.revenue(), SizeIs(1));
  EXPECT_EQ(red.revenue(0).minor_units(), 150);
  EXPECT_EQ(red.without_revenue(), 1);
  EXPECT_EQ(red.action(), "executive call");
  // Neither tier nor band are known here.
  EXPECT_EQ(matrix.cells(19).accounts(), 1);
}

TEST(MakeMatrix, WorksWithoutTiers) {
  const Classified accounts = {{"accounts/a", Account("", "red")},
                               {"accounts/b", Account("", "green")}};
  const auto bare = MakeMatrix(std::nullopt, ThreeBands(), accounts);
  EXPECT_THAT(bare.tiers(), ElementsAre(""));
  EXPECT_THAT(bare.cells(), SizeIs(4));
  EXPECT_THAT(MakeMatrix(std::nullopt, ThreeBands(), {}).tiers(), ElementsAre(""));
  // A policy without tiers is one row whatever tiers accounts have.
  v1::MatrixPolicy policy = TwelveClasses();
  policy.clear_tiers();
  policy.clear_actions();
  const auto row = MakeMatrix(policy, ThreeBands(), {{"accounts/a", Account("S", "red")}});
  EXPECT_THAT(row.tiers(), ElementsAre(""));
  EXPECT_EQ(row.cells(0).accounts(), 1);
}

TEST(AddMoves, CountsWhoWentWhere) {
  const Classified before = {{"accounts/a", Account("S", "red")},
                             {"accounts/b", Account("S", "red")},
                             {"accounts/c", Account("1", "green")},
                             {"accounts/d", Account("1", "green")}};
  const Classified after = {{"accounts/a", Account("S", "green")},
                            {"accounts/b", Account("S", "green")},
                            {"accounts/c", Account("1", "green")},
                            {"accounts/e", Account("3", "")}};
  auto matrix = MakeMatrix(TwelveClasses(), ThreeBands(), after);
  AddMoves(before, after, matrix);
  ASSERT_THAT(matrix.moves(), SizeIs(3));
  EXPECT_TRUE(matrix.moves(0).entered());
  EXPECT_EQ(matrix.moves(0).to_tier(), "3");
  EXPECT_EQ(matrix.moves(1).from_band(), "red");
  EXPECT_EQ(matrix.moves(1).to_band(), "green");
  EXPECT_EQ(matrix.moves(1).accounts(), 2);
  EXPECT_TRUE(matrix.moves(2).left());
  EXPECT_EQ(matrix.moves(2).from_tier(), "1");
}

// Nobody is in S any more: who left it has still left it.
TEST(AddMoves, NamesTiersThatOnlyWereThere) {
  const Classified before = {{"accounts/a", Account("S", "red")},
                             {"accounts/b", Account("S", "red")},
                             {"accounts/c", Account("2", "red")}};
  const Classified after = {{"accounts/a", Account("1", "red")},
                            {"accounts/b", Account("", "red")},
                            {"accounts/c", Account("2", "red")}};
  auto matrix = MakeMatrix(std::nullopt, ThreeBands(), after, before);
  AddMoves(before, after, matrix);
  EXPECT_THAT(matrix.tiers(), ElementsAre("1", "2", "S", ""));
  ASSERT_THAT(matrix.moves(), SizeIs(2));
  for (const v1::MatrixMove& move : matrix.moves()) EXPECT_EQ(move.from_tier(), "S");
  EXPECT_EQ(matrix.moves(0).to_tier(), "1");
  EXPECT_EQ(matrix.moves(1).to_tier(), "");
  // By a policy that does not know S, too, its accounts were somewhere.
  v1::MatrixPolicy policy = TwelveClasses();
  policy.mutable_tiers()->DeleteSubrange(0, 1);
  const Classified named = {{"accounts/a", Account("1", "red")}};
  auto others = MakeMatrix(policy, ThreeBands(), named, before);
  AddMoves(before, named, others);
  EXPECT_THAT(others.tiers(), ElementsAre("1", "2", "3", ""));
  int64_t active = 0;
  for (const v1::MatrixCell& cell : others.cells()) active += cell.accounts();
  EXPECT_EQ(active, 1);
  ASSERT_THAT(others.moves(), SizeIs(3));
  EXPECT_TRUE(others.moves(0).left());
  EXPECT_EQ(others.moves(0).from_tier(), "2");
  EXPECT_TRUE(others.moves(1).left());
  EXPECT_EQ(others.moves(2).from_tier(), "");
  EXPECT_EQ(others.moves(2).to_tier(), "1");
}

TEST(CheckMatrixPolicy, RefusesTiersTwiceAndActionsForNobody) {
  v1::MatrixPolicy policy = TwelveClasses();
  const std::vector<std::string> bands = {"red", "yellow", "green"};
  contract::Violations none;
  CheckMatrixPolicy(policy, bands, "matrix_policy", &none);
  EXPECT_THAT(none.list(), IsEmpty());
  policy.add_tiers("S");
  policy.mutable_actions(0)->set_tier("9");
  policy.mutable_actions(1)->set_band("blue");
  contract::Violations violations;
  CheckMatrixPolicy(policy, bands, "matrix_policy", &violations);
  std::vector<std::string> fields;
  for (const auto& violation : violations.list()) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("matrix_policy.tiers[4]", "matrix_policy.actions[0].tier",
                                  "matrix_policy.actions[1].band"));
}

TEST(CompareWithPeers, TellsNothingOfFewerThanFive) {
  const auto few = CompareWithPeers(3, {1, 2, 3, 4}, 2);
  EXPECT_EQ(few.state(), v1::BENCHMARK_STATE_SUPPRESSED);
  EXPECT_EQ(few.n(), 0);
  EXPECT_EQ(few.unknown(), 0);
  EXPECT_FALSE(few.has_percentile() || few.has_median() || few.has_lower_quartile());
  EXPECT_EQ(few.value(), 3);
  const auto five = CompareWithPeers(3, {1, 2, 3, 4, 5}, 2);
  EXPECT_EQ(five.state(), v1::BENCHMARK_STATE_SHOWN);
  EXPECT_EQ(five.n(), 5);
  EXPECT_EQ(five.unknown(), 2);
  EXPECT_NEAR(five.percentile(), 50, 1e-12);
  EXPECT_EQ(five.median(), 3);
  EXPECT_EQ(five.lower_quartile(), 2);
  EXPECT_EQ(five.upper_quartile(), 4);
  EXPECT_FALSE(CompareWithPeers(std::nullopt, {1, 2, 3, 4, 5}, 0).has_percentile());
}

}  // namespace
}  // namespace banso::health

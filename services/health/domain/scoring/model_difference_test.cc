#include "services/health/domain/scoring/model_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace banso::health {
namespace {

using ::testing::ElementsAre;

v1::Score MakeScore(int account, double value, double of_use) {
  v1::Score score;
  score.set_name(absl::StrCat("accounts/a", account, "/scores/use"));
  score.set_state(v1::SCORE_STATE_SCORED);
  score.set_value(value);
  score.set_computed_band(value < 50 ? "red" : "green");
  const std::pair<const char*, double> parts[] = {{"use", of_use}, {"trend", value - of_use}};
  for (const auto& [measure, amount] : parts) {
    v1::Contribution* part = score.add_contributions();
    part->set_measure(measure);
    part->set_amount(amount);
  }
  return score;
}

v1::Score MakeUnscored(int account) {
  v1::Score score;
  score.set_name(absl::StrCat("accounts/a", account, "/scores/use"));
  score.set_state(v1::SCORE_STATE_INSUFFICIENT);
  score.set_no_value_because("nothing that counts is known");
  return score;
}

TEST(ModelDifferenceTest, NamesThoseThatMoveMostAndSaysWhy) {
  ModelDifference difference(2);
  difference.Add(MakeScore(1, 40, 30), MakeScore(1, 60, 45));
  difference.Add(MakeScore(2, 40, 30), MakeScore(2, 41, 31));
  difference.Add(MakeUnscored(3), MakeScore(3, 70, 70));
  difference.Add(MakeScore(4, 80, 80), MakeScore(4, 80, 80));
  const v1::ScoreModelDifference found = difference.Finish();
  EXPECT_EQ(found.accounts(), 4);
  EXPECT_EQ(found.moved(), 2);
  EXPECT_DOUBLE_EQ(found.mean_change(), 7);
  ASSERT_EQ(found.largest_size(), 2);
  EXPECT_EQ(found.largest(0).account(), "accounts/a3");
  EXPECT_EQ(found.largest(0).because(), "nothing that counts is known");
  EXPECT_EQ(found.largest(1).account(), "accounts/a1");
  EXPECT_EQ(found.largest(1).because(), "use +15, trend +5");
  EXPECT_EQ(found.largest(1).band_before(), "red");
  EXPECT_EQ(found.largest(1).band_after(), "green");
}

TEST(ModelDifferenceTest, OfEqualChangesNamesTheFirstByName) {
  ModelDifference difference(2);
  for (const int account : {5, 3, 4, 1, 2}) {
    difference.Add(MakeScore(account, 40, 30), MakeScore(account, 45, 35));
  }
  const v1::ScoreModelDifference found = difference.Finish();
  std::vector<std::string> named;
  for (const v1::AccountDifference& one : found.largest()) {
    named.push_back(one.account());
  }
  EXPECT_THAT(named, ElementsAre("accounts/a1", "accounts/a2"));
}

TEST(ModelDifferenceTest, SaysOfPartsWhatItSaysOfTheWhole) {
  std::mt19937 random(20261122);
  const auto draw = [&](int below) { return static_cast<int>(random() % below); };
  for (int round = 0; round < 20; ++round) {
    ModelDifference whole(5);
    std::vector<ModelDifference> parts(4, ModelDifference(5));
    for (int account = 0; account < 100; ++account) {
      // Whole numbers: their sums do not depend on the order.
      const auto any = [&] {
        const int value = draw(100);
        return draw(8) == 0 ? MakeUnscored(account) : MakeScore(account, value, draw(value + 1));
      };
      const v1::Score before = any();
      const v1::Score after = any();
      whole.Add(before, after);
      parts[static_cast<size_t>(account / 25)].Add(before, after);
    }
    ModelDifference merged(5);
    for (ModelDifference& part : parts) merged.Merge(std::move(part));
    EXPECT_EQ(merged.Finish().ShortDebugString(), whole.Finish().ShortDebugString());
  }
}

}  // namespace
}  // namespace banso::health

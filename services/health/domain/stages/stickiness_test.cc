#include "services/health/domain/stages/stickiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/rule/test_facts.h"
#include "services/health/domain/stages/stage_fixture.h"

namespace banso::health {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Case {
  const char* name;
  const char* condition;
  bool sticky;
};

constexpr char kEver[] =
    "compare { fact { fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM } } "
    "op: OPERATOR_GE values { number: 10 } }";
constexpr char kLately[] =
    "compare { fact { fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM "
    "trailing { count: 4 unit: PERIOD_UNIT_WEEK } } } op: OPERATOR_GE values { number: 1 } }";

const std::vector<Case>& Cases() {
  static const auto& cases = *new std::vector<Case>{
      {"a total of all time", kEver, true},
      {"the last weeks", kLately, false},
      {"a total since a clock",
       "compare { fact { fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM "
       "from_clock { clock: CLOCK_CONTRACT_START length { count: 30 unit: PERIOD_UNIT_DAY } } } } "
       "op: OPERATOR_GE values { number: 1 } }",
       true},
      {"a total that must stay small",
       "compare { fact { fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM } } "
       "op: OPERATOR_LT values { number: 10 } }",
       false},
      {"the sum of what may be negative",
       "compare { fact { fact: 'metric.temperature' window { aggregation: AGGREGATION_SUM } } "
       "op: OPERATOR_GE values { number: 10 } }",
       false},
      {"the highest ever",
       "compare { fact { fact: 'metric.temperature' window { aggregation: AGGREGATION_MAX } } "
       "op: OPERATOR_GT values { number: 10 } }",
       true},
      {"the mean of all time",
       "compare { fact { fact: 'metric.temperature' window { aggregation: AGGREGATION_MEAN } } "
       "op: OPERATOR_GT values { number: 10 } }",
       false},
      {"the latest value",
       "compare { fact { fact: 'account.employees' } op: OPERATOR_GE values { number: 10 } }",
       false},
      {"that it was ever measured", "known { fact: 'metric.interviews' }", true},
      {"that it was measured lately",
       "known { fact: 'metric.interviews' max_age { count: 30 unit: PERIOD_UNIT_DAY } }", false},
      {"not yet fewer than",
       "not { compare { fact { fact: 'metric.interviews' window { aggregation: AGGREGATION_COUNT "
       "} } op: OPERATOR_LT values { number: 3 } } }",
       true},
      {"sustained",
       "compare { fact { fact: 'metric.interviews' window { aggregation: "
       "AGGREGATION_SUM } } op: OPERATOR_GE values { number: 1 } sustained { bucket { "
       "count: 1 unit: PERIOD_UNIT_WEEK } buckets: 4 } }",
       false},
  };
  return cases;
}

TEST(CanOnlyBecomeTrue, TellsTotalsFromThePresent) {
  const rule::FactCatalog catalog = rule::TestCatalog();
  for (const Case& entry : Cases()) {
    EXPECT_EQ(CanOnlyBecomeTrue(rule::ParseCondition(entry.condition), catalog), entry.sticky)
        << entry.name;
  }
}

TEST(CanOnlyBecomeTrue, NeedsAllPartsToBeTotals) {
  const rule::FactCatalog catalog = rule::TestCatalog();
  const std::string ever = absl::StrCat("conditions { ", kEver, " }");
  const std::string lately = absl::StrCat("conditions { ", kLately, " }");
  for (const char* word : {"all", "any"}) {
    const auto both = rule::ParseCondition(absl::StrCat(word, " { ", ever, ever, " }"));
    const auto mixed = rule::ParseCondition(absl::StrCat(word, " { ", ever, lately, " }"));
    EXPECT_TRUE(CanOnlyBecomeTrue(both, catalog)) << word;
    EXPECT_FALSE(CanOnlyBecomeTrue(mixed, catalog)) << word;
    EXPECT_THAT(StickyReadings(mixed, catalog), ElementsAre("metric.interviews (sum) >= 10"));
  }
}

TEST(StickinessOf, LooksAtTheLevelsBelowOnALadder) {
  const rule::FactCatalog catalog = rule::TestCatalog();
  v1::StageModel model = MakeStageModel(v1::STAGE_MODEL_KIND_VALUE_LADDER, 3);
  *model.mutable_levels(0)->mutable_condition() = rule::ParseCondition(kEver);
  *model.mutable_levels(1)->mutable_condition() = rule::ParseCondition(kLately);
  *model.mutable_levels(2)->mutable_condition() = rule::ParseCondition(kEver);
  EXPECT_EQ(StickinessOf(model, 1, catalog), v1::STICKINESS_STICKY);
  EXPECT_EQ(StickinessOf(model, 2, catalog), v1::STICKINESS_CAN_FALL);
  // It falls with the level below it.
  EXPECT_EQ(StickinessOf(model, 3, catalog), v1::STICKINESS_CAN_FALL);
  model.set_kind(v1::STAGE_MODEL_KIND_PYRAMID);
  EXPECT_EQ(StickinessOf(model, 3, catalog), v1::STICKINESS_STICKY);
  model.mutable_levels(2)->add_required_levels("l2");
  EXPECT_EQ(StickinessOf(model, 3, catalog), v1::STICKINESS_CAN_FALL);
}

}  // namespace
}  // namespace banso::health

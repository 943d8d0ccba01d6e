#include <set>
#include <string>
#include <vector>

#include "common/calendar/period.h"
#include "common/rule/condition.h"
#include "common/rule/evaluate.h"
#include "common/rule/memory_fact_reader.h"
#include "common/rule/random_conditions.h"
#include "common/rule/test_facts.h"
#include "common/rule/value.h"
#include "gtest/gtest.h"

namespace banso::rule {
namespace {

using absl::CivilDay;
using type::v1::Comparison;
using type::v1::Condition;
using type::v1::Explanation;
using type::v1::Truth;

void CheckWellFormed(const Explanation& explanation) {
  EXPECT_NE(explanation.result(), type::v1::TRUTH_UNSPECIFIED);
  EXPECT_FALSE(explanation.rule().empty());
  EXPECT_EQ(explanation.unknown_because().empty(), explanation.result() != type::v1::TRUTH_UNKNOWN)
      << explanation.DebugString();
  for (const Explanation& part : explanation.parts()) CheckWellFormed(part);
}

TEST(EvaluateProperty, LearningNeverTurnsTrueIntoFalseOrBack) {
  constexpr unsigned kSeed = 20260430;
  RandomConditions generator(kSeed);
  const Moment moment = MomentOfRandomConditions();
  const FactCatalog catalog = TestCatalog();
  int decided = 0;
  int learned = 0;
  // What was read by conditions that learning decided.
  std::set<std::string> facts;
  std::set<type::v1::Aggregation> aggregations;
  for (int round = 0; round < 6000; ++round) {
    const Condition condition = generator.AnyCondition(3);
    const std::vector<FactRead> reads = Reads(condition, moment, catalog);
    Readings readings;
    for (const FactRead& read : reads) readings[Key(read)] = generator.AnyReading(read, 6);
    Explanation before = Evaluate(condition, moment, catalog, readings);
    for (int step = 0; step < 3; ++step) {
      for (const FactRead& read : reads) generator.Learn(read, &readings[Key(read)]);
      const Explanation after = Evaluate(condition, moment, catalog, readings);
      CheckWellFormed(after);
      if (before.result() == type::v1::TRUTH_UNKNOWN) {
        if (after.result() == type::v1::TRUTH_UNKNOWN) continue;
        ++learned;
        for (const FactRead& read : reads) {
          facts.insert(read.query.fact());
          aggregations.insert(read.query.aggregation());
        }
      } else {
        ++decided;
        ASSERT_EQ(after.result(), before.result())
            << "seed " << kSeed << " round " << round << ": " << Print(condition);
      }
      before = after;
    }
  }
  // The rounds are worth something only if both kinds occur often, with everything there is.
  EXPECT_GT(decided, 1000);
  EXPECT_GT(learned, 300);
  EXPECT_EQ(facts.size(), 7u);
  EXPECT_EQ(aggregations.size(), static_cast<size_t>(type::v1::Aggregation_ARRAYSIZE));
}

// The one exception, as the contract says: it asks for the learning itself.
TEST(EvaluateProperty, OnlyKnownTurnsWithLearning) {
  const Moment moment = MomentOfRandomConditions();
  const FactCatalog catalog = TestCatalog();
  Condition known;
  known.mutable_known()->set_fact("account.employees");
  Condition unknown;
  *unknown.mutable_not_() = known;
  MemoryFactReader reader;
  EXPECT_EQ(Evaluate(known, moment, catalog, reader)->result(), type::v1::TRUTH_FALSE);
  EXPECT_EQ(Evaluate(unknown, moment, catalog, reader)->result(), type::v1::TRUTH_TRUE);
  reader.Set(moment.account, "account.employees", NumberValue(3), moment.as_of);
  EXPECT_EQ(Evaluate(known, moment, catalog, reader)->result(), type::v1::TRUTH_TRUE);
  EXPECT_EQ(Evaluate(unknown, moment, catalog, reader)->result(), type::v1::TRUTH_FALSE);
}

TEST(EvaluateProperty, ARuleAndItsNegationAreOpposites) {
  constexpr unsigned kSeed = 7;
  RandomConditions generator(kSeed);
  const Moment moment = MomentOfRandomConditions();
  const FactCatalog catalog = TestCatalog();
  for (int round = 0; round < 1000; ++round) {
    const Condition condition = generator.AnyCondition(2);
    Condition negated;
    *negated.mutable_not_() = condition;
    Readings readings;
    for (const FactRead& read : Reads(condition, moment, catalog)) {
      readings[Key(read)] = generator.AnyReading(read, 4);
    }
    ASSERT_EQ(Evaluate(negated, moment, catalog, readings).result(),
              Not(Evaluate(condition, moment, catalog, readings).result()))
        << "seed " << kSeed << ": " << Print(condition);
  }
}

// What a counter has decided in an open window stays decided as days pass and values come in.
TEST(EvaluateProperty, AnOpenWindowOfACounterDecidesForGood) {
  constexpr unsigned kSeed = 42;
  RandomConditions generator(kSeed);
  const FactCatalog catalog = TestCatalog();
  int decided_early = 0;
  for (int round = 0; round < 300; ++round) {
    Condition condition;
    Comparison* comparison = condition.mutable_compare();
    comparison->mutable_fact()->set_fact("metric.interviews");
    auto* window = comparison->mutable_fact()->mutable_window();
    window->set_aggregation(type::v1::AGGREGATION_SUM);
    window->mutable_from_clock()->set_clock(type::v1::CLOCK_KICKOFF);
    *window->mutable_from_clock()->mutable_length() =
        calendar::MakePeriod(9, type::v1::PERIOD_UNIT_DAY);
    comparison->set_op(static_cast<type::v1::Operator>(1 + generator.Below(8)));
    *comparison->add_values() = NumberValue(generator.Below(10));

    Moment moment = MomentOfRandomConditions();
    MemoryFactReader reader;
    Truth last = type::v1::TRUTH_UNKNOWN;
    for (int day = 1; day <= 15; ++day) {
      if (generator.Below(2) == 0) {
        reader.Set(moment.account, "metric.interviews", NumberValue(generator.Below(4)),
                   NoonOf(CivilDay(2026, 4, day)));
      }
      moment.as_of = NoonOf(CivilDay(2026, 4, day)) + absl::Hours(1);
      const auto explanation = Evaluate(condition, moment, catalog, reader);
      ASSERT_TRUE(explanation.ok());
      if (last != type::v1::TRUTH_UNKNOWN) {
        ASSERT_EQ(explanation->result(), last)
            << "seed " << kSeed << " day " << day << ": " << Print(condition);
      }
      last = explanation->result();
      if (day < 10 && last != type::v1::TRUTH_UNKNOWN) ++decided_early;
    }
  }
  EXPECT_GT(decided_early, 100);
}

}  // namespace
}  // namespace banso::rule

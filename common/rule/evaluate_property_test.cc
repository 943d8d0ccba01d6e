#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/rule/condition.h"
#include "common/rule/evaluate.h"
#include "common/rule/memory_fact_reader.h"
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

const CivilDay kPropertyDay(2026, 4, 30);

// Makes random conditions over the test facts, `known` apart, and random readings for them.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  Condition AnyCondition(int depth) {
    Condition condition;
    const int kind = Below(depth > 0 ? 5 : 2);
    if (kind == 0) {
      *condition.mutable_compare() = AnyComparison("metric.interviews");
    } else if (kind == 1) {
      *condition.mutable_count()->mutable_each() = AnyComparison("metric.forms");
      condition.mutable_count()->set_op(AnyOperator());
      condition.mutable_count()->set_number(Below(4));
    } else if (kind == 2) {
      *condition.mutable_not_() = AnyCondition(depth - 1);
    } else {
      auto* list = kind == 3 ? condition.mutable_all() : condition.mutable_any();
      for (int i = 0; i <= Below(3); ++i) *list->add_conditions() = AnyCondition(depth - 1);
    }
    return condition;
  }

  // A reading that is unknown with the given chance in ten.
  fact::v1::FactReading AnyReading(const FactRead& read, int unknown_in_ten) {
    fact::v1::FactReading reading;
    reading.set_fact(read.query.fact());
    if (Below(10) < unknown_in_ten) {
      reading.set_unknown(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
      return reading;
    }
    *reading.mutable_value() = NumberValue(Below(5));
    for (int i = 0; read.query.per_object() && i < Below(5); ++i) {
      fact::v1::ObjectReading* object = reading.add_objects();
      object->set_object(absl::StrCat("form-", i));
      if (Below(10) >= unknown_in_ten) *object->mutable_value() = NumberValue(Below(5));
    }
    return reading;
  }

  // The same reading with some of its unknowns learned.
  void Learn(const FactRead& read, fact::v1::FactReading* reading) {
    if (!reading->has_value()) {
      if (Below(2) == 0) *reading = AnyReading(read, 3);
      return;
    }
    for (fact::v1::ObjectReading& object : *reading->mutable_objects()) {
      if (!object.has_value() && Below(2) == 0) *object.mutable_value() = NumberValue(Below(5));
    }
  }

 private:
  type::v1::Operator AnyOperator() { return static_cast<type::v1::Operator>(1 + Below(6)); }

  Comparison AnyComparison(const std::string& fact) {
    Comparison comparison;
    comparison.mutable_fact()->set_fact(fact);
    comparison.set_op(AnyOperator());
    *comparison.add_values() = NumberValue(Below(5));
    auto* window = comparison.mutable_fact()->mutable_window();
    switch (Below(4)) {
      case 0:
        comparison.mutable_fact()->clear_window();
        break;
      case 1:
        window->set_aggregation(type::v1::AGGREGATION_SUM);
        *window->mutable_trailing() = calendar::MakePeriod(7, type::v1::PERIOD_UNIT_DAY);
        break;
      case 2:
        window->set_aggregation(Below(2) == 0 ? type::v1::AGGREGATION_SUM
                                              : type::v1::AGGREGATION_MEAN);
        window->mutable_from_clock()->set_clock(Below(2) == 0 ? type::v1::CLOCK_KICKOFF
                                                              : type::v1::CLOCK_GO_LIVE);
        *window->mutable_from_clock()->mutable_length() =
            calendar::MakePeriod(10, type::v1::PERIOD_UNIT_DAY);
        break;
      default:
        window->set_aggregation(type::v1::AGGREGATION_COUNT);
        comparison.mutable_sustained()->set_buckets(1 + Below(3));
        *comparison.mutable_sustained()->mutable_bucket() =
            calendar::MakePeriod(1, type::v1::PERIOD_UNIT_WEEK);
    }
    return comparison;
  }

  std::mt19937 random_;
};

Moment TheMoment() {
  Moment moment;
  moment.as_of = NoonOf(kPropertyDay);
  moment.time_zone = "Asia/Tokyo";
  moment.account = "accounts/acme";
  // One window that is over and one that is open.
  moment.clocks[type::v1::CLOCK_KICKOFF] = CivilDay(2026, 4, 1);
  moment.clocks[type::v1::CLOCK_GO_LIVE] = CivilDay(2026, 4, 25);
  return moment;
}

void CheckWellFormed(const Explanation& explanation) {
  EXPECT_NE(explanation.result(), type::v1::TRUTH_UNSPECIFIED);
  EXPECT_FALSE(explanation.rule().empty());
  EXPECT_EQ(explanation.unknown_because().empty(), explanation.result() != type::v1::TRUTH_UNKNOWN)
      << explanation.DebugString();
  for (const Explanation& part : explanation.parts()) CheckWellFormed(part);
}

TEST(EvaluateProperty, LearningNeverTurnsTrueIntoFalseOrBack) {
  constexpr unsigned kSeed = 20260430;
  Generator generator(kSeed);
  const Moment moment = TheMoment();
  const FactCatalog catalog = TestCatalog();
  int decided = 0;
  int learned = 0;
  for (int round = 0; round < 3000; ++round) {
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
        learned += after.result() != type::v1::TRUTH_UNKNOWN ? 1 : 0;
      } else {
        ++decided;
        ASSERT_EQ(after.result(), before.result())
            << "seed " << kSeed << " round " << round << ": " << Print(condition);
      }
      before = after;
    }
  }
  // The rounds are worth something only if both kinds occur often.
  EXPECT_GT(decided, 1000);
  EXPECT_GT(learned, 300);
}

TEST(EvaluateProperty, ARuleAndItsNegationAreOpposites) {
  constexpr unsigned kSeed = 7;
  Generator generator(kSeed);
  const Moment moment = TheMoment();
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
  Generator generator(kSeed);
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

    Moment moment = TheMoment();
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

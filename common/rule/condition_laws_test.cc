// Laws that every condition keeps, whatever it says.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/rule/evaluate.h"
#include "common/rule/random_conditions.h"
#include "common/rule/test_facts.h"
#include "common/rule/value.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::rule::condition_laws {
namespace {

using ::banso::testing::IsOk;
using type::v1::Condition;
using type::v1::Operator;
using type::v1::Truth;
using type::v1::TRUTH_FALSE;
using type::v1::TRUTH_TRUE;
using type::v1::TRUTH_UNKNOWN;

constexpr int kRounds = 2000;
constexpr int kUnknownInTen = 4;

Truth ResultOf(const Condition& condition, const Readings& readings) {
  static const FactCatalog catalog = TestCatalog();
  static const Moment moment = MomentOfRandomConditions();
  return Evaluate(condition, moment, catalog, readings).result();
}

Condition Negation(const Condition& condition) {
  Condition negation;
  *negation.mutable_not_() = condition;
  return negation;
}

Condition All(const std::vector<Condition>& parts) {
  Condition all;
  all.mutable_all()->mutable_conditions()->Assign(parts.begin(), parts.end());
  return all;
}

Condition Any(const std::vector<Condition>& parts) {
  Condition any;
  any.mutable_any()->mutable_conditions()->Assign(parts.begin(), parts.end());
  return any;
}

bool Holds(double number, Operator op, double other) {
  switch (op) {
    case type::v1::OPERATOR_EQ:
      return number == other;
    case type::v1::OPERATOR_NE:
      return number != other;
    case type::v1::OPERATOR_LT:
      return number < other;
    case type::v1::OPERATOR_LE:
      return number <= other;
    case type::v1::OPERATOR_GT:
      return number > other;
    default:
      return number >= other;
  }
}

// True or false when it is that for every number from `low` to `high`.
Truth HoldsForAll(int low, int high, Operator op, int other) {
  int holding = 0;
  for (int number = low; number <= high; ++number) holding += Holds(number, op, other) ? 1 : 0;
  return holding == high - low + 1 ? TRUTH_TRUE : holding == 0 ? TRUTH_FALSE : TRUTH_UNKNOWN;
}

// How often each result came out: a law that only ever saw one of them says little.
class Outcomes {
 public:
  void Note(Truth result) { ++count_[result]; }
  void ExpectAll(int at_least) {
    for (const Truth result : {TRUTH_TRUE, TRUTH_FALSE, TRUTH_UNKNOWN}) {
      EXPECT_GE(count_[result], at_least) << type::v1::Truth_Name(result);
    }
  }

 private:
  std::map<Truth, int> count_;
};

TEST(ConditionLaws, DeMorganHoldsInThreeValues) {
  constexpr unsigned kSeed = 1847;
  RandomConditions random(kSeed);
  Outcomes outcomes;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Condition> parts;
    std::vector<Condition> negations;
    for (int i = 0; i <= random.Below(4); ++i) {
      parts.push_back(random.AnyCondition(2));
      negations.push_back(Negation(parts.back()));
    }
    const Readings readings = random.AnyReadings(All(parts), kUnknownInTen);
    const Truth none = ResultOf(Negation(All(parts)), readings);
    outcomes.Note(none);
    ASSERT_EQ(none, ResultOf(Any(negations), readings))
        << "seed " << kSeed << " round " << round << ": " << Print(All(parts));
    ASSERT_EQ(ResultOf(Negation(Any(parts)), readings), ResultOf(All(negations), readings))
        << "seed " << kSeed << " round " << round << ": " << Print(Any(parts));
  }
  outcomes.ExpectAll(kRounds / 20);
}

TEST(ConditionLaws, ADoubleNegationSaysTheSame) {
  constexpr unsigned kSeed = 1910;
  RandomConditions random(kSeed);
  Outcomes outcomes;
  for (int round = 0; round < kRounds; ++round) {
    const Condition condition = random.AnyCondition(3);
    const Readings readings = random.AnyReadings(condition, kUnknownInTen);
    const Truth result = ResultOf(condition, readings);
    outcomes.Note(result);
    ASSERT_EQ(ResultOf(Negation(Negation(condition)), readings), result)
        << "seed " << kSeed << " round " << round << ": " << Print(condition);
  }
  outcomes.ExpectAll(kRounds / 20);
}

TEST(ConditionLaws, TheOrderOfPartsAndTheirRepetitionDoNotMatter) {
  constexpr unsigned kSeed = 1854;
  RandomConditions random(kSeed);
  for (int round = 0; round < kRounds; ++round) {
    const Condition a = random.AnyCondition(2);
    const Condition b = random.AnyCondition(2);
    const Readings readings = random.AnyReadings(All({a, b}), kUnknownInTen);
    for (const auto& combine : {All, Any}) {
      const Truth result = ResultOf(combine({a, b}), readings);
      ASSERT_EQ(ResultOf(combine({b, a}), readings), result)
          << "seed " << kSeed << " round " << round << ": " << Print(combine({a, b}));
      ASSERT_EQ(ResultOf(combine({a, b, a}), readings), result)
          << "seed " << kSeed << " round " << round << ": " << Print(combine({a, b}));
    }
  }
}

// By the definition: in each of the last so many buckets, where one without data is unknown.
TEST(ConditionLaws, SustainedIsTheConjunctionOfItsBuckets) {
  constexpr unsigned kSeed = 52;
  RandomConditions random(kSeed);
  Outcomes outcomes;
  for (int round = 0; round < kRounds; ++round) {
    Condition condition;
    auto* comparison = condition.mutable_compare();
    comparison->mutable_fact()->set_fact("metric.temperature");
    comparison->mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    comparison->set_op(random.AnyOperator());
    const int number = random.Below(5);
    *comparison->add_values() = NumberValue(number);
    comparison->mutable_sustained()->set_buckets(1 + random.Below(6));
    *comparison->mutable_sustained()->mutable_bucket() =
        calendar::MakePeriod(1 + random.Below(3), type::v1::PERIOD_UNIT_WEEK);

    const std::vector<FactRead> reads = Reads(condition, MomentOfRandomConditions(), TestCatalog());
    ASSERT_EQ(static_cast<int>(reads.size()), comparison->sustained().buckets());
    Readings readings;
    Truth expected = TRUTH_TRUE;
    for (const FactRead& read : reads) {
      const fact::v1::FactReading reading = random.AnyReading(read, random.Below(4));
      const Truth bucket = !reading.has_value() ? TRUTH_UNKNOWN
                           : Holds(reading.value().number(), comparison->op(), number)
                               ? TRUTH_TRUE
                               : TRUTH_FALSE;
      expected = bucket == TRUTH_FALSE || expected == TRUTH_FALSE       ? TRUTH_FALSE
                 : bucket == TRUTH_UNKNOWN || expected == TRUTH_UNKNOWN ? TRUTH_UNKNOWN
                                                                        : TRUTH_TRUE;
      readings[Key(read)] = reading;
    }
    outcomes.Note(expected);
    ASSERT_EQ(ResultOf(condition, readings), expected)
        << "seed " << kSeed << " round " << round << ": " << Print(condition);
  }
  outcomes.ExpectAll(kRounds / 20);
}

// By the definition: the number of objects for which the comparison holds, where unknown ones may
// come out either way, and days that are not known may bring further ones.
TEST(ConditionLaws, ACountIsDecidedWhenUnknownObjectsCannotChangeIt) {
  constexpr unsigned kSeed = 100;
  // More than any number that is compared with.
  constexpr int kMany = 20;
  RandomConditions random(kSeed);
  Outcomes outcomes;
  for (int round = 0; round < kRounds; ++round) {
    Condition condition;
    auto* count = condition.mutable_count();
    auto* each = count->mutable_each();
    each->mutable_fact()->set_fact("metric.forms");
    each->set_op(random.AnyOperator());
    const int number = random.Below(5);
    *each->add_values() = NumberValue(number);
    count->set_op(random.AnyOperator());
    count->set_number(random.Below(5));

    const Readings readings = random.AnyReadings(condition, random.Below(5));
    ASSERT_EQ(readings.size(), 1u);
    const fact::v1::FactReading& reading = readings.begin()->second;
    int holding = 0;
    int unknown = reading.has_value() ? 0 : kMany;
    for (const fact::v1::ObjectReading& object : reading.objects()) {
      if (!object.has_value()) {
        ++unknown;
      } else if (Holds(object.value().number(), each->op(), number)) {
        ++holding;
      }
    }
    const Truth expected = HoldsForAll(holding, holding + unknown, count->op(), count->number());
    outcomes.Note(expected);
    ASSERT_EQ(ResultOf(condition, readings), expected)
        << "seed " << kSeed << " round " << round << ": " << Print(condition) << " of "
        << reading.ShortDebugString();
  }
  outcomes.ExpectAll(kRounds / 20);
}

bool IsBalanced(const std::string& text) {
  int open = 0;
  for (const char c : text) {
    open += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (open < 0) return false;
  }
  return open == 0;
}

TEST(ConditionLaws, WhatIsPrintedIsOneLineThatSaysEverything) {
  constexpr unsigned kSeed = 3;
  RandomConditions random(kSeed);
  std::map<std::string, Condition> printed;
  int alike = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Condition condition = random.AnyCondition(random.Below(4));
    const std::string text = Print(condition);
    ASSERT_FALSE(text.empty());
    ASSERT_TRUE(IsBalanced(text)) << "seed " << kSeed << " round " << round << ": " << text;
    for (const char* never : {"\n", "UNSPECIFIED", "AGGREGATION_", "OPERATOR_", "CLOCK_"}) {
      ASSERT_FALSE(absl::StrContains(text, never)) << text;
    }
    for (const std::string& fact : FactsOf(condition)) {
      ASSERT_TRUE(absl::StrContains(text, fact)) << text;
    }
    // Two that read alike mean the same.
    const auto [found, is_new] = printed.emplace(text, condition);
    if (is_new) continue;
    ++alike;
    const Readings readings = random.AnyReadings(All({condition, found->second}), kUnknownInTen);
    ASSERT_EQ(ResultOf(condition, readings), ResultOf(found->second, readings))
        << "seed " << kSeed << " round " << round << ": " << text;
  }
  EXPECT_GT(alike, 20);
}

// What may be wrong with the one comparison of a condition, and the path of the part at fault.
struct Fault {
  const char* field;
  std::function<void(type::v1::Comparison*)> make;
};

const std::vector<Fault>& Faults() {
  static const auto& faults = *new std::vector<Fault>{
      {"fact.fact",
       [](type::v1::Comparison* c) { c->mutable_fact()->set_fact("metric.nobody_owns_it"); }},
      {"op", [](type::v1::Comparison* c) { c->set_op(type::v1::OPERATOR_UNSPECIFIED); }},
      {"values", [](type::v1::Comparison* c) { c->clear_values(); }},
      {"values[0]",
       [](type::v1::Comparison* c) {
         *c->mutable_values(0) = c->values(0).has_number() ? TextValue("two") : NumberValue(2);
       }},
  };
  return faults;
}

// The first comparison in the condition, and where it is.
type::v1::Comparison* FirstComparison(Condition* condition, std::string* path) {
  while (true) {
    if (condition->has_compare()) {
      absl::StrAppend(path, ".compare");
      return condition->mutable_compare();
    }
    if (condition->has_count()) {
      absl::StrAppend(path, ".count.each");
      return condition->mutable_count()->mutable_each();
    }
    if (condition->has_not_()) {
      absl::StrAppend(path, ".not");
      condition = condition->mutable_not_();
      continue;
    }
    absl::StrAppend(path, condition->has_all() ? ".all" : ".any", ".conditions[0]");
    auto* list = condition->has_all() ? condition->mutable_all() : condition->mutable_any();
    condition = list->mutable_conditions(0);
  }
}

TEST(ConditionLaws, TheStaticCheckTakesWhatIsSoundAndNamesTheOneFault) {
  constexpr unsigned kSeed = 8;
  RandomConditions random(kSeed);
  const FactCatalog catalog = TestCatalog();
  for (int round = 0; round < kRounds; ++round) {
    Condition condition = random.AnyCondition(3);
    ASSERT_THAT(CheckCondition(condition, catalog, "rule"), IsOk())
        << "seed " << kSeed << " round " << round << ": " << Print(condition);
    std::string path = "rule";
    type::v1::Comparison* comparison = FirstComparison(&condition, &path);
    const Fault& fault = Faults()[static_cast<size_t>(random.Below(4))];
    fault.make(comparison);
    const auto violations = contract::FieldViolations(CheckCondition(condition, catalog, "rule"));
    ASSERT_EQ(violations.size(), 1u) << "seed " << kSeed << " round " << round << ": " << path
                                     << "." << fault.field << " of " << Print(condition);
    ASSERT_TRUE(absl::StartsWith(violations[0].field, absl::StrCat(path, ".", fault.field)))
        << "seed " << kSeed << " round " << round << ": " << violations[0].field << " instead of "
        << path << "." << fault.field;
    // What is refused is evaluated nevertheless: it is unknown, not a fault of the program.
    const Truth result = ResultOf(condition, random.AnyReadings(condition, 0));
    ASSERT_NE(result, type::v1::TRUTH_UNSPECIFIED);
  }
}

}  // namespace
}  // namespace banso::rule::condition_laws

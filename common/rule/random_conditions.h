#ifndef BANSO_COMMON_RULE_RANDOM_CONDITIONS_H_
#define BANSO_COMMON_RULE_RANDOM_CONDITIONS_H_

#include <random>
#include <string>

#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "common/rule/evaluate.h"

namespace banso::rule {

// Makes random conditions over the test facts, `known` apart, and random readings for them: the
// same ones for the same seed.
class RandomConditions {
 public:
  explicit RandomConditions(unsigned seed) : random_(seed) {}

  // A number from 0 to `n` - 1.
  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  // At most `depth` levels of not, all and any.
  type::v1::Condition AnyCondition(int depth);
  // EQ to GE.
  type::v1::Operator AnyOperator();
  // Of one of the test facts, of any type: with and without a window, of every aggregation that the
  // type has, over days, from a clock on or without limit; sometimes sustained, or with a greatest
  // age. CheckCondition accepts it.
  type::v1::Comparison AnyComparison(const std::string& fact);

  // A reading that is unknown with the given chance in ten; so is each of its objects. Of some it
  // is not said how old they are.
  fact::v1::FactReading AnyReading(const FactRead& read, int unknown_in_ten);
  // Readings for all that the condition reads.
  Readings AnyReadings(const type::v1::Condition& condition, int unknown_in_ten);
  // The same reading with some of its unknowns learned, of what it says and of how old it is.
  void Learn(const FactRead& read, fact::v1::FactReading* reading);

 private:
  type::v1::Window AnyWindow(type::v1::ValueType type);
  type::v1::Aggregation AnyAggregation(type::v1::ValueType type);
  // Of the type, such as readings of the fact have it.
  type::v1::Value AnyValue(type::v1::ValueType type, const fact::v1::FactType& fact);
  // An operator that the type has, and as many values as it takes.
  void SetOperatorAndValues(type::v1::ValueType type, const fact::v1::FactType& fact,
                            type::v1::Comparison* comparison);
  void SetAge(fact::v1::FactReading* reading);

  std::mt19937 random_;
};

// The moment for which they are meant: with one window that is over and one that is open.
Moment MomentOfRandomConditions();

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_RANDOM_CONDITIONS_H_

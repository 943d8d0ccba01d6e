#ifndef BANSO_COMMON_RULE_COMPARE_H_
#define BANSO_COMMON_RULE_COMPARE_H_

#include <optional>

#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/value.pb.h"
#include "common/rule/reading.h"

// Three-valued comparisons. Used by evaluate.cc alone.
namespace banso::rule {

// Compares a number of which only the range [low, high] is known: true or false when that holds for
// every number of the range, else unknown.
type::v1::Truth CompareRange(double low, double high, type::v1::Operator op, double number);

// Compares a reading's value (absent: unknown) with the values of the comparison. In an open window
// the value of a counter is a lower bound, and any other value says nothing yet.
type::v1::Truth CompareResolved(const std::optional<type::v1::Value>& value,
                                const Resolved& resolved, const type::v1::Comparison& comparison);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_COMPARE_H_

#include "common/rule/compare.h"

#include <algorithm>
#include <limits>
#include <string>

#include "absl/time/civil_time.h"
#include "common/calendar/proto_time.h"
#include "common/rule/evaluate.h"
#include "common/rule/value.h"

namespace banso::rule {
namespace {

using type::v1::Comparison;
using type::v1::Operator;
using type::v1::Truth;
using type::v1::TRUTH_FALSE;
using type::v1::TRUTH_TRUE;
using type::v1::TRUTH_UNKNOWN;
using type::v1::Value;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Truth TruthOf(bool holds) { return holds ? TRUTH_TRUE : TRUTH_FALSE; }

// The place of a number or date on one line, so that both compare alike.
std::optional<double> Ordinal(const Value& value) {
  if (value.has_number()) return value.number();
  if (value.has_date()) {
    return static_cast<double>(calendar::ToDay(value.date()) - absl::CivilDay(1970, 1, 1));
  }
  return std::nullopt;
}

bool ShareAMember(const Value& set, const Value& words) {
  const auto contains = [&](const std::string& word) {
    return std::find(set.text_set().items().begin(), set.text_set().items().end(), word) !=
           set.text_set().items().end();
  };
  if (words.has_text()) return contains(words.text());
  return std::any_of(words.text_set().items().begin(), words.text_set().items().end(), contains);
}

// Compares a known value with one value.
Truth CompareOne(const Value& value, bool may_grow, Operator op, const Value& with) {
  if (value.has_text_set() && op == type::v1::OPERATOR_IN) {
    const bool words = with.has_text() || with.has_text_set();
    return words ? TruthOf(ShareAMember(value, with)) : TRUTH_UNKNOWN;
  }
  if (value.kind_case() != with.kind_case()) return TRUTH_UNKNOWN;
  if (op == type::v1::OPERATOR_IN) op = type::v1::OPERATOR_EQ;
  const std::optional<double> low = Ordinal(value);
  if (low.has_value()) return CompareRange(*low, may_grow ? kInfinity : *low, op, *Ordinal(with));
  if (op == type::v1::OPERATOR_EQ) return TruthOf(Equal(value, with));
  if (op == type::v1::OPERATOR_NE) return TruthOf(!Equal(value, with));
  return TRUTH_UNKNOWN;
}

// Compares a known value with the values of a comparison. `may_grow`: the value, a number, is only
// a lower bound.
Truth Compare(const Value& value, bool may_grow, const Comparison& comparison) {
  const Operator op = comparison.op();
  if (op == type::v1::OPERATOR_IN || op == type::v1::OPERATOR_NOT_IN) {
    Truth any = TRUTH_FALSE;
    for (const Value& with : comparison.values()) {
      any = Or(any, CompareOne(value, may_grow, type::v1::OPERATOR_IN, with));
    }
    return op == type::v1::OPERATOR_IN ? any : Not(any);
  }
  if (comparison.values_size() != 1) return TRUTH_UNKNOWN;
  return CompareOne(value, may_grow, op, comparison.values(0));
}

// True if what was counted in an open window can only become more.
bool OnlyGrows(const Resolved& resolved) {
  if (resolved.type == nullptr || !resolved.type->counter()) return false;
  switch (resolved.ref->window().aggregation()) {
    case type::v1::AGGREGATION_SUM:
    case type::v1::AGGREGATION_COUNT:
    case type::v1::AGGREGATION_DISTINCT_USERS:
      return true;
    default:
      return false;
  }
}

}  // namespace

Truth And(Truth a, Truth b) {
  if (a == TRUTH_FALSE || b == TRUTH_FALSE) return TRUTH_FALSE;
  return a == TRUTH_TRUE && b == TRUTH_TRUE ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

Truth Or(Truth a, Truth b) { return Not(And(Not(a), Not(b))); }

Truth Not(Truth a) {
  if (a == TRUTH_TRUE) return TRUTH_FALSE;
  return a == TRUTH_FALSE ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

Truth CompareRange(double low, double high, Operator op, double number) {
  switch (op) {
    case type::v1::OPERATOR_EQ:
      if (low == high && low == number) return TRUTH_TRUE;
      return number < low || number > high ? TRUTH_FALSE : TRUTH_UNKNOWN;
    case type::v1::OPERATOR_NE:
      return Not(CompareRange(low, high, type::v1::OPERATOR_EQ, number));
    case type::v1::OPERATOR_LT:
      if (high < number) return TRUTH_TRUE;
      return low >= number ? TRUTH_FALSE : TRUTH_UNKNOWN;
    case type::v1::OPERATOR_LE:
      if (high <= number) return TRUTH_TRUE;
      return low > number ? TRUTH_FALSE : TRUTH_UNKNOWN;
    case type::v1::OPERATOR_GT:
      return Not(CompareRange(low, high, type::v1::OPERATOR_LE, number));
    case type::v1::OPERATOR_GE:
      return Not(CompareRange(low, high, type::v1::OPERATOR_LT, number));
    default:
      return TRUTH_UNKNOWN;
  }
}

Truth CompareResolved(const std::optional<Value>& value, const Resolved& resolved,
                      const Comparison& comparison) {
  if (!value.has_value()) return TRUTH_UNKNOWN;
  if (resolved.open && !OnlyGrows(resolved)) return TRUTH_UNKNOWN;
  return Compare(*value, resolved.open, comparison);
}

}  // namespace banso::rule

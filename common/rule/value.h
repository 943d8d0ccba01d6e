#ifndef BANSO_COMMON_RULE_VALUE_H_
#define BANSO_COMMON_RULE_VALUE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "banso/type/v1/value.pb.h"

// Making, comparing and printing the values of facts.
namespace banso::rule {

type::v1::Value NumberValue(double number);
type::v1::Value TextValue(absl::string_view text);
type::v1::Value FlagValue(bool flag);
type::v1::Value DateValue(absl::CivilDay day);
type::v1::Value TextSetValue(const std::vector<std::string>& items);

// The type of a value; UNSPECIFIED when no kind is set.
type::v1::ValueType TypeOf(const type::v1::Value& value);

// `number`, `text`, `yes or no`, `date`, `set of words`.
std::string TypeText(type::v1::ValueType type);

// True when both are of one type and equal; sets are equal when they have the same members, in any
// order. Two values without a kind are equal. NaN equals nothing.
bool Equal(const type::v1::Value& a, const type::v1::Value& b);

// True unless the value is the number 0, `false`, an empty text or set, or has no kind: what "a
// value other than zero" means in Aggregation.
bool IsNonZero(const type::v1::Value& value);

// The value in one line: `2`, `0.5`, `"SMB"`, `yes`, `no`, `2026-04-01`, `{"a", "b"}`. Numbers are
// as short as their exact value allows.
std::string ValueText(const type::v1::Value& value);
std::string NumberText(double number);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_VALUE_H_

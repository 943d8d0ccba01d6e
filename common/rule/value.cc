#include "common/rule/value.h"

#include <charconv>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/proto_time.h"

namespace banso::rule {

using type::v1::Value;

namespace {

std::set<std::string> Members(const type::v1::TextSet& text_set) {
  return {text_set.items().begin(), text_set.items().end()};
}

std::string Quoted(absl::string_view text) { return absl::StrCat("\"", text, "\""); }

}  // namespace

Value NumberValue(double number) {
  Value value;
  value.set_number(number);
  return value;
}

Value TextValue(absl::string_view text) {
  Value value;
  value.set_text(std::string(text));
  return value;
}

Value FlagValue(bool flag) {
  Value value;
  value.set_flag(flag);
  return value;
}

Value DateValue(absl::CivilDay day) {
  Value value;
  *value.mutable_date() = calendar::ToDate(day);
  return value;
}

Value TextSetValue(const std::vector<std::string>& items) {
  Value value;
  for (const std::string& item : items) value.mutable_text_set()->add_items(item);
  if (items.empty()) value.mutable_text_set();
  return value;
}

type::v1::ValueType TypeOf(const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumber:
      return type::v1::VALUE_TYPE_NUMBER;
    case Value::kText:
      return type::v1::VALUE_TYPE_TEXT;
    case Value::kFlag:
      return type::v1::VALUE_TYPE_FLAG;
    case Value::kDate:
      return type::v1::VALUE_TYPE_DATE;
    case Value::kTextSet:
      return type::v1::VALUE_TYPE_TEXT_SET;
    case Value::KIND_NOT_SET:
      break;
  }
  return type::v1::VALUE_TYPE_UNSPECIFIED;
}

std::string TypeText(type::v1::ValueType type) {
  switch (type) {
    case type::v1::VALUE_TYPE_NUMBER:
      return "number";
    case type::v1::VALUE_TYPE_TEXT:
      return "text";
    case type::v1::VALUE_TYPE_FLAG:
      return "yes or no";
    case type::v1::VALUE_TYPE_DATE:
      return "date";
    case type::v1::VALUE_TYPE_TEXT_SET:
      return "set of words";
    default:
      return "nothing";
  }
}

bool Equal(const Value& a, const Value& b) {
  if (a.kind_case() != b.kind_case()) return false;
  switch (a.kind_case()) {
    case Value::kNumber:
      return a.number() == b.number();
    case Value::kText:
      return a.text() == b.text();
    case Value::kFlag:
      return a.flag() == b.flag();
    case Value::kDate:
      return calendar::ToDay(a.date()) == calendar::ToDay(b.date());
    case Value::kTextSet:
      return Members(a.text_set()) == Members(b.text_set());
    case Value::KIND_NOT_SET:
      break;
  }
  return true;
}

bool IsNonZero(const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumber:
      return value.number() != 0;
    case Value::kText:
      return !value.text().empty();
    case Value::kFlag:
      return value.flag();
    case Value::kDate:
      return true;
    case Value::kTextSet:
      return value.text_set().items_size() > 0;
    case Value::KIND_NOT_SET:
      break;
  }
  return false;
}

std::string NumberText(double number) {
  // Whole numbers are printed in full as far as a double holds them exactly (2^53).
  if (std::trunc(number) == number && std::abs(number) < 9007199254740992.0) {
    return absl::StrCat(static_cast<int64_t>(number));
  }
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), number);
  return std::string(buffer, result.ptr);
}

std::string ValueText(const Value& value) {
  switch (value.kind_case()) {
    case Value::kNumber:
      return NumberText(value.number());
    case Value::kText:
      return Quoted(value.text());
    case Value::kFlag:
      return value.flag() ? "yes" : "no";
    case Value::kDate:
      return calendar::DayText(value.date());
    case Value::kTextSet:
      return absl::StrCat("{",
                          absl::StrJoin(Members(value.text_set()), ", ",
                                        [](std::string* out, const std::string& item) {
                                          absl::StrAppend(out, Quoted(item));
                                        }),
                          "}");
    case Value::KIND_NOT_SET:
      break;
  }
  return "nothing";
}

}  // namespace banso::rule

#include "services/accounts/domain/classification/fact_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"

namespace banso::accounts {
namespace {

using type::v1::Condition;
using type::v1::Value;
using Values = std::vector<std::optional<Value>>;

// Which numbers a fact can be; the bounds are those of the account's and the deal's fields.
struct NumberRange {
  const char* fact;
  double min;
  double max;
};
constexpr NumberRange kWholeNumbers[] = {
    {"account.employees", 0, 1e7},
    {"account.expected_users", 0, 1e7},
    {"account.purchase.departments", 0, 1e5},
    {"account.purchase.product_count", 1, 50},
    {"account.recurring_revenue", -9e15, 9e15},
    {"account.sites", 0, 1e5},
    {"deal.amount", -9e15, 9e15},
    {"deal.product_count", 1, 150},
};

// Facts that every account has.
constexpr const char* kAlwaysKnown[] = {"account.language", "account.lifecycle_stage"};

template <typename Visit>
void ForEachConstant(const std::vector<const Condition*>& uses, Visit visit) {
  for (const Condition* use : uses) {
    if (!use->has_compare()) continue;
    for (const Value& value : use->compare().values()) visit(value);
  }
}

std::vector<double> WholeNumbers(const std::set<double>& constants, const NumberRange& range) {
  std::set<double> numbers;
  for (const double constant : constants) {
    const double below = std::floor(constant);
    for (const double number : {below - 1, below, below + 1, below + 2}) {
      if (number >= range.min && number <= range.max) numbers.insert(number);
    }
  }
  if (numbers.empty()) numbers.insert(std::max(range.min, std::min(range.max, 0.0)));
  return {numbers.begin(), numbers.end()};
}

std::vector<double> RealNumbers(const std::set<double>& constants) {
  if (constants.empty()) return {0};
  std::vector<double> numbers = {*constants.begin() - 1};
  for (auto it = constants.begin(); it != constants.end(); ++it) {
    numbers.push_back(*it);
    const auto next = std::next(it);
    numbers.push_back(next == constants.end() ? *it + 1 : *it + (*next - *it) / 2);
  }
  return numbers;
}

Values Numbers(const fact::v1::FactType& type, const std::vector<const Condition*>& uses) {
  std::set<double> constants;
  ForEachConstant(uses, [&](const Value& value) { constants.insert(value.number()); });
  const auto* range =
      std::find_if(std::begin(kWholeNumbers), std::end(kWholeNumbers),
                   [&](const NumberRange& range) { return type.name() == range.fact; });
  std::vector<double> numbers =
      range == std::end(kWholeNumbers) ? RealNumbers(constants) : WholeNumbers(constants, *range);
  // What is below zero makes the poorer example.
  std::stable_partition(numbers.begin(), numbers.end(), [](double number) { return number >= 0; });
  Values values;
  for (const double number : numbers) values.emplace_back(rule::NumberValue(number));
  return values;
}

Values Dates(const std::vector<const Condition*>& uses) {
  std::set<absl::CivilDay> days;
  ForEachConstant(uses, [&](const Value& value) {
    const absl::CivilDay day = calendar::ToDay(value.date());
    for (int offset = -1; offset <= 1; ++offset) days.insert(day + offset);
  });
  if (days.empty()) days.insert(absl::CivilDay(2026, 1, 1));
  Values values;
  for (const absl::CivilDay day : days) values.emplace_back(rule::DateValue(day));
  return values;
}

// A word that is none of these.
std::string OtherWord(const std::set<std::string>& words) {
  std::string other = "other";
  for (int i = 2; words.contains(other); ++i) other = absl::StrCat("other_", i);
  return other;
}

Values Texts(const fact::v1::FactType& type, const std::vector<const Condition*>& uses) {
  std::set<std::string> words;
  ForEachConstant(uses, [&](const Value& value) { words.insert(value.text()); });
  if (type.values_size() > 0) {
    words.clear();
    words.insert(type.values().begin(), type.values().end());
  } else {
    words.insert(OtherWord(words));
  }
  Values values;
  for (const std::string& word : words) values.emplace_back(rule::TextValue(word));
  return values;
}

// The words that comparisons of a set name.
std::set<std::string> WordsNamed(const std::vector<const Condition*>& uses) {
  std::set<std::string> named;
  ForEachConstant(uses, [&](const Value& value) {
    if (value.has_text()) named.insert(value.text());
    named.insert(value.text_set().items().begin(), value.text_set().items().end());
  });
  return named;
}

}  // namespace

std::vector<std::string> WordsOf(const std::vector<const Condition*>& uses) {
  const std::set<std::string> named = WordsNamed(uses);
  std::vector<std::string> words(named.begin(), named.end());
  words.push_back(OtherWord(named));
  return words;
}

Values TellingValues(const fact::v1::FactType& type, const std::vector<const Condition*>& uses) {
  Values values;
  switch (type.value_type()) {
    case type::v1::VALUE_TYPE_NUMBER:
      values = Numbers(type, uses);
      break;
    case type::v1::VALUE_TYPE_DATE:
      values = Dates(uses);
      break;
    case type::v1::VALUE_TYPE_TEXT:
      values = Texts(type, uses);
      break;
    case type::v1::VALUE_TYPE_FLAG:
      values = Values{rule::FlagValue(true), rule::FlagValue(false)};
      break;
    default:
      break;
  }
  const bool always_known = std::find(std::begin(kAlwaysKnown), std::end(kAlwaysKnown),
                                      type.name()) != std::end(kAlwaysKnown);
  if (!always_known) values.emplace_back(std::nullopt);
  return values;
}

}  // namespace banso::accounts

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/value.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/rule/value.h"

namespace banso::rule {
namespace {

using contract::Violations;
using fact::v1::FactType;
using type::v1::Comparison;
using type::v1::Condition;
using type::v1::ConditionList;
using type::v1::FactRef;
using type::v1::ObjectCount;
using type::v1::Operator;
using type::v1::Sustained;
using type::v1::Value;
using type::v1::ValueType;
using type::v1::Window;

constexpr int kMaxListedValues = 100;
constexpr int kMaxPeriod = 10000;

std::string Join(absl::string_view path, absl::string_view field) {
  return path.empty() ? std::string(field) : absl::StrCat(path, ".", field);
}

std::string Item(absl::string_view path, absl::string_view field, int index) {
  return absl::StrCat(Join(path, field), "[", index, "]");
}

std::string DidYouMean(const std::optional<std::string>& word) {
  return word.has_value() ? absl::StrCat("; did you mean ", *word, "?") : "";
}

bool IsOrdering(Operator op) {
  return op == type::v1::OPERATOR_LT || op == type::v1::OPERATOR_LE ||
         op == type::v1::OPERATOR_GT || op == type::v1::OPERATOR_GE;
}

bool IsMembership(Operator op) {
  return op == type::v1::OPERATOR_IN || op == type::v1::OPERATOR_NOT_IN;
}

bool IsEquality(Operator op) { return op == type::v1::OPERATOR_EQ || op == type::v1::OPERATOR_NE; }

bool IsOperatorOf(Operator op, ValueType type) {
  switch (type) {
    case type::v1::VALUE_TYPE_NUMBER:
    case type::v1::VALUE_TYPE_DATE:
      return IsEquality(op) || IsOrdering(op) || IsMembership(op);
    case type::v1::VALUE_TYPE_TEXT:
    case type::v1::VALUE_TYPE_TEXT_SET:
      return IsEquality(op) || IsMembership(op);
    case type::v1::VALUE_TYPE_FLAG:
      return IsEquality(op);
    default:
      return false;
  }
}

std::string OperatorsOf(ValueType type) {
  switch (type) {
    case type::v1::VALUE_TYPE_NUMBER:
    case type::v1::VALUE_TYPE_DATE:
      return "EQ, NE, LT, LE, GT, GE, IN or NOT_IN";
    case type::v1::VALUE_TYPE_FLAG:
      return "EQ or NE";
    default:
      return "EQ, NE, IN or NOT_IN";
  }
}

bool IsAggregationOf(type::v1::Aggregation aggregation, ValueType type) {
  switch (aggregation) {
    case type::v1::AGGREGATION_LATEST:
    case type::v1::AGGREGATION_COUNT:
      return true;
    case type::v1::AGGREGATION_DISTINCT_USERS:
    case type::v1::AGGREGATION_DAYS_SINCE_LAST:
    case type::v1::AGGREGATION_ACTIVE_WEEKS:
      return type == type::v1::VALUE_TYPE_NUMBER || type == type::v1::VALUE_TYPE_FLAG;
    default:
      return type == type::v1::VALUE_TYPE_NUMBER;
  }
}

// Checks one condition, going down through its parts.
class Checker {
 public:
  Checker(const FactCatalog& catalog, Violations* violations)
      : catalog_(catalog), violations_(*violations) {}

  void CheckPart(const Condition& condition, const std::string& path, int depth) {
    if (depth > kMaxConditionDepth) {
      violations_.Add(path, "", absl::StrCat("at most ", kMaxConditionDepth, " nested conditions"),
                      "TOO_DEEP");
      return;
    }
    switch (condition.kind_case()) {
      case Condition::kAll:
        return CheckList(condition.all(), Join(path, "all"), depth);
      case Condition::kAny:
        return CheckList(condition.any(), Join(path, "any"), depth);
      case Condition::kNot:
        return CheckPart(condition.not_(), Join(path, "not"), depth + 1);
      case Condition::kCompare:
        CheckComparison(condition.compare(), Join(path, "compare"));
        return;
      case Condition::kCount:
        return CheckCount(condition.count(), Join(path, "count"));
      case Condition::kKnown:
        CheckRef(condition.known(), Join(path, "known"));
        return;
      case Condition::KIND_NOT_SET:
        violations_.Add(path, "", "one of all, any, not, compare, count or known", "REQUIRED");
    }
  }

  // Returns the fact's type, or null when the catalog does not have it.
  const FactType* CheckRef(const FactRef& ref, const std::string& path) {
    const FactType* type = catalog_.Find(ref.fact());
    if (type == nullptr) {
      violations_.Add(
          Join(path, "fact"), ref.fact(),
          absl::StrCat("the name of a known fact", DidYouMean(catalog_.Nearest(ref.fact()))),
          "UNKNOWN_FACT");
    }
    if (ref.has_window()) CheckWindow(ref.window(), type, Join(path, "window"));
    if (ref.has_max_age()) CheckPeriod(ref.max_age(), 0, Join(path, "max_age"));
    return type;
  }

 private:
  void CheckList(const ConditionList& list, const std::string& path, int depth) {
    if (list.conditions().empty()) {
      violations_.Add(Join(path, "conditions"), "", "at least one condition", "REQUIRED");
    }
    for (int i = 0; i < list.conditions_size(); ++i) {
      CheckPart(list.conditions(i), Item(path, "conditions", i), depth + 1);
    }
  }

  void CheckPeriod(const type::v1::Period& period, int min, const std::string& path) {
    if (period.count() < min || period.count() > kMaxPeriod) {
      violations_.Add(Join(path, "count"), absl::StrCat(period.count()),
                      absl::StrCat(min, " to ", kMaxPeriod), "OUT_OF_RANGE");
    }
    if (period.unit() == type::v1::PERIOD_UNIT_UNSPECIFIED ||
        !type::v1::PeriodUnit_IsValid(period.unit())) {
      violations_.Add(Join(path, "unit"), "", "a unit of the calendar", "REQUIRED");
    }
  }

  void CheckWindow(const Window& window, const FactType* type, const std::string& path) {
    const std::string field = Join(path, "aggregation");
    if (window.aggregation() == type::v1::AGGREGATION_UNSPECIFIED ||
        !type::v1::Aggregation_IsValid(window.aggregation())) {
      violations_.Add(field, "", "what is made of the values in the window", "REQUIRED");
    } else if (type != nullptr && !IsAggregationOf(window.aggregation(), type->value_type())) {
      violations_.Add(field, type::v1::Aggregation_Name(window.aggregation()),
                      absl::StrCat("an aggregation that ", type->name(), " has: its values are of ",
                                   "type ", TypeText(type->value_type())),
                      "WINDOW_NOT_ALLOWED");
    }
    if (window.has_trailing()) CheckPeriod(window.trailing(), 1, Join(path, "trailing"));
    if (!window.has_from_clock()) return;
    const std::string range = Join(path, "from_clock");
    if (window.from_clock().clock() == type::v1::CLOCK_UNSPECIFIED ||
        !type::v1::Clock_IsValid(window.from_clock().clock())) {
      violations_.Add(Join(range, "clock"), "", "a clock of the onboarding", "REQUIRED");
    }
    CheckPeriod(window.from_clock().length(), 0, Join(range, "length"));
  }

  const FactType* CheckComparison(const Comparison& comparison, const std::string& path) {
    const FactType* type = CheckRef(comparison.fact(), Join(path, "fact"));
    const bool has_operator = comparison.op() != type::v1::OPERATOR_UNSPECIFIED &&
                              type::v1::Operator_IsValid(comparison.op());
    if (!has_operator) {
      violations_.Add(Join(path, "op"), "", "an operator", "REQUIRED");
    } else {
      CheckNumberOfValues(comparison, path);
    }
    if (type != nullptr) {
      const ValueType result = ResultType(comparison.fact(), *type);
      if (has_operator && !IsOperatorOf(comparison.op(), result)) {
        violations_.Add(Join(path, "op"), type::v1::Operator_Name(comparison.op()),
                        absl::StrCat(OperatorsOf(result), " for a ", TypeText(result)),
                        "OPERATOR_NOT_ALLOWED");
      }
      for (int i = 0; i < comparison.values_size(); ++i) {
        CheckValue(comparison.values(i), comparison.op(), result, *type, Item(path, "values", i));
      }
    }
    if (comparison.has_sustained()) CheckSustained(comparison, Join(path, "sustained"));
    return type;
  }

  void CheckNumberOfValues(const Comparison& comparison, const std::string& path) {
    const int most = IsMembership(comparison.op()) ? kMaxListedValues : 1;
    const int size = comparison.values_size();
    if (size >= 1 && size <= most) return;
    violations_.Add(
        Join(path, "values"), absl::StrCat(size, " values"),
        most == 1 ? std::string("exactly one value") : absl::StrCat("1 to ", most, " values"),
        "WRONG_NUMBER_OF_VALUES");
  }

  void CheckValue(const Value& value, Operator op, ValueType expected, const FactType& type,
                  const std::string& path) {
    const ValueType given = TypeOf(value);
    // What a set shares a member with may be given word by word; so may what an operator at fault
    // was meant for.
    const bool member = expected == type::v1::VALUE_TYPE_TEXT_SET && !IsEquality(op) &&
                        given == type::v1::VALUE_TYPE_TEXT;
    if (given != expected && !member) {
      violations_.Add(path, absl::StrCat(ValueText(value), " (", TypeText(given), ")"),
                      absl::StrCat("a value of type ", TypeText(expected)), "TYPE_MISMATCH");
      return;
    }
    if (given == type::v1::VALUE_TYPE_NUMBER && !std::isfinite(value.number())) {
      violations_.Add(path, ValueText(value), "a finite number", "OUT_OF_RANGE");
    }
    if (given == type::v1::VALUE_TYPE_DATE && !calendar::IsValid(value.date())) {
      violations_.Add(path, "", "a day that exists, 1900 to 2200", "OUT_OF_RANGE");
    }
    if (given == type::v1::VALUE_TYPE_TEXT) CheckWord(value.text(), type, Join(path, "text"));
    for (int i = 0; i < value.text_set().items_size(); ++i) {
      CheckWord(value.text_set().items(i), type, Item(path, "text_set.items", i));
    }
  }

  void CheckWord(const std::string& word, const FactType& type, const std::string& path) {
    if (type.values().empty()) return;
    const std::vector<std::string> words(type.values().begin(), type.values().end());
    for (const std::string& known : words) {
      if (known == word) return;
    }
    violations_.Add(
        path, word,
        absl::StrCat("one of ", absl::StrJoin(words, ", "), DidYouMean(NearestWord(word, words))),
        "UNKNOWN_WORD");
  }

  void CheckSustained(const Comparison& comparison, const std::string& path) {
    const Sustained& sustained = comparison.sustained();
    if (!comparison.fact().has_window()) {
      violations_.Add(path, "", "a fact with a window that has an aggregation", "WINDOW_REQUIRED");
    }
    if (comparison.fact().has_max_age()) {
      violations_.Add(path, "", "no max_age: the buckets say which days count",
                      "MAX_AGE_NOT_ALLOWED");
    }
    CheckPeriod(sustained.bucket(), 1, Join(path, "bucket"));
    if (sustained.bucket().unit() == type::v1::PERIOD_UNIT_BUSINESS_DAY ||
        sustained.bucket().unit() == type::v1::PERIOD_UNIT_YEAR) {
      violations_.Add(Join(path, "bucket.unit"),
                      type::v1::PeriodUnit_Name(sustained.bucket().unit()), "DAY, WEEK or MONTH",
                      "NOT_ACCEPTED");
    }
    if (sustained.buckets() < 1 || sustained.buckets() > kMaxBuckets) {
      violations_.Add(Join(path, "buckets"), absl::StrCat(sustained.buckets()),
                      absl::StrCat("1 to ", kMaxBuckets), "OUT_OF_RANGE");
    } else if (sustained.bucket().count() > kMaxPeriod / sustained.buckets()) {
      violations_.Add(Join(path, "bucket.count"), absl::StrCat(sustained.bucket().count()),
                      absl::StrCat("buckets of at most ", kMaxPeriod, " units together"),
                      "OUT_OF_RANGE");
    }
  }

  void CheckCount(const ObjectCount& count, const std::string& path) {
    const FactType* type = CheckComparison(count.each(), Join(path, "each"));
    if (type != nullptr && !type->per_object()) {
      violations_.Add(Join(path, "each.fact.fact"), type->name(), "a fact that names its objects",
                      "NOT_PER_OBJECT");
    }
    if (!IsOrdering(count.op()) && !IsEquality(count.op())) {
      violations_.Add(Join(path, "op"), type::v1::Operator_Name(count.op()),
                      "EQ, NE, LT, LE, GT or GE", "OPERATOR_NOT_ALLOWED");
    }
    if (count.number() < 0) {
      violations_.Add(Join(path, "number"), absl::StrCat(count.number()), "0 or more",
                      "OUT_OF_RANGE");
    }
  }

  const FactCatalog& catalog_;
  Violations& violations_;
};

// Calls `visit` for every reference to a fact in the condition.
template <typename Visit>
void VisitRefs(const Condition& condition, const Visit& visit) {
  switch (condition.kind_case()) {
    case Condition::kAll:
      for (const Condition& part : condition.all().conditions()) VisitRefs(part, visit);
      return;
    case Condition::kAny:
      for (const Condition& part : condition.any().conditions()) VisitRefs(part, visit);
      return;
    case Condition::kNot:
      return VisitRefs(condition.not_(), visit);
    case Condition::kCompare:
      return visit(condition.compare().fact(), condition.compare().has_sustained());
    case Condition::kCount:
      return visit(condition.count().each().fact(), condition.count().each().has_sustained());
    case Condition::kKnown:
      return visit(condition.known(), false);
    case Condition::KIND_NOT_SET:
      return;
  }
}

}  // namespace

absl::Status CheckCondition(const Condition& condition, const FactCatalog& catalog,
                            absl::string_view field_path) {
  Violations violations;
  CheckCondition(condition, catalog, field_path, &violations);
  return violations.ToStatus();
}

void CheckCondition(const Condition& condition, const FactCatalog& catalog,
                    absl::string_view field_path, Violations* violations) {
  Checker(catalog, violations).CheckPart(condition, std::string(field_path), /*depth=*/1);
}

void CheckFactRef(const FactRef& ref, const FactCatalog& catalog, absl::string_view field_path,
                  Violations* violations) {
  Checker(catalog, violations).CheckRef(ref, std::string(field_path));
}

type::v1::ValueType ResultType(const FactRef& ref, const FactType& type) {
  switch (ref.window().aggregation()) {
    case type::v1::AGGREGATION_UNSPECIFIED:
    case type::v1::AGGREGATION_LATEST:
      return type.value_type();
    default:
      return type::v1::VALUE_TYPE_NUMBER;
  }
}

std::set<std::string> FactsOf(const Condition& condition) {
  std::set<std::string> facts;
  VisitRefs(condition, [&](const FactRef& ref, bool) { facts.insert(ref.fact()); });
  return facts;
}

std::set<type::v1::Clock> ClocksOf(const Condition& condition) {
  std::set<type::v1::Clock> clocks;
  VisitRefs(condition, [&](const FactRef& ref, bool sustained) {
    if (!sustained && ref.window().has_from_clock()) {
      clocks.insert(ref.window().from_clock().clock());
    }
  });
  return clocks;
}

}  // namespace banso::rule

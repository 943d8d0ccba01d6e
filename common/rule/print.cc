#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/calendar/period.h"
#include "common/rule/condition.h"
#include "common/rule/value.h"

namespace banso::rule {
namespace {

using type::v1::Comparison;
using type::v1::Condition;
using type::v1::ConditionList;
using type::v1::FactRef;
using type::v1::ObjectCount;
using type::v1::Sustained;
using type::v1::Window;

std::string RangeText(const Window& window) {
  switch (window.range_case()) {
    case Window::kTrailing:
      return absl::StrCat("last ", calendar::PeriodText(window.trailing()));
    case Window::kFromClock:
      return absl::StrCat("within ", calendar::PeriodText(window.from_clock().length()), " of ",
                          ClockText(window.from_clock().clock()));
    case Window::RANGE_NOT_SET:
      break;
  }
  return "";
}

std::string RefText(const FactRef& ref, bool with_range) {
  std::vector<std::string> details;
  if (ref.has_window()) {
    details.push_back(AggregationText(ref.window().aggregation()));
    const std::string range = with_range ? RangeText(ref.window()) : "";
    if (!range.empty()) details.push_back(range);
  }
  if (ref.has_max_age()) {
    details.push_back(absl::StrCat("no older than ", calendar::PeriodText(ref.max_age())));
  }
  if (details.empty()) return ref.fact();
  return absl::StrCat(ref.fact(), " (", absl::StrJoin(details, ", "), ")");
}

std::string SustainedText(const Sustained& sustained) {
  const type::v1::Period& bucket = sustained.bucket();
  const int buckets = sustained.buckets();
  if (bucket.count() != 1) {
    return absl::StrCat(" in each of the last ", buckets, " periods of ",
                        calendar::PeriodText(bucket));
  }
  const std::string unit = calendar::UnitText(bucket.unit(), buckets);
  if (buckets == 1) return absl::StrCat(" in the last ", unit);
  return absl::StrCat(" in each of the last ", buckets, " ", unit);
}

std::string ValuesText(const Comparison& comparison) {
  std::vector<std::string> values;
  for (const type::v1::Value& value : comparison.values()) values.push_back(ValueText(value));
  const std::string joined = absl::StrJoin(values, ", ");
  const bool list = comparison.op() == type::v1::OPERATOR_IN ||
                    comparison.op() == type::v1::OPERATOR_NOT_IN || values.size() != 1;
  return list ? absl::StrCat("(", joined, ")") : joined;
}

std::string CountText(const ObjectCount& count) {
  switch (count.op()) {
    case type::v1::OPERATOR_EQ:
      return absl::StrCat("exactly ", count.number());
    case type::v1::OPERATOR_NE:
      return absl::StrCat("not exactly ", count.number());
    case type::v1::OPERATOR_LT:
      return absl::StrCat("fewer than ", count.number());
    case type::v1::OPERATOR_LE:
      return absl::StrCat("at most ", count.number());
    case type::v1::OPERATOR_GT:
      return absl::StrCat("more than ", count.number());
    case type::v1::OPERATOR_GE:
      return absl::StrCat("at least ", count.number());
    default:
      return absl::StrCat(OperatorText(count.op()), " ", count.number());
  }
}

// True if the condition prints as several parts that need parentheses inside another list.
bool IsCompound(const Condition& condition) {
  if (condition.has_all()) return condition.all().conditions_size() != 1;
  if (condition.has_any()) return condition.any().conditions_size() != 1;
  return false;
}

std::string ListText(const ConditionList& list, absl::string_view joint) {
  if (list.conditions().empty()) return "nothing";
  if (list.conditions_size() == 1) return Print(list.conditions(0));
  return absl::StrJoin(list.conditions(), joint, [](std::string* out, const Condition& part) {
    if (IsCompound(part)) {
      absl::StrAppend(out, "(", Print(part), ")");
    } else {
      absl::StrAppend(out, Print(part));
    }
  });
}

}  // namespace

std::string OperatorText(type::v1::Operator op) {
  switch (op) {
    case type::v1::OPERATOR_EQ:
      return "=";
    case type::v1::OPERATOR_NE:
      return "!=";
    case type::v1::OPERATOR_LT:
      return "<";
    case type::v1::OPERATOR_LE:
      return "<=";
    case type::v1::OPERATOR_GT:
      return ">";
    case type::v1::OPERATOR_GE:
      return ">=";
    case type::v1::OPERATOR_IN:
      return "in";
    case type::v1::OPERATOR_NOT_IN:
      return "not in";
    default:
      return "?";
  }
}

std::string AggregationText(type::v1::Aggregation aggregation) {
  switch (aggregation) {
    case type::v1::AGGREGATION_SUM:
      return "sum";
    case type::v1::AGGREGATION_COUNT:
      return "count";
    case type::v1::AGGREGATION_DISTINCT_USERS:
      return "distinct users";
    case type::v1::AGGREGATION_DAYS_SINCE_LAST:
      return "days since last";
    case type::v1::AGGREGATION_MEAN:
      return "mean";
    case type::v1::AGGREGATION_MIN:
      return "smallest";
    case type::v1::AGGREGATION_MAX:
      return "largest";
    case type::v1::AGGREGATION_ACTIVE_WEEKS:
      return "active weeks";
    case type::v1::AGGREGATION_TREND_PER_WEEK:
      return "trend per week";
    default:
      return "latest";
  }
}

std::string ClockText(type::v1::Clock clock) {
  switch (clock) {
    case type::v1::CLOCK_CONTRACT_START:
      return "contract start";
    case type::v1::CLOCK_FIRST_MEETING:
      return "first meeting";
    case type::v1::CLOCK_KICKOFF:
      return "kickoff";
    case type::v1::CLOCK_GO_LIVE:
      return "go-live";
    case type::v1::CLOCK_FIRST_VALUE:
      return "first value";
    case type::v1::CLOCK_COMPLETION:
      return "completion";
    case type::v1::CLOCK_HANDOFF_ACCEPTED:
      return "accepted handoff";
    default:
      return "no clock";
  }
}

std::string Print(const FactRef& ref) { return RefText(ref, /*with_range=*/true); }

std::string Print(const Comparison& comparison) {
  // The buckets of a sustained comparison replace the window's range.
  const bool sustained = comparison.has_sustained();
  return absl::StrCat(RefText(comparison.fact(), !sustained), " ", OperatorText(comparison.op()),
                      " ", ValuesText(comparison),
                      sustained ? SustainedText(comparison.sustained()) : "");
}

std::string Print(const ObjectCount& count) {
  return absl::StrCat(CountText(count), count.number() == 1 ? " object with " : " objects with ",
                      Print(count.each()));
}

std::string Print(const Condition& condition) {
  switch (condition.kind_case()) {
    case Condition::kAll:
      return ListText(condition.all(), " and ");
    case Condition::kAny:
      return ListText(condition.any(), " or ");
    case Condition::kNot:
      return absl::StrCat("not (", Print(condition.not_()), ")");
    case Condition::kCompare:
      return Print(condition.compare());
    case Condition::kCount:
      return Print(condition.count());
    case Condition::kKnown:
      return absl::StrCat(Print(condition.known()), " is known");
    case Condition::KIND_NOT_SET:
      break;
  }
  return "nothing";
}

}  // namespace banso::rule

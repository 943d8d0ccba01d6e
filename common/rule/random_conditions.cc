#include "common/rule/random_conditions.h"

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/condition.h"
#include "common/rule/test_facts.h"
#include "common/rule/value.h"

namespace banso::rule {

using type::v1::Comparison;
using type::v1::Condition;
using type::v1::Operator;
using type::v1::Value;
using type::v1::ValueType;

namespace {

constexpr const char* kFacts[] = {"metric.interviews",    "metric.temperature", "account.segment",
                                  "account.contract_end", "account.strategic",  "account.products"};

const FactCatalog& Catalog() {
  static const auto& catalog = *new FactCatalog(TestCatalog());
  return catalog;
}

// The type of what is read of the fact.
ValueType TypeOfReading(const fact::v1::FactType& fact, type::v1::Aggregation aggregation) {
  type::v1::FactRef ref;
  ref.mutable_window()->set_aggregation(aggregation);
  return ResultType(ref, fact);
}

}  // namespace

Condition RandomConditions::AnyCondition(int depth) {
  Condition condition;
  const int kind = Below(depth > 0 ? 5 : 2);
  if (kind == 0) {
    *condition.mutable_compare() = AnyComparison(kFacts[Below(6)]);
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

fact::v1::FactReading RandomConditions::AnyReading(const FactRead& read, int unknown_in_ten) {
  fact::v1::FactReading reading;
  reading.set_fact(read.query.fact());
  if (Below(10) < unknown_in_ten) {
    reading.set_unknown(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
    return reading;
  }
  const fact::v1::FactType& fact = *Catalog().Find(read.query.fact());
  const ValueType type = TypeOfReading(fact, read.query.aggregation());
  *reading.mutable_value() = AnyValue(type, fact);
  for (int i = 0; read.query.per_object() && i < Below(5); ++i) {
    fact::v1::ObjectReading* object = reading.add_objects();
    object->set_object(absl::StrCat("form-", i));
    if (Below(10) >= unknown_in_ten) *object->mutable_value() = AnyValue(type, fact);
  }
  if (Below(10) >= unknown_in_ten) SetAge(&reading);
  return reading;
}

void RandomConditions::SetAge(fact::v1::FactReading* reading) {
  constexpr int kMostDays = 12;
  const absl::Time occurred = MomentOfRandomConditions().as_of - Below(kMostDays) * absl::Hours(24);
  *reading->mutable_occurred_time() = calendar::ToTimestamp(occurred);
}

Readings RandomConditions::AnyReadings(const Condition& condition, int unknown_in_ten) {
  Readings readings;
  for (const FactRead& read : Reads(condition, MomentOfRandomConditions(), TestCatalog())) {
    readings[Key(read)] = AnyReading(read, unknown_in_ten);
  }
  return readings;
}

void RandomConditions::Learn(const FactRead& read, fact::v1::FactReading* reading) {
  if (!reading->has_value()) {
    if (Below(2) == 0) *reading = AnyReading(read, 3);
    return;
  }
  if (!reading->has_occurred_time() && Below(2) == 0) SetAge(reading);
  const fact::v1::FactType& fact = *Catalog().Find(read.query.fact());
  const ValueType type = TypeOfReading(fact, read.query.aggregation());
  for (fact::v1::ObjectReading& object : *reading->mutable_objects()) {
    if (!object.has_value() && Below(2) == 0) *object.mutable_value() = AnyValue(type, fact);
  }
}

Operator RandomConditions::AnyOperator() { return static_cast<Operator>(1 + Below(6)); }

Value RandomConditions::AnyValue(ValueType type, const fact::v1::FactType& fact) {
  switch (type) {
    case type::v1::VALUE_TYPE_TEXT:
      return TextValue(fact.values(Below(fact.values_size())));
    case type::v1::VALUE_TYPE_DATE:
      return DateValue(absl::CivilDay(2026, 5, 1) + Below(4));
    case type::v1::VALUE_TYPE_FLAG:
      return FlagValue(Below(2) == 0);
    case type::v1::VALUE_TYPE_TEXT_SET: {
      Value set;
      set.mutable_text_set();
      for (const std::string& word : fact.values()) {
        if (Below(2) == 0) set.mutable_text_set()->add_items(word);
      }
      return set;
    }
    default:
      return NumberValue(Below(5));
  }
}

type::v1::Aggregation RandomConditions::AnyAggregation(ValueType type) {
  if (type == type::v1::VALUE_TYPE_NUMBER) {
    return static_cast<type::v1::Aggregation>(1 + Below(type::v1::Aggregation_MAX));
  }
  if (type == type::v1::VALUE_TYPE_FLAG && Below(2) == 0) {
    constexpr type::v1::Aggregation kOfFlags[] = {type::v1::AGGREGATION_DISTINCT_USERS,
                                                  type::v1::AGGREGATION_DAYS_SINCE_LAST,
                                                  type::v1::AGGREGATION_ACTIVE_WEEKS};
    return kOfFlags[Below(3)];
  }
  return Below(2) == 0 ? type::v1::AGGREGATION_LATEST : type::v1::AGGREGATION_COUNT;
}

type::v1::Window RandomConditions::AnyWindow(ValueType type) {
  type::v1::Window window;
  window.set_aggregation(AnyAggregation(type));
  const int range = Below(3);
  if (range == 0) {
    *window.mutable_trailing() = calendar::MakePeriod(1 + Below(2), type::v1::PERIOD_UNIT_WEEK);
  } else if (range == 1) {
    window.mutable_from_clock()->set_clock(Below(2) == 0 ? type::v1::CLOCK_KICKOFF
                                                         : type::v1::CLOCK_GO_LIVE);
    *window.mutable_from_clock()->mutable_length() =
        calendar::MakePeriod(10, type::v1::PERIOD_UNIT_DAY);
  }
  return window;
}

void RandomConditions::SetOperatorAndValues(ValueType type, const fact::v1::FactType& fact,
                                            Comparison* comparison) {
  const bool is_flag = type == type::v1::VALUE_TYPE_FLAG;
  const bool is_ordered = type == type::v1::VALUE_TYPE_NUMBER || type == type::v1::VALUE_TYPE_DATE;
  if (!is_flag && Below(3) == 0) {
    comparison->set_op(Below(2) == 0 ? type::v1::OPERATOR_IN : type::v1::OPERATOR_NOT_IN);
    for (int i = 0; i <= Below(2); ++i) {
      // A member of a set may be given by itself.
      const bool word = type == type::v1::VALUE_TYPE_TEXT_SET && Below(2) == 0;
      *comparison->add_values() = AnyValue(word ? type::v1::VALUE_TYPE_TEXT : type, fact);
    }
    return;
  }
  comparison->set_op(is_ordered ? AnyOperator() : static_cast<Operator>(1 + Below(2)));
  *comparison->add_values() = AnyValue(type, fact);
}

Comparison RandomConditions::AnyComparison(const std::string& fact_name) {
  const fact::v1::FactType& fact = *Catalog().Find(fact_name);
  Comparison comparison;
  comparison.mutable_fact()->set_fact(fact_name);
  const int form = Below(4);
  if (form == 0) {
    comparison.mutable_fact()->mutable_window()->set_aggregation(AnyAggregation(fact.value_type()));
    comparison.mutable_sustained()->set_buckets(1 + Below(3));
    *comparison.mutable_sustained()->mutable_bucket() =
        calendar::MakePeriod(1, type::v1::PERIOD_UNIT_WEEK);
  } else {
    if (form < 3) *comparison.mutable_fact()->mutable_window() = AnyWindow(fact.value_type());
    if (Below(3) == 0) {
      *comparison.mutable_fact()->mutable_max_age() =
          calendar::MakePeriod(Below(10), type::v1::PERIOD_UNIT_DAY);
    }
  }
  SetOperatorAndValues(ResultType(comparison.fact(), fact), fact, &comparison);
  return comparison;
}

Moment MomentOfRandomConditions() {
  Moment moment;
  moment.as_of = NoonOf(absl::CivilDay(2026, 4, 30));
  moment.time_zone = "Asia/Tokyo";
  moment.account = "accounts/acme";
  // One window that is over and one that is open.
  moment.clocks[type::v1::CLOCK_KICKOFF] = absl::CivilDay(2026, 4, 1);
  moment.clocks[type::v1::CLOCK_GO_LIVE] = absl::CivilDay(2026, 4, 25);
  return moment;
}

}  // namespace banso::rule

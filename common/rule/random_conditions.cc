#include "common/rule/random_conditions.h"

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/rule/test_facts.h"
#include "common/rule/value.h"

namespace banso::rule {

using type::v1::Comparison;
using type::v1::Condition;

Condition RandomConditions::AnyCondition(int depth) {
  Condition condition;
  const int kind = Below(depth > 0 ? 5 : 2);
  if (kind == 0) {
    *condition.mutable_compare() = AnyComparison("metric.interviews");
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
  *reading.mutable_value() = NumberValue(Below(5));
  for (int i = 0; read.query.per_object() && i < Below(5); ++i) {
    fact::v1::ObjectReading* object = reading.add_objects();
    object->set_object(absl::StrCat("form-", i));
    if (Below(10) >= unknown_in_ten) *object->mutable_value() = NumberValue(Below(5));
  }
  return reading;
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
  for (fact::v1::ObjectReading& object : *reading->mutable_objects()) {
    if (!object.has_value() && Below(2) == 0) *object.mutable_value() = NumberValue(Below(5));
  }
}

type::v1::Operator RandomConditions::AnyOperator() {
  return static_cast<type::v1::Operator>(1 + Below(6));
}

Comparison RandomConditions::AnyComparison(const std::string& fact) {
  Comparison comparison;
  comparison.mutable_fact()->set_fact(fact);
  comparison.set_op(AnyOperator());
  *comparison.add_values() = NumberValue(Below(5));
  auto* window = comparison.mutable_fact()->mutable_window();
  switch (Below(4)) {
    case 0:
      comparison.mutable_fact()->clear_window();
      break;
    case 1:
      window->set_aggregation(type::v1::AGGREGATION_SUM);
      *window->mutable_trailing() = calendar::MakePeriod(7, type::v1::PERIOD_UNIT_DAY);
      break;
    case 2:
      window->set_aggregation(Below(2) == 0 ? type::v1::AGGREGATION_SUM
                                            : type::v1::AGGREGATION_MEAN);
      window->mutable_from_clock()->set_clock(Below(2) == 0 ? type::v1::CLOCK_KICKOFF
                                                            : type::v1::CLOCK_GO_LIVE);
      *window->mutable_from_clock()->mutable_length() =
          calendar::MakePeriod(10, type::v1::PERIOD_UNIT_DAY);
      break;
    default:
      window->set_aggregation(type::v1::AGGREGATION_COUNT);
      comparison.mutable_sustained()->set_buckets(1 + Below(3));
      *comparison.mutable_sustained()->mutable_bucket() =
          calendar::MakePeriod(1, type::v1::PERIOD_UNIT_WEEK);
  }
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

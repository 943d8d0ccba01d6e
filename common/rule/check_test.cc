#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/rule/test_facts.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::rule {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

struct GoodCase {
  const char* name;
  const char* condition;
};

class AcceptedCondition : public ::testing::TestWithParam<GoodCase> {};

TEST_P(AcceptedCondition, Passes) {
  EXPECT_THAT(CheckCondition(ParseCondition(GetParam().condition), TestCatalog(), "condition"),
              IsOk());
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, AcceptedCondition,
    ::testing::Values(GoodCase{"Word", R"(compare { fact { fact: "account.segment" } op: OPERATOR_EQ
                                      values { text: "SMB" } })"},
                      GoodCase{"AnyWord", R"(compare { fact { fact: "account.note" } op: OPERATOR_NE
                                         values { text: "whatever" } })"},
                      GoodCase{"Dates",
                               R"(compare { fact { fact: "account.contract_end" } op: OPERATOR_GE
                                       values { date { year: 2026 month: 2 day: 28 } } })"},
                      GoodCase{"SharedMember",
                               R"(compare { fact { fact: "account.products" } op: OPERATOR_IN
                              values { text: "forms" } values { text_set { items: "mail" } } })"},
                      GoodCase{"CountOfWords",
                               R"(compare { fact { fact: "account.segment" window {
                      aggregation: AGGREGATION_COUNT } } op: OPERATOR_LE values { number: 3 } })"},
                      GoodCase{"SustainedCount",
                               R"(count { each { fact { fact: "metric.forms" window {
                      aggregation: AGGREGATION_SUM } } op: OPERATOR_GE values { number: 1 }
                      sustained { bucket { count: 1 unit: PERIOD_UNIT_WEEK } buckets: 4 } }
                    op: OPERATOR_GE number: 2 })"},
                      GoodCase{"WithinTheClocksOwnDay",
                               R"(compare { fact { fact: "metric.interviews" window {
                      aggregation: AGGREGATION_SUM from_clock { clock: CLOCK_KICKOFF
                        length { count: 0 unit: PERIOD_UNIT_DAY } } } }
                    op: OPERATOR_GE values { number: 1 } })"},
                      GoodCase{"Known", R"(not { known { fact: "plan.progress"
                              max_age { count: 1 unit: PERIOD_UNIT_MONTH } } })"}),
    [](const auto& info) { return info.param.name; });

struct BadCase {
  const char* name;
  const char* condition;
  const char* field;
  const char* reason;
  const char* words;
};

class RefusedCondition : public ::testing::TestWithParam<BadCase> {};

TEST_P(RefusedCondition, NamesThePartAtFault) {
  const BadCase& c = GetParam();
  const absl::Status status = CheckCondition(ParseCondition(c.condition), TestCatalog(), "rule");
  ASSERT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  const std::vector<contract::FieldViolation> violations = contract::FieldViolations(status);
  ASSERT_EQ(violations.size(), 1u) << status;
  EXPECT_EQ(violations[0].field, c.field);
  EXPECT_EQ(violations[0].reason, c.reason);
  EXPECT_THAT(violations[0].description, HasSubstr(c.words));
}

INSTANTIATE_TEST_SUITE_P(
    Facts, RefusedCondition,
    ::testing::Values(
        BadCase{"Misspelt", R"(compare { fact { fact: "acount.segment" } op: OPERATOR_EQ
                                         values { text: "SMB" } })",
                "rule.compare.fact.fact", "UNKNOWN_FACT", "did you mean account.segment?"},
        BadCase{"Unheard", R"(known { fact: "weather.rain" })", "rule.known.fact", "UNKNOWN_FACT",
                "known fact"},
        BadCase{"NoKind", "", "rule", "REQUIRED", "one of all, any"},
        BadCase{"NoParts", "any {}", "rule.any.conditions", "REQUIRED", "at least one"},
        BadCase{"NotPerObject",
                R"(count { each { fact { fact: "metric.interviews" } op: OPERATOR_GE
                     values { number: 1 } } op: OPERATOR_GE number: 1 })",
                "rule.count.each.fact.fact", "NOT_PER_OBJECT", "names its objects"},
        BadCase{"CountedWithIn",
                R"(count { each { fact { fact: "metric.forms" } op: OPERATOR_GE
                     values { number: 1 } } op: OPERATOR_IN number: 1 })",
                "rule.count.op", "OPERATOR_NOT_ALLOWED", "GE"},
        BadCase{"NegativeCount",
                R"(count { each { fact { fact: "metric.forms" } op: OPERATOR_GE
                     values { number: 1 } } op: OPERATOR_GE number: -1 })",
                "rule.count.number", "OUT_OF_RANGE", "0 or more"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Values, RefusedCondition,
    ::testing::Values(
        BadCase{"TypeClash", R"(compare { fact { fact: "account.employees" } op: OPERATOR_EQ
                                          values { text: "many" } })",
                "rule.compare.values[0]", "TYPE_MISMATCH", "number"},
        BadCase{"WordForAggregate",
                R"(compare { fact { fact: "account.segment" window {
                     aggregation: AGGREGATION_COUNT } } op: OPERATOR_EQ values { text: "SMB" } })",
                "rule.compare.values[0]", "TYPE_MISMATCH", "number"},
        BadCase{"SetGivenAsWord", R"(compare { fact { fact: "account.products" } op: OPERATOR_EQ
                                               values { text: "forms" } })",
                "rule.compare.values[0]", "TYPE_MISMATCH", "set of words"},
        BadCase{"OrderedText", R"(compare { fact { fact: "account.note" } op: OPERATOR_LT
                                            values { text: "x" } })",
                "rule.compare.op", "OPERATOR_NOT_ALLOWED", "NOT_IN for a text"},
        BadCase{"OrderedFlag", R"(compare { fact { fact: "account.strategic" } op: OPERATOR_GE
                                            values { flag: true } })",
                "rule.compare.op", "OPERATOR_NOT_ALLOWED", "EQ or NE"},
        BadCase{"NoOperator", R"(compare { fact { fact: "account.employees" }
                                           values { number: 1 } })",
                "rule.compare.op", "REQUIRED", "operator"},
        BadCase{"NoValue", R"(compare { fact { fact: "account.employees" } op: OPERATOR_EQ })",
                "rule.compare.values", "WRONG_NUMBER_OF_VALUES", "exactly one"},
        BadCase{"TwoValues", R"(compare { fact { fact: "account.employees" } op: OPERATOR_EQ
                                          values { number: 1 } values { number: 2 } })",
                "rule.compare.values", "WRONG_NUMBER_OF_VALUES", "exactly one"},
        BadCase{"InNothing", R"(compare { fact { fact: "account.employees" } op: OPERATOR_IN })",
                "rule.compare.values", "WRONG_NUMBER_OF_VALUES", "1 to 100"},
        BadCase{"UnknownWord", R"(compare { fact { fact: "account.segment" } op: OPERATOR_IN
                                            values { text: "MM" } values { text: "SBM" } })",
                "rule.compare.values[1].text", "UNKNOWN_WORD", "did you mean"},
        BadCase{"UnknownMember", R"(compare { fact { fact: "account.products" } op: OPERATOR_EQ
                                  values { text_set { items: "forms" items: "fax" } } })",
                "rule.compare.values[0].text_set.items[1]", "UNKNOWN_WORD", "forms, pages, mail"},
        BadCase{"NotANumber", R"(compare { fact { fact: "account.employees" } op: OPERATOR_GE
                                           values { number: nan } })",
                "rule.compare.values[0]", "OUT_OF_RANGE", "finite"},
        BadCase{"NoSuchDay", R"(compare { fact { fact: "account.contract_end" } op: OPERATOR_GE
                                  values { date { year: 2026 month: 2 day: 30 } } })",
                "rule.compare.values[0]", "OUT_OF_RANGE", "day that exists"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Windows, RefusedCondition,
    ::testing::Values(
        BadCase{"SumOfWords", R"(known { fact: "account.segment" window {
                                   aggregation: AGGREGATION_SUM } })",
                "rule.known.window.aggregation", "WINDOW_NOT_ALLOWED", "text"},
        BadCase{"UsersOfDates", R"(known { fact: "account.contract_end" window {
                                     aggregation: AGGREGATION_DISTINCT_USERS } })",
                "rule.known.window.aggregation", "WINDOW_NOT_ALLOWED", "date"},
        BadCase{"NoAggregation", R"(known { fact: "metric.forms" window {} })",
                "rule.known.window.aggregation", "REQUIRED", "made of the values"},
        BadCase{"EmptyTrailing", R"(known { fact: "metric.forms" window {
                    aggregation: AGGREGATION_SUM trailing { unit: PERIOD_UNIT_DAY } } })",
                "rule.known.window.trailing.count", "OUT_OF_RANGE", "1 to"},
        BadCase{"NoUnit", R"(known { fact: "metric.forms" max_age { count: 3 } })",
                "rule.known.max_age.unit", "REQUIRED", "unit"},
        BadCase{"NoClock", R"(known { fact: "metric.forms" window { aggregation: AGGREGATION_SUM
                    from_clock { length { count: 1 unit: PERIOD_UNIT_DAY } } } })",
                "rule.known.window.from_clock.clock", "REQUIRED", "clock"},
        BadCase{"SustainedLatest",
                R"(compare { fact { fact: "metric.forms" } op: OPERATOR_GE values { number: 1 }
                     sustained { bucket { count: 1 unit: PERIOD_UNIT_WEEK } buckets: 4 } })",
                "rule.compare.sustained", "WINDOW_REQUIRED", "window"},
        BadCase{"SustainedWithAge",
                R"(compare { fact { fact: "metric.forms" window { aggregation: AGGREGATION_SUM }
                       max_age { count: 1 unit: PERIOD_UNIT_DAY } }
                     op: OPERATOR_GE values { number: 1 }
                     sustained { bucket { count: 1 unit: PERIOD_UNIT_WEEK } buckets: 4 } })",
                "rule.compare.sustained", "MAX_AGE_NOT_ALLOWED", "max_age"},
        BadCase{"BusinessDayBuckets",
                R"(compare { fact { fact: "metric.forms" window { aggregation: AGGREGATION_SUM } }
                     op: OPERATOR_GE values { number: 1 } sustained {
                       bucket { count: 1 unit: PERIOD_UNIT_BUSINESS_DAY } buckets: 4 } })",
                "rule.compare.sustained.bucket.unit", "NOT_ACCEPTED", "DAY, WEEK or MONTH"},
        BadCase{"TooManyBuckets",
                R"(compare { fact { fact: "metric.forms" window { aggregation: AGGREGATION_SUM } }
                     op: OPERATOR_GE values { number: 1 } sustained {
                       bucket { count: 1 unit: PERIOD_UNIT_DAY } buckets: 61 } })",
                "rule.compare.sustained.buckets", "OUT_OF_RANGE", "1 to 60"},
        BadCase{"TooLongTogether",
                R"(compare { fact { fact: "metric.forms" window { aggregation: AGGREGATION_SUM } }
                     op: OPERATOR_GE values { number: 1 } sustained {
                       bucket { count: 200 unit: PERIOD_UNIT_DAY } buckets: 60 } })",
                "rule.compare.sustained.bucket.count", "OUT_OF_RANGE", "10000"}),
    [](const auto& info) { return info.param.name; });

type::v1::Condition Nested(int depth) {
  type::v1::Condition condition = ParseCondition(R"(known { fact: "account.note" })");
  for (int i = 1; i < depth; ++i) {
    type::v1::Condition outer;
    *outer.mutable_not_() = condition;
    condition = outer;
  }
  return condition;
}

TEST(CheckCondition, RefusesToGoDeeperThanTwenty) {
  EXPECT_THAT(CheckCondition(Nested(kMaxConditionDepth), TestCatalog(), "c"), IsOk());
  const absl::Status status = CheckCondition(Nested(kMaxConditionDepth + 1), TestCatalog(), "c");
  const std::vector<contract::FieldViolation> violations = contract::FieldViolations(status);
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].reason, "TOO_DEEP");
  std::string path = "c";
  for (int i = 0; i < kMaxConditionDepth; ++i) absl::StrAppend(&path, ".not");
  EXPECT_EQ(violations[0].field, path);
}

TEST(CheckCondition, TellsEverythingAtOnce) {
  const type::v1::Condition condition = ParseCondition(R"(
    all {
      conditions { compare { fact { fact: "account.segmnt" } op: OPERATOR_EQ
                             values { text: "SMB" } } }
      conditions { not { compare { fact { fact: "account.employees" window {
        aggregation: AGGREGATION_SUM trailing { count: 0 unit: PERIOD_UNIT_DAY } } }
        op: OPERATOR_IN values { number: 1 } values { flag: true } } } }
      conditions { }
    })");
  std::vector<std::string> fields;
  for (const contract::FieldViolation& violation :
       contract::FieldViolations(CheckCondition(condition, TestCatalog(), ""))) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre(
                          "all.conditions[0].compare.fact.fact",
                          "all.conditions[1].not.compare.fact.window.trailing.count",
                          "all.conditions[1].not.compare.values[1]", "all.conditions[2]"));
}

TEST(CheckCondition, AddsToTheCallersViolations) {
  contract::Violations violations;
  CheckCondition(ParseCondition(R"(known { fact: "x.y" })"), TestCatalog(), "a", &violations);
  CheckCondition(ParseCondition(R"(known { fact: "x.z" })"), TestCatalog(), "b", &violations);
  type::v1::FactRef ref;
  ref.set_fact("x.w");
  CheckFactRef(ref, TestCatalog(), "c", &violations);
  ASSERT_EQ(violations.list().size(), 3u);
  EXPECT_EQ(violations.list()[1].field, "b.known.fact");
  EXPECT_EQ(violations.list()[2].field, "c.fact");
}

TEST(CheckCondition, KnowsTheFactsThatAProgramBrings) {
  const type::v1::Condition condition = ParseCondition(R"(known { fact: "account.kitchen" })");
  FactCatalog catalog = TestCatalog();
  EXPECT_FALSE(CheckCondition(condition, catalog, "c").ok());
  fact::v1::FactType type;
  type.set_name("account.kitchen");
  type.set_value_type(type::v1::VALUE_TYPE_FLAG);
  catalog.Add(type);
  EXPECT_THAT(CheckCondition(condition, catalog, "c"), IsOk());
}

}  // namespace
}  // namespace banso::rule

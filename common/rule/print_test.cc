#include <set>
#include <string>

#include "common/rule/condition.h"
#include "common/rule/test_facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::rule {
namespace {

using ::testing::ElementsAre;

struct PrintCase {
  const char* name;
  const char* condition;
  const char* line;
};

class PrintedCondition : public ::testing::TestWithParam<PrintCase> {};

TEST_P(PrintedCondition, IsOneReadableLine) {
  EXPECT_EQ(Print(ParseCondition(GetParam().condition)), GetParam().line);
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, PrintedCondition,
    ::testing::Values(
        PrintCase{"LatestValue", R"(compare { fact { fact: "account.segment" } op: OPERATOR_EQ
                                              values { text: "SMB" } })",
                  "account.segment = \"SMB\""},
        PrintCase{"ClockWindow",
                  R"(compare { fact { fact: "metric.interviews" window {
                       aggregation: AGGREGATION_SUM from_clock {
                         clock: CLOCK_CONTRACT_START length { count: 30 unit: PERIOD_UNIT_DAY } } } }
                     op: OPERATOR_GE values { number: 1 } })",
                  "metric.interviews (sum, within 30 days of contract start) >= 1"},
        PrintCase{"TrailingWindowAndAge",
                  R"(compare { fact { fact: "metric.interviews" window {
                       aggregation: AGGREGATION_DISTINCT_USERS
                       trailing { count: 4 unit: PERIOD_UNIT_WEEK } }
                       max_age { count: 1 unit: PERIOD_UNIT_BUSINESS_DAY } }
                     op: OPERATOR_LT values { number: 2.5 } })",
                  "metric.interviews (distinct users, last 4 weeks, no older than 1 business day) "
                  "< 2.5"},
        PrintCase{"SustainedCountOfObjects",
                  R"(count { each { fact { fact: "metric.forms" window {
                       aggregation: AGGREGATION_SUM trailing { count: 9 unit: PERIOD_UNIT_DAY } } }
                       op: OPERATOR_GE values { number: 1 }
                       sustained { bucket { count: 1 unit: PERIOD_UNIT_WEEK } buckets: 4 } }
                     op: OPERATOR_GE number: 2 })",
                  "at least 2 objects with metric.forms (sum) >= 1 in each of the last 4 weeks"},
        PrintCase{"OneObject",
                  R"(count { each { fact { fact: "metric.forms" } op: OPERATOR_GT
                       values { number: 0 } } op: OPERATOR_EQ number: 1 })",
                  "exactly 1 object with metric.forms > 0"},
        PrintCase{"LongBuckets",
                  R"(compare { fact { fact: "metric.forms" window {
                       aggregation: AGGREGATION_COUNT } } op: OPERATOR_NE values { number: 0 }
                     sustained { bucket { count: 2 unit: PERIOD_UNIT_MONTH } buckets: 3 } })",
                  "metric.forms (count) != 0 in each of the last 3 periods of 2 months"},
        PrintCase{"OneBucket",
                  R"(compare { fact { fact: "metric.forms" window {
                       aggregation: AGGREGATION_COUNT } } op: OPERATOR_NE values { number: 0 }
                     sustained { bucket { count: 1 unit: PERIOD_UNIT_WEEK } buckets: 1 } })",
                  "metric.forms (count) != 0 in the last week"},
        PrintCase{"ListsAndParentheses",
                  R"(all { conditions { compare { fact { fact: "account.segment" } op: OPERATOR_IN
                                                  values { text: "MM" } values { text: "SMB" } } }
                           conditions { any {
                             conditions { known { fact: "account.note" } }
                             conditions { not { known { fact: "account.employees" } } } } } })",
                  "account.segment in (\"MM\", \"SMB\") and (account.note is known or "
                  "not (account.employees is known))"},
        PrintCase{"AListOfOne", R"(any { conditions { known { fact: "account.note" } } })",
                  "account.note is known"},
        PrintCase{"LabelsAreNotUsed", R"(known { fact: "account.note" } label: "we know them")",
                  "account.note is known"},
        PrintCase{"OtherValues",
                  R"(all { conditions { compare { fact { fact: "account.contract_end" }
                       op: OPERATOR_LE values { date { year: 2026 month: 4 day: 1 } } } }
                     conditions { compare { fact { fact: "account.strategic" } op: OPERATOR_EQ
                       values { flag: true } } }
                     conditions { compare { fact { fact: "account.products" } op: OPERATOR_NOT_IN
                       values { text_set { items: "forms" } } } } })",
                  "account.contract_end <= 2026-04-01 and account.strategic = yes and "
                  "account.products not in ({\"forms\"})"},
        PrintCase{"Empty", "", "nothing"}, PrintCase{"EmptyList", "all {}", "nothing"}),
    [](const auto& info) { return info.param.name; });

TEST(Print, NamesEveryClockAggregationAndOperatorDifferently) {
  std::set<std::string> words;
  for (int i = 1; i < type::v1::Clock_ARRAYSIZE; ++i) {
    words.insert(ClockText(static_cast<type::v1::Clock>(i)));
  }
  for (int i = 1; i < type::v1::Aggregation_ARRAYSIZE; ++i) {
    words.insert(AggregationText(static_cast<type::v1::Aggregation>(i)));
  }
  for (int i = 1; i < type::v1::Operator_ARRAYSIZE; ++i) {
    words.insert(OperatorText(static_cast<type::v1::Operator>(i)));
  }
  EXPECT_EQ(words.size(),
            static_cast<size_t>(type::v1::Clock_ARRAYSIZE - 1 + type::v1::Aggregation_ARRAYSIZE -
                                1 + type::v1::Operator_ARRAYSIZE - 1));
  EXPECT_FALSE(words.contains("no clock"));
  EXPECT_FALSE(words.contains("?"));
}

TEST(FactsOf, NamesEveryFactOnceAndClocksOfTheClocksThatMatter) {
  const type::v1::Condition condition = ParseCondition(R"(
    all {
      conditions { not { known { fact: "account.note" } } }
      conditions { any { conditions { compare { fact { fact: "metric.forms" window {
        aggregation: AGGREGATION_SUM from_clock { clock: CLOCK_KICKOFF } } } } } } }
      conditions { count { each { fact { fact: "metric.forms" window {
        aggregation: AGGREGATION_SUM from_clock { clock: CLOCK_GO_LIVE } }
      } sustained { buckets: 2 } } } }
    })");
  EXPECT_THAT(FactsOf(condition), ElementsAre("account.note", "metric.forms"));
  // The range of a sustained comparison is not used, hence neither is its clock.
  EXPECT_THAT(ClocksOf(condition), ElementsAre(type::v1::CLOCK_KICKOFF));
}

}  // namespace
}  // namespace banso::rule

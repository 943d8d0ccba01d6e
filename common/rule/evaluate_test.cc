#include "common/rule/evaluate.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"
#include "common/rule/memory_fact_reader.h"
#include "common/rule/open.h"
#include "common/rule/test_facts.h"
#include "common/rule/value.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::rule {
namespace {

using absl::CivilDay;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using type::v1::Explanation;
using type::v1::Truth;
using type::v1::TRUTH_FALSE;
using type::v1::TRUTH_TRUE;
using type::v1::TRUTH_UNKNOWN;

constexpr char kAccount[] = "accounts/acme";
constexpr char kOnboarding[] = "accounts/acme/onboardings/o1";
const CivilDay kToday(2026, 4, 30);

class EvaluateTest : public ::testing::Test {
 protected:
  EvaluateTest() {
    moment_.as_of = NoonOf(kToday);
    moment_.time_zone = "Asia/Tokyo";
    moment_.account = kAccount;
    moment_.onboarding = kOnboarding;
  }

  // Records a value about the account on a day of April 2026.
  void Set(const std::string& fact, const type::v1::Value& value, int day,
           const std::string& object = "") {
    reader_.Set(kAccount, fact, value, NoonOf(CivilDay(2026, 4, day)), object);
  }

  Explanation Explained(const std::string& condition) {
    const auto explanation = Evaluate(ParseCondition(condition), moment_, TestCatalog(), reader_);
    EXPECT_TRUE(explanation.ok()) << explanation.status();
    return explanation.value_or(Explanation());
  }

  Truth Result(const std::string& condition) { return Explained(condition).result(); }

  Moment moment_;
  MemoryFactReader reader_;
};

std::string Compare(const std::string& fact, const std::string& op, const std::string& values) {
  return absl::StrCat("compare { fact { ", fact, " } op: OPERATOR_", op, " ", values, " }");
}

// --- Logic ---------------------------------------------------------------------------------------

TEST(Logic, IsKleenes) {
  const std::vector<Truth> all = {TRUTH_TRUE, TRUTH_FALSE, TRUTH_UNKNOWN};
  for (const Truth a : all) {
    for (const Truth b : all) {
      const bool any_false = a == TRUTH_FALSE || b == TRUTH_FALSE;
      const bool any_true = a == TRUTH_TRUE || b == TRUTH_TRUE;
      const bool any_unknown = a == TRUTH_UNKNOWN || b == TRUTH_UNKNOWN;
      EXPECT_EQ(And(a, b), any_false ? TRUTH_FALSE : any_unknown ? TRUTH_UNKNOWN : TRUTH_TRUE);
      EXPECT_EQ(Or(a, b), any_true ? TRUTH_TRUE : any_unknown ? TRUTH_UNKNOWN : TRUTH_FALSE);
    }
  }
  EXPECT_EQ(Not(TRUTH_TRUE), TRUTH_FALSE);
  EXPECT_EQ(Not(TRUTH_FALSE), TRUTH_TRUE);
  EXPECT_EQ(Not(TRUTH_UNKNOWN), TRUTH_UNKNOWN);
  EXPECT_EQ(Not(type::v1::TRUTH_UNSPECIFIED), TRUTH_UNKNOWN);
}

TEST_F(EvaluateTest, CombinesKnownAndUnknownParts) {
  Set("account.segment", TextValue("SMB"), 1);
  const std::string yes =
      "conditions { " + Compare("fact: 'account.segment'", "EQ", "values { text: 'SMB' }") + "}";
  const std::string no =
      "conditions { " + Compare("fact: 'account.segment'", "EQ", "values { text: 'MM' }") + "}";
  const std::string maybe =
      "conditions { " + Compare("fact: 'account.employees'", "GE", "values { number: 5 }") + "}";
  EXPECT_EQ(Result("all {" + yes + maybe + "}"), TRUTH_UNKNOWN);
  EXPECT_EQ(Result("all {" + no + maybe + "}"), TRUTH_FALSE);
  EXPECT_EQ(Result("all {" + yes + yes + "}"), TRUTH_TRUE);
  EXPECT_EQ(Result("any {" + yes + maybe + "}"), TRUTH_TRUE);
  EXPECT_EQ(Result("any {" + no + maybe + "}"), TRUTH_UNKNOWN);
  EXPECT_EQ(Result("any {" + no + no + "}"), TRUTH_FALSE);
  EXPECT_EQ(Result("not { all {" + yes + maybe + "} }"), TRUTH_UNKNOWN);
  EXPECT_EQ(Result("not { all {" + no + maybe + "} }"), TRUTH_TRUE);
}

// --- Comparing -----------------------------------------------------------------------------------

struct CompareCase {
  const char* name;
  const char* condition;
  Truth result;
};

class ComparedValue : public EvaluateTest, public ::testing::WithParamInterface<CompareCase> {};

TEST_P(ComparedValue, ComesOut) {
  Set("account.segment", TextValue("SMB"), 1);
  Set("account.employees", NumberValue(50), 1);
  Set("account.contract_end", DateValue(CivilDay(2027, 3, 31)), 1);
  Set("account.strategic", FlagValue(false), 1);
  Set("account.products", TextSetValue({"forms", "mail"}), 1);
  EXPECT_EQ(Result(GetParam().condition), GetParam().result);
}

#define NUMBER_CASE(op, number, result)                                  \
  CompareCase {                                                          \
    "Number" #op #number,                                                \
        "compare { fact { fact: 'account.employees' } op: OPERATOR_" #op \
        " values { number: " #number " } }",                             \
        result                                                           \
  }

INSTANTIATE_TEST_SUITE_P(
    Numbers, ComparedValue,
    ::testing::Values(NUMBER_CASE(EQ, 50, TRUTH_TRUE), NUMBER_CASE(EQ, 49, TRUTH_FALSE),
                      NUMBER_CASE(NE, 50, TRUTH_FALSE), NUMBER_CASE(NE, 49, TRUTH_TRUE),
                      NUMBER_CASE(LT, 50, TRUTH_FALSE), NUMBER_CASE(LT, 51, TRUTH_TRUE),
                      NUMBER_CASE(LE, 50, TRUTH_TRUE), NUMBER_CASE(LE, 49, TRUTH_FALSE),
                      NUMBER_CASE(GT, 50, TRUTH_FALSE), NUMBER_CASE(GT, 49, TRUTH_TRUE),
                      NUMBER_CASE(GE, 50, TRUTH_TRUE), NUMBER_CASE(GE, 51, TRUTH_FALSE),
                      NUMBER_CASE(IN, 50, TRUTH_TRUE), NUMBER_CASE(IN, 49, TRUTH_FALSE),
                      NUMBER_CASE(NOT_IN, 50, TRUTH_FALSE), NUMBER_CASE(NOT_IN, 49, TRUTH_TRUE)),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Others, ComparedValue,
    ::testing::Values(
        CompareCase{"InSecond", R"(compare { fact { fact: "account.segment" } op: OPERATOR_IN
                      values { text: "MM" } values { text: "SMB" } })",
                    TRUTH_TRUE},
        CompareCase{"NotInAny", R"(compare { fact { fact: "account.segment" } op: OPERATOR_NOT_IN
                      values { text: "MM" } values { text: "Enterprise" } })",
                    TRUTH_TRUE},
        CompareCase{"TextIsExact", R"(compare { fact { fact: "account.segment" } op: OPERATOR_EQ
                      values { text: "smb" } })",
                    TRUTH_FALSE},
        CompareCase{"DateBefore", R"(compare { fact { fact: "account.contract_end" }
                      op: OPERATOR_LT values { date { year: 2027 month: 4 day: 1 } } })",
                    TRUTH_TRUE},
        CompareCase{"DateInclusive", R"(compare { fact { fact: "account.contract_end" }
                      op: OPERATOR_GT values { date { year: 2027 month: 3 day: 31 } } })",
                    TRUTH_FALSE},
        CompareCase{"Flag", R"(compare { fact { fact: "account.strategic" } op: OPERATOR_EQ
                      values { flag: false } })",
                    TRUTH_TRUE},
        CompareCase{"FlagNot", R"(compare { fact { fact: "account.strategic" } op: OPERATOR_NE
                      values { flag: false } })",
                    TRUTH_FALSE},
        CompareCase{"SameSet", R"(compare { fact { fact: "account.products" } op: OPERATOR_EQ
                      values { text_set { items: "mail" items: "forms" } } })",
                    TRUTH_TRUE},
        CompareCase{"SubsetIsNotTheSet", R"(compare { fact { fact: "account.products" }
                      op: OPERATOR_EQ values { text_set { items: "mail" } } })",
                    TRUTH_FALSE},
        CompareCase{"SharedMember", R"(compare { fact { fact: "account.products" }
                      op: OPERATOR_IN values { text_set { items: "pages" items: "mail" } } })",
                    TRUTH_TRUE},
        CompareCase{"SharedWord", R"(compare { fact { fact: "account.products" } op: OPERATOR_IN
                      values { text: "pages" } values { text: "forms" } })",
                    TRUTH_TRUE},
        CompareCase{"NoSharedMember", R"(compare { fact { fact: "account.products" }
                      op: OPERATOR_NOT_IN values { text: "pages" } })",
                    TRUTH_TRUE},
        CompareCase{"RefusedOperator", R"(compare { fact { fact: "account.segment" }
                      op: OPERATOR_LT values { text: "Z" } })",
                    TRUTH_UNKNOWN},
        CompareCase{"TypeClash", R"(compare { fact { fact: "account.segment" }
                      op: OPERATOR_EQ values { number: 1 } })",
                    TRUTH_UNKNOWN},
        CompareCase{"NoValues", R"(compare { fact { fact: "account.segment" }
                      op: OPERATOR_EQ })",
                    TRUTH_UNKNOWN},
        CompareCase{"NothingSaid", "", TRUTH_UNKNOWN},
        CompareCase{"EmptyAll", "all {}", TRUTH_UNKNOWN},
        CompareCase{"EmptyAny", "any {}", TRUTH_UNKNOWN}),
    [](const auto& info) { return info.param.name; });

// --- Unknown -------------------------------------------------------------------------------------

TEST_F(EvaluateTest, SaysWhyAFactIsUnknown) {
  const auto why = [&](const std::string& fact) {
    const Explanation explanation = Explained(Compare(fact, "GE", "values { number: 1 }"));
    EXPECT_EQ(explanation.result(), TRUTH_UNKNOWN);
    EXPECT_FALSE(explanation.has_value());
    return explanation.unknown_because();
  };
  EXPECT_EQ(why("fact: 'account.employees'"), "account.employees was never recorded");
  EXPECT_EQ(why("fact: 'weather.rain'"), "no service owns a fact weather.rain");
  EXPECT_EQ(why("fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM from_clock { "
                "clock: CLOCK_GO_LIVE length { count: 3 unit: PERIOD_UNIT_DAY } } }"),
            "the clock go-live has no date");
  Set("metric.interviews", NumberValue(1), 1);
  EXPECT_EQ(why("fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM "
                "trailing { count: 7 unit: PERIOD_UNIT_DAY } }"),
            "metric.interviews has no value in 2026-04-24..2026-04-30");
  Set("account.employees", NumberValue(5), 1);
  reader_.Withdraw(kAccount, "account.employees", NoonOf(CivilDay(2026, 4, 2)));
  EXPECT_EQ(why("fact: 'account.employees'"), "the value of account.employees was withdrawn");
  moment_.onboarding.clear();
  EXPECT_EQ(why("fact: 'plan.progress'"),
            "plan.progress is about an onboarding, and none is named here");
}

TEST_F(EvaluateTest, ReadsFactsOfTheirOwnSubject) {
  reader_.Set(kOnboarding, "plan.progress", NumberValue(0.5), NoonOf(kToday));
  EXPECT_EQ(Result(Compare("fact: 'plan.progress'", "GE", "values { number: 0.5 }")), TRUTH_TRUE);
}

TEST_F(EvaluateTest, TakesAnUnreadFactAsUnknown) {
  const type::v1::Condition condition =
      ParseCondition(Compare("fact: 'account.employees'", "GE", "values { number: 5 }"));
  const Explanation explanation = Evaluate(condition, moment_, TestCatalog(), Readings());
  EXPECT_EQ(explanation.result(), TRUTH_UNKNOWN);
  EXPECT_EQ(explanation.unknown_because(), "account.employees was not read");
}

TEST_F(EvaluateTest, TakesAValueOfAnotherTypeAsUnknown) {
  Set("account.employees", TextValue("many"), 1);
  const Explanation explanation =
      Explained(Compare("fact: 'account.employees'", "GE", "values { number: 5 }"));
  EXPECT_EQ(explanation.result(), TRUTH_UNKNOWN);
  EXPECT_EQ(explanation.unknown_because(), "account.employees came as text, not as number");
}

TEST_F(EvaluateTest, TakesAStaleValueAsUnknown) {
  Set("account.employees", NumberValue(50), 20);
  const std::string ten_days =
      Compare("fact: 'account.employees' max_age { count: 10 unit: PERIOD_UNIT_DAY }", "GE",
              "values { number: 5 }");
  EXPECT_EQ(Result(ten_days), TRUTH_TRUE);
  moment_.as_of += absl::Hours(24);
  const Explanation explanation = Explained(ten_days);
  EXPECT_EQ(explanation.result(), TRUTH_UNKNOWN);
  EXPECT_EQ(explanation.unknown_because(),
            "account.employees is older than 10 days: its latest value is of 2026-04-20");
}

TEST_F(EvaluateTest, KnownIsNeverUnknown) {
  const std::string known =
      "known { fact: 'account.employees' max_age { count: 10 "
      "unit: PERIOD_UNIT_DAY } }";
  Explanation explanation = Explained(known);
  EXPECT_EQ(explanation.result(), TRUTH_FALSE);
  EXPECT_EQ(explanation.unknown_because(), "");
  EXPECT_EQ(explanation.reading(),
            "account.employees is unknown: account.employees was never recorded");
  Set("account.employees", NumberValue(0), 20);
  EXPECT_EQ(Result(known), TRUTH_TRUE);
  moment_.as_of += absl::Hours(24);
  EXPECT_EQ(Result(known), TRUTH_FALSE);
  EXPECT_EQ(Result("known { fact: 'weather.rain' }"), TRUTH_FALSE);
  EXPECT_EQ(Result("known { fact: 'metric.forms' window { aggregation: AGGREGATION_SUM "
                   "from_clock { clock: CLOCK_KICKOFF } } }"),
            TRUTH_FALSE);
}

// --- Windows -------------------------------------------------------------------------------------

std::string WithinThirtyDays(const std::string& fact, const std::string& op, int number,
                             const std::string& aggregation = "SUM") {
  return Compare("fact: '" + fact + "' window { aggregation: AGGREGATION_" + aggregation +
                     " from_clock { clock: CLOCK_CONTRACT_START length { count: 30 "
                     "unit: PERIOD_UNIT_DAY } } }",
                 op, absl::StrCat("values { number: ", number, " }"));
}

TEST_F(EvaluateTest, ClosesAClockWindowOnItsLastDay) {
  moment_.clocks[type::v1::CLOCK_CONTRACT_START] = CivilDay(2026, 4, 1);
  Set("metric.interviews", NumberValue(2), 1);
  reader_.Set(kAccount, "metric.interviews", NumberValue(2), NoonOf(CivilDay(2026, 5, 1)));
  reader_.Set(kAccount, "metric.interviews", NumberValue(2), NoonOf(CivilDay(2026, 5, 2)));
  const std::string four = WithinThirtyDays("metric.interviews", "EQ", 4);
  moment_.as_of = NoonOf(CivilDay(2026, 4, 30));
  EXPECT_EQ(Result(four), TRUTH_UNKNOWN);
  EXPECT_EQ(Explained(four).unknown_because(), "window open until 2026-05-01");
  moment_.as_of = NoonOf(CivilDay(2026, 5, 1));
  EXPECT_EQ(Result(four), TRUTH_TRUE);
  moment_.as_of = NoonOf(CivilDay(2026, 5, 2));
  EXPECT_EQ(Result(four), TRUTH_TRUE);
}

struct OpenCase {
  const char* op;
  int number;
  Truth result;
};

class OpenWindow : public EvaluateTest, public ::testing::WithParamInterface<OpenCase> {};

TEST_P(OpenWindow, DecidesWhatACounterCannotTakeBack) {
  moment_.clocks[type::v1::CLOCK_CONTRACT_START] = CivilDay(2026, 4, 20);
  Set("metric.interviews", NumberValue(1), 21);
  Set("metric.interviews", NumberValue(2), 23);
  EXPECT_EQ(Result(WithinThirtyDays("metric.interviews", GetParam().op, GetParam().number)),
            GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(
    SumOfThreeSoFar, OpenWindow,
    ::testing::Values(OpenCase{"GE", 3, TRUTH_TRUE}, OpenCase{"GE", 4, TRUTH_UNKNOWN},
                      OpenCase{"GT", 2, TRUTH_TRUE}, OpenCase{"GT", 3, TRUTH_UNKNOWN},
                      OpenCase{"LE", 2, TRUTH_FALSE}, OpenCase{"LE", 3, TRUTH_UNKNOWN},
                      OpenCase{"LT", 3, TRUTH_FALSE}, OpenCase{"LT", 4, TRUTH_UNKNOWN},
                      OpenCase{"EQ", 3, TRUTH_UNKNOWN}, OpenCase{"EQ", 4, TRUTH_UNKNOWN},
                      OpenCase{"EQ", 2, TRUTH_FALSE}, OpenCase{"NE", 3, TRUTH_UNKNOWN},
                      OpenCase{"NE", 2, TRUTH_TRUE}, OpenCase{"IN", 3, TRUTH_UNKNOWN},
                      OpenCase{"IN", 2, TRUTH_FALSE}, OpenCase{"NOT_IN", 2, TRUTH_TRUE}),
    [](const auto& info) { return absl::StrCat(info.param.op, info.param.number); });

TEST_F(EvaluateTest, DecidesNothingInAnOpenWindowForWhatMayFall) {
  moment_.clocks[type::v1::CLOCK_CONTRACT_START] = CivilDay(2026, 4, 20);
  Set("metric.temperature", NumberValue(30), 21);
  Set("metric.interviews", NumberValue(30), 21);
  const Explanation open = Explained(WithinThirtyDays("metric.temperature", "GE", 1));
  EXPECT_EQ(open.result(), TRUTH_UNKNOWN);
  EXPECT_EQ(open.unknown_because(), "window open until 2026-05-20");
  EXPECT_EQ(Result(WithinThirtyDays("metric.interviews", "GE", 1, "MEAN")), TRUTH_UNKNOWN);
  EXPECT_EQ(Result(WithinThirtyDays("metric.interviews", "GE", 1, "LATEST")), TRUTH_UNKNOWN);
  EXPECT_EQ(Result(WithinThirtyDays("metric.interviews", "GE", 1, "COUNT")), TRUTH_TRUE);
}

TEST_F(EvaluateTest, TellsAWindowThatIsNotOverFromWhatIsNotKnown) {
  moment_.clocks[type::v1::CLOCK_CONTRACT_START] = CivilDay(2026, 4, 20);
  Set("metric.interviews", NumberValue(1), 21);
  const std::string open = WithinThirtyDays("metric.interviews", "GE", 4);
  const std::string reached = WithinThirtyDays("metric.interviews", "GE", 1);
  const std::string silent = WithinThirtyDays("metric.temperature", "GE", 4);
  const auto both = [](const std::string& a, const std::string& b) {
    return absl::StrCat("all { conditions { ", a, " } conditions { ", b, " } }");
  };
  EXPECT_TRUE(IsOnlyOpen(Explained(open)));
  EXPECT_FALSE(IsOnlyOpen(Explained(reached)));
  EXPECT_FALSE(IsOnlyOpen(Explained(silent)));
  EXPECT_TRUE(IsOnlyOpen(Explained(both(open, reached))));
  EXPECT_FALSE(IsOnlyOpen(Explained(both(open, silent))));
  // Once it is over, nothing is open.
  moment_.as_of = NoonOf(CivilDay(2026, 5, 21));
  EXPECT_FALSE(IsOnlyOpen(Explained(open)));
}

TEST_F(EvaluateTest, LeavesAWindowThatHasNotBegunUnknown) {
  moment_.clocks[type::v1::CLOCK_CONTRACT_START] = CivilDay(2026, 6, 1);
  Set("metric.interviews", NumberValue(3), 21);
  const Explanation explanation = Explained(WithinThirtyDays("metric.interviews", "LT", 1));
  EXPECT_EQ(explanation.result(), TRUTH_UNKNOWN);
  EXPECT_THAT(explanation.unknown_because(), HasSubstr("window open until 2026-07-01"));
}

TEST_F(EvaluateTest, EndsATrailingWindowToday) {
  Set("metric.interviews", NumberValue(1), 23);
  Set("metric.interviews", NumberValue(2), 24);
  Set("metric.interviews", NumberValue(4), 30);
  const std::string week = Compare(
      "fact: 'metric.interviews' window { aggregation: AGGREGATION_SUM trailing { count: 1 "
      "unit: PERIOD_UNIT_WEEK } }",
      "EQ", "values { number: 6 }");
  EXPECT_EQ(Result(week), TRUTH_TRUE);
  const Explanation explanation = Explained(week);
  EXPECT_EQ(calendar::DayText(explanation.from()), "2026-04-24");
  EXPECT_EQ(calendar::DayText(explanation.to()), "2026-04-30");
}

// --- Sustained -----------------------------------------------------------------------------------

std::string EachOfFourWeeks(const std::string& fact) {
  return absl::StrCat("fact { fact: '", fact,
                      "' window { aggregation: AGGREGATION_SUM } } op: OPERATOR_GE "
                      "values { number: 2 } sustained { bucket { count: 1 "
                      "unit: PERIOD_UNIT_WEEK } buckets: 4 }");
}

// Weeks that end on 30 April: 3..9, 10..16, 17..23, 24..30.
class SustainedTest : public EvaluateTest {
 protected:
  void SetWeeks(const std::vector<double>& sums, const std::string& object = "") {
    const std::vector<int> days = {9, 10, 20, 24};
    for (size_t i = 0; i < sums.size(); ++i) {
      if (sums[i] >= 0) Set("metric.forms", NumberValue(sums[i]), days[i], object);
    }
  }
  Truth Weeks() { return Result("compare { " + EachOfFourWeeks("metric.forms") + " }"); }
};

TEST_F(SustainedTest, HoldsWhenEveryBucketHolds) {
  SetWeeks({2, 3, 4, 5});
  EXPECT_EQ(Weeks(), TRUTH_TRUE);
}

TEST_F(SustainedTest, FailsWhenOneBucketFailsEvenBesideAGap) {
  SetWeeks({2, 1, -1, 5});
  EXPECT_EQ(Weeks(), TRUTH_FALSE);
}

TEST_F(SustainedTest, IsUnknownWithAGap) {
  SetWeeks({2, 3, -1, 5});
  const Explanation explanation = Explained("compare { " + EachOfFourWeeks("metric.forms") + " }");
  EXPECT_EQ(explanation.result(), TRUTH_UNKNOWN);
  EXPECT_EQ(explanation.unknown_because(), "metric.forms has no value in 2026-04-17..2026-04-23");
  EXPECT_EQ(explanation.reading(), "holds in 3 of 4 periods");
  EXPECT_EQ(calendar::DayText(explanation.from()), "2026-04-03");
  EXPECT_EQ(calendar::DayText(explanation.to()), "2026-04-30");
  ASSERT_EQ(explanation.parts_size(), 4);
  EXPECT_EQ(explanation.parts(0).rule(), "metric.forms (sum) >= 2");
  EXPECT_EQ(explanation.parts(0).reading(),
            "metric.forms sum of 2026-04-03..2026-04-09 = 2 (recorded 2026-04-09)");
  EXPECT_EQ(explanation.parts(2).result(), TRUTH_UNKNOWN);
}

TEST_F(SustainedTest, ReadsOneWindowPerBucketThatTouchEachOther) {
  const type::v1::Condition condition = ParseCondition(
      "compare { fact { fact: 'metric.forms' window { aggregation: AGGREGATION_SUM } } "
      "op: OPERATOR_GE values { number: 1 } sustained { bucket { count: 1 "
      "unit: PERIOD_UNIT_MONTH } buckets: 3 } }");
  moment_.as_of = NoonOf(CivilDay(2026, 3, 30));
  std::vector<std::string> windows;
  for (const FactRead& read : Reads(condition, moment_, TestCatalog())) {
    windows.push_back(absl::StrCat(calendar::DayText(read.query.from()), "..",
                                   calendar::DayText(read.query.to())));
  }
  EXPECT_THAT(windows, ElementsAre("2025-12-31..2026-01-30", "2026-01-31..2026-02-27",
                                   "2026-02-28..2026-03-30"));
}

// --- Counting objects ----------------------------------------------------------------------------

std::string AtLeast(int number, const std::string& op = "GE") {
  return absl::StrCat("count { each { ", EachOfFourWeeks("metric.forms"), " } op: OPERATOR_", op,
                      " number: ", number, " }");
}

TEST_F(SustainedTest, CountsObjectsThatEachHoldInEveryBucket) {
  SetWeeks({2, 3, 4, 5}, "a");
  SetWeeks({9, 9, 9, 9}, "b");
  SetWeeks({9, 9, 1, 9}, "c");
  EXPECT_EQ(Result(AtLeast(2)), TRUTH_TRUE);
  EXPECT_EQ(Result(AtLeast(3)), TRUTH_FALSE);
  EXPECT_EQ(Result(AtLeast(2, "EQ")), TRUTH_TRUE);
  EXPECT_EQ(Result(AtLeast(2, "LE")), TRUTH_TRUE);
  EXPECT_EQ(Result(AtLeast(2, "LT")), TRUTH_FALSE);
  const Explanation explanation = Explained(AtLeast(2));
  EXPECT_EQ(explanation.reading(), "holds for 2 of 3 objects");
  EXPECT_EQ(explanation.value().number(), 2);
  ASSERT_EQ(explanation.parts_size(), 3);
  EXPECT_EQ(explanation.parts(2).rule(), "c: metric.forms (sum) >= 2 in each of the last 4 weeks");
  EXPECT_EQ(explanation.parts(2).reading(), "c: 9, 9, 1, 9");
  EXPECT_EQ(explanation.parts(2).result(), TRUTH_FALSE);
}

TEST_F(SustainedTest, IsUnknownWhileAnObjectWithAGapCouldChangeTheAnswer) {
  SetWeeks({2, 3, 4, 5}, "a");
  SetWeeks({9, 9, -1, 9}, "b");
  EXPECT_EQ(Result(AtLeast(1)), TRUTH_TRUE);
  EXPECT_EQ(Result(AtLeast(3)), TRUTH_FALSE);
  const Explanation explanation = Explained(AtLeast(2));
  EXPECT_EQ(explanation.result(), TRUTH_UNKNOWN);
  EXPECT_EQ(explanation.unknown_because(), "unknown for b");
  EXPECT_EQ(explanation.parts(1).unknown_because(),
            "b has no known value in 2026-04-17..2026-04-23");
  // Once the source is known to report every day, silence is zero.
  reader_.ZeroSince(kAccount, "metric.forms", CivilDay(2026, 4, 1));
  EXPECT_EQ(Result(AtLeast(2)), TRUTH_FALSE);
}

TEST_F(SustainedTest, CannotBoundTheNumberOfObjectsOverDaysThatAreNotKnown) {
  SetWeeks({2, 3, -1, 5}, "a");
  EXPECT_EQ(Result(AtLeast(1)), TRUTH_UNKNOWN);
  EXPECT_EQ(Result(AtLeast(5)), TRUTH_UNKNOWN);
  EXPECT_EQ(Result(AtLeast(5, "LE")), TRUTH_UNKNOWN);
  EXPECT_EQ(Result(AtLeast(0)), TRUTH_TRUE);
}

TEST_F(EvaluateTest, CountsObjectsInAnOpenWindowUpwardsOnly) {
  moment_.clocks[type::v1::CLOCK_CONTRACT_START] = CivilDay(2026, 4, 20);
  Set("metric.forms", NumberValue(3), 21, "a");
  Set("metric.forms", NumberValue(1), 22, "b");
  const auto count = [&](const std::string& op, int number) {
    return Explained(absl::StrCat(
        "count { each { fact { fact: 'metric.forms' window { aggregation: AGGREGATION_SUM "
        "from_clock { clock: CLOCK_CONTRACT_START length { count: 30 unit: PERIOD_UNIT_DAY } } "
        "} } op: OPERATOR_GE values { number: 2 } } op: OPERATOR_",
        op, " number: ", number, " }"));
  };
  EXPECT_EQ(count("GE", 1).result(), TRUTH_TRUE);
  EXPECT_EQ(count("GE", 2).result(), TRUTH_UNKNOWN);
  EXPECT_THAT(count("GE", 2).unknown_because(), HasSubstr("window open until 2026-05-20"));
  EXPECT_EQ(count("GE", 9).result(), TRUTH_UNKNOWN);
  EXPECT_EQ(count("LE", 1).result(), TRUTH_UNKNOWN);
  EXPECT_EQ(count("LT", 1).result(), TRUTH_FALSE);
  moment_.as_of = NoonOf(CivilDay(2026, 5, 20));
  EXPECT_EQ(count("GE", 2).result(), TRUTH_FALSE);
  EXPECT_EQ(count("EQ", 1).result(), TRUTH_TRUE);
}

TEST_F(EvaluateTest, ListsTheFirstHundredObjectsButCountsAll) {
  for (int i = 0; i < 150; ++i) {
    Set("metric.forms", NumberValue(i % 2), 21, absl::StrCat("form-", 1000 + i));
  }
  const Explanation explanation = Explained(
      "count { each { fact { fact: 'metric.forms' } op: OPERATOR_GE values { number: 1 } } "
      "op: OPERATOR_EQ number: 75 }");
  EXPECT_EQ(explanation.result(), TRUTH_TRUE);
  EXPECT_EQ(explanation.parts_size(), 100);
  EXPECT_EQ(explanation.reading(), "holds for 75 of 150 objects");
}

// --- Reading and explaining ----------------------------------------------------------------------

TEST_F(EvaluateTest, ReadsEverythingOnceInOneGo) {
  Set("account.employees", NumberValue(50), 1);
  const std::string part =
      "conditions { " + Compare("fact: 'account.employees'", "GE", "values { number: 5 }") + " }";
  const std::string other = "conditions { known { fact: 'account.note' } }";
  const std::string unreadable =
      "conditions { known { fact: 'weather.rain' } } conditions { known { fact: 'metric.forms' "
      "window { aggregation: AGGREGATION_SUM from_clock { clock: CLOCK_KICKOFF } } } }";
  const std::string condition = "any {" + part + other + part + unreadable + "}";
  std::vector<std::string> keys;
  for (const FactRead& read : Reads(ParseCondition(condition), moment_, TestCatalog())) {
    keys.push_back(read.query.fact());
    EXPECT_EQ(read.subject, kAccount);
  }
  EXPECT_THAT(keys, ElementsAre("account.employees", "account.note"));
  EXPECT_EQ(Result(condition), TRUTH_TRUE);
  EXPECT_EQ(reader_.calls(), 1);
}

TEST_F(EvaluateTest, AsksNobodyWhenThereIsNothingToRead) {
  reader_.FailWith(absl::UnavailableError("down"));
  EXPECT_EQ(Result("known { fact: 'weather.rain' }"), TRUTH_FALSE);
  EXPECT_EQ(reader_.calls(), 0);
}

TEST_F(EvaluateTest, PassesOnTheReadersError) {
  reader_.FailWith(absl::UnavailableError("down"));
  EXPECT_THAT(
      Evaluate(ParseCondition("known { fact: 'account.note' }"), moment_, TestCatalog(), reader_),
      StatusIs(absl::StatusCode::kUnavailable, "down"));
}

class ForgetfulReader : public FactReader {
 public:
  absl::StatusOr<std::vector<fact::v1::FactReading>> Read(absl::Span<const FactRead>,
                                                          const Moment&) override {
    return std::vector<fact::v1::FactReading>();
  }
};

TEST_F(EvaluateTest, RefusesAnAnswerOfAnotherLength) {
  ForgetfulReader reader;
  const absl::Status status =
      Evaluate(ParseCondition("known { fact: 'account.note' }"), moment_, TestCatalog(), reader)
          .status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(contract::Cause(status), HasSubstr("0 of 1"));
}

TEST_F(EvaluateTest, ExplainsWithATreeOfTheConditionsShape) {
  moment_.clocks[type::v1::CLOCK_CONTRACT_START] = CivilDay(2026, 3, 1);
  reader_.Set(kAccount, "metric.interviews", NumberValue(2), NoonOf(CivilDay(2026, 3, 20)));
  const Explanation explanation =
      Explained("all { conditions { " + WithinThirtyDays("metric.interviews", "GE", 1) +
                " label: 'first interviews' } conditions { not { " +
                Compare("fact: 'account.segment'", "EQ", "values { text: 'SMB' }") + " } } }");
  EXPECT_EQ(explanation.result(), TRUTH_UNKNOWN);
  EXPECT_EQ(explanation.rule(),
            "metric.interviews (sum, within 30 days of contract start) >= 1 and "
            "not (account.segment = \"SMB\")");
  EXPECT_EQ(explanation.unknown_because(), "account.segment was never recorded");
  EXPECT_EQ(explanation.fact(), "");
  ASSERT_EQ(explanation.parts_size(), 2);
  const Explanation& first = explanation.parts(0);
  EXPECT_EQ(first.rule(), "first interviews");
  EXPECT_EQ(first.result(), TRUTH_TRUE);
  EXPECT_EQ(first.fact(), "metric.interviews");
  EXPECT_EQ(first.value().number(), 2);
  EXPECT_EQ(first.reading(),
            "metric.interviews sum of 2026-03-01..2026-03-31 = 2 (recorded 2026-03-20)");
  EXPECT_EQ(first.unknown_because(), "");
  EXPECT_EQ(calendar::DayText(first.from()), "2026-03-01");
  const Explanation& second = explanation.parts(1);
  EXPECT_EQ(second.result(), TRUTH_UNKNOWN);
  ASSERT_EQ(second.parts_size(), 1);
  EXPECT_EQ(second.parts(0).reading(), "account.segment is unknown");
  EXPECT_FALSE(second.parts(0).has_from());
}

TEST_F(EvaluateTest, RepeatsAtMostThreeReasonsOfItsParts) {
  std::string parts;
  for (const char* fact : {"account.employees", "metric.interviews", "metric.forms",
                           "metric.temperature", "account.employees"}) {
    absl::StrAppend(&parts, "conditions { ",
                    Compare(absl::StrCat("fact: '", fact, "'"), "GE", "values { number: 1 }"),
                    " } ");
  }
  EXPECT_EQ(Explained("all { " + parts + " }").unknown_because(),
            "account.employees was never recorded; metric.interviews was never recorded; "
            "metric.forms was never recorded; and 1 more");
}

TEST_F(EvaluateTest, ExplainsAReferenceOnItsOwn) {
  Set("metric.interviews", NumberValue(4), 29);
  type::v1::FactRef ref;
  ref.set_fact("metric.interviews");
  ref.mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
  const std::vector<FactRead> reads = Reads(ref, moment_, TestCatalog());
  ASSERT_EQ(reads.size(), 1u);
  BANSO_ASSERT_OK_AND_ASSIGN(auto answers, reader_.Read(reads, moment_));
  const Explanation known = Explain(ref, moment_, TestCatalog(), {{Key(reads[0]), answers[0]}});
  EXPECT_EQ(known.result(), TRUTH_TRUE);
  EXPECT_EQ(known.value().number(), 4);
  EXPECT_EQ(known.rule(), "metric.interviews (sum)");
  EXPECT_EQ(known.reading(), "metric.interviews sum up to 2026-04-30 = 4 (recorded 2026-04-29)");
  const Explanation unknown = Explain(ref, moment_, TestCatalog(), {});
  EXPECT_EQ(unknown.result(), TRUTH_UNKNOWN);
  EXPECT_EQ(unknown.unknown_because(), "metric.interviews was not read");
}

TEST_F(EvaluateTest, GivesUpOnConditionsThatAreTooDeep) {
  type::v1::Condition condition = ParseCondition("known { fact: 'account.note' }");
  for (int i = 0; i < kMaxConditionDepth; ++i) {
    type::v1::Condition outer;
    *outer.mutable_not_() = condition;
    condition = outer;
  }
  EXPECT_EQ(Evaluate(condition, moment_, TestCatalog(), Readings()).result(), TRUTH_UNKNOWN);
  EXPECT_EQ(Evaluate(condition.not_(), moment_, TestCatalog(), Readings()).result(), TRUTH_TRUE);
}

TEST(Key, TellsDifferentReadsApart) {
  std::vector<FactRead> reads(1);
  reads[0].subject = "accounts/a";
  reads[0].query.set_fact("metric.x");
  const auto changed = [&](auto change) {
    reads.push_back(reads[0]);
    change(&reads.back());
  };
  changed([](FactRead* read) { read->subject = "accounts/b"; });
  changed([](FactRead* read) { read->query.set_fact("metric.y"); });
  changed([](FactRead* read) { read->query.set_aggregation(type::v1::AGGREGATION_SUM); });
  changed([](FactRead* read) { read->query.set_per_object(true); });
  changed(
      [](FactRead* read) { *read->query.mutable_from() = calendar::ToDate(CivilDay(2026, 1, 1)); });
  changed(
      [](FactRead* read) { *read->query.mutable_to() = calendar::ToDate(CivilDay(2026, 1, 1)); });
  for (size_t i = 0; i < reads.size(); ++i) {
    for (size_t j = 0; j < reads.size(); ++j) {
      EXPECT_EQ(Key(reads[i]) == Key(reads[j]), i == j);
    }
  }
}

}  // namespace
}  // namespace banso::rule

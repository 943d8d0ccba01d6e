// Conditions: whatever a program brings is checked, printed and evaluated.

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "common/contract/fingerprint.h"
#include "common/contract/json.h"
#include "common/rule/condition.h"
#include "common/rule/evaluate.h"
#include "common/rule/memory_fact_reader.h"
#include "common/rule/test_facts.h"
#include "tests/fuzz/target.h"

namespace banso::fuzz {
namespace {

constexpr char kAccount[] = "accounts/acme";

type::v1::Value Number(double number) {
  type::v1::Value value;
  value.set_number(number);
  return value;
}

rule::Moment AMoment() {
  rule::Moment moment;
  moment.as_of = rule::NoonOf(absl::CivilDay(2025, 4, 30));
  moment.time_zone = "Asia/Tokyo";
  moment.account = kAccount;
  moment.onboarding = "accounts/acme/onboardings/o1";
  moment.clocks[type::v1::CLOCK_CONTRACT_START] = absl::CivilDay(2025, 4, 1);
  return moment;
}

rule::MemoryFactReader AFewFacts() {
  rule::MemoryFactReader reader;
  for (int day = 1; day < 30; day += 3) {
    const absl::Time time = rule::NoonOf(absl::CivilDay(2025, 4, day));
    reader.Set(kAccount, "metric.interviews", Number(day), time);
    reader.Set(kAccount, "metric.forms", Number(day), time, day % 2 == 0 ? "a" : "b");
  }
  reader.Set(kAccount, "account.employees", Number(150), rule::NoonOf(absl::CivilDay(2025, 4, 1)));
  return reader;
}

void Look(const type::v1::Condition& condition) {
  static const auto& catalog = *new rule::FactCatalog(rule::TestCatalog());
  const absl::Status status = rule::CheckCondition(condition, catalog, "when");
  Require(status.ok() || absl::IsInvalidArgument(status), "a bad condition is its author's fault");
  rule::Print(condition);
  rule::FactsOf(condition);
  rule::ClocksOf(condition);
  // Evaluation is total; what the check refuses is unknown, and not worth much time.
  rule::MemoryFactReader reader = AFewFacts();
  if (!status.ok()) return;
  const auto explanation = rule::Evaluate(condition, AMoment(), catalog, reader);
  Require(explanation.ok(), "a checked condition is evaluated");
  Require(explanation->result() != type::v1::TRUTH_UNSPECIFIED, "the result is one of three");
}

// Bytes of the wire form, or JSON.
void RunCondition(absl::string_view input) {
  type::v1::Condition condition;
  if (condition.ParseFromArray(input.data(), static_cast<int>(input.size()))) Look(condition);
  type::v1::Condition written;
  if (contract::FromJson(input, &written).ok()) Look(written);
}

}  // namespace

Target ConditionTarget() {
  std::vector<std::string> seeds = {"", "{}"};
  for (const char* text :
       {"compare { fact { fact: 'account.employees' } op: OPERATOR_GE values { number: 100 } }",
        "not { known { fact: 'account.segment' } }",
        "all { conditions { compare { fact { fact: 'metric.interviews' window { aggregation: "
        "AGGREGATION_SUM trailing { count: 28 unit: PERIOD_UNIT_DAY } } } op: OPERATOR_GE values { "
        "number: 1 } } } "
        "conditions { known { fact: 'account.products' } } }"}) {
    const type::v1::Condition condition = rule::ParseCondition(text);
    seeds.push_back(contract::DeterministicBytes(condition));
    seeds.push_back(contract::ToJson(condition).value_or(""));
  }
  return {"condition", seeds, RunCondition};
}

}  // namespace banso::fuzz

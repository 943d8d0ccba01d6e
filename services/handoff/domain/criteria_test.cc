#include "services/handoff/domain/criteria.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rule/evaluate.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/handoff/domain/facts.h"
#include "services/handoff/domain/policy.h"

namespace banso::handoff {
namespace {

using ::banso::testing::ParseProto;
using ::banso::testing::Proves;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

rule::FactCatalog Catalog() {
  rule::FactCatalog catalog(FactTypes());
  catalog.Add(ParseProto<fact::v1::FactType>(R"pb(
    name: "account.segment"
    value_type: VALUE_TYPE_TEXT
    subject: SUBJECT_KIND_ACCOUNT)pb"));
  catalog.Add(ParseProto<fact::v1::FactType>(R"pb(
    name: "account.employees"
    value_type: VALUE_TYPE_NUMBER
    subject: SUBJECT_KIND_ACCOUNT)pb"));
  catalog.Add(ParseProto<fact::v1::FactType>(R"pb(
    name: "metric.logins"
    value_type: VALUE_TYPE_NUMBER
    subject: SUBJECT_KIND_ACCOUNT)pb"));
  return catalog;
}

std::vector<std::string> Faults(const std::string& criterion) {
  v1::CriteriaSet set;
  set.set_name("criteriaSets/smb");
  set.add_stages()->set_id("setup");
  *set.add_criteria() = ParseProto<v1::Criterion>(criterion);
  contract::Violations violations;
  CheckCriteriaSet(set, Catalog(), "criteria_set", &violations);
  std::vector<std::string> faults;
  for (const contract::FieldViolation& violation : violations.list()) {
    faults.push_back(absl::StrCat(violation.field, " ", violation.reason));
  }
  return faults;
}

TEST(CriteriaTest, AsksForWhatEachKindNeedsAndRefusesWhatItHasNoUseFor) {
  struct Row {
    const char* name;
    const char* criterion;
    std::vector<std::string> faults;
  };
  const std::string at = "criteria_set.criteria[0].";
  const Row rows[] = {
      {"an artifact needs nothing", "id: 'a' kind: CRITERION_KIND_ARTIFACT", {}},
      {"a condition is missing",
       "id: 'a' kind: CRITERION_KIND_CONDITION",
       {at + "condition REQUIRED"}},
      {"skills are missing", "id: 'a' kind: CRITERION_KIND_SKILLS", {at + "skills REQUIRED"}},
      {"the least point is missing",
       "id: 'a' kind: CRITERION_KIND_JUDGEMENT",
       {at + "minimum REQUIRED"}},
      {"the fact is missing",
       "id: 'a' kind: CRITERION_KIND_AGREED_TARGET",
       {at + "target_fact REQUIRED"}},
      {"two keys to an artifact",
       "id: 'a' kind: CRITERION_KIND_ARTIFACT two_keys: true",
       {at + "two_keys NOT_FOR_THIS_KIND"}},
      {"a stage that there is not",
       "id: 'a' stage: 'later' kind: CRITERION_KIND_ARTIFACT",
       {at + "stage UNKNOWN_STAGE"}},
      {"the reserved id", "id: 'outcomes' kind: CRITERION_KIND_ARTIFACT", {at + "id DUPLICATE"}},
      {"a skill twice",
       "id: 'a' kind: CRITERION_KIND_SKILLS skills { id: 's' } skills { id: 's' }",
       {at + "skills[1].id DUPLICATE"}},
      {"a module chosen by use",
       "id: 'a' kind: CRITERION_KIND_ARTIFACT applies_when { compare { fact { fact: "
       "'metric.logins' } op: OPERATOR_GE values { number: 1 } } }",
       {at + "applies_when FACT_NOT_ALLOWED"}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(Faults(row.criterion), row.faults);
  }
}

TEST(CriteriaTest, RefusesAConditionOnAMisspeltFact) {
  const std::vector<std::string> faults = Faults(
      "id: 'a' kind: CRITERION_KIND_CONDITION condition { compare { fact { fact: "
      "'metric.login' } op: OPERATOR_GE values { number: 1 } } }");
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_THAT(faults[0], HasSubstr("criteria_set.criteria[0].condition"));
}

TEST(CriteriaTest, WarnsOfACriterionThatTracesToNoProblem) {
  v1::CriteriaSet set;
  *set.add_criteria() = ParseProto<v1::Criterion>(
      "id: 'traced' required: true problem: 'Reports come late' kind: CRITERION_KIND_ARTIFACT");
  EXPECT_THAT(WarningsOf(set), IsEmpty());
  *set.add_criteria() = ParseProto<v1::Criterion>("id: 'untraced' kind: CRITERION_KIND_ARTIFACT");
  EXPECT_THAT(WarningsOf(set), ElementsAre(HasSubstr("UNTRACED: criterion untraced")));
  Proves("LX-09");
}

v1::CriteriaSet Set(const std::string& name, int priority, const std::string& applicability) {
  v1::CriteriaSet set;
  set.set_name("criteriaSets/" + name);
  set.mutable_revision()->set_number(1);
  set.set_priority(priority);
  if (!applicability.empty()) {
    *set.mutable_applicability() = ParseProto<type::v1::Condition>(applicability);
  }
  *set.add_criteria() = ParseProto<v1::Criterion>("id: 'core' kind: CRITERION_KIND_ARTIFACT");
  return set;
}

// Decides by facts in memory.
Decide By(const std::map<std::string, type::v1::Value>& facts, const rule::FactCatalog& catalog) {
  return [&facts, &catalog](const type::v1::Condition& condition) {
    rule::Moment moment;
    moment.account = "accounts/acme";
    moment.onboarding = "accounts/acme/onboardings/o1";
    rule::Readings readings;
    for (const rule::FactRead& read : rule::Reads(condition, moment, catalog)) {
      fact::v1::FactReading& reading = readings[rule::Key(read)];
      const auto found = facts.find(read.query.fact());
      if (found != facts.end()) {
        *reading.mutable_value() = found->second;
      } else {
        reading.set_unknown(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
      }
    }
    return rule::Evaluate(condition, moment, catalog, readings);
  };
}

TEST(CriteriaTest, ResolvesTheSameFactsToTheSameSetWhateverTheOrder) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  const rule::FactCatalog catalog = Catalog();
  std::vector<v1::CriteriaSet> sets = {
      Set("enterprise", 5,
          "compare { fact { fact: 'account.segment' } op: OPERATOR_EQ values { text: 'ent' } }"),
      Set("large", 5,
          "compare { fact { fact: 'account.employees' } op: OPERATOR_GE values { number: 500 } }"),
      Set("smb", 1,
          "compare { fact { fact: 'account.segment' } op: OPERATOR_IN values { text: 'smb' } "
          "values { text: 'mm' } }"),
  };
  const std::vector<std::string> segments = {"ent", "mm", "smb", "other"};
  for (int i = 0; i < 1000; ++i) {
    std::map<std::string, type::v1::Value> facts;
    if (random() % 5 != 0) facts["account.segment"].set_text(segments[random() % 4]);
    if (random() % 5 != 0) facts["account.employees"].set_number(random() % 1000);
    const Decide decide = By(facts, catalog);
    const Selection first = SelectSet(sets, decide);
    const std::string chosen = first.set == nullptr ? "" : first.set->name();
    const std::vector<std::string> trail = first.trail;
    std::reverse(sets.begin(), sets.end());
    const Selection second = SelectSet(sets, decide);
    EXPECT_EQ(second.set == nullptr ? "" : second.set->name(), chosen);
    EXPECT_EQ(second.trail, trail);
    const Selection third = SelectSet(sets, decide);
    EXPECT_EQ(third.trail, trail);
    // Every rule is named, with how it came out; the one that decided last.
    for (const v1::CriteriaSet& set : sets) {
      EXPECT_THAT(trail, Contains(HasSubstr(RevisionNameOf(set) + ": ")));
    }
    EXPECT_THAT(trail.back(),
                HasSubstr(chosen.empty() ? "taken: none" : "taken: " + chosen + "@1"));
  }
  Proves("KAM-11");
}

TEST(CriteriaTest, TakesModulesThatApplyAndNamesThoseItCannotDecide) {
  v1::CriteriaSet set = Set("smb", 0, "");
  *set.add_criteria() = ParseProto<v1::Criterion>(
      "id: 'big' kind: CRITERION_KIND_ARTIFACT applies_when { compare { fact { fact: "
      "'account.employees' } op: OPERATOR_GE values { number: 500 } } }");
  const rule::FactCatalog catalog = Catalog();
  std::map<std::string, type::v1::Value> facts;
  EXPECT_EQ(TakeSet(set, By(facts, catalog)).criteria.size(), 1u);
  EXPECT_THAT(TakeSet(set, By(facts, catalog)).trail, ElementsAre(HasSubstr("unknown")));
  facts["account.employees"].set_number(800);
  EXPECT_EQ(TakeSet(set, By(facts, catalog)).criteria.size(), 2u);
}

TEST(PolicyTest, FillsInTheDocumentedDefaults) {
  const v1::HandoffPolicy policy = WithDefaults({});
  EXPECT_EQ(policy.gap_warn_after().count(), 8);
  EXPECT_EQ(policy.gap_escalate_after().count(), 15);
  EXPECT_EQ(policy.minimum_outcomes(), 1);
  v1::HandoffPolicy none;
  none.set_minimum_outcomes(0);
  EXPECT_EQ(WithDefaults(none).minimum_outcomes(), 0);
}

TEST(PolicyTest, RefusesToEscalateBeforeItWarns) {
  const auto policy = ParseProto<v1::HandoffPolicy>(
      "gap_warn_after { count: 10 unit: PERIOD_UNIT_DAY } "
      "gap_escalate_after { count: 5 unit: PERIOD_UNIT_DAY }");
  contract::Violations violations;
  CheckHandoffPolicy(policy, "handoff_policy", &violations);
  ASSERT_EQ(violations.list().size(), 1u);
  EXPECT_EQ(violations.list()[0].field, "handoff_policy.gap_escalate_after");
}

TEST(PolicyTest, AcceptsOnlyTheCodesThatItLists) {
  const auto policy = ParseProto<v1::HandoffPolicy>("return_reasons { code: 'thin' title: 'x' }");
  contract::Violations violations;
  CheckReasonCode(policy.return_reasons(), "thin", "reason_code", &violations);
  EXPECT_TRUE(violations.empty());
  CheckReasonCode(policy.return_reasons(), "other", "reason_code", &violations);
  EXPECT_FALSE(violations.empty());
}

}  // namespace
}  // namespace banso::handoff

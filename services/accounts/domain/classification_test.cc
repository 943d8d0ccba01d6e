#include "services/accounts/domain/classification.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification.pb.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::ParseProto;
using ::banso::testing::Proves;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::Account;
using v1::Classification;
using v1::ClassificationPolicy;

const absl::Time kNow = absl::FromUnixSeconds(1'775'000'000);

// The text format of "`fact` `op` `value`".
std::string Compare(const std::string& fact, const std::string& op, const std::string& value) {
  return absl::StrCat("compare { fact { fact: '", fact, "' } op: OPERATOR_", op, " values { ",
                      value, " } }");
}

std::string Rule(const std::string& axis, const std::string& value, const std::string& when) {
  return absl::StrCat(axis, " { value: '", value, "' ",
                      when.empty() ? "" : absl::StrCat("when { ", when, " }"), " }\n");
}

std::string All(const std::vector<std::string>& parts) {
  return absl::StrCat("all { ",
                      absl::StrJoin(parts, " ",
                                    [](std::string* out, const std::string& part) {
                                      absl::StrAppend(out, "conditions { ", part, " }");
                                    }),
                      " }");
}

ClassificationPolicy Policy(const std::string& rules) {
  return ParseProto<ClassificationPolicy>(
      absl::StrCat("name: 'classificationPolicies/p' revision { number: 3 }\n", rules));
}

// Enterprise means 1,000 employees and more, and some hundred users in sight.
ClassificationPolicy SizePolicy() {
  return Policy(Rule("segments", "enterprise",
                     All({Compare("account.employees", "GE", "number: 1000"),
                          Compare("account.expected_users", "GE", "number: 300")})) +
                Rule("segments", "mm", Compare("account.employees", "GE", "number: 100")) +
                Rule("segments", "smb", Compare("account.employees", "LT", "number: 100")));
}

Account Sized(int64_t employees, int64_t expected_users) {
  Account account;
  account.set_name("accounts/acme");
  account.set_employees(employees);
  account.set_expected_users(expected_users);
  return account;
}

std::vector<std::string> ViolatedFields(const ClassificationPolicy& policy) {
  contract::Violations violations;
  CheckPolicy(policy, {}, "policy", &violations);
  std::vector<std::string> fields;
  for (const auto& violation : violations.list()) fields.push_back(violation.field);
  return fields;
}

TEST(ClassifierTest, EnterpriseNeedsEmployeesAndExpectedUsers) {
  Proves("KAN-03");
  const Classifier classifier(SizePolicy());
  ASSERT_THAT(ViolatedFields(SizePolicy()), IsEmpty());
  struct Case {
    int64_t employees;
    int64_t expected_users;
    const char* segment;
  };
  for (const Case& c : {Case{999, 300, "mm"}, Case{1000, 300, "enterprise"}, Case{1000, 20, "mm"},
                        Case{1000, 299, "mm"}, Case{1001, 301, "enterprise"}, Case{99, 300, "smb"},
                        Case{100, 0, "mm"}}) {
    const Classification result = classifier.Classify(Sized(c.employees, c.expected_users), kNow);
    EXPECT_EQ(result.segment(), c.segment) << c.employees << "/" << c.expected_users;
    EXPECT_EQ(result.policy(), "classificationPolicies/p@3");
  }
}

TEST(ClassifierTest, TierFollowsTheStartAndNotTheSizeOfTheCompany) {
  Proves("CLS-02");
  const Classifier classifier(
      Policy(Rule("tiers", "s", Compare("account.expected_users", "GE", "number: 1000")) +
             Rule("tiers", "1", Compare("account.expected_users", "GE", "number: 100")) +
             Rule("tiers", "3", "") +
             Rule("potential_tiers", "s", Compare("account.employees", "GE", "number: 5000")) +
             Rule("potential_tiers", "3", "")));
  const Classification small_start = classifier.Classify(Sized(10'000, 5), kNow);
  EXPECT_EQ(small_start.tier(), "3");
  EXPECT_EQ(small_start.potential_tier(), "s");
  const Classification small_company = classifier.Classify(Sized(200, 150), kNow);
  EXPECT_EQ(small_company.tier(), "1");
  EXPECT_EQ(small_company.potential_tier(), "3");
}

TEST(ClassifierTest, WorksWithoutTiers) {
  const Classifier classifier(
      Policy(Rule("segments", "smb", Compare("account.employees", "LE", "number: 50")) +
             Rule("segments", "individual", "") +
             Rule("touches", "low", Compare("account.segment", "EQ", "text: 'individual'")) +
             Rule("touches", "tech", "")));
  const Classification result = classifier.Classify(Sized(50, 1), kNow);
  EXPECT_EQ(result.segment(), "smb");
  EXPECT_EQ(result.touch(), "tech");
  EXPECT_EQ(result.tier(), "");
  EXPECT_EQ(result.potential_tier(), "");
  // An axis that the program does not have is no reason to explain.
  ASSERT_EQ(result.reasons_size(), 2);
  EXPECT_EQ(result.reasons(0).axis(), "segment");
  EXPECT_EQ(result.reasons(1).axis(), "touch");
  EXPECT_EQ(classifier.Classify(Sized(51, 1), kNow).touch(), "low");
}

TEST(ClassifierTest, ExplainsTheRuleAndWhatItRead) {
  const Classification result = Classifier(SizePolicy()).Classify(Sized(1200, 300), kNow);
  ASSERT_EQ(result.reasons_size(), 1);
  EXPECT_EQ(result.reasons(0).value(), "enterprise");
  EXPECT_THAT(result.reasons(0).rule(), HasSubstr("account.employees >= 1000"));
  EXPECT_THAT(result.reasons(0).readings(), Contains(HasSubstr("1200")));
  EXPECT_THAT(result.reasons(0).readings(), Contains(HasSubstr("account.expected_users")));
}

TEST(ClassifierTest, NamesAnUnknownRuleAndTheMissingFact) {
  Account account;
  account.set_employees(2000);
  const Classification result = Classifier(SizePolicy()).Classify(account, kNow);
  EXPECT_EQ(result.segment(), "mm");
  EXPECT_THAT(result.reasons(0).readings(), Contains(HasSubstr("enterprise is not decided")));
  EXPECT_THAT(result.reasons(0).readings(),
              Contains(HasSubstr("account.expected_users is unknown")));
}

TEST(ClassifierTest, SaysWhenNoRuleDecides) {
  const Classification result = Classifier(SizePolicy()).Classify(Account(), kNow);
  EXPECT_EQ(result.segment(), "");
  ASSERT_EQ(result.reasons_size(), 1);
  EXPECT_EQ(result.reasons(0).value(), "");
  EXPECT_EQ(result.reasons(0).rule(), "no rule is true");
}

TEST(ClassifierTest, LaterAxesReadTheResultsOfEarlierOnes) {
  const Classifier classifier(
      Policy(Rule("segments", "enterprise", Compare("account.employees", "GE", "number: 1000")) +
             Rule("tiers", "1", Compare("account.segment", "EQ", "text: 'enterprise'")) +
             Rule("touches", "high", Compare("account.tier", "EQ", "text: '1'")) +
             Rule("teams", "onboarding_ent", Compare("account.touch", "EQ", "text: 'high'")) +
             Rule("teams", "onboarding_smb", "")));
  EXPECT_EQ(classifier.Classify(Sized(1000, 1), kNow).team(), "onboarding_ent");
  EXPECT_EQ(classifier.Classify(Sized(999, 1), kNow).team(), "onboarding_smb");
}

TEST(ClassifierTest, ForgetsTheFormerClassBeforeItDecides) {
  Account account = Sized(10, 1);
  account.mutable_classification()->set_segment("enterprise");
  const Classifier classifier(
      Policy(Rule("segments", "big", Compare("account.employees", "GE", "number: 1000")) +
             Rule("touches", "high", Compare("account.segment", "EQ", "text: 'enterprise'")) +
             Rule("touches", "low", "")));
  EXPECT_EQ(classifier.Classify(account, kNow).touch(), "low");
}

TEST(ClassifierTest, KeepsTheTimeWhileNothingChanges) {
  const Classifier classifier(SizePolicy());
  Account account = Sized(1000, 300);
  *account.mutable_classification() = classifier.Classify(account, kNow);
  const Classification again = classifier.Classify(account, kNow + absl::Hours(1));
  EXPECT_THAT(again, EqualsProto(account.classification()));
  account.set_employees(10);
  EXPECT_EQ(classifier.Classify(account, kNow + absl::Hours(1)).classify_time().seconds(),
            absl::ToUnixSeconds(kNow) + 3600);
}

TEST(ClassifierTest, ReadsAttributesWithTheTypeOfTheRule) {
  const ClassificationPolicy policy =
      Policy(Rule("segments", "chain", Compare("account.attribute.shops", "GE", "number: 5")) +
             Rule("segments", "other", "known { fact: 'account.attribute.plan' }"));
  ASSERT_THAT(ViolatedFields(policy), IsEmpty());
  const Classifier classifier(policy);
  Account account;
  (*account.mutable_attributes())["shops"].set_number(7);
  EXPECT_EQ(classifier.Classify(account, kNow).segment(), "chain");
  (*account.mutable_attributes())["shops"].set_text("seven");
  EXPECT_EQ(classifier.Classify(account, kNow).segment(), "");
  (*account.mutable_attributes())["plan"].set_text("pro");
  EXPECT_EQ(classifier.Classify(account, kNow).segment(), "other");
}

TEST(CheckPolicyTest, RefusesWhatCannotBeDecided) {
  struct Case {
    const char* name;
    std::string rules;
    const char* field;
  };
  const std::string window =
      "compare { fact { fact: 'account.employees' window { aggregation: AGGREGATION_SUM } } "
      "op: OPERATOR_GE values { number: 1 } }";
  const Case cases[] = {
      {"unknown fact", Rule("segments", "x", Compare("account.employes", "GE", "number: 1")),
       "policy.segments[0].when"},
      {"wrong type", Rule("segments", "x", Compare("account.employees", "EQ", "text: 'many'")),
       "policy.segments[0].when"},
      {"fact of an onboarding",
       Rule("segments", "x", Compare("account.onboarding.state", "EQ", "text: 'running'")),
       "policy.segments[0].when"},
      {"fact of another service",
       Rule("segments", "x", Compare("metric.interviews", "GE", "number: 1")),
       "policy.segments[0].when"},
      {"its own axis", Rule("tiers", "x", Compare("account.tier", "EQ", "text: '1'")),
       "policy.tiers[0].when.compare"},
      {"a later axis", Rule("segments", "x", "not { known { fact: 'account.team' } }"),
       "policy.segments[0].when.not.known"},
      {"a window", Rule("segments", "x", All({window})),
       "policy.segments[0].when.all.conditions[0].compare"},
      {"two types of an attribute",
       Rule("segments", "x", Compare("account.attribute.a", "EQ", "number: 1")) +
           Rule("segments", "y", Compare("account.attribute.a", "EQ", "text: 'b'")),
       "policy.segments[1].when"},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(ViolatedFields(Policy(c.rules)), Contains(::testing::StartsWith(c.field)))
        << c.name;
  }
}

TEST(CheckPolicyTest, HoldsAttributesToTheTypeThatAccountsHave) {
  fact::v1::FactType type;
  type.set_name("account.attribute.shops");
  type.set_value_type(type::v1::VALUE_TYPE_NUMBER);
  type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
  contract::Violations violations;
  CheckPolicy(Policy(Rule("segments", "x", Compare("account.attribute.shops", "EQ", "text: '5'"))),
              {type}, "policy", &violations);
  EXPECT_FALSE(violations.empty());
}

TEST(SameClassTest, ComparesAxesOnly) {
  const auto a = ParseProto<Classification>("policy: 'p@1' segment: 's' tier: '1'");
  const auto b = ParseProto<Classification>("policy: 'p@2' segment: 's' tier: '1'");
  EXPECT_TRUE(SameClass(a, b));
  for (const char* other : {"segment: 's' tier: '2'", "segment: 's' tier: '1' team: 't'"}) {
    EXPECT_FALSE(SameClass(a, ParseProto<Classification>(other))) << other;
  }
}

}  // namespace
}  // namespace banso::accounts

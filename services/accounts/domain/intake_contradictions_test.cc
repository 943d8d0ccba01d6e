#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/domain/classification/policy_text.h"
#include "services/accounts/domain/intake.h"

namespace banso::accounts {
namespace {

using ::banso::testing::ParseProto;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::AcceptancePolicy;

// Everything that belongs to a rule of this verdict.
std::string AcceptanceRuleText(int number, const std::string& verdict, const std::string& when) {
  std::string rest;
  if (verdict == "WAIT") rest = "feature: 'f'";
  if (verdict == "ACCEPT_WITH_CONDITIONS") rest = "conditions: 'c'";
  return absl::StrCat("rules { key: 'r", number, "' verdict: INTAKE_VERDICT_", verdict,
                      " reason: 'r' ", rest, " when { ", when, " } }\n");
}

AcceptancePolicy PolicyOf(const std::vector<std::pair<std::string, std::string>>& rules) {
  std::string text = "name: 'acceptancePolicies/p' ";
  for (size_t i = 0; i < rules.size(); ++i) {
    text += AcceptanceRuleText(static_cast<int>(i), rules[i].first, rules[i].second);
  }
  auto policy = ParseProto<AcceptancePolicy>(text);
  contract::Violations violations;
  CheckAcceptancePolicy(policy, {}, "policy", &violations);
  EXPECT_TRUE(violations.empty()) << violations.ToStatus();
  return policy;
}

std::vector<contract::FieldViolation> Contradictions(
    const std::vector<std::pair<std::string, std::string>>& rules) {
  contract::Violations violations;
  FindContradictions(PolicyOf(rules), {}, "policy", &violations);
  return violations.list();
}

std::string UsersAre(const char* op, int number) {
  return Compare("account.expected_users", op, absl::StrCat("number: ", number));
}
std::string AmountIs(const char* op, int number) {
  return Compare("deal.amount", op, absl::StrCat("number: ", number));
}

TEST(AcceptanceContradictionsTest, RulesThatEachDecideForSomebodyAreNone) {
  EXPECT_THAT(Contradictions({{"DECLINE", UsersAre("LT", 5)},
                              {"WAIT", Compare("account.purchase.options", "IN", "text: 'saml'")},
                              {"ACCEPT_WITH_CONDITIONS", UsersAre("LT", 20)},
                              {"ACCEPT_WITH_CONDITIONS", UsersAre("LT", 20)},
                              {"ACCEPT_WITH_CONDITIONS", AmountIs("GE", 1000000)}}),
              IsEmpty());
}

TEST(AcceptanceContradictionsTest, NamesACustomerThatAnOutvotedRuleWouldWant) {
  const auto found = Contradictions(
      {{"ACCEPT_WITH_CONDITIONS", UsersAre("LT", 3)}, {"DECLINE", UsersAre("LT", 5)}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].reason, "OUTVOTED");
  EXPECT_EQ(found[0].field, "policy.rules[0]");
  EXPECT_THAT(found[0].description,
              HasSubstr("account.expected_users = 2 meets it but is DECLINE by rules[1] already"));
}

TEST(AcceptanceContradictionsTest, TheSameConditionCannotGiveTwoVerdicts) {
  const auto found =
      Contradictions({{"DECLINE", AmountIs("LT", 1000)}, {"WAIT", AmountIs("LT", 1000)}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].reason, "OUTVOTED");
  EXPECT_EQ(found[0].field, "policy.rules[1]");
  EXPECT_THAT(found[0].description, HasSubstr("deal.amount = "));
}

TEST(AcceptanceContradictionsTest, FindsWhatOnlyTwoRulesTogetherOutvote) {
  const auto found = Contradictions({{"DECLINE", UsersAre("LT", 10)},
                                     {"WAIT", UsersAre("GE", 10)},
                                     {"ACCEPT_WITH_CONDITIONS", UsersAre("NE", 10)}});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].field, "policy.rules[2]");
}

TEST(AcceptanceContradictionsTest, FindsRulesThatNobodyMeets) {
  struct Case {
    const char* name;
    std::string when;
  };
  const Case cases[] = {
      {"an empty range", All({UsersAre("GE", 100), UsersAre("LT", 100)})},
      {"no whole amount between", All({AmountIs("GT", 100), AmountIs("LT", 101)})},
      {"more products than there are",
       All({Compare("deal.products", "EQ", "text_set { items: ['a', 'b'] }"),
            Compare("deal.product_count", "GE", "number: 3")})},
      {"products of nothing", All({"not { known { fact: 'deal.products' } }",
                                   Compare("deal.product_count", "GE", "number: 1")})},
  };
  for (const Case& c : cases) {
    const auto found = Contradictions({{"DECLINE", UsersAre("LT", 5)}, {"WAIT", c.when}});
    ASSERT_THAT(found, SizeIs(1)) << c.name;
    EXPECT_EQ(found[0].reason, "NEVER_TRUE") << c.name;
    EXPECT_EQ(found[0].field, "policy.rules[1]") << c.name;
  }
}

TEST(AcceptanceContradictionsTest, WhatIsNotDecidedOutvotesNobody) {
  EXPECT_THAT(Contradictions(
                  {{"DECLINE", UsersAre("LT", 5)},
                   {"ACCEPT_WITH_CONDITIONS", "not { known { fact: 'account.expected_users' } }"}}),
              IsEmpty());
}

// The customers between which conditions over users and amounts from 2 to 4 can tell.
std::vector<std::pair<v1::Account, v1::Deal>> Customers() {
  std::vector<std::pair<v1::Account, v1::Deal>> customers;
  for (int users = -1; users <= 6; ++users) {
    for (int amount = -1; amount <= 6; ++amount) {
      auto& [account, deal] = customers.emplace_back();
      if (users >= 0) account.set_expected_users(users);
      if (amount >= 0) {
        deal.mutable_amount()->set_minor_units(amount);
        deal.mutable_amount()->set_currency("JPY");
      }
    }
  }
  return customers;
}

TEST(AcceptanceContradictionsTest, AgreesWithAskingEveryCustomer) {
  std::mt19937 random(20261122);
  const auto pick = [&](int count) { return static_cast<int>(random() % count); };
  const auto compare = [&] {
    const char* const ops[] = {"LT", "LE", "EQ", "NE", "GE", "GT"};
    const int number = 2 + pick(3);
    return pick(2) == 0 ? UsersAre(ops[pick(6)], number) : AmountIs(ops[pick(6)], number);
  };
  const auto customers = Customers();
  int contradictions = 0;
  for (int round = 0; round < 100; ++round) {
    std::vector<std::pair<std::string, std::string>> rules;
    for (int i = 0; i < 4; ++i) {
      const char* const verdicts[] = {"ACCEPT_WITH_CONDITIONS", "WAIT", "DECLINE"};
      const std::string when = pick(2) == 0 ? compare() : All({compare(), compare()});
      rules.emplace_back(verdicts[pick(3)], when);
    }
    const AcceptancePolicy policy = PolicyOf(rules);
    std::set<std::string> counts;
    std::set<std::string> met;
    for (const auto& [account, deal] : customers) {
      v1::IntakeVerdict strictest = v1::INTAKE_VERDICT_UNSPECIFIED;
      const Advice advice = Adviser(policy, {}).Advise(account, deal, absl::UnixEpoch());
      for (const auto& finding : advice.findings) {
        if (finding.result() == type::v1::TRUTH_TRUE) {
          strictest = std::max(strictest, finding.verdict());
        }
      }
      for (const auto& finding : advice.findings) {
        if (finding.result() != type::v1::TRUTH_TRUE) continue;
        met.insert(finding.rule());
        if (finding.verdict() == strictest) counts.insert(finding.rule());
      }
    }
    std::set<std::string> expected;
    for (int i = 0; i < policy.rules_size(); ++i) {
      const std::string& key = policy.rules(i).key();
      if (counts.contains(key)) continue;
      expected.insert(
          absl::StrCat("rules[", i, "] ", met.contains(key) ? "OUTVOTED" : "NEVER_TRUE"));
    }
    contradictions += static_cast<int>(expected.size());
    contract::Violations violations;
    FindContradictions(policy, {}, "p", &violations);
    std::set<std::string> found;
    for (const auto& violation : violations.list()) {
      found.insert(absl::StrCat(violation.field.substr(2), " ", violation.reason));
    }
    EXPECT_EQ(found, expected) << policy.DebugString();
  }
  EXPECT_GT(contradictions, 30);
}

}  // namespace
}  // namespace banso::accounts

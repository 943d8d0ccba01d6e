#include "services/accounts/domain/facts.h"

#include <algorithm>
#include <map>
#include <string>

#include "common/contract/text.h"
#include "common/rule/value.h"
#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/domain/deal.h"
#include "services/accounts/domain/fact_types.h"

namespace banso::accounts {
namespace {

using ::banso::testing::ParseProto;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::map<std::string, std::string> Texts(const FactValues& facts) {
  std::map<std::string, std::string> texts;
  for (const auto& [fact, value] : facts) texts[fact] = rule::ValueText(value);
  return texts;
}

TEST(FactsOfTest, AnAccountTellsWhatItKnows) {
  const auto account = ParseProto<v1::Account>(R"pb(
    employees: 0
    recurring_revenue { minor_units: 165000 currency: "JPY" }
    adoption { cloud_experience: false previous_tool: PREVIOUS_TOOL_OWN_SYSTEM sites: 2 }
    lifecycle_stage: LIFECYCLE_STAGE_RE_ONBOARDING
    owners { sales: "members/s" onboarding: "members/o" }
    classification { segment: "smb" touch: "tech" }
    attributes {
      key: "plan"
      value { text: "pro" }
    }
  )pb");
  EXPECT_THAT(
      Texts(FactsOf(account)),
      ElementsAre(Pair("account.attribute.plan", "\"pro\""), Pair("account.cloud_experience", "no"),
                  Pair("account.employees", "0"), Pair("account.language", "\"ja\""),
                  Pair("account.lifecycle_stage", "\"re_onboarding\""),
                  Pair("account.owner", "\"members/o\""),
                  Pair("account.previous_tool", "\"own_system\""),
                  Pair("account.recurring_revenue", "165000"), Pair("account.segment", "\"smb\""),
                  Pair("account.sites", "2"), Pair("account.touch", "\"tech\"")));
}

TEST(FactsOfTest, AnOnboardingTellsItsStateClocksAndBall) {
  const auto onboarding = ParseProto<v1::Onboarding>(R"pb(
    kind: ONBOARDING_KIND_INITIAL
    state: ONBOARDING_STATE_HANDED_OFF
    rollout_pattern: ROLLOUT_PATTERN_PILOT_THEN_EXPAND
    products: "scout"
    sites: "accounts/a/sites/osaka"
    clocks {
      clock: CLOCK_CONTRACT_START
      date { year: 2026 month: 4 day: 1 }
    }
    ball { holder: BALL_HOLDER_CUSTOMER }
  )pb");
  EXPECT_THAT(Texts(FactsOf(onboarding)),
              ElementsAre(Pair("account.onboarding.ball", "\"customer\""),
                          Pair("account.onboarding.clock.contract_start", "2026-04-01"),
                          Pair("account.onboarding.kind", "\"initial\""),
                          Pair("account.onboarding.products", "{\"scout\"}"),
                          Pair("account.onboarding.rollout_pattern", "\"pilot_then_expand\""),
                          Pair("account.onboarding.sites", "{\"accounts/a/sites/osaka\"}"),
                          Pair("account.onboarding.state", "\"handed_off\"")));
}

// Every word and every type that FactsOf can give is declared, or rules could not be checked.
TEST(FactTypesTest, DeclaresEveryWordThatEnumsGive) {
  std::map<std::string, fact::v1::FactType> types;
  for (const fact::v1::FactType& type : FactTypes()) types[type.name()] = type;
  const auto expect_declared = [&](const FactValues& facts) {
    for (const auto& [fact, value] : facts) {
      ASSERT_TRUE(types.contains(fact)) << fact;
      EXPECT_EQ(types[fact].value_type(), rule::TypeOf(value)) << fact;
      const auto& words = types[fact].values();
      if (words.empty()) continue;
      EXPECT_NE(std::find(words.begin(), words.end(), value.text()), words.end()) << value.text();
    }
  };
  for (int number = 1; number <= 7; ++number) {
    v1::Account account;
    account.set_lifecycle_stage(static_cast<v1::LifecycleStage>(number));
    if (v1::PreviousTool_IsValid(number)) {
      account.mutable_adoption()->set_previous_tool(static_cast<v1::PreviousTool>(number));
    }
    expect_declared(FactsOf(account));
    v1::Onboarding onboarding;
    if (v1::OnboardingKind_IsValid(number)) {
      onboarding.set_kind(static_cast<v1::OnboardingKind>(number));
    }
    if (v1::OnboardingState_IsValid(number)) {
      onboarding.set_state(static_cast<v1::OnboardingState>(number));
    }
    if (v1::RolloutPattern_IsValid(number)) {
      onboarding.set_rollout_pattern(static_cast<v1::RolloutPattern>(number));
    }
    if (v1::BallHolder_IsValid(number)) {
      onboarding.mutable_ball()->set_holder(static_cast<v1::BallHolder>(number));
    }
    onboarding.add_clocks()->set_clock(static_cast<type::v1::Clock>(number));
    expect_declared(FactsOf(onboarding));
  }
}

TEST(FactTypesTest, AreSortedAndWellFormed) {
  std::string last;
  for (const fact::v1::FactType& type : FactTypes()) {
    EXPECT_LT(last, type.name());
    EXPECT_TRUE(contract::IsFact(type.name())) << type.name();
    EXPECT_NE(type.meaning(), "") << type.name();
    last = type.name();
  }
}

TEST(FactTypesTest, KnowsAttributeFacts) {
  EXPECT_TRUE(IsAttributeFact("account.attribute.plan"));
  for (const char* other : {"account.attribute.", "account.segment", "account.attribute.a.b"}) {
    EXPECT_FALSE(IsAttributeFact(other)) << other;
  }
}

TEST(FactChangesTest, TellsOnlyWhatChanged) {
  const FactValues before = {
      {"a", rule::NumberValue(1)}, {"b", rule::TextValue("x")}, {"c", rule::FlagValue(true)}};
  const FactValues after = {
      {"a", rule::NumberValue(1)}, {"b", rule::TextValue("y")}, {"d", rule::NumberValue(4)}};
  const absl::Time now = absl::FromUnixSeconds(100);
  const auto changes = FactChanges("accounts/a", before, FactValues(after), now, "crm");
  ASSERT_EQ(changes.size(), 3);
  EXPECT_THAT(changes[0], ::banso::testing::EqualsProto(R"pb(
                subject: "accounts/a"
                fact: "b"
                value { text: "y" }
                occurred_time { seconds: 100 }
                recorded_time { seconds: 100 }
                source: "crm"
              )pb"));
  EXPECT_EQ(changes[1].fact(), "d");
  EXPECT_EQ(changes[2].fact(), "c");
  EXPECT_FALSE(changes[2].has_value());
  EXPECT_THAT(FactChanges("accounts/a", after, FactValues(after), now, "crm"), IsEmpty());
}

}  // namespace
}  // namespace banso::accounts

#include "services/accounts/domain/facts.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"
#include "google/protobuf/descriptor.h"
#include "services/accounts/domain/fact_types.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {
namespace {

using type::v1::Value;

void SetText(FactValues* facts, const char* fact, absl::string_view text) {
  if (!text.empty()) facts->emplace(fact, rule::TextValue(text));
}

// The word of an enum value without its type's prefix: `own_system` of PREVIOUS_TOOL_OWN_SYSTEM.
// Empty for 0 and for what the enum does not have.
template <typename Enum>
std::string Word(absl::string_view prefix, Enum value) {
  const auto* descriptor =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(static_cast<int>(value));
  if (descriptor == nullptr || value == Enum{}) return "";
  absl::string_view word = descriptor->name();
  absl::ConsumePrefix(&word, prefix);
  return absl::AsciiStrToLower(word);
}

void AddClassification(const v1::Classification& classification, FactValues* facts) {
  SetText(facts, "account.segment", classification.segment());
  SetText(facts, "account.tier", classification.tier());
  SetText(facts, "account.potential_tier", classification.potential_tier());
  SetText(facts, "account.touch", classification.touch());
  SetText(facts, "account.team", classification.team());
  for (const v1::AxisClass& axis : classification.axes()) {
    facts->emplace(absl::StrCat(kAxisPrefix, axis.axis()), rule::TextValue(axis.value()));
  }
  if (classification.has_touch_score()) {
    facts->emplace("account.touch_score", rule::NumberValue(classification.touch_score().score()));
  }
  if (classification.has_potential_score()) {
    facts->emplace("account.potential_score",
                   rule::NumberValue(classification.potential_score().score()));
  }
  if (classification.has_work()) AddWorkFacts(classification.work(), facts);
}

void AddPurchase(const v1::Purchase& purchase, FactValues* facts) {
  if (purchase.products_size() > 0) {
    const std::set<std::string> products(purchase.products().begin(), purchase.products().end());
    facts->emplace("account.purchase.products",
                   rule::TextSetValue({products.begin(), products.end()}));
    facts->emplace("account.purchase.product_count",
                   rule::NumberValue(static_cast<double>(products.size())));
  }
  if (purchase.options_size() > 0) {
    facts->emplace("account.purchase.options",
                   rule::TextSetValue({purchase.options().begin(), purchase.options().end()}));
  }
  SetText(facts, "account.purchase.plan", purchase.plan());
  if (purchase.has_departments()) {
    facts->emplace("account.purchase.departments", rule::NumberValue(purchase.departments()));
  }
  SetText(facts, "account.acquisition_path",
          Word("ACQUISITION_PATH_", purchase.acquisition_path()));
}

void AddAdoption(const v1::AdoptionProfile& adoption, FactValues* facts) {
  if (adoption.has_cloud_experience()) {
    facts->emplace("account.cloud_experience", rule::FlagValue(adoption.cloud_experience()));
  }
  if (adoption.has_sites()) facts->emplace("account.sites", rule::NumberValue(adoption.sites()));
  if (adoption.has_first_time_domain()) {
    facts->emplace("account.first_time_domain", rule::FlagValue(adoption.first_time_domain()));
  }
  SetText(facts, "account.previous_tool", Word("PREVIOUS_TOOL_", adoption.previous_tool()));
}

}  // namespace

void AddWorkFacts(const v1::WorkEstimate& work, FactValues* facts) {
  facts->emplace("account.expected_hours", rule::NumberValue(work.total_hours()));
  if (work.has_exceeds_revenue()) {
    facts->emplace("account.cost_exceeds_revenue", rule::FlagValue(work.exceeds_revenue()));
  }
}

FactValues FactsOf(const v1::Account& account) {
  FactValues facts;
  AddClassification(account.classification(), &facts);
  AddAdoption(account.adoption(), &facts);
  AddPurchase(account.purchase(), &facts);
  SetText(&facts, "account.industry", account.industry());
  SetText(&facts, "account.country", account.country());
  SetText(&facts, "account.language", account.language().empty() ? "ja" : account.language());
  SetText(&facts, "account.owner", AccountableOwner(account));
  SetText(&facts, "account.churn_reason", Word("CHURN_REASON_", account.churn().reason()));
  if (account.has_churn()) {
    facts.emplace("account.churn_date", rule::DateValue(calendar::ToDay(account.churn().date())));
  }
  SetText(&facts, "account.lifecycle_stage", Word("LIFECYCLE_STAGE_", account.lifecycle_stage()));
  if (account.has_employees()) {
    facts.emplace("account.employees", rule::NumberValue(account.employees()));
  }
  if (account.has_expected_users()) {
    facts.emplace("account.expected_users", rule::NumberValue(account.expected_users()));
  }
  if (account.has_recurring_revenue()) {
    facts.emplace("account.recurring_revenue",
                  rule::NumberValue(account.recurring_revenue().minor_units()));
  }
  for (const auto& [key, value] : account.attributes()) {
    facts.emplace(absl::StrCat(kAttributePrefix, key), value);
  }
  return facts;
}

FactValues FactsOf(const v1::Onboarding& onboarding) {
  FactValues facts;
  SetText(&facts, "account.onboarding.kind", Word("ONBOARDING_KIND_", onboarding.kind()));
  SetText(&facts, "account.onboarding.state", Word("ONBOARDING_STATE_", onboarding.state()));
  SetText(&facts, "account.onboarding.rollout_pattern",
          Word("ROLLOUT_PATTERN_", onboarding.rollout_pattern()));
  SetText(&facts, "account.onboarding.ball", Word("BALL_HOLDER_", onboarding.ball().holder()));
  if (onboarding.products_size() > 0) {
    facts.emplace("account.onboarding.products",
                  rule::TextSetValue({onboarding.products().begin(), onboarding.products().end()}));
  }
  if (onboarding.sites_size() > 0) {
    facts.emplace("account.onboarding.sites",
                  rule::TextSetValue({onboarding.sites().begin(), onboarding.sites().end()}));
  }
  if (onboarding.intake_conditions_size() > 0) {
    std::vector<std::string> keys;
    for (const v1::IntakeCondition& condition : onboarding.intake_conditions()) {
      keys.push_back(condition.key());
    }
    facts.emplace("account.onboarding.intake_conditions", rule::TextSetValue(keys));
  }
  for (const v1::ClockReading& reading : onboarding.clocks()) {
    facts.emplace(absl::StrCat("account.onboarding.clock.", Word("CLOCK_", reading.clock())),
                  rule::DateValue(calendar::ToDay(reading.date())));
  }
  return facts;
}

FactValues FactsOf(const v1::Deal& deal) {
  FactValues facts;
  if (deal.has_amount()) {
    facts.emplace("deal.amount", rule::NumberValue(deal.amount().minor_units()));
    SetText(&facts, "deal.currency", deal.amount().currency());
  }
  std::set<std::string> products(deal.products().begin(), deal.products().end());
  for (const v1::DealLine& line : deal.lines()) products.insert(line.product());
  if (!products.empty()) {
    facts.emplace("deal.products", rule::TextSetValue({products.begin(), products.end()}));
    facts.emplace("deal.product_count", rule::NumberValue(static_cast<double>(products.size())));
  }
  return facts;
}

std::vector<fact::v1::FactChange> FactChanges(absl::string_view subject, const FactValues& before,
                                              FactValues&& after, absl::Time now,
                                              absl::string_view source) {
  std::vector<fact::v1::FactChange> changes;
  changes.reserve(after.size());
  const auto add = [&](const std::string& fact, Value* value) {
    fact::v1::FactChange& change = changes.emplace_back();
    change.set_subject(std::string(subject));
    change.set_fact(fact);
    if (value != nullptr) *change.mutable_value() = std::move(*value);
    *change.mutable_occurred_time() = calendar::ToTimestamp(now);
    *change.mutable_recorded_time() = calendar::ToTimestamp(now);
    change.set_source(std::string(source));
  };
  for (auto& [fact, value] : after) {
    const auto old = before.find(fact);
    if (old == before.end() || !rule::Equal(old->second, value)) add(fact, &value);
  }
  for (const auto& [fact, value] : before) {
    if (!after.contains(fact)) add(fact, nullptr);
  }
  return changes;
}

}  // namespace banso::accounts

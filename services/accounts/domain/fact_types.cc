#include "services/accounts/domain/fact_types.h"

#include <initializer_list>
#include <utility>

#include "absl/strings/strip.h"
#include "banso/type/v1/value.pb.h"
#include "common/contract/text.h"

namespace banso::accounts {
namespace {

using fact::v1::FactType;
using type::v1::ValueType;

using Words = std::initializer_list<const char*>;

FactType Make(const char* name, ValueType type, fact::v1::SubjectKind subject, const char* unit,
              const char* meaning, Words words) {
  FactType result;
  result.set_name(name);
  result.set_value_type(type);
  result.set_subject(subject);
  result.set_unit(unit);
  result.set_meaning(meaning);
  for (const char* word : words) result.add_values(word);
  return result;
}

FactType Text(const char* name, const char* meaning, Words words = {}) {
  return Make(name, type::v1::VALUE_TYPE_TEXT, fact::v1::SUBJECT_KIND_ACCOUNT, "", meaning, words);
}

FactType Number(const char* name, const char* unit, const char* meaning) {
  return Make(name, type::v1::VALUE_TYPE_NUMBER, fact::v1::SUBJECT_KIND_ACCOUNT, unit, meaning, {});
}

FactType Flag(const char* name, const char* meaning) {
  return Make(name, type::v1::VALUE_TYPE_FLAG, fact::v1::SUBJECT_KIND_ACCOUNT, "", meaning, {});
}

FactType OfOnboarding(const char* name, ValueType type, const char* meaning, Words words = {}) {
  return Make(name, type, fact::v1::SUBJECT_KIND_ONBOARDING, "", meaning, words);
}

FactType ClockDayType(const char* name, const char* meaning) {
  return OfOnboarding(name, type::v1::VALUE_TYPE_DATE, meaning);
}

}  // namespace

std::vector<FactType> FactTypes() {
  return {
      Text("account.acquisition_path", "How the customer came to buy.",
           {"alone", "sales", "partner"}),
      Make("account.churn_date", type::v1::VALUE_TYPE_DATE, fact::v1::SUBJECT_KIND_ACCOUNT, "",
           "The last day of the contract of a lost customer.", {}),
      Text("account.churn_reason", "Why the customer was lost.",
           {"no_value", "low_use", "price", "missing_feature", "competitor", "service",
            "champion_left", "business_change", "bad_fit", "other"}),
      Flag("account.cloud_experience", "Whether the company is used to cloud services."),
      Flag("account.cost_exceeds_revenue",
           "Whether the expected work of onboarding costs more than the policy's months of "
           "revenue."),
      Text("account.country", "The company's country, as it was entered."),
      Number("account.employees", "people", "How many people the company employs."),
      Number(
          "account.expected_hours", "hours",
          "The vendor's work that the account's onboarding is expected to take, by the policy in "
          "force."),
      Number("account.expected_users", "people",
             "How many people are expected to use the product."),
      Flag("account.first_time_domain",
           "Whether the company does this kind of work with software for the first time."),
      Text("account.industry", "The company's industry, in the vendor's own words."),
      Text("account.language", "The account's language, BCP 47."),
      Text("account.lifecycle_stage", "Where the account stands.",
           {"prospect", "won", "onboarding", "handoff_gap", "retention", "re_onboarding",
            "churned"}),
      OfOnboarding("account.onboarding.ball", type::v1::VALUE_TYPE_TEXT,
                   "Who must act now; unknown once the onboarding has ended.",
                   {"customer", "onboarding", "sales", "product", "retention"}),
      ClockDayType("account.onboarding.clock.completion", "The day on which it was completed."),
      ClockDayType("account.onboarding.clock.contract_start", "The first day of the contract."),
      ClockDayType("account.onboarding.clock.first_meeting", "The day of the first meeting."),
      ClockDayType("account.onboarding.clock.first_value",
                   "The day on which the customer first got the value agreed."),
      ClockDayType("account.onboarding.clock.go_live", "The day on which the customer went live."),
      ClockDayType("account.onboarding.clock.handoff_accepted",
                   "The day on which the retention team accepted the customer."),
      ClockDayType("account.onboarding.clock.kickoff", "The day on which the kickoff was held."),
      OfOnboarding("account.onboarding.intake_conditions", type::v1::VALUE_TYPE_TEXT_SET,
                   "The conditions under which the customer was taken on, by key."),
      OfOnboarding("account.onboarding.kind", type::v1::VALUE_TYPE_TEXT, "What kind of run it is.",
                   {"initial", "expansion", "re_onboarding"}),
      OfOnboarding("account.onboarding.products", type::v1::VALUE_TYPE_TEXT_SET,
                   "The products that are introduced."),
      OfOnboarding("account.onboarding.rollout_pattern", type::v1::VALUE_TYPE_TEXT,
                   "How it is rolled out over sites and departments.",
                   {"single", "simultaneous", "pilot_then_expand"}),
      OfOnboarding("account.onboarding.sites", type::v1::VALUE_TYPE_TEXT_SET,
                   "The sites at which it is rolled out, by name."),
      OfOnboarding("account.onboarding.state", type::v1::VALUE_TYPE_TEXT, "Where it stands.",
                   {"running", "completed", "handed_off", "cancelled", "lost"}),
      Text("account.owner", "The member who is accountable for the account now."),
      Number("account.potential_score", "points",
             "How much more the account could become, by the policy in force."),
      Text("account.potential_tier", "Importance including potential, by the policy in force."),
      Text("account.previous_tool", "What the company uses today for the same work.",
           {"paper", "own_system", "other_product", "none"}),
      Number("account.purchase.departments", "departments",
             "How many departments will use the products."),
      Make("account.purchase.options", type::v1::VALUE_TYPE_TEXT_SET,
           fact::v1::SUBJECT_KIND_ACCOUNT, "", "The options that the customer takes.", {}),
      Text("account.purchase.plan", "The plan that the customer takes."),
      Number("account.purchase.product_count", "products", "How many products the customer takes."),
      Make("account.purchase.products", type::v1::VALUE_TYPE_TEXT_SET,
           fact::v1::SUBJECT_KIND_ACCOUNT, "", "The products that the customer takes.", {}),
      Number("account.recurring_revenue", "minor units",
             "Recurring revenue per month, in the smallest unit of its currency."),
      Text("account.segment", "The size class, by the policy in force."),
      Number("account.sites", "sites", "How many sites will use the product."),
      Text("account.team", "The team that onboards the account, by the policy in force."),
      Text("account.tier", "Importance today, by the policy in force."),
      Text("account.touch", "How much human time the account gets, by the policy in force."),
      Number("account.touch_score", "points",
             "How much human time the account asks for, by the policy in force."),
  };
}

bool IsAxisFact(absl::string_view fact) {
  return absl::ConsumePrefix(&fact, kAxisPrefix) && contract::IsKey(fact);
}

std::vector<FactType> RelationFactTypes() {
  const auto date = [](const char* name, const char* meaning) {
    return Make(name, type::v1::VALUE_TYPE_DATE, fact::v1::SUBJECT_KIND_ACCOUNT, "", meaning, {});
  };
  const auto words = [](const char* name, const char* meaning, Words values) {
    return Make(name, type::v1::VALUE_TYPE_TEXT_SET, fact::v1::SUBJECT_KIND_ACCOUNT, "", meaning,
                values);
  };
  return {
      words("account.champion.commitment", "How the project owner is bound to the project.",
            {"hr_goal", "directive", "budget"}),
      Number("account.champion.commitment_level", "1 to 5",
             "How firmly the project owner is bound to the project."),
      date("account.contact.anybody", "The last day on which anybody of the customer was met."),
      date("account.contact.lead", "The last day of contact with the promotion leader of today."),
      date("account.contact.project_owner",
           "The last day of contact with the project owner of today."),
      date("account.contact.site_promoter",
           "The last day of contact with any site promoter of today."),
      date("account.contract.end_date",
           "The last day of the contract, in force or signed, that ends last."),
      Number("account.contract.monthly_amount", "minor units",
             "What is paid per month for the contracts in force, in one currency."),
      words("account.contract.plans", "The plans of the contracts in force.", {}),
      words("account.contract.products", "The products of the contracts in force.", {}),
      Flag("account.owner_certified",
           "Whether the accountable member is certified for the touch level, or let off, from the "
           "first onboarding on; unknown: nothing is asked for."),
      Flag("account.people.decision_maker",
           "Whether somebody active decides on the contract; unknown: said of nobody."),
      Flag("account.people.lead",
           "Whether somebody active is the promotion leader; unknown: no person is recorded."),
      Flag("account.people.project_owner",
           "Whether somebody active is the project owner; unknown: no person is recorded."),
      date("account.person_changed",
           "The day on which one of those who carry the project last changed."),
      Number("account.recorded_sites", "sites", "How many sites are recorded."),
      Flag("account.risk.champion_gap",
           "Whether the project has no owner at the customer, from the first onboarding on."),
      Flag("account.risk.person_change",
           "Whether one of those who carry the project has changed within 30 days."),
      Number("account.sites_without_promoter", "sites",
             "How many recorded sites have no active promoter."),
      Make("account.stakeholder.enthusiasm", type::v1::VALUE_TYPE_NUMBER,
           fact::v1::SUBJECT_KIND_STAKEHOLDER, "1 to 5",
           "How much the person stands behind the project.", {}),
      Number("account.upsell.conditions", "conditions",
             "How many upsell conditions are recorded that have not come true; unknown: none."),
      Number("account.upsell.weak_conditions", "conditions",
             "How many of them no active decision maker has agreed to."),
  };
}

std::vector<FactType> DealFactTypes() {
  // Read beside the facts of the account that it would be sold to.
  return {
      Number("deal.amount", "minor units", "What the deal is worth, in its currency."),
      Text("deal.currency", "The currency of what the deal is worth."),
      Number("deal.product_count", "products", "How many products the deal sells."),
      Make("deal.products", type::v1::VALUE_TYPE_TEXT_SET, fact::v1::SUBJECT_KIND_ACCOUNT, "",
           "The products that the deal sells, also line by line.", {}),
  };
}

bool IsAttributeFact(absl::string_view fact) {
  return absl::ConsumePrefix(&fact, kAttributePrefix) && contract::IsKey(fact);
}

}  // namespace banso::accounts

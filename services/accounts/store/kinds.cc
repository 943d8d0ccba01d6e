#include "services/accounts/store/kinds.h"

#include <algorithm>

#include "common/calendar/proto_time.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/contract.h"

namespace banso::accounts {

using storage::Value;

storage::Kind<v1::Account> AccountKind() {
  using v1::Account;
  return {
      .table = "account",
      .pattern = "accounts/{account}",
      .columns = {
          {"display_name", [](const Account& account) { return Value(account.display_name()); }},
          {"search_text",
           [](const Account& account) {
             return Value(SearchTextOf({account.display_name(), account.name_kana()}));
           }},
          {"lifecycle_stage",
           [](const Account& account) { return Value(account.lifecycle_stage()); }},
          {"segment",
           [](const Account& account) { return Value(account.classification().segment()); }},
          {"tier", [](const Account& account) { return Value(account.classification().tier()); }},
          {"touch", [](const Account& account) { return Value(account.classification().touch()); }},
          {"team", [](const Account& account) { return Value(account.classification().team()); }},
          {"industry", [](const Account& account) { return Value(account.industry()); }},
          {"country", [](const Account& account) { return Value(account.country()); }},
          {"parent_account",
           [](const Account& account) { return Value(account.parent_account()); }},
          {"sales_owner", [](const Account& account) { return Value(account.owners().sales()); }},
          {"onboarding_owner",
           [](const Account& account) { return Value(account.owners().onboarding()); }},
          {"retention_owner",
           [](const Account& account) { return Value(account.owners().retention()); }},
          {"time_zone", [](const Account& account) { return Value(account.time_zone()); }},
          {"archive_time",
           [](const Account& account) {
             return account.has_archive_time() ? Value(calendar::ToTime(account.archive_time()))
                                               : Value();
           }},
      }};
}

storage::Kind<v1::Onboarding> OnboardingKind() {
  using v1::Onboarding;
  return {.table = "onboarding",
          .pattern = "accounts/{account}/onboardings/{onboarding}",
          .columns = {
              {"state", [](const Onboarding& onboarding) { return Value(onboarding.state()); }},
              {"owner", [](const Onboarding& onboarding) { return Value(onboarding.owner()); }},
          }};
}

storage::Kind<v1::Deal> DealKind() {
  return {.table = "deal",
          .pattern = "accounts/{account}/deals/{deal}",
          .columns = {{"stage", [](const v1::Deal& deal) { return Value(deal.stage()); }}}};
}

int64_t RoleBit(int role) { return int64_t{1} << role; }

storage::Kind<v1::Stakeholder> StakeholderKind() {
  using v1::Stakeholder;
  return {.table = "stakeholder",
          .pattern = "accounts/{account}/stakeholders/{stakeholder}",
          .columns = {
              {"roles",
               [](const Stakeholder& stakeholder) {
                 int64_t roles = 0;
                 for (const int role : stakeholder.roles()) roles |= RoleBit(role);
                 return Value(roles);
               }},
              {"search_text",
               [](const Stakeholder& stakeholder) {
                 return Value(SearchTextOf({stakeholder.display_name(), stakeholder.name_kana()}));
               }},
          }};
}

storage::Kind<v1::StakeholderChange> StakeholderChangeKind() {
  return {.table = "stakeholder_change",
          .pattern = "accounts/{account}/stakeholderChanges/{stakeholder_change}",
          .columns = {{"day", [](const v1::StakeholderChange& change) {
                         return Value(calendar::ToDay(change.date()));
                       }}}};
}

storage::Kind<v1::Contract> ContractKind() {
  using v1::Contract;
  return {
      .table = "contract",
      .pattern = "accounts/{account}/contracts/{contract}",
      .columns = {
          {"start_day",
           [](const Contract& contract) { return Value(calendar::ToDay(contract.start_date())); }},
          {"end_day", [](const Contract& contract) { return Value(LastDay(contract)); }},
          {"state", [](const Contract& contract) { return Value(contract.state()); }},
          {"previous_contract",
           [](const Contract& contract) { return Value(contract.previous_contract()); }},
      }};
}

storage::Kind<v1::Site> SiteKind() {
  return {.table = "site", .pattern = "accounts/{account}/sites/{site}", .columns = {}};
}

storage::Kind<v1::Interaction> InteractionKind() {
  using v1::Interaction;
  return {
      .table = "interaction",
      .pattern = "accounts/{account}/interactions/{interaction}",
      .columns = {
          {"start_time",
           [](const Interaction& interaction) {
             return Value(calendar::ToTime(interaction.start_time()));
           }},
          {"channel", [](const Interaction& interaction) { return Value(interaction.channel()); }},
      }};
}

storage::Kind<v1::AccountSummary> AccountSummaryKind() {
  using v1::AccountSummary;
  const auto has_risk = [](v1::AccountRiskKind kind) {
    return [kind](const AccountSummary& summary) {
      return Value(std::any_of(summary.risks().begin(), summary.risks().end(),
                               [&](const v1::AccountRisk& risk) { return risk.kind() == kind; }));
    };
  };
  return {.table = "account_summary",
          .pattern = "accounts/{account}/summary",
          .columns = {
              {"due_time",
               [](const AccountSummary& summary) {
                 return summary.has_next_change_time()
                            ? Value(calendar::ToTime(summary.next_change_time()))
                            : Value();
               }},
              {"champion_gap", has_risk(v1::ACCOUNT_RISK_KIND_CHAMPION_GAP)},
              {"person_change", has_risk(v1::ACCOUNT_RISK_KIND_PERSON_CHANGE)},
              {"owner_not_certified", has_risk(v1::ACCOUNT_RISK_KIND_OWNER_NOT_CERTIFIED)},
          }};
}

storage::Kind<v1::Member> MemberKind() {
  using v1::Member;
  return {.table = "member",
          .pattern = "members/{member}",
          .columns = {
              {"team", [](const Member& member) { return Value(member.team()); }},
              {"department", [](const Member& member) { return Value(member.department()); }},
              {"search_text",
               [](const Member& member) {
                 return Value(SearchTextOf({member.display_name(), member.name_kana()}));
               }},
          }};
}

storage::Kind<v1::RolePlay> RolePlayKind() {
  return {.table = "role_play", .pattern = "members/{member}/rolePlays/{role_play}", .columns = {}};
}

storage::Kind<v1::ClassificationOverride> ClassificationOverrideKind() {
  using v1::ClassificationOverride;
  return {
      .table = "classification_override",
      .pattern = "accounts/{account}/classificationOverrides/{classification_override}",
      .columns = {
          {"state", [](const ClassificationOverride& resource) { return Value(resource.state()); }},
          {"axis", [](const ClassificationOverride& resource) { return Value(resource.axis()); }},
          {"due_time",
           [](const ClassificationOverride& resource) {
             return resource.has_expire_time() ? Value(calendar::ToTime(resource.expire_time()))
                                               : Value();
           }},
      }};
}

storage::Kind<v1::UpsellCondition> UpsellConditionKind() {
  return {.table = "upsell_condition",
          .pattern = "accounts/{account}/upsellConditions/{upsell_condition}",
          .columns = {{"evidence", [](const v1::UpsellCondition& condition) {
                         return Value(condition.evidence());
                       }}}};
}

storage::Kind<v1::OperatingChange> OperatingChangeKind() {
  return {
      .table = "operating_change", .pattern = "operatingChanges/{operating_change}", .columns = {}};
}

storage::RevisionedKind ClassificationPolicyKind() {
  return {.table = "classification_policy",
          .pattern = "classificationPolicies/{classification_policy}"};
}

}  // namespace banso::accounts

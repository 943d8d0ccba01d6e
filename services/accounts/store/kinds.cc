#include "services/accounts/store/kinds.h"

#include "common/calendar/proto_time.h"
#include "services/accounts/domain/account.h"

namespace banso::accounts {

using storage::Value;

storage::Kind<v1::Account> AccountKind() {
  using v1::Account;
  return {
      .table = "account",
      .pattern = "accounts/{account}",
      .columns = {
          {"display_name", [](const Account& account) { return Value(account.display_name()); }},
          {"search_text", [](const Account& account) { return Value(SearchTextOf(account)); }},
          {"lifecycle_stage",
           [](const Account& account) { return Value(account.lifecycle_stage()); }},
          {"segment",
           [](const Account& account) { return Value(account.classification().segment()); }},
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

storage::Kind<v1::Stakeholder> StakeholderKind() {
  return {.table = "stakeholder",
          .pattern = "accounts/{account}/stakeholders/{stakeholder}",
          .columns = {}};
}

storage::Kind<v1::Member> MemberKind() {
  return {.table = "member",
          .pattern = "members/{member}",
          .columns = {{"team", [](const v1::Member& member) { return Value(member.team()); }}}};
}

storage::RevisionedKind ClassificationPolicyKind() {
  return {.table = "classification_policy",
          .pattern = "classificationPolicies/{classification_policy}"};
}

}  // namespace banso::accounts

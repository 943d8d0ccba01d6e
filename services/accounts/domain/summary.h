#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_SUMMARY_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_SUMMARY_H_

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/account_summary.pb.h"
#include "banso/accounts/v1/contract.pb.h"
#include "banso/accounts/v1/interaction.pb.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/accounts/v1/stakeholder_change.pb.h"
#include "banso/accounts/v1/upsell_condition.pb.h"
#include "services/accounts/domain/facts.h"

// What follows from an account's contracts, sites, people, interactions, upsell conditions and
// owner.
namespace banso::accounts {

// How long an account is watched after one of those who carry its project has changed, the day of
// the change included (担当変更リスク).
inline constexpr int kPersonChangeWatchDays = 30;

// What belongs to an account.
struct Relations {
  v1::Account account;
  std::vector<v1::Contract> contracts;
  std::vector<v1::Site> sites;
  std::vector<v1::Stakeholder> stakeholders;
  std::vector<v1::StakeholderChange> changes;
  std::vector<v1::UpsellCondition> upsell_conditions;
  // What the accountable owner must be certified for; empty: nothing, or nobody is accountable.
  std::string certification;
  // The accountable owner, where that counts.
  v1::Member owner;
};

// Why one of those who carry the project changes, where somebody said so.
struct ChangeCause {
  v1::StakeholderRole role = v1::STAKEHOLDER_ROLE_UNSPECIFIED;
  std::string before;
  std::string after;
  absl::CivilDay day;
  std::string reason;
};

// Whether risks are judged at a stage: from the first onboarding until the customer is lost.
bool RisksAreJudged(v1::LifecycleStage stage);

// Who carries the project on a day: the active project owners, promotion leaders and site
// promoters, in the order of the roles.
std::vector<v1::RoleHolder> RoleHolders(const std::vector<v1::Stakeholder>& stakeholders,
                                        absl::CivilDay day);

// One change for each holder of a role in `before` that is none in `now`; without names. Who holds
// the same role (at the same site) now and did not before is the successor. `cause`, if not null,
// says more about one of them; the others happened on `today`.
std::vector<v1::StakeholderChange> ChangesOfPeople(const std::vector<v1::RoleHolder>& before,
                                                   const std::vector<v1::RoleHolder>& now,
                                                   absl::CivilDay today, const ChangeCause* cause);

// The summary at `now`. What is known of contacts, and since when a risk is there, is taken from
// `before`.
v1::AccountSummary Summarize(const Relations& relations, const v1::AccountSummary& before,
                             absl::Time now);

// Takes an interaction into account for the last contacts.
void AddContact(const v1::Interaction& interaction, v1::AccountSummary* summary);

// Whether nothing is known: such a summary is not kept.
bool IsEmpty(const v1::AccountSummary& summary);

// What a summary says about its account; see RelationFactTypes. `zone` is that of the account's
// days.
FactValues FactsOf(const v1::AccountSummary& summary, const std::string& zone);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_SUMMARY_H_

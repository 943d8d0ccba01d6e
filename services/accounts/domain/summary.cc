#include "services/accounts/domain/summary.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/contract.h"
#include "services/accounts/domain/member.h"
#include "services/accounts/domain/stakeholder.h"

namespace banso::accounts {
namespace {

using calendar::ToDay;
using calendar::ToTime;
using v1::AccountSummary;
using v1::RoleHolder;
using v1::Stakeholder;
using v1::StakeholderChange;

// Those who carry a project.
constexpr v1::StakeholderRole kCarryingRoles[] = {v1::STAKEHOLDER_ROLE_PROJECT_OWNER,
                                                  v1::STAKEHOLDER_ROLE_LEAD,
                                                  v1::STAKEHOLDER_ROLE_SITE_CHAMPION};

bool Same(const RoleHolder& a, const RoleHolder& b) {
  return a.role() == b.role() && a.site() == b.site() && a.stakeholder() == b.stakeholder();
}

bool Contains(const std::vector<RoleHolder>& holders, const RoleHolder& holder) {
  return std::any_of(holders.begin(), holders.end(),
                     [&](const RoleHolder& other) { return Same(other, holder); });
}

bool AnyHolds(const AccountSummary& summary, v1::StakeholderRole role) {
  return std::any_of(summary.role_holders().begin(), summary.role_holders().end(),
                     [&](const RoleHolder& holder) { return holder.role() == role; });
}

void AddOnce(const std::string& text, google::protobuf::RepeatedPtrField<std::string>* texts) {
  if (text.empty() || std::find(texts->begin(), texts->end(), text) != texts->end()) return;
  *texts->Add() = text;
}

// The sum of what is paid for the contracts in force; none when one does not say, or in more than
// one currency.
std::optional<type::v1::Money> MonthlyAmount(const std::vector<v1::Contract>& contracts) {
  std::optional<type::v1::Money> sum;
  for (const v1::Contract& contract : contracts) {
    if (contract.state() != v1::CONTRACT_STATE_IN_FORCE) continue;
    if (!contract.has_monthly_amount()) return std::nullopt;
    const type::v1::Money& amount = contract.monthly_amount();
    if (!sum.has_value()) {
      sum = amount;
    } else if (sum->currency() == amount.currency()) {
      sum->set_minor_units(sum->minor_units() + amount.minor_units());
    } else {
      return std::nullopt;
    }
  }
  return sum;
}

std::optional<absl::CivilDay> ContractEnd(const std::vector<v1::Contract>& contracts) {
  std::optional<absl::CivilDay> end;
  for (const v1::Contract& contract : contracts) {
    if (contract.state() == v1::CONTRACT_STATE_ENDED) continue;
    const std::optional<absl::CivilDay> last = LastDay(contract);
    if (!last.has_value()) return std::nullopt;
    end = end.has_value() ? std::max(*end, *last) : *last;
  }
  return end;
}

void AddContracts(const std::vector<v1::Contract>& contracts, AccountSummary* summary) {
  for (const v1::Contract& contract : contracts) {
    if (contract.state() != v1::CONTRACT_STATE_IN_FORCE) continue;
    for (const std::string& product : contract.products()) {
      AddOnce(product, summary->mutable_products());
    }
    AddOnce(contract.plan(), summary->mutable_plans());
  }
  if (const auto amount = MonthlyAmount(contracts)) *summary->mutable_monthly_amount() = *amount;
  if (const auto end = ContractEnd(contracts)) {
    *summary->mutable_contract_end() = calendar::ToDate(*end);
  }
}

void AddUpsellConditions(const std::vector<v1::UpsellCondition>& conditions,
                         AccountSummary* summary) {
  for (const v1::UpsellCondition& condition : conditions) {
    if (condition.has_met_date()) continue;
    summary->set_upsell_conditions(summary->upsell_conditions() + 1);
    if (condition.evidence() == v1::EVIDENCE_STRENGTH_STRONG) continue;
    summary->set_weak_upsell_conditions(summary->weak_upsell_conditions() + 1);
  }
}

void AddPeople(const Relations& relations, absl::CivilDay today, AccountSummary* summary) {
  const std::vector<RoleHolder> holders = RoleHolders(relations.stakeholders, today);
  summary->mutable_role_holders()->Assign(holders.begin(), holders.end());
  summary->set_people(static_cast<int32_t>(relations.stakeholders.size()));
  for (const Stakeholder& stakeholder : relations.stakeholders) {
    if (!IsActive(stakeholder, today)) continue;
    if (stakeholder.has_decision_maker()) {
      summary->set_decision_maker_known(summary->decision_maker_known() ||
                                        stakeholder.decision_maker());
    }
    const bool owner = HasRole(stakeholder, v1::STAKEHOLDER_ROLE_PROJECT_OWNER);
    if (!owner || !stakeholder.has_commitment() || summary->has_commitment()) continue;
    *summary->mutable_commitment() = stakeholder.commitment();
    summary->mutable_commitment()->clear_note();
  }
  summary->set_sites(static_cast<int32_t>(relations.sites.size()));
  std::set<std::string> promoted;
  for (const RoleHolder& holder : holders) promoted.insert(holder.site());
  for (const v1::Site& site : relations.sites) {
    if (!promoted.contains(site.name())) {
      summary->set_sites_without_promoter(summary->sites_without_promoter() + 1);
    }
  }
}

// Adds a risk that stays until its cause is gone, with the day since which it is there.
void AddStandingRisk(v1::AccountRiskKind kind, const std::string& reason,
                     const AccountSummary& before, absl::CivilDay today, AccountSummary* summary) {
  v1::AccountRisk* risk = summary->add_risks();
  risk->set_kind(kind);
  *risk->mutable_since() = calendar::ToDate(today);
  risk->set_reason(reason);
  for (const v1::AccountRisk& known : before.risks()) {
    if (known.kind() == kind) *risk = known;
  }
}

void AddChampionGap(const AccountSummary& before, absl::CivilDay today, AccountSummary* summary) {
  if (AnyHolds(*summary, v1::STAKEHOLDER_ROLE_PROJECT_OWNER)) return;
  AddStandingRisk(v1::ACCOUNT_RISK_KIND_CHAMPION_GAP,
                  AnyHolds(before, v1::STAKEHOLDER_ROLE_PROJECT_OWNER)
                      ? "the project owner has left, and nobody has taken the place"
                      : "nobody is named as project owner",
                  before, today, summary);
}

void AddOwnerCertification(const Relations& relations, const AccountSummary& before,
                           absl::CivilDay today, AccountSummary* summary) {
  if (relations.certification.empty()) return;
  summary->set_owner_certified(
      MayHave(relations.account, relations.certification, relations.owner, today));
  if (summary->owner_certified()) return;
  AddStandingRisk(v1::ACCOUNT_RISK_KIND_OWNER_NOT_CERTIFIED,
                  "the accountable owner is not certified for what the touch level asks for",
                  before, today, summary);
}

void AddRisks(const Relations& relations, const AccountSummary& before, absl::CivilDay today,
              AccountSummary* summary) {
  summary->set_risks_judged(RisksAreJudged(relations.account.lifecycle_stage()));
  if (!summary->risks_judged()) return;
  AddChampionGap(before, today, summary);
  AddOwnerCertification(relations, before, today, summary);
  for (const StakeholderChange& change : relations.changes) {
    if (ToDay(change.watch_until()) < today) continue;
    v1::AccountRisk* risk = summary->add_risks();
    risk->set_kind(v1::ACCOUNT_RISK_KIND_PERSON_CHANGE);
    *risk->mutable_since() = change.date();
    *risk->mutable_until() = change.watch_until();
    risk->set_reason(change.after().empty() ? "somebody who carries the project has left"
                                            : "somebody who carries the project was replaced");
    risk->set_stakeholder_change(change.name());
  }
}

// The first day after `today` on which a relation, certification or waiver begins or is over.
std::optional<absl::CivilDay> NextDay(const Relations& relations, absl::CivilDay today) {
  std::optional<absl::CivilDay> next;
  const auto consider = [&](absl::CivilDay day) {
    if (day > today && (!next.has_value() || day < *next)) next = day;
  };
  for (const v1::Contract& contract : relations.contracts) {
    consider(ToDay(contract.start_date()));
    if (const auto last = LastDay(contract)) consider(*last + 1);
  }
  for (const Stakeholder& stakeholder : relations.stakeholders) {
    if (stakeholder.has_active_from()) consider(ToDay(stakeholder.active_from()));
    if (stakeholder.has_active_until()) consider(ToDay(stakeholder.active_until()) + 1);
  }
  for (const StakeholderChange& change : relations.changes) {
    consider(ToDay(change.watch_until()) + 1);
  }
  if (relations.certification.empty()) return next;
  for (const v1::Certification& held : relations.owner.certifications()) {
    consider(ToDay(held.start_date()));
    if (held.has_end_date()) consider(ToDay(held.end_date()) + 1);
  }
  for (const v1::CertificationWaiver& waiver : relations.account.certification_waivers()) {
    if (waiver.has_until()) consider(ToDay(waiver.until()) + 1);
  }
  return next;
}

// Of those who hold the role now, the latest contact.
std::optional<absl::Time> LastContactOf(const AccountSummary& summary, v1::StakeholderRole role) {
  std::optional<absl::Time> last;
  for (const RoleHolder& holder : summary.role_holders()) {
    if (holder.role() != role) continue;
    for (const v1::LastContact& contact : summary.last_contacts()) {
      if (contact.stakeholder() != holder.stakeholder()) continue;
      const absl::Time time = ToTime(contact.time());
      last = last.has_value() ? std::max(*last, time) : time;
    }
  }
  return last;
}

void AddContactFacts(const AccountSummary& summary, const std::string& zone, FactValues* facts) {
  const auto add = [&](const char* fact, const std::optional<absl::Time>& time) {
    if (time.has_value()) facts->emplace(fact, rule::DateValue(calendar::DayOf(*time, zone)));
  };
  add("account.contact.project_owner", LastContactOf(summary, v1::STAKEHOLDER_ROLE_PROJECT_OWNER));
  add("account.contact.lead", LastContactOf(summary, v1::STAKEHOLDER_ROLE_LEAD));
  add("account.contact.site_promoter", LastContactOf(summary, v1::STAKEHOLDER_ROLE_SITE_CHAMPION));
  if (summary.has_last_contact_time()) {
    add("account.contact.anybody", ToTime(summary.last_contact_time()));
  }
}

void AddContractFacts(const AccountSummary& summary, FactValues* facts) {
  if (!summary.products().empty()) {
    facts->emplace("account.contract.products",
                   rule::TextSetValue({summary.products().begin(), summary.products().end()}));
  }
  if (!summary.plans().empty()) {
    facts->emplace("account.contract.plans",
                   rule::TextSetValue({summary.plans().begin(), summary.plans().end()}));
  }
  if (summary.has_monthly_amount()) {
    facts->emplace("account.contract.monthly_amount",
                   rule::NumberValue(summary.monthly_amount().minor_units()));
  }
  if (summary.has_contract_end()) {
    facts->emplace("account.contract.end_date", rule::DateValue(ToDay(summary.contract_end())));
  }
}

// Whom nobody has written down may be there all the same.
void AddPeopleFacts(const AccountSummary& summary, FactValues* facts) {
  const auto flag = [&](const char* fact, bool value) {
    facts->emplace(fact, rule::FlagValue(value));
  };
  if (summary.people() > 0) {
    flag("account.people.project_owner", AnyHolds(summary, v1::STAKEHOLDER_ROLE_PROJECT_OWNER));
    flag("account.people.lead", AnyHolds(summary, v1::STAKEHOLDER_ROLE_LEAD));
  }
  if (summary.has_decision_maker_known()) {
    flag("account.people.decision_maker", summary.decision_maker_known());
  }
}

void AddCommitmentFacts(const v1::Commitment& commitment, FactValues* facts) {
  std::vector<std::string> kinds;
  for (const int kind : commitment.kinds()) {
    std::string name = v1::CommitmentKind_Name(static_cast<v1::CommitmentKind>(kind));
    absl::string_view word = name;
    absl::ConsumePrefix(&word, "COMMITMENT_KIND_");
    kinds.push_back(absl::AsciiStrToLower(word));
  }
  if (!kinds.empty()) facts->emplace("account.champion.commitment", rule::TextSetValue(kinds));
  if (commitment.has_level()) {
    facts->emplace("account.champion.commitment_level", rule::NumberValue(commitment.level()));
  }
}

void AddRiskFacts(const AccountSummary& summary, FactValues* facts) {
  if (!summary.risks_judged()) return;
  bool gap = false;
  bool change = false;
  for (const v1::AccountRisk& risk : summary.risks()) {
    gap |= risk.kind() == v1::ACCOUNT_RISK_KIND_CHAMPION_GAP;
    change |= risk.kind() == v1::ACCOUNT_RISK_KIND_PERSON_CHANGE;
  }
  facts->emplace("account.risk.champion_gap", rule::FlagValue(gap));
  facts->emplace("account.risk.person_change", rule::FlagValue(change));
}

}  // namespace

bool RisksAreJudged(v1::LifecycleStage stage) {
  return stage == v1::LIFECYCLE_STAGE_ONBOARDING || stage == v1::LIFECYCLE_STAGE_HANDOFF_GAP ||
         stage == v1::LIFECYCLE_STAGE_RETENTION || stage == v1::LIFECYCLE_STAGE_RE_ONBOARDING;
}

std::vector<RoleHolder> RoleHolders(const std::vector<Stakeholder>& stakeholders,
                                    absl::CivilDay day) {
  std::vector<RoleHolder> holders;
  for (const v1::StakeholderRole role : kCarryingRoles) {
    for (const Stakeholder& stakeholder : stakeholders) {
      if (!HasRole(stakeholder, role) || !IsActive(stakeholder, day)) continue;
      RoleHolder& holder = holders.emplace_back();
      holder.set_role(role);
      holder.set_stakeholder(stakeholder.name());
      if (role == v1::STAKEHOLDER_ROLE_SITE_CHAMPION) holder.set_site(stakeholder.site());
    }
  }
  return holders;
}

std::vector<StakeholderChange> ChangesOfPeople(const std::vector<RoleHolder>& before,
                                               const std::vector<RoleHolder>& now,
                                               absl::CivilDay today, const ChangeCause* cause) {
  std::vector<RoleHolder> newcomers;
  for (const RoleHolder& holder : now) {
    if (!Contains(before, holder)) newcomers.push_back(holder);
  }
  std::vector<StakeholderChange> changes;
  for (const RoleHolder& left : before) {
    if (Contains(now, left)) continue;
    StakeholderChange& change = changes.emplace_back();
    change.set_role(left.role());
    change.set_site(left.site());
    change.set_before(left.stakeholder());
    const auto successor =
        std::find_if(newcomers.begin(), newcomers.end(), [&](const RoleHolder& newcomer) {
          return newcomer.role() == left.role() && newcomer.site() == left.site();
        });
    if (successor != newcomers.end()) {
      change.set_after(successor->stakeholder());
      newcomers.erase(successor);
    }
    absl::CivilDay day = today;
    if (cause != nullptr && cause->before == left.stakeholder() && cause->role == left.role()) {
      change.set_after(cause->after);
      change.set_reason(cause->reason);
      day = cause->day;
    }
    *change.mutable_date() = calendar::ToDate(day);
    *change.mutable_watch_until() = calendar::ToDate(day + kPersonChangeWatchDays - 1);
  }
  return changes;
}

AccountSummary Summarize(const Relations& relations, const AccountSummary& before, absl::Time now) {
  const std::string zone = ZoneOf(relations.account);
  const absl::CivilDay today = calendar::DayOf(now, zone);
  AccountSummary summary;
  summary.set_name(absl::StrCat(relations.account.name(), "/summary"));
  *summary.mutable_last_contacts() = before.last_contacts();
  if (before.has_last_contact_time()) {
    *summary.mutable_last_contact_time() = before.last_contact_time();
  }
  AddContracts(relations.contracts, &summary);
  AddUpsellConditions(relations.upsell_conditions, &summary);
  AddPeople(relations, today, &summary);
  for (const StakeholderChange& change : relations.changes) {
    if (!summary.has_last_person_change() ||
        ToDay(summary.last_person_change()) < ToDay(change.date())) {
      *summary.mutable_last_person_change() = change.date();
    }
  }
  AddRisks(relations, before, today, &summary);
  if (const auto next = NextDay(relations, today)) {
    *summary.mutable_next_change_time() =
        calendar::ToTimestamp(calendar::StartOfDay(*next, calendar::ZoneOrUtc(zone)));
  }
  return summary;
}

void AddContact(const v1::Interaction& interaction, AccountSummary* summary) {
  const absl::Time time = ToTime(interaction.start_time());
  if (!summary->has_last_contact_time() || ToTime(summary->last_contact_time()) < time) {
    *summary->mutable_last_contact_time() = interaction.start_time();
  }
  for (const std::string& stakeholder : interaction.stakeholders()) {
    auto* contacts = summary->mutable_last_contacts();
    auto known = std::find_if(contacts->begin(), contacts->end(), [&](const auto& contact) {
      return contact.stakeholder() == stakeholder;
    });
    if (known == contacts->end()) {
      contacts->Add()->set_stakeholder(stakeholder);
      known = contacts->end() - 1;
    } else if (ToTime(known->time()) >= time) {
      continue;
    }
    *known->mutable_time() = interaction.start_time();
  }
}

bool IsEmpty(const AccountSummary& summary) {
  AccountSummary empty;
  empty.set_name(summary.name());
  return summary.SerializeAsString() == empty.SerializeAsString();
}

FactValues FactsOf(const AccountSummary& summary, const std::string& zone) {
  FactValues facts;
  if (summary.name().empty()) return facts;
  AddContractFacts(summary, &facts);
  AddContactFacts(summary, zone, &facts);
  AddCommitmentFacts(summary.commitment(), &facts);
  AddRiskFacts(summary, &facts);
  if (summary.sites() > 0) {
    facts.emplace("account.recorded_sites", rule::NumberValue(summary.sites()));
    facts.emplace("account.sites_without_promoter",
                  rule::NumberValue(summary.sites_without_promoter()));
  }
  if (summary.upsell_conditions() > 0) {
    facts.emplace("account.upsell.conditions", rule::NumberValue(summary.upsell_conditions()));
    facts.emplace("account.upsell.weak_conditions",
                  rule::NumberValue(summary.weak_upsell_conditions()));
  }
  AddPeopleFacts(summary, &facts);
  if (summary.has_owner_certified()) {
    facts.emplace("account.owner_certified", rule::FlagValue(summary.owner_certified()));
  }
  if (summary.has_last_person_change()) {
    facts.emplace("account.person_changed", rule::DateValue(ToDay(summary.last_person_change())));
  }
  return facts;
}

}  // namespace banso::accounts

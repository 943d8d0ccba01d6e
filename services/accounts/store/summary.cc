#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/contract.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/member.h"
#include "services/accounts/domain/upsell.h"
#include "services/accounts/store/store.h"

// The part of Store that keeps the summaries.
namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::AccountSummary;

namespace {

std::string SummaryName(absl::string_view account) { return absl::StrCat(account, "/summary"); }

// `2026-06-30-project-owner`.
std::string IdOf(const v1::StakeholderChange& change) {
  std::string role = v1::StakeholderRole_Name(change.role());
  absl::string_view word = role;
  absl::ConsumePrefix(&word, "STAKEHOLDER_ROLE_");
  return absl::StrCat(calendar::DayText(change.date()), "-",
                      absl::StrReplaceAll(absl::AsciiStrToLower(word), {{"_", "-"}}));
}

absl::Status AddOwner(const Store& store, Reader& reader, absl::Time now, Relations* relations) {
  const v1::Account& account = relations->account;
  const std::string owner = AccountableOwner(account);
  if (!RisksAreJudged(account.lifecycle_stage()) || owner.empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto policy, store.classification.ActivePolicy(reader, now));
  if (!policy.has_value()) return absl::OkStatus();
  const std::string certification = CertificationFor(*policy, account);
  if (certification.empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(relations->owner, store.team.members.Get(reader, owner));
  relations->certification = certification;
  return absl::OkStatus();
}

absl::StatusOr<Relations> RelationsOf(const Store& store, Writer& writer,
                                      const v1::Account& account) {
  Relations relations;
  relations.account = account;
  BANSO_ASSIGN_OR_RETURN(relations.contracts, store.contracts.All(writer, account.name()));
  for (v1::Contract& contract : relations.contracts) {
    const v1::ContractState state = StateOn(contract, Today(account, writer.now()));
    if (contract.state() == state) continue;
    contract.set_state(state);
    BANSO_ASSIGN_OR_RETURN(contract, store.contracts.Update(writer, contract));
  }
  BANSO_ASSIGN_OR_RETURN(relations.sites, store.sites.All(writer, account.name()));
  BANSO_ASSIGN_OR_RETURN(relations.stakeholders, store.stakeholders.All(writer, account.name()));
  BANSO_ASSIGN_OR_RETURN(relations.changes, store.stakeholder_changes.All(writer, account.name()));
  BANSO_ASSIGN_OR_RETURN(relations.upsell_conditions,
                         store.upsell_conditions.All(writer, account.name()));
  for (v1::UpsellCondition& condition : relations.upsell_conditions) {
    const v1::UpsellCondition before = condition;
    JudgeEvidence(relations.stakeholders, Today(account, writer.now()), &condition);
    if (before.SerializeAsString() == condition.SerializeAsString()) continue;
    BANSO_ASSIGN_OR_RETURN(condition, store.upsell_conditions.Update(writer, condition));
  }
  BANSO_RETURN_IF_ERROR(AddOwner(store, writer, writer.now(), &relations));
  return relations;
}

absl::Status RecordChanges(const Store& store, Writer& writer, const AccountSummary& before,
                           const SummaryCause& cause, Relations* relations) {
  const absl::CivilDay today = Today(relations->account, writer.now());
  const std::vector<v1::StakeholderChange> changes =
      ChangesOfPeople({before.role_holders().begin(), before.role_holders().end()},
                      RoleHolders(relations->stakeholders, today), today, cause.change);
  for (v1::StakeholderChange change : changes) {
    const std::string base = IdOf(change);
    for (int attempt = 1;; ++attempt) {
      change.set_name(contract::Join(relations->account.name(), "stakeholderChanges",
                                     NumberedId(base, attempt)));
      BANSO_ASSIGN_OR_RETURN(const bool taken,
                             store.stakeholder_changes.Exists(writer, change.name()));
      if (!taken) break;
    }
    change.set_recorded_by(writer.call().actor);
    BANSO_ASSIGN_OR_RETURN(change, store.stakeholder_changes.Create(writer, std::move(change)));
    relations->changes.push_back(std::move(change));
  }
  return absl::OkStatus();
}

absl::Status RecordFacts(const Store& store, Writer& writer, const v1::Account& account,
                         const AccountSummary& before, const AccountSummary& after) {
  const std::string zone = ZoneOf(account);
  const std::string& actor = writer.call().actor;
  return store.facts.RecordAll(
      writer, FactChanges(account.name(), FactsOf(before, zone), FactsOf(after, zone), writer.now(),
                          actor.empty() ? "services/accounts" : actor));
}

absl::Status RecountContacts(const Store& store, Reader& reader, const std::string& account,
                             AccountSummary* summary) {
  summary->clear_last_contacts();
  summary->clear_last_contact_time();
  return store.interactions.ForEach(reader, account, {}, [&](v1::Interaction& interaction) {
    AddContact(interaction, summary);
    return absl::OkStatus();
  });
}

}  // namespace

absl::Status Store::RefreshSummariesOf(Writer& writer, const std::string& member) const {
  BANSO_ASSIGN_OR_RETURN(const std::vector<v1::Account> owned,
                         accounts.All(writer, "",
                                      {storage::AnyOf({storage::Equal("onboarding_owner", member),
                                                       storage::Equal("retention_owner", member)}),
                                       storage::IsNull("archive_time")}));
  for (const v1::Account& account : owned) {
    if (AccountableOwner(account) != member) continue;
    BANSO_RETURN_IF_ERROR(RefreshSummary(writer, account));
  }
  return absl::OkStatus();
}

absl::Status Store::ForgetPerson(Writer& writer, const v1::Account& account,
                                 const std::string& stakeholder) const {
  BANSO_ASSIGN_OR_RETURN(auto summary, summaries.Find(writer, SummaryName(account.name())));
  if (!summary.has_value()) return absl::OkStatus();
  const auto drop = [&](auto* list) {
    list->erase(std::remove_if(list->begin(), list->end(),
                               [&](const auto& item) { return item.stakeholder() == stakeholder; }),
                list->end());
  };
  drop(summary->mutable_role_holders());
  drop(summary->mutable_last_contacts());
  return summaries.Put(writer, *std::move(summary)).status();
}

absl::Status Store::DropSummary(Writer& writer, const v1::Account& account) const {
  BANSO_ASSIGN_OR_RETURN(const auto stored, summaries.Find(writer, SummaryName(account.name())));
  if (!stored.has_value()) return absl::OkStatus();
  BANSO_RETURN_IF_ERROR(summaries.Delete(writer, stored->name()));
  return RecordFacts(*this, writer, account, *stored, AccountSummary());
}

absl::Status Store::RefreshSummary(Writer& writer, const v1::Account& account,
                                   const SummaryCause& cause) const {
  BANSO_ASSIGN_OR_RETURN(const auto stored, summaries.Find(writer, SummaryName(account.name())));
  const AccountSummary before = stored.value_or(AccountSummary());
  BANSO_ASSIGN_OR_RETURN(Relations relations, RelationsOf(*this, writer, account));
  BANSO_RETURN_IF_ERROR(RecordChanges(*this, writer, before, cause, &relations));
  AccountSummary known = before;
  if (cause.interaction != nullptr) AddContact(*cause.interaction, &known);
  if (cause.recount_contacts) {
    BANSO_RETURN_IF_ERROR(RecountContacts(*this, writer, account.name(), &known));
  }
  const AccountSummary after = Summarize(relations, known, writer.now());
  if (!stored.has_value() && IsEmpty(after)) return absl::OkStatus();
  BANSO_RETURN_IF_ERROR(summaries.Put(writer, after).status());
  return RecordFacts(*this, writer, account, before, after);
}

}  // namespace banso::accounts

#include "services/accounts/store/store.h"

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/facts.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/store/kinds.h"

namespace banso::accounts {
namespace {

using storage::Reader;
using storage::Row;
using storage::Writer;
using v1::Account;
using v1::Onboarding;

// The zone in which the days of an account's (or of its children's) facts are counted.
std::string ZoneOfSubject(Reader& reader, absl::string_view subject) {
  std::string zone;
  const absl::StatusOr<bool> found =
      reader.QueryOne("SELECT time_zone FROM account WHERE name = $name",
                      {{"name", contract::Ancestor(subject, "accounts")}}, [&](const Row& row) {
                        zone = std::string(row.Text(0));
                        return absl::OkStatus();
                      });
  return found.ok() && !zone.empty() ? zone : calendar::kDefaultZone;
}

std::string SourceOf(const Writer& writer, absl::string_view source) {
  if (!source.empty()) return std::string(source);
  return writer.call().actor.empty() ? "services/accounts" : writer.call().actor;
}

// Whether something has changed that decides whether the accountable owner is certified.
bool CertificationMoves(const Account& before, const Account& after) {
  const auto waivers = [](const Account& account) {
    std::string bytes;
    for (const v1::CertificationWaiver& waiver : account.certification_waivers()) {
      absl::StrAppend(&bytes, waiver.SerializeAsString());
    }
    return bytes;
  };
  return before.classification().touch() != after.classification().touch() ||
         before.classification().policy() != after.classification().policy() ||
         AccountableOwner(before) != AccountableOwner(after) || waivers(before) != waivers(after);
}

}  // namespace

Store::Store()
    : accounts(AccountKind()),
      onboardings(OnboardingKind()),
      deals(DealKind()),
      stakeholders(StakeholderKind()),
      stakeholder_changes(StakeholderChangeKind()),
      contracts(ContractKind()),
      sites(SiteKind()),
      interactions(InteractionKind()),
      upsell_conditions(UpsellConditionKind()),
      summaries(AccountSummaryKind()),
      operating_changes(OperatingChangeKind()),
      classification(team),
      facts(storage::FactLog::Options{.zone_of = ZoneOfSubject}) {}

absl::StatusOr<Account> Store::Save(Writer& writer, const Account* before, Account after,
                                    absl::string_view expected_etag,
                                    absl::string_view source) const {
  after.set_accountable_owner(AccountableOwner(after));
  absl::StatusOr<Account> stored = before == nullptr
                                       ? accounts.Create(writer, after)
                                       : accounts.Update(writer, after, expected_etag);
  BANSO_RETURN_IF_ERROR(stored.status());
  BANSO_RETURN_IF_ERROR(external_ids.Save(writer, before, after));
  BANSO_RETURN_IF_ERROR(
      attributes.Save(writer, before == nullptr ? Account::default_instance() : *before, after));
  BANSO_RETURN_IF_ERROR(history.Save(writer, before, after));
  const FactValues old_facts = before == nullptr ? FactValues() : FactsOf(*before);
  BANSO_RETURN_IF_ERROR(
      facts.RecordAll(writer, FactChanges(after.name(), old_facts, FactsOf(after), writer.now(),
                                          SourceOf(writer, source))));
  const bool days_move = before != nullptr && ZoneOf(*before) != ZoneOf(after);
  const bool stage_moves =
      before != nullptr && before->lifecycle_stage() != after.lifecycle_stage();
  const bool owner_is_judged_anew = before != nullptr && RisksAreJudged(after.lifecycle_stage()) &&
                                    CertificationMoves(*before, after);
  if (stage_moves || days_move || owner_is_judged_anew)
    BANSO_RETURN_IF_ERROR(RefreshSummary(writer, after));
  return stored;
}

absl::StatusOr<Onboarding> Store::Save(Writer& writer, const Onboarding* before,
                                       const Onboarding& after,
                                       absl::string_view expected_etag) const {
  absl::StatusOr<Onboarding> stored = before == nullptr
                                          ? onboardings.Create(writer, after)
                                          : onboardings.Update(writer, after, expected_etag);
  BANSO_RETURN_IF_ERROR(stored.status());
  const FactValues old_facts = before == nullptr ? FactValues() : FactsOf(*before);
  BANSO_RETURN_IF_ERROR(facts.RecordAll(writer, FactChanges(after.name(), old_facts, FactsOf(after),
                                                            writer.now(), SourceOf(writer, ""))));
  return stored;
}

absl::StatusOr<Account> Store::AccountForChange(Reader& reader, absl::string_view name) const {
  BANSO_ASSIGN_OR_RETURN(Account account,
                         accounts.Get(reader, contract::Ancestor(name, "accounts")));
  BANSO_RETURN_IF_ERROR(CheckNotArchived(account));
  return account;
}

absl::Status Store::CheckReferences(Reader& reader, const Account* before, const Account& account,
                                    absl::string_view field,
                                    contract::Violations* violations) const {
  const Account& old = before == nullptr ? Account::default_instance() : *before;
  const auto check_owner = [&](const std::string& member, const std::string& present,
                               const char* which) {
    if (member == present) return absl::OkStatus();
    return team.CheckEmployed(reader, member, absl::StrCat(field, ".owners.", which), violations);
  };
  BANSO_RETURN_IF_ERROR(check_owner(account.owners().sales(), old.owners().sales(), "sales"));
  BANSO_RETURN_IF_ERROR(
      check_owner(account.owners().onboarding(), old.owners().onboarding(), "onboarding"));
  BANSO_RETURN_IF_ERROR(
      check_owner(account.owners().retention(), old.owners().retention(), "retention"));
  if (!account.parent_account().empty() && account.parent_account() != old.parent_account()) {
    BANSO_ASSIGN_OR_RETURN(const bool exists, accounts.Exists(reader, account.parent_account()));
    if (!exists) {
      violations->Add(absl::StrCat(field, ".parent_account"), account.parent_account(),
                      "an account that exists", "UNKNOWN_ACCOUNT");
    }
  }
  return attributes.Check(reader, old, account, absl::StrCat(field, ".attributes"), violations);
}

absl::StatusOr<absl::flat_hash_map<std::string, Store::AccountHeader>> Store::Headers(
    Reader& reader) const {
  absl::flat_hash_map<std::string, AccountHeader> headers;
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT name, segment, time_zone FROM account ORDER BY name", {}, [&](const Row& row) {
        headers.emplace(row.Text(0), AccountHeader{.segment = std::string(row.Text(1)),
                                                   .time_zone = std::string(row.Text(2))});
        return absl::OkStatus();
      }));
  return headers;
}

storage::SnapshotSources Store::sources() const {
  // Tokens of feeds count them.
  storage::SnapshotSources all = {classification.policies.source(),
                                  team.rubrics.source(),
                                  team.members.source(),
                                  team.role_plays.source(),
                                  accounts.source(),
                                  deals.source(),
                                  onboardings.source(),
                                  contracts.source(),
                                  sites.source(),
                                  stakeholders.source(),
                                  interactions.source(),
                                  summaries.source(),
                                  stakeholder_changes.source(),
                                  classification.overrides.source(),
                                  upsell_conditions.source(),
                                  operating_changes.source()};
  const storage::SnapshotSources of_intake = intake.sources();
  all.insert(all.end(), of_intake.begin(), of_intake.end());
  all.push_back(attributes.definitions.source());
  return all;
}

absl::Status Store::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(intake.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(attributes.definitions.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(team.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(classification.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(accounts.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(deals.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(onboardings.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(contracts.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(sites.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(interactions.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(summaries.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(stakeholder_changes.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(upsell_conditions.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(operating_changes.CheckSchema(reader));
  return stakeholders.CheckSchema(reader);
}

}  // namespace banso::accounts

#include "services/accounts/store/store.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/churn.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/fact_types.h"
#include "services/accounts/domain/facts.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/member.h"
#include "services/accounts/domain/stage_history.h"
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
  return found.ok() && !zone.empty() ? zone : "Asia/Tokyo";
}

std::string SourceOf(const Writer& writer, absl::string_view source) {
  if (!source.empty()) return std::string(source);
  return writer.call().actor.empty() ? "services/accounts" : writer.call().actor;
}

// Later than any activation.
const absl::Time kAfterAll = absl::FromCivil(absl::CivilYear(2200), absl::UTCTimeZone());

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

// The days on which an account was lost; those of one that was merged away went with the merge.
std::set<absl::CivilDay> ChurnDays(const Account& account) {
  std::set<absl::CivilDay> days;
  if (!account.merged_into().empty()) return days;
  for (const v1::Churn& churn : ChurnsOf(account)) days.insert(calendar::ToDay(churn.date()));
  return days;
}

bool HasExternalId(const Account& account, const v1::ExternalId& id) {
  return ExternalIdIn(account, id.system()) == id.id();
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
      members(MemberKind()),
      role_plays(RolePlayKind()),
      policies(ClassificationPolicyKind()),
      overrides(ClassificationOverrideKind()),
      operating_changes(OperatingChangeKind()),
      facts(storage::FactLog::Options{.zone_of = ZoneOfSubject}) {}

absl::StatusOr<Account> Store::Save(Writer& writer, const Account* before, const Account& after,
                                    absl::string_view expected_etag,
                                    absl::string_view source) const {
  absl::StatusOr<Account> stored = before == nullptr
                                       ? accounts.Create(writer, after)
                                       : accounts.Update(writer, after, expected_etag);
  BANSO_RETURN_IF_ERROR(stored.status());
  BANSO_RETURN_IF_ERROR(SaveExternalIds(writer, before, after));
  BANSO_RETURN_IF_ERROR(
      attributes.Save(writer, before == nullptr ? Account::default_instance() : *before, after));
  BANSO_RETURN_IF_ERROR(SaveChurns(writer, before, after));
  BANSO_RETURN_IF_ERROR(SaveStage(writer, before, after));
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

absl::StatusOr<v1::Member> Store::Save(Writer& writer, const v1::Member* before,
                                       const v1::Member& after,
                                       absl::string_view expected_etag) const {
  absl::StatusOr<v1::Member> stored = before == nullptr
                                          ? members.Create(writer, after)
                                          : members.Update(writer, after, expected_etag);
  BANSO_RETURN_IF_ERROR(stored.status());
  BANSO_RETURN_IF_ERROR(SaveMemberships(writer, *stored));
  return stored;
}

absl::Status Store::SaveMemberships(Writer& writer, const v1::Member& member) const {
  BANSO_RETURN_IF_ERROR(
      writer.Execute("DELETE FROM membership WHERE member = $member", {{"member", member.name()}})
          .status());
  for (const v1::Membership& membership : member.memberships()) {
    const storage::Value end = membership.has_end_date()
                                   ? storage::Value(calendar::ToDay(membership.end_date()))
                                   : storage::Value();
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("INSERT INTO membership (member, start_day, end_day, team, department) "
                     "VALUES ($member, $start, $end, $team, $department)",
                     {{"member", member.name()},
                      {"start", calendar::ToDay(membership.start_date())},
                      {"end", end},
                      {"team", membership.team()},
                      {"department", membership.department()}})
            .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<Account> Store::AccountForChange(Reader& reader, absl::string_view name) const {
  BANSO_ASSIGN_OR_RETURN(Account account,
                         accounts.Get(reader, contract::Ancestor(name, "accounts")));
  BANSO_RETURN_IF_ERROR(CheckNotArchived(account));
  return account;
}

absl::Status Store::CheckCertified(Reader& reader, absl::Time now, const Account& account,
                                   const std::string& member) const {
  if (member.empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto policy, ActivePolicy(reader, now));
  if (!policy.has_value() || policy->touch_certifications().empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto owner, members.Find(reader, member));
  if (!owner.has_value()) return absl::OkStatus();
  return ::banso::accounts::CheckCertified(*policy, account, *owner, VendorDay(now));
}

absl::Status Store::CheckOwnersCertified(Reader& reader, absl::Time now, const Account* before,
                                         const Account& account) const {
  const v1::AccountOwners& owners = account.owners();
  const v1::AccountOwners& old =
      before == nullptr ? v1::AccountOwners::default_instance() : before->owners();
  if (owners.onboarding() != old.onboarding()) {
    BANSO_RETURN_IF_ERROR(CheckCertified(reader, now, account, owners.onboarding()));
  }
  if (owners.retention() == old.retention()) return absl::OkStatus();
  return CheckCertified(reader, now, account, owners.retention());
}

absl::Status Store::CheckActorRole(Writer& writer, std::initializer_list<v1::MemberRole> roles,
                                   absl::string_view what) const {
  if (!writer.call().from_member()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto actor, members.Find(writer, writer.call().actor));
  return CheckRole(actor.has_value() ? &*actor : nullptr, roles, what);
}

absl::StatusOr<std::optional<std::string>> Store::FindByExternalId(Reader& reader,
                                                                   absl::string_view system,
                                                                   absl::string_view id) const {
  std::optional<std::string> account;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne("SELECT account FROM external_id WHERE system = $system AND id = $id",
                    {{"system", system}, {"id", id}},
                    [&](const Row& row) {
                      account = std::string(row.Text(0));
                      return absl::OkStatus();
                    })
          .status());
  return account;
}

absl::Status Store::PassOnExternalIds(Writer& writer, absl::string_view from,
                                      absl::string_view to) const {
  return writer
      .Execute("UPDATE external_id SET account = $to WHERE account = $from",
               {{"from", from}, {"to", to}})
      .status();
}

absl::Status Store::SaveExternalIds(Writer& writer, const Account* before,
                                    const Account& after) const {
  if (before != nullptr) {
    for (const v1::ExternalId& id : before->external_ids()) {
      if (HasExternalId(after, id)) continue;
      BANSO_RETURN_IF_ERROR(
          writer
              .Execute("DELETE FROM external_id WHERE system = $system AND id = $id",
                       {{"system", id.system()}, {"id", id.id()}})
              .status());
    }
  }
  for (const v1::ExternalId& id : after.external_ids()) {
    if (before != nullptr && HasExternalId(*before, id)) continue;
    BANSO_ASSIGN_OR_RETURN(
        const int64_t added,
        writer.Execute("INSERT INTO external_id (system, id, account) "
                       "VALUES ($system, $id, $account) ON CONFLICT (system, id) DO NOTHING",
                       {{"system", id.system()}, {"id", id.id()}, {"account", after.name()}}));
    if (added > 0) continue;
    BANSO_ASSIGN_OR_RETURN(const std::optional<std::string> owner,
                           FindByExternalId(writer, id.system(), id.id()));
    if (owner == after.name()) continue;
    return contract::AlreadyExists(
        after.name(), absl::StrCat("the id ", contract::Quote(id.id()), " of ", id.system(),
                                   " belongs to ", owner.value_or("another account")));
  }
  return absl::OkStatus();
}

absl::Status Store::SaveChurns(Writer& writer, const Account* before, const Account& after) const {
  const std::set<absl::CivilDay> days = ChurnDays(after);
  if (days == (before == nullptr ? std::set<absl::CivilDay>() : ChurnDays(*before))) {
    return absl::OkStatus();
  }
  BANSO_RETURN_IF_ERROR(
      writer.Execute("DELETE FROM churn WHERE account = $account", {{"account", after.name()}})
          .status());
  for (const absl::CivilDay day : days) {
    BANSO_RETURN_IF_ERROR(writer
                              .Execute("INSERT INTO churn (account, day) VALUES ($account, $day)",
                                       {{"account", after.name()}, {"day", day}})
                              .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Store::ChurnedBetween(Reader& reader, absl::CivilDay first,
                                                               absl::CivilDay last) const {
  std::vector<std::string> accounts;
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT DISTINCT account FROM churn WHERE day >= $first AND day <= $last ORDER BY account",
      {{"first", first}, {"last", last}}, [&](const Row& row) {
        accounts.emplace_back(row.Text(0));
        return absl::OkStatus();
      }));
  return accounts;
}

absl::Status Store::CheckMember(Reader& reader, absl::string_view member, absl::string_view field,
                                contract::Violations* violations) const {
  if (member.empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto found, members.Find(reader, member));
  if (!found.has_value()) {
    violations->Add(field, member, "a member that exists", "UNKNOWN_MEMBER");
  } else if (found->has_erase_time()) {
    violations->Add(field, member, "a member who has not been erased", kReasonPersonErased);
  }
  return absl::OkStatus();
}

absl::Status Store::CheckReferences(Reader& reader, const Account* before, const Account& account,
                                    absl::string_view field,
                                    contract::Violations* violations) const {
  const Account& old = before == nullptr ? Account::default_instance() : *before;
  const auto check_owner = [&](const std::string& member, const std::string& present,
                               const char* which) {
    if (member == present) return absl::OkStatus();
    return CheckMember(reader, member, absl::StrCat(field, ".owners.", which), violations);
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

absl::StatusOr<std::vector<fact::v1::FactType>> Store::AxisTypes(Reader& reader) const {
  std::vector<fact::v1::FactType> types;
  BANSO_ASSIGN_OR_RETURN(const auto policy, ActivePolicy(reader, kAfterAll));
  if (!policy.has_value()) return types;
  for (const v1::CustomAxis& axis : policy->custom_axes()) {
    fact::v1::FactType& type = types.emplace_back();
    type.set_name(absl::StrCat(kAxisPrefix, axis.key()));
    type.set_value_type(type::v1::VALUE_TYPE_TEXT);
    type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
    type.set_meaning("A class on an axis that the vendor added, by the policy in force.");
  }
  return types;
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

absl::StatusOr<std::vector<v1::StagePeriod>> Store::StagePeriods(Reader& reader,
                                                                 absl::string_view account,
                                                                 absl::Time after,
                                                                 int limit) const {
  std::vector<v1::StagePeriod> periods;
  // One more, for the end of the last.
  BANSO_RETURN_IF_ERROR(reader.Query(
      "SELECT start_time, stage, owner, owner_team, actor FROM stage_period "
      "WHERE account = $account AND start_time > $after ORDER BY start_time LIMIT $limit",
      {{"account", account}, {"after", after}, {"limit", int64_t{limit} + 1}}, [&](const Row& row) {
        v1::StagePeriod period;
        *period.mutable_start_time() = calendar::ToTimestamp(row.Time(0));
        period.set_stage(static_cast<v1::LifecycleStage>(row.Int64(1)));
        period.set_owner(std::string(row.Text(2)));
        period.set_owner_team(std::string(row.Text(3)));
        period.set_actor(std::string(row.Text(4)));
        if (!periods.empty()) *periods.back().mutable_end_time() = period.start_time();
        periods.push_back(std::move(period));
        return absl::OkStatus();
      }));
  if (periods.size() > static_cast<size_t>(limit)) periods.pop_back();
  return periods;
}

absl::Status Store::SaveStage(Writer& writer, const Account* before, const Account& after) const {
  if (before != nullptr && SamePeriod(*before, after)) return absl::OkStatus();
  // As times are stored.
  const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(writer.now()));
  std::vector<v1::StagePeriod> periods;
  if (before != nullptr) {
    BANSO_ASSIGN_OR_RETURN(periods, StagePeriods(writer, after.name()));
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("DELETE FROM stage_period WHERE account = $account AND start_time >= $now",
                     {{"account", after.name()}, {"now", now}})
            .status());
  }
  ContinueHistory(after, now, writer.call().actor, &periods);
  const v1::StagePeriod& last = periods.back();
  if (calendar::ToTime(last.start_time()) < now) return absl::OkStatus();
  return writer
      .Execute(
          "INSERT INTO stage_period (account, start_time, stage, owner, owner_team, actor) VALUES "
          "($account, $start, $stage, $owner, "
          "coalesce((SELECT team FROM member WHERE name = $owner), ''), $actor)",
          {{"account", after.name()},
           {"start", now},
           {"stage", last.stage()},
           {"owner", last.owner()},
           {"actor", last.actor()}})
      .status();
}

absl::StatusOr<std::optional<v1::ClassificationPolicy>> Store::ActivePolicy(Reader& reader,
                                                                            absl::Time now) const {
  BANSO_ASSIGN_OR_RETURN(std::vector<v1::ClassificationPolicy> active,
                         policies.AllActive(reader, now));
  if (active.empty()) return std::optional<v1::ClassificationPolicy>();
  return std::optional<v1::ClassificationPolicy>(std::move(active.front()));
}

storage::SnapshotSources Store::sources() const {
  storage::SnapshotSources all = {policies.source(),
                                  members.source(),
                                  role_plays.source(),
                                  accounts.source(),
                                  deals.source(),
                                  onboardings.source(),
                                  contracts.source(),
                                  sites.source(),
                                  stakeholders.source(),
                                  interactions.source(),
                                  summaries.source(),
                                  stakeholder_changes.source(),
                                  overrides.source(),
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
  BANSO_RETURN_IF_ERROR(policies.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(members.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(accounts.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(deals.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(onboardings.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(contracts.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(sites.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(interactions.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(summaries.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(stakeholder_changes.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(role_plays.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(overrides.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(upsell_conditions.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(operating_changes.CheckSchema(reader));
  return stakeholders.CheckSchema(reader);
}

}  // namespace banso::accounts

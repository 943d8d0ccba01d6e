#ifndef BANSO_SERVICES_ACCOUNTS_STORE_STORE_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_STORE_H_

#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/account_summary.pb.h"
#include "banso/accounts/v1/classification_override.pb.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "banso/accounts/v1/contract.pb.h"
#include "banso/accounts/v1/interaction.pb.h"
#include "banso/accounts/v1/lifecycle.pb.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/reports_service.pb.h"
#include "banso/accounts/v1/role_play.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/accounts/v1/stakeholder_change.pb.h"
#include "banso/accounts/v1/upsell_condition.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/list_query.h"
#include "common/storage/migration.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"
#include "services/accounts/domain/summary.h"
#include "services/accounts/store/attribute_store.h"
#include "services/accounts/store/intake_store.h"

namespace banso::accounts {

// The schema of this service.
storage::Migrations Schema();

// What a summary is made anew for.
struct SummaryCause {
  // An interaction that came in.
  const v1::Interaction* interaction = nullptr;
  // True: interactions were changed or deleted, so that all of them are looked at again.
  bool recount_contacts = false;
  // What was said about a change among those who carry the project.
  const ChangeCause* change = nullptr;
};

// What accounts keeps: the collections, and writes that concern more than one table. Immutable and
// thread-safe. Accounts, onboardings and members are written with Save only, which keeps in step
// what follows from them; after a write to contracts, sites, stakeholders, interactions or upsell
// conditions comes RefreshSummary.
class Store {
 public:
  Store();

  const storage::Collection<v1::Account> accounts;
  const storage::Collection<v1::Onboarding> onboardings;
  const storage::Collection<v1::Deal> deals;
  const storage::Collection<v1::Stakeholder> stakeholders;
  const storage::Collection<v1::StakeholderChange> stakeholder_changes;
  const storage::Collection<v1::Contract> contracts;
  const storage::Collection<v1::Site> sites;
  const storage::Collection<v1::Interaction> interactions;
  const storage::Collection<v1::UpsellCondition> upsell_conditions;
  const storage::Collection<v1::AccountSummary> summaries;
  const storage::Collection<v1::Member> members;
  const storage::Collection<v1::RolePlay> role_plays;
  const storage::RevisionedCollection<v1::ClassificationPolicy> policies;
  const storage::Collection<v1::ClassificationOverride> overrides;
  const storage::Collection<v1::OperatingChange> operating_changes;
  const AttributeStore attributes;
  const IntakeStore intake;
  const storage::FactLog facts;

  // Stores an account, creating it when `before` is null and else replacing `before`, with its
  // external ids, the types of its attributes, the history of its stages and the facts that
  // changed. `source` says where the facts come from; empty: whoever calls. ALREADY_EXISTS when the
  // name, or one of its external ids, belongs to another account; ABORTED as Collection::Update.
  absl::StatusOr<v1::Account> Save(storage::Writer& writer, const v1::Account* before,
                                   const v1::Account& after, absl::string_view expected_etag = "",
                                   absl::string_view source = "") const;

  // The same for an onboarding.
  absl::StatusOr<v1::Onboarding> Save(storage::Writer& writer, const v1::Onboarding* before,
                                      const v1::Onboarding& after,
                                      absl::string_view expected_etag = "") const;

  // Stores a member, creating it when `before` is null, with where it has belonged.
  absl::StatusOr<v1::Member> Save(storage::Writer& writer, const v1::Member* before,
                                  const v1::Member& after,
                                  absl::string_view expected_etag = "") const;

  // Brings into line with an account's contracts, sites, people and interactions what follows from
  // them: the contracts' states, its summary with the facts, and the changes among those who carry
  // the project.
  absl::Status RefreshSummary(storage::Writer& writer, const v1::Account& account,
                              const SummaryCause& cause = {}) const;

  // The same for the accounts that a member has: its certifications have changed.
  absl::Status RefreshSummariesOf(storage::Writer& writer, const std::string& member) const;

  // Removes the summary of an account that has been merged into another one, and what it says.
  absl::Status DropSummary(storage::Writer& writer, const v1::Account& account) const;

  // Lets the external ids that `from` has still lead to `to`, which has another id in those
  // systems.
  absl::Status PassOnExternalIds(storage::Writer& writer, absl::string_view from,
                                 absl::string_view to) const;

  // The account of `name` (of itself or of one of its children) if it takes changes: NOT_FOUND,
  // FAILED_PRECONDITION (ACCOUNT_ARCHIVED).
  absl::StatusOr<v1::Account> AccountForChange(storage::Reader& reader,
                                               absl::string_view name) const;

  // FAILED_PRECONDITION (NOT_CERTIFIED) unless `member` may be the account's onboarding or
  // retention owner, by the policy in force. Says nothing about a member that does not exist.
  absl::Status CheckCertified(storage::Reader& reader, absl::Time now, const v1::Account& account,
                              const std::string& member) const;
  // The same for the onboarding and the retention owner, unless `before` (if not null) has the
  // same.
  absl::Status CheckOwnersCertified(storage::Reader& reader, absl::Time now,
                                    const v1::Account* before, const v1::Account& account) const;

  // PERMISSION_DENIED (ROLE_REQUIRED) unless whoever acts has one of these roles or is no member;
  // see CheckRole.
  absl::Status CheckActorRole(storage::Writer& writer, std::initializer_list<v1::MemberRole> roles,
                              absl::string_view what) const;

  // The name of the account with this external id, if there is one. An id that an account kept when
  // it was merged away leads to the account that took its place.
  absl::StatusOr<std::optional<std::string>> FindByExternalId(storage::Reader& reader,
                                                              absl::string_view system,
                                                              absl::string_view id) const;

  // Checks what an account refers to: its owners are members (see CheckMember) and its parent an
  // account that exist, and its attributes have the types that they have in other accounts. Adds to
  // `violations`, with paths below `field`. Owners and parent that `before` (if not null) has
  // already are not looked up.
  absl::Status CheckReferences(storage::Reader& reader, const v1::Account* before,
                               const v1::Account& account, absl::string_view field,
                               contract::Violations* violations) const;

  // Adds a violation of `field` unless `name` is empty or one of `resources` that belongs to the
  // same account as `owner`. `what` names the kind: `deal`.
  template <class T>
  absl::Status CheckOfAccount(storage::Reader& reader, const storage::Collection<T>& resources,
                              absl::string_view owner, const std::string& name,
                              absl::string_view field, absl::string_view what,
                              contract::Violations* violations) const {
    if (name.empty()) return absl::OkStatus();
    const std::string account = contract::Ancestor(owner, "accounts");
    BANSO_ASSIGN_OR_RETURN(const bool exists, resources.Exists(reader, name));
    if (!exists || contract::Ancestor(name, "accounts") != account) {
      violations->Add(field, name, absl::StrCat("a ", what, " of ", account, " that exists"),
                      absl::StrCat("UNKNOWN_", absl::AsciiStrToUpper(what)));
    }
    return absl::OkStatus();
  }

  // Adds a violation of `field` unless `member` is empty or a member that exists (UNKNOWN_MEMBER)
  // and has not been erased (PERSON_ERASED). What a resource says already is not to be checked
  // again.
  absl::Status CheckMember(storage::Reader& reader, absl::string_view member,
                           absl::string_view field, contract::Violations* violations) const;

  // The types of the facts about the further axes of the policy that is, or will be, in force.
  absl::StatusOr<std::vector<fact::v1::FactType>> AxisTypes(storage::Reader& reader) const;

  // Segment and time zone of every account, by name.
  struct AccountHeader {
    std::string segment;
    std::string time_zone;
  };
  absl::StatusOr<absl::flat_hash_map<std::string, AccountHeader>> Headers(
      storage::Reader& reader) const;

  // The accounts that were lost on one of these days, by name, also those won back since.
  absl::StatusOr<std::vector<std::string>> ChurnedBetween(storage::Reader& reader,
                                                          absl::CivilDay first,
                                                          absl::CivilDay last) const;

  // At which stages an account stood, oldest first: up to `limit` periods that began after `after`.
  absl::StatusOr<std::vector<v1::StagePeriod>> StagePeriods(
      storage::Reader& reader, absl::string_view account, absl::Time after = absl::InfinitePast(),
      int limit = std::numeric_limits<int>::max()) const;

  // The policy in force, if there is one.
  absl::StatusOr<std::optional<v1::ClassificationPolicy>> ActivePolicy(storage::Reader& reader,
                                                                       absl::Time now) const;

  // What a feed of changes begins with.
  storage::SnapshotSources sources() const;

  // INTERNAL when a table is not as the collections need it. For the start of the service.
  absl::Status CheckSchema(storage::Reader& reader) const;

 private:
  absl::Status SaveExternalIds(storage::Writer& writer, const v1::Account* before,
                               const v1::Account& after) const;
  absl::Status SaveChurns(storage::Writer& writer, const v1::Account* before,
                          const v1::Account& after) const;
  absl::Status SaveStage(storage::Writer& writer, const v1::Account* before,
                         const v1::Account& after) const;
  absl::Status SaveMemberships(storage::Writer& writer, const v1::Member& member) const;

  // Parts of RefreshSummary.
  absl::Status AddOwner(storage::Reader& reader, absl::Time now, Relations* relations) const;
  absl::StatusOr<Relations> RelationsOf(storage::Writer& writer, const v1::Account& account) const;
  absl::Status RecordChanges(storage::Writer& writer, const v1::AccountSummary& before,
                             const SummaryCause& cause, Relations* relations) const;
  absl::Status RecordFacts(storage::Writer& writer, const v1::Account& account,
                           const v1::AccountSummary& before, const v1::AccountSummary& after) const;
  absl::Status RecountContacts(storage::Reader& reader, const std::string& account,
                               v1::AccountSummary* summary) const;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_STORE_H_

#ifndef BANSO_SERVICES_ACCOUNTS_STORE_STORE_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_STORE_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/account_summary.pb.h"
#include "banso/accounts/v1/contract.pb.h"
#include "banso/accounts/v1/interaction.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/accounts/v1/reports_service.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/accounts/v1/stakeholder_change.pb.h"
#include "banso/accounts/v1/upsell_condition.pb.h"
#include "common/contract/errors.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/migration.h"
#include "common/storage/snapshot.h"
#include "services/accounts/domain/summary.h"
#include "services/accounts/store/account_history.h"
#include "services/accounts/store/attribute_store.h"
#include "services/accounts/store/classification_store.h"
#include "services/accounts/store/external_ids.h"
#include "services/accounts/store/intake_store.h"
#include "services/accounts/store/participants.h"
#include "services/accounts/store/team_store.h"

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
// thread-safe. Accounts and onboardings are written with Save only, which keeps in step what
// follows from them; after a write to contracts, sites, stakeholders, interactions or upsell
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
  const Participants participants{};
  const storage::Collection<v1::UpsellCondition> upsell_conditions;
  const storage::Collection<v1::AccountSummary> summaries;
  const storage::Collection<v1::OperatingChange> operating_changes;
  const ExternalIds external_ids{};
  const AccountHistory history{};
  const TeamStore team;
  const ClassificationStore classification;
  const AttributeStore attributes;
  const IntakeStore intake;
  const storage::FactLog facts;

  // Stores an account, creating it when `before` is null and else replacing `before`, with its
  // external ids, the types of its attributes, the history of its stages and the facts that
  // changed. `source` says where the facts come from; empty: whoever calls. ALREADY_EXISTS when the
  // name, or one of its external ids, belongs to another account; ABORTED as Collection::Update.
  absl::StatusOr<v1::Account> Save(storage::Writer& writer, const v1::Account* before,
                                   v1::Account after, absl::string_view expected_etag = "",
                                   absl::string_view source = "") const;

  // The same for an onboarding.
  absl::StatusOr<v1::Onboarding> Save(storage::Writer& writer, const v1::Onboarding* before,
                                      const v1::Onboarding& after,
                                      absl::string_view expected_etag = "") const;

  // Brings into line with an account's contracts, sites, people and interactions what follows from
  // them: the contracts' states, its summary with the facts, and the changes among those who carry
  // the project.
  absl::Status RefreshSummary(storage::Writer& writer, const v1::Account& account,
                              const SummaryCause& cause = {}) const;

  // The same for the accounts that a member has: its certifications have changed.
  absl::Status RefreshSummariesOf(storage::Writer& writer, const std::string& member) const;

  // Takes a person out of an account's summary who is to be deleted as never having been there, so
  // that RefreshSummary does not think that the person has left.
  absl::Status ForgetPerson(storage::Writer& writer, const v1::Account& account,
                            const std::string& stakeholder) const;

  // Removes the summary of an account that has been merged into another one, and what it says.
  absl::Status DropSummary(storage::Writer& writer, const v1::Account& account) const;

  // The account of `name` (of itself or of one of its children) if it takes changes: NOT_FOUND,
  // FAILED_PRECONDITION (ACCOUNT_ARCHIVED).
  absl::StatusOr<v1::Account> AccountForChange(storage::Reader& reader,
                                               absl::string_view name) const;

  // Checks what an account refers to: its owners are members (see CheckEmployed) and its parent an
  // account that exist, and its attributes have the types that they have in other accounts. Adds to
  // `violations`, with paths below `field`. Owners and parent that `before` (if not null) has
  // already are not looked up.
  absl::Status CheckReferences(storage::Reader& reader, const v1::Account* before,
                               const v1::Account& account, absl::string_view field,
                               contract::Violations* violations) const;

  // Segment and time zone of every account, by name.
  struct AccountHeader {
    std::string segment;
    std::string time_zone;
  };
  absl::StatusOr<absl::flat_hash_map<std::string, AccountHeader>> Headers(
      storage::Reader& reader) const;

  // What a feed of changes begins with.
  storage::SnapshotSources sources() const;

  // INTERNAL when a table is not as the collections need it. For the start of the service.
  absl::Status CheckSchema(storage::Reader& reader) const;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_STORE_H_

#ifndef BANSO_SERVICES_ACCOUNTS_STORE_STORE_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/contract/errors.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/list_query.h"
#include "common/storage/migration.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"
#include "services/accounts/domain/stage_history.h"
#include "services/accounts/store/intake_store.h"

namespace banso::accounts {

// The schema of this service.
storage::Migrations Schema();

// What accounts keeps: the collections, and writes that concern more than one table. Immutable and
// thread-safe. Accounts and onboardings are written with Save only, which keeps their external ids
// and facts in step.
class Store {
 public:
  Store();

  const storage::Collection<v1::Account> accounts;
  const storage::Collection<v1::Onboarding> onboardings;
  const storage::Collection<v1::Deal> deals;
  const storage::Collection<v1::Stakeholder> stakeholders;
  const storage::Collection<v1::Member> members;
  const storage::RevisionedCollection<v1::ClassificationPolicy> policies;
  const IntakeStore intake;
  const storage::FactLog facts;

  // Stores an account, creating it when `before` is null and else replacing `before`, with its
  // external ids, the types of its attributes and the facts that changed. `source` says where the
  // facts come from; empty: whoever calls. ALREADY_EXISTS when the name, or one of its external
  // ids, belongs to another account; ABORTED as Collection::Update.
  absl::StatusOr<v1::Account> Save(storage::Writer& writer, const v1::Account* before,
                                   const v1::Account& after, absl::string_view expected_etag = "",
                                   absl::string_view source = "") const;

  // The same for an onboarding.
  absl::StatusOr<v1::Onboarding> Save(storage::Writer& writer, const v1::Onboarding* before,
                                      const v1::Onboarding& after,
                                      absl::string_view expected_etag = "") const;

  // The name of the account with this external id, if there is one.
  absl::StatusOr<std::optional<std::string>> FindByExternalId(storage::Reader& reader,
                                                              absl::string_view system,
                                                              absl::string_view id) const;

  // Checks what an account refers to: its owners are members and its parent an account that exist,
  // and its attributes have the types that they have in other accounts. Adds to `violations`, with
  // paths below `field`. Owners and parent that `before` (if not null) has already are not looked
  // up.
  absl::Status CheckReferences(storage::Reader& reader, const v1::Account* before,
                               const v1::Account& account, absl::string_view field,
                               contract::Violations* violations) const;

  // Adds a violation of `field` unless `member` is empty or a member that exists.
  absl::Status CheckMember(storage::Reader& reader, absl::string_view member,
                           absl::string_view field, contract::Violations* violations) const;

  // The types of the attributes that accounts have, as facts, by name.
  absl::StatusOr<std::vector<fact::v1::FactType>> AttributeTypes(storage::Reader& reader) const;

  // The types of the facts about the further axes of the policy that is, or will be, in force.
  absl::StatusOr<std::vector<fact::v1::FactType>> AxisTypes(storage::Reader& reader) const;

  // What an account has been, oldest first.
  absl::StatusOr<std::vector<AccountState>> States(storage::Reader& reader,
                                                   absl::string_view account) const;

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
  absl::Status SaveAttributeTypes(storage::Writer& writer, const v1::Account* before,
                                  const v1::Account& after) const;
  absl::Status RecordFacts(storage::Writer& writer,
                           const std::vector<fact::v1::FactChange>& changes) const;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_STORE_H_

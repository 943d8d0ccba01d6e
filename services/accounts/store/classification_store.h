#ifndef BANSO_SERVICES_ACCOUNTS_STORE_CLASSIFICATION_STORE_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_CLASSIFICATION_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/classification_override.pb.h"
#include "banso/accounts/v1/classification_policy.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/revisions.h"
#include "services/accounts/store/team_store.h"

namespace banso::accounts {

// By which policies accounts are classified, and judgements against that. Immutable and
// thread-safe.
class ClassificationStore {
 public:
  // `team` must outlive this.
  explicit ClassificationStore(const TeamStore& team);

  const storage::RevisionedCollection<v1::ClassificationPolicy> policies;
  const storage::Collection<v1::ClassificationOverride> overrides;

  // The policy in force, if there is one.
  absl::StatusOr<std::optional<v1::ClassificationPolicy>> ActivePolicy(storage::Reader& reader,
                                                                       absl::Time now) const;

  // The types of the facts about the further axes of the policy that is, or will be, in force.
  absl::StatusOr<std::vector<fact::v1::FactType>> AxisTypes(storage::Reader& reader) const;

  // FAILED_PRECONDITION (NOT_CERTIFIED) unless `member` may be the account's onboarding or
  // retention owner, by the policy in force. Says nothing about a member that does not exist.
  absl::Status CheckCertified(storage::Reader& reader, absl::Time now, const v1::Account& account,
                              const std::string& member) const;
  // The same for the onboarding and the retention owner, unless `before` (if not null) has the
  // same.
  absl::Status CheckOwnersCertified(storage::Reader& reader, absl::Time now,
                                    const v1::Account* before, const v1::Account& account) const;

  // INTERNAL when a table is not as the collections need it.
  absl::Status CheckSchema(storage::Reader& reader) const;

 private:
  const TeamStore& team_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_CLASSIFICATION_STORE_H_

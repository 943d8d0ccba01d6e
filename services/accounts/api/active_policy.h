#ifndef BANSO_SERVICES_ACCOUNTS_API_ACTIVE_POLICY_H_
#define BANSO_SERVICES_ACCOUNTS_API_ACTIVE_POLICY_H_

#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "common/storage/database.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The policy in force, made ready for classifying once and not for every account. Thread-safe.
class ActivePolicy {
 public:
  // `store` must outlive it.
  explicit ActivePolicy(const Store& store) : store_(store) {}

  // The classifier of the policy that is in force at `now`; null when none is.
  absl::StatusOr<std::shared_ptr<const Classifier>> Get(storage::Reader& reader, absl::Time now);

  // Gives the account the class that the policy in force says; without one it stays as it is.
  absl::Status Classify(storage::Reader& reader, absl::Time now, v1::Account* account);

 private:
  const Store& store_;
  std::mutex mutex_;
  std::string revision_name_;                     // Guarded by mutex_.
  std::shared_ptr<const Classifier> classifier_;  // Guarded by mutex_.
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_ACTIVE_POLICY_H_

#ifndef BANSO_SERVICES_ACCOUNTS_STORE_ACCOUNT_HISTORY_H_
#define BANSO_SERVICES_ACCOUNTS_STORE_ACCOUNT_HISTORY_H_

#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/lifecycle.pb.h"
#include "common/storage/database.h"

namespace banso::accounts {

// At which stages accounts stood, and when they were lost. Immutable and thread-safe.
class AccountHistory {
 public:
  // Takes account of what changes when an account is stored; `before` is null for a new one.
  absl::Status Save(storage::Writer& writer, const v1::Account* before,
                    const v1::Account& after) const;

  // The accounts that were lost on one of these days, by name, also those won back since.
  absl::StatusOr<std::vector<std::string>> ChurnedBetween(storage::Reader& reader,
                                                          absl::CivilDay first,
                                                          absl::CivilDay last) const;

  // At which stages an account stood, oldest first: up to `limit` periods that began after `after`.
  absl::StatusOr<std::vector<v1::StagePeriod>> StagePeriods(
      storage::Reader& reader, absl::string_view account, absl::Time after = absl::InfinitePast(),
      int limit = std::numeric_limits<int>::max()) const;

 private:
  absl::Status SaveStage(storage::Writer& writer, const v1::Account* before,
                         const v1::Account& after) const;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_STORE_ACCOUNT_HISTORY_H_

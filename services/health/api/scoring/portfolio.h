#ifndef BANSO_SERVICES_HEALTH_API_SCORING_PORTFOLIO_H_
#define BANSO_SERVICES_HEALTH_API_SCORING_PORTFOLIO_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/api/evaluation.h"
#include "services/health/store/store.h"

// Work over all accounts.
namespace banso::health {

// Which accounts are gone through.
enum class Portfolio {
  // Those that are not archived.
  kPresent,
  // All that have been, so that a replay does not see survivors only.
  kAll,
};

// How many accounts there are.
absl::StatusOr<int64_t> CountAccounts(storage::Database& database, const Store& store);

// Gives every account to `visit`, by name, with the snapshot that it is read from. The store is
// read in parts of some accounts each, so that long work does not hold a snapshot. CANCELLED when
// the caller has gone.
absl::Status ForEachAccount(
    storage::Database& database, const Store& store, const Call& call, Portfolio portfolio,
    absl::FunctionRef<absl::Status(storage::Reader& reader, AccountEvaluation& account)> visit);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SCORING_PORTFOLIO_H_

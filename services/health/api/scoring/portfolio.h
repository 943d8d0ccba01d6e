#ifndef BANSO_SERVICES_HEALTH_API_SCORING_PORTFOLIO_H_
#define BANSO_SERVICES_HEALTH_API_SCORING_PORTFOLIO_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
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

// An account under the number that samples know it by.
struct NumberedAccount {
  std::string name;
  // 0: it has no samples.
  int64_t number = 0;
  absl::TimeZone zone;
};

// The accounts, by number.
absl::StatusOr<std::vector<NumberedAccount>> NumberAccounts(storage::Reader& reader,
                                                            const Store& store,
                                                            Portfolio portfolio);

// Reads the samples of these accounts, which are in the order of numbers, in one ordered scan, and
// gives each with its pages to `visit`.
absl::Status ScanSamples(
    storage::Reader& reader, absl::Span<const NumberedAccount> accounts,
    const LoadedPages::MetricsBySource& metrics,
    absl::FunctionRef<absl::Status(const NumberedAccount& account, SamplePages& pages)> visit);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SCORING_PORTFOLIO_H_

#ifndef BANSO_SERVICES_HEALTH_API_PORTFOLIO_PORTFOLIO_H_
#define BANSO_SERVICES_HEALTH_API_PORTFOLIO_PORTFOLIO_H_

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

// An account under the number that samples know it by.
struct NumberedAccount {
  std::string name;
  // 0: it has no samples.
  int64_t number = 0;
  absl::TimeZone zone;
};

// The accounts, by number; those without one come first, by name.
absl::StatusOr<std::vector<NumberedAccount>> NumberAccounts(storage::Database& database,
                                                            const Store& store,
                                                            Portfolio portfolio);

// How many accounts are read from one snapshot, which is not to last long: by a plan, and
// otherwise.
inline constexpr size_t kPlannedPart = 1000;
inline constexpr size_t kPart = 50;

// Gives the accounts to `work` in parts of `size`, the last of which may be smaller, each with its
// number from 0 on and a snapshot of its own. Several threads take parts at once, so `work` writes
// where only its part does; the parts are the same every time. Ends with the first error in the
// order of parts. CANCELLED when the caller has gone.
absl::Status ForEachPart(storage::Database& database, const Call& call,
                         absl::Span<const NumberedAccount> accounts, size_t size,
                         absl::FunctionRef<absl::Status(size_t part, storage::Reader& reader,
                                                        absl::Span<const NumberedAccount> accounts)>
                             work);
// How many parts that are.
size_t CountParts(absl::Span<const NumberedAccount> accounts, size_t size);

// Reads the samples of these accounts, which are in the order of numbers, in one ordered scan, and
// gives each with its pages to `visit`.
absl::Status ScanSamples(
    storage::Reader& reader, absl::Span<const NumberedAccount> accounts,
    const LoadedPages::MetricsBySource& metrics,
    absl::FunctionRef<absl::Status(const NumberedAccount& account, SamplePages& pages)> visit);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_PORTFOLIO_PORTFOLIO_H_

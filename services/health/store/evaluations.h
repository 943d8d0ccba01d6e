#ifndef BANSO_SERVICES_HEALTH_STORE_EVALUATIONS_H_
#define BANSO_SERVICES_HEALTH_STORE_EVALUATIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/storage/database.h"

// Which accounts' labels and scores have to be worked out anew, and when: at once when something
// that they may depend on has changed, and at the beginning of each of the account's days.
namespace banso::health {

// A turn of an account.
struct DueEvaluation {
  std::string account;
  // The business time from which on it is due.
  absl::Time due;
  // Changes with every MarkDue.
  int64_t mark = 0;
  // What made it due, as a clause; empty when only time has passed.
  std::string because;
};

// Makes an account's evaluation due now. An empty name is passed over.
absl::Status MarkDue(storage::Writer& writer, absl::string_view account, absl::string_view because);
// The same for every account: what all of them are judged by has changed.
absl::Status MarkAllDue(storage::Writer& writer, absl::string_view because);

// Up to `limit` accounts that are due at `now`, those due longest first.
absl::StatusOr<std::vector<DueEvaluation>> ListDue(storage::Reader& reader, absl::Time now,
                                                   int limit);
// The account's turn, if it is due at `now`.
absl::StatusOr<std::optional<DueEvaluation>> FindDue(storage::Reader& reader,
                                                     absl::string_view account, absl::Time now);
// How many accounts are due at `now`.
absl::StatusOr<int64_t> CountDue(storage::Reader& reader, absl::Time now);

// What has become of an account while a turn of it was worked out.
enum class TurnState {
  // Nothing that was told to MarkDue: what was read still holds.
  kUpToDate,
  // It was marked again, and is still due.
  kMarkedSince,
  // It was marked again, and a turn that began after that has ended: what was read for this one is
  // older than what is stored.
  kOvertaken,
};
absl::StatusOr<TurnState> StateOf(storage::Reader& reader, const DueEvaluation& begun,
                                  absl::Time now);

// Marks a due account once more, for the same reason: turns that have begun do not end as done.
absl::Status MarkAgain(storage::Writer& writer, absl::string_view account);

// Sets when an evaluated account is due next. An account that was marked meanwhile stays due.
absl::Status MarkDone(storage::Writer& writer, const DueEvaluation& done, absl::Time next);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_EVALUATIONS_H_

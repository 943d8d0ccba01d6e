#include "common/storage/retention.h"

#include <limits>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/status_macros.h"

namespace banso::storage {
namespace {

// So many rows go in one transaction: writers behind it wait for some tens of milliseconds.
constexpr int kBatch = 2000;

// Runs `remove` in transactions of their own until it removes nothing more.
absl::StatusOr<int64_t> RemoveInBatches(
    Database& database, const Call& call,
    absl::FunctionRef<absl::StatusOr<int64_t>(Writer&)> remove) {
  int64_t total = 0;
  int64_t removed = kBatch;
  while (removed == kBatch) {
    BANSO_RETURN_IF_ERROR(database
                              .Write(call,
                                     [&](Writer& writer) -> absl::Status {
                                       BANSO_ASSIGN_OR_RETURN(removed, remove(writer));
                                       return absl::OkStatus();
                                     })
                              .status());
    total += removed;
  }
  return total;
}

}  // namespace

absl::StatusOr<int64_t> PurgeRequests(Database& database, const Call& call, absl::Time before) {
  return RemoveInBatches(database, call, [before](Writer& writer) {
    return writer.Execute(
        "DELETE FROM request WHERE (request_id, method) IN (SELECT request_id, method FROM request "
        "WHERE create_time < $before ORDER BY create_time LIMIT $batch)",
        {{"before", before}, {"batch", kBatch}});
  });
}

absl::StatusOr<int64_t> PurgeChanges(Database& database, const Call& call, absl::Time before) {
  return RemoveInBatches(database, call, [before](Writer& writer) -> absl::StatusOr<int64_t> {
    // By position, not by time: what is left must be an unbroken end of the feed.
    int64_t last = 0;
    BANSO_RETURN_IF_ERROR(
        writer
            .QueryOne("SELECT coalesce(max(position), 0) FROM (SELECT position FROM "
                      "change WHERE position < (SELECT coalesce(min(position), "
                      "$no_limit) FROM change WHERE commit_time >= $before) "
                      "ORDER BY position LIMIT $batch) AS oldest",
                      {{"before", before},
                       {"batch", kBatch},
                       {"no_limit", std::numeric_limits<int64_t>::max()}},
                      [&last](const Row& row) {
                        last = row.Int64(0);
                        return absl::OkStatus();
                      })
            .status());
    if (last == 0) return 0;
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("UPDATE meta SET number = $last WHERE key = 'oldest_change'", {{"last", last}})
            .status());
    return writer.Execute("DELETE FROM change WHERE position <= $last", {{"last", last}});
  });
}

}  // namespace banso::storage

#include "common/storage/database.h"

namespace banso::storage {
namespace {

// Ends a query after its first row; never leaves this file.
constexpr char kEnough[] = "banso: enough rows";

}  // namespace

absl::StatusOr<bool> Reader::QueryOne(absl::string_view sql, const Params& params,
                                      absl::FunctionRef<absl::Status(const Row&)> on_row) {
  bool found = false;
  absl::Status row_status;
  const absl::Status status = Query(sql, params, [&](const Row& row) -> absl::Status {
    found = true;
    row_status = on_row(row);
    return absl::CancelledError(kEnough);
  });
  if (!found) {
    if (!status.ok()) return status;
    return false;
  }
  if (!row_status.ok()) return row_status;
  return true;
}

}  // namespace banso::storage

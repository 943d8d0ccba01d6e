#include "common/storage/open.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/sqlite/connection.h"
#include "common/storage/sqlite/file_lock.h"
#include "common/storage/sqlite/migrate.h"
#include "common/storage/sqlite/sqlite_database.h"

namespace banso::storage {

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const OpenOptions& options) {
  using sqlite::Connection;
  BANSO_ASSIGN_OR_RETURN(sqlite::FileLock lock, sqlite::FileLock::Take(options.path));
  absl::StatusOr<std::unique_ptr<Connection>> writer =
      Connection::Open(options.path, Connection::Use::kWrite, options.max_pages);
  if (absl::IsDataLoss(writer.status())) {
    return contract::FailedPrecondition("STORAGE_NOT_A_STORE", options.path,
                                        "the file is no store, or is damaged",
                                        "Name another file, or restore a backup");
  }
  BANSO_RETURN_IF_ERROR(writer.status());
  BANSO_ASSIGN_OR_RETURN(sqlite::StoreState state, sqlite::PrepareStore(**writer, options));
  std::vector<std::unique_ptr<Connection>> readers;
  for (int i = 0; i < std::max(1, options.reader_connections); ++i) {
    BANSO_ASSIGN_OR_RETURN(std::unique_ptr<Connection> reader,
                           Connection::Open(options.path, Connection::Use::kRead, 0));
    readers.push_back(std::move(reader));
  }
  return std::make_unique<sqlite::SqliteDatabase>(std::move(lock), std::move(state),
                                                  *std::move(writer), std::move(readers), options);
}

}  // namespace banso::storage

#ifndef BANSO_COMMON_STORAGE_SQLITE_MIGRATE_H_
#define BANSO_COMMON_STORAGE_SQLITE_MIGRATE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/open.h"
#include "common/storage/sqlite/connection.h"

namespace banso::storage::sqlite {

// What identifies an opened store.
struct StoreState {
  std::string epoch;
  int64_t position = 0;
};

// Brings the store to the schema of this program, each migration in a transaction of its own, and
// returns its state. A new store gets its epoch. See OpenSqlite for what is refused.
absl::StatusOr<StoreState> PrepareStore(Connection& connection, const OpenOptions& options);

}  // namespace banso::storage::sqlite

#endif  // BANSO_COMMON_STORAGE_SQLITE_MIGRATE_H_

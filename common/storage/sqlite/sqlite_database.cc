#include "common/storage/sqlite/sqlite_database.h"

#include "common/contract/errors.h"
#include "common/storage/sqlite/transaction_scope.h"

namespace banso::storage::sqlite {
namespace {

absl::Status RefuseNested() {
  return contract::Internal("a transaction was begun inside the body of another");
}

}  // namespace

SqliteDatabase::SqliteDatabase(FileLock lock, StoreState state, std::unique_ptr<Connection> writer,
                               std::vector<std::unique_ptr<Connection>> readers,
                               const OpenOptions& options)
    : lock_(std::move(lock)),
      epoch_(std::move(state.epoch)),
      signal_(state.position),
      readers_(std::move(readers), epoch_),
      writer_(std::move(writer),
              {.max_waiting = options.max_waiting_writes, .max_group = options.max_group}, epoch_,
              signal_) {}

SqliteDatabase::~SqliteDatabase() { Close(); }

absl::Status SqliteDatabase::Read(absl::FunctionRef<absl::Status(Reader&)> body) {
  if (TransactionScope::active()) return RefuseNested();
  return readers_.Read(body);
}

absl::StatusOr<int64_t> SqliteDatabase::Write(const Call& call,
                                              absl::FunctionRef<absl::Status(Writer&)> body) {
  if (TransactionScope::active()) return RefuseNested();
  return writer_.Write(call, body);
}

void SqliteDatabase::Close() {
  // Readers first, so that the writer's connection, closed last, can fold the log into the file.
  readers_.Close();
  writer_.Stop();
  signal_.Close();
}

}  // namespace banso::storage::sqlite

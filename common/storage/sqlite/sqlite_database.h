#ifndef BANSO_COMMON_STORAGE_SQLITE_SQLITE_DATABASE_H_
#define BANSO_COMMON_STORAGE_SQLITE_SQLITE_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/storage/commit_signal.h"
#include "common/storage/database.h"
#include "common/storage/open.h"
#include "common/storage/sqlite/connection.h"
#include "common/storage/sqlite/file_lock.h"
#include "common/storage/sqlite/group_writer.h"
#include "common/storage/sqlite/migrate.h"
#include "common/storage/sqlite/reader_pool.h"

namespace banso::storage::sqlite {

// A store in one SQLite file: one writer, several readers.
class SqliteDatabase : public Database {
 public:
  SqliteDatabase(FileLock lock, StoreState state, std::unique_ptr<Connection> writer,
                 std::vector<std::unique_ptr<Connection>> readers, const OpenOptions& options);
  ~SqliteDatabase() override;

  absl::Status Read(absl::FunctionRef<absl::Status(Reader&)> body) override;
  absl::StatusOr<int64_t> Write(const Call& call,
                                absl::FunctionRef<absl::Status(Writer&)> body) override;
  int64_t position() const override { return signal_.position(); }
  absl::Time TimeOf(const Call& call) const override { return writer_.TimeOf(call); }
  const std::string& epoch() const override { return epoch_; }
  absl::Status WaitForPosition(int64_t at_least, absl::Time deadline) override {
    return signal_.WaitForPosition(at_least, deadline);
  }
  std::unique_ptr<CommitWatch> NotifyAfter(int64_t position, std::function<void()> wake) override {
    return signal_.NotifyAfter(position, std::move(wake));
  }
  void Close() override;

 private:
  const FileLock lock_;
  const std::string epoch_;
  CommitSignal signal_;
  ReaderPool readers_;
  GroupWriter writer_;
};

}  // namespace banso::storage::sqlite

#endif  // BANSO_COMMON_STORAGE_SQLITE_SQLITE_DATABASE_H_

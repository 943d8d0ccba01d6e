#ifndef BANSO_COMMON_STORAGE_SQLITE_READER_POOL_H_
#define BANSO_COMMON_STORAGE_SQLITE_READER_POOL_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/storage/database.h"
#include "common/storage/sqlite/connection.h"

namespace banso::storage::sqlite {

// The connections that read, each for one Read at a time. Thread-safe.
class ReaderPool {
 public:
  ReaderPool(std::vector<std::unique_ptr<Connection>> connections, std::string epoch);
  ~ReaderPool();

  // See Database::Read.
  absl::Status Read(absl::FunctionRef<absl::Status(Reader&)> body);

  // Refuses new reads and waits for the present ones.
  void Close();

 private:
  std::unique_ptr<Connection> Take();
  void GiveBack(std::unique_ptr<Connection> connection);

  const std::string epoch_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::condition_variable all_returned_;
  std::vector<std::unique_ptr<Connection>> idle_;  // Guarded by mutex_.
  int taken_ = 0;                                  // Guarded by mutex_.
  bool closed_ = false;                            // Guarded by mutex_.
};

}  // namespace banso::storage::sqlite

#endif  // BANSO_COMMON_STORAGE_SQLITE_READER_POOL_H_

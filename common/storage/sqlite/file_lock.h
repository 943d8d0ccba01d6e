#ifndef BANSO_COMMON_STORAGE_SQLITE_FILE_LOCK_H_
#define BANSO_COMMON_STORAGE_SQLITE_FILE_LOCK_H_

#include <string>

#include "absl/status/statusor.h"

namespace banso::storage::sqlite {

// Keeps a second process (or a second Database in this one) from opening the same store. Freed by
// the system when the process ends, however it ends.
class FileLock {
 public:
  // Locks `path` + ".lock", which is created. FAILED_PRECONDITION, in words, when it is locked
  // already or the folder cannot take files.
  static absl::StatusOr<FileLock> Take(const std::string& path);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace banso::storage::sqlite

#endif  // BANSO_COMMON_STORAGE_SQLITE_FILE_LOCK_H_

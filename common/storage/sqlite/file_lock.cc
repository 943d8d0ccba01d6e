#include "common/storage/sqlite/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"

namespace banso::storage::sqlite {

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  const std::string lock_path = absl::StrCat(path, ".lock");
  const int descriptor = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const std::string reason = std::strerror(errno);
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    return contract::FailedPrecondition(
        "STORAGE_NOT_WRITABLE", path,
        absl::StrCat("no file can be made in the folder ", folder.empty() ? "." : folder.string(),
                     " (", reason, ")"),
        "Name a folder that exists and that this user may write to");
  }
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    close(descriptor);
    return contract::FailedPrecondition("STORAGE_IN_USE", path,
                                        "the store is open in another process",
                                        "Stop that process, or name another file");
  }
  return FileLock(descriptor);
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace banso::storage::sqlite

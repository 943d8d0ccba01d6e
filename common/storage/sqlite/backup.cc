#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "SQLiteCpp/Backup.h"
#include "SQLiteCpp/Database.h"
#include "SQLiteCpp/Statement.h"
#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/contract/errors.h"
#include "common/contract/ids.h"
#include "common/status_macros.h"
#include "common/storage/open.h"
#include "common/storage/sqlite/errors.h"
#include "common/storage/sqlite/file_lock.h"
#include "sqlite3.h"

namespace banso::storage {
namespace {

// How long a lock of the other side is waited for.
constexpr int kBusyMilliseconds = 5000;
constexpr absl::Duration kRetryAfter = absl::Seconds(1);

absl::Status NoStore(const std::string& path) {
  return contract::FailedPrecondition("STORAGE_NOT_A_STORE", path,
                                      "the file is no store, or is damaged", "Name another file");
}

// Runs `body`; what SQLite throws becomes a status about the file `path`.
absl::Status Guarded(const std::string& path, absl::FunctionRef<absl::Status()> body) {
  errno = 0;
  try {
    return body();
  } catch (const SQLite::Exception& error) {
    const absl::Status status = sqlite::ToStatus(error, errno, absl::StrCat("copying ", path));
    return absl::IsDataLoss(status) ? NoStore(path) : status;
  }
}

absl::Status CheckIsThere(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) return absl::OkStatus();
  return contract::FailedPrecondition("STORAGE_MISSING", path, "there is no such file",
                                      "Name the file of a store");
}

// Also the files beside a database: an old log would be taken for that of the new file.
absl::Status CheckIsFree(const std::string& path) {
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
    const std::string file = absl::StrCat(path, ending);
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, error))) continue;
    return contract::FailedPrecondition("STORAGE_EXISTS", file, "the file is there already",
                                        "Move it away, or name another folder");
  }
  return absl::OkStatus();
}

// The text of `key` in the store's identity; nothing when the file is no store.
std::optional<std::string> Identity(SQLite::Database& database, const std::string& key) {
  if (!database.tableExists("meta")) return std::nullopt;
  SQLite::Statement query(database, "SELECT text FROM meta WHERE key = $key");
  query.bind("$key", key);
  if (!query.executeStep()) return std::nullopt;
  return query.getColumn(0).getString();
}

absl::Status CheckService(SQLite::Database& database, const std::string& path,
                          const std::string& service) {
  const std::optional<std::string> found = Identity(database, "service");
  if (!found.has_value()) return NoStore(path);
  if (*found == service) return absl::OkStatus();
  return contract::FailedPrecondition(
      "STORAGE_OF_ANOTHER_SERVICE", path,
      absl::StrCat("the store belongs to the service `", *found, "`, not to `", service, "`"),
      "Name the file of this service");
}

// Every page of it can be read and fits the others.
absl::Status CheckSound(SQLite::Database& database, const std::string& path) {
  SQLite::Statement check(database, "PRAGMA quick_check(1)");
  if (!check.executeStep() || check.getColumn(0).getString() != "ok") return NoStore(path);
  return absl::OkStatus();
}

void SetNewEpoch(SQLite::Database& database) {
  contract::SystemIdSource ids;
  SQLite::Statement update(database, "UPDATE meta SET text = $epoch WHERE key = 'epoch'");
  update.bind("$epoch", ids.New());
  update.exec();
}

// Makes the new name of a file durable.
absl::Status SyncFolder(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const int descriptor =
      open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
  if (descriptor >= 0) close(descriptor);
  return synced ? absl::OkStatus() : contract::Unavailable("the folder of the copy", kRetryAfter);
}

// Copies the database `from`, as it is at one moment, to the new file `path`, which appears whole,
// durable and finished by `finish`, or not at all.
absl::Status CopyTo(SQLite::Database& from, const std::string& path,
                    absl::FunctionRef<absl::Status(SQLite::Database&)> finish) {
  const std::string draft = absl::StrCat(path, ".unfinished");
  std::error_code error;
  std::filesystem::remove(draft, error);
  const auto remove_draft = absl::MakeCleanup([&draft] {
    std::error_code ignored;
    std::filesystem::remove(draft, ignored);
  });
  {
    // It holds people's data: for this user alone.
    const int descriptor = open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
      return contract::FailedPrecondition("STORAGE_NOT_WRITABLE", path,
                                          "the file cannot be made there",
                                          "Name a folder that this user may write to");
    }
    close(descriptor);
    SQLite::Database to(draft, SQLite::OPEN_READWRITE, kBusyMilliseconds);
    {
      // All pages in one step: a reader's view, which writers neither wait for nor change.
      SQLite::Backup backup(to, from);
      if (backup.executeStep(-1) != SQLITE_DONE) {
        return contract::Unavailable("the store, which is busy,", kRetryAfter);
      }
    }
    // One plain file, without a log beside it.
    to.exec("PRAGMA journal_mode = DELETE");
    BANSO_RETURN_IF_ERROR(finish(to));
  }
  std::filesystem::rename(draft, path, error);
  if (error) {
    return contract::Unavailable(absl::StrCat("the copy (", error.message(), ")"), kRetryAfter);
  }
  return SyncFolder(path);
}

}  // namespace

absl::Status BackUpSqlite(const OpenOptions& store, const std::string& backup) {
  BANSO_RETURN_IF_ERROR(CheckIsThere(store.path));
  BANSO_RETURN_IF_ERROR(CheckIsFree(backup));
  return Guarded(store.path, [&]() -> absl::Status {
    // To read a log that a crash has left, it must be allowed to write.
    SQLite::Database from(store.path, SQLite::OPEN_READWRITE, kBusyMilliseconds);
    BANSO_RETURN_IF_ERROR(CheckService(from, store.path, store.service));
    return CopyTo(from, backup, [](SQLite::Database&) { return absl::OkStatus(); });
  });
}

absl::Status RestoreSqlite(const std::string& backup, const OpenOptions& store) {
  BANSO_RETURN_IF_ERROR(CheckIsThere(backup));
  BANSO_ASSIGN_OR_RETURN(const sqlite::FileLock lock, sqlite::FileLock::Take(store.path));
  BANSO_RETURN_IF_ERROR(CheckIsFree(store.path));
  return Guarded(backup, [&]() -> absl::Status {
    SQLite::Database from(backup, SQLite::OPEN_READONLY, kBusyMilliseconds);
    BANSO_RETURN_IF_ERROR(CheckService(from, backup, store.service));
    return CopyTo(from, store.path, [&backup](SQLite::Database& copy) -> absl::Status {
      BANSO_RETURN_IF_ERROR(CheckSound(copy, backup));
      SetNewEpoch(copy);
      return absl::OkStatus();
    });
  });
}

}  // namespace banso::storage

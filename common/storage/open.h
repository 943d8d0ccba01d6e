#ifndef BANSO_COMMON_STORAGE_OPEN_H_
#define BANSO_COMMON_STORAGE_OPEN_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/database.h"
#include "common/storage/migration.h"

namespace banso::storage {

struct OpenOptions {
  // The database file. Its folder must exist and be writable; files beside it (`-wal`, `-shm`,
  // `.lock`) belong to it.
  std::string path;
  // Whose store this is, such as `accounts`. A store of another service is refused.
  std::string service;
  // The service's own schema. The tables of common/storage come before it by themselves.
  Migrations migrations;
  // Whether to apply migrations that the store lacks; without it such a store is refused.
  bool migrate = true;
  // How many reads run at once.
  int reader_connections = 4;
  // How many writes may wait; further ones are refused with RESOURCE_EXHAUSTED.
  int max_waiting_writes = 4096;
  // How many waiting writes are committed together at most.
  int max_group = 256;
  // For tests of migrations: how many of the common ones this program knows; -1 means all.
  int common_migrations = -1;
  // For tests of a full disk: the file may have so many pages of 4 KiB; 0 means any number.
  int max_pages = 0;
};

// Opens (or creates) a store on SQLite. Every commit is durable when Write returns.
// FAILED_PRECONDITION, in words that say what to do, when the folder is missing, the folder or the
// file is not writable, the file is no database, the store is open elsewhere, belongs to another
// service, or has a schema that is newer than `migrations` (or older, without `migrate`), or has
// had a migration that was another one than that of `migrations` (SCHEMA_UNKNOWN).
// RESOURCE_EXHAUSTED when the disk is too full to open it.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(const OpenOptions& options);

// Copies the store at `store.path` to the new file `backup`: everything that was committed up to
// one moment. The store may be open meanwhile, here or in another process, and takes reads and
// writes as ever. The copy appears whole and durable, or not at all. FAILED_PRECONDITION, in words,
// when there is no store of `store.service`, or a file `backup` is there already or cannot be made;
// RESOURCE_EXHAUSTED when its disk is too full.
absl::Status BackUpSqlite(const OpenOptions& store, const std::string& backup);

// Puts a copy of `backup` in place as the store `store.path`, where none may be. It gets an epoch
// of its own: page tokens and resume tokens of the store before are refused, so that clients and
// followers begin anew instead of missing what happened after the backup. Answers to repeated calls
// are those of the backup.
// FAILED_PRECONDITION, in words, when the backup is missing, damaged or of another service, or a
// store is there already; RESOURCE_EXHAUSTED when the disk is too full.
absl::Status RestoreSqlite(const std::string& backup, const OpenOptions& store);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_OPEN_H_

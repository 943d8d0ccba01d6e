#ifndef BANSO_COMMON_STORAGE_MIGRATION_CHECK_H_
#define BANSO_COMMON_STORAGE_MIGRATION_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "common/storage/migration.h"
#include "common/storage/snapshot.h"

namespace banso::storage {

// Makes the store that each earlier version of the program of `service` left behind, by only so
// many of the common migrations and of `migrations`, puts a row into each table that takes one,
// opens it with all of them, and compares it with a store that was new: the same tables, columns
// and indexes, and no row lost. The tables of `kinds` hold a resource with something in every
// field, and their columns must be what a Collection would write for it: also those that a later
// migration adds. What follows from resources in other tables is not looked at. OK when all agree;
// otherwise says from which version on they do not.
absl::Status CheckMigrations(const std::string& service, const Migrations& migrations,
                             const SnapshotSources& kinds);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_MIGRATION_CHECK_H_

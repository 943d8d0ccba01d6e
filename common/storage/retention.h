#ifndef BANSO_COMMON_STORAGE_RETENTION_H_
#define BANSO_COMMON_STORAGE_RETENTION_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/storage/database.h"

// What a store need not keep for ever. Each works in several short transactions, so that writes go
// on meanwhile, and may be run again after being cut off. `before` is a business time.
namespace banso::storage {

// Forgets answers to calls that were made before `before`; returns how many. Callers are promised
// 24 hours.
absl::StatusOr<int64_t> PurgeRequests(Database& database, const Call& call, absl::Time before);

// Forgets changes that were committed before `before`; returns how many. Feeds that stand before
// the oldest change kept are then refused with RESUME_TOKEN_EXPIRED, and history and GetAt reach
// back no further.
absl::StatusOr<int64_t> PurgeChanges(Database& database, const Call& call, absl::Time before);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_RETENTION_H_

#ifndef BANSO_COMMON_SERVER_CHANGES_SERVICE_H_
#define BANSO_COMMON_SERVER_CHANGES_SERVICE_H_

#include "absl/strings/string_view.h"
#include "common/server/router.h"
#include "common/storage/database.h"
#include "common/storage/snapshot.h"

namespace banso::server {

// Handles the RPC `method` of the router, which takes banso.type.v1.WatchChangesRequest and streams
// WatchChangesResponse, from the changes in `database`. The snapshot shows `sources`, in that
// order. Database and sources must outlive the server.
void AddWatchChanges(Router& router, storage::Database& database, storage::SnapshotSources sources,
                     absl::string_view method = "WatchChanges");

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_CHANGES_SERVICE_H_

#ifndef BANSO_COMMON_SERVER_SERVICE_STORE_H_
#define BANSO_COMMON_SERVER_SERVICE_STORE_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/environment.h"
#include "common/server/service_definition.h"
#include "common/storage/database.h"
#include "common/storage/migration.h"

namespace banso::server {

// Opens the store of a service, `<service>.db` in the data folder, brings its schema up to date and
// lets `check` look at it; makes it the definition's database, owned by it, and forgets answers to
// repeated calls after 48 hours (callers are promised 24). Call it after owning what handlers use
// beside it. Errors as storage::OpenSqlite.
absl::StatusOr<storage::Database*> OpenStore(
    const Environment& environment, storage::Migrations migrations,
    const std::function<absl::Status(storage::Reader&)>& check, ServiceDefinition* service);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_SERVICE_STORE_H_

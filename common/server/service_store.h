#ifndef BANSO_COMMON_SERVER_SERVICE_STORE_H_
#define BANSO_COMMON_SERVER_SERVICE_STORE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/environment.h"
#include "common/server/service_definition.h"
#include "common/storage/database.h"
#include "common/storage/migration.h"
#include "common/storage/open.h"

namespace banso::server {

// Which store is that of a service: `<service>.db` in the data folder.
storage::OpenOptions StoreOf(const std::string& service, const std::string& data_dir);

// Opens the store of a service, brings its schema up to date and lets `check` look at it; makes it
// the definition's database, owned by it, and lets it forget answers and changes as the flags
// --request_retention and --change_retention say. Call it after owning what handlers use beside it.
// Errors as storage::OpenSqlite.
absl::StatusOr<storage::Database*> OpenStore(
    const Environment& environment, storage::Migrations migrations,
    const std::function<absl::Status(storage::Reader&)>& check, ServiceDefinition* service);

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_SERVICE_STORE_H_

#include "common/server/service_store.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/status_macros.h"
#include "common/storage/open.h"
#include "common/storage/retention.h"

namespace banso::server {
namespace {

constexpr absl::Duration kRequestRetention = absl::Hours(48);

}  // namespace

absl::StatusOr<storage::Database*> OpenStore(
    const Environment& environment, storage::Migrations migrations,
    const std::function<absl::Status(storage::Reader&)>& check, ServiceDefinition* service) {
  storage::OpenOptions options;
  options.path = environment.DataFile(absl::StrCat(environment.service, ".db"));
  options.service = environment.service;
  options.migrations = std::move(migrations);
  BANSO_ASSIGN_OR_RETURN(std::unique_ptr<storage::Database> opened, storage::OpenSqlite(options));
  BANSO_RETURN_IF_ERROR(opened->Read(check));
  storage::Database* database = service->Own(std::move(opened));
  service->SetDatabase(database);
  service->AddSweep(
      {"forget_answers", absl::Hours(1), [database](const Call& call) {
         return storage::PurgeRequests(*database, call, call.now - kRequestRetention).status();
       }});
  return database;
}

}  // namespace banso::server

#include "common/server/service_store.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/status_macros.h"
#include "common/storage/retention.h"

namespace banso::server {
namespace {

// Forgets what is older than its retention, every hour.
void AddRetention(storage::Database& database, const Flags& flags, ServiceDefinition& service) {
  service.AddSweep({"forget_answers", absl::Hours(1),
                    [&database, retention = flags.request_retention](const Call& call) {
                      return storage::PurgeRequests(database, call, call.now - retention).status();
                    }});
  if (flags.change_retention == absl::InfiniteDuration()) return;
  service.AddSweep({"forget_changes", absl::Hours(1),
                    [&database, retention = flags.change_retention](const Call& call) {
                      return storage::PurgeChanges(database, call, call.now - retention).status();
                    }});
}

}  // namespace

storage::OpenOptions StoreOf(const std::string& service, const std::string& data_dir) {
  storage::OpenOptions options;
  options.path = absl::StrCat(data_dir, "/", service, ".db");
  options.service = service;
  return options;
}

absl::StatusOr<storage::Database*> OpenStore(
    const Environment& environment, storage::Migrations migrations,
    const std::function<absl::Status(storage::Reader&)>& check, ServiceDefinition* service) {
  storage::OpenOptions options = StoreOf(environment.service, environment.flags.data_dir);
  options.migrations = std::move(migrations);
  BANSO_ASSIGN_OR_RETURN(std::unique_ptr<storage::Database> opened, storage::OpenSqlite(options));
  BANSO_RETURN_IF_ERROR(opened->Read(check));
  storage::Database* database = service->Own(std::move(opened));
  service->SetDatabase(database);
  AddRetention(*database, environment.flags, *service);
  return database;
}

}  // namespace banso::server

#include "services/accounts/accounts_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/contract/ids.h"
#include "common/server/service_definition.h"
#include "common/status_macros.h"
#include "common/storage/open.h"
#include "common/storage/retention.h"
#include "services/accounts/api/accounts_api.h"
#include "services/accounts/api/router.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {
namespace {

// How long answers to repeated calls are kept; callers are promised 24 hours.
constexpr absl::Duration kRequestRetention = absl::Hours(48);

absl::StatusOr<std::unique_ptr<storage::Database>> Open(const server::Environment& environment,
                                                        const Store& store) {
  storage::OpenOptions options;
  options.path = environment.DataFile("accounts.db");
  options.service = "accounts";
  options.migrations = Schema();
  BANSO_ASSIGN_OR_RETURN(std::unique_ptr<storage::Database> database, storage::OpenSqlite(options));
  BANSO_RETURN_IF_ERROR(
      database->Read([&](storage::Reader& reader) { return store.CheckSchema(reader); }));
  return database;
}

absl::StatusOr<std::unique_ptr<server::ServiceDefinition>> Build(
    const server::Environment& environment) {
  auto service = std::make_unique<server::ServiceDefinition>(environment);
  const Store* store = service->Own(std::make_unique<Store>());
  BANSO_ASSIGN_OR_RETURN(auto opened, Open(environment, *store));
  storage::Database* database = service->Own(std::move(opened));
  contract::IdSource* ids = service->Own(std::make_unique<contract::SystemIdSource>());
  AccountsApi* api = service->Own(std::make_unique<AccountsApi>(*database, *store, *ids));
  service->SetDatabase(database);
  service->Add(AccountsRouter(*api, *database, *store));
  service->Add(FactsRouter(*database, *store));
  service->AddSweep(
      {"forget_answers", absl::Hours(1), [database](const Call& call) {
         return storage::PurgeRequests(*database, call, call.now - kRequestRetention).status();
       }});
  return service;
}

}  // namespace

server::ServiceModule Module() { return {"accounts", Build}; }

}  // namespace banso::accounts

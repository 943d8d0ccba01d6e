#include "services/kickoff/kickoff_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/contract/ids.h"
#include "common/server/follower.h"
#include "common/server/service_definition.h"
#include "common/status_macros.h"
#include "common/storage/open.h"
#include "common/storage/retention.h"
#include "services/kickoff/api/accounts_client.h"
#include "services/kickoff/api/kickoff_api.h"
#include "services/kickoff/api/router.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {
namespace {

// How long answers to repeated calls are kept; callers are promised 24 hours.
constexpr absl::Duration kRequestRetention = absl::Hours(48);

absl::StatusOr<std::unique_ptr<storage::Database>> Open(const server::Environment& environment,
                                                        const Store& store) {
  storage::OpenOptions options;
  options.path = environment.DataFile("kickoff.db");
  options.service = "kickoff";
  options.migrations = Schema();
  BANSO_ASSIGN_OR_RETURN(std::unique_ptr<storage::Database> database, storage::OpenSqlite(options));
  BANSO_RETURN_IF_ERROR(
      database->Read([&](storage::Reader& reader) { return store.CheckSchema(reader); }));
  return database;
}

std::unique_ptr<server::Follower> FollowAccounts(const server::Environment& environment,
                                                 storage::Database* database, KickoffApi* api) {
  server::ChangesFollowerOptions options;
  options.method = "banso.accounts.v1.AccountsService/WatchChanges";
  options.service = "kickoff";
  options.name = "accounts";
  options.database = database;
  options.peer = &environment.peers->accounts();
  options.clock = environment.clock;
  options.kinds = {"banso.accounts.v1.Account", "banso.accounts.v1.Onboarding"};
  options.reset = [api](storage::Writer& writer) { return api->ForgetAccounts(writer); };
  options.apply = [api](storage::Writer& writer, const type::v1::Change& change) {
    return api->FollowAccounts(writer, change);
  };
  return server::FollowChanges(std::move(options));
}

absl::StatusOr<std::unique_ptr<server::ServiceDefinition>> Build(
    const server::Environment& environment) {
  auto service = std::make_unique<server::ServiceDefinition>(environment);
  const Store* store = service->Own(std::make_unique<Store>());
  BANSO_ASSIGN_OR_RETURN(auto opened, Open(environment, *store));
  storage::Database* database = service->Own(std::move(opened));
  contract::IdSource* ids = service->Own(std::make_unique<contract::SystemIdSource>());
  AccountsClient* accounts = service->Own(std::make_unique<RemoteAccounts>(*environment.peers));
  KickoffApi* api = service->Own(std::make_unique<KickoffApi>(*database, *store, *accounts, *ids));
  service->SetDatabase(database);
  service->Add(KickoffRouter(*api, *database, *store));
  service->Add(FactsRouter(*database, *store));
  service->AddFollower(FollowAccounts(environment, database, api));
  service->AddSweep({"clock_notices", absl::Seconds(2),
                     [api](const Call& call) { return api->SendClockNotices(call); }});
  service->AddSweep({"overdue_tasks", absl::Minutes(10),
                     [api](const Call& call) { return api->RefreshOverdue(call); }});
  service->AddSweep(
      {"forget_answers", absl::Hours(1), [database](const Call& call) {
         return storage::PurgeRequests(*database, call, call.now - kRequestRetention).status();
       }});
  return service;
}

}  // namespace

server::ServiceModule Module() { return {"kickoff", Build}; }

}  // namespace banso::kickoff

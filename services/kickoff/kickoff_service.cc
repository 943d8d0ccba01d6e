#include "services/kickoff/kickoff_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/contract/ids.h"
#include "common/server/follower.h"
#include "common/server/service_definition.h"
#include "common/server/service_store.h"
#include "common/status_macros.h"
#include "services/kickoff/api/accounts_client.h"
#include "services/kickoff/api/kickoff_api.h"
#include "services/kickoff/api/router.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {
namespace {

std::unique_ptr<server::Follower> FollowAccounts(const server::Environment& environment,
                                                 storage::Database* database, KickoffApi* api) {
  server::ChangesFollowerOptions options;
  options.method = "banso.accounts.v1.AccountsService/WatchChanges";
  options.service = "kickoff";
  options.name = "accounts";
  options.database = database;
  options.peer = &environment.peers->accounts();
  options.clock = environment.clock;
  options.kinds = {"banso.accounts.v1.Account",
                   "banso.accounts.v1.Onboarding",
                   "banso.accounts.v1.Site",
                   "banso.accounts.v1.AccountSummary",
                   "banso.accounts.v1.StakeholderChange",
                   "banso.accounts.v1.Stakeholder",
                   "banso.accounts.v1.Member"};
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
  BANSO_ASSIGN_OR_RETURN(
      storage::Database * database,
      server::OpenStore(
          environment, Schema(),
          [store](storage::Reader& reader) { return store->CheckSchema(reader); }, service.get()));
  contract::IdSource* ids = service->Own(std::make_unique<contract::SystemIdSource>());
  AccountsClient* accounts = service->Own(std::make_unique<RemoteAccounts>(*environment.peers));
  KickoffApi* api = service->Own(
      std::make_unique<KickoffApi>(*database, *store, *accounts, *ids, *environment.calendars));
  BANSO_RETURN_IF_ERROR(api->CheckCalendars());
  service->Add(PlanTemplatesRouter(*api));
  service->Add(TasksRouter(*api));
  service->Add(MeetingsRouter(*api));
  service->Add(KickoffRouter(*api, *database, *store));
  service->Add(FactsRouter(*database, *store));
  service->AddFollower(FollowAccounts(environment, database, api));
  service->AddSweep({"clock_notices", absl::Seconds(2),
                     [api](const Call& call) { return api->SendClockNotices(call); }});
  service->AddSweep({"overdue_tasks", absl::Minutes(10),
                     [api](const Call& call) { return api->RefreshOverdue(call); }});
  return service;
}

}  // namespace

server::ServiceModule Module() { return {"kickoff", Build, Schema}; }

}  // namespace banso::kickoff

#include "services/handoff/handoff_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/contract/ids.h"
#include "common/server/follower.h"
#include "common/server/service_definition.h"
#include "common/server/service_store.h"
#include "common/status_macros.h"
#include "services/handoff/api/accounts_mirror.h"
#include "services/handoff/api/completions_api.h"
#include "services/handoff/api/criteria_api.h"
#include "services/handoff/api/handoff_api.h"
#include "services/handoff/api/inquiry.h"
#include "services/handoff/api/neighbours.h"
#include "services/handoff/api/process_engine.h"
#include "services/handoff/api/processes_api.h"
#include "services/handoff/api/router.h"
#include "services/handoff/api/steps.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {
namespace {

void FollowAccounts(const server::Environment& environment, storage::Database* database,
                    const Store* store, server::ServiceDefinition* service) {
  server::ChangesFollowerOptions options;
  options.method = "banso.accounts.v1.AccountsService/WatchChanges";
  options.service = "handoff";
  options.name = "accounts";
  options.database = database;
  options.peer = &environment.peers->accounts();
  options.clock = environment.clock;
  options.kinds = {accounts::v1::Account::descriptor()->full_name(),
                   accounts::v1::Onboarding::descriptor()->full_name(),
                   accounts::v1::Stakeholder::descriptor()->full_name(),
                   accounts::v1::Member::descriptor()->full_name()};
  options.reset = ResetAccountsMirror;
  options.apply = [store](storage::Writer& writer, const type::v1::Change& change) {
    return ApplyAccountsChange(*store, writer, change);
  };
  service->AddFollower(server::FollowChanges(std::move(options)));
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
  Neighbours* neighbours = service->Own(MakeNeighbours(*environment.peers));
  Inquiry* inquiry = service->Own(std::make_unique<Inquiry>(*database, *store, *neighbours));
  Steps* steps = service->Own(std::make_unique<Steps>(*database, *store, *neighbours, *inquiry));
  ProcessEngine* engine =
      service->Own(std::make_unique<ProcessEngine>(*database, *store, *environment.clock, *steps));
  service->Add(
      CriteriaRouter(*service->Own(std::make_unique<CriteriaApi>(*database, *store, *inquiry))));
  service->Add(ProcessesRouter(
      *service->Own(std::make_unique<ProcessesApi>(*database, *store, *inquiry, *engine, *ids))));
  service->Add(CompletionsRouter(
      *service->Own(std::make_unique<CompletionsApi>(*database, *store, *inquiry, *ids))));
  HandoffApi* handoffs =
      service->Own(std::make_unique<HandoffApi>(*database, *store, *engine, *ids));
  service->Add(HandoffRouter(*handoffs, *database, *store));
  service->Add(FactsRouter(*database, *store));
  // The first run, a second after the start, goes on with what a crash has interrupted.
  service->AddSweep({"run_processes", absl::Seconds(1),
                     [engine](const Call& call) { return engine->Sweep(call); }});
  service->AddSweep({"advance_gap_watches", absl::Minutes(1),
                     [handoffs](const Call& call) { return handoffs->AdvanceGapWatches(call); }});
  FollowAccounts(environment, database, store, service.get());
  return service;
}

}  // namespace

server::ServiceModule Module() { return {"handoff", Build, Schema}; }

}  // namespace banso::handoff

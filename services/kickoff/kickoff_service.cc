#include "services/kickoff/kickoff_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/calendar/calendars.h"
#include "common/contract/ids.h"
#include "common/server/follower.h"
#include "common/server/service_definition.h"
#include "common/server/service_store.h"
#include "common/status_macros.h"
#include "services/kickoff/api/accounts_client.h"
#include "services/kickoff/api/accounts_mirror.h"
#include "services/kickoff/api/clock_sender.h"
#include "services/kickoff/api/kickoff_api.h"
#include "services/kickoff/api/meetings_api.h"
#include "services/kickoff/api/plan_editor.h"
#include "services/kickoff/api/plan_templates_api.h"
#include "services/kickoff/api/router.h"
#include "services/kickoff/api/tasks_api.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {
namespace {

std::unique_ptr<server::Follower> FollowAccounts(const server::Environment& environment,
                                                 storage::Database* database,
                                                 const AccountsMirror* mirror) {
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
  options.reset = [mirror](storage::Writer& writer) { return mirror->Reset(writer); };
  options.apply = [mirror](storage::Writer& writer, const type::v1::Change& change) {
    return mirror->Apply(writer, change);
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
  const calendar::Calendars& calendars = *environment.calendars;
  const PlanEditor* plans = service->Own(std::make_unique<PlanEditor>(*store, calendars));
  ClockSender* clocks = service->Own(std::make_unique<ClockSender>(*database, *store, *accounts));
  const AccountsMirror* mirror =
      service->Own(std::make_unique<AccountsMirror>(*database, *store, *plans, calendars));
  BANSO_RETURN_IF_ERROR(mirror->CheckCalendars());
  TasksApi* tasks = service->Own(std::make_unique<TasksApi>(*database, *store, *plans, *ids));
  service->Add(PlanTemplatesRouter(
      *service->Own(std::make_unique<PlanTemplatesApi>(*database, *store, *accounts))));
  service->Add(TasksRouter(*tasks));
  service->Add(MeetingsRouter(*service->Own(
      std::make_unique<MeetingsApi>(*database, *store, *accounts, *plans, *clocks, *ids))));
  service->Add(KickoffRouter(
      *service->Own(std::make_unique<KickoffApi>(*database, *store, *accounts, *plans, calendars)),
      *database, *store));
  service->Add(FactsRouter(*database, *store));
  service->AddFollower(FollowAccounts(environment, database, mirror));
  service->AddSweep({"clock_notices", absl::Seconds(2),
                     [clocks](const Call& call) { return clocks->Send(call); }});
  service->AddSweep({"overdue_tasks", absl::Minutes(10),
                     [tasks](const Call& call) { return tasks->RefreshOverdue(call); }});
  return service;
}

}  // namespace

server::ServiceModule Module() { return {"kickoff", Build, Schema}; }

}  // namespace banso::kickoff

#include "services/accounts/accounts_service.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "common/contract/ids.h"
#include "common/server/service_definition.h"
#include "common/server/service_store.h"
#include "common/status_macros.h"
#include "services/accounts/api/accounts_api.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/api/attributes_api.h"
#include "services/accounts/api/classification_api.h"
#include "services/accounts/api/deals_api.h"
#include "services/accounts/api/import_api.h"
#include "services/accounts/api/intake_api.h"
#include "services/accounts/api/member_roles.h"
#include "services/accounts/api/onboardings_api.h"
#include "services/accounts/api/people_api.h"
#include "services/accounts/api/relations_api.h"
#include "services/accounts/api/reports_api.h"
#include "services/accounts/api/router.h"
#include "services/accounts/api/rubrics_api.h"
#include "services/accounts/api/team_api.h"
#include "services/accounts/api/voice_api.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {
namespace {

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
  ActivePolicy* policy = service->Own(std::make_unique<ActivePolicy>(*store));
  AccountsApi* api = service->Own(std::make_unique<AccountsApi>(*database, *store, *ids, *policy));
  service->Add(AccountsRouter(*api, *database, *store));
  service->Add(
      DealsRouter(*service->Own(std::make_unique<DealsApi>(*database, *store, *ids, *policy))));
  service->Add(OnboardingsRouter(
      *service->Own(std::make_unique<OnboardingsApi>(*database, *store, *ids, *policy))));
  ClassificationApi* classification =
      service->Own(std::make_unique<ClassificationApi>(*database, *store, *ids));
  service->Add(ClassificationRouter(*classification));
  service->Add(IntakeRouter(*service->Own(std::make_unique<IntakeApi>(*database, *store, *ids))));
  service->Add(VoiceRouter(*service->Own(std::make_unique<VoiceApi>(*database, *store, *ids))));
  service->Add(FactsRouter(*database, *store));
  service->Add(RelationsRouter(*service->Own(
      std::make_unique<RelationsApi>(*database, *store, *ids, *environment.calendars))));
  PeopleApi* people = service->Own(std::make_unique<PeopleApi>(*database, *store, *ids));
  service->Add(PeopleRouter(*people));
  service->Add(TeamRouter(*service->Own(std::make_unique<TeamApi>(*database, *store, *ids))));
  service->Add(AttributesRouter(*service->Own(std::make_unique<AttributesApi>(*database, *store))));
  service->Add(ImportRouter(*service->Own(
      std::make_unique<ImportApi>(*database, *store, *ids, *policy, *environment.calendars))));
  service->Add(RubricsRouter(*service->Own(std::make_unique<RubricsApi>(*database, *store))));
  service->SetRoleSource(MemberRoles(*database, *store));
  service->Add(ReportsRouter(*service->Own(std::make_unique<ReportsApi>(*database, *store, *ids))));
  service->AddSweep({"expired_overrides", absl::Minutes(1), [classification](const Call& call) {
                       return classification->ExpireOverrides(call);
                     }});
  service->AddSweep({"due_summaries", absl::Minutes(1),
                     [people](const Call& call) { return people->RefreshDueSummaries(call); }});
  return service;
}

}  // namespace

server::ServiceModule Module() { return {"accounts", Build, Schema}; }

}  // namespace banso::accounts

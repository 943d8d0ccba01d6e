#ifndef BANSO_SERVICES_ACCOUNTS_API_ROUTER_H_
#define BANSO_SERVICES_ACCOUNTS_API_ROUTER_H_

#include "common/server/router.h"
#include "common/storage/database.h"
#include "services/accounts/api/accounts_api.h"
#include "services/accounts/api/attributes_api.h"
#include "services/accounts/api/classification_api.h"
#include "services/accounts/api/deals_api.h"
#include "services/accounts/api/import_api.h"
#include "services/accounts/api/intake_api.h"
#include "services/accounts/api/onboardings_api.h"
#include "services/accounts/api/people_api.h"
#include "services/accounts/api/relations_api.h"
#include "services/accounts/api/reports_api.h"
#include "services/accounts/api/rubrics_api.h"
#include "services/accounts/api/team_api.h"
#include "services/accounts/api/voice_api.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// Handlers of banso.accounts.v1.AccountsService. All must outlive the server.
server::Router AccountsRouter(AccountsApi& api, storage::Database& database, const Store& store);

// Handlers of DealsService and OnboardingsService.
server::Router DealsRouter(DealsApi& api);
server::Router OnboardingsRouter(OnboardingsApi& api);

// Handlers of banso.accounts.v1.ClassificationService.
server::Router ClassificationRouter(ClassificationApi& api);

// Handlers of IntakeService and VoiceService.
server::Router IntakeRouter(IntakeApi& api);
server::Router VoiceRouter(VoiceApi& api);

// Handlers of RelationsService, PeopleService, TeamService and RolePlayRubricsService. All must
// outlive the server.
server::Router RelationsRouter(RelationsApi& api);
server::Router PeopleRouter(PeopleApi& api);
server::Router TeamRouter(TeamApi& api);
server::Router RubricsRouter(RubricsApi& api);

// Handlers of ReportsService.
server::Router ReportsRouter(ReportsApi& api);

// Handlers of AttributesService and ImportService.
server::Router AttributesRouter(AttributesApi& api);
server::Router ImportRouter(ImportApi& api);

// Handlers of banso.fact.v1.FactsService for the facts that accounts owns.
server::Router FactsRouter(storage::Database& database, const Store& store);

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_ROUTER_H_

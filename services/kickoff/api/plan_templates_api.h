#ifndef BANSO_SERVICES_KICKOFF_API_PLAN_TEMPLATES_API_H_
#define BANSO_SERVICES_KICKOFF_API_PLAN_TEMPLATES_API_H_

#include "absl/status/statusor.h"
#include "banso/kickoff/v1/plan_templates_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/kickoff/api/accounts_client.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

// The handlers of banso.kickoff.v1.PlanTemplatesService, one method per RPC and named like it.
// Requests have passed contract::Check. Thread-safe.
class PlanTemplatesApi {
 public:
  // All must outlive the handlers.
  PlanTemplatesApi(storage::Database& database, const Store& store, AccountsClient& accounts)
      : database_(database), store_(store), accounts_(accounts) {}

  absl::StatusOr<v1::PlanTemplate> SavePlanTemplate(const Call& call,
                                                    const v1::SavePlanTemplateRequest& request);
  absl::StatusOr<v1::PlanTemplate> ActivatePlanTemplate(
      const Call& call, const v1::ActivatePlanTemplateRequest& request);
  absl::StatusOr<v1::PlanTemplate> GetPlanTemplate(const Call& call,
                                                   const v1::GetPlanTemplateRequest& request);
  absl::StatusOr<v1::ListPlanTemplateRevisionsResponse> ListPlanTemplateRevisions(
      const Call& call, const v1::ListPlanTemplateRevisionsRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  AccountsClient& accounts_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_PLAN_TEMPLATES_API_H_

#ifndef BANSO_SERVICES_KICKOFF_API_KICKOFF_API_H_
#define BANSO_SERVICES_KICKOFF_API_KICKOFF_API_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "common/calendar/business_days.h"
#include "common/calendar/calendars.h"
#include "common/contract/call.h"
#include "common/rule/catalog.h"
#include "common/storage/database.h"
#include "services/kickoff/api/accounts_client.h"
#include "services/kickoff/api/plan_editor.h"
#include "services/kickoff/domain/plan_builder.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

// The handlers of banso.kickoff.v1.KickoffService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
//
// plans.cc and next_actions.cc hold them by topic.
class KickoffApi {
 public:
  // All must outlive the handlers.
  KickoffApi(storage::Database& database, const Store& store, AccountsClient& accounts,
             const PlanEditor& plans, const calendar::Calendars& calendars)
      : database_(database),
        store_(store),
        accounts_(accounts),
        plans_(plans),
        calendars_(calendars) {}

  absl::StatusOr<v1::Plan> CreatePlan(const Call& call, const v1::CreatePlanRequest& request);
  absl::StatusOr<v1::Plan> GetPlan(const Call& call, const v1::GetPlanRequest& request);
  absl::StatusOr<v1::ListPlansResponse> ListPlans(const Call& call,
                                                  const v1::ListPlansRequest& request);
  absl::StatusOr<v1::Plan> ExtendDeadline(const Call& call,
                                          const v1::ExtendDeadlineRequest& request);
  absl::StatusOr<v1::Readiness> CheckReadiness(const Call& call,
                                               const v1::CheckReadinessRequest& request);

  absl::StatusOr<v1::ListNextActionsResponse> ListNextActions(
      const Call& call, const v1::ListNextActionsRequest& request);

 private:
  // The templates in force, or the one that the request names.
  absl::StatusOr<std::vector<v1::PlanTemplate>> Candidates(const Call& call,
                                                           const v1::CreatePlanRequest& request);
  // What the rules of `templates` are decided with, for an onboarding.
  absl::StatusOr<RuleContext> MakeRuleContext(const Call& call,
                                              const std::vector<v1::PlanTemplate>& templates,
                                              const accounts::v1::Account& account,
                                              const accounts::v1::Onboarding& onboarding,
                                              const rule::FactCatalog* catalog);
  // The working days of the account's sites, as accounts last told.
  absl::StatusOr<std::shared_ptr<const calendar::Calendar>> WorkingDaysOf(
      absl::string_view account) const;

  storage::Database& database_;
  const Store& store_;
  AccountsClient& accounts_;
  const PlanEditor& plans_;
  const calendar::Calendars& calendars_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_KICKOFF_API_H_

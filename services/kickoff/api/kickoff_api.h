#ifndef BANSO_SERVICES_KICKOFF_API_KICKOFF_API_H_
#define BANSO_SERVICES_KICKOFF_API_KICKOFF_API_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/stakeholder_change.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "banso/kickoff/v1/meetings_service.pb.h"
#include "banso/kickoff/v1/plan_templates_service.pb.h"
#include "banso/kickoff/v1/tasks_service.pb.h"
#include "banso/type/v1/change.pb.h"
#include "common/calendar/calendars.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/kickoff/api/accounts_client.h"
#include "services/kickoff/domain/plan_builder.h"
#include "services/kickoff/domain/transitions.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

// The handlers of the services of banso.kickoff.v1, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
//
// templates.cc, plans.cc, tasks.cc, meetings.cc and hearing.cc hold them by topic; upkeep.cc what
// runs beside them.
class KickoffApi {
 public:
  // All must outlive the handlers.
  KickoffApi(storage::Database& database, const Store& store, AccountsClient& accounts,
             contract::IdSource& ids,
             const calendar::Calendars& calendars = calendar::Calendars::BuiltIn())
      : database_(database), store_(store), accounts_(accounts), ids_(ids), calendars_(calendars) {}

  absl::StatusOr<v1::PlanTemplate> SavePlanTemplate(const Call& call,
                                                    const v1::SavePlanTemplateRequest& request);
  absl::StatusOr<v1::PlanTemplate> ActivatePlanTemplate(
      const Call& call, const v1::ActivatePlanTemplateRequest& request);
  absl::StatusOr<v1::PlanTemplate> GetPlanTemplate(const Call& call,
                                                   const v1::GetPlanTemplateRequest& request);
  absl::StatusOr<v1::ListPlanTemplateRevisionsResponse> ListPlanTemplateRevisions(
      const Call& call, const v1::ListPlanTemplateRevisionsRequest& request);

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

  absl::StatusOr<v1::PlanTask> CreatePlanTask(const Call& call,
                                              const v1::CreatePlanTaskRequest& request);
  absl::StatusOr<v1::PlanTask> GetPlanTask(const Call& call, const v1::GetPlanTaskRequest& request);
  absl::StatusOr<v1::ListPlanTasksResponse> ListPlanTasks(const Call& call,
                                                          const v1::ListPlanTasksRequest& request);
  absl::StatusOr<v1::PlanTask> UpdatePlanTask(const Call& call,
                                              const v1::UpdatePlanTaskRequest& request);
  absl::StatusOr<v1::PlanTask> ClosePlanTask(const Call& call,
                                             const v1::ClosePlanTaskRequest& request);

  absl::StatusOr<v1::Meeting> GetMeeting(const Call& call, const v1::GetMeetingRequest& request);
  absl::StatusOr<v1::ListMeetingsResponse> ListMeetings(const Call& call,
                                                        const v1::ListMeetingsRequest& request);
  absl::StatusOr<v1::Meeting> ScheduleMeeting(const Call& call,
                                              const v1::ScheduleMeetingRequest& request);
  absl::StatusOr<v1::Meeting> HoldMeeting(const Call& call, const v1::HoldMeetingRequest& request);

  absl::StatusOr<v1::HearingAnswer> RecordHearingAnswer(
      const Call& call, const v1::RecordHearingAnswerRequest& request);
  absl::StatusOr<v1::ListHearingAnswersResponse> ListHearingAnswers(
      const Call& call, const v1::ListHearingAnswersRequest& request);
  absl::StatusOr<v1::Goal> CreateGoal(const Call& call, const v1::CreateGoalRequest& request);
  absl::StatusOr<v1::Goal> AgreeGoal(const Call& call, const v1::AgreeGoalRequest& request);
  absl::StatusOr<v1::ListGoalsResponse> ListGoals(const Call& call,
                                                  const v1::ListGoalsRequest& request);
  absl::StatusOr<v1::RoleAssignment> AssignRole(const Call& call,
                                                const v1::AssignRoleRequest& request);
  absl::StatusOr<v1::ListRoleAssignmentsResponse> ListRoleAssignments(
      const Call& call, const v1::ListRoleAssignmentsRequest& request);

  // Takes over a change of an account or onboarding from accounts' feed: keeps a copy, and moves
  // what a plan counts from the onboarding's clocks. Erases what is kept of people who are erased.
  // FAILED_PRECONDITION for a site whose calendar is not known here: plans would get wrong days.
  absl::Status FollowAccounts(storage::Writer& writer, const type::v1::Change& change);
  // FAILED_PRECONDITION when a site that was taken over has a calendar that is not known any more.
  absl::Status CheckCalendars() const;
  // Forgets all copies, before the feed begins anew.
  absl::Status ForgetAccounts(storage::Writer& writer);
  // Tells accounts the clocks that it has not been told of. A sweep.
  absl::Status SendClockNotices(const Call& call);
  // Records the facts of every plan whose tasks have become overdue. A sweep.
  absl::Status RefreshOverdue(const Call& call);

 private:
  // Parts of FollowAccounts.
  absl::Status FollowCustomer(storage::Writer& writer, const type::v1::Change& change);
  absl::Status FollowPersonChange(storage::Writer& writer,
                                  const accounts::v1::StakeholderChange& change);
  // Clears the minutes of the meetings that a person who was erased has attended.
  absl::Status EraseFromMeetings(storage::Writer& writer, const std::string& prefix,
                                 const std::string& person) const;
  // Moves what is counted in working days: `sites` are the account's from now on.
  absl::Status MovePlans(storage::Writer& writer, const std::vector<v1::Plan>& plans,
                         const std::vector<accounts::v1::Site>& sites);

  // The working days of the account's sites, as accounts last told.
  absl::StatusOr<std::shared_ptr<const calendar::Calendar>> WorkingDaysOf(
      absl::string_view account) const;
  // What the rules of `templates` are decided with, for an onboarding.
  absl::StatusOr<RuleContext> MakeRuleContext(const Call& call,
                                              const std::vector<v1::PlanTemplate>& templates,
                                              const accounts::v1::Account& account,
                                              const accounts::v1::Onboarding& onboarding,
                                              const rule::FactCatalog* catalog);
  // The templates in force, or the one that the request names.
  absl::StatusOr<std::vector<v1::PlanTemplate>> Candidates(const Call& call,
                                                           const v1::CreatePlanRequest& request);

  // Loads a plan, lets `change` alter it, moves what is counted from clocks or in working days that
  // changed (`reason` says why), and stores it with its facts.
  absl::Status ChangePlan(storage::Writer& writer, absl::string_view plan, absl::string_view reason,
                          absl::FunctionRef<absl::Status(PlanParts&, const Actor&)> change);

  // Who acts in a transaction on `name`.
  absl::StatusOr<Actor> ActorOf(storage::Writer& writer, absl::string_view name) const;

  // A violation unless the stakeholder is one of the account of `name`, as accounts knows it.
  absl::Status CheckStakeholder(const Call& call, absl::string_view name,
                                const std::string& stakeholder, absl::string_view field);

  storage::Database& database_;
  const Store& store_;
  AccountsClient& accounts_;
  contract::IdSource& ids_;
  const calendar::Calendars& calendars_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_KICKOFF_API_H_

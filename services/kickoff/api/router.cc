#include "services/kickoff/api/router.h"

#include <utility>

#include "common/server/changes_service.h"
#include "common/server/facts_service.h"
#include "services/kickoff/domain/facts.h"

namespace banso::kickoff {

server::Router PlanTemplatesRouter(PlanTemplatesApi& api) {
  server::Router router("banso.kickoff.v1.PlanTemplatesService");
  router.Unary("SavePlanTemplate", &PlanTemplatesApi::SavePlanTemplate, &api);
  router.Unary("ActivatePlanTemplate", &PlanTemplatesApi::ActivatePlanTemplate, &api);
  router.Unary("GetPlanTemplate", &PlanTemplatesApi::GetPlanTemplate, &api);
  router.Unary("ListPlanTemplateRevisions", &PlanTemplatesApi::ListPlanTemplateRevisions, &api);
  return router;
}

server::Router TasksRouter(TasksApi& api) {
  server::Router router("banso.kickoff.v1.TasksService");
  router.Unary("CreatePlanTask", &TasksApi::CreatePlanTask, &api);
  router.Unary("GetPlanTask", &TasksApi::GetPlanTask, &api);
  router.Unary("ListPlanTasks", &TasksApi::ListPlanTasks, &api);
  router.Unary("UpdatePlanTask", &TasksApi::UpdatePlanTask, &api);
  router.Unary("ClosePlanTask", &TasksApi::ClosePlanTask, &api);
  return router;
}

server::Router MeetingsRouter(MeetingsApi& api) {
  server::Router router("banso.kickoff.v1.MeetingsService");
  router.Unary("GetMeeting", &MeetingsApi::GetMeeting, &api);
  router.Unary("ListMeetings", &MeetingsApi::ListMeetings, &api);
  router.Unary("ScheduleMeeting", &MeetingsApi::ScheduleMeeting, &api);
  router.Unary("HoldMeeting", &MeetingsApi::HoldMeeting, &api);
  router.Unary("RecordHearingAnswer", &MeetingsApi::RecordHearingAnswer, &api);
  router.Unary("ListHearingAnswers", &MeetingsApi::ListHearingAnswers, &api);
  router.Unary("CreateGoal", &MeetingsApi::CreateGoal, &api);
  router.Unary("AgreeGoal", &MeetingsApi::AgreeGoal, &api);
  router.Unary("ListGoals", &MeetingsApi::ListGoals, &api);
  router.Unary("AssignRole", &MeetingsApi::AssignRole, &api);
  router.Unary("ListRoleAssignments", &MeetingsApi::ListRoleAssignments, &api);
  return router;
}

server::Router KickoffRouter(KickoffApi& api, storage::Database& database, const Store& store) {
  server::Router router("banso.kickoff.v1.KickoffService");
  router.Unary("CreatePlan", &KickoffApi::CreatePlan, &api);
  router.Unary("GetPlan", &KickoffApi::GetPlan, &api);
  router.Unary("ListPlans", &KickoffApi::ListPlans, &api);
  router.Unary("ExtendDeadline", &KickoffApi::ExtendDeadline, &api);
  router.Unary("CheckReadiness", &KickoffApi::CheckReadiness, &api);
  router.Unary("ListNextActions", &KickoffApi::ListNextActions, &api);
  server::AddWatchChanges(router, database, store.sources());
  return router;
}

server::Router FactsRouter(storage::Database& database, const Store& store) {
  server::FactsServiceOptions options;
  options.database = &database;
  options.log = &store.facts;
  options.types = server::FixedFactTypes(FactTypes());
  return server::FactsRouter(std::move(options));
}

}  // namespace banso::kickoff

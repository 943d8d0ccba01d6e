#include "services/kickoff/api/router.h"

#include <utility>

#include "common/server/changes_service.h"
#include "common/server/facts_service.h"
#include "services/kickoff/domain/facts.h"

namespace banso::kickoff {
server::Router PlanTemplatesRouter(KickoffApi& api) {
  server::Router router("banso.kickoff.v1.PlanTemplatesService");
  router.Unary("SavePlanTemplate", &KickoffApi::SavePlanTemplate, &api);
  router.Unary("ActivatePlanTemplate", &KickoffApi::ActivatePlanTemplate, &api);
  router.Unary("GetPlanTemplate", &KickoffApi::GetPlanTemplate, &api);
  router.Unary("ListPlanTemplateRevisions", &KickoffApi::ListPlanTemplateRevisions, &api);
  return router;
}

server::Router TasksRouter(KickoffApi& api) {
  server::Router router("banso.kickoff.v1.TasksService");
  router.Unary("CreatePlanTask", &KickoffApi::CreatePlanTask, &api);
  router.Unary("GetPlanTask", &KickoffApi::GetPlanTask, &api);
  router.Unary("ListPlanTasks", &KickoffApi::ListPlanTasks, &api);
  router.Unary("UpdatePlanTask", &KickoffApi::UpdatePlanTask, &api);
  router.Unary("ClosePlanTask", &KickoffApi::ClosePlanTask, &api);
  return router;
}

server::Router MeetingsRouter(KickoffApi& api) {
  server::Router router("banso.kickoff.v1.MeetingsService");
  router.Unary("GetMeeting", &KickoffApi::GetMeeting, &api);
  router.Unary("ListMeetings", &KickoffApi::ListMeetings, &api);
  router.Unary("ScheduleMeeting", &KickoffApi::ScheduleMeeting, &api);
  router.Unary("HoldMeeting", &KickoffApi::HoldMeeting, &api);
  router.Unary("RecordHearingAnswer", &KickoffApi::RecordHearingAnswer, &api);
  router.Unary("ListHearingAnswers", &KickoffApi::ListHearingAnswers, &api);
  router.Unary("CreateGoal", &KickoffApi::CreateGoal, &api);
  router.Unary("AgreeGoal", &KickoffApi::AgreeGoal, &api);
  router.Unary("ListGoals", &KickoffApi::ListGoals, &api);
  router.Unary("AssignRole", &KickoffApi::AssignRole, &api);
  router.Unary("ListRoleAssignments", &KickoffApi::ListRoleAssignments, &api);
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

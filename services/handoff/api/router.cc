#include "services/handoff/api/router.h"

#include <utility>

#include "common/server/changes_service.h"
#include "common/server/facts_service.h"
#include "services/handoff/domain/facts.h"

namespace banso::handoff {
server::Router CriteriaRouter(HandoffApi& api) {
  server::Router router("banso.handoff.v1.CriteriaService");
  router.Unary("SaveCriteriaSet", &HandoffApi::SaveCriteriaSet, &api);
  router.Unary("ActivateCriteriaSet", &HandoffApi::ActivateCriteriaSet, &api);
  router.Unary("GetCriteriaSet", &HandoffApi::GetCriteriaSet, &api);
  router.Unary("ListCriteriaSetRevisions", &HandoffApi::ListCriteriaSetRevisions, &api);
  router.Unary("ResolveCriteria", &HandoffApi::ResolveCriteria, &api);
  return router;
}

server::Router ProcessesRouter(HandoffApi& api) {
  server::Router router("banso.handoff.v1.ProcessesService");
  router.Unary("StartOnboarding", &HandoffApi::StartOnboarding, &api);
  router.Unary("CompleteOnboarding", &HandoffApi::CompleteOnboarding, &api);
  router.Unary("CancelOnboarding", &HandoffApi::CancelOnboarding, &api);
  router.Unary("GetProcess", &HandoffApi::GetProcess, &api);
  router.Unary("ListProcesses", &HandoffApi::ListProcesses, &api);
  router.Unary("RetryStep", &HandoffApi::RetryStep, &api);
  router.Unary("CancelProcess", &HandoffApi::CancelProcess, &api);
  return router;
}

server::Router CompletionsRouter(HandoffApi& api) {
  server::Router router("banso.handoff.v1.CompletionsService");
  router.Unary("GetCompletion", &HandoffApi::GetCompletion, &api);
  router.Unary("ListCompletions", &HandoffApi::ListCompletions, &api);
  router.Unary("EvaluateReadiness", &HandoffApi::EvaluateReadiness, &api);
  router.Unary("RecordEvidence", &HandoffApi::RecordEvidence, &api);
  router.Unary("WithdrawEvidence", &HandoffApi::WithdrawEvidence, &api);
  router.Unary("GetEvidence", &HandoffApi::GetEvidence, &api);
  router.Unary("ListEvidence", &HandoffApi::ListEvidence, &api);
  router.Unary("CreateException", &HandoffApi::CreateException, &api);
  router.Unary("ApproveException", &HandoffApi::ApproveException, &api);
  router.Unary("RejectException", &HandoffApi::RejectException, &api);
  router.Unary("GetException", &HandoffApi::GetException, &api);
  router.Unary("ListExceptions", &HandoffApi::ListExceptions, &api);
  return router;
}

server::Router HandoffRouter(HandoffApi& api, storage::Database& database, const Store& store) {
  server::Router router("banso.handoff.v1.HandoffService");
  router.Unary("SaveHandoffPolicy", &HandoffApi::SaveHandoffPolicy, &api);
  router.Unary("ActivateHandoffPolicy", &HandoffApi::ActivateHandoffPolicy, &api);
  router.Unary("GetHandoffPolicy", &HandoffApi::GetHandoffPolicy, &api);
  router.Unary("ListHandoffPolicyRevisions", &HandoffApi::ListHandoffPolicyRevisions, &api);
  router.Unary("GetHandoff", &HandoffApi::GetHandoff, &api);
  router.Unary("ListHandoffs", &HandoffApi::ListHandoffs, &api);
  router.Unary("UpdateHandoff", &HandoffApi::UpdateHandoff, &api);
  router.Unary("OfferHandoff", &HandoffApi::OfferHandoff, &api);
  router.Unary("ReturnHandoff", &HandoffApi::ReturnHandoff, &api);
  router.Unary("AcceptHandoff", &HandoffApi::AcceptHandoff, &api);
  router.Unary("GetGapWatch", &HandoffApi::GetGapWatch, &api);
  router.Unary("ListGapWatches", &HandoffApi::ListGapWatches, &api);
  router.Unary("RecordRetentionContact", &HandoffApi::RecordRetentionContact, &api);
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

}  // namespace banso::handoff

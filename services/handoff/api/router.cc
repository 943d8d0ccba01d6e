#include "services/handoff/api/router.h"

#include <utility>

#include "common/server/changes_service.h"
#include "common/server/facts_service.h"
#include "services/handoff/domain/facts.h"

namespace banso::handoff {

server::Router CriteriaRouter(CriteriaApi& api) {
  server::Router router("banso.handoff.v1.CriteriaService");
  router.Unary("SaveCriteriaSet", &CriteriaApi::SaveCriteriaSet, &api);
  router.Unary("ActivateCriteriaSet", &CriteriaApi::ActivateCriteriaSet, &api);
  router.Unary("GetCriteriaSet", &CriteriaApi::GetCriteriaSet, &api);
  router.Unary("ListCriteriaSetRevisions", &CriteriaApi::ListCriteriaSetRevisions, &api);
  router.Unary("ResolveCriteria", &CriteriaApi::ResolveCriteria, &api);
  return router;
}

server::Router ProcessesRouter(ProcessesApi& api) {
  server::Router router("banso.handoff.v1.ProcessesService");
  router.Unary("StartOnboarding", &ProcessesApi::StartOnboarding, &api);
  router.Unary("CompleteOnboarding", &ProcessesApi::CompleteOnboarding, &api);
  router.Unary("CancelOnboarding", &ProcessesApi::CancelOnboarding, &api);
  router.Unary("GetProcess", &ProcessesApi::GetProcess, &api);
  router.Unary("ListProcesses", &ProcessesApi::ListProcesses, &api);
  router.Unary("RetryStep", &ProcessesApi::RetryStep, &api);
  router.Unary("CancelProcess", &ProcessesApi::CancelProcess, &api);
  return router;
}

server::Router CompletionsRouter(CompletionsApi& api) {
  server::Router router("banso.handoff.v1.CompletionsService");
  router.Unary("GetCompletion", &CompletionsApi::GetCompletion, &api);
  router.Unary("ListCompletions", &CompletionsApi::ListCompletions, &api);
  router.Unary("EvaluateReadiness", &CompletionsApi::EvaluateReadiness, &api);
  router.Unary("RecordEvidence", &CompletionsApi::RecordEvidence, &api);
  router.Unary("WithdrawEvidence", &CompletionsApi::WithdrawEvidence, &api);
  router.Unary("GetEvidence", &CompletionsApi::GetEvidence, &api);
  router.Unary("ListEvidence", &CompletionsApi::ListEvidence, &api);
  router.Unary("CreateException", &CompletionsApi::CreateException, &api);
  router.Unary("ApproveException", &CompletionsApi::ApproveException, &api);
  router.Unary("RejectException", &CompletionsApi::RejectException, &api);
  router.Unary("GetException", &CompletionsApi::GetException, &api);
  router.Unary("ListExceptions", &CompletionsApi::ListExceptions, &api);
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

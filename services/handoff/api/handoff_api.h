#ifndef BANSO_SERVICES_HANDOFF_API_HANDOFF_API_H_
#define BANSO_SERVICES_HANDOFF_API_HANDOFF_API_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/handoff/v1/completions_service.pb.h"
#include "banso/handoff/v1/criteria_service.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/handoff/api/inquiry.h"
#include "services/handoff/api/process_engine.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// The handlers of the services of banso.handoff.v1, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
//
// criteria.cc, policies.cc, processes.cc, completions.cc, exceptions.cc, handoffs.cc and
// gap_watches.cc hold them by topic.
class HandoffApi {
 public:
  // All must outlive the handlers.
  HandoffApi(storage::Database& database, const Store& store, Inquiry& inquiry,
             ProcessEngine& engine, contract::IdSource& ids)
      : database_(database), store_(store), inquiry_(inquiry), engine_(engine), ids_(ids) {}

  absl::StatusOr<v1::CriteriaSet> SaveCriteriaSet(const Call& call,
                                                  const v1::SaveCriteriaSetRequest& request);
  absl::StatusOr<v1::CriteriaSet> ActivateCriteriaSet(
      const Call& call, const v1::ActivateCriteriaSetRequest& request);
  absl::StatusOr<v1::CriteriaSet> GetCriteriaSet(const Call& call,
                                                 const v1::GetCriteriaSetRequest& request);
  absl::StatusOr<v1::ListCriteriaSetRevisionsResponse> ListCriteriaSetRevisions(
      const Call& call, const v1::ListCriteriaSetRevisionsRequest& request);
  absl::StatusOr<v1::ResolveCriteriaResponse> ResolveCriteria(
      const Call& call, const v1::ResolveCriteriaRequest& request);

  absl::StatusOr<v1::HandoffPolicy> SaveHandoffPolicy(const Call& call,
                                                      const v1::SaveHandoffPolicyRequest& request);
  absl::StatusOr<v1::HandoffPolicy> ActivateHandoffPolicy(
      const Call& call, const v1::ActivateHandoffPolicyRequest& request);
  absl::StatusOr<v1::HandoffPolicy> GetHandoffPolicy(const Call& call,
                                                     const v1::GetHandoffPolicyRequest& request);
  absl::StatusOr<v1::ListHandoffPolicyRevisionsResponse> ListHandoffPolicyRevisions(
      const Call& call, const v1::ListHandoffPolicyRevisionsRequest& request);

  absl::StatusOr<v1::Process> StartOnboarding(const Call& call,
                                              const v1::StartOnboardingRequest& request);
  absl::StatusOr<v1::Process> CompleteOnboarding(const Call& call,
                                                 const v1::CompleteOnboardingRequest& request);
  absl::StatusOr<v1::Process> GetProcess(const Call& call, const v1::GetProcessRequest& request);
  absl::StatusOr<v1::ListProcessesResponse> ListProcesses(const Call& call,
                                                          const v1::ListProcessesRequest& request);
  absl::StatusOr<v1::Process> RetryStep(const Call& call, const v1::RetryStepRequest& request);
  absl::StatusOr<v1::Process> CancelOnboarding(const Call& call,
                                               const v1::CancelOnboardingRequest& request);
  absl::StatusOr<v1::Process> CancelProcess(const Call& call,
                                            const v1::CancelProcessRequest& request);

  absl::StatusOr<v1::Completion> GetCompletion(const Call& call,
                                               const v1::GetCompletionRequest& request);
  absl::StatusOr<v1::ListCompletionsResponse> ListCompletions(
      const Call& call, const v1::ListCompletionsRequest& request);
  absl::StatusOr<v1::EvaluateReadinessResponse> EvaluateReadiness(
      const Call& call, const v1::EvaluateReadinessRequest& request);
  absl::StatusOr<v1::Evidence> RecordEvidence(const Call& call,
                                              const v1::RecordEvidenceRequest& request);
  absl::StatusOr<v1::Evidence> WithdrawEvidence(const Call& call,
                                                const v1::WithdrawEvidenceRequest& request);
  absl::StatusOr<v1::Evidence> GetEvidence(const Call& call, const v1::GetEvidenceRequest& request);
  absl::StatusOr<v1::ListEvidenceResponse> ListEvidence(const Call& call,
                                                        const v1::ListEvidenceRequest& request);

  absl::StatusOr<v1::Exception> CreateException(const Call& call,
                                                const v1::CreateExceptionRequest& request);
  absl::StatusOr<v1::Exception> ApproveException(const Call& call,
                                                 const v1::ApproveExceptionRequest& request);
  absl::StatusOr<v1::Exception> RejectException(const Call& call,
                                                const v1::RejectExceptionRequest& request);
  absl::StatusOr<v1::Exception> GetException(const Call& call,
                                             const v1::GetExceptionRequest& request);
  absl::StatusOr<v1::ListExceptionsResponse> ListExceptions(
      const Call& call, const v1::ListExceptionsRequest& request);

  absl::StatusOr<v1::Handoff> GetHandoff(const Call& call, const v1::GetHandoffRequest& request);
  absl::StatusOr<v1::ListHandoffsResponse> ListHandoffs(const Call& call,
                                                        const v1::ListHandoffsRequest& request);
  absl::StatusOr<v1::Handoff> UpdateHandoff(const Call& call,
                                            const v1::UpdateHandoffRequest& request);
  absl::StatusOr<v1::Handoff> OfferHandoff(const Call& call,
                                           const v1::OfferHandoffRequest& request);
  absl::StatusOr<v1::Handoff> ReturnHandoff(const Call& call,
                                            const v1::ReturnHandoffRequest& request);
  absl::StatusOr<v1::Handoff> AcceptHandoff(const Call& call,
                                            const v1::AcceptHandoffRequest& request);

  absl::StatusOr<v1::GapWatch> GetGapWatch(const Call& call, const v1::GetGapWatchRequest& request);
  absl::StatusOr<v1::ListGapWatchesResponse> ListGapWatches(
      const Call& call, const v1::ListGapWatchesRequest& request);
  absl::StatusOr<v1::GapWatch> RecordRetentionContact(
      const Call& call, const v1::RecordRetentionContactRequest& request);

  // Brings the level of every open gap watch up to the day: the form of a sweep.
  absl::Status AdvanceGapWatches(const Call& call);

 private:
  // Runs a process for as long as a caller waits for it, and returns it as it then stands.
  absl::StatusOr<v1::Process> RunProcess(const Call& call, const std::string& name);

  // Lets `change` alter a process that nobody runs, then runs it.
  absl::StatusOr<v1::Process> ChangeProcess(
      const Call& call, const google::protobuf::Message& request, const std::string& name,
      const std::string& etag, absl::FunctionRef<absl::Status(v1::Process&, absl::Time)> change);

  // The completion, if it is open. NOT_FOUND, FAILED_PRECONDITION.
  absl::StatusOr<Case> OpenCase(storage::Reader& reader, const std::string& completion,
                                absl::Time now) const;

  absl::StatusOr<v1::Exception> DecideOn(const Call& call, const google::protobuf::Message& request,
                                         const std::string& name, const std::string& etag,
                                         v1::ExceptionState state, const std::string& note);

  // Begins the process by which accounts learns of a decision about `handoff`.
  absl::StatusOr<v1::Process> BeginDecision(storage::Writer& writer, v1::ProcessKind kind,
                                            const google::protobuf::Message& request,
                                            const Act& act, v1::Handoff* handoff);

  // Sets what is worked out at reading.
  absl::Status Complete(storage::Reader& reader, absl::Time now, v1::Handoff* handoff) const;

  storage::Database& database_;
  const Store& store_;
  Inquiry& inquiry_;
  ProcessEngine& engine_;
  contract::IdSource& ids_;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_HANDOFF_API_H_

#ifndef BANSO_SERVICES_HANDOFF_API_COMPLETIONS_API_H_
#define BANSO_SERVICES_HANDOFF_API_COMPLETIONS_API_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "banso/handoff/v1/completions_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "google/protobuf/message.h"
#include "services/handoff/api/inquiry.h"
#include "services/handoff/domain/readiness.h"
#include "services/handoff/store/store.h"

namespace banso::handoff {

// The handlers of banso.handoff.v1.CompletionsService, one method per RPC and named like it.
// Requests have passed contract::Check. Thread-safe.
//
// completions.cc, evidence.cc and exceptions.cc hold them by topic.
class CompletionsApi {
 public:
  // All must outlive the handlers.
  CompletionsApi(storage::Database& database, const Store& store, Inquiry& inquiry,
                 contract::IdSource& ids)
      : database_(database), store_(store), inquiry_(inquiry), ids_(ids) {}

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

 private:
  // The completion, if it is open. NOT_FOUND, FAILED_PRECONDITION.
  absl::StatusOr<Case> OpenCase(storage::Reader& reader, const std::string& completion,
                                absl::Time now) const;

  absl::StatusOr<v1::Exception> DecideOn(const Call& call, const google::protobuf::Message& request,
                                         const std::string& name, const std::string& etag,
                                         v1::ExceptionState state, const std::string& note);

  storage::Database& database_;
  const Store& store_;
  Inquiry& inquiry_;
  contract::IdSource& ids_;
};

}  // namespace banso::handoff

#endif  // BANSO_SERVICES_HANDOFF_API_COMPLETIONS_API_H_

#ifndef BANSO_SERVICES_HEALTH_API_STUDIES_HYPOTHESES_API_H_
#define BANSO_SERVICES_HEALTH_API_STUDIES_HYPOTHESES_API_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "banso/health/v1/hypotheses_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.HypothesesService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
class HypothesesApi {
 public:
  // All must outlive the handlers.
  HypothesesApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::Hypothesis> CreateHypothesis(const Call& call,
                                                  const v1::CreateHypothesisRequest& request);
  absl::StatusOr<v1::Hypothesis> GetHypothesis(const Call& call,
                                               const v1::GetHypothesisRequest& request);
  absl::StatusOr<v1::ListHypothesesResponse> ListHypotheses(
      const Call& call, const v1::ListHypothesesRequest& request);
  absl::StatusOr<v1::Hypothesis> UpdateHypothesis(const Call& call,
                                                  const v1::UpdateHypothesisRequest& request);
  absl::StatusOr<v1::Hypothesis> StartHypothesis(const Call& call,
                                                 const v1::StartHypothesisRequest& request);
  absl::StatusOr<v1::Hypothesis> LookBackHypothesis(const Call& call,
                                                    const v1::LookBackHypothesisRequest& request);
  absl::StatusOr<v1::Hypothesis> DropHypothesis(const Call& call,
                                                const v1::DropHypothesisRequest& request);
  absl::StatusOr<v1::Hypothesis> AnswerHypothesis(const Call& call,
                                                  const v1::AnswerHypothesisRequest& request);

 private:
  // Changes a stored hypothesis by a verb, and notes when its state changed.
  absl::StatusOr<v1::Hypothesis> Change(
      const Call& call, const google::protobuf::Message& request, const std::string& name,
      absl::string_view etag,
      absl::FunctionRef<absl::Status(storage::Writer&, v1::Hypothesis&)> change);

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_STUDIES_HYPOTHESES_API_H_

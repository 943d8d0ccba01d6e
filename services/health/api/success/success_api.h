#ifndef BANSO_SERVICES_HEALTH_API_SUCCESS_SUCCESS_API_H_
#define BANSO_SERVICES_HEALTH_API_SUCCESS_SUCCESS_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/success_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/api/evaluator.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.SuccessService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
//
// success_labels.cc and compare_definitions.cc hold them by topic.
class SuccessApi {
 public:
  // All must outlive the handlers.
  SuccessApi(storage::Database& database, const Store& store, Evaluator& evaluator)
      : database_(database), store_(store), evaluator_(evaluator) {}

  absl::StatusOr<v1::SuccessDefinition> SaveSuccessDefinition(
      const Call& call, const v1::SaveSuccessDefinitionRequest& request);
  absl::StatusOr<v1::SuccessDefinition> ActivateSuccessDefinition(
      const Call& call, const v1::ActivateSuccessDefinitionRequest& request);
  absl::StatusOr<v1::SuccessDefinition> DeactivateSuccessDefinition(
      const Call& call, const v1::DeactivateSuccessDefinitionRequest& request);
  absl::StatusOr<v1::SuccessDefinition> GetSuccessDefinition(
      const Call& call, const v1::GetSuccessDefinitionRequest& request);
  absl::StatusOr<v1::ListSuccessDefinitionRevisionsResponse> ListSuccessDefinitionRevisions(
      const Call& call, const v1::ListSuccessDefinitionRevisionsRequest& request);
  absl::StatusOr<v1::CompareSuccessDefinitionsResponse> CompareSuccessDefinitions(
      const Call& call, const v1::CompareSuccessDefinitionsRequest& request);

  absl::StatusOr<v1::SuccessLabel> GetSuccessLabel(const Call& call,
                                                   const v1::GetSuccessLabelRequest& request);
  absl::StatusOr<v1::ListSuccessLabelsResponse> ListSuccessLabels(
      const Call& call, const v1::ListSuccessLabelsRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  Evaluator& evaluator_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SUCCESS_SUCCESS_API_H_

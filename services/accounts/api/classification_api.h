#ifndef BANSO_SERVICES_ACCOUNTS_API_CLASSIFICATION_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_CLASSIFICATION_API_H_

#include "absl/status/statusor.h"
#include "banso/accounts/v1/classification_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.ClassificationService, one method per RPC and named like it.
// Requests have passed contract::Check. Thread-safe. policies.cc holds those of policies,
// overrides.cc those of overrides.
class ClassificationApi {
 public:
  // All must outlive the handlers.
  ClassificationApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::ReclassifyResponse> Reclassify(const Call& call,
                                                    const v1::ReclassifyRequest& request);
  absl::StatusOr<v1::ClassificationPolicy> SaveClassificationPolicy(
      const Call& call, const v1::SaveClassificationPolicyRequest& request);
  absl::StatusOr<v1::ClassificationPolicy> ActivateClassificationPolicy(
      const Call& call, const v1::ActivateClassificationPolicyRequest& request);
  absl::StatusOr<v1::ClassificationPolicy> GetClassificationPolicy(
      const Call& call, const v1::GetClassificationPolicyRequest& request);
  absl::StatusOr<v1::ListClassificationPolicyRevisionsResponse> ListClassificationPolicyRevisions(
      const Call& call, const v1::ListClassificationPolicyRevisionsRequest& request);

  absl::StatusOr<v1::SimulatePolicyResponse> SimulatePolicy(
      const Call& call, const v1::SimulatePolicyRequest& request);
  absl::StatusOr<v1::ExplainRoutingResponse> ExplainRouting(
      const Call& call, const v1::ExplainRoutingRequest& request);
  absl::StatusOr<v1::ScreenPotentialResponse> ScreenPotential(
      const Call& call, const v1::ScreenPotentialRequest& request);
  absl::StatusOr<v1::AnalyzeAxisResponse> AnalyzeAxis(const Call& call,
                                                      const v1::AnalyzeAxisRequest& request);

  absl::StatusOr<v1::ClassificationOverride> CreateClassificationOverride(
      const Call& call, const v1::CreateClassificationOverrideRequest& request);
  absl::StatusOr<v1::ClassificationOverride> GetClassificationOverride(
      const Call& call, const v1::GetClassificationOverrideRequest& request);
  absl::StatusOr<v1::ListClassificationOverridesResponse> ListClassificationOverrides(
      const Call& call, const v1::ListClassificationOverridesRequest& request);
  absl::StatusOr<v1::ClassificationOverride> EndClassificationOverride(
      const Call& call, const v1::EndClassificationOverrideRequest& request);

  // Ends the overrides whose last day is over, and classifies their accounts anew.
  absl::Status ExpireOverrides(const Call& call);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_CLASSIFICATION_API_H_

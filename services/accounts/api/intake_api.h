#ifndef BANSO_SERVICES_ACCOUNTS_API_INTAKE_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_INTAKE_API_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/intake_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/domain/intake.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.IntakeService, one method per RPC and named like it. Requests
// have passed contract::Check. Thread-safe.
class IntakeApi {
 public:
  // All must outlive the handlers.
  IntakeApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::AcceptancePolicy> SaveAcceptancePolicy(
      const Call& call, const v1::SaveAcceptancePolicyRequest& request);
  absl::StatusOr<v1::AcceptancePolicy> ActivateAcceptancePolicy(
      const Call& call, const v1::ActivateAcceptancePolicyRequest& request);
  absl::StatusOr<v1::AcceptancePolicy> GetAcceptancePolicy(
      const Call& call, const v1::GetAcceptancePolicyRequest& request);
  absl::StatusOr<v1::ListAcceptancePolicyRevisionsResponse> ListAcceptancePolicyRevisions(
      const Call& call, const v1::ListAcceptancePolicyRevisionsRequest& request);
  absl::StatusOr<v1::SimulateAcceptancePolicyResponse> SimulateAcceptancePolicy(
      const Call& call, const v1::SimulateAcceptancePolicyRequest& request);

  absl::StatusOr<v1::IntakeReview> CreateIntakeReview(const Call& call,
                                                      const v1::CreateIntakeReviewRequest& request);
  absl::StatusOr<v1::IntakeReview> GetIntakeReview(const Call& call,
                                                   const v1::GetIntakeReviewRequest& request);
  absl::StatusOr<v1::ListIntakeReviewsResponse> ListIntakeReviews(
      const Call& call, const v1::ListIntakeReviewsRequest& request);
  absl::StatusOr<v1::IntakeReview> DecideIntakeReview(const Call& call,
                                                      const v1::DecideIntakeReviewRequest& request);

  absl::StatusOr<v1::DeleteIntakeReviewResponse> DeleteIntakeReview(
      const Call& call, const v1::DeleteIntakeReviewRequest& request);
  absl::StatusOr<v1::FeatureRelease> RegisterFeatureRelease(
      const Call& call, const v1::RegisterFeatureReleaseRequest& request);
  absl::StatusOr<v1::ListFeatureReleasesResponse> ListFeatureReleases(
      const Call& call, const v1::ListFeatureReleasesRequest& request);

 private:
  // Checks a policy, which the request has in `field`, as it has to be to be saved. `types` are
  // those that its conditions may read.
  absl::Status CheckPolicy(storage::Reader& reader, const v1::AcceptancePolicy& policy,
                           const std::vector<fact::v1::FactType>& types,
                           absl::string_view field) const;

  // The policy that a dry run is about. `types` are those of the accounts.
  absl::StatusOr<v1::AcceptancePolicy> PolicyToSimulate(
      storage::Reader& reader, const v1::SimulateAcceptancePolicyRequest& request,
      const std::vector<fact::v1::FactType>& types, absl::Time now) const;

  // The types of what accounts have beyond the facts of all of them.
  absl::StatusOr<std::vector<fact::v1::FactType>> OwnTypes(storage::Reader& reader) const;

  // Calls `use` with what a question about selling the deal to the account is asked by.
  absl::Status WithPolicy(storage::Reader& reader, const v1::Account& account, const v1::Deal& deal,
                          absl::Time now, absl::FunctionRef<void(const AskedBy&)> use) const;

  // Asks every review that waits for the feature again.
  absl::Status WakeAll(storage::Writer& writer, v1::FeatureRelease* release) const;

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_INTAKE_API_H_

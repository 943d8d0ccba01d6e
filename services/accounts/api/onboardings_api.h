#ifndef BANSO_SERVICES_ACCOUNTS_API_ONBOARDINGS_API_H_
#define BANSO_SERVICES_ACCOUNTS_API_ONBOARDINGS_API_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/accounts/api/active_policy.h"
#include "services/accounts/store/store.h"

namespace banso::accounts {

// The handlers of banso.accounts.v1.OnboardingsService, one method per RPC and named like it.
// Requests have passed contract::Check. Thread-safe.
class OnboardingsApi {
 public:
  // All must outlive the handlers.
  OnboardingsApi(storage::Database& database, const Store& store, contract::IdSource& ids,
                 ActivePolicy& policy)
      : database_(database), store_(store), ids_(ids), policy_(policy) {}

  absl::StatusOr<v1::Onboarding> CreateOnboarding(const Call& call,
                                                  const v1::CreateOnboardingRequest& request);
  absl::StatusOr<v1::Onboarding> GetOnboarding(const Call& call,
                                               const v1::GetOnboardingRequest& request);
  absl::StatusOr<v1::ListOnboardingsResponse> ListOnboardings(
      const Call& call, const v1::ListOnboardingsRequest& request);
  absl::StatusOr<v1::Onboarding> UpdateOnboarding(const Call& call,
                                                  const v1::UpdateOnboardingRequest& request);
  absl::StatusOr<v1::Onboarding> RecordClock(const Call& call,
                                             const v1::RecordClockRequest& request);
  absl::StatusOr<v1::Onboarding> PassBall(const Call& call, const v1::PassBallRequest& request);
  absl::StatusOr<v1::Onboarding> AdvanceOnboarding(const Call& call,
                                                   const v1::AdvanceOnboardingRequest& request);

 private:
  // Lets `change` alter an onboarding, stores it, and brings its account into line.
  absl::StatusOr<v1::Onboarding> ChangeOnboarding(
      storage::Writer& writer, const std::string& name, const std::string& etag,
      absl::FunctionRef<absl::Status(v1::Onboarding& onboarding, v1::Account& account)> change);

  // Checks what an onboarding refers to: its owner unless `before` has the same, its deal and its
  // sites in the same account.
  absl::Status CheckOnboarding(storage::Reader& reader, const v1::Onboarding& before,
                               const v1::Onboarding& onboarding, absl::string_view field) const;

  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
  ActivePolicy& policy_;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_ONBOARDINGS_API_H_

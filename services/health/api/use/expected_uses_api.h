#ifndef BANSO_SERVICES_HEALTH_API_USE_EXPECTED_USES_API_H_
#define BANSO_SERVICES_HEALTH_API_USE_EXPECTED_USES_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/expected_uses_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.ExpectedUsesService, one method per RPC and named like it; the
// proto says what each does. Requests have passed contract::Check. Thread-safe.
class ExpectedUsesApi {
 public:
  // Both must outlive the handlers.
  ExpectedUsesApi(storage::Database& database, const Store& store)
      : database_(database), store_(store) {}

  absl::StatusOr<v1::ExpectedUse> SetExpectedUse(const Call& call,
                                                 const v1::SetExpectedUseRequest& request);
  absl::StatusOr<v1::ExpectedUse> GetExpectedUse(const Call& call,
                                                 const v1::GetExpectedUseRequest& request);
  absl::StatusOr<v1::ListExpectedUsesResponse> ListExpectedUses(
      const Call& call, const v1::ListExpectedUsesRequest& request);
  absl::StatusOr<v1::DeleteExpectedUseResponse> DeleteExpectedUse(
      const Call& call, const v1::DeleteExpectedUseRequest& request);
  absl::StatusOr<v1::ListUseAgainstExpectationsResponse> ListUseAgainstExpectations(
      const Call& call, const v1::ListUseAgainstExpectationsRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_USE_EXPECTED_USES_API_H_

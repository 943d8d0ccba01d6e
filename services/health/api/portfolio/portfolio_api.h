#ifndef BANSO_SERVICES_HEALTH_API_PORTFOLIO_PORTFOLIO_API_H_
#define BANSO_SERVICES_HEALTH_API_PORTFOLIO_PORTFOLIO_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/portfolio_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.PortfolioService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
//
// tier_matrix.cc, benchmark.cc and coverage.cc hold them by topic.
class PortfolioApi {
 public:
  // Both must outlive the handlers.
  PortfolioApi(storage::Database& database, const Store& store)
      : database_(database), store_(store) {}

  absl::StatusOr<v1::MatrixPolicy> SaveMatrixPolicy(const Call& call,
                                                    const v1::SaveMatrixPolicyRequest& request);
  absl::StatusOr<v1::MatrixPolicy> ActivateMatrixPolicy(
      const Call& call, const v1::ActivateMatrixPolicyRequest& request);
  absl::StatusOr<v1::MatrixPolicy> DeactivateMatrixPolicy(
      const Call& call, const v1::DeactivateMatrixPolicyRequest& request);
  absl::StatusOr<v1::MatrixPolicy> GetMatrixPolicy(const Call& call,
                                                   const v1::GetMatrixPolicyRequest& request);
  absl::StatusOr<v1::ListMatrixPolicyRevisionsResponse> ListMatrixPolicyRevisions(
      const Call& call, const v1::ListMatrixPolicyRevisionsRequest& request);
  absl::StatusOr<v1::GetTierMatrixResponse> GetTierMatrix(const Call& call,
                                                          const v1::GetTierMatrixRequest& request);

  absl::StatusOr<v1::GetBenchmarkResponse> GetBenchmark(const Call& call,
                                                        const v1::GetBenchmarkRequest& request);
  absl::StatusOr<v1::GetCoverageResponse> GetCoverage(const Call& call,
                                                      const v1::GetCoverageRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_PORTFOLIO_PORTFOLIO_API_H_

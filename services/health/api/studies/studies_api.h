#ifndef BANSO_SERVICES_HEALTH_API_STUDIES_STUDIES_API_H_
#define BANSO_SERVICES_HEALTH_API_STUDIES_STUDIES_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/studies_service.pb.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.StudiesService, one method per RPC and named like it; funnels.cc,
// comparisons.cc and run_study.cc hold them by topic. Requests have passed contract::Check.
// Thread-safe.
class StudiesApi {
 public:
  // Both must outlive the handlers.
  StudiesApi(storage::Database& database, const Store& store)
      : database_(database), store_(store) {}

  absl::StatusOr<v1::Funnel> SaveFunnel(const Call& call, const v1::SaveFunnelRequest& request);
  absl::StatusOr<v1::Funnel> ActivateFunnel(const Call& call,
                                            const v1::ActivateFunnelRequest& request);
  absl::StatusOr<v1::Funnel> DeactivateFunnel(const Call& call,
                                              const v1::DeactivateFunnelRequest& request);
  absl::StatusOr<v1::Funnel> GetFunnel(const Call& call, const v1::GetFunnelRequest& request);
  absl::StatusOr<v1::ListFunnelRevisionsResponse> ListFunnelRevisions(
      const Call& call, const v1::ListFunnelRevisionsRequest& request);
  absl::StatusOr<v1::FunnelAnalysis> AnalyzeFunnel(const Call& call,
                                                   const v1::AnalyzeFunnelRequest& request);
  absl::StatusOr<v1::ComparisonReport> AnalyzeLift(const Call& call,
                                                   const v1::AnalyzeLiftRequest& request);
  absl::StatusOr<v1::ComparisonReport> CompareCohorts(const Call& call,
                                                      const v1::CompareCohortsRequest& request);
  absl::StatusOr<v1::RunStudyResponse> RunStudy(const Call& call,
                                                const v1::RunStudyRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
};

// Analyzes a funnel from one snapshot: what AnalyzeFunnel answers.
absl::StatusOr<v1::FunnelAnalysis> AnalyzeFunnelBy(const Store& store, storage::Reader& reader,
                                                   const v1::Funnel& funnel,
                                                   const v1::StudyScope& scope, const Call& call);

// Compares two groups from one snapshot: what CompareCohorts answers.
absl::StatusOr<v1::ComparisonReport> CompareCohortsBy(const Store& store, storage::Reader& reader,
                                                      const v1::CompareCohortsRequest& request,
                                                      const Call& call);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_STUDIES_STUDIES_API_H_

#ifndef BANSO_SERVICES_HEALTH_API_METRICS_METRICS_API_H_
#define BANSO_SERVICES_HEALTH_API_METRICS_METRICS_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/metrics_service.pb.h"
#include "common/contract/call.h"
#include "common/server/stream.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.MetricsService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check, except the rows of IngestSamples.
// Thread-safe.
//
// metrics.cc and ingest.cc hold them by topic.
class MetricsApi {
 public:
  // Both must outlive the handlers.
  MetricsApi(storage::Database& database, const Store& store)
      : database_(database), store_(store) {}

  absl::StatusOr<v1::Metric> CreateMetric(const Call& call, const v1::CreateMetricRequest& request);
  absl::StatusOr<v1::Metric> GetMetric(const Call& call, const v1::GetMetricRequest& request);
  absl::StatusOr<v1::ListMetricsResponse> ListMetrics(const Call& call,
                                                      const v1::ListMetricsRequest& request);
  absl::StatusOr<v1::Metric> UpdateMetric(const Call& call, const v1::UpdateMetricRequest& request);
  absl::StatusOr<v1::IngestSamplesResponse> IngestSamples(
      const Call& call, server::Source<v1::IngestSamplesRequest>& source);

 private:
  storage::Database& database_;
  const Store& store_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_METRICS_METRICS_API_H_

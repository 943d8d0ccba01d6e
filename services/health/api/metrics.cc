#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/field_rules.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/health_api.h"
#include "services/health/api/lists.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Metric;

absl::StatusOr<Metric> HealthApi::CreateMetric(const Call& call,
                                               const v1::CreateMetricRequest& request) {
  return storage::Mutate<Metric>(database_, call, request, [&](Writer& writer) {
    Metric metric = request.metric();
    metric.set_name(absl::StrCat("metrics/", request.metric_id()));
    return store_.metrics.Create(writer, std::move(metric));
  });
}

absl::StatusOr<Metric> HealthApi::GetMetric(const Call&, const v1::GetMetricRequest& request) {
  return storage::Fetch<Metric>(
      database_, [&](Reader& reader) { return store_.metrics.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListMetricsResponse> HealthApi::ListMetrics(
    const Call&, const v1::ListMetricsRequest& request) {
  storage::ListQuery query = PageOf(request);
  if (!request.source().empty()) {
    query.filters.push_back(storage::Equal("source", request.source()));
  }
  return storage::Fetch<v1::ListMetricsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListMetricsResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<Metric> page, store_.metrics.List(reader, query));
        return ToResponse<v1::ListMetricsResponse>(std::move(page),
                                                   &v1::ListMetricsResponse::mutable_metrics);
      });
}

absl::StatusOr<Metric> HealthApi::UpdateMetric(const Call& call,
                                               const v1::UpdateMetricRequest& request) {
  const Metric& patch = request.metric();
  if (patch.name().empty()) {
    return contract::InvalidField("metric.name", "", "the name of the metric", "REQUIRED");
  }
  return storage::Mutate<Metric>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Metric> {
        BANSO_ASSIGN_OR_RETURN(std::optional<Metric> metric,
                               store_.metrics.Find(writer, patch.name()));
        if (!metric.has_value()) {
          if (!request.allow_missing()) return contract::NotFound(patch.name());
          Metric created = patch;
          BANSO_RETURN_IF_ERROR(contract::CheckResource("metric", &created));
          return store_.metrics.Create(writer, std::move(created));
        }
        BANSO_RETURN_IF_ERROR(
            contract::ApplyMask(request.update_mask(), patch, "metric", &*metric));
        return store_.metrics.Update(writer, *std::move(metric), patch.etag());
      });
}

absl::Status HealthApi::CheckAccount(Reader& reader, const std::string& account) const {
  BANSO_ASSIGN_OR_RETURN(const bool exists, store_.accounts.Exists(reader, account));
  return exists ? absl::OkStatus() : contract::NotFound(account);
}

}  // namespace banso::health

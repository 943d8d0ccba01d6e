#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/field_rules.h"
#include "common/contract/fingerprint.h"
#include "common/rule/catalog.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/lists.h"
#include "services/health/api/metrics/metrics_api.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/metric_ratio.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Metric;

namespace {

// Checks a part of a ratio that is no metric: a number or flag about accounts.
void CheckOtherPart(const rule::FactCatalog& catalog, const std::string& fact,
                    absl::string_view field, contract::Violations* violations) {
  const fact::v1::FactType* type = catalog.Find(fact);
  if (type == nullptr) {
    std::vector<std::string> names;
    for (const fact::v1::FactType* known : catalog.List()) names.push_back(known->name());
    const auto nearest = rule::NearestWord(fact, names);
    violations->Add(
        field, fact,
        absl::StrCat("a fact that is known",
                     nearest.has_value() ? absl::StrCat("; did you mean ", *nearest, "?") : ""),
        "UNKNOWN_FACT");
    return;
  }
  const bool counts = type->value_type() == type::v1::VALUE_TYPE_NUMBER ||
                      type->value_type() == type::v1::VALUE_TYPE_FLAG;
  if (counts && type->subject() == fact::v1::SUBJECT_KIND_ACCOUNT) return;
  violations->Add(field, fact, "a number or flag about accounts", "NOT_ACCEPTED");
}

// Checks a metric as it would be stored. The parts of a ratio are read one level deep.
absl::Status CheckStored(const Store& store, Reader& reader, absl::Time now, const Metric& metric) {
  contract::Violations violations;
  CheckMetric(metric, "metric", &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  if (!metric.has_ratio()) return absl::OkStatus();
  std::vector<std::string> facts;
  std::set<std::string> ratios;
  BANSO_RETURN_IF_ERROR(store.metrics.ForEach(reader, "", {}, [&](Metric& other) {
    facts.push_back(MetricFact(other.name()));
    if (other.kind() == v1::METRIC_KIND_RATIO) ratios.insert(facts.back());
    return absl::OkStatus();
  }));
  BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, ReadCatalog(store, reader, now));
  const std::pair<const char*, std::string> parts[] = {
      {"metric.ratio.numerator.fact", metric.ratio().numerator().fact()},
      {"metric.ratio.denominator.fact", metric.ratio().denominator().fact()}};
  for (const auto& [field, fact] : parts) {
    if (!absl::StartsWith(fact, "metric.")) {
      CheckOtherPart(catalog, fact, field, &violations);
    } else if (ratios.count(fact) > 0) {
      violations.Add(field, fact, "a fact that is no ratio itself", "NOT_ACCEPTED");
    } else if (std::find(facts.begin(), facts.end(), fact) == facts.end()) {
      const auto nearest = rule::NearestWord(fact, facts);
      violations.Add(
          field, fact,
          absl::StrCat("the fact of a metric that exists",
                       nearest.has_value() ? absl::StrCat("; did you mean ", *nearest) : ""),
          "UNKNOWN_FACT");
    }
  }
  return violations.ToStatus();
}

// Whether the same samples may now be read as something else: silence counts by source, and a ratio
// is what it divides.
bool IsReadOtherwise(const Metric& before, const Metric& after) {
  return before.source() != after.source() ||
         contract::Fingerprint(before.ratio()) != contract::Fingerprint(after.ratio());
}

}  // namespace

absl::StatusOr<Metric> MetricsApi::CreateMetric(const Call& call,
                                                const v1::CreateMetricRequest& request) {
  return storage::Mutate<Metric>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Metric> {
        Metric metric = request.metric();
        metric.set_name(absl::StrCat("metrics/", request.metric_id()));
        BANSO_RETURN_IF_ERROR(CheckStored(store_, writer, writer.now(), metric));
        return store_.metrics.Create(writer, std::move(metric));
      });
}

absl::StatusOr<Metric> MetricsApi::GetMetric(const Call&, const v1::GetMetricRequest& request) {
  return storage::Fetch<Metric>(
      database_, [&](Reader& reader) { return store_.metrics.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListMetricsResponse> MetricsApi::ListMetrics(
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

absl::StatusOr<Metric> MetricsApi::UpdateMetric(const Call& call,
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
          BANSO_RETURN_IF_ERROR(CheckStored(store_, writer, writer.now(), created));
          return store_.metrics.Create(writer, std::move(created));
        }
        const Metric before = *metric;
        BANSO_RETURN_IF_ERROR(
            contract::ApplyMask(request.update_mask(), patch, "metric", &*metric));
        BANSO_RETURN_IF_ERROR(CheckStored(store_, writer, writer.now(), *metric));
        if (IsReadOtherwise(before, *metric)) {
          BANSO_RETURN_IF_ERROR(MarkAllDue(writer, absl::StrCat(metric->name(), " has changed")));
        }
        return store_.metrics.Update(writer, *std::move(metric), patch.etag());
      });
}

}  // namespace banso::health

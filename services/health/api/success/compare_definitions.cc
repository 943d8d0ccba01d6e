#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/health/api/success/labels.h"
#include "services/health/api/success/success_api.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/success/definition_comparison.h"

namespace banso::health {
namespace {

using storage::Reader;
using v1::SuccessDefinition;
using v1::SuccessLabel;

constexpr char kManualSource[] = "manual";
constexpr double kMinutesPerEntry = 3;

// The facts that people record: judgements, and metrics of manual sources.
absl::StatusOr<std::set<std::string>> ManualMetrics(
    const Store& store, Reader& reader, const v1::CompareSuccessDefinitionsRequest& request) {
  std::set<std::string> sources(request.manual_sources().begin(), request.manual_sources().end());
  if (sources.empty()) sources.insert(kManualSource);
  std::set<std::string> facts;
  BANSO_RETURN_IF_ERROR(store.metrics.ForEach(reader, "", {}, [&](const v1::Metric& metric) {
    if (sources.contains(metric.source())) facts.insert(MetricFact(metric.name()));
    return absl::OkStatus();
  }));
  return facts;
}

// How many entries people have made for the definition, from the clock's day to the due day.
absl::StatusOr<int64_t> CountEntries(const SuccessLabel& label,
                                     const v1::DefinitionFigures& figures,
                                     const std::string& account, const std::string& zone,
                                     const AsOf& as_of, StoreFactReader& facts) {
  if (!label.has_clock_date() || !label.has_due_date()) return 0;
  std::vector<rule::FactRead> reads;
  for (const std::string& fact : figures.manual_facts()) {
    rule::FactRead& read = reads.emplace_back();
    read.subject = account;
    read.query.set_fact(fact);
    read.query.set_aggregation(type::v1::AGGREGATION_COUNT);
    *read.query.mutable_from() = label.clock_date();
    *read.query.mutable_to() = label.due_date();
  }
  rule::Moment moment;
  moment.as_of = as_of.time;
  moment.known_at = as_of.known_at;
  moment.account = account;
  moment.time_zone = zone;
  BANSO_ASSIGN_OR_RETURN(const std::vector<fact::v1::FactReading> readings,
                         facts.Read(reads, moment));
  double entries = 0;
  for (const fact::v1::FactReading& reading : readings) entries += reading.value().number();
  return static_cast<int64_t>(entries);
}

}  // namespace

absl::StatusOr<v1::CompareSuccessDefinitionsResponse> SuccessApi::CompareSuccessDefinitions(
    const Call& call, const v1::CompareSuccessDefinitionsRequest& request) {
  return storage::Fetch<v1::CompareSuccessDefinitionsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::CompareSuccessDefinitionsResponse> {
        BANSO_ASSIGN_OR_RETURN(const SuccessDefinition first,
                               FindDefinition(store_, reader, request.first(), call.now));
        BANSO_ASSIGN_OR_RETURN(const SuccessDefinition second,
                               FindDefinition(store_, reader, request.second(), call.now));
        std::optional<SuccessDefinition> result;
        std::string result_revision;
        if (!request.result().empty()) {
          BANSO_ASSIGN_OR_RETURN(result,
                                 FindDefinition(store_, reader, request.result(), call.now));
          result_revision = contract::JoinRevision(result->name(), result->revision().number());
        }
        BANSO_ASSIGN_OR_RETURN(const std::set<std::string> manual,
                               ManualMetrics(store_, reader, request));
        const auto is_manual = [&](absl::string_view fact) {
          return absl::StartsWith(fact, "assessment.") || manual.contains(std::string(fact));
        };
        v1::CompareSuccessDefinitionsResponse response;
        DescribeDefinition(first, is_manual, response.mutable_first());
        DescribeDefinition(second, is_manual, response.mutable_second());

        std::optional<absl::Time> known_at;
        if (request.has_known_at()) known_at = calendar::ToTime(request.known_at());
        LabelReader labels(store_, reader, call.now, known_at);
        std::vector<ComparedOnboarding> compared;
        std::map<std::string, int64_t> accounts;
        const auto compare = [&](const accounts::v1::Onboarding& present) -> absl::Status {
          const absl::StatusOr<accounts::v1::Onboarding> then = labels.Onboarding(present.name());
          if (absl::IsNotFound(then.status())) return absl::OkStatus();
          BANSO_RETURN_IF_ERROR(then.status());
          const accounts::v1::Onboarding& onboarding = *then;
          if (onboarding.state() == accounts::v1::ONBOARDING_STATE_CANCELLED) {
            return absl::OkStatus();
          }
          const std::string account = contract::Parent(onboarding.name());
          const std::string zone = ZoneOf(reader, account);
          ComparedOnboarding& entry = compared.emplace_back();
          entry.account =
              accounts.emplace(account, static_cast<int64_t>(accounts.size())).first->second;
          BANSO_ASSIGN_OR_RETURN(const SuccessLabel a, labels.Read(onboarding.name(), first));
          BANSO_ASSIGN_OR_RETURN(const SuccessLabel b, labels.Read(onboarding.name(), second));
          entry.first = a.state();
          entry.second = b.state();
          BANSO_ASSIGN_OR_RETURN(
              entry.first_entries,
              CountEntries(a, response.first(), account, zone, labels.as_of(), labels.facts()));
          BANSO_ASSIGN_OR_RETURN(
              entry.second_entries,
              CountEntries(b, response.second(), account, zone, labels.as_of(), labels.facts()));
          if (!result.has_value()) return absl::OkStatus();
          BANSO_ASSIGN_OR_RETURN(const SuccessLabel c, labels.Read(onboarding.name(), *result));
          entry.result = c.state();
          return absl::OkStatus();
        };
        BANSO_RETURN_IF_ERROR(store_.accounts.onboardings.ForEach(reader, "", {}, compare));
        CompareDefinitions(
            compared, result_revision,
            request.has_minutes_per_entry() ? request.minutes_per_entry() : kMinutesPerEntry,
            &response);
        return response;
      });
}

}  // namespace banso::health

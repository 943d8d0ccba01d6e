#include <utility>
#include <vector>

#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/database.h"
#include "services/health/api/studies/case_reader.h"
#include "services/health/api/studies/studies_api.h"
#include "services/health/domain/studies/measured.h"
#include "services/health/domain/studies/wording.h"

namespace banso::health {

using storage::Reader;

namespace {

absl::Status CheckRequest(const v1::CompareCohortsRequest& request,
                          const rule::FactCatalog& catalog) {
  contract::Violations violations;
  CheckTrait(request.with(), catalog, "with", &violations);
  if (request.has_without()) CheckTrait(request.without(), catalog, "without", &violations);
  CheckMeasures(request.measures(), catalog, "measures", &violations);
  return violations.ToStatus();
}

// In which group a case is; nothing when it is in neither.
absl::StatusOr<std::optional<bool>> GroupOf(StudyCase& one,
                                            const v1::CompareCohortsRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const std::optional<bool> with, one.Has(request.with()));
  if (!request.has_without() || with.value_or(false)) return with;
  BANSO_ASSIGN_OR_RETURN(const std::optional<bool> without, one.Has(request.without()));
  return without.value_or(false) ? std::optional<bool>(false) : std::optional<bool>();
}

}  // namespace

absl::StatusOr<v1::ComparisonReport> CompareCohortsBy(const Store& store, Reader& reader,
                                                      const v1::CompareCohortsRequest& request,
                                                      const Call& call) {
  BANSO_ASSIGN_OR_RETURN(CaseReader reading,
                         CaseReader::Open(store, reader, request.scope(), call));
  BANSO_RETURN_IF_ERROR(CheckRequest(request, reading.catalog()));
  std::vector<Case> cases;
  BANSO_RETURN_IF_ERROR(reading.ForEachCase([&](StudyCase& one) -> absl::StatusOr<std::string> {
    Case row{.with = {},
             .stratum = reading.StratumNumber(one.stratum()),
             .values = {},
             .account = reading.account_number()};
    BANSO_ASSIGN_OR_RETURN(row.with, GroupOf(one, request));
    if (!row.with.has_value()) return "it is not known in which group they are";
    BANSO_ASSIGN_OR_RETURN(row.values, one.Values(request.measures()));
    cases.push_back(std::move(row));
    return "";
  }));
  const std::vector<v1::Measured> measures(request.measures().begin(), request.measures().end());
  v1::ComparisonReport report;
  report.set_with_name(request.with_name());
  report.set_without_name(request.without_name());
  for (v1::Contrast& contrast :
       CompareAll(cases, ComparedOf(measures), SurenessOf(request.scope()))) {
    *report.add_contrasts() = std::move(contrast);
  }
  *report.mutable_basis() = reading.Basis(kComparisonMethod, kComparisonClusters);
  report.set_report(ReportText(report));
  return report;
}

absl::StatusOr<v1::ComparisonReport> StudiesApi::CompareCohorts(
    const Call& call, const v1::CompareCohortsRequest& request) {
  return storage::Fetch<v1::ComparisonReport>(
      database_, [&](Reader& reader) { return CompareCohortsBy(store_, reader, request, call); });
}

absl::StatusOr<v1::ComparisonReport> StudiesApi::AnalyzeLift(
    const Call& call, const v1::AnalyzeLiftRequest& request) {
  v1::CompareCohortsRequest comparison;
  comparison.mutable_with()->set_success_definition(request.success_definition());
  comparison.set_with_name("Successes");
  comparison.set_without_name("failures");
  *comparison.mutable_measures() = request.results();
  *comparison.mutable_scope() = request.scope();
  return storage::Fetch<v1::ComparisonReport>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ComparisonReport> {
        BANSO_ASSIGN_OR_RETURN(v1::ComparisonReport report,
                               CompareCohortsBy(store_, reader, comparison, call));
        // The clock from which the definition counts.
        BANSO_ASSIGN_OR_RETURN(
            const v1::SuccessDefinition definition,
            store_.success.definitions.Get(reader, request.success_definition(), call.now));
        if (report.basis().clock() == type::v1::CLOCK_UNSPECIFIED) {
          report.mutable_basis()->set_clock(definition.clock());
          report.set_report(ReportText(report));
        }
        return report;
      });
}

}  // namespace banso::health

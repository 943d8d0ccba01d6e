#include <utility>
#include <vector>

#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/deactivate.h"
#include "services/health/api/lists.h"
#include "services/health/api/rule_checks.h"
#include "services/health/api/studies/case_reader.h"
#include "services/health/api/studies/studies_api.h"
#include "services/health/domain/studies/funnel.h"
#include "services/health/domain/studies/measured.h"
#include "services/health/domain/studies/wording.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Funnel;

absl::StatusOr<Funnel> StudiesApi::SaveFunnel(const Call& call,
                                              const v1::SaveFunnelRequest& request) {
  const auto check = [&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                           CatalogWith(store_, reader, call.now, request.additional_fact_types()));
    contract::Violations violations;
    CheckFunnel(request.funnel(), catalog, "funnel", &violations);
    const Reference success = {.name = request.funnel().success_definition(),
                               .field = "funnel.success_definition",
                               .accepted = "a success definition that has been saved",
                               .reason = "UNKNOWN_SUCCESS_DEFINITION"};
    BANSO_RETURN_IF_ERROR(CheckReference(reader, store_.success.definitions, success,
                                         request.additional_resources(), call.now, &violations));
    return violations.ToStatus();
  };
  if (request.validate_only()) {
    BANSO_RETURN_IF_ERROR(database_.Read(check));
    return request.funnel();
  }
  return storage::Mutate<Funnel>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Funnel> {
        BANSO_RETURN_IF_ERROR(check(writer));
        BANSO_RETURN_IF_ERROR(KeepTypes(writer, request.additional_fact_types()));
        return store_.funnels.Save(writer, request.funnel(), request.reason());
      });
}

absl::StatusOr<Funnel> StudiesApi::ActivateFunnel(const Call& call,
                                                  const v1::ActivateFunnelRequest& request) {
  return storage::Mutate<Funnel>(database_, call, request, [&](Writer& writer) {
    return store_.funnels.Activate(writer, request.name(), writer.now());
  });
}

absl::StatusOr<v1::Funnel> StudiesApi::DeactivateFunnel(
    const Call& call, const v1::DeactivateFunnelRequest& request) {
  return Deactivate(database_, store_.funnels, call, request, Judged::kNothing);
}

absl::StatusOr<Funnel> StudiesApi::GetFunnel(const Call& call,
                                             const v1::GetFunnelRequest& request) {
  return storage::Fetch<Funnel>(database_, [&](Reader& reader) {
    return store_.funnels.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListFunnelRevisionsResponse> StudiesApi::ListFunnelRevisions(
    const Call& call, const v1::ListFunnelRevisionsRequest& request) {
  return ListRevisionsOf<v1::ListFunnelRevisionsResponse>(
      database_, store_.funnels, request, call.now,
      &v1::ListFunnelRevisionsResponse::mutable_funnels);
}

absl::StatusOr<v1::FunnelAnalysis> AnalyzeFunnelBy(const Store& store, Reader& reader,
                                                   const Funnel& funnel,
                                                   const v1::StudyScope& scope, const Call& call) {
  BANSO_ASSIGN_OR_RETURN(
      const v1::SuccessDefinition definition,
      store.success.definitions.Get(reader, funnel.success_definition(), call.now));
  BANSO_ASSIGN_OR_RETURN(CaseReader reading, CaseReader::Open(store, reader, scope, call,
                                                              ObservationOf(funnel, definition)));
  v1::Trait success;
  success.set_success_definition(funnel.success_definition());
  const std::vector<v1::Measured> measures = MeasuresOf(funnel);
  std::vector<Case> cases;
  BANSO_RETURN_IF_ERROR(reading.ForEachCase([&](StudyCase& one) -> absl::StatusOr<std::string> {
    BANSO_ASSIGN_OR_RETURN(const std::optional<bool> met, one.Has(success));
    if (!met.has_value()) return "it is not decided whether they are a success";
    Case row{.with = met,
             .stratum = reading.StratumNumber(one.stratum()),
             .values = {},
             .account = reading.account_number()};
    BANSO_ASSIGN_OR_RETURN(row.values, one.Values(measures));
    cases.push_back(std::move(row));
    return "";
  }));
  v1::FunnelAnalysis analysis = AnalyzeCases(funnel, cases, SurenessOf(scope));
  analysis.set_funnel(contract::JoinRevision(funnel.name(), funnel.revision().number()));
  reading.Used(analysis.funnel());
  *analysis.mutable_basis() = reading.Basis(kComparisonMethod, kComparisonClusters);
  analysis.set_report(ReportText(funnel.display_name(), analysis));
  return analysis;
}

absl::StatusOr<v1::FunnelAnalysis> StudiesApi::AnalyzeFunnel(
    const Call& call, const v1::AnalyzeFunnelRequest& request) {
  return storage::Fetch<v1::FunnelAnalysis>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::FunnelAnalysis> {
        BANSO_ASSIGN_OR_RETURN(const Funnel funnel,
                               store_.funnels.Get(reader, request.name(), call.now));
        return AnalyzeFunnelBy(store_, reader, funnel, request.scope(), call);
      });
}

}  // namespace banso::health

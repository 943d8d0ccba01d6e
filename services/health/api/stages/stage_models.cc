#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/deactivate.h"
#include "services/health/api/lists.h"
#include "services/health/api/rule_checks.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/domain/stages/stage_model.h"
#include "services/health/store/evaluations.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::StageModel;

absl::StatusOr<StageModel> StagesApi::SaveStageModel(const Call& call,
                                                     const v1::SaveStageModelRequest& request) {
  const StageModel& model = request.stage_model();
  const auto check = [&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                           CatalogWith(store_, reader, call.now, request.additional_fact_types()));
    contract::Violations violations;
    CheckStageModel(model, catalog, "stage_model", &violations);
    return violations.ToStatus();
  };
  if (request.validate_only()) {
    BANSO_RETURN_IF_ERROR(database_.Read(check));
    return model;
  }
  return storage::Mutate<StageModel>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<StageModel> {
        BANSO_RETURN_IF_ERROR(check(writer));
        BANSO_RETURN_IF_ERROR(KeepTypes(writer, request.additional_fact_types()));
        return store_.stages.models.Save(writer, model, request.reason());
      });
}

absl::StatusOr<StageModel> StagesApi::ActivateStageModel(
    const Call& call, const v1::ActivateStageModelRequest& request) {
  return storage::Mutate<StageModel>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<StageModel> {
        BANSO_RETURN_IF_ERROR(
            MarkAllDue(writer, absl::StrCat(request.name(), " was put in force")));
        return store_.stages.models.Activate(writer, request.name(), writer.now());
      });
}

absl::StatusOr<v1::StageModel> StagesApi::DeactivateStageModel(
    const Call& call, const v1::DeactivateStageModelRequest& request) {
  return Deactivate(database_, store_.stages.models, call, request, Judged::kAll);
}

absl::StatusOr<StageModel> StagesApi::GetStageModel(const Call& call,
                                                    const v1::GetStageModelRequest& request) {
  return storage::Fetch<StageModel>(database_, [&](Reader& reader) {
    return store_.stages.models.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListStageModelRevisionsResponse> StagesApi::ListStageModelRevisions(
    const Call& call, const v1::ListStageModelRevisionsRequest& request) {
  return ListRevisionsOf<v1::ListStageModelRevisionsResponse>(
      database_, store_.stages.models, request, call.now,
      &v1::ListStageModelRevisionsResponse::mutable_stage_models);
}

}  // namespace banso::health

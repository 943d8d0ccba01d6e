#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/kickoff/api/plan_templates_api.h"
#include "services/kickoff/domain/template_check.h"

namespace banso::kickoff {

using storage::Reader;
using storage::Writer;
using v1::PlanTemplate;

absl::StatusOr<PlanTemplate> PlanTemplatesApi::SavePlanTemplate(
    const Call& call, const v1::SavePlanTemplateRequest& request) {
  if (contract::SplitRevision(request.plan_template().name())->revision.has_value()) {
    return contract::InvalidField("plan_template.name", request.plan_template().name(),
                                  "a name without a revision");
  }
  BANSO_ASSIGN_OR_RETURN(rule::FactCatalog catalog, accounts_.Catalog(call));
  for (const fact::v1::FactType& type : request.additional_fact_types()) catalog.Add(type);
  BANSO_RETURN_IF_ERROR(CheckTemplate(request.plan_template(), catalog, "plan_template"));
  if (request.validate_only()) return request.plan_template();
  return storage::Mutate<PlanTemplate>(database_, call, request, [&](Writer& writer) {
    return store_.templates.Save(writer, request.plan_template(), request.reason(),
                                 request.plan_template().etag());
  });
}

absl::StatusOr<PlanTemplate> PlanTemplatesApi::ActivatePlanTemplate(
    const Call& call, const v1::ActivatePlanTemplateRequest& request) {
  return storage::Mutate<PlanTemplate>(database_, call, request, [&](Writer& writer) {
    return store_.templates.Activate(writer, request.name(), writer.now());
  });
}

absl::StatusOr<PlanTemplate> PlanTemplatesApi::GetPlanTemplate(
    const Call& call, const v1::GetPlanTemplateRequest& request) {
  return storage::Fetch<PlanTemplate>(database_, [&](Reader& reader) {
    return store_.templates.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListPlanTemplateRevisionsResponse> PlanTemplatesApi::ListPlanTemplateRevisions(
    const Call& call, const v1::ListPlanTemplateRevisionsRequest& request) {
  return storage::ListRevisionsPage(database_, store_.templates, request, call.now,
                                    &v1::ListPlanTemplateRevisionsResponse::mutable_plan_templates);
}

}  // namespace banso::kickoff

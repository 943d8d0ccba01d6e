#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/deactivate.h"
#include "services/health/api/lists.h"
#include "services/health/api/rule_checks.h"
#include "services/health/api/success/labels.h"
#include "services/health/api/success/success_api.h"
#include "services/health/domain/success/success.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::SuccessDefinition;
using v1::SuccessLabel;

namespace {

// Which label a caller means.
struct LabelQuestion {
  // As callers see it.
  std::string name;
  std::string account;
  std::string onboarding;
  // `successDefinitions/x` or `successDefinitions/x@2`.
  std::string definition;
};

absl::StatusOr<LabelQuestion> ParseLabelName(const std::string& text) {
  const auto split = contract::SplitRevision(text);
  if (!split.has_value()) {
    return contract::InvalidField("name", text, "a label's name, with or without @ and a revision");
  }
  LabelQuestion question;
  question.name = split->name;
  question.account = contract::Ancestor(split->name, "accounts");
  question.onboarding = contract::Ancestor(split->name, "onboardings");
  question.definition = absl::StrCat("successDefinitions/", contract::LastId(split->name));
  if (split->revision.has_value()) {
    question.definition = contract::JoinRevision(question.definition, *split->revision);
  }
  return question;
}

SuccessLabel AsSeen(SuccessLabel label) {
  label.set_name(LabelName(label.name()));
  return label;
}

std::string RevisionOf(const SuccessDefinition& definition) {
  return contract::JoinRevision(definition.name(), definition.revision().number());
}

absl::StatusOr<SuccessLabel> ReadLabel(const Store& store, Reader& reader,
                                       const LabelQuestion& question, absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(const SuccessDefinition definition,
                         FindDefinition(store, reader, question.definition, now));
  BANSO_ASSIGN_OR_RETURN(
      std::optional<SuccessLabel> stored,
      store.success.labels.Find(reader, StoredLabelName(question.name, RevisionOf(definition))));
  if (stored.has_value()) return AsSeen(*std::move(stored));
  StoreFactReader facts(store, reader);
  BANSO_ASSIGN_OR_RETURN(AccountEvaluation account,
                         AccountEvaluation::Load(store, reader, facts, question.account));
  const auto* onboarding = account.FindOnboarding(question.onboarding);
  if (onboarding == nullptr) return contract::NotFound(question.onboarding);
  BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, ReadCatalog(store, reader, now));
  return account.LabelBy(definition, *onboarding, catalog, {.time = now});
}

}  // namespace

absl::StatusOr<SuccessDefinition> SuccessApi::SaveSuccessDefinition(
    const Call& call, const v1::SaveSuccessDefinitionRequest& request) {
  const SuccessDefinition& definition = request.success_definition();
  const auto check = [&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                           CatalogWith(store_, reader, call.now, request.additional_fact_types()));
    contract::Violations violations;
    CheckSuccessDefinition(definition, catalog, "success_definition", &violations);
    return violations.ToStatus();
  };
  if (request.validate_only()) {
    BANSO_RETURN_IF_ERROR(database_.Read(check));
    return definition;
  }
  return storage::Mutate<SuccessDefinition>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<SuccessDefinition> {
        BANSO_RETURN_IF_ERROR(check(writer));
        BANSO_RETURN_IF_ERROR(KeepTypes(writer, request.additional_fact_types()));
        return store_.success.definitions.Save(writer, definition, request.reason());
      });
}

absl::StatusOr<SuccessDefinition> SuccessApi::ActivateSuccessDefinition(
    const Call& call, const v1::ActivateSuccessDefinitionRequest& request) {
  return storage::Mutate<SuccessDefinition>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<SuccessDefinition> {
        BANSO_RETURN_IF_ERROR(
            MarkAllDue(writer, absl::StrCat(request.name(), " was put in force")));
        return store_.success.definitions.Activate(writer, request.name(), writer.now());
      });
}

absl::StatusOr<v1::SuccessDefinition> SuccessApi::DeactivateSuccessDefinition(
    const Call& call, const v1::DeactivateSuccessDefinitionRequest& request) {
  return Deactivate(database_, store_.success.definitions, call, request, Judged::kAll);
}

absl::StatusOr<SuccessDefinition> SuccessApi::GetSuccessDefinition(
    const Call& call, const v1::GetSuccessDefinitionRequest& request) {
  return storage::Fetch<SuccessDefinition>(database_, [&](Reader& reader) {
    return store_.success.definitions.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListSuccessDefinitionRevisionsResponse>
SuccessApi::ListSuccessDefinitionRevisions(
    const Call& call, const v1::ListSuccessDefinitionRevisionsRequest& request) {
  return ListRevisionsOf<v1::ListSuccessDefinitionRevisionsResponse>(
      database_, store_.success.definitions, request, call.now,
      &v1::ListSuccessDefinitionRevisionsResponse::mutable_success_definitions);
}

absl::StatusOr<SuccessLabel> SuccessApi::GetSuccessLabel(
    const Call& call, const v1::GetSuccessLabelRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const LabelQuestion question, ParseLabelName(request.name()));
  BANSO_RETURN_IF_ERROR(evaluator_.EvaluateIfDue(call, question.account));
  return storage::Fetch<SuccessLabel>(
      database_, [&](Reader& reader) { return ReadLabel(store_, reader, question, call.now); });
}

absl::StatusOr<v1::ListSuccessLabelsResponse> SuccessApi::ListSuccessLabels(
    const Call& call, const v1::ListSuccessLabelsRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  if (request.states_size() > 0) {
    query.filters.push_back(storage::InEnums("state", request.states()));
  }
  const auto list = [&](Reader& reader) -> absl::StatusOr<v1::ListSuccessLabelsResponse> {
    const auto split = contract::SplitRevision(request.success_definition());
    if (split.has_value() && split->revision.has_value()) {
      query.filters.push_back(storage::Equal("definition_revision", request.success_definition()));
    } else {
      BANSO_ASSIGN_OR_RETURN(const std::vector<SuccessDefinition> in_force,
                             store_.success.definitions.AllActive(reader, call.now));
      std::vector<storage::Value> revisions;
      for (const SuccessDefinition& definition : in_force) {
        const bool wanted = request.success_definition().empty() ||
                            request.success_definition() == definition.name();
        if (wanted) revisions.emplace_back(RevisionOf(definition));
      }
      query.filters.push_back(storage::In("definition_revision", std::move(revisions)));
    }
    BANSO_ASSIGN_OR_RETURN(storage::Page<SuccessLabel> page,
                           store_.success.labels.List(reader, query));
    for (SuccessLabel& label : page.items) label = AsSeen(std::move(label));
    return ToResponse<v1::ListSuccessLabelsResponse>(
        std::move(page), &v1::ListSuccessLabelsResponse::mutable_success_labels);
  };
  return storage::Fetch<v1::ListSuccessLabelsResponse>(database_, list);
}

}  // namespace banso::health

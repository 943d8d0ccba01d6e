#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/field_rules.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/attributes_api.h"
#include "services/accounts/api/relations_api.h"
#include "services/accounts/domain/attributes.h"
#include "services/accounts/domain/classification/stages.h"
#include "services/accounts/domain/fact_types.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::AttributeDefinition;
using v1::DeleteAttributeDefinitionResponse;

namespace {

constexpr char kDefinitionField[] = "attribute_definition";

bool ReadsFact(const type::v1::Condition& condition, const std::string& fact) {
  bool reads = false;
  VisitUses(condition, "", [&](const FactUse& use) { reads |= use.ref.fact() == fact; });
  return reads;
}

absl::Status StillInUse(const std::string& name, absl::string_view why,
                        absl::string_view what_to_do) {
  return contract::FailedPrecondition(kReasonInUse, name, why, what_to_do);
}

}  // namespace

absl::Status AttributesApi::CheckDefinition(Reader& reader,
                                            const AttributeDefinition& definition) const {
  contract::Violations violations;
  CheckAttributeDefinition(definition, kDefinitionField, &violations);
  BANSO_RETURN_IF_ERROR(
      store_.attributes.CheckFits(reader, definition, kDefinitionField, &violations));
  return violations.ToStatus();
}

absl::StatusOr<AttributeDefinition> AttributesApi::CreateAttributeDefinition(
    const Call& call, const v1::CreateAttributeDefinitionRequest& request) {
  return storage::Mutate<AttributeDefinition>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<AttributeDefinition> {
        AttributeDefinition definition = request.attribute_definition();
        definition.set_name(
            contract::Join("", "attributeDefinitions", request.attribute_definition_id()));
        BANSO_RETURN_IF_ERROR(CheckDefinition(writer, definition));
        return store_.attributes.definitions.Create(writer, std::move(definition));
      });
}

absl::StatusOr<AttributeDefinition> AttributesApi::GetAttributeDefinition(
    const Call& /*call*/, const v1::GetAttributeDefinitionRequest& request) {
  return storage::Fetch<AttributeDefinition>(database_, [&](Reader& reader) {
    return store_.attributes.definitions.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListAttributeDefinitionsResponse> AttributesApi::ListAttributeDefinitions(
    const Call& /*call*/, const v1::ListAttributeDefinitionsRequest& request) {
  return storage::ListPage(database_, store_.attributes.definitions, storage::QueryOf(request),
                           &v1::ListAttributeDefinitionsResponse::mutable_attribute_definitions);
}

absl::StatusOr<AttributesApi::Updated> AttributesApi::Update(
    Reader& reader, const v1::UpdateAttributeDefinitionRequest& request) const {
  const AttributeDefinition& patch = request.attribute_definition();
  if (patch.name().empty()) {
    return contract::InvalidField(absl::StrCat(kDefinitionField, ".name"), "",
                                  "the name of the declaration", "REQUIRED");
  }
  BANSO_ASSIGN_OR_RETURN(auto found, store_.attributes.definitions.Find(reader, patch.name()));
  const bool is_new = !found.has_value();
  if (is_new && !request.allow_missing()) return contract::NotFound(patch.name());
  Updated updated = {.definition = is_new ? patch : *std::move(found), .is_new = is_new};
  BANSO_RETURN_IF_ERROR(updated.is_new
                            ? contract::CheckResource(kDefinitionField, &updated.definition)
                            : contract::ApplyMask(request.update_mask(), patch, kDefinitionField,
                                                  &updated.definition));
  BANSO_RETURN_IF_ERROR(CheckDefinition(reader, updated.definition));
  return updated;
}

absl::StatusOr<AttributeDefinition> AttributesApi::UpdateAttributeDefinition(
    const Call& call, const v1::UpdateAttributeDefinitionRequest& request) {
  if (request.validate_only()) {
    return storage::Fetch<AttributeDefinition>(
        database_, [&](Reader& reader) -> absl::StatusOr<AttributeDefinition> {
          BANSO_ASSIGN_OR_RETURN(Updated updated, Update(reader, request));
          return std::move(updated.definition);
        });
  }
  return storage::Mutate<AttributeDefinition>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<AttributeDefinition> {
        BANSO_ASSIGN_OR_RETURN(Updated updated, Update(writer, request));
        const auto& definitions = store_.attributes.definitions;
        if (updated.is_new) return definitions.Create(writer, std::move(updated.definition));
        return definitions.Update(writer, std::move(updated.definition),
                                  request.attribute_definition().etag());
      });
}

absl::StatusOr<std::string> AttributesApi::PolicyThatReads(Reader& reader, const std::string& fact,
                                                           absl::Time now) const {
  BANSO_ASSIGN_OR_RETURN(const auto classification,
                         store_.classification.ActivePolicy(reader, now));
  if (classification.has_value()) {
    for (const PolicyCondition& part : ConditionsOf(StagesOf(*classification), "")) {
      if (ReadsFact(*part.condition, fact)) return classification->name();
    }
  }
  BANSO_ASSIGN_OR_RETURN(const auto acceptance, store_.intake.ActivePolicy(reader, now));
  if (acceptance.has_value()) {
    for (const v1::AcceptanceRule& rule : acceptance->rules()) {
      if (ReadsFact(rule.when(), fact)) return acceptance->name();
    }
  }
  return std::string();
}

absl::StatusOr<DeleteAttributeDefinitionResponse> AttributesApi::DeleteAttributeDefinition(
    const Call& call, const v1::DeleteAttributeDefinitionRequest& request) {
  return storage::Mutate<DeleteAttributeDefinitionResponse>(
      database_, call, request,
      [&](Writer& writer) -> absl::StatusOr<DeleteAttributeDefinitionResponse> {
        const std::string key = AttributeKey(request.name());
        BANSO_ASSIGN_OR_RETURN(const int64_t accounts,
                               store_.attributes.CountAccounts(writer, key));
        if (accounts > 0) {
          return StillInUse(
              request.name(),
              absl::StrCat(accounts, accounts == 1 ? " account has" : " accounts have",
                           " the attribute"),
              absl::StrCat("Take ", key, " out of the accounts first"));
        }
        BANSO_ASSIGN_OR_RETURN(
            const std::string policy,
            PolicyThatReads(writer, absl::StrCat(kAttributePrefix, key), writer.now()));
        if (!policy.empty()) {
          return StillInUse(request.name(), absl::StrCat(policy, " reads the attribute"),
                            "Put a policy without it in force first");
        }
        BANSO_RETURN_IF_ERROR(
            store_.attributes.definitions.Delete(writer, request.name(), request.etag()));
        return DeleteAttributeDefinitionResponse();
      });
}

}  // namespace banso::accounts

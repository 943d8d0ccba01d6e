#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/relations_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/upsell.h"
#include "services/accounts/store/of_account.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::DeleteUpsellConditionResponse;
using v1::UpsellCondition;

absl::StatusOr<UpsellCondition> RelationsApi::StoreUpsellCondition(Writer& writer,
                                                                   const Account& account,
                                                                   UpsellCondition condition,
                                                                   bool is_new,
                                                                   absl::string_view etag) const {
  const absl::CivilDay today = Today(account, writer.now());
  contract::Violations violations;
  CheckUpsellCondition(condition, today, &violations);
  for (int i = 0; i < condition.agreed_with_size(); ++i) {
    BANSO_RETURN_IF_ERROR(CheckOfAccount(
        writer, store_.stakeholders, condition.name(), condition.agreed_with(i),
        absl::StrCat("upsell_condition.agreed_with[", i, "]"), "stakeholder", &violations));
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  BANSO_ASSIGN_OR_RETURN(const auto people, store_.stakeholders.All(writer, account.name()));
  JudgeEvidence(people, today, &condition);
  BANSO_ASSIGN_OR_RETURN(UpsellCondition stored,
                         is_new
                             ? store_.upsell_conditions.Create(writer, std::move(condition))
                             : store_.upsell_conditions.Update(writer, std::move(condition), etag));
  BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
  return stored;
}

absl::StatusOr<UpsellCondition> RelationsApi::CreateUpsellCondition(
    const Call& call, const v1::CreateUpsellConditionRequest& request) {
  return storage::Mutate<UpsellCondition>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<UpsellCondition> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.parent()));
        UpsellCondition condition = request.upsell_condition();
        condition.set_name(contract::Join(request.parent(), "upsellConditions",
                                          contract::IdOrNew(request.upsell_condition_id(), ids_)));
        return StoreUpsellCondition(writer, account, std::move(condition), true, "");
      });
}

absl::StatusOr<UpsellCondition> RelationsApi::GetUpsellCondition(
    const Call& /*call*/, const v1::GetUpsellConditionRequest& request) {
  return storage::Fetch<UpsellCondition>(database_, [&](Reader& reader) {
    return store_.upsell_conditions.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListUpsellConditionsResponse> RelationsApi::ListUpsellConditions(
    const Call& /*call*/, const v1::ListUpsellConditionsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (request.evidence() != v1::EVIDENCE_STRENGTH_UNSPECIFIED) {
    query.filters.push_back(storage::Equal("evidence", request.evidence()));
  }
  return storage::ListPage(database_, store_.upsell_conditions, query,
                           &v1::ListUpsellConditionsResponse::mutable_upsell_conditions);
}

absl::StatusOr<UpsellCondition> RelationsApi::UpdateUpsellCondition(
    const Call& call, const v1::UpdateUpsellConditionRequest& request) {
  const UpsellCondition& patch = request.upsell_condition();
  return storage::Mutate<UpsellCondition>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<UpsellCondition> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, patch.name()));
        BANSO_ASSIGN_OR_RETURN(UpsellCondition condition,
                               store_.upsell_conditions.Get(writer, patch.name()));
        BANSO_RETURN_IF_ERROR(
            contract::ApplyMask(request.update_mask(), patch, "upsell_condition", &condition));
        return StoreUpsellCondition(writer, account, std::move(condition), false, patch.etag());
      });
}

absl::StatusOr<DeleteUpsellConditionResponse> RelationsApi::DeleteUpsellCondition(
    const Call& call, const v1::DeleteUpsellConditionRequest& request) {
  return storage::Mutate<DeleteUpsellConditionResponse>(
      database_, call, request,
      [&](Writer& writer) -> absl::StatusOr<DeleteUpsellConditionResponse> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.name()));
        BANSO_RETURN_IF_ERROR(
            store_.upsell_conditions.Delete(writer, request.name(), request.etag()));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
        return DeleteUpsellConditionResponse();
      });
}

}  // namespace banso::accounts

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/in_use.h"
#include "services/accounts/api/relations_api.h"
#include "services/accounts/store/of_account.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::DeleteInteractionResponse;
using v1::Interaction;

absl::Status RelationsApi::CheckInteraction(Reader& reader, const Interaction& before,
                                            const Interaction& interaction, absl::Time now) const {
  contract::Violations violations;
  const absl::Time start = calendar::ToTime(interaction.start_time());
  if (start > now) {
    violations.Add("interaction.start_time", absl::FormatTime(start, absl::UTCTimeZone()),
                   "a time that is not in the future", "IN_THE_FUTURE");
  }
  for (int i = 0; i < interaction.members_size(); ++i) {
    if (Has(before.members(), interaction.members(i))) continue;
    BANSO_RETURN_IF_ERROR(store_.team.CheckMember(
        reader, interaction.members(i), absl::StrCat("interaction.members[", i, "]"), &violations));
  }
  for (int i = 0; i < interaction.stakeholders_size(); ++i) {
    BANSO_RETURN_IF_ERROR(CheckOfAccount(
        reader, store_.stakeholders, interaction.name(), interaction.stakeholders(i),
        absl::StrCat("interaction.stakeholders[", i, "]"), "stakeholder", &violations));
  }
  BANSO_RETURN_IF_ERROR(CheckOfAccount(reader, store_.onboardings, interaction.name(),
                                       interaction.onboarding(), "interaction.onboarding",
                                       "onboarding", &violations));
  return violations.ToStatus();
}

absl::StatusOr<Interaction> RelationsApi::CreateInteraction(
    const Call& call, const v1::CreateInteractionRequest& request) {
  return storage::Mutate<Interaction>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Interaction> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.parent()));
        Interaction interaction = request.interaction();
        interaction.set_name(contract::Join(request.parent(), "interactions",
                                            contract::IdOrNew(request.interaction_id(), ids_)));
        BANSO_RETURN_IF_ERROR(CheckInteraction(writer, {}, interaction, writer.now()));
        if (interaction.team().empty()) {
          BANSO_ASSIGN_OR_RETURN(const v1::Member member,
                                 store_.team.members.Get(writer, interaction.members(0)));
          interaction.set_team(member.team());
        }
        BANSO_ASSIGN_OR_RETURN(Interaction stored,
                               store_.interactions.Create(writer, std::move(interaction)));
        BANSO_RETURN_IF_ERROR(store_.participants.Note(writer, stored));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account, {.interaction = &stored}));
        return stored;
      });
}

absl::StatusOr<Interaction> RelationsApi::GetInteraction(const Call& /*call*/,
                                                         const v1::GetInteractionRequest& request) {
  return storage::Fetch<Interaction>(
      database_, [&](Reader& reader) { return store_.interactions.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListInteractionsResponse> RelationsApi::ListInteractions(
    const Call& /*call*/, const v1::ListInteractionsRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  query.order_by = "start_time desc";
  auto& filters = query.filters;
  if (request.has_start_time_from()) {
    filters.push_back(storage::AtLeast("start_time", calendar::ToTime(request.start_time_from())));
  }
  if (request.has_start_time_before()) {
    filters.push_back(storage::Less("start_time", calendar::ToTime(request.start_time_before())));
  }
  if (request.channels_size() > 0) {
    filters.push_back(storage::InEnums("channel", request.channels()));
  }
  if (!request.onboarding().empty()) {
    filters.push_back(storage::Equal("onboarding", request.onboarding()));
  }
  if (!request.member().empty()) {
    filters.push_back(storage::Where(
        "name IN (SELECT interaction FROM interaction_person WHERE person = $member)",
        {{"member", request.member()}}));
  }
  if (!request.stakeholder().empty()) {
    filters.push_back(storage::Where(
        "name IN (SELECT interaction FROM interaction_person WHERE person = $stakeholder)",
        {{"stakeholder", request.stakeholder()}}));
  }
  return storage::ListPage(database_, store_.interactions, query,
                           &v1::ListInteractionsResponse::mutable_interactions);
}

absl::StatusOr<Interaction> RelationsApi::UpdateInteraction(
    const Call& call, const v1::UpdateInteractionRequest& request) {
  const Interaction& patch = request.interaction();
  return storage::Mutate<Interaction>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Interaction> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, patch.name()));
        BANSO_ASSIGN_OR_RETURN(const Interaction before,
                               store_.interactions.Get(writer, patch.name()));
        Interaction interaction = before;
        BANSO_RETURN_IF_ERROR(
            contract::ApplyMask(request.update_mask(), patch, "interaction", &interaction));
        BANSO_RETURN_IF_ERROR(CheckInteraction(writer, before, interaction, writer.now()));
        BANSO_ASSIGN_OR_RETURN(
            Interaction stored,
            store_.interactions.Update(writer, std::move(interaction), patch.etag()));
        BANSO_RETURN_IF_ERROR(store_.participants.Note(writer, stored));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account, {.recount_contacts = true}));
        return stored;
      });
}

absl::StatusOr<DeleteInteractionResponse> RelationsApi::DeleteInteraction(
    const Call& call, const v1::DeleteInteractionRequest& request) {
  return storage::Mutate<DeleteInteractionResponse>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<DeleteInteractionResponse> {
        BANSO_ASSIGN_OR_RETURN(const Account account,
                               store_.AccountForChange(writer, request.name()));
        BANSO_RETURN_IF_ERROR(store_.interactions.Delete(writer, request.name(), request.etag()));
        BANSO_RETURN_IF_ERROR(store_.participants.Forget(writer, request.name()));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account, {.recount_contacts = true}));
        return DeleteInteractionResponse();
      });
}

}  // namespace banso::accounts

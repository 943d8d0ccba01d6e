#include <string>
#include <utility>

#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/in_use.h"
#include "services/accounts/api/people_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/stakeholder.h"
#include "services/accounts/store/kinds.h"
#include "services/accounts/store/of_account.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Stakeholder;

namespace {

// FAILED_PRECONDITION (IN_USE) while something of the account names the person.
absl::Status CheckUnnamed(Reader& reader, const Store& store, const std::string& name) {
  InUse in_use(reader, name);
  BANSO_RETURN_IF_ERROR(in_use.Look<v1::Interaction>(
      store.interactions,
      [&](const v1::Interaction& interaction) { return Has(interaction.stakeholders(), name); },
      "Take the person out of the interaction, or delete it first"));
  BANSO_RETURN_IF_ERROR(in_use.Look<v1::Voice>(
      store.intake.voices, [&](const v1::Voice& voice) { return voice.stakeholder() == name; },
      "Take the person out of the voice, or delete it first"));
  BANSO_RETURN_IF_ERROR(in_use.Look<v1::StakeholderChange>(
      store.stakeholder_changes,
      [&](const v1::StakeholderChange& change) {
        return change.before() == name || change.after() == name;
      },
      "Say until when the person was in charge instead (UpdateStakeholder)"));
  BANSO_RETURN_IF_ERROR(in_use.Look<v1::UpsellCondition>(
      store.upsell_conditions,
      [&](const v1::UpsellCondition& condition) { return Has(condition.agreed_with(), name); },
      "Take the person out of the condition, or delete it first"));
  return in_use.ToStatus();
}

// Makes what was told about the person unknown.
absl::Status WithdrawEnthusiasm(Writer& writer, const Store& store, const std::string& name) {
  constexpr char kFact[] = "account.stakeholder.enthusiasm";
  BANSO_ASSIGN_OR_RETURN(const auto changes, store.facts.Changes(writer, name, kFact));
  if (changes.empty()) return absl::OkStatus();
  fact::v1::FactChange withdrawn;
  withdrawn.set_subject(name);
  withdrawn.set_fact(kFact);
  withdrawn.set_source(changes.back().source());
  return store.facts.Record(writer, std::move(withdrawn));
}

}  // namespace

absl::Status PeopleApi::CheckStakeholder(Reader& reader, const Stakeholder& stakeholder) const {
  contract::Violations violations;
  accounts::CheckStakeholder(stakeholder, &violations);
  BANSO_RETURN_IF_ERROR(CheckOfAccount(reader, store_.sites, stakeholder.name(), stakeholder.site(),
                                       "stakeholder.site", "site", &violations));
  return violations.ToStatus();
}

absl::StatusOr<Stakeholder> PeopleApi::CreateStakeholder(
    const Call& call, const v1::CreateStakeholderRequest& request) {
  return storage::Mutate<Stakeholder>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Stakeholder> {
        BANSO_ASSIGN_OR_RETURN(const v1::Account account,
                               store_.AccountForChange(writer, request.parent()));
        Stakeholder stakeholder = request.stakeholder();
        stakeholder.set_name(contract::Join(request.parent(), "stakeholders",
                                            contract::IdOrNew(request.stakeholder_id(), ids_)));
        BANSO_RETURN_IF_ERROR(CheckStakeholder(writer, stakeholder));
        BANSO_ASSIGN_OR_RETURN(Stakeholder stored,
                               store_.stakeholders.Create(writer, std::move(stakeholder)));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
        return stored;
      });
}

absl::StatusOr<Stakeholder> PeopleApi::GetStakeholder(const Call& /*call*/,
                                                      const v1::GetStakeholderRequest& request) {
  return storage::Fetch<Stakeholder>(
      database_, [&](Reader& reader) { return store_.stakeholders.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListStakeholdersResponse> PeopleApi::ListStakeholders(
    const Call& /*call*/, const v1::ListStakeholdersRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (!request.text().empty()) {
    query.filters.push_back(storage::Contains("search_text", SearchText(request.text())));
  }
  int64_t roles = 0;
  for (const int role : request.roles()) roles |= RoleBit(role);
  if (roles != 0)
    query.filters.push_back(storage::Where("(roles & $roles) <> 0", {{"roles", roles}}));
  return storage::ListPage(database_, store_.stakeholders, query,
                           &v1::ListStakeholdersResponse::mutable_stakeholders);
}

absl::StatusOr<Stakeholder> PeopleApi::UpdateStakeholder(
    const Call& call, const v1::UpdateStakeholderRequest& request) {
  const Stakeholder& patch = request.stakeholder();
  return storage::Mutate<Stakeholder>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Stakeholder> {
        BANSO_ASSIGN_OR_RETURN(const v1::Account account,
                               store_.AccountForChange(writer, patch.name()));
        const auto change = [&](Stakeholder& stakeholder) -> absl::Status {
          BANSO_RETURN_IF_ERROR(CheckNotErased(stakeholder.name(), stakeholder.has_erase_time()));
          BANSO_RETURN_IF_ERROR(
              contract::ApplyMask(request.update_mask(), patch, "stakeholder", &stakeholder));
          return CheckStakeholder(writer, stakeholder);
        };
        BANSO_ASSIGN_OR_RETURN(Stakeholder stored, store_.stakeholders.Modify(
                                                       writer, patch.name(), patch.etag(), change));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
        return stored;
      });
}

absl::StatusOr<v1::DeleteStakeholderResponse> PeopleApi::DeleteStakeholder(
    const Call& call, const v1::DeleteStakeholderRequest& request) {
  using Response = v1::DeleteStakeholderResponse;
  return storage::Mutate<Response>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Response> {
        const std::string& name = request.name();
        BANSO_ASSIGN_OR_RETURN(const v1::Account account, store_.AccountForChange(writer, name));
        BANSO_RETURN_IF_ERROR(CheckUnnamed(writer, store_, name));
        BANSO_RETURN_IF_ERROR(store_.stakeholders.Delete(writer, name, request.etag()));
        BANSO_RETURN_IF_ERROR(WithdrawEnthusiasm(writer, store_, name));
        BANSO_RETURN_IF_ERROR(store_.ForgetPerson(writer, account, name));
        BANSO_RETURN_IF_ERROR(store_.RefreshSummary(writer, account));
        return Response();
      });
}

}  // namespace banso::accounts

#include <utility>

#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/accounts_api.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Member;
using v1::Stakeholder;

absl::StatusOr<Stakeholder> AccountsApi::CreateStakeholder(
    const Call& call, const v1::CreateStakeholderRequest& request) {
  return storage::Mutate<Stakeholder>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Stakeholder> {
        BANSO_RETURN_IF_ERROR(AccountForChange(writer, request.parent()).status());
        Stakeholder stakeholder = request.stakeholder();
        stakeholder.set_name(contract::Join(request.parent(), "stakeholders",
                                            contract::IdOrNew(request.stakeholder_id(), ids_)));
        return store_.stakeholders.Create(writer, std::move(stakeholder));
      });
}

absl::StatusOr<Stakeholder> AccountsApi::GetStakeholder(const Call& /*call*/,
                                                        const v1::GetStakeholderRequest& request) {
  return storage::Fetch<Stakeholder>(
      database_, [&](Reader& reader) { return store_.stakeholders.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListStakeholdersResponse> AccountsApi::ListStakeholders(
    const Call& /*call*/, const v1::ListStakeholdersRequest& request) {
  storage::ListQuery query;
  query.parent = request.parent();
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  return storage::Fetch<v1::ListStakeholdersResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListStakeholdersResponse> {
        BANSO_ASSIGN_OR_RETURN(auto page, store_.stakeholders.List(reader, query));
        v1::ListStakeholdersResponse response;
        response.mutable_stakeholders()->Assign(page.items.begin(), page.items.end());
        response.set_next_page_token(page.next_page_token);
        return response;
      });
}

absl::StatusOr<Stakeholder> AccountsApi::UpdateStakeholder(
    const Call& call, const v1::UpdateStakeholderRequest& request) {
  const Stakeholder& patch = request.stakeholder();
  return storage::Mutate<Stakeholder>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Stakeholder> {
        BANSO_RETURN_IF_ERROR(AccountForChange(writer, patch.name()).status());
        return store_.stakeholders.Modify(
            writer, patch.name(), patch.etag(), [&](Stakeholder& stakeholder) {
              return contract::ApplyMask(request.update_mask(), patch, "stakeholder", &stakeholder);
            });
      });
}

absl::StatusOr<Member> AccountsApi::CreateMember(const Call& call,
                                                 const v1::CreateMemberRequest& request) {
  return storage::Mutate<Member>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Member> {
        Member member = request.member();
        member.set_name(
            contract::Join("", "members", contract::IdOrNew(request.member_id(), ids_)));
        return store_.members.Create(writer, std::move(member));
      });
}

absl::StatusOr<Member> AccountsApi::GetMember(const Call& /*call*/,
                                              const v1::GetMemberRequest& request) {
  return storage::Fetch<Member>(
      database_, [&](Reader& reader) { return store_.members.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListMembersResponse> AccountsApi::ListMembers(
    const Call& /*call*/, const v1::ListMembersRequest& request) {
  storage::ListQuery query;
  query.page_size = request.page_size();
  query.page_token = request.page_token();
  if (!request.team().empty()) query.filters.push_back(storage::Equal("team", request.team()));
  return storage::Fetch<v1::ListMembersResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListMembersResponse> {
        BANSO_ASSIGN_OR_RETURN(auto page, store_.members.List(reader, query));
        v1::ListMembersResponse response;
        response.mutable_members()->Assign(page.items.begin(), page.items.end());
        response.set_next_page_token(page.next_page_token);
        return response;
      });
}

absl::StatusOr<Member> AccountsApi::UpdateMember(const Call& call,
                                                 const v1::UpdateMemberRequest& request) {
  const Member& patch = request.member();
  return storage::Mutate<Member>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Member> {
        return store_.members.Modify(writer, patch.name(), patch.etag(), [&](Member& member) {
          return contract::ApplyMask(request.update_mask(), patch, "member", &member);
        });
      });
}

}  // namespace banso::accounts

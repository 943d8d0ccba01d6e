#include <algorithm>
#include <cstdint>
#include <string>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/charge.h"
#include "services/accounts/api/team_api.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/member.h"
#include "services/accounts/store/kinds.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Member;

namespace {

absl::Status CheckMayGiveRoles(Writer& writer, const Store& store) {
  return store.team.CheckActorRole(writer, {v1::MEMBER_ROLE_MANAGER, v1::MEMBER_ROLE_OPERATIONS},
                                   "giving roles");
}

}  // namespace

absl::StatusOr<Member> TeamApi::CreateMember(const Call& call,
                                             const v1::CreateMemberRequest& request) {
  return storage::Mutate<Member>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Member> {
        Member member = request.member();
        member.set_name(
            contract::Join("", "members", contract::IdOrNew(request.member_id(), ids_)));
        contract::Violations violations;
        CheckMember(member, &violations);
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        if (member.roles_size() > 0) BANSO_RETURN_IF_ERROR(CheckMayGiveRoles(writer, store_));
        NoteMembership(VendorDay(writer.now()), &member);
        return store_.team.Save(writer, nullptr, member);
      });
}

absl::StatusOr<Member> TeamApi::GetMember(const Call& /*call*/,
                                          const v1::GetMemberRequest& request) {
  return storage::Fetch<Member>(
      database_, [&](Reader& reader) { return store_.team.members.Get(reader, request.name()); });
}

absl::StatusOr<v1::ListMembersResponse> TeamApi::ListMembers(
    const Call& call, const v1::ListMembersRequest& request) {
  storage::ListQuery query = storage::QueryOf(request);
  if (!request.text().empty()) {
    query.filters.push_back(storage::Contains("search_text", SearchText(request.text())));
  }
  if (request.has_as_of() || !request.team().empty() || !request.department().empty()) {
    const absl::CivilDay day =
        request.has_as_of() ? calendar::ToDay(request.as_of()) : VendorDay(call.now);
    query.filters.push_back(storage::Where(
        "name IN (SELECT member FROM membership WHERE start_day <= $day "
        "AND (end_day IS NULL OR end_day >= $day) AND ($team = '' OR team = $team) "
        "AND ($department = '' OR department = $department))",
        {{"day", day}, {"team", request.team()}, {"department", request.department()}}));
  }
  int64_t roles = 0;
  for (const int role : request.roles()) roles |= RoleBit(role);
  if (roles != 0) {
    query.filters.push_back(storage::Where("(roles & $roles) <> 0", {{"roles", roles}}));
  }
  if (request.employment() == v1::EMPLOYMENT_STATE_EMPLOYED) {
    query.filters.push_back(storage::IsNull("last_day"));
  } else if (request.employment() == v1::EMPLOYMENT_STATE_LEFT) {
    query.filters.push_back(storage::IsNotNull("last_day"));
  }
  return storage::ListPage(database_, store_.team.members, query,
                           &v1::ListMembersResponse::mutable_members);
}

absl::StatusOr<Member> TeamApi::UpdateMember(const Call& call,
                                             const v1::UpdateMemberRequest& request) {
  const Member& patch = request.member();
  return storage::Mutate<Member>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Member> {
        BANSO_ASSIGN_OR_RETURN(const Member before, store_.team.members.Get(writer, patch.name()));
        BANSO_RETURN_IF_ERROR(CheckNotErased(before.name(), before.has_erase_time()));
        Member member = before;
        BANSO_RETURN_IF_ERROR(contract::ApplyMask(request.update_mask(), patch, "member", &member));
        contract::Violations violations;
        CheckMember(member, &violations);
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        if (!std::equal(member.roles().begin(), member.roles().end(), before.roles().begin(),
                        before.roles().end())) {
          BANSO_RETURN_IF_ERROR(CheckMayGiveRoles(writer, store_));
        }
        if (member.team() != before.team() || member.department() != before.department()) {
          BANSO_RETURN_IF_ERROR(CheckHasNotLeft(before));
        }
        NoteMembership(VendorDay(writer.now()), &member);
        return store_.team.Save(writer, &before, member, patch.etag());
      });
}

absl::StatusOr<Member> TeamApi::EndEmployment(const Call& call,
                                              const v1::EndEmploymentRequest& request) {
  return storage::Mutate<Member>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Member> {
        BANSO_ASSIGN_OR_RETURN(const Member before,
                               store_.team.members.Get(writer, request.name()));
        BANSO_RETURN_IF_ERROR(CheckNotErased(before.name(), before.has_erase_time()));
        const absl::CivilDay today = VendorDay(writer.now());
        const absl::CivilDay last =
            request.has_last_day() ? calendar::ToDay(request.last_day()) : today;
        Member member = before;
        BANSO_RETURN_IF_ERROR(accounts::EndEmployment(last, today, &member));
        BANSO_RETURN_IF_ERROR(CheckNotInCharge(writer, store_, before.name()));
        return store_.team.Save(writer, &before, member);
      });
}

absl::StatusOr<Member> TeamApi::ResumeEmployment(const Call& call,
                                                 const v1::ResumeEmploymentRequest& request) {
  return storage::Mutate<Member>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Member> {
        BANSO_ASSIGN_OR_RETURN(const Member before,
                               store_.team.members.Get(writer, request.name()));
        BANSO_RETURN_IF_ERROR(CheckNotErased(before.name(), before.has_erase_time()));
        Member member = before;
        BANSO_RETURN_IF_ERROR(
            accounts::ResumeEmployment(request, VendorDay(writer.now()), &member));
        return store_.team.Save(writer, &before, member);
      });
}

}  // namespace banso::accounts

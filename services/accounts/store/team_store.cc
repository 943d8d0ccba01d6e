#include "services/accounts/store/team_store.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/member.h"
#include "services/accounts/store/kinds.h"

namespace banso::accounts {
namespace {

using storage::Reader;
using storage::Writer;

absl::Status SaveMemberships(Writer& writer, const v1::Member& member) {
  BANSO_RETURN_IF_ERROR(
      writer.Execute("DELETE FROM membership WHERE member = $member", {{"member", member.name()}})
          .status());
  for (const v1::Membership& membership : member.memberships()) {
    storage::Value end;
    if (membership.has_end_date()) end = calendar::ToDay(membership.end_date());
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("INSERT INTO membership (member, start_day, end_day, team, department) "
                     "VALUES ($member, $start, $end, $team, $department)",
                     {{"member", member.name()},
                      {"start", calendar::ToDay(membership.start_date())},
                      {"end", end},
                      {"team", membership.team()},
                      {"department", membership.department()}})
            .status());
  }
  return absl::OkStatus();
}

}  // namespace

TeamStore::TeamStore()
    : members(MemberKind()), role_plays(RolePlayKind()), rubrics(RolePlayRubricKind()) {}

absl::StatusOr<v1::Member> TeamStore::Save(Writer& writer, const v1::Member* before,
                                           const v1::Member& after,
                                           absl::string_view expected_etag) const {
  absl::StatusOr<v1::Member> stored = before == nullptr
                                          ? members.Create(writer, after)
                                          : members.Update(writer, after, expected_etag);
  BANSO_RETURN_IF_ERROR(stored.status());
  BANSO_RETURN_IF_ERROR(SaveMemberships(writer, *stored));
  return stored;
}

absl::Status TeamStore::CheckMember(Reader& reader, absl::string_view member,
                                    absl::string_view field,
                                    contract::Violations* violations) const {
  if (member.empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto found, members.Find(reader, member));
  if (!found.has_value()) {
    violations->Add(field, member, "a member that exists", "UNKNOWN_MEMBER");
  } else if (found->has_erase_time()) {
    violations->Add(field, member, "a member who has not been erased", kReasonPersonErased);
  }
  return absl::OkStatus();
}

absl::Status TeamStore::CheckEmployed(Reader& reader, absl::string_view member,
                                      absl::string_view field,
                                      contract::Violations* violations) const {
  if (member.empty()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto found, members.Find(reader, member));
  if (!found.has_value() || found->has_erase_time() || !found->has_last_day()) {
    return CheckMember(reader, member, field, violations);
  }
  violations->Add(field, member,
                  absl::StrCat("a member who works for the vendor; this one left on ",
                               calendar::DayText(found->last_day())),
                  kReasonMemberLeft);
  return absl::OkStatus();
}

absl::Status TeamStore::CheckActorRole(Writer& writer, std::initializer_list<v1::MemberRole> roles,
                                       absl::string_view what) const {
  if (!writer.call().from_member()) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const auto actor, members.Find(writer, writer.call().actor));
  return CheckRole(actor.has_value() ? &*actor : nullptr, roles, what);
}

absl::Status TeamStore::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(members.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(role_plays.CheckSchema(reader));
  return rubrics.CheckSchema(reader);
}

}  // namespace banso::accounts

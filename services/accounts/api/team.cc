#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/accounts/api/team_api.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/member.h"
#include "services/accounts/domain/role_play.h"
#include "services/accounts/domain/rubric.h"

namespace banso::accounts {

using storage::Reader;
using storage::Writer;
using v1::Account;
using v1::Member;
using v1::RolePlay;

namespace {

// PERMISSION_DENIED unless whoever acts may record what `rater` thinks of a role-play of `player`,
// so that two ratings are those of two people.
absl::Status CheckMayRecord(Writer& writer, const Store& store, const std::string& rater,
                            const std::string& player) {
  const std::string& actor = writer.call().actor;
  if (actor == rater) return absl::OkStatus();
  if (actor == player) {
    return contract::PermissionDenied(
        kReasonOwnRolePlay, absl::StrCat(player, " plays, and so records no ratings of others"));
  }
  return store.team.CheckActorRole(writer, {v1::MEMBER_ROLE_MANAGER, v1::MEMBER_ROLE_OPERATIONS},
                                   "recording what somebody else thinks of a role-play");
}

// Fills a role-play that names a rubric with what the rubric says, of the revision in force unless
// the role-play names another.
absl::Status TakeRubric(Writer& writer, const Store& store, RolePlay* role_play) {
  if (role_play->rubric().empty()) return absl::OkStatus();
  contract::Violations violations;
  CheckLeftToRubric(*role_play, &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  const bool has_revision = role_play->rubric().find('@') != std::string::npos;
  const absl::StatusOr<v1::RolePlayRubric> rubric =
      has_revision ? store.team.rubrics.Get(writer, role_play->rubric(), writer.now())
                   : store.team.rubrics.Active(writer, role_play->rubric(), writer.now());
  if (absl::IsNotFound(rubric.status())) {
    return contract::InvalidField("role_play.rubric", role_play->rubric(), "a rubric that exists",
                                  "UNKNOWN_RUBRIC");
  }
  BANSO_RETURN_IF_ERROR(rubric.status());
  Fill(*rubric, role_play);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Member> TeamApi::MoveMember(const Call& call, const v1::MoveMemberRequest& request) {
  return storage::Mutate<Member>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Member> {
        BANSO_ASSIGN_OR_RETURN(const Member before,
                               store_.team.members.Get(writer, request.name()));
        BANSO_RETURN_IF_ERROR(CheckNotErased(before.name(), before.has_erase_time()));
        BANSO_RETURN_IF_ERROR(CheckHasNotLeft(before));
        const absl::CivilDay today = VendorDay(writer.now());
        const absl::CivilDay day = request.has_date() ? calendar::ToDay(request.date()) : today;
        Member member = before;
        BANSO_RETURN_IF_ERROR(Move(request.team(), request.department(), day, today, &member));
        return store_.team.Save(writer, &before, member);
      });
}

absl::StatusOr<RolePlay> TeamApi::CreateRolePlay(const Call& call,
                                                 const v1::CreateRolePlayRequest& request) {
  return storage::Mutate<RolePlay>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<RolePlay> {
        BANSO_ASSIGN_OR_RETURN(const Member player,
                               store_.team.members.Get(writer, request.parent()));
        BANSO_RETURN_IF_ERROR(CheckNotErased(player.name(), player.has_erase_time()));
        BANSO_RETURN_IF_ERROR(CheckHasNotLeft(player));
        RolePlay role_play = request.role_play();
        BANSO_RETURN_IF_ERROR(TakeRubric(writer, store_, &role_play));
        role_play.set_name(contract::Join(request.parent(), "rolePlays",
                                          contract::IdOrNew(request.role_play_id(), ids_)));
        role_play.set_state(v1::ROLE_PLAY_STATE_INCOMPLETE);
        contract::Violations violations;
        CheckRolePlay(role_play, &violations);
        if (calendar::ToDay(role_play.date()) > VendorDay(writer.now())) {
          violations.Add("role_play.date", calendar::DayText(role_play.date()),
                         "today or a day before", "IN_THE_FUTURE");
        }
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        return store_.team.role_plays.Create(writer, std::move(role_play));
      });
}

absl::StatusOr<RolePlay> TeamApi::GetRolePlay(const Call& /*call*/,
                                              const v1::GetRolePlayRequest& request) {
  return storage::Fetch<RolePlay>(database_, [&](Reader& reader) {
    return store_.team.role_plays.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListRolePlaysResponse> TeamApi::ListRolePlays(
    const Call& /*call*/, const v1::ListRolePlaysRequest& request) {
  return storage::ListPage(database_, store_.team.role_plays, storage::QueryOf(request),
                           &v1::ListRolePlaysResponse::mutable_role_plays);
}

absl::StatusOr<RolePlay> TeamApi::RateRolePlay(const Call& call,
                                               const v1::RateRolePlayRequest& request) {
  return storage::Mutate<RolePlay>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<RolePlay> {
        BANSO_ASSIGN_OR_RETURN(RolePlay role_play,
                               store_.team.role_plays.Get(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(
            const Member player,
            store_.team.members.Get(writer, contract::Ancestor(role_play.name(), "members")));
        BANSO_RETURN_IF_ERROR(CheckNotErased(player.name(), player.has_erase_time()));
        const std::string& rater = request.rating().rater();
        BANSO_RETURN_IF_ERROR(CheckMayRecord(writer, store_, rater, player.name()));
        contract::Violations violations;
        BANSO_RETURN_IF_ERROR(
            store_.team.CheckEmployed(writer, rater, "rating.rater", &violations));
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        BANSO_RETURN_IF_ERROR(
            Rate(request.rating(), writer.call().actor, writer.now(), &role_play));
        if (role_play.state() == v1::ROLE_PLAY_STATE_PASSED) {
          Member certified = player;
          Certify(role_play, &certified);
          BANSO_RETURN_IF_ERROR(store_.team.Save(writer, &player, certified).status());
          BANSO_RETURN_IF_ERROR(store_.RefreshSummariesOf(writer, player.name()));
        }
        return store_.team.role_plays.Update(writer, std::move(role_play));
      });
}

absl::StatusOr<v1::DeleteRolePlayResponse> TeamApi::DeleteRolePlay(
    const Call& call, const v1::DeleteRolePlayRequest& request) {
  using Response = v1::DeleteRolePlayResponse;
  return storage::Mutate<Response>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Response> {
        BANSO_ASSIGN_OR_RETURN(const RolePlay role_play,
                               store_.team.role_plays.Get(writer, request.name()));
        BANSO_RETURN_IF_ERROR(CheckNotDecided(role_play));
        BANSO_RETURN_IF_ERROR(
            store_.team.role_plays.Delete(writer, request.name(), request.etag()));
        return Response();
      });
}

absl::StatusOr<Account> TeamApi::WaiveCertification(const Call& call,
                                                    const v1::WaiveCertificationRequest& request) {
  return storage::Mutate<Account>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Account> {
        BANSO_ASSIGN_OR_RETURN(const Account before,
                               store_.AccountForChange(writer, request.name()));
        contract::Violations violations;
        BANSO_RETURN_IF_ERROR(
            store_.team.CheckEmployed(writer, request.member(), "member", &violations));
        BANSO_RETURN_IF_ERROR(violations.ToStatus());
        Account account = before;
        BANSO_RETURN_IF_ERROR(Waive(request, writer.call().actor, writer.now(), &account));
        return store_.Save(writer, &before, account);
      });
}

}  // namespace banso::accounts

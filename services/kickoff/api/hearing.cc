#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/list_page.h"
#include "common/storage/mutate.h"
#include "services/kickoff/api/listing.h"
#include "services/kickoff/api/meetings_api.h"
#include "services/kickoff/domain/plan_builder.h"

namespace banso::kickoff {
namespace {

using storage::Writer;
using v1::Goal;
using v1::HearingAnswer;
using v1::RoleAssignment;

}  // namespace

absl::Status MeetingsApi::CheckStakeholder(const Call& call, absl::string_view name,
                                           const std::string& stakeholder,
                                           absl::string_view field) {
  const std::string account = contract::Ancestor(name, "accounts");
  if (contract::Ancestor(stakeholder, "accounts") != account) {
    return contract::InvalidField(field, stakeholder, absl::StrCat("a stakeholder of ", account),
                                  "OTHER_ACCOUNT");
  }
  const absl::Status status = accounts_.GetStakeholder(call, stakeholder).status();
  if (absl::IsNotFound(status)) {
    return contract::InvalidField(field, stakeholder, "a stakeholder that exists",
                                  "UNKNOWN_STAKEHOLDER");
  }
  return status;
}

absl::StatusOr<HearingAnswer> MeetingsApi::RecordHearingAnswer(
    const Call& call, const v1::RecordHearingAnswerRequest& request) {
  const HearingAnswer& given = request.hearing_answer();
  if (!given.said_by().empty()) {
    BANSO_RETURN_IF_ERROR(
        CheckStakeholder(call, given.name(), given.said_by(), "hearing_answer.said_by"));
  }
  return storage::Mutate<HearingAnswer>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<HearingAnswer> {
        BANSO_ASSIGN_OR_RETURN(HearingAnswer stored,
                               store_.hearing_answers.Modify(writer, given.name(), given.etag(),
                                                             [&](HearingAnswer& answer) {
                                                               return RecordAnswer(given, &answer);
                                                             }));
        BANSO_RETURN_IF_ERROR(store_.RecordFacts(writer, PlanOf(given.name())));
        return stored;
      });
}

absl::StatusOr<v1::ListHearingAnswersResponse> MeetingsApi::ListHearingAnswers(
    const Call& /*call*/, const v1::ListHearingAnswersRequest& request) {
  return ListParts(database_, store_.plans, store_.hearing_answers, storage::QueryOf(request),
                   &v1::ListHearingAnswersResponse::mutable_hearing_answers);
}

absl::StatusOr<Goal> MeetingsApi::CreateGoal(const Call& call,
                                             const v1::CreateGoalRequest& request) {
  return storage::Mutate<Goal>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Goal> {
        BANSO_RETURN_IF_ERROR(store_.plans.Get(writer, request.parent()).status());
        Goal goal = request.goal();
        goal.set_name(
            contract::Join(request.parent(), "goals", contract::IdOrNew(request.goal_id(), ids_)));
        goal.set_state(v1::GOAL_STATE_PROPOSED);
        BANSO_ASSIGN_OR_RETURN(Goal stored, store_.goals.Create(writer, std::move(goal)));
        BANSO_RETURN_IF_ERROR(store_.RecordFacts(writer, request.parent()));
        return stored;
      });
}

absl::StatusOr<Goal> MeetingsApi::AgreeGoal(const Call& call, const v1::AgreeGoalRequest& request) {
  BANSO_RETURN_IF_ERROR(CheckStakeholder(call, request.name(), request.agreed_by(), "agreed_by"));
  return storage::Mutate<Goal>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Goal> {
        BANSO_ASSIGN_OR_RETURN(const Actor actor, store_.ActorFor(writer, request.name()));
        BANSO_ASSIGN_OR_RETURN(Goal stored,
                               store_.goals.Modify(writer, request.name(), "", [&](Goal& goal) {
                                 return kickoff::AgreeGoal(request.agreed_by(), actor, &goal);
                               }));
        BANSO_RETURN_IF_ERROR(store_.RecordFacts(writer, PlanOf(request.name())));
        return stored;
      });
}

absl::StatusOr<v1::ListGoalsResponse> MeetingsApi::ListGoals(const Call& /*call*/,
                                                             const v1::ListGoalsRequest& request) {
  return ListParts(database_, store_.plans, store_.goals, storage::QueryOf(request),
                   &v1::ListGoalsResponse::mutable_goals);
}

absl::StatusOr<RoleAssignment> MeetingsApi::AssignRole(const Call& call,
                                                       const v1::AssignRoleRequest& request) {
  BANSO_RETURN_IF_ERROR(
      CheckStakeholder(call, request.parent(), request.stakeholder(), "stakeholder"));
  return storage::Mutate<RoleAssignment>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<RoleAssignment> {
        BANSO_RETURN_IF_ERROR(store_.plans.Get(writer, request.parent()).status());
        RoleAssignment role;
        role.set_name(contract::Join(request.parent(), "roleAssignments", RoleId(request.role())));
        BANSO_ASSIGN_OR_RETURN(const auto existing,
                               store_.role_assignments.Find(writer, role.name()));
        if (existing.has_value()) role = *existing;
        role.set_role(request.role());
        role.set_stakeholder(request.stakeholder());
        BANSO_ASSIGN_OR_RETURN(RoleAssignment stored,
                               store_.role_assignments.Put(writer, std::move(role)));
        BANSO_RETURN_IF_ERROR(store_.RecordFacts(writer, request.parent()));
        return stored;
      });
}

absl::StatusOr<v1::ListRoleAssignmentsResponse> MeetingsApi::ListRoleAssignments(
    const Call& /*call*/, const v1::ListRoleAssignmentsRequest& request) {
  return ListParts(database_, store_.plans, store_.role_assignments, storage::QueryOf(request),
                   &v1::ListRoleAssignmentsResponse::mutable_role_assignments);
}

}  // namespace banso::kickoff

#include "services/kickoff/store/kinds.h"

#include "common/calendar/proto_time.h"

namespace banso::kickoff {

using storage::Value;

storage::RevisionedKind PlanTemplateKind() {
  return {.table = "plan_template", .pattern = "planTemplates/{plan_template}"};
}

storage::Kind<v1::Plan> PlanKind() {
  return {.table = "plan",
          .pattern = "accounts/{account}/onboardings/{onboarding}/plan",
          .columns = {{"owner", [](const v1::Plan& plan) { return Value(plan.owner()); }}}};
}

storage::Kind<v1::PlanTask> PlanTaskKind() {
  return {.table = "plan_task",
          .pattern = "accounts/{account}/onboardings/{onboarding}/plan/tasks/{task}",
          .columns = {
              {"state", [](const v1::PlanTask& task) { return Value(task.state()); }},
              {"due",
               [](const v1::PlanTask& task) {
                 return task.has_due() ? Value(calendar::ToDay(task.due())) : Value();
               }},
          }};
}

storage::Kind<v1::Meeting> MeetingKind() {
  return {.table = "meeting",
          .pattern = "accounts/{account}/onboardings/{onboarding}/plan/meetings/{meeting}",
          .columns = {{"day", [](const v1::Meeting& meeting) {
                         if (meeting.has_held_date()) {
                           return Value(calendar::ToDay(meeting.held_date()));
                         }
                         return Value(calendar::ToDay(meeting.planned_date()));
                       }}}};
}

storage::Kind<v1::HearingAnswer> HearingAnswerKind() {
  return {.table = "hearing_answer",
          .pattern =
              "accounts/{account}/onboardings/{onboarding}/plan/hearingAnswers/"
              "{hearing_answer}",
          .columns = {}};
}

storage::Kind<v1::Goal> GoalKind() {
  return {.table = "goal",
          .pattern = "accounts/{account}/onboardings/{onboarding}/plan/goals/{goal}",
          .columns = {}};
}

storage::Kind<v1::RoleAssignment> RoleAssignmentKind() {
  return {.table = "role_assignment",
          .pattern =
              "accounts/{account}/onboardings/{onboarding}/plan/roleAssignments/"
              "{role_assignment}",
          .columns = {}};
}

storage::Kind<accounts::v1::Account> AccountCopyKind() {
  return {.table = "account_copy",
          .pattern = "accounts/{account}",
          .columns = {},
          .record_changes = false};
}

storage::Kind<accounts::v1::Onboarding> OnboardingCopyKind() {
  return {.table = "onboarding_copy",
          .pattern = "accounts/{account}/onboardings/{onboarding}",
          .columns = {},
          .record_changes = false};
}

storage::Kind<accounts::v1::Site> SiteCopyKind() {
  return {.table = "site_copy",
          .pattern = "accounts/{account}/sites/{site}",
          .columns = {},
          .record_changes = false};
}

storage::Kind<accounts::v1::AccountSummary> SummaryCopyKind() {
  return {.table = "summary_copy",
          .pattern = "accounts/{account}/summary",
          .columns = {},
          .record_changes = false};
}

}  // namespace banso::kickoff

#include "services/kickoff/domain/plan_builder.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"

namespace banso::kickoff {
namespace {

type::v1::Explanation Explain(const type::v1::Condition& condition, const RuleContext& context) {
  return rule::Evaluate(condition, context.moment, *context.catalog, context.readings);
}

// Whether something is required by its rule, or by `otherwise` when it has none.
bool Required(bool has_rule, const type::v1::Condition& rule, bool otherwise,
              const RuleContext& context) {
  if (!has_rule) return otherwise;
  return Explain(rule, context).result() != type::v1::TRUTH_FALSE;
}

v1::PlanTask MakeTask(const v1::TaskTemplate& from, absl::string_view plan,
                      absl::string_view origin, const PlanDays& days) {
  v1::PlanTask task;
  task.set_name(contract::Join(plan, "tasks", from.id()));
  task.set_title(from.title());
  task.set_side(from.side());
  task.set_role(from.role());
  *task.mutable_due() = calendar::ToDate(DayOfAnchor(from.due(), days).day);
  task.set_category(from.category());
  task.set_required(from.required());
  *task.mutable_depends_on() = from.depends_on();
  task.set_target_count(from.target_count());
  task.set_guide_url(from.guide_url());
  task.set_origin(std::string(origin));
  task.set_state(v1::TASK_STATE_OPEN);
  return task;
}

v1::Meeting MakeMeeting(const v1::MeetingTemplate& from, absl::string_view plan,
                        const PlanDays& days) {
  v1::Meeting meeting;
  meeting.set_name(contract::Join(plan, "meetings", from.id()));
  meeting.set_title(from.title());
  meeting.set_kind(from.kind());
  const PlannedDay planned = DayOfAnchor(from.at(), days);
  *meeting.mutable_planned_date() = calendar::ToDate(planned.day);
  meeting.set_planned_date_assumed(planned.assumed);
  meeting.set_state(v1::MEETING_STATE_PLANNED);
  *meeting.mutable_agenda() = from.agenda();
  *meeting.mutable_required_roles() = from.required_roles();
  meeting.set_next_actions_required(from.next_actions_required());
  return meeting;
}

v1::HearingAnswer MakeHearingAnswer(const v1::HearingItem& from, absl::string_view plan,
                                    const RuleContext& context) {
  v1::HearingAnswer answer;
  answer.set_name(contract::Join(plan, "hearingAnswers", from.id()));
  answer.set_question(from.question());
  answer.set_area(from.area());
  answer.set_layer(from.layer());
  answer.set_required(
      Required(from.has_required_when(), from.required_when(), from.required(), context));
  return answer;
}

v1::Goal MakeGoal(const v1::GoalTemplate& from, absl::string_view plan) {
  v1::Goal goal;
  goal.set_name(contract::Join(plan, "goals", from.id()));
  goal.set_title(from.title());
  goal.set_horizon(from.horizon());
  goal.set_kind(from.kind());
  goal.set_required(from.required());
  goal.set_state(v1::GOAL_STATE_PROPOSED);
  return goal;
}

v1::RoleAssignment MakeRole(const v1::RoleRequirement& from, absl::string_view plan,
                            const RuleContext& context) {
  v1::RoleAssignment role;
  role.set_name(contract::Join(plan, "roleAssignments", RoleId(from.role())));
  role.set_role(from.role());
  role.set_required(Required(from.has_required_when(), from.required_when(), true, context));
  return role;
}

}  // namespace

std::vector<const type::v1::Condition*> ConditionsOf(const v1::PlanTemplate& plan_template) {
  std::vector<const type::v1::Condition*> conditions;
  if (plan_template.has_applies_when()) conditions.push_back(&plan_template.applies_when());
  for (const v1::HearingItem& item : plan_template.hearing_items()) {
    if (item.has_required_when()) conditions.push_back(&item.required_when());
  }
  for (const v1::RoleRequirement& role : plan_template.roles()) {
    if (role.has_required_when()) conditions.push_back(&role.required_when());
  }
  return conditions;
}

absl::StatusOr<ChosenTemplate> ChooseTemplate(absl::Span<const v1::PlanTemplate> templates,
                                              const RuleContext& context) {
  ChosenTemplate chosen;
  std::vector<std::string> refused;
  for (const v1::PlanTemplate& candidate : templates) {
    std::string reason = absl::StrCat(candidate.name(), " applies to every onboarding");
    if (candidate.has_applies_when()) {
      const type::v1::Explanation explanation = Explain(candidate.applies_when(), context);
      if (explanation.result() != type::v1::TRUTH_TRUE) {
        refused.push_back(
            absl::StrCat(candidate.name(), ": ", explanation.rule(), " is ",
                         explanation.result() == type::v1::TRUTH_FALSE ? "false" : "not known"));
        continue;
      }
      reason = absl::StrCat(candidate.name(), " applies: ", explanation.rule());
    }
    if (chosen.plan_template == nullptr ||
        candidate.priority() > chosen.plan_template->priority()) {
      chosen = {&candidate, std::move(reason)};
    }
  }
  if (chosen.plan_template != nullptr) return chosen;
  return contract::FailedPrecondition(
      "NO_PLAN_TEMPLATE", context.moment.onboarding,
      templates.empty()
          ? "no plan template is in force"
          : absl::StrCat("no plan template applies (", absl::StrJoin(refused, "; "), ")"),
      "Activate a plan template that applies, or name one in the request with a reason");
}

PlanParts BuildPlan(const ChosenTemplate& chosen, absl::string_view onboarding,
                    const PlanDays& days, const RuleContext& context) {
  const v1::PlanTemplate& from = *chosen.plan_template;
  const std::string name = absl::StrCat(onboarding, "/plan");
  PlanParts parts;
  parts.plan.set_name(name);
  parts.plan.set_template_revision(contract::JoinRevision(from.name(), from.revision().number()));
  parts.plan.set_template_reason(chosen.reason);
  const PlannedDay deadline = DayOfAnchor(from.deadline(), days);
  *parts.plan.mutable_deadline() = calendar::ToDate(deadline.day);
  parts.plan.set_deadline_clock(from.deadline().clock());
  parts.plan.set_deadline_assumed(deadline.assumed);
  SetClocks(days, &parts.plan);
  for (const v1::TaskTemplate& task : from.tasks()) {
    parts.tasks.push_back(MakeTask(task, name, parts.plan.template_revision(), days));
  }
  for (const v1::MeetingTemplate& meeting : from.meetings()) {
    parts.meetings.push_back(MakeMeeting(meeting, name, days));
  }
  for (const v1::HearingItem& item : from.hearing_items()) {
    parts.hearing_answers.push_back(MakeHearingAnswer(item, name, context));
  }
  for (const v1::GoalTemplate& goal : from.goals()) parts.goals.push_back(MakeGoal(goal, name));
  for (const v1::RoleRequirement& role : from.roles()) {
    parts.role_assignments.push_back(MakeRole(role, name, context));
  }
  return parts;
}

void AddIntakeConditions(const accounts::v1::Onboarding& onboarding, PlanParts* parts) {
  for (const accounts::v1::IntakeCondition& condition : onboarding.intake_conditions()) {
    v1::HearingAnswer& answer = parts->hearing_answers.emplace_back();
    const std::string id =
        absl::StrCat("intake-", absl::StrReplaceAll(condition.key(), {{"_", "-"}}));
    answer.set_name(contract::Join(parts->plan.name(), "hearingAnswers", id));
    answer.set_question(absl::StrCat("Does the customer agree: ", condition.text(), "?"));
    answer.set_area("intake");
    answer.set_required(true);
    answer.set_answer(condition.text());
    answer.set_provenance(v1::PROVENANCE_FROM_SALES);
  }
}

std::string RoleId(accounts::v1::StakeholderRole role) {
  return absl::StrReplaceAll(RoleText(role), {{" ", "-"}});
}

std::string RoleText(accounts::v1::StakeholderRole role) {
  constexpr absl::string_view kPrefix = "STAKEHOLDER_ROLE_";
  std::string text = accounts::v1::StakeholderRole_Name(role);
  if (text.size() > kPrefix.size()) text = text.substr(kPrefix.size());
  absl::AsciiStrToLower(&text);
  return absl::StrReplaceAll(text, {{"_", " "}});
}

}  // namespace banso::kickoff

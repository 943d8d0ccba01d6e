#ifndef BANSO_SERVICES_KICKOFF_DOMAIN_PLAN_BUILDER_H_
#define BANSO_SERVICES_KICKOFF_DOMAIN_PLAN_BUILDER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/kickoff/v1/plan_template.pb.h"
#include "common/rule/catalog.h"
#include "common/rule/evaluate.h"
#include "services/kickoff/domain/plan_days.h"
#include "services/kickoff/domain/plan_parts.h"

namespace banso::kickoff {

// What rules of templates are evaluated with: for whom, as of when, and what is known.
struct RuleContext {
  rule::Moment moment;
  const rule::FactCatalog* catalog = nullptr;
  rule::Readings readings;
};

// Every condition of a template, for finding out what must be read.
std::vector<const type::v1::Condition*> ConditionsOf(const v1::PlanTemplate& plan_template);

// A template that was chosen, and why.
struct ChosenTemplate {
  const v1::PlanTemplate* plan_template = nullptr;
  // One readable line.
  std::string reason;
};

// Chooses among templates in force: of those whose rule is true, the one with the highest priority,
// then the first by name. FAILED_PRECONDITION (NO_PLAN_TEMPLATE) when no rule is true, with what
// was unknown.
absl::StatusOr<ChosenTemplate> ChooseTemplate(absl::Span<const v1::PlanTemplate> templates,
                                              const RuleContext& context);

// Makes the plan of `onboarding` from a template revision. What a rule requires only "when" is
// required when the rule is true or unknown: what is not known to be needless is asked for.
PlanParts BuildPlan(const ChosenTemplate& chosen, absl::string_view onboarding,
                    const PlanDays& days, const RuleContext& context);

// Adds a question for each condition under which the customer was taken on, answered by sales: to
// be confirmed with the customer.
void AddIntakeConditions(const accounts::v1::Onboarding& onboarding, PlanParts* parts);

// The id that a role has in names: `project-owner`.
std::string RoleId(accounts::v1::StakeholderRole role);
// The role in words: `project owner`.
std::string RoleText(accounts::v1::StakeholderRole role);

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_DOMAIN_PLAN_BUILDER_H_

#include "services/kickoff/domain/template_check.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/rule/condition.h"

namespace banso::kickoff {
namespace {

// Adds a violation for each id that is used before in the list.
template <typename Items>
void CheckIds(const Items& items, absl::string_view field, contract::Violations* violations) {
  std::set<std::string> seen;
  for (int i = 0; i < items.size(); ++i) {
    if (!seen.insert(items[i].id()).second) {
      violations->Add(absl::StrCat(field, "[", i, "].id"), items[i].id(),
                      "an id that no other item of the list has", "DUPLICATE");
    }
  }
}

// Rules of templates are decided where the plan is made, from what is known of the account.
void CheckRule(const type::v1::Condition& condition, const rule::FactCatalog& catalog,
               const std::string& field, contract::Violations* violations) {
  rule::CheckCondition(condition, catalog, field, violations);
  for (const std::string& fact : rule::FactsOf(condition)) {
    if (!absl::StartsWith(fact, "account.")) {
      violations->Add(field, fact, "account and onboarding facts (`account.`) only",
                      "OTHER_SERVICES_FACT");
    }
  }
}

// Finds a cycle of dependencies by walking depth first.
class DependencyWalk {
 public:
  explicit DependencyWalk(const v1::PlanTemplate& plan_template) {
    for (const v1::TaskTemplate& task : plan_template.tasks()) tasks_[task.id()] = &task;
  }

  bool Known(const std::string& id) const { return tasks_.contains(id); }

  // True when `id` comes before itself.
  bool InCycle(const std::string& id) const {
    std::set<std::string> seen;
    return Reaches(id, id, seen);
  }

 private:
  bool Reaches(const std::string& from, const std::string& to, std::set<std::string>& seen) const {
    const auto task = tasks_.find(from);
    if (task == tasks_.end()) return false;
    for (const std::string& before : task->second->depends_on()) {
      if (before == to) return true;
      if (seen.insert(before).second && Reaches(before, to, seen)) return true;
    }
    return false;
  }

  std::map<std::string, const v1::TaskTemplate*> tasks_;
};

void CheckTasks(const v1::PlanTemplate& plan_template, absl::string_view field,
                contract::Violations* violations) {
  const DependencyWalk walk(plan_template);
  for (int i = 0; i < plan_template.tasks_size(); ++i) {
    const v1::TaskTemplate& task = plan_template.tasks(i);
    const std::string path = absl::StrCat(field, ".tasks[", i, "]");
    for (const std::string& before : task.depends_on()) {
      if (!walk.Known(before)) {
        violations->Add(absl::StrCat(path, ".depends_on"), before,
                        "the id of a task of the template", "UNKNOWN_TASK");
      }
    }
    if (walk.InCycle(task.id())) {
      violations->Add(absl::StrCat(path, ".depends_on"), task.id(),
                      "tasks that do not come before themselves", "CYCLE");
    }
  }
}

}  // namespace

absl::Status CheckTemplate(const v1::PlanTemplate& plan_template, const rule::FactCatalog& catalog,
                           absl::string_view field) {
  contract::Violations violations;
  if (plan_template.has_applies_when()) {
    CheckRule(plan_template.applies_when(), catalog, absl::StrCat(field, ".applies_when"),
              &violations);
  }
  if (plan_template.deadline().after().count() == 0) {
    violations.Add(absl::StrCat(field, ".deadline.after"), "", "at least 1 unit after the clock",
                   "REQUIRED");
  }
  CheckIds(plan_template.tasks(), absl::StrCat(field, ".tasks"), &violations);
  CheckIds(plan_template.meetings(), absl::StrCat(field, ".meetings"), &violations);
  CheckIds(plan_template.hearing_items(), absl::StrCat(field, ".hearing_items"), &violations);
  CheckIds(plan_template.goals(), absl::StrCat(field, ".goals"), &violations);
  CheckTasks(plan_template, field, &violations);
  for (int i = 0; i < plan_template.hearing_items_size(); ++i) {
    const v1::HearingItem& item = plan_template.hearing_items(i);
    if (item.has_required_when()) {
      CheckRule(item.required_when(), catalog,
                absl::StrCat(field, ".hearing_items[", i, "].required_when"), &violations);
    }
  }
  std::set<accounts::v1::StakeholderRole> roles;
  for (int i = 0; i < plan_template.roles_size(); ++i) {
    const v1::RoleRequirement& role = plan_template.roles(i);
    const std::string path = absl::StrCat(field, ".roles[", i, "]");
    if (!roles.insert(role.role()).second) {
      violations.Add(absl::StrCat(path, ".role"), accounts::v1::StakeholderRole_Name(role.role()),
                     "a role that no other item of the list has", "DUPLICATE");
    }
    if (role.has_required_when()) {
      CheckRule(role.required_when(), catalog, absl::StrCat(path, ".required_when"), &violations);
    }
  }
  return violations.ToStatus();
}

}  // namespace banso::kickoff

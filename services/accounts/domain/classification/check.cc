#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rule/condition.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/domain/classification/stages.h"

namespace banso::accounts {
namespace {

using contract::Violations;
using v1::ClassificationPolicy;

void CheckUse(const std::vector<Stage>& stages, int stage, const FactUse& use,
              Violations* violations) {
  if (StageOfFact(stages, use.ref.fact()) >= stage) {
    violations->Add(use.path, use.ref.fact(),
                    absl::StrCat("a fact that is decided before ", stages[stage].name),
                    "DECIDED_LATER");
  }
  const bool over_time = use.ref.has_window() || use.ref.has_max_age() ||
                         (use.compare != nullptr && use.compare->has_sustained());
  if (over_time) {
    violations->Add(use.path, "", "no window, age or sustained time: rules read present values",
                    "NOT_OVER_TIME");
  }
}

// Adds a violation for a key that stands in the list a second time.
void CheckOnce(const std::string& key, const std::string& path, std::set<std::string>* seen,
               Violations* violations) {
  if (!seen->insert(key).second) {
    violations->Add(path, key, "a key that no other one has", "DUPLICATE");
  }
}

void CheckCustomAxes(const ClassificationPolicy& policy, absl::string_view field,
                     Violations* violations) {
  std::set<std::string> keys = {"segment",     "tier", "potential_tier",
                                "touch",       "team", "potential_score",
                                "touch_score", "work"};
  for (int i = 0; i < policy.custom_axes_size(); ++i) {
    const v1::CustomAxis& axis = policy.custom_axes(i);
    const std::string path = absl::StrCat(field, ".custom_axes[", i, "]");
    CheckOnce(axis.key(), absl::StrCat(path, ".key"), &keys, violations);
    if ((axis.rules_size() > 0) == (axis.arms_size() > 0)) {
      violations->Add(path, axis.key(), "rules, or arms of an experiment, and not both",
                      "RULES_OR_ARMS");
    }
    if (axis.has_eligible() && axis.arms_size() == 0) {
      violations->Add(absl::StrCat(path, ".eligible"), "", "a condition of an experiment with arms",
                      "NOT_ACCEPTED");
    }
    std::set<std::string> arms;
    for (int j = 0; j < axis.arms_size(); ++j) {
      CheckOnce(axis.arms(j).value(), absl::StrCat(path, ".arms[", j, "].value"), &arms,
                violations);
    }
  }
}

void CheckScores(const ClassificationPolicy& policy, absl::string_view field,
                 Violations* violations) {
  std::set<std::string> touch_keys;
  for (int i = 0; i < policy.touch_score_axes_size(); ++i) {
    CheckOnce(policy.touch_score_axes(i).key(),
              absl::StrCat(field, ".touch_score_axes[", i, "].key"), &touch_keys, violations);
  }
  std::set<std::string> potential_keys;
  for (int i = 0; i < policy.potential_score_axes_size(); ++i) {
    const v1::ScoreAxis& axis = policy.potential_score_axes(i);
    const std::string path = absl::StrCat(field, ".potential_score_axes[", i, "]");
    CheckOnce(axis.key(), absl::StrCat(path, ".key"), &potential_keys, violations);
    for (int j = 0; j < axis.steps_size(); ++j) {
      if (axis.steps(j).hours() == 0) continue;
      violations->Add(absl::StrCat(path, ".steps[", j, "].hours"),
                      absl::StrCat(axis.steps(j).hours()),
                      "0: only the viewpoints of the touch score add hours", "NOT_ACCEPTED");
    }
  }
}

void CheckTouchLevels(const ClassificationPolicy& policy, absl::string_view field,
                      Violations* violations) {
  std::set<std::string> touches;
  for (const v1::ClassRule& rule : policy.touches()) touches.insert(rule.value());
  std::set<std::string> seen;
  for (int i = 0; i < policy.touch_levels_size(); ++i) {
    const std::string& touch = policy.touch_levels(i).touch();
    const std::string path = absl::StrCat(field, ".touch_levels[", i, "].touch");
    CheckOnce(touch, path, &seen, violations);
    if (!touches.contains(touch)) {
      violations->Add(path, touch, "a class that one of `touches` gives", "UNKNOWN_TOUCH");
    }
  }
}

}  // namespace

void CheckPolicy(const ClassificationPolicy& policy,
                 const std::vector<fact::v1::FactType>& attributes, absl::string_view field,
                 Violations* violations) {
  const std::vector<Stage> stages = StagesOf(policy);
  const rule::FactCatalog catalog = CatalogFor(stages, attributes);
  for (const PolicyCondition& part : ConditionsOf(stages, field)) {
    rule::CheckCondition(*part.condition, catalog, part.path, violations);
    VisitUses(*part.condition, part.path,
              [&](const FactUse& use) { CheckUse(stages, part.stage, use, violations); });
  }
  CheckCustomAxes(policy, field, violations);
  CheckScores(policy, field, violations);
  CheckTouchLevels(policy, field, violations);
}

}  // namespace banso::accounts

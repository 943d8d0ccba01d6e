#include "services/handoff/domain/criteria.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/rule/owner_requests.h"
#include "services/handoff/domain/readings.h"

namespace banso::handoff {

using contract::Violations;
using type::v1::Condition;
using type::v1::Explanation;
using v1::CriteriaSet;
using v1::Criterion;

namespace {

std::string At(absl::string_view field, absl::string_view list, int index) {
  return absl::StrCat(field, ".", list, "[", index, "]");
}

// Adds a violation unless the field is there exactly when the criterion is of the kind it is for.
void CheckForKind(bool present, bool needed, bool allowed, absl::string_view field,
                  absl::string_view what, Violations* violations) {
  if (needed && !present) {
    violations->Add(field, "", absl::StrCat(what, ", which this kind of criterion needs"),
                    "REQUIRED");
  } else if (present && !allowed) {
    violations->Add(field, "", "nothing: this kind of criterion has none", "NOT_FOR_THIS_KIND");
  }
}

// A rule about who gets something may read facts of the account and the onboarding only, so that it
// is decided when the onboarding begins.
void CheckSelecting(const Condition& condition, const rule::FactCatalog& catalog,
                    absl::string_view field, Violations* violations) {
  rule::CheckCondition(condition, catalog, field, violations);
  for (const std::string& fact : rule::FactsOf(condition)) {
    if (rule::OwnerOf(fact) != "account") {
      violations->Add(field, fact, "facts of the account and its onboarding (account.) only",
                      "FACT_NOT_ALLOWED");
    }
  }
}

void CheckJudgement(const Criterion& criterion, absl::string_view field, Violations* violations) {
  std::set<int> points;
  for (int i = 0; i < criterion.anchors_size(); ++i) {
    if (!points.insert(criterion.anchors(i).point()).second) {
      violations->Add(absl::StrCat(At(field, "anchors", i), ".point"),
                      absl::StrCat(criterion.anchors(i).point()), "each point once", "DUPLICATE");
    }
  }
}

void CheckSkills(const Criterion& criterion, absl::string_view field, Violations* violations) {
  std::set<std::string> ids;
  for (int i = 0; i < criterion.skills_size(); ++i) {
    if (!ids.insert(criterion.skills(i).id()).second) {
      violations->Add(absl::StrCat(At(field, "skills", i), ".id"), criterion.skills(i).id(),
                      "an id that no other skill of the criterion has", "DUPLICATE");
    }
  }
}

void CheckStage(const CriteriaSet& set, const Criterion& criterion, absl::string_view field,
                Violations* violations) {
  if (criterion.stage().empty()) return;
  const bool known = std::any_of(
      set.stages().begin(), set.stages().end(),
      [&](const v1::CompletionStage& stage) { return stage.id() == criterion.stage(); });
  if (!known) {
    violations->Add(absl::StrCat(field, ".stage"), criterion.stage(), "a stage of the set",
                    "UNKNOWN_STAGE");
  }
}

std::string ResultText(const Explanation& explanation) {
  switch (explanation.result()) {
    case type::v1::TRUTH_TRUE:
      return "true";
    case type::v1::TRUTH_FALSE:
      return "false";
    default:
      return explanation.unknown_because().empty()
                 ? "unknown"
                 : absl::StrCat("unknown, because ", explanation.unknown_because());
  }
}

std::string TrailLine(absl::string_view subject, const Condition& condition,
                      const Explanation& explanation) {
  const std::vector<std::string> readings = ReadingsOf(explanation);
  return absl::StrCat(
      subject, ": ", rule::Print(condition), " is ", ResultText(explanation),
      readings.empty() ? "" : absl::StrCat(" (", absl::StrJoin(readings, "; "), ")"));
}

void AddFacts(const Condition& condition, std::set<std::string>* facts) {
  facts->merge(rule::FactsOf(condition));
}

}  // namespace

void CheckCriterion(const Criterion& criterion, const rule::FactCatalog& catalog,
                    absl::string_view field, Violations* violations) {
  const v1::CriterionKind kind = criterion.kind();
  const bool condition = kind == v1::CRITERION_KIND_CONDITION;
  const bool skills = kind == v1::CRITERION_KIND_SKILLS;
  const bool judgement = kind == v1::CRITERION_KIND_JUDGEMENT;
  const bool target = kind == v1::CRITERION_KIND_AGREED_TARGET;
  const auto path = [&](absl::string_view name) { return absl::StrCat(field, ".", name); };
  CheckForKind(criterion.has_condition(), condition, condition, path("condition"), "a condition",
               violations);
  CheckForKind(criterion.skills_size() > 0, skills, skills, path("skills"), "at least one skill",
               violations);
  CheckForKind(criterion.anchors_size() > 0, false, judgement, path("anchors"), "", violations);
  CheckForKind(criterion.has_minimum(), judgement, judgement, path("minimum"), "a point, 1 to 5",
               violations);
  CheckForKind(criterion.has_target_fact(), target, target, path("target_fact"), "a fact",
               violations);
  CheckForKind(criterion.two_keys(), false, kind == v1::CRITERION_KIND_CUSTOMER_CONFIRMATION,
               path("two_keys"), "", violations);
  CheckForKind(criterion.customer_confirms(), false, kind == v1::CRITERION_KIND_DECISION,
               path("customer_confirms"), "", violations);
  CheckSkills(criterion, field, violations);
  CheckJudgement(criterion, field, violations);
  if (condition && criterion.has_condition()) {
    rule::CheckCondition(criterion.condition(), catalog, path("condition"), violations);
  }
  if (target && criterion.has_target_fact()) {
    rule::CheckFactRef(criterion.target_fact(), catalog, path("target_fact"), violations);
  }
  if (criterion.has_applies_when()) {
    CheckSelecting(criterion.applies_when(), catalog, path("applies_when"), violations);
  }
}

void CheckCriteriaSet(const CriteriaSet& set, const rule::FactCatalog& catalog,
                      absl::string_view field, Violations* violations) {
  if (set.has_applicability()) {
    CheckSelecting(set.applicability(), catalog, absl::StrCat(field, ".applicability"), violations);
  }
  std::set<std::string> stages;
  for (int i = 0; i < set.stages_size(); ++i) {
    if (!stages.insert(set.stages(i).id()).second) {
      violations->Add(absl::StrCat(At(field, "stages", i), ".id"), set.stages(i).id(),
                      "an id that no other stage has", "DUPLICATE");
    }
  }
  std::set<std::string> ids = {kOutcomesCriterion};
  for (int i = 0; i < set.criteria_size(); ++i) {
    const Criterion& criterion = set.criteria(i);
    const std::string path = At(field, "criteria", i);
    if (!ids.insert(criterion.id()).second) {
      violations->Add(absl::StrCat(path, ".id"), criterion.id(),
                      "an id that no other criterion has, and not `outcomes`", "DUPLICATE");
    }
    CheckStage(set, criterion, path, violations);
    CheckCriterion(criterion, catalog, path, violations);
  }
}

std::vector<std::string> WarningsOf(const CriteriaSet& set) {
  std::vector<std::string> warnings;
  bool any_required = false;
  for (const Criterion& criterion : set.criteria()) {
    any_required = any_required || criterion.required();
    if (criterion.problem().empty()) {
      warnings.push_back(absl::StrCat("UNTRACED: criterion ", criterion.id(),
                                      " names no problem of the customer that it traces to"));
    }
  }
  if (!any_required) {
    warnings.push_back("NOTHING_REQUIRED: no criterion is required, so every case is ready");
  }
  return warnings;
}

std::set<std::string> FactsOf(const Criterion& criterion) {
  std::set<std::string> facts;
  if (criterion.has_condition()) AddFacts(criterion.condition(), &facts);
  if (criterion.has_target_fact()) facts.insert(criterion.target_fact().fact());
  return facts;
}

std::set<std::string> FactsOf(const CriteriaSet& set) {
  std::set<std::string> facts;
  if (set.has_applicability()) AddFacts(set.applicability(), &facts);
  for (const Criterion& criterion : set.criteria()) {
    facts.merge(FactsOf(criterion));
    if (criterion.has_applies_when()) AddFacts(criterion.applies_when(), &facts);
  }
  return facts;
}

std::string OwnerService(absl::string_view fact) {
  static const auto* const kOwners = new std::map<std::string, std::string>{
      {"account", "accounts"},   {"metric", "health"},   {"assessment", "health"},
      {"score", "health"},       {"success", "health"},  {"plan", "kickoff"},
      {"completion", "handoff"}, {"handoff", "handoff"},
  };
  const auto found = kOwners->find(rule::OwnerOf(fact));
  return found == kOwners->end() ? "" : found->second;
}

Selection SelectSet(absl::Span<const CriteriaSet> sets, const Decide& decide) {
  std::vector<const CriteriaSet*> ordered;
  for (const CriteriaSet& set : sets) ordered.push_back(&set);
  std::sort(ordered.begin(), ordered.end(), [](const CriteriaSet* a, const CriteriaSet* b) {
    if (a->priority() != b->priority()) return a->priority() > b->priority();
    return a->name() < b->name();
  });
  Selection selection;
  std::vector<std::string> trail;
  for (const CriteriaSet* set : ordered) {
    bool applies = true;
    if (set->has_applicability()) {
      const Explanation explanation = decide(set->applicability());
      applies = explanation.result() == type::v1::TRUTH_TRUE;
      trail.push_back(TrailLine(RevisionNameOf(*set), set->applicability(), explanation));
    } else {
      trail.push_back(absl::StrCat(RevisionNameOf(*set), ": for all onboardings"));
    }
    if (applies && selection.set == nullptr) selection.set = set;
  }
  if (selection.set != nullptr) {
    trail.push_back(absl::StrCat("taken: ", RevisionNameOf(*selection.set)));
    selection = TakeSet(*selection.set, decide);
  } else {
    trail.push_back("taken: none, no active set applies");
  }
  selection.trail.insert(selection.trail.begin(), trail.begin(), trail.end());
  return selection;
}

Selection TakeSet(const CriteriaSet& set, const Decide& decide) {
  Selection selection;
  selection.set = &set;
  for (const Criterion& criterion : set.criteria()) {
    if (criterion.has_applies_when()) {
      const Explanation explanation = decide(criterion.applies_when());
      selection.trail.push_back(TrailLine(absl::StrCat("criterion ", criterion.id()),
                                          criterion.applies_when(), explanation));
      if (explanation.result() != type::v1::TRUTH_TRUE) continue;
    }
    selection.criteria.push_back(criterion);
  }
  return selection;
}

std::string RevisionNameOf(const CriteriaSet& set) {
  return contract::JoinRevision(set.name(), set.revision().number());
}

}  // namespace banso::handoff

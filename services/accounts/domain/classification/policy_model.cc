#include "services/accounts/domain/classification/policy_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/rule/value.h"
#include "services/accounts/domain/classification/fact_values.h"

namespace banso::accounts {
namespace {

using type::v1::Condition;
using type::v1::Truth;

// So many partial accounts are looked at before a policy counts as too complex to be checked.
constexpr int64_t kMaxVisits = 1'000'000;

Truths Only(Truth truth) {
  if (truth == type::v1::TRUTH_TRUE) return kTrue;
  return truth == type::v1::TRUTH_FALSE ? kFalse : kUnknown;
}

Truths Negated(Truths truths) {
  return (truths & kUnknown) | ((truths & kTrue) != 0 ? kFalse : 0) |
         ((truths & kFalse) != 0 ? kTrue : 0);
}

// What a conjunction can be when its parts can be these, independently of each other.
Truths Conjunction(const std::vector<Truths>& parts) {
  Truths result = kTrue;
  bool may_be_false = false;
  bool may_be_not_false = true;
  bool may_be_unknown = false;
  for (const Truths part : parts) {
    if ((part & kTrue) == 0) result = 0;
    may_be_false |= (part & kFalse) != 0;
    may_be_unknown |= (part & kUnknown) != 0;
    may_be_not_false &= (part & (kTrue | kUnknown)) != 0;
  }
  if (may_be_false) result |= kFalse;
  if (may_be_unknown && may_be_not_false) result |= kUnknown;
  return result;
}

bool IsLeaf(const Condition& condition) {
  return condition.has_compare() || condition.has_known() || condition.has_count();
}

void CollectLeaves(const Condition& condition,
                   std::map<std::string, std::vector<const Condition*>>* by_fact) {
  for (const Condition& part : condition.all().conditions()) CollectLeaves(part, by_fact);
  for (const Condition& part : condition.any().conditions()) CollectLeaves(part, by_fact);
  if (condition.has_not_()) CollectLeaves(condition.not_(), by_fact);
  if (!IsLeaf(condition)) return;
  VisitUses(condition, "",
            [&](const FactUse& use) { (*by_fact)[use.ref.fact()].push_back(&condition); });
}

}  // namespace

PolicyModel::PolicyModel(const v1::ClassificationPolicy& policy,
                         const std::vector<fact::v1::FactType>& attributes)
    : stages_(StagesOf(policy)),
      catalog_(CatalogFor(stages_, attributes)),
      stage_rules_(stages_.size()) {
  AddVariables(ConditionsOf(stages_, ""));
  for (size_t i = 0; i < stages_.size(); ++i) AddStage(static_cast<int>(i));
  assigned_.assign(variables_.size(), -1);
}

void PolicyModel::AddVariables(const std::vector<PolicyCondition>& conditions) {
  std::map<std::string, std::vector<const Condition*>> by_fact;
  for (const PolicyCondition& part : conditions) CollectLeaves(*part.condition, &by_fact);
  for (const auto& [fact, uses] : by_fact) {
    const int stage = StageOfFact(stages_, fact);
    if (stage >= 0 && stages_[stage].kind != StageKind::kWork) continue;
    const fact::v1::FactType* type = catalog_.Find(fact);
    if (type == nullptr) continue;
    auto values = TellingValues(*type, uses);
    too_complex_ |= !values.has_value();
    variable_of_[fact] = static_cast<int>(variables_.size());
    variables_.push_back({fact, std::move(values).value_or(
                                    std::vector<std::optional<type::v1::Value>>{std::nullopt})});
  }
}

void PolicyModel::AddStage(int index) {
  const Stage& stage = stages_[index];
  StageRules& rules = stage_rules_[index];
  rules.classes = ClassesOf(stage);
  if (stage.kind == StageKind::kArms) {
    rules.variable = static_cast<int>(variables_.size());
    variables_.push_back({"", std::vector<std::optional<type::v1::Value>>(rules.classes.size())});
    rules.formulas.push_back(
        AddFormula(stage.custom->has_eligible() ? &stage.custom->eligible() : nullptr));
  } else if (stage.kind == StageKind::kRules) {
    List& list = lists_.emplace_back();
    for (int i = 0; i < stage.rules->size(); ++i) {
      const v1::ClassRule& rule = (*stage.rules)[i];
      const Condition* when = rule.has_when() ? &rule.when() : nullptr;
      rules.formulas.push_back(AddFormula(when));
      list.rules.push_back({absl::StrCat(stage.field, "[", i, "]"), rule.value(),
                            rule.takes_precedence(), rules.formulas.back(),
                            LocalRule(when, catalog_).text()});
    }
  } else if (stage.kind == StageKind::kScore) {
    for (int i = 0; i < stage.viewpoints->size(); ++i) {
      List& list = lists_.emplace_back();
      list.unknown_passes_on = false;
      std::vector<int>& steps = rules.steps.emplace_back();
      for (int j = 0; j < (*stage.viewpoints)[i].steps_size(); ++j) {
        const Condition* when = &(*stage.viewpoints)[i].steps(j).when();
        steps.push_back(AddFormula(when));
        list.rules.push_back({absl::StrCat(stage.field, "[", i, "].steps[", j, "]"), "", false,
                              steps.back(), LocalRule(when, catalog_).text()});
      }
    }
  }
}

int PolicyModel::AddFormula(const Condition* condition) {
  Formula formula;
  if (condition != nullptr) formula = Build(*condition);
  formulas_.push_back(std::move(formula));
  return static_cast<int>(formulas_.size()) - 1;
}

PolicyModel::Formula PolicyModel::Build(const Condition& condition) {
  Formula formula;
  if (IsLeaf(condition)) {
    formula.op = Op::kAtom;
    formula.atom = AddAtom(condition);
  } else if (condition.has_not_()) {
    formula.op = Op::kNot;
    formula.parts.push_back(Build(condition.not_()));
  } else {
    const bool all = condition.has_all();
    formula.op = all ? Op::kAll : Op::kAny;
    for (const Condition& part :
         all ? condition.all().conditions() : condition.any().conditions()) {
      formula.parts.push_back(Build(part));
    }
  }
  return formula;
}

int PolicyModel::AddAtom(const Condition& condition) {
  std::string fact;
  VisitUses(condition, "", [&](const FactUse& use) { fact = use.ref.fact(); });
  Atom atom;
  atom.rule.emplace(&condition, catalog_);
  const auto variable = variable_of_.find(fact);
  if (variable != variable_of_.end()) {
    atom.variable = variable->second;
    for (const auto& value : variables_[atom.variable].values) {
      atom.truths.push_back(TruthOf(*atom.rule, fact, value));
    }
  } else {
    atom.stage = StageOfFact(stages_, fact);
    // The stage decides earlier, so its classes are there already.
    if (atom.stage >= 0) {
      for (const std::string& value : stage_rules_[atom.stage].classes) {
        atom.truths.push_back(TruthOf(*atom.rule, fact, rule::TextValue(value)));
      }
    }
    atom.truths.push_back(TruthOf(*atom.rule, fact, std::nullopt));
  }
  atoms_.push_back(std::move(atom));
  return static_cast<int>(atoms_.size()) - 1;
}

Truths PolicyModel::TruthOf(const LocalRule& rule, const std::string& fact,
                            const std::optional<type::v1::Value>& value) const {
  FactValues facts;
  if (value.has_value()) facts.emplace(fact, *value);
  return Only(rule.Judge(MomentOf(absl::UnixEpoch(), ""), facts, nullptr));
}

Truths PolicyModel::Possible(int formula) const { return Evaluate(formulas_[formula]); }

Truths PolicyModel::Evaluate(const Formula& formula) const {
  switch (formula.op) {
    case Op::kAlways:
      return kTrue;
    case Op::kAtom:
      return EvaluateAtom(atoms_[formula.atom]);
    case Op::kNot:
      return Negated(Evaluate(formula.parts.front()));
    case Op::kAll:
    case Op::kAny:
      break;
  }
  std::vector<Truths> parts;
  for (const Formula& part : formula.parts) {
    parts.push_back(formula.op == Op::kAll ? Evaluate(part) : Negated(Evaluate(part)));
  }
  return formula.op == Op::kAll ? Conjunction(parts) : Negated(Conjunction(parts));
}

Truths PolicyModel::EvaluateAtom(const Atom& atom) const {
  if (atom.variable >= 0) {
    const int value = assigned_[atom.variable];
    if (value >= 0) return atom.truths[value];
    Truths all = 0;
    for (const Truths truths : atom.truths) all |= truths;
    return all;
  }
  if (atom.stage < 0) return atom.truths.back();
  const Stage& stage = stages_[atom.stage];
  if (stage.kind == StageKind::kScore && !stage.viewpoints->empty()) {
    const std::optional<double> score = ScoreOf(atom.stage);
    if (!score.has_value()) return kTrue | kFalse;
    const auto [it, added] = atom.by_number.emplace(*score, 0);
    if (added) it->second = TruthOf(*atom.rule, stage.facts[0], rule::NumberValue(*score));
    return it->second;
  }
  const uint64_t classes = PossibleClasses(atom.stage);
  Truths all = 0;
  for (size_t i = 0; i < atom.truths.size(); ++i) {
    if ((classes >> i & 1) != 0) all |= atom.truths[i];
  }
  return all;
}

uint64_t PolicyModel::PossibleClasses(int index) const {
  const Stage& stage = stages_[index];
  const StageRules& rules = stage_rules_[index];
  const uint64_t none = uint64_t{1} << rules.classes.size();
  if (stage.kind == StageKind::kArms) {
    const Truths eligible = Evaluate(formulas_[rules.formulas.front()]);
    uint64_t classes = eligible == kTrue ? 0 : none;
    if ((eligible & kTrue) == 0) return classes;
    const int drawn = assigned_[rules.variable];
    return classes | (drawn >= 0 ? uint64_t{1} << drawn : none - 1);
  }
  uint64_t classes = 0;
  for (size_t i = 0; i < rules.formulas.size(); ++i) {
    const Truths truths = Evaluate(formulas_[rules.formulas[i]]);
    if ((truths & kTrue) == 0) continue;
    const std::string& value = (*stage.rules)[static_cast<int>(i)].value();
    const auto place = std::find(rules.classes.begin(), rules.classes.end(), value);
    classes |= uint64_t{1} << (place - rules.classes.begin());
    if (truths == kTrue) return classes;
  }
  return classes | none;
}

std::optional<double> PolicyModel::ScoreOf(int index) const {
  const StageRules& rules = stage_rules_[index];
  double score = 0;
  for (size_t i = 0; i < rules.steps.size(); ++i) {
    for (size_t j = 0; j < rules.steps[i].size(); ++j) {
      const Truths truths = Evaluate(formulas_[rules.steps[i][j]]);
      if (truths == kFalse) continue;
      if (truths != kTrue && truths != kUnknown) return std::nullopt;
      if (truths == kTrue) {
        score +=
            (*stages_[index].viewpoints)[static_cast<int>(i)].steps(static_cast<int>(j)).points();
      }
      break;
    }
  }
  return score;
}

void PolicyModel::AddVariablesOf(const Formula& formula, std::vector<int>* variables) const {
  const auto add = [&](int variable) {
    if (std::find(variables->begin(), variables->end(), variable) == variables->end()) {
      variables->push_back(variable);
    }
  };
  for (const Formula& part : formula.parts) AddVariablesOf(part, variables);
  if (formula.op != Op::kAtom) return;
  const Atom& atom = atoms_[formula.atom];
  if (atom.variable >= 0) add(atom.variable);
  if (atom.stage < 0) return;
  const StageRules& rules = stage_rules_[atom.stage];
  for (const int part : rules.formulas) AddVariablesOf(formulas_[part], variables);
  for (const std::vector<int>& steps : rules.steps) {
    for (const int part : steps) AddVariablesOf(formulas_[part], variables);
  }
  if (rules.variable >= 0) add(rules.variable);
}

bool PolicyModel::Search(const std::vector<int>& variables, size_t next,
                         const std::function<bool()>& goal) {
  if (++visits_ > kMaxVisits) {
    too_complex_ = true;
    return false;
  }
  if (!goal()) return false;
  if (next == variables.size()) return true;
  int& value = assigned_[variables[next]];
  const int count = static_cast<int>(variables_[variables[next]].values.size());
  for (value = 0; value < count; ++value) {
    if (Search(variables, next + 1, goal)) return true;
    if (too_complex_) break;
  }
  value = -1;
  return false;
}

std::optional<std::string> PolicyModel::Find(const std::vector<int>& formulas,
                                             const std::function<bool()>& goal) {
  std::vector<int> variables;
  for (const int formula : formulas) AddVariablesOf(formulas_[formula], &variables);
  std::fill(assigned_.begin(), assigned_.end(), -1);
  if (!Search(variables, 0, goal)) return std::nullopt;
  std::vector<std::string> known;
  for (const int variable : variables) {
    const Variable& fact = variables_[variable];
    if (fact.fact.empty()) continue;
    const auto& value = fact.values[assigned_[variable]];
    known.push_back(value.has_value() ? absl::StrCat(fact.fact, " = ", rule::ValueText(*value))
                                      : absl::StrCat(fact.fact, " unknown"));
  }
  return known.empty() ? "anything" : absl::StrJoin(known, ", ");
}

}  // namespace banso::accounts

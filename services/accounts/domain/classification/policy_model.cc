#include "services/accounts/domain/classification/policy_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/rule/value.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/domain/classification/fact_values.h"

namespace banso::accounts {
namespace {

using type::v1::Condition;

// So many partial accounts, and comparisons for them, are looked at before a policy counts as too
// complex to be checked: the work is bounded, however the rules are written.
constexpr int64_t kMaxVisits = 1'000'000;
constexpr int64_t kMaxLooks = 30'000'000;

// The values of the variables of sets, by index.
constexpr int kKnown = 0;
constexpr int kNotKnown = 1;
constexpr int kOut = 0;
constexpr int kIn = 1;
constexpr size_t kEither = 2;

// Facts that are sets of products, which are not known when there are none, and how many there are.
struct ProductFacts {
  const char* products;
  const char* count;
  // As the fields of the account, and of the deal and its lines, allow.
  int most;
};
constexpr ProductFacts kProductFacts[] = {
    {"account.purchase.products", "account.purchase.product_count", 50},
    {"deal.products", "deal.product_count", 150},
};

const ProductFacts* ProductFactsOf(absl::string_view products) {
  for (const ProductFacts& facts : kProductFacts) {
    if (products == facts.products) return &facts;
  }
  return nullptr;
}

constexpr char kCostFact[] = "account.cost_exceeds_revenue";
constexpr char kRevenueFact[] = "account.recurring_revenue";

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
    : policy_(policy),
      stages_(StagesOf(policy)),
      touch_(StageOfFact(stages_, "account.touch")),
      touch_score_(StageOfFact(stages_, "account.touch_score")),
      catalog_(CatalogFor(stages_, attributes)),
      stage_rules_(stages_.size()) {
  AddVariables(ConditionsOf(stages_, ""));
  LetCountsFollowProducts();
  for (size_t i = 0; i < stages_.size(); ++i) AddStage(static_cast<int>(i));
  assigned_.assign(variables_.size(), -1);
}

PolicyModel::PolicyModel(const std::vector<PlainRule>& rules, rule::FactCatalog catalog)
    : policy_(v1::ClassificationPolicy::default_instance()), catalog_(std::move(catalog)) {
  std::vector<PolicyCondition> conditions;
  for (const PlainRule& rule : rules) conditions.push_back({0, rule.when, rule.path});
  AddVariables(conditions);
  LetCountsFollowProducts();
  List& list = lists_.emplace_back();
  for (const PlainRule& rule : rules) {
    list.rules.push_back({rule.path, rule.value, false, AddFormula(rule.when),
                          LocalRule(rule.when, catalog_).text()});
  }
  assigned_.assign(variables_.size(), -1);
}

void PolicyModel::AddVariables(const std::vector<PolicyCondition>& conditions) {
  std::map<std::string, std::vector<const Condition*>> by_fact;
  for (const PolicyCondition& part : conditions) CollectLeaves(*part.condition, &by_fact);
  for (const auto& [fact, uses] : by_fact) {
    if (fact != kCostFact && StageOfFact(stages_, fact) >= 0) continue;
    const fact::v1::FactType* type = catalog_.Find(fact);
    if (type == nullptr) continue;
    if (type->value_type() == type::v1::VALUE_TYPE_TEXT_SET) {
      AddSet(fact, uses);
      continue;
    }
    variable_of_[fact] = static_cast<int>(variables_.size());
    variables_.push_back({fact, TellingValues(*type, uses), -1, ""});
  }
}

void PolicyModel::AddSet(const std::string& fact, const std::vector<const Condition*>& uses) {
  WordSet set;
  set.may_be_empty = ProductFactsOf(fact) == nullptr;
  set.known = static_cast<int>(variables_.size());
  variable_of_[fact] = set.known;
  const std::vector<std::optional<type::v1::Value>> either(kEither);
  variables_.push_back({fact, either, static_cast<int>(sets_.size()), ""});
  for (const std::string& word : WordsOf(uses)) {
    set.words.push_back(static_cast<int>(variables_.size()));
    variables_.push_back({"", either, -1, word});
  }
  sets_.push_back(std::move(set));
}

// Enough numbers of products that every set of them has its own, and that each comparison comes out
// every way.
void PolicyModel::LetCountsFollowProducts() {
  for (const ProductFacts& facts : kProductFacts) {
    const auto count = variable_of_.find(facts.count);
    if (!variable_of_.contains(facts.products) || count == variable_of_.end()) continue;
    auto& numbers = variables_[count->second].values;
    numbers.clear();
    for (int number = 1; number <= facts.most; ++number) {
      numbers.emplace_back(rule::NumberValue(number));
    }
    numbers.emplace_back(std::nullopt);
  }
}

void PolicyModel::AddStage(int index) {
  const Stage& stage = stages_[index];
  StageRules& rules = stage_rules_[index];
  rules.classes = ClassesOf(stage);
  if (stage.kind == StageKind::kArms) {
    rules.variable = static_cast<int>(variables_.size());
    variables_.push_back(
        {"", std::vector<std::optional<type::v1::Value>>(rules.classes.size()), -1, ""});
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
    const Variable& read = variables_[atom.variable];
    if (read.set >= 0) {
      atom.question = QuestionOf(condition, read.set);
      atom.question->when_unknown = TruthOf(*atom.rule, fact, std::nullopt);
    } else {
      for (const auto& value : read.values) {
        atom.truths.push_back(TruthOf(*atom.rule, fact, value));
      }
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

PolicyModel::SetQuestion PolicyModel::QuestionOf(const Condition& condition, int set) const {
  SetQuestion question;
  question.set = set;
  question.only_known = condition.has_known();
  const type::v1::Operator op = condition.compare().op();
  question.whole = op == type::v1::OPERATOR_EQ || op == type::v1::OPERATOR_NE;
  question.negated = op == type::v1::OPERATOR_NE || op == type::v1::OPERATOR_NOT_IN;
  std::vector<std::string> named = WordsOf({&condition});
  named.pop_back();
  for (const int variable : sets_[set].words) {
    const bool is_named =
        std::find(named.begin(), named.end(), variables_[variable].word) != named.end();
    if (is_named) question.words.push_back(variable);
  }
  return question;
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

Truths PolicyModel::EvaluateQuestion(const SetQuestion& question) const {
  const WordSet& set = sets_[question.set];
  const int known = assigned_[set.known];
  if (known == kNotKnown) return question.when_unknown;
  bool may_hold = question.only_known || question.whole;
  bool may_fail = !may_hold;
  if (question.whole) {
    for (const int word : set.words) {
      const bool is_named =
          std::find(question.words.begin(), question.words.end(), word) != question.words.end();
      if (assigned_[word] != (is_named ? kIn : kOut)) may_fail = true;
      if (assigned_[word] == (is_named ? kOut : kIn)) may_hold = false;
    }
  } else {
    for (const int word : question.words) {
      if (assigned_[word] == kIn) may_fail = false;
      if (assigned_[word] != kOut) may_hold = true;
    }
  }
  if (question.negated) std::swap(may_hold, may_fail);
  Truths truths = (may_hold ? kTrue : 0) | (may_fail ? kFalse : 0);
  if (known != kKnown) truths |= question.when_unknown;
  return truths;
}

Truths PolicyModel::EvaluateAtom(const Atom& atom) const {
  ++looks_;
  if (atom.question.has_value()) return EvaluateQuestion(*atom.question);
  if (atom.variable >= 0) {
    const int value = assigned_[atom.variable];
    if (value >= 0) return atom.truths[value];
    Truths all = 0;
    for (const Truths truths : atom.truths) all |= truths;
    return all;
  }
  if (atom.stage < 0) return atom.truths.back();
  const Stage& stage = stages_[atom.stage];
  if (stage.kind == StageKind::kWork) return EvaluateHours(atom);
  if (stage.kind == StageKind::kScore && !stage.viewpoints->empty()) {
    const std::optional<double> score = SumOf(atom.stage, &v1::ScoreStep::points);
    return score.has_value() ? TruthOfNumber(atom, stage.facts[0], *score) : kTrue | kFalse;
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

std::optional<double> PolicyModel::SumOf(int index, double (v1::ScoreStep::*part)() const) const {
  const StageRules& rules = stage_rules_[index];
  double sum = 0;
  for (size_t i = 0; i < rules.steps.size(); ++i) {
    for (size_t j = 0; j < rules.steps[i].size(); ++j) {
      const Truths truths = Evaluate(formulas_[rules.steps[i][j]]);
      if (truths == kFalse) continue;
      if (truths != kTrue && truths != kUnknown) return std::nullopt;
      if (truths == kTrue) {
        const auto& steps = (*stages_[index].viewpoints)[static_cast<int>(i)].steps();
        sum += (steps[static_cast<int>(j)].*part)();
      }
      break;
    }
  }
  return sum;
}

std::optional<PolicyModel::Hours> PolicyModel::ExpectedHours() const {
  const uint64_t classes = PossibleClasses(touch_);
  const std::vector<std::string>& names = stage_rules_[touch_].classes;
  const auto only = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
    return classes == uint64_t{1} << (&name - names.data());
  });
  if (only == names.end() && classes != uint64_t{1} << names.size()) return std::nullopt;
  const std::optional<double> added = SumOf(touch_score_, &v1::ScoreStep::hours);
  if (!added.has_value()) return std::nullopt;
  v1::Classification classification;
  if (only != names.end()) classification.set_touch(*only);
  classification.mutable_touch_score()->add_contributions()->set_hours(*added);
  const auto work = EstimateWork(policy_, classification, v1::Account());
  if (!work.has_value()) return Hours();
  return Hours{.known = true, .total = work->total_hours()};
}

Truths PolicyModel::TruthOfNumber(const Atom& atom, const std::string& fact, double number) const {
  const auto [it, added] = atom.by_number.emplace(number, 0);
  if (added) it->second = TruthOf(*atom.rule, fact, rule::NumberValue(number));
  return it->second;
}

Truths PolicyModel::EvaluateHours(const Atom& atom) const {
  const std::optional<Hours> hours = ExpectedHours();
  if (!hours.has_value()) return kTrue | kFalse | kUnknown;
  if (!hours->known) return atom.truths.back();
  return TruthOfNumber(atom, stages_[atom.stage].facts[0], hours->total);
}

const std::optional<type::v1::Value>* PolicyModel::Assigned(const std::string& fact) const {
  const auto variable = variable_of_.find(fact);
  if (variable == variable_of_.end() || assigned_[variable->second] < 0) return nullptr;
  return &variables_[variable->second].values[assigned_[variable->second]];
}

bool PolicyModel::SetsAreFilled() const {
  for (const WordSet& set : sets_) {
    const auto is = [this](int value) {
      return [this, value](int word) { return assigned_[word] == value; };
    };
    // What is in a set that is not known makes no difference: it is tried in one way only.
    const bool idle = assigned_[set.known] == kNotKnown;
    if (idle && std::any_of(set.words.begin(), set.words.end(), is(kIn))) return false;
    if (set.may_be_empty || assigned_[set.known] != kKnown) continue;
    if (std::all_of(set.words.begin(), set.words.end(), is(kOut))) return false;
  }
  return true;
}

bool PolicyModel::CountFitsProducts(const std::string& products_fact,
                                    const std::string& count_fact) const {
  const auto products = variable_of_.find(products_fact);
  const auto* count = Assigned(count_fact);
  if (products == variable_of_.end() || count == nullptr) return true;
  const int known = assigned_[products->second];
  if (known < 0) return true;
  if (known == kNotKnown || !count->has_value()) return (known == kKnown) == count->has_value();
  const WordSet& set = sets_[variables_[products->second].set];
  int in = 0;
  int open = 0;
  for (const int word : set.words) {
    in += assigned_[word] == kIn ? 1 : 0;
    open += assigned_[word] < 0 ? 1 : 0;
  }
  const bool others = assigned_[set.words.back()] != kOut;
  const int number = static_cast<int>((*count)->number());
  return number >= in && (others || number <= in + open);
}

bool PolicyModel::CostFitsHours() const {
  // Without classes the hours may be any.
  if (touch_ < 0) return true;
  const auto* cost = Assigned(kCostFact);
  if (cost == nullptr || !cost->has_value()) return true;
  const auto* revenue = Assigned(kRevenueFact);
  if (!policy_.has_hour_cost() || (revenue != nullptr && !revenue->has_value())) return false;
  const std::optional<Hours> hours = ExpectedHours();
  return !hours.has_value() || hours->known;
}

bool PolicyModel::IsPossible() const {
  for (const ProductFacts& facts : kProductFacts) {
    if (!CountFitsProducts(facts.products, facts.count)) return false;
  }
  return SetsAreFilled() && CostFitsHours();
}

void PolicyModel::AddVariable(int variable, std::vector<int>* variables) const {
  if (std::find(variables->begin(), variables->end(), variable) != variables->end()) return;
  variables->push_back(variable);
  if (variables_[variable].fact != kCostFact || touch_ < 0) return;
  AddVariablesOfStage(touch_, variables);
  AddVariablesOfStage(touch_score_, variables);
  const auto revenue = variable_of_.find(kRevenueFact);
  if (revenue != variable_of_.end()) AddVariable(revenue->second, variables);
}

void PolicyModel::AddVariablesOf(const Formula& formula, std::vector<int>* variables) const {
  for (const Formula& part : formula.parts) AddVariablesOf(part, variables);
  if (formula.op != Op::kAtom) return;
  const Atom& atom = atoms_[formula.atom];
  if (atom.variable >= 0) AddVariable(atom.variable, variables);
  if (atom.question.has_value() && !atom.question->only_known) {
    const SetQuestion& question = *atom.question;
    for (const int word : question.whole ? sets_[question.set].words : question.words) {
      AddVariable(word, variables);
    }
  }
  if (atom.stage < 0) return;
  if (stages_[atom.stage].kind == StageKind::kWork) {
    AddVariablesOfStage(touch_, variables);
    AddVariablesOfStage(touch_score_, variables);
  } else {
    AddVariablesOfStage(atom.stage, variables);
  }
}

void PolicyModel::AddVariablesOfStage(int stage, std::vector<int>* variables) const {
  const StageRules& rules = stage_rules_[stage];
  for (const int part : rules.formulas) AddVariablesOf(formulas_[part], variables);
  for (const std::vector<int>& steps : rules.steps) {
    for (const int part : steps) AddVariablesOf(formulas_[part], variables);
  }
  if (rules.variable >= 0) AddVariable(rules.variable, variables);
}

bool PolicyModel::Search(const std::vector<int>& variables, size_t next,
                         const std::function<bool()>& goal) {
  if (++visits_ > kMaxVisits || looks_ > kMaxLooks) {
    too_complex_ = true;
    return false;
  }
  if (!IsPossible() || !goal()) return false;
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

std::string PolicyModel::SetText(const WordSet& set) const {
  std::vector<std::string> words;
  std::vector<std::string> open;
  for (const int word : set.words) {
    if (assigned_[word] == kIn) words.push_back(variables_[word].word);
    if (assigned_[word] < 0) open.push_back(variables_[word].word);
  }
  size_t size = set.may_be_empty ? 0 : 1;
  if (const ProductFacts* facts = ProductFactsOf(variables_[set.known].fact)) {
    const auto* count = Assigned(facts->count);
    if (count != nullptr && count->has_value()) size = static_cast<size_t>((*count)->number());
  }
  // Words that make no difference, where the set must have more: the unnamed one stands for many.
  const bool others = assigned_[set.words.back()] < 0;
  while (words.size() < size && !open.empty()) {
    words.push_back(open.back());
    open.pop_back();
    if (others) break;
  }
  return rule::ValueText(rule::TextSetValue(words));
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
    if (fact.set >= 0) {
      known.push_back(assigned_[variable] == kKnown
                          ? absl::StrCat(fact.fact, " = ", SetText(sets_[fact.set]))
                          : absl::StrCat(fact.fact, " unknown"));
      continue;
    }
    const auto& value = fact.values[assigned_[variable]];
    known.push_back(value.has_value() ? absl::StrCat(fact.fact, " = ", rule::ValueText(*value))
                                      : absl::StrCat(fact.fact, " unknown"));
  }
  return known.empty() ? "anything" : absl::StrJoin(known, ", ");
}

}  // namespace banso::accounts

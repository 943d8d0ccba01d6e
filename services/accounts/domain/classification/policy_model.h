#ifndef BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_POLICY_MODEL_H_
#define BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_POLICY_MODEL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "banso/accounts/v1/classification_policy.pb.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/value.pb.h"
#include "common/rule/catalog.h"
#include "services/accounts/domain/classification/local_rule.h"
#include "services/accounts/domain/classification/stages.h"
#include "services/accounts/domain/classification/truths.h"

// A policy as a search problem: what can be known of an account, and which rules then hold. Every
// fact takes only the values that tell comparisons apart, and a set of words is decided word by
// word, so the search is exact: classes, scores and expected hours are worked out, and how many
// products there are goes with which they are. Free is only whether the work costs more than the
// revenue, where hours and the cost of an hour are known: that hangs on amounts and their currency.
namespace banso::accounts {

class PolicyModel {
 public:
  // `policy` has passed CheckPolicy and must outlive the model.
  PolicyModel(const v1::ClassificationPolicy& policy,
              const std::vector<fact::v1::FactType>& attributes);

  // A rule over facts as they are, which no class is decided for. Points to its condition.
  struct PlainRule {
    // Below the policy, such as `rules[1]`.
    std::string path;
    // What it says.
    std::string value;
    const type::v1::Condition* when = nullptr;
  };
  // Such rules as one list; nothing is decided before them, and every fact of `catalog` can have
  // every value. The conditions must outlive the model.
  PolicyModel(const std::vector<PlainRule>& rules, rule::FactCatalog catalog);

  const std::vector<Stage>& stages() const { return stages_; }

  // One rule that decides together with others of its list: a class rule, or a step of a viewpoint.
  struct Rule {
    // Below the policy, such as `segments[1]` or `touch_score_axes[0].steps[2]`.
    std::string path;
    // The class that it gives; empty for a step.
    std::string value;
    bool takes_precedence = false;
    // Index into the formulas.
    int formula = 0;
    std::string text;
  };
  // Rules of which the first true one decides.
  struct List {
    std::vector<Rule> rules;
    // An unknown rule lets the next ones try (class rules) or ends the list (steps).
    bool unknown_passes_on = true;
  };
  const std::vector<List>& lists() const { return lists_; }

  // Whether a search has given up.
  bool too_complex() const { return too_complex_; }

  // What a formula can come out as, given what has been assigned so far. With all its variables
  // assigned it is one truth value.
  Truths Possible(int formula) const;

  // Looks for an account for which `goal` holds: `goal` says whether it may still hold, by
  // Possible, and is asked again and again with more and more assigned. `formulas` are those that
  // it asks about. The account as one line, such as `account.employees = 1500`; nothing if there is
  // none.
  std::optional<std::string> Find(const std::vector<int>& formulas,
                                  const std::function<bool()>& goal);

 private:
  struct Variable {
    // Empty for the draw of an experiment, and for a word of a set.
    std::string fact;
    std::vector<std::optional<type::v1::Value>> values;
    // Of a fact that is a set of words, which is known or not (kKnown, kNotKnown): its index.
    int set = -1;
    // Of a word of a set, which is in it or not (kIn, kOut).
    std::string word;
  };
  // A fact that is a set of words.
  struct WordSet {
    int known = -1;
    // The variables of its words; the last one stands for all that no rule names.
    std::vector<int> words;
    bool may_be_empty = true;
  };
  // What a comparison asks of a set.
  struct SetQuestion {
    int set = -1;
    // Whether it is known at all, and nothing else.
    bool only_known = false;
    // Whether it consists of these words; else whether it has one of them.
    bool whole = false;
    bool negated = false;
    std::vector<int> words;
    Truths when_unknown = 0;
  };
  struct Atom {
    int variable = -1;
    int stage = -1;
    // By the index of the variable's value; for a stage with classes, by class and at last none.
    std::vector<Truths> truths;
    // For sets of words.
    std::optional<SetQuestion> question;
    // For scores.
    std::optional<LocalRule> rule;
    mutable std::map<double, Truths> by_number;
  };
  enum class Op { kAlways, kAll, kAny, kNot, kAtom };
  struct Formula {
    Op op = Op::kAlways;
    std::vector<Formula> parts;
    int atom = -1;
  };
  struct StageRules {
    // Formulas of the class rules, of the experiment's eligibility, or of the steps by viewpoint.
    std::vector<int> formulas;
    std::vector<std::vector<int>> steps;
    std::vector<std::string> classes;
    // The draw of an experiment.
    int variable = -1;
  };

  void AddVariables(const std::vector<PolicyCondition>& conditions);
  void AddSet(const std::string& fact, const std::vector<const type::v1::Condition*>& uses);
  void AddStage(int index);
  int AddFormula(const type::v1::Condition* condition);
  Formula Build(const type::v1::Condition& condition);
  int AddAtom(const type::v1::Condition& condition);
  Truths Evaluate(const Formula& formula) const;
  Truths EvaluateAtom(const Atom& atom) const;
  SetQuestion QuestionOf(const type::v1::Condition& condition, int set) const;
  Truths EvaluateQuestion(const SetQuestion& question) const;
  // The classes that a stage can still give, one bit each, the highest for none.
  uint64_t PossibleClasses(int stage) const;
  // What the steps of a score's viewpoints that count add up to, once everything that it depends on
  // is assigned.
  std::optional<double> SumOf(int stage, double (v1::ScoreStep::*part)() const) const;
  // Whether the expected hours are known, and how many they are: nothing while that is open.
  struct Hours {
    bool known = false;
    double total = 0;
  };
  std::optional<Hours> ExpectedHours() const;
  // What a comparison comes out as for a number.
  Truths TruthOfNumber(const Atom& atom, const std::string& fact, double number) const;
  Truths EvaluateHours(const Atom& atom) const;
  void LetCountsFollowProducts();
  // False when no account has all that has been assigned so far.
  bool IsPossible() const;
  bool SetsAreFilled() const;
  bool CountFitsProducts(const std::string& products, const std::string& count) const;
  bool CostFitsHours() const;
  void AddVariable(int variable, std::vector<int>* variables) const;
  void AddVariablesOf(const Formula& formula, std::vector<int>* variables) const;
  void AddVariablesOfStage(int stage, std::vector<int>* variables) const;
  // The set as an account with all that has been assigned may have it.
  std::string SetText(const WordSet& set) const;
  // The value that a fact has been assigned; null while it is open, or when no rule reads it.
  const std::optional<type::v1::Value>* Assigned(const std::string& fact) const;
  bool Search(const std::vector<int>& variables, size_t next, const std::function<bool()>& goal);
  Truths TruthOf(const LocalRule& rule, const std::string& fact,
                 const std::optional<type::v1::Value>& value) const;

  const v1::ClassificationPolicy& policy_;
  std::vector<Stage> stages_;
  // Of touch, touch score and work.
  int touch_ = -1;
  int touch_score_ = -1;
  rule::FactCatalog catalog_;
  std::vector<Variable> variables_;
  std::map<std::string, int> variable_of_;
  std::vector<WordSet> sets_;
  std::vector<Atom> atoms_;
  std::vector<Formula> formulas_;
  std::vector<StageRules> stage_rules_;
  std::vector<List> lists_;
  // By variable: the index of its value; -1 while it is open.
  std::vector<int> assigned_;
  int64_t visits_ = 0;
  // How many comparisons were looked at.
  mutable int64_t looks_ = 0;
  bool too_complex_ = false;
};

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_DOMAIN_CLASSIFICATION_POLICY_MODEL_H_

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/accounts/domain/classification/policy_model.h"
#include "services/accounts/domain/intake.h"

namespace banso::accounts {
namespace {

using contract::Violations;

std::string VerdictName(v1::IntakeVerdict verdict) {
  absl::string_view word = v1::IntakeVerdict_Name(verdict);
  absl::ConsumePrefix(&word, "INTAKE_VERDICT_");
  return std::string(word);
}

// All rules that are true count, so each is looked at beside the stricter ones, wherever they
// stand.
class AcceptanceInspector {
 public:
  AcceptanceInspector(const v1::AcceptancePolicy& policy, PolicyModel& model,
                      absl::string_view field, Violations* violations)
      : policy_(policy), model_(model), field_(field), violations_(*violations) {}

  void Inspect(int index) {
    stricter_.clear();
    for (int i = 0; i < policy_.rules_size(); ++i) {
      if (policy_.rules(i).verdict() > policy_.rules(index).verdict()) stricter_.push_back(i);
    }
    const auto holds = [&] { return May(index, kTrue); };
    const auto decides = [&] {
      return holds() && std::all_of(stricter_.begin(), stricter_.end(),
                                    [&](int i) { return May(i, kFalse | kUnknown); });
    };
    if (Find(index, decides).has_value() || model_.too_complex()) return;
    const auto example = Find(index, holds);
    if (example.has_value()) {
      Add(index,
          absl::StrCat("a rule whose verdict counts for some customer; one with ", *example,
                       " meets it but is ", OutvotedBy(), " already"),
          "OUTVOTED");
      return;
    }
    const auto any = Find(index, [&] { return May(index, kFalse | kUnknown); });
    Add(index,
        absl::StrCat("a condition that can be true; this one is not for a customer with ",
                     any.value_or("anything"), ", nor for any other"),
        "NEVER_TRUE");
  }

 private:
  const PolicyModel::Rule& rule(int i) const {
    return model_.lists().front().rules[static_cast<size_t>(i)];
  }
  bool May(int i, Truths truths) const { return (model_.Possible(rule(i).formula) & truths) != 0; }

  std::optional<std::string> Find(int index, const std::function<bool()>& goal) {
    std::vector<int> formulas = {rule(index).formula};
    for (const int i : stricter_) formulas.push_back(rule(i).formula);
    return model_.Find(formulas, goal);
  }

  // The stricter rule that the customer found last meets.
  std::string OutvotedBy() const {
    const auto first = std::find_if(stricter_.begin(), stricter_.end(),
                                    [&](int i) { return !May(i, kFalse | kUnknown); });
    if (first == stricter_.end()) return "outvoted";
    return absl::StrCat(VerdictName(policy_.rules(*first).verdict()), " by ", rule(*first).path);
  }

  void Add(int index, absl::string_view accepted, absl::string_view reason) {
    violations_.Add(absl::StrCat(field_, ".", rule(index).path), rule(index).text, accepted,
                    reason);
  }

  const v1::AcceptancePolicy& policy_;
  PolicyModel& model_;
  const std::string field_;
  Violations& violations_;
  std::vector<int> stricter_;
};

}  // namespace

void FindContradictions(const v1::AcceptancePolicy& policy,
                        const std::vector<fact::v1::FactType>& types, absl::string_view field,
                        Violations* violations) {
  std::vector<PolicyModel::PlainRule> rules;
  for (int i = 0; i < policy.rules_size(); ++i) {
    const v1::AcceptanceRule& rule = policy.rules(i);
    rules.push_back({absl::StrCat("rules[", i, "]"), VerdictName(rule.verdict()), &rule.when()});
  }
  PolicyModel model(rules, AcceptanceCatalog(types));
  AcceptanceInspector inspector(policy, model, field, violations);
  for (int i = 0; i < policy.rules_size() && !model.too_complex(); ++i) inspector.Inspect(i);
  if (!model.too_complex()) return;
  violations->Add(field, "",
                  "rules that read fewer facts together: these are too many to be checked for "
                  "contradictions",
                  "TOO_COMPLEX");
}

}  // namespace banso::accounts

#include "services/accounts/domain/classification/contradictions.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/accounts/domain/classification/policy_model.h"

namespace banso::accounts {
namespace {

using contract::Violations;
using Rule = PolicyModel::Rule;
using List = PolicyModel::List;

// Looks for contradictions within one list of rules.
class Inspector {
 public:
  Inspector(PolicyModel& model, const List& list, absl::string_view field, Violations* violations)
      : model_(model), list_(list), field_(field), violations_(*violations) {}

  void Inspect() {
    for (size_t i = 0; i < list_.rules.size(); ++i) {
      decides_.push_back(CheckReach(i));
      if (decides_.back()) CheckOverlaps(i);
    }
  }

 private:
  const Rule& rule(size_t i) const { return list_.rules[i]; }
  bool May(size_t i, Truths truths) const {
    return (model_.Possible(rule(i).formula) & truths) != 0;
  }
  // Whether the rules before this one may all let it try.
  bool MayReach(size_t i) const {
    const Truths passes = list_.unknown_passes_on ? kFalse | kUnknown : kFalse;
    for (size_t k = 0; k < i; ++k) {
      if (!May(k, passes)) return false;
    }
    return true;
  }

  std::optional<std::string> Find(size_t first, size_t second, size_t last,
                                  const std::function<bool()>& goal) {
    std::vector<int> formulas = {rule(first).formula, rule(second).formula};
    for (size_t k = 0; k < last; ++k) formulas.push_back(rule(k).formula);
    return model_.Find(formulas, goal);
  }

  // What decides before rule `i` for the account that was found last.
  std::string DecidedBy(size_t i) const {
    for (size_t k = 0; k < i; ++k) {
      if (!May(k, kTrue)) continue;
      const std::string what = rule(k).value.empty() ? "counted" : rule(k).value;
      return absl::StrCat(what, " by ", rule(k).path);
    }
    return "not decided for want of facts";
  }

  // Whether rule `i` decides for some account.
  bool CheckReach(size_t i) {
    if (Find(i, i, i, [&] { return May(i, kTrue) && MayReach(i); }).has_value()) return true;
    if (model_.too_complex()) return false;
    const std::string path = absl::StrCat(field_, ".", rule(i).path);
    const auto example = Find(i, i, i, [&] { return May(i, kTrue); });
    if (example.has_value()) {
      violations_.Add(path, rule(i).text,
                      absl::StrCat("a rule that decides for some account; one with ", *example,
                                   " meets it but is ", DecidedBy(i), " already"),
                      "SHADOWED");
      return false;
    }
    const auto any = Find(i, i, 0, [&] { return May(i, kFalse | kUnknown); });
    violations_.Add(
        path, rule(i).text,
        absl::StrCat("a condition that can be true; this one is not for an account with ",
                     any.value_or("anything"), ", nor for any other"),
        "NEVER_TRUE");
    return false;
  }

  // Whether an earlier rule of another class holds for some of the accounts of rule `j`, each
  // having accounts of its own.
  void CheckOverlaps(size_t j) {
    for (size_t i = 0; i < j; ++i) {
      const bool by_intent = rule(i).takes_precedence || rule(i).value == rule(j).value;
      if (by_intent || !decides_[i] || !list_.unknown_passes_on) continue;
      const auto decides_first = [&] { return May(i, kTrue) && MayReach(i); };
      if (!Find(i, j, i, [&] { return decides_first() && May(j, kFalse); }).has_value()) continue;
      if (!Find(j, i, j, [&] {
             return May(j, kTrue) && MayReach(j) && May(i, kFalse);
           }).has_value()) {
        continue;
      }
      const auto both = Find(i, j, i, [&] { return decides_first() && May(j, kTrue); });
      if (!both.has_value()) continue;
      violations_.Add(absl::StrCat(field_, ".", rule(j).path), rule(j).text,
                      absl::StrCat("classes that do not overlap, or `takes_precedence` on ",
                                   rule(i).path, "; an account with ", *both, " is ", rule(i).value,
                                   " by ", rule(i).path, " and ", rule(j).value,
                                   " by this rule, and neither is a special case of the other"),
                      "OVERLAP");
      return;
    }
  }

  PolicyModel& model_;
  const List& list_;
  const std::string field_;
  Violations& violations_;
  std::vector<bool> decides_;
};

}  // namespace

void FindContradictions(const v1::ClassificationPolicy& policy,
                        const std::vector<fact::v1::FactType>& attributes, absl::string_view field,
                        Violations* violations) {
  PolicyModel model(policy, attributes);
  for (const List& list : model.lists()) {
    if (model.too_complex()) break;
    Inspector(model, list, field, violations).Inspect();
  }
  if (model.too_complex()) {
    violations->Add(field, "",
                    "rules that read fewer facts together: these are too many to be checked for "
                    "contradictions",
                    "TOO_COMPLEX");
  }
}

}  // namespace banso::accounts

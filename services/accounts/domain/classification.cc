#include "services/accounts/domain/classification.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"
#include "common/rule/value.h"
#include "services/accounts/domain/account.h"
#include "services/accounts/domain/fact_types.h"

namespace banso::accounts {
namespace {

using type::v1::Condition;
using v1::Classification;
using v1::ClassificationPolicy;
using v1::ClassificationReason;

// Stands for the account that is being classified, so that the keys of readings are made once.
constexpr char kSubject[] = "accounts/a";

// The axes in the order in which they are decided, with the field of the policy that holds their
// rules and the fact that tells their result.
struct AxisField {
  const char* name;
  const char* field;
  const char* fact;
  const google::protobuf::RepeatedPtrField<v1::ClassRule>& (ClassificationPolicy::*rules)() const;
  const std::string& (Classification::*value)() const;
};
constexpr std::array<AxisField, 5> kAxes = {{
    {"segment", "segments", "account.segment", &ClassificationPolicy::segments,
     &Classification::segment},
    {"tier", "tiers", "account.tier", &ClassificationPolicy::tiers, &Classification::tier},
    {"potential_tier", "potential_tiers", "account.potential_tier",
     &ClassificationPolicy::potential_tiers, &Classification::potential_tier},
    {"touch", "touches", "account.touch", &ClassificationPolicy::touches, &Classification::touch},
    {"team", "teams", "account.team", &ClassificationPolicy::teams, &Classification::team},
}};

void SetAxis(const std::string& axis, const std::string& value, Classification* classification) {
  if (axis == "segment") classification->set_segment(value);
  if (axis == "tier") classification->set_tier(value);
  if (axis == "potential_tier") classification->set_potential_tier(value);
  if (axis == "touch") classification->set_touch(value);
  if (axis == "team") classification->set_team(value);
}

// One place in a condition that reads a fact; `compare` is null for `known`.
struct FactUse {
  const type::v1::FactRef& ref;
  const type::v1::Comparison* compare;
  std::string path;
};

void VisitUses(const Condition& condition, const std::string& path,
               absl::FunctionRef<void(const FactUse&)> visit) {
  switch (condition.kind_case()) {
    case Condition::kAll:
      for (int i = 0; i < condition.all().conditions_size(); ++i) {
        VisitUses(condition.all().conditions(i), absl::StrCat(path, ".all.conditions[", i, "]"),
                  visit);
      }
      break;
    case Condition::kAny:
      for (int i = 0; i < condition.any().conditions_size(); ++i) {
        VisitUses(condition.any().conditions(i), absl::StrCat(path, ".any.conditions[", i, "]"),
                  visit);
      }
      break;
    case Condition::kNot:
      VisitUses(condition.not_(), absl::StrCat(path, ".not"), visit);
      break;
    case Condition::kCompare:
      visit({condition.compare().fact(), &condition.compare(), absl::StrCat(path, ".compare")});
      break;
    case Condition::kCount:
      visit({condition.count().each().fact(), &condition.count().each(),
             absl::StrCat(path, ".count.each")});
      break;
    case Condition::kKnown:
      visit({condition.known(), nullptr, absl::StrCat(path, ".known")});
      break;
    case Condition::KIND_NOT_SET:
      break;
  }
}

// Calls `visit` for every use of a fact in the policy, with the axis whose rule it is.
void VisitPolicy(const ClassificationPolicy& policy, absl::string_view field,
                 absl::FunctionRef<void(const AxisField&, const FactUse&)> visit) {
  for (const AxisField& axis : kAxes) {
    const auto& rules = (policy.*axis.rules)();
    for (int i = 0; i < rules.size(); ++i) {
      if (!rules[i].has_when()) continue;
      VisitUses(rules[i].when(), absl::StrCat(field, ".", axis.field, "[", i, "].when"),
                [&](const FactUse& use) { visit(axis, use); });
    }
  }
}

fact::v1::FactType AttributeType(const std::string& fact, type::v1::ValueType type) {
  fact::v1::FactType result;
  result.set_name(fact);
  result.set_value_type(type);
  result.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
  return result;
}

// The facts that the policy's rules may use: those of accounts, and the attributes that the policy
// itself compares. One that it only asks to be known may be of any type.
rule::FactCatalog CatalogFor(const ClassificationPolicy& policy,
                             const std::vector<fact::v1::FactType>& attributes) {
  rule::FactCatalog catalog;
  for (fact::v1::FactType& type : FactTypes()) {
    if (type.subject() == fact::v1::SUBJECT_KIND_ACCOUNT) catalog.Add(std::move(type));
  }
  for (const fact::v1::FactType& type : attributes) catalog.Add(type);
  const auto add = [&](const FactUse& use, type::v1::ValueType type) {
    if (IsAttributeFact(use.ref.fact()) && catalog.Find(use.ref.fact()) == nullptr) {
      catalog.Add(AttributeType(use.ref.fact(), type));
    }
  };
  VisitPolicy(policy, "", [&](const AxisField&, const FactUse& use) {
    const bool compared = use.compare != nullptr && use.compare->values_size() > 0;
    if (compared) add(use, rule::TypeOf(use.compare->values(0)));
  });
  VisitPolicy(policy, "",
              [&](const AxisField&, const FactUse& use) { add(use, type::v1::VALUE_TYPE_TEXT); });
  return catalog;
}

int AxisDecidedBy(const std::string& fact) {
  for (size_t i = 0; i < kAxes.size(); ++i) {
    if (fact == kAxes[i].fact) return static_cast<int>(i);
  }
  return -1;
}

void CheckUse(const AxisField& axis, const FactUse& use, contract::Violations* violations) {
  const int present = static_cast<int>(&axis - kAxes.data());
  if (AxisDecidedBy(use.ref.fact()) >= present) {
    violations->Add(use.path, use.ref.fact(),
                    absl::StrCat("a fact that is decided before ", axis.name), "DECIDED_LATER");
  }
  const bool over_time = use.ref.has_window() || use.ref.has_max_age() ||
                         (use.compare != nullptr && use.compare->has_sustained());
  if (over_time) {
    violations->Add(use.path, "", "no window, age or sustained time: rules read present values",
                    "NOT_OVER_TIME");
  }
}

// What the parts of an explanation read, and why they are unknown.
void CollectReadings(const type::v1::Explanation& explanation, ClassificationReason* reason) {
  const auto add = [&](const std::string& line) {
    auto* lines = reason->mutable_readings();
    if (!line.empty() && std::find(lines->begin(), lines->end(), line) == lines->end()) {
      lines->Add(std::string(line));
    }
  };
  if (!explanation.fact().empty()) {
    if (explanation.unknown_because().empty()) {
      add(explanation.reading());
    } else {
      add(absl::StrCat(explanation.fact(), " is unknown: ", explanation.unknown_because()));
    }
  }
  for (const type::v1::Explanation& part : explanation.parts()) CollectReadings(part, reason);
}

}  // namespace

void CheckPolicy(const ClassificationPolicy& policy,
                 const std::vector<fact::v1::FactType>& attributes, absl::string_view field,
                 contract::Violations* violations) {
  const rule::FactCatalog catalog = CatalogFor(policy, attributes);
  for (const AxisField& axis : kAxes) {
    const auto& rules = (policy.*axis.rules)();
    for (int i = 0; i < rules.size(); ++i) {
      if (!rules[i].has_when()) continue;
      rule::CheckCondition(rules[i].when(), catalog,
                           absl::StrCat(field, ".", axis.field, "[", i, "].when"), violations);
    }
  }
  VisitPolicy(policy, field,
              [&](const AxisField& axis, const FactUse& use) { CheckUse(axis, use, violations); });
}

Classifier::Classifier(ClassificationPolicy policy)
    : policy_(std::move(policy)), catalog_(CatalogFor(policy_, {})) {
  for (const AxisField& axis : kAxes) AddAxis(axis.name, (policy_.*axis.rules)());
}

void Classifier::AddAxis(const char* name,
                         const google::protobuf::RepeatedPtrField<v1::ClassRule>& rules) {
  if (rules.empty()) return;
  rule::Moment moment;
  moment.account = kSubject;
  Axis& axis = axes_.emplace_back();
  axis.name = name;
  for (const v1::ClassRule& class_rule : rules) {
    Rule& rule = axis.rules.emplace_back();
    rule.rule = &class_rule;
    rule.text = class_rule.has_when() ? rule::Print(class_rule.when()) : "always";
    if (!class_rule.has_when()) continue;
    for (const rule::FactRead& read : rule::Reads(class_rule.when(), moment, catalog_)) {
      rule.reads.emplace_back(read.query.fact(), rule::Key(read));
    }
  }
}

rule::Readings Classifier::ReadingsFor(const Rule& rule, const FactValues& facts) const {
  rule::Readings readings;
  for (const auto& [fact, key] : rule.reads) {
    fact::v1::FactReading& reading = readings[key];
    reading.set_subject(kSubject);
    reading.set_fact(fact);
    const auto value = facts.find(fact);
    if (value == facts.end()) {
      reading.set_unknown(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
      continue;
    }
    *reading.mutable_value() = value->second;
    reading.set_count(1);
  }
  return readings;
}

ClassificationReason Classifier::Decide(const Axis& axis, const rule::Moment& moment,
                                        const FactValues& facts) const {
  ClassificationReason reason;
  reason.set_axis(axis.name);
  for (const Rule& rule : axis.rules) {
    type::v1::Truth result = type::v1::TRUTH_TRUE;
    if (rule.rule->has_when()) {
      const type::v1::Explanation explanation =
          rule::Evaluate(rule.rule->when(), moment, catalog_, ReadingsFor(rule, facts));
      result = explanation.result();
      CollectReadings(explanation, &reason);
    }
    if (result == type::v1::TRUTH_TRUE) {
      reason.set_value(rule.rule->value());
      reason.set_rule(rule.text);
      return reason;
    }
    if (result == type::v1::TRUTH_UNKNOWN) {
      reason.add_readings(absl::StrCat(rule.rule->value(), " is not decided: ", rule.text));
    }
  }
  reason.set_rule("no rule is true");
  return reason;
}

Classification Classifier::Classify(const v1::Account& account, absl::Time now) const {
  Classification result;
  result.set_policy(contract::JoinRevision(policy_.name(), policy_.revision().number()));
  rule::Moment moment;
  moment.as_of = now;
  moment.time_zone = ZoneOf(account);
  moment.account = kSubject;
  FactValues facts = FactsOf(account);
  for (const AxisField& axis : kAxes) facts.erase(axis.fact);
  for (const Axis& axis : axes_) {
    ClassificationReason reason = Decide(axis, moment, facts);
    if (!reason.value().empty()) {
      facts[absl::StrCat("account.", axis.name)] = rule::TextValue(reason.value());
      SetAxis(axis.name, reason.value(), &result);
    }
    *result.add_reasons() = std::move(reason);
  }
  const Classification& present = account.classification();
  *result.mutable_classify_time() = present.classify_time();
  if (contract::DeterministicBytes(result) == contract::DeterministicBytes(present)) return present;
  *result.mutable_classify_time() = calendar::ToTimestamp(now);
  return result;
}

bool SameClass(const Classification& a, const Classification& b) {
  return std::all_of(kAxes.begin(), kAxes.end(),
                     [&](const AxisField& axis) { return (a.*axis.value)() == (b.*axis.value)(); });
}

}  // namespace banso::accounts

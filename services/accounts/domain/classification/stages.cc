#include "services/accounts/domain/classification/stages.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rule/value.h"
#include "services/accounts/domain/fact_types.h"

namespace banso::accounts {
namespace {

using type::v1::Condition;
using v1::ClassificationPolicy;

using ClassRules = google::protobuf::RepeatedPtrField<v1::ClassRule>;

Stage RulesStage(const char* name, const char* field, const ClassRules& rules) {
  Stage stage;
  stage.name = name;
  stage.field = field;
  stage.facts = {absl::StrCat("account.", name)};
  stage.rules = &rules;
  return stage;
}

Stage ScoreStage(const char* name, const char* field,
                 const google::protobuf::RepeatedPtrField<v1::ScoreAxis>& viewpoints) {
  Stage stage;
  stage.kind = StageKind::kScore;
  stage.name = name;
  stage.field = field;
  stage.facts = {absl::StrCat("account.", name)};
  stage.viewpoints = &viewpoints;
  return stage;
}

Stage CustomStage(const v1::CustomAxis& axis, int index) {
  Stage stage;
  stage.kind = axis.arms_size() > 0 ? StageKind::kArms : StageKind::kRules;
  stage.name = axis.key();
  stage.field =
      absl::StrCat("custom_axes[", index, "]", stage.kind == StageKind::kRules ? ".rules" : "");
  stage.facts = {AxisFact(axis.key())};
  stage.rules = &axis.rules();
  stage.custom = &axis;
  return stage;
}

Stage WorkStage() {
  Stage stage;
  stage.kind = StageKind::kWork;
  stage.name = "work";
  stage.facts = {"account.expected_hours", "account.cost_exceeds_revenue"};
  return stage;
}

fact::v1::FactType AccountFact(const std::string& fact, type::v1::ValueType type) {
  fact::v1::FactType result;
  result.set_name(fact);
  result.set_value_type(type);
  result.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
  return result;
}

void AddScoreConditions(const Stage& stage, int index, const std::string& base,
                        std::vector<PolicyCondition>* conditions) {
  for (int i = 0; i < stage.viewpoints->size(); ++i) {
    const v1::ScoreAxis& viewpoint = (*stage.viewpoints)[i];
    for (int j = 0; j < viewpoint.steps_size(); ++j) {
      conditions->push_back(
          {index, &viewpoint.steps(j).when(), absl::StrCat(base, "[", i, "].steps[", j, "].when")});
    }
  }
}

}  // namespace

std::string AxisFact(absl::string_view key) { return absl::StrCat(kAxisPrefix, key); }

std::vector<Stage> StagesOf(const ClassificationPolicy& policy) {
  std::vector<Stage> stages;
  stages.push_back(RulesStage("segment", "segments", policy.segments()));
  stages.push_back(RulesStage("tier", "tiers", policy.tiers()));
  stages.push_back(
      ScoreStage("potential_score", "potential_score_axes", policy.potential_score_axes()));
  stages.push_back(RulesStage("potential_tier", "potential_tiers", policy.potential_tiers()));
  for (int i = 0; i < policy.custom_axes_size(); ++i) {
    stages.push_back(CustomStage(policy.custom_axes(i), i));
  }
  stages.push_back(ScoreStage("touch_score", "touch_score_axes", policy.touch_score_axes()));
  stages.push_back(RulesStage("touch", "touches", policy.touches()));
  stages.push_back(WorkStage());
  stages.push_back(RulesStage("team", "teams", policy.teams()));
  return stages;
}

int StageOfFact(const std::vector<Stage>& stages, absl::string_view fact) {
  for (size_t i = 0; i < stages.size(); ++i) {
    const auto& facts = stages[i].facts;
    if (std::find(facts.begin(), facts.end(), fact) != facts.end()) return static_cast<int>(i);
  }
  return -1;
}

std::vector<std::string> ClassesOf(const Stage& stage) {
  std::vector<std::string> classes;
  const auto add = [&](const std::string& value) {
    if (std::find(classes.begin(), classes.end(), value) == classes.end()) classes.push_back(value);
  };
  if (stage.kind == StageKind::kRules) {
    for (const v1::ClassRule& rule : *stage.rules) add(rule.value());
  } else if (stage.kind == StageKind::kArms) {
    for (const v1::ExperimentArm& arm : stage.custom->arms()) add(arm.value());
  }
  return classes;
}

std::vector<PolicyCondition> ConditionsOf(const std::vector<Stage>& stages,
                                          absl::string_view field) {
  std::vector<PolicyCondition> conditions;
  for (size_t i = 0; i < stages.size(); ++i) {
    const Stage& stage = stages[i];
    const int index = static_cast<int>(i);
    const std::string base = absl::StrCat(field, ".", stage.field);
    if (stage.kind == StageKind::kScore) AddScoreConditions(stage, index, base, &conditions);
    if (stage.kind == StageKind::kArms && stage.custom->has_eligible()) {
      conditions.push_back({index, &stage.custom->eligible(), absl::StrCat(base, ".eligible")});
    }
    if (stage.kind != StageKind::kRules) continue;
    for (int j = 0; j < stage.rules->size(); ++j) {
      if (!(*stage.rules)[j].has_when()) continue;
      conditions.push_back(
          {index, &(*stage.rules)[j].when(), absl::StrCat(base, "[", j, "].when")});
    }
  }
  return conditions;
}

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

rule::FactCatalog CatalogFor(const std::vector<Stage>& stages,
                             const std::vector<fact::v1::FactType>& attributes) {
  rule::FactCatalog catalog;
  for (fact::v1::FactType& type : FactTypes()) {
    if (type.subject() == fact::v1::SUBJECT_KIND_ACCOUNT) catalog.Add(std::move(type));
  }
  for (const fact::v1::FactType& type : attributes) catalog.Add(type);
  for (const Stage& stage : stages) {
    if (stage.custom == nullptr) continue;
    fact::v1::FactType type = AccountFact(stage.facts[0], type::v1::VALUE_TYPE_TEXT);
    for (const std::string& value : ClassesOf(stage)) type.add_values(value);
    catalog.Add(std::move(type));
  }
  const auto add = [&](const FactUse& use, type::v1::ValueType type) {
    if (IsAttributeFact(use.ref.fact()) && catalog.Find(use.ref.fact()) == nullptr) {
      catalog.Add(AccountFact(use.ref.fact(), type));
    }
  };
  const std::vector<PolicyCondition> conditions = ConditionsOf(stages, "");
  for (const PolicyCondition& part : conditions) {
    VisitUses(*part.condition, "", [&](const FactUse& use) {
      const bool compared = use.compare != nullptr && use.compare->values_size() > 0;
      if (compared) add(use, rule::TypeOf(use.compare->values(0)));
    });
  }
  for (const PolicyCondition& part : conditions) {
    VisitUses(*part.condition, "",
              [&](const FactUse& use) { add(use, type::v1::VALUE_TYPE_TEXT); });
  }
  return catalog;
}

}  // namespace banso::accounts

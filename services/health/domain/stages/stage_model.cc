#include "services/health/domain/stages/stage_model.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/contract/resource_name.h"
#include "common/rule/condition.h"

namespace banso::health {
namespace {

using contract::Violations;

void CheckLevelCondition(const type::v1::Condition& condition, const rule::FactCatalog& catalog,
                         const std::string& path, Violations* violations) {
  rule::CheckCondition(condition, catalog, path, violations);
  for (const std::string& fact : rule::FactsOf(condition)) {
    if (!absl::StartsWith(fact, "stage.")) continue;
    violations->Add(path, fact, "facts other than stages, which are decided by this", "CIRCULAR");
  }
}

// A pyramid stands on a level for everybody; every other level must say who is on it.
void CheckWhetherConditioned(const v1::StageModel& model, int index, const std::string& path,
                             Violations* violations) {
  const bool needed = index > 0 || model.kind() == v1::STAGE_MODEL_KIND_VALUE_LADDER;
  if (model.levels(index).has_condition() == needed) return;
  violations->Add(absl::StrCat(path, ".condition"), "",
                  needed ? "a condition" : "none: everybody is at least on a pyramid's first level",
                  needed ? "REQUIRED" : "NOT_ACCEPTED");
}

void CheckRequirements(const v1::StageModel& model, int index, const std::string& path,
                       Violations* violations) {
  const v1::StageLevel& level = model.levels(index);
  for (int i = 0; i < level.required_levels_size(); ++i) {
    const int rank = RankOf(model, level.required_levels(i));
    if (rank > 0 && rank <= index) continue;
    violations->Add(absl::StrCat(path, ".required_levels[", i, "]"), level.required_levels(i),
                    "the key of a lower level", "NOT_ACCEPTED");
  }
}

fact::v1::FactType MakeType(std::string name, type::v1::ValueType value_type,
                            const std::string& meaning) {
  fact::v1::FactType type;
  type.set_name(std::move(name));
  type.set_value_type(value_type);
  type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
  type.set_meaning(meaning);
  return type;
}

}  // namespace

void CheckStageModel(const v1::StageModel& model, const rule::FactCatalog& catalog,
                     absl::string_view field_path, Violations* violations) {
  if (model.has_applies_if()) {
    CheckLevelCondition(model.applies_if(), catalog, absl::StrCat(field_path, ".applies_if"),
                        violations);
  }
  std::set<std::string> keys;
  for (int i = 0; i < model.levels_size(); ++i) {
    const v1::StageLevel& level = model.levels(i);
    const std::string path = absl::StrCat(field_path, ".levels[", i, "]");
    if (!keys.insert(level.key()).second) {
      violations->Add(absl::StrCat(path, ".key"), level.key(), "a key that no other level has",
                      "DUPLICATE");
    }
    CheckWhetherConditioned(model, i, path, violations);
    if (level.has_condition()) {
      CheckLevelCondition(level.condition(), catalog, absl::StrCat(path, ".condition"), violations);
    }
    CheckRequirements(model, i, path, violations);
  }
}

int RankOf(const v1::StageModel& model, absl::string_view key) {
  for (int i = 0; i < model.levels_size(); ++i) {
    if (model.levels(i).key() == key) return i + 1;
  }
  return 0;
}

std::string KeyOf(const v1::StageModel& model, int rank) {
  return rank > 0 && rank <= model.levels_size() ? model.levels(rank - 1).key() : "";
}

std::string StageFact(absl::string_view model_name) {
  return absl::StrCat("stage.", absl::StrReplaceAll(contract::LastId(model_name), {{"-", "_"}}));
}

std::string StageRankFact(absl::string_view model_name) {
  return absl::StrCat(StageFact(model_name), ".rank");
}

std::string StageStuckFact(absl::string_view model_name) {
  return absl::StrCat(StageFact(model_name), ".stuck");
}

std::vector<fact::v1::FactType> TypesOf(const v1::StageModel& model) {
  fact::v1::FactType level = MakeType(StageFact(model.name()), type::v1::VALUE_TYPE_TEXT,
                                      absl::StrCat("The level of ", model.display_name(), "."));
  for (const v1::StageLevel& entry : model.levels()) level.add_values(entry.key());
  return {std::move(level),
          MakeType(StageRankFact(model.name()), type::v1::VALUE_TYPE_NUMBER,
                   absl::StrCat("The rank of the level of ", model.display_name(),
                                ", 1 for the lowest, 0 below it.")),
          MakeType(StageStuckFact(model.name()), type::v1::VALUE_TYPE_FLAG,
                   absl::StrCat("Whether it has been on its level of ", model.display_name(),
                                " for too long."))};
}

}  // namespace banso::health

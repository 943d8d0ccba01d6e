#include "services/health/api/stages/stage_evaluation.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/contract/resource_name.h"
#include "common/rule/evaluate.h"
#include "common/status_macros.h"
#include "services/health/store/evaluations.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Writer;
using type::v1::Condition;
using type::v1::Explanation;

std::string PlacementName(const std::string& account, const std::string& model) {
  return contract::Join(account, "placements", contract::LastId(model));
}

// The model's conditions: applicability, then the levels; null where there is none.
std::vector<const Condition*> ConditionsOf(const v1::StageModel& model) {
  std::vector<const Condition*> conditions;
  conditions.push_back(model.has_applies_if() ? &model.applies_if() : nullptr);
  for (const v1::StageLevel& level : model.levels()) {
    conditions.push_back(level.has_condition() ? &level.condition() : nullptr);
  }
  return conditions;
}

}  // namespace

absl::StatusOr<StageJudgement> JudgeStages(const AccountEvaluation& account, StoreFactReader& facts,
                                           const v1::StageModel& model,
                                           const rule::FactCatalog& catalog, absl::Time time) {
  BANSO_ASSIGN_OR_RETURN(const rule::Moment moment, account.LatestMoment({.time = time}));
  const std::vector<const Condition*> conditions = ConditionsOf(model);
  std::vector<rule::FactRead> reads;
  for (const Condition* condition : conditions) {
    if (condition == nullptr) continue;
    for (rule::FactRead& read : rule::Reads(*condition, moment, catalog)) {
      reads.push_back(std::move(read));
    }
  }
  BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactReading> answers, facts.Read(reads, moment));
  rule::Readings readings;
  for (size_t i = 0; i < reads.size(); ++i) {
    readings.insert_or_assign(rule::Key(reads[i]), std::move(answers[i]));
  }
  StageJudgement judgement;
  for (size_t i = 0; i < conditions.size(); ++i) {
    Explanation explanation;
    explanation.set_result(type::v1::TRUTH_TRUE);
    if (conditions[i] != nullptr) {
      explanation = rule::Evaluate(*conditions[i], moment, catalog, readings);
    }
    if (i == 0) {
      judgement.applies = std::move(explanation);
    } else {
      judgement.levels.push_back(std::move(explanation));
    }
  }
  return judgement;
}

absl::StatusOr<PlacementResult> Place(const Store& store, Reader& reader, StoreFactReader& facts,
                                      const AccountEvaluation& account, const v1::StageModel& model,
                                      const rule::FactCatalog& catalog, absl::Time now) {
  PlacementResult result;
  result.account = account.name();
  result.model = model.name();
  result.today = calendar::DayOf(now, account.zone());
  const std::string name = PlacementName(account.name(), model.name());
  BANSO_ASSIGN_OR_RETURN(const std::optional<v1::Placement> stored,
                         store.stages.placements.Find(reader, name));
  StageMoment moment{.now = now, .zone = account.zone()};
  BANSO_ASSIGN_OR_RETURN(moment.judged,
                         store.stages.JudgedOn(reader, account.name(), model.name()));
  BANSO_ASSIGN_OR_RETURN(result.advance,
                         AdvancePlacement(model, stored, moment, [&](absl::Time time) {
                           return JudgeStages(account, facts, model, catalog, time);
                         }));
  if (result.advance.placement.has_value()) result.advance.placement->set_name(name);
  return result;
}

absl::StatusOr<bool> StorePlacement(const Store& store, Writer& writer, PlacementResult result) {
  if (!result.advance.placement.has_value()) {
    BANSO_RETURN_IF_ERROR(
        store.stages.SaveJudged(writer, result.account, result.model, result.today));
    return false;
  }
  v1::Placement& placement = *result.advance.placement;
  BANSO_ASSIGN_OR_RETURN(const std::optional<v1::Placement> stored,
                         store.stages.placements.Find(writer, placement.name()));
  const int known_moves = stored.has_value() ? stored->moves() : 0;
  const bool moved = !result.advance.moves.empty();
  if (known_moves + static_cast<int>(result.advance.moves.size()) != placement.moves()) {
    return false;
  }
  BANSO_RETURN_IF_ERROR(store.stages.SavePlacement(writer, store.facts, std::move(placement),
                                                   std::move(result.advance.moves), result.today));
  if (!moved) return false;
  BANSO_RETURN_IF_ERROR(
      MarkDue(writer, result.account, absl::StrCat("its level of ", result.model, " changed")));
  return true;
}

}  // namespace banso::health

#include "services/health/domain/stages/stickiness.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "common/rule/condition.h"
#include "services/health/domain/stages/stage_model.h"

namespace banso::health {
namespace {

using type::v1::Comparison;
using type::v1::Condition;
using type::v1::FactRef;

// How a reading can change as time passes.
enum class Change { kAny, kOnlyGrows, kOnlyFalls };

// A window that never lets go of what was in it: all days, or from a clock on.
bool KeepsAll(const type::v1::Window& window) {
  return window.range_case() != type::v1::Window::kTrailing;
}

Change ChangeOf(const FactRef& ref, const rule::FactCatalog& catalog) {
  if (!ref.has_window() || !KeepsAll(ref.window())) return Change::kAny;
  const fact::v1::FactType* type = catalog.Find(ref.fact());
  switch (ref.window().aggregation()) {
    case type::v1::AGGREGATION_COUNT:
    case type::v1::AGGREGATION_DISTINCT_USERS:
    case type::v1::AGGREGATION_ACTIVE_WEEKS:
    case type::v1::AGGREGATION_MAX:
      return Change::kOnlyGrows;
    case type::v1::AGGREGATION_MIN:
      return Change::kOnlyFalls;
    case type::v1::AGGREGATION_SUM:
      // Of a gauge, values below zero may be summed.
      return type != nullptr && type->counter() ? Change::kOnlyGrows : Change::kAny;
    default:
      return Change::kAny;
  }
}

// A label that has been met stays met.
bool IsMetSuccess(const Comparison& comparison) {
  return absl::StartsWith(comparison.fact().fact(), "success.") &&
         comparison.op() == type::v1::OPERATOR_EQ && comparison.values_size() == 1 &&
         comparison.values(0).flag();
}

// Whether the comparison can only become true (`wanted`), or can only become false.
bool OnlyBecomes(bool wanted, const Comparison& comparison, const rule::FactCatalog& catalog) {
  if (comparison.has_sustained()) return false;
  if (wanted && IsMetSuccess(comparison)) return true;
  const Change change = ChangeOf(comparison.fact(), catalog);
  if (change == Change::kAny) return false;
  const bool grows = change == Change::kOnlyGrows;
  switch (comparison.op()) {
    case type::v1::OPERATOR_GE:
    case type::v1::OPERATOR_GT:
      return grows == wanted;
    case type::v1::OPERATOR_LE:
    case type::v1::OPERATOR_LT:
      return grows != wanted;
    default:
      return false;
  }
}

// What was ever recorded stays known, unless it grows too old or can be withdrawn.
bool StaysKnown(const FactRef& ref) {
  return !ref.has_max_age() && absl::StartsWith(ref.fact(), "metric.") &&
         (!ref.has_window() || KeepsAll(ref.window()));
}

bool OnlyBecomes(bool wanted, const Condition& condition, const rule::FactCatalog& catalog) {
  const auto all_of = [&](const type::v1::ConditionList& list) {
    return std::all_of(list.conditions().begin(), list.conditions().end(),
                       [&](const Condition& part) { return OnlyBecomes(wanted, part, catalog); });
  };
  switch (condition.kind_case()) {
    case Condition::kAll:
      return all_of(condition.all());
    case Condition::kAny:
      return all_of(condition.any());
    case Condition::kNot:
      return OnlyBecomes(!wanted, condition.not_(), catalog);
    case Condition::kCompare:
      return OnlyBecomes(wanted, condition.compare(), catalog);
    case Condition::kCount: {
      const bool at_least = condition.count().op() == type::v1::OPERATOR_GE ||
                            condition.count().op() == type::v1::OPERATOR_GT;
      return wanted && at_least && OnlyBecomes(true, condition.count().each(), catalog);
    }
    case Condition::kKnown:
      return wanted && StaysKnown(condition.known());
    case Condition::KIND_NOT_SET:
      return false;
  }
  return false;
}

void AddStickyReadings(const Condition& condition, const rule::FactCatalog& catalog,
                       std::vector<std::string>* readings) {
  switch (condition.kind_case()) {
    case Condition::kAll:
      for (const Condition& part : condition.all().conditions()) {
        AddStickyReadings(part, catalog, readings);
      }
      return;
    case Condition::kAny:
      for (const Condition& part : condition.any().conditions()) {
        AddStickyReadings(part, catalog, readings);
      }
      return;
    default:
      if (CanOnlyBecomeTrue(condition, catalog)) readings->push_back(rule::Print(condition));
  }
}

}  // namespace

bool CanOnlyBecomeTrue(const Condition& condition, const rule::FactCatalog& catalog) {
  return OnlyBecomes(true, condition, catalog);
}

std::vector<std::string> StickyReadings(const Condition& condition,
                                        const rule::FactCatalog& catalog) {
  std::vector<std::string> readings;
  AddStickyReadings(condition, catalog, &readings);
  return readings;
}

v1::Stickiness StickinessOf(const v1::StageModel& model, int rank,
                            const rule::FactCatalog& catalog) {
  const v1::StageLevel& level = model.levels(rank - 1);
  const bool ladder = model.kind() == v1::STAGE_MODEL_KIND_VALUE_LADDER;
  const auto sticks = [&](int other) {
    const v1::StageLevel& required = model.levels(other - 1);
    return !required.has_condition() ||
           StickinessOf(model, other, catalog) == v1::STICKINESS_STICKY;
  };
  bool sticky = level.has_condition() && CanOnlyBecomeTrue(level.condition(), catalog);
  for (const std::string& key : level.required_levels())
    sticky = sticky && sticks(RankOf(model, key));
  if (ladder && rank > 1) sticky = sticky && sticks(rank - 1);
  return sticky ? v1::STICKINESS_STICKY : v1::STICKINESS_CAN_FALL;
}

}  // namespace banso::health

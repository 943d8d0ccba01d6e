#include "services/health/domain/studies/funnel.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/rule/condition.h"
#include "services/health/domain/studies/measured.h"
#include "services/health/domain/success/success.h"

namespace banso::health {
namespace {

// How many of each group got to a step, and how many of these took it.
struct Passage {
  int64_t there = 0;
  int64_t through = 0;
};

// The passage of `step` by those cases for which `with` holds, through all steps before it.
Passage PassageOf(absl::Span<const Case> cases, bool with, size_t step) {
  Passage passage;
  for (const Case& one : cases) {
    if (one.with != with) continue;
    const auto taken = [&](size_t i) { return one.values[i].value_or(0) != 0; };
    size_t i = 0;
    while (i < step && taken(i)) ++i;
    if (i < step) continue;
    ++passage.there;
    if (taken(step)) ++passage.through;
  }
  return passage;
}

void FillPassages(absl::Span<const Case> cases, size_t step, v1::StepAnalysis& analysis) {
  const Passage with = PassageOf(cases, true, step);
  const Passage without = PassageOf(cases, false, step);
  analysis.set_through_with(with.through);
  analysis.set_through_without(without.through);
  const auto share = [](const Passage& passage) {
    return static_cast<double>(passage.through) / static_cast<double>(passage.there);
  };
  if (with.there > 0) analysis.set_onward_with(share(with));
  if (without.there > 0) analysis.set_onward_without(share(without));
}

// Steps and habits of which successes have more, the largest difference first.
void RankWalls(v1::FunnelAnalysis& analysis) {
  std::vector<v1::Wall> walls;
  const auto add = [&](const v1::Contrast& contrast, v1::WallKind kind) {
    if (contrast.finding() != v1::FINDING_DIFFERENT || FoundDifference(contrast) <= 0) return;
    v1::Wall wall;
    wall.set_key(contrast.key());
    wall.set_display_name(contrast.display_name());
    wall.set_kind(kind);
    *wall.mutable_contrast() = contrast;
    walls.push_back(std::move(wall));
  };
  for (const v1::StepAnalysis& step : analysis.steps()) add(step.reach(), v1::WALL_KIND_STEP);
  for (const v1::Contrast& habit : analysis.habits()) add(habit, v1::WALL_KIND_HABIT);
  std::ranges::stable_sort(walls, std::greater(),
                           [](const v1::Wall& wall) { return FoundDifference(wall.contrast()); });
  for (v1::Wall& wall : walls) {
    wall.set_rank(analysis.walls_size() + 1);
    *analysis.add_walls() = std::move(wall);
  }
}

}  // namespace

void CheckFunnel(const v1::Funnel& funnel, const rule::FactCatalog& catalog,
                 absl::string_view field_path, contract::Violations* violations) {
  std::set<std::string> keys;
  const auto check_key = [&](const std::string& key, absl::string_view path) {
    if (!keys.insert(key).second) {
      violations->Add(absl::StrCat(path, ".key"), key, "a key that no other step or habit has",
                      "DUPLICATE");
    }
  };
  for (int i = 0; i < funnel.steps_size(); ++i) {
    const std::string path = absl::StrCat(field_path, ".steps[", i, "]");
    check_key(funnel.steps(i).key(), path);
    rule::CheckCondition(funnel.steps(i).reached(), catalog, absl::StrCat(path, ".reached"),
                         violations);
    if (funnel.steps(i).has_volume()) {
      CheckAmount(funnel.steps(i).volume(), catalog, absl::StrCat(path, ".volume"), violations);
    }
  }
  for (int i = 0; i < funnel.habits_size(); ++i) {
    const std::string path = absl::StrCat(field_path, ".habits[", i, "]");
    check_key(funnel.habits(i).key(), path);
    rule::CheckCondition(funnel.habits(i).condition(), catalog, absl::StrCat(path, ".condition"),
                         violations);
  }
  if (funnel.has_observed_for()) {
    CheckLength(funnel.observed_for(), kMaxDueDays, absl::StrCat(field_path, ".observed_for"),
                violations);
  }
}

std::vector<v1::Measured> MeasuresOf(const v1::Funnel& funnel) {
  std::vector<v1::Measured> measures;
  const auto add = [&](const auto& part) -> v1::Measured& {
    v1::Measured& measured = measures.emplace_back();
    measured.set_key(part.key());
    measured.set_display_name(part.display_name());
    return measured;
  };
  for (const v1::FunnelStep& step : funnel.steps()) {
    *add(step).mutable_trait()->mutable_condition() = step.reached();
  }
  for (const v1::FunnelHabit& habit : funnel.habits()) {
    *add(habit).mutable_trait()->mutable_condition() = habit.condition();
  }
  for (const v1::FunnelStep& step : funnel.steps()) {
    if (!step.has_volume()) continue;
    v1::Measured& measured = add(step);
    measured.set_display_name(absl::StrCat(step.display_name(), ", how much"));
    *measured.mutable_amount() = step.volume();
  }
  return measures;
}

std::optional<v1::Measured> WallOf(const v1::Funnel& funnel, absl::string_view key) {
  for (const v1::Measured& measured : MeasuresOf(funnel)) {
    if (measured.has_trait() && measured.key() == key) return measured;
  }
  return std::nullopt;
}

v1::Observation ObservationOf(const v1::Funnel& funnel, const v1::SuccessDefinition& definition) {
  v1::Observation observed;
  observed.set_clock(definition.clock());
  *observed.mutable_after() = funnel.has_observed_for() ? funnel.observed_for() : definition.due();
  return observed;
}

v1::FunnelAnalysis AnalyzeCases(const v1::Funnel& funnel, absl::Span<const Case> cases,
                                const Sureness& sureness) {
  const std::vector<Compared> compared = ComparedOf(MeasuresOf(funnel));
  std::vector<v1::Contrast> contrasts = CompareAll(cases, compared, sureness);
  v1::FunnelAnalysis analysis;
  for (const Case& one : cases) {
    if (!one.with.has_value()) continue;
    if (*one.with) {
      analysis.set_successes(analysis.successes() + 1);
    } else {
      analysis.set_failures(analysis.failures() + 1);
    }
  }
  const size_t steps = static_cast<size_t>(funnel.steps_size());
  size_t volume = steps + static_cast<size_t>(funnel.habits_size());
  for (size_t i = 0; i < steps; ++i) {
    v1::StepAnalysis* step = analysis.add_steps();
    *step->mutable_reach() = std::move(contrasts[i]);
    if (funnel.steps(static_cast<int>(i)).has_volume()) {
      *step->mutable_volume() = std::move(contrasts[volume++]);
    }
    FillPassages(cases, i, *step);
  }
  for (int i = 0; i < funnel.habits_size(); ++i) {
    *analysis.add_habits() = std::move(contrasts[steps + static_cast<size_t>(i)]);
  }
  RankWalls(analysis);
  return analysis;
}

}  // namespace banso::health

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/health/domain/stages/analysis.h"
#include "services/health/domain/stages/figures.h"
#include "services/health/domain/stages/stage_model.h"
#include "services/health/domain/stages/stickiness.h"
#include "services/health/domain/statistics/clustered.h"
#include "services/health/domain/statistics/correction.h"

namespace banso::health {
namespace {

using statistics::Ending;
using statistics::Observation;
using statistics::SurvivalCurve;

constexpr int kDefaultLevelMinimum = 20;
constexpr int kDefaultWithin = 90;
constexpr double kSignificance = 0.05;

// From the first arrival on a level to the first arrival on the next, of all who ever got there,
// and which of the histories they are.
struct LevelPassages {
  std::vector<Observation> observations;
  std::vector<int64_t> accounts;
};

LevelPassages Passages(absl::Span<const StageHistory> histories, int rank) {
  LevelPassages passages;
  for (size_t i = 0; i < histories.size(); ++i) {
    const StageHistory& history = histories[i];
    const auto reached = FirstReached(history, rank);
    if (!reached.has_value()) continue;
    passages.accounts.push_back(static_cast<int64_t>(i));
    const auto passed = FirstReached(history, rank + 1);
    const absl::CivilDay end = passed.value_or(history.today);
    passages.observations.push_back({static_cast<double>(end - *reached),
                                     passed.has_value() ? Ending::kEvent : Ending::kCensored});
  }
  return passages;
}

// The same, watched for so many days only.
LevelPassages Within(LevelPassages passages, int days) {
  for (Observation& passage : passages.observations) {
    if (passage.time > days) passage = {static_cast<double>(days), Ending::kCensored};
  }
  return passages;
}

// A level whose passage is compared with that of the others.
struct Candidate {
  v1::LevelAnalysis* level = nullptr;
  LevelPassages passages;
  double p_value = 1;
  // Fewer pass than would if it were like the others.
  bool slower = false;
};

void CompareWithOthers(std::vector<Candidate>& candidates) {
  std::vector<double> p_values;
  for (size_t i = 0; i < candidates.size(); ++i) {
    // An account passes one level after the other: its passages are one cluster.
    std::vector<statistics::ClusteredObservation> all;
    for (size_t j = 0; j < candidates.size(); ++j) {
      const LevelPassages& passages = candidates[j].passages;
      for (size_t k = 0; k < passages.accounts.size(); ++k) {
        all.push_back({passages.observations[k], j == i, passages.accounts[k]});
      }
    }
    const auto test = statistics::CompareClusteredSurvival(all);
    p_values.push_back(test.has_value() ? test->p_value : 1);
    candidates[i].slower = test.has_value() && test->above < 0;
  }
  p_values = statistics::Holm(p_values);
  for (size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].p_value = p_values[i];
    candidates[i].level->set_p_value(p_values[i]);
  }
}

std::string WallText(const v1::LevelAnalysis& wall, int within) {
  return absl::StrFormat(
      "%.0f %% of %d accounts get past %s within %d days (95 %% interval %.0f to %.0f %%), fewer "
      "than past the other levels (p = %.2g)",
      100 * wall.pass_rate().value(), wall.reached(), wall.level(), within,
      100 * wall.pass_rate().low(), 100 * wall.pass_rate().high(), wall.p_value());
}

// The slower levels that are no accident; of several, the one that fewest get past.
void FindWall(const std::vector<Candidate>& candidates, int within,
              v1::AnalyzeLevelsResponse& response) {
  if (candidates.size() < 2) {
    response.set_wall_because("fewer than two levels were reached by enough accounts to compare");
    return;
  }
  const v1::LevelAnalysis* wall = nullptr;
  for (const Candidate& candidate : candidates) {
    const bool stands_out = candidate.slower && candidate.p_value <= kSignificance &&
                            candidate.level->pass_rate().has_value();
    if (!stands_out) continue;
    if (wall == nullptr || candidate.level->pass_rate().value() < wall->pass_rate().value()) {
      wall = candidate.level;
    }
  }
  if (wall == nullptr) {
    response.set_wall_because(
        "no level stands out: accounts get past each alike, as far as the "
        "data can tell");
    return;
  }
  response.set_wall(wall->level());
  response.set_wall_because(WallText(*wall, within));
}

void AddStickiness(const v1::StageModel& model, int rank, const rule::FactCatalog& catalog,
                   v1::LevelAnalysis* level, v1::AnalyzeLevelsResponse& response) {
  level->set_stickiness(StickinessOf(model, rank, catalog));
  if (level->stickiness() != v1::STICKINESS_STICKY) return;
  for (std::string& reading : StickyReadings(model.levels(rank - 1).condition(), catalog)) {
    level->add_sticky_readings(std::move(reading));
  }
  response.add_warnings(absl::StrCat("nobody can ever fall from ", level->level(),
                                     ": what it reads can only grow (",
                                     absl::StrJoin(level->sticky_readings(), "; "),
                                     "); a window of the last days or weeks would tell the "
                                     "present"));
}

}  // namespace

v1::AnalyzeLevelsResponse AnalyzeLevels(const v1::StageModel& model,
                                        absl::Span<const StageHistory> histories,
                                        const rule::FactCatalog& catalog,
                                        const v1::AnalyzeLevelsRequest& request) {
  const int within = request.within_days() == 0 ? kDefaultWithin : request.within_days();
  const int minimum_n = request.minimum_n() == 0 ? kDefaultLevelMinimum : request.minimum_n();
  v1::AnalyzeLevelsResponse response;
  // Pointers to levels are kept.
  response.mutable_levels()->Reserve(model.levels_size());
  std::vector<Candidate> candidates;
  for (int rank = 1; rank <= model.levels_size(); ++rank) {
    v1::LevelAnalysis* level = response.add_levels();
    level->set_level(KeyOf(model, rank));
    level->set_rank(rank);
    LevelPassages passages = Passages(histories, rank);
    level->set_reached(static_cast<int64_t>(passages.accounts.size()));
    level->set_fallen(
        std::count_if(histories.begin(), histories.end(),
                      [&](const StageHistory& history) { return EverFellFrom(history, rank); }));
    AddStickiness(model, rank, catalog, level, response);
    if (rank == model.levels_size()) continue;
    const SurvivalCurve curve(passages.observations);
    *level->mutable_pass_rate() = SurvivalFigure(curve, within, Part::kGone, minimum_n);
    *level->mutable_days_to_pass() = MedianFigure(curve, minimum_n);
    if (level->pass_rate().state() == v1::FIGURE_STATE_INSUFFICIENT) continue;
    candidates.push_back({.level = level, .passages = Within(std::move(passages), within)});
  }
  CompareWithOthers(candidates);
  FindWall(candidates, within, response);
  return response;
}

}  // namespace banso::health

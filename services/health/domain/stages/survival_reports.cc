#include <algorithm>
#include <map>

#include "absl/strings/str_format.h"
#include "services/health/domain/stages/analysis.h"
#include "services/health/domain/stages/figures.h"
#include "services/health/domain/stages/stage_model.h"

namespace banso::health {
namespace {

using statistics::Ending;
using statistics::Observation;
using statistics::SurvivalCurve;

constexpr int kDefaultTimeMinimum = 5;
constexpr int kDefaultRetentionMinimum = 20;
const std::vector<int> kDefaultTimeHorizons = {30, 60, 90};
const std::vector<int> kDefaultRetentionHorizons = {90, 180, 365};

using Groups = std::map<std::string, std::vector<Observation>>;

template <typename Days>
std::vector<int> DaysOr(const Days& asked, const std::vector<int>& otherwise) {
  std::vector<int> days(asked.begin(), asked.end());
  return days.empty() ? otherwise : days;
}

// The p value of the groups that are large enough; nothing when there are fewer than two. Those of
// which the fact is not known are no group of their own: they may belong to any.
std::optional<double> PValue(const Groups& groups, int minimum_n) {
  std::vector<std::vector<Observation>> large;
  for (const auto& [name, observations] : groups) {
    if (name.empty() || static_cast<int>(observations.size()) < minimum_n) continue;
    large.push_back(observations);
  }
  if (large.size() < 2) return std::nullopt;
  const auto test = statistics::CompareSurvival(large);
  if (!test.has_value()) return std::nullopt;
  return test->p_value;
}

}  // namespace

v1::AnalyzeTimeToLevelResponse TimeToLevels(const v1::StageModel& model,
                                            absl::Span<const ClockedHistory> histories,
                                            const v1::AnalyzeTimeToLevelRequest& request) {
  const int minimum_n = request.minimum_n() == 0 ? kDefaultTimeMinimum : request.minimum_n();
  const std::vector<int> horizons = DaysOr(request.horizon_days(), kDefaultTimeHorizons);
  v1::AnalyzeTimeToLevelResponse response;
  for (int rank = 1; rank <= model.levels_size(); ++rank) {
    Groups groups;
    for (const ClockedHistory& clocked : histories) {
      const auto reached = FirstReached(*clocked.history, rank);
      const absl::CivilDay end = reached.value_or(clocked.history->today);
      // Reached before the clock began: at once.
      const auto days = std::max<absl::civil_diff_t>(0, end - clocked.clock_day);
      groups[clocked.group].push_back(
          {static_cast<double>(days), reached.has_value() ? Ending::kEvent : Ending::kCensored});
    }
    const std::optional<double> p_value = PValue(groups, minimum_n);
    for (const auto& [name, observations] : groups) {
      const SurvivalCurve curve(observations);
      v1::TimeToLevel* level = response.add_levels();
      level->set_level(KeyOf(model, rank));
      level->set_group(name);
      *level->mutable_median_days() = MedianFigure(curve, minimum_n);
      for (const int days : horizons) {
        v1::HorizonFigure* horizon = level->add_horizons();
        horizon->set_days(days);
        *horizon->mutable_share() = SurvivalFigure(curve, days, Part::kGone, minimum_n);
      }
      if (p_value.has_value()) level->set_p_value(*p_value);
    }
  }
  return response;
}

v1::AnalyzeStageRetentionResponse Retention(const v1::StageModel& model,
                                            absl::Span<const Arrival> arrivals,
                                            const v1::AnalyzeStageRetentionRequest& request) {
  const int minimum_n = request.minimum_n() == 0 ? kDefaultRetentionMinimum : request.minimum_n();
  const std::vector<int> horizons = DaysOr(request.horizon_days(), kDefaultRetentionHorizons);
  v1::AnalyzeStageRetentionResponse response;
  for (int rank = 1; rank <= model.levels_size(); ++rank) {
    Groups cohorts;
    for (const Arrival& arrival : arrivals) {
      if (arrival.rank != rank) continue;
      cohorts[arrival.cohort].push_back({static_cast<double>(arrival.days),
                                         arrival.churned ? Ending::kEvent : Ending::kCensored});
    }
    const std::optional<double> p_value = PValue(cohorts, minimum_n);
    for (const auto& [name, observations] : cohorts) {
      const SurvivalCurve curve(observations);
      v1::StageRetention* level = response.add_levels();
      level->set_level(KeyOf(model, rank));
      level->set_cohort(name);
      for (const int days : horizons) {
        v1::HorizonFigure* horizon = level->add_horizons();
        horizon->set_days(days);
        *horizon->mutable_share() = SurvivalFigure(curve, days, Part::kLeft, minimum_n);
      }
      *level->mutable_median_days() = MedianFigure(curve, minimum_n);
      if (p_value.has_value()) level->set_p_value(*p_value);
    }
  }
  return response;
}

std::string CohortOf(absl::CivilDay day, v1::CohortPeriod period) {
  switch (period) {
    case v1::COHORT_PERIOD_MONTH:
      return absl::StrFormat("%04d-%02d", day.year(), day.month());
    case v1::COHORT_PERIOD_QUARTER:
      return absl::StrFormat("%04d-Q%d", day.year(), (day.month() + 2) / 3);
    case v1::COHORT_PERIOD_YEAR:
      return absl::StrFormat("%04d", day.year());
    default:
      return "";
  }
}

}  // namespace banso::health

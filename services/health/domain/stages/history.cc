#include "services/health/domain/stages/history.h"

#include <utility>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "services/health/domain/stages/stage_model.h"

namespace banso::health {

StageHistory HistoryOf(const v1::StageModel& model, std::string account,
                       absl::Span<const v1::StageMove> moves, absl::TimeZone zone,
                       absl::Time as_of) {
  StageHistory history;
  history.account = std::move(account);
  history.today = calendar::DayOf(as_of, zone);
  for (const v1::StageMove& move : moves) {
    const absl::Time time = calendar::ToTime(move.occurred_time());
    if (time > as_of) break;
    HistoryStep step{.time = time,
                     .day = calendar::DayOf(time, zone),
                     .state = move.to_state(),
                     .rank = RankOf(model, move.to_level()),
                     .revised = move.kind() == v1::STAGE_MOVE_KIND_REVISED};
    if (step.state == v1::PLACEMENT_STATE_PLACED && step.rank == 0) continue;
    history.since = time;
    history.steps.push_back(step);
  }
  return history;
}

const HistoryStep* StepAt(const StageHistory& history, absl::Time time) {
  const HistoryStep* found = nullptr;
  for (const HistoryStep& step : history.steps) {
    if (step.time > time) break;
    found = &step;
  }
  return found;
}

const HistoryStep* LastStep(const StageHistory& history) {
  return history.steps.empty() ? nullptr : &history.steps.back();
}

std::optional<absl::CivilDay> FirstReached(const StageHistory& history, int rank) {
  for (const HistoryStep& step : history.steps) {
    if (step.rank >= rank) return step.day;
  }
  return std::nullopt;
}

std::optional<absl::CivilDay> FirstOn(const StageHistory& history, int rank) {
  for (const HistoryStep& step : history.steps) {
    if (step.rank == rank) return step.day;
  }
  return std::nullopt;
}

bool EverFellFrom(const StageHistory& history, int rank) {
  for (size_t i = 1; i < history.steps.size(); ++i) {
    const HistoryStep& step = history.steps[i];
    const bool left = step.state == v1::PLACEMENT_STATE_NOT_APPLICABLE;
    if (history.steps[i - 1].rank >= rank && step.rank < rank && !step.revised && !left) {
      return true;
    }
  }
  return false;
}

std::vector<Stay> StaysOn(const StageHistory& history, int rank) {
  std::vector<Stay> stays;
  for (size_t i = 0; i < history.steps.size(); ++i) {
    const HistoryStep& step = history.steps[i];
    if (step.rank != rank || step.state == v1::PLACEMENT_STATE_NOT_APPLICABLE) continue;
    const bool ended = i + 1 < history.steps.size();
    const absl::CivilDay end = ended ? history.steps[i + 1].day : history.today;
    // Judged otherwise, it did not leave: how long it would have stayed is not known.
    const bool left = ended && !history.steps[i + 1].revised;
    stays.push_back({.days = static_cast<int>(end - step.day), .ended = left});
  }
  return stays;
}

}  // namespace banso::health

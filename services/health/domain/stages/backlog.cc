#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "services/health/domain/stages/analysis.h"
#include "services/health/domain/stages/figures.h"
#include "services/health/domain/stages/placement.h"
#include "services/health/domain/stages/stage_model.h"

namespace banso::health {
namespace {

constexpr int kDefaultMaxStuck = 50;
const std::vector<int> kDefaultBuckets = {7, 30, 60, 90};

int DaysHere(const StageHistory& history) {
  return static_cast<int>(history.today - LastStep(history)->day);
}

void AddBuckets(const std::vector<int>& last_days, const std::vector<const StageHistory*>& here,
                v1::LevelBacklog* level) {
  int from = 0;
  for (size_t i = 0; i <= last_days.size(); ++i) {
    v1::AgeBucket* bucket = level->add_buckets();
    bucket->set_from_days(from);
    const bool endless = i == last_days.size();
    if (!endless) bucket->set_to_days(last_days[i]);
    const int64_t accounts =
        std::count_if(here.begin(), here.end(), [&](const StageHistory* history) {
          const int days = DaysHere(*history);
          return days >= from && (endless || days <= last_days[i]);
        });
    bucket->set_accounts(accounts);
    if (!endless) from = last_days[i] + 1;
  }
}

void AddStuck(const v1::StageModel& model, int rank, std::vector<const StageHistory*> here,
              int max_stuck, v1::LevelBacklog* level) {
  std::erase_if(here, [&](const StageHistory* history) {
    return !IsStuck(model, rank, LastStep(*history)->day, history->today);
  });
  std::stable_sort(here.begin(), here.end(), [](const StageHistory* a, const StageHistory* b) {
    return a->since < b->since;
  });
  level->set_stuck(static_cast<int64_t>(here.size()));
  for (const StageHistory* history : here) {
    if (level->stuck_accounts_size() == max_stuck) break;
    v1::StuckAccount* stuck = level->add_stuck_accounts();
    stuck->set_account(history->account);
    *stuck->mutable_since() = calendar::ToTimestamp(history->since);
    stuck->set_days(DaysHere(*history));
  }
  if (rank == 0 || !model.levels(rank - 1).has_stuck_limit()) return;
  const int limit = model.levels(rank - 1).stuck_limit();
  level->set_stuck_limit(limit);
  level->set_breached(level->stuck() > limit);
  if (!level->breached()) return;
  level->set_alert(absl::StrCat(level->stuck(), " accounts are stuck on ", level->level(),
                                ", more than the ", limit, " that the model allows"));
}

// Of the stays of all accounts; how much it rests on is told by accounts, not by stays.
v1::StageFigure DwellFigure(absl::Span<const StageHistory> histories, int rank, int minimum_n) {
  std::vector<statistics::Observation> observations;
  int64_t accounts = 0;
  int64_t left = 0;
  for (const StageHistory& history : histories) {
    const std::vector<Stay> stays = StaysOn(history, rank);
    accounts += stays.empty() ? 0 : 1;
    left += std::any_of(stays.begin(), stays.end(), [](const Stay& stay) { return stay.ended; });
    for (const Stay& stay : stays) {
      observations.push_back({static_cast<double>(stay.days), stay.ended
                                                                  ? statistics::Ending::kEvent
                                                                  : statistics::Ending::kCensored});
    }
  }
  const auto stays = static_cast<int64_t>(observations.size());
  v1::StageFigure figure = MedianFigure(statistics::SurvivalCurve(observations),
                                        accounts < minimum_n ? stays + 1 : minimum_n);
  figure.set_n(accounts);
  figure.set_events(left);
  return figure;
}

}  // namespace

v1::GetStageBacklogResponse Backlog(const v1::StageModel& model,
                                    absl::Span<const StageHistory> histories,
                                    const v1::GetStageBacklogRequest& request) {
  std::vector<int> last_days(request.bucket_days().begin(), request.bucket_days().end());
  if (last_days.empty()) last_days = kDefaultBuckets;
  const int minimum_n = request.minimum_n() == 0 ? kDefaultMinimum : request.minimum_n();
  const int max_stuck = request.max_stuck() == 0 ? kDefaultMaxStuck : request.max_stuck();
  v1::GetStageBacklogResponse response;
  std::vector<std::vector<const StageHistory*>> here(static_cast<size_t>(model.levels_size()) + 1);
  for (const StageHistory& history : histories) {
    const HistoryStep* last = LastStep(history);
    if (last == nullptr || last->state == v1::PLACEMENT_STATE_NOT_APPLICABLE) {
      response.set_not_applicable(response.not_applicable() + 1);
      continue;
    }
    here[static_cast<size_t>(last->rank)].push_back(&history);
    response.set_accounts(response.accounts() + 1);
  }
  const bool ladder = model.kind() == v1::STAGE_MODEL_KIND_VALUE_LADDER;
  for (int rank = ladder ? 0 : 1; rank <= model.levels_size(); ++rank) {
    const auto& accounts = here[static_cast<size_t>(rank)];
    v1::LevelBacklog* level = response.add_levels();
    level->set_level(KeyOf(model, rank));
    level->set_rank(rank);
    level->set_accounts(static_cast<int64_t>(accounts.size()));
    *level->mutable_share() = ShareFigure({level->accounts(), response.accounts()}, minimum_n);
    AddBuckets(last_days, accounts, level);
    AddStuck(model, rank, accounts, max_stuck, level);
    *level->mutable_dwell_days() = DwellFigure(histories, rank, minimum_n);
  }
  return response;
}

}  // namespace banso::health

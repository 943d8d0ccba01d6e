#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STAGES_ANALYSIS_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STAGES_ANALYSIS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "banso/health/v1/stage.pb.h"
#include "banso/health/v1/stage_report.pb.h"
#include "common/rule/catalog.h"
#include "services/health/domain/stages/history.h"

// What the histories of many accounts by one model tell. Requests have passed contract::Check; what
// they leave out has the value that they promise. Each answer lacks its header (revision and
// times).
namespace banso::health {

// See StagesService.GetStageBacklog. Owners are for the caller.
v1::GetStageBacklogResponse Backlog(const v1::StageModel& model,
                                    absl::Span<const StageHistory> histories,
                                    const v1::GetStageBacklogRequest& request);

// See StagesService.AnalyzeLevels.
v1::AnalyzeLevelsResponse AnalyzeLevels(const v1::StageModel& model,
                                        absl::Span<const StageHistory> histories,
                                        const rule::FactCatalog& catalog,
                                        const v1::AnalyzeLevelsRequest& request);

// An account with the day from which its time counts.
struct ClockedHistory {
  const StageHistory* history = nullptr;
  absl::CivilDay clock_day;
  std::string group;
};
// See StagesService.AnalyzeTimeToLevel.
v1::AnalyzeTimeToLevelResponse TimeToLevels(const v1::StageModel& model,
                                            absl::Span<const ClockedHistory> histories,
                                            const v1::AnalyzeTimeToLevelRequest& request);

// An account's arrival at a level, and how long it is known to have stayed a customer since.
struct Arrival {
  int rank = 0;
  std::string cohort;
  int days = 0;
  bool churned = false;
};
// See StagesService.AnalyzeStageRetention.
v1::AnalyzeStageRetentionResponse Retention(const v1::StageModel& model,
                                            absl::Span<const Arrival> arrivals,
                                            const v1::AnalyzeStageRetentionRequest& request);
// The cohort of a day: `2026-04`, `2026-Q2`, `2026`, or nothing.
std::string CohortOf(absl::CivilDay day, v1::CohortPeriod period);

// An account that had a place at two times, in a group.
struct Movement {
  std::string group;
  int from_rank = 0;
  int to_rank = 0;
};
// See StagesService.GetStageMovement.
std::vector<v1::GroupMovement> Movements(const v1::StageModel& model,
                                         absl::Span<const Movement> movements, int minimum_n);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STAGES_ANALYSIS_H_

#ifndef BANSO_SERVICES_HEALTH_API_SCORING_SCORE_PLAN_H_
#define BANSO_SERVICES_HEALTH_API_SCORING_SCORE_PLAN_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "banso/health/v1/score.pb.h"
#include "common/rule/catalog.h"
#include "common/storage/database.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/scoring/portfolio.h"
#include "services/health/store/samples.h"
#include "services/health/store/store.h"

namespace banso::health {

// Models whose measures are windows over samples and nothing else, made ready to score many
// accounts from their pages: each window is resolved once a day and read once an account, however
// many measures read it. Windows, curves and scores are worked out by the functions that work them
// out for a single account. Copies share the models; one copy is for one thread.
class ScorePlan {
 public:
  // Nothing when a model reads anything else: other facts, ratios, conditions, clocks, ages, or
  // whom it applies to. `catalog` must outlive the plan.
  static absl::StatusOr<std::optional<ScorePlan>> Compile(const Store& store,
                                                          storage::Reader& reader,
                                                          std::vector<v1::ScoreModel> models,
                                                          const rule::FactCatalog& catalog);

  // What ComputeFigures says of the account, by each model.
  absl::StatusOr<std::vector<v1::Score>> Figures(SamplePages& pages, const NumberedAccount& account,
                                                 const AsOf& as_of);

 private:
  // A window that measures read.
  struct Window {
    type::v1::FactRef ref;
    v1::MetricKind kind = v1::METRIC_KIND_UNSPECIFIED;
    // The number of the metric; 0 while it has no samples.
    int64_t metric = 0;
    std::string source;
  };
  struct Parts {
    std::vector<v1::ScoreModel> models;
    std::vector<Window> windows;
    // The window of each measure, by model.
    std::vector<std::vector<size_t>> window_of;
  };

  ScorePlan(std::shared_ptr<const Parts> parts, const rule::FactCatalog& catalog)
      : parts_(std::move(parts)), catalog_(&catalog) {}

  // The windows' questions on a day.
  const std::vector<WindowQuestion>& QuestionsOn(absl::CivilDay today);

  std::shared_ptr<const Parts> parts_;
  const rule::FactCatalog* catalog_;
  std::map<absl::CivilDay, std::vector<WindowQuestion>> questions_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SCORING_SCORE_PLAN_H_

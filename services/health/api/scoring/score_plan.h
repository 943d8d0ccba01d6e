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
#include "services/health/api/portfolio/portfolio.h"
#include "services/health/domain/score.h"
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

  // Reads the measures of all models for the account, as of then.
  absl::Status Read(SamplePages& pages, const NumberedAccount& account, const AsOf& as_of);
  // What was read last, by the model with this index: the points of each measure, and the numbers
  // that ComputeScore makes of them. Both live until the next Read.
  const std::vector<MeasurePoints>& Points(size_t model) const { return points_[model]; }
  const ScoreFigures& Figures(size_t model) { return summers_[model].Sum(points_[model]); }

  // The number that the model's measure with this index reads; nothing when it is missing.
  std::optional<double> Number(size_t model, size_t measure) const {
    return numbers_[parts_->window_of[model][measure]];
  }

  const v1::ScoreModel& model(size_t model) const { return parts_->models[model]; }

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

  ScorePlan(std::shared_ptr<const Parts> parts, const rule::FactCatalog& catalog);

  // The windows' questions on a day.
  const std::vector<WindowQuestion>& QuestionsOn(absl::CivilDay today);

  std::shared_ptr<const Parts> parts_;
  const rule::FactCatalog* catalog_;
  std::map<absl::CivilDay, std::vector<WindowQuestion>> questions_;
  std::vector<ScoreSummer> summers_;
  std::vector<std::vector<MeasurePoints>> points_;
  // What the windows say of the account.
  std::vector<std::optional<double>> numbers_;
  std::vector<WindowSample> scratch_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SCORING_SCORE_PLAN_H_

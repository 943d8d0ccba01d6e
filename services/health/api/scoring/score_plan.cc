#include "services/health/api/scoring/score_plan.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/rule/evaluate.h"
#include "common/status_macros.h"
#include "services/health/domain/fact_types.h"

namespace banso::health {
namespace {

using type::v1::FactRef;

// A moment on a day. The days of a trailing window depend on nothing else.
rule::Moment MomentOn(absl::CivilDay today) {
  rule::Moment moment;
  moment.as_of = absl::FromCivil(today, absl::UTCTimeZone());
  moment.account = "accounts/-";
  return moment;
}

bool IsPlainWindow(const v1::Measure& measure) {
  const FactRef& ref = measure.fact();
  return !measure.has_condition() && absl::StartsWith(ref.fact(), "metric.") &&
         !ref.has_max_age() && !ref.window().has_from_clock();
}

bool IsPlain(const v1::ScoreModel& model) {
  if (model.has_applies_if()) return false;
  for (const v1::Measure& measure : model.measures()) {
    if (!IsPlainWindow(measure)) return false;
  }
  return true;
}

using MetricsByFact = std::map<std::string, v1::Metric, std::less<>>;

absl::StatusOr<MetricsByFact> ReadMetrics(const Store& store, storage::Reader& reader) {
  MetricsByFact metrics;
  BANSO_RETURN_IF_ERROR(store.metrics.ForEach(reader, "", {}, [&](v1::Metric& metric) {
    std::string fact = MetricFact(metric.name());
    metrics.insert_or_assign(std::move(fact), std::move(metric));
    return absl::OkStatus();
  }));
  return metrics;
}

}  // namespace

absl::StatusOr<std::optional<ScorePlan>> ScorePlan::Compile(const Store& store,
                                                            storage::Reader& reader,
                                                            std::vector<v1::ScoreModel> models,
                                                            const rule::FactCatalog& catalog) {
  BANSO_ASSIGN_OR_RETURN(const MetricsByFact metrics, ReadMetrics(store, reader));
  auto parts = std::make_shared<Parts>();
  std::map<std::string, size_t> known;
  for (const v1::ScoreModel& model : models) {
    if (!IsPlain(model)) return std::optional<ScorePlan>();
    std::vector<size_t>& windows = parts->window_of.emplace_back();
    for (const v1::Measure& measure : model.measures()) {
      const auto metric = metrics.find(measure.fact().fact());
      const bool readable =
          metric != metrics.end() && metric->second.kind() != v1::METRIC_KIND_RATIO &&
          !rule::Reads(measure.fact(), MomentOn(absl::CivilDay()), catalog).empty();
      if (!readable) return std::optional<ScorePlan>();
      const auto [entry, added] =
          known.emplace(measure.fact().SerializeAsString(), parts->windows.size());
      windows.push_back(entry->second);
      if (!added) continue;
      Window window;
      window.ref = measure.fact();
      window.kind = metric->second.kind();
      window.source = metric->second.source();
      BANSO_ASSIGN_OR_RETURN(window.metric, store.words.Find(reader, metric->second.name()));
      parts->windows.push_back(std::move(window));
    }
  }
  parts->models = std::move(models);
  return std::optional<ScorePlan>(ScorePlan(std::move(parts), catalog));
}

ScorePlan::ScorePlan(std::shared_ptr<const Parts> parts, const rule::FactCatalog& catalog)
    : parts_(std::move(parts)), catalog_(&catalog), numbers_(parts_->windows.size()) {
  for (const v1::ScoreModel& model : parts_->models) {
    summers_.emplace_back(model);
    points_.emplace_back(model.measures_size());
  }
}

const std::vector<WindowQuestion>& ScorePlan::QuestionsOn(absl::CivilDay today) {
  const auto [entry, added] = questions_.try_emplace(today);
  if (!added) return entry->second;
  const rule::Moment moment = MomentOn(today);
  for (const Window& window : parts_->windows) {
    const std::vector<rule::FactRead> reads = rule::Reads(window.ref, moment, *catalog_);
    entry->second.push_back(QuestionOf(window.kind, reads.front().query, today));
  }
  return entry->second;
}

absl::Status ScorePlan::Read(SamplePages& pages, const NumberedAccount& account,
                             const AsOf& as_of) {
  const std::vector<WindowQuestion>& questions =
      QuestionsOn(calendar::DayOf(as_of.time, account.zone));
  SampleView view = ViewAt(as_of.time, as_of.known_at);
  view.series.account = account.number;
  for (size_t i = 0; i < questions.size(); ++i) {
    const Window& window = parts_->windows[i];
    view.series.metric = window.metric;
    view.source = window.source;
    BANSO_ASSIGN_OR_RETURN(const WindowAnswer answer,
                           AnswerFrom(pages, view, questions[i], scratch_));
    numbers_[i] = answer.number;
    if (answer.number.has_value()) numbers_[i] = NumberOf(questions[i], *answer.number);
  }
  for (size_t i = 0; i < points_.size(); ++i) {
    const v1::ScoreModel& model = parts_->models[i];
    for (size_t j = 0; j < points_[i].size(); ++j) {
      points_[i][j] =
          PointsOfNumber(model.measures(static_cast<int>(j)), numbers_[parts_->window_of[i][j]]);
    }
  }
  return absl::OkStatus();
}

}  // namespace banso::health

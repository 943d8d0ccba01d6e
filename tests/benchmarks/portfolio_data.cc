#include "tests/benchmarks/portfolio_data.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"

namespace banso::benchmarks {
namespace {

constexpr int kDays = 120;

// A measure of a metric over the last `days` (0: all) days, worth 0 points at `from` and 100 at
// `to`, which may be less.
void AddMeasure(const std::string& key, const std::string& metric,
                type::v1::Aggregation aggregation, int days, double weight,
                std::pair<double, double> curve, health::v1::ScoreModel& model) {
  health::v1::Measure& measure = *model.add_measures();
  measure.set_key(key);
  measure.set_weight(weight);
  measure.set_group(health::v1::MEASURE_GROUP_QUANTITATIVE);
  measure.mutable_fact()->set_fact(absl::StrCat("metric.", metric));
  type::v1::Window& window = *measure.mutable_fact()->mutable_window();
  window.set_aggregation(aggregation);
  if (days > 0) {
    *window.mutable_trailing() = calendar::MakePeriod(days, type::v1::PERIOD_UNIT_DAY);
  }
  const bool rises = curve.first < curve.second;
  health::v1::CurvePoint& left = *measure.add_curve();
  left.set_value(rises ? curve.first : curve.second);
  left.set_points(rises ? 0 : 100);
  health::v1::CurvePoint& right = *measure.add_curve();
  right.set_value(rises ? curve.second : curve.first);
  right.set_points(rises ? 100 : 0);
}

}  // namespace

std::vector<health::v1::Metric> PortfolioMetrics() {
  std::vector<health::v1::Metric> metrics;
  for (const char* id : {"use", "reports"}) {
    health::v1::Metric& metric = metrics.emplace_back();
    metric.set_name(absl::StrCat("metrics/", id));
    metric.set_display_name(id);
    metric.set_kind(health::v1::METRIC_KIND_COUNTER);
    metric.set_source("product");
  }
  return metrics;
}

health::v1::Sample PortfolioSample(const std::string& name, int64_t account, int64_t number,
                                   absl::CivilDay today) {
  const absl::CivilDay day = today - (number * 37 + account * 11) % kDays;
  health::v1::Sample sample;
  sample.set_id(absl::StrCat("event-", number));
  sample.set_account(name);
  sample.set_metric(number % 4 == 3 ? "metrics/reports" : "metrics/use");
  sample.set_user(absl::StrCat("user-", (account * 31 + number * 17) % 7));
  sample.set_value(static_cast<double>((account + number * 5) % 6));
  const absl::Time occurred =
      calendar::StartOfDay(day, calendar::ZoneOrUtc("Asia/Tokyo")) + absl::Seconds(number % kDays);
  *sample.mutable_occurred_time() = calendar::ToTimestamp(occurred);
  return sample;
}

health::v1::ScoreModel PortfolioModel(double target) {
  health::v1::ScoreModel model;
  model.set_name("scoreModels/portfolio");
  model.set_display_name("Portfolio");
  model.set_purpose("Tell who uses the product.");
  model.set_decision_served("Whom to call.");
  model.set_owner("members/aoki");
  model.set_qualitative_share(0);
  model.set_minimum_coverage(0.1);
  AddMeasure("used", "use", type::v1::AGGREGATION_SUM, 28, 3, {0, target}, model);
  AddMeasure("users", "use", type::v1::AGGREGATION_DISTINCT_USERS, 28, 2, {0, 7}, model);
  AddMeasure("idle", "use", type::v1::AGGREGATION_DAYS_SINCE_LAST, 0, 1, {60, 0}, model);
  AddMeasure("slope", "use", type::v1::AGGREGATION_TREND_PER_WEEK, 56, 1, {-2, 2}, model);
  AddMeasure("weeks", "use", type::v1::AGGREGATION_ACTIVE_WEEKS, 84, 1, {0, 12}, model);
  AddMeasure("reports", "reports", type::v1::AGGREGATION_SUM, 28, 2, {0, 20}, model);
  for (const auto& [key, edge] : {std::pair("red", 0.0), std::pair("green", 65.0)}) {
    health::v1::Band& band = *model.add_bands();
    band.set_key(key);
    band.set_lower_edge(edge);
  }
  return model;
}

}  // namespace banso::benchmarks

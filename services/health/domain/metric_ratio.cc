#include "services/health/domain/metric_ratio.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"
#include "services/health/domain/sample_window.h"

namespace banso::health {
namespace {

using fact::v1::FactReading;

void CheckPart(const type::v1::FactRef& part, absl::string_view path,
               contract::Violations* violations) {
  if (absl::StartsWith(part.fact(), "score.") || absl::StartsWith(part.fact(), "success.")) {
    violations->Add(absl::StrCat(path, ".fact"), part.fact(), "what was measured or recorded",
                    "NOT_ACCEPTED");
  }
  if (part.window().has_from_clock()) {
    violations->Add(absl::StrCat(path, ".window.from_clock"), "",
                    "a trailing window, or none: a metric is read for any day", "NOT_ACCEPTED");
  }
  if (part.has_max_age()) {
    violations->Add(absl::StrCat(path, ".max_age"), "", "none: a rule that reads the metric says",
                    "NOT_ACCEPTED");
  }
}

std::optional<double> NumberIn(const FactReading& reading) {
  if (!reading.has_value()) return std::nullopt;
  if (reading.value().has_number()) return reading.value().number();
  if (reading.value().has_flag()) return reading.value().flag() ? 1.0 : 0.0;
  return std::nullopt;
}

FactReading Unknown(fact::v1::UnknownReason reason) {
  FactReading reading;
  reading.set_unknown(reason);
  return reading;
}

}  // namespace

void CheckMetric(const v1::Metric& metric, absl::string_view field_path,
                 contract::Violations* violations) {
  const std::string path = absl::StrCat(field_path, ".ratio");
  const bool is_ratio = metric.kind() == v1::METRIC_KIND_RATIO;
  if (is_ratio && !metric.has_ratio()) {
    violations->Add(path, "", "a numerator and a denominator, for the kind RATIO", "REQUIRED");
  }
  if (!is_ratio && metric.has_ratio()) {
    violations->Add(path, "", "none, unless the kind is RATIO", "NOT_ACCEPTED");
  }
  if (!metric.has_ratio()) return;
  CheckPart(metric.ratio().numerator(), absl::StrCat(path, ".numerator"), violations);
  CheckPart(metric.ratio().denominator(), absl::StrCat(path, ".denominator"), violations);
}

fact::v1::FactQuery PartOn(const type::v1::FactRef& part, absl::CivilDay day) {
  fact::v1::FactQuery query;
  query.set_fact(part.fact());
  query.set_aggregation(part.window().aggregation());
  if (part.window().has_trailing()) {
    *query.mutable_from() = calendar::ToDate(
        calendar::FirstDayOfTrailing(day, part.window().trailing(), calendar::Calendar::Japan()));
    *query.mutable_to() = calendar::ToDate(day);
  }
  return query;
}

FactReading Divide(const FactReading& numerator, const FactReading& denominator) {
  for (const FactReading* part : {&numerator, &denominator}) {
    if (!part->has_value()) return Unknown(part->unknown());
  }
  const std::optional<double> above = NumberIn(numerator);
  const std::optional<double> below = NumberIn(denominator);
  if (!above.has_value() || !below.has_value()) {
    return Unknown(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
  }
  if (*below == 0) return Unknown(fact::v1::UNKNOWN_REASON_ZERO_DENOMINATOR);
  FactReading reading;
  *reading.mutable_value() = rule::NumberValue(*above / *below);
  reading.set_count(numerator.count());
  for (const FactReading* part : {&numerator, &denominator}) {
    if (!part->has_occurred_time()) continue;
    if (!reading.has_occurred_time() ||
        calendar::ToTime(part->occurred_time()) > calendar::ToTime(reading.occurred_time())) {
      *reading.mutable_occurred_time() = part->occurred_time();
      *reading.mutable_recorded_time() = part->recorded_time();
    }
  }
  return reading;
}

std::vector<absl::CivilDay> RatioDays(absl::CivilDay from, absl::CivilDay to) {
  std::vector<absl::CivilDay> days;
  for (absl::CivilDay day = to; day >= from; day -= 7) days.push_back(day);
  std::reverse(days.begin(), days.end());
  return days;
}

FactReading SumUpRatios(absl::Span<const RatioOnDay> ratios, type::v1::Aggregation aggregation) {
  std::vector<Point> points;
  std::vector<double> values;
  FactReading last = Unknown(fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW);
  for (const RatioOnDay& ratio : ratios) {
    if (!ratio.reading.has_value()) continue;
    last = ratio.reading;
    values.push_back(ratio.reading.value().number());
    points.push_back({static_cast<double>(ratio.day - ratios.front().day), values.back()});
  }
  if (values.empty()) return last;
  std::optional<double> number;
  if (aggregation == type::v1::AGGREGATION_MIN) {
    number = *std::min_element(values.begin(), values.end());
  } else if (aggregation == type::v1::AGGREGATION_MAX) {
    number = *std::max_element(values.begin(), values.end());
  } else if (aggregation == type::v1::AGGREGATION_MEAN) {
    double sum = 0;
    for (const double value : values) sum += value;
    number = sum / static_cast<double>(values.size());
  } else if (aggregation == type::v1::AGGREGATION_TREND_PER_WEEK) {
    number = LeastSquaresSlope(points);
    if (number.has_value()) *number *= 7;
  }
  if (!number.has_value()) return Unknown(fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW);
  *last.mutable_value() = rule::NumberValue(*number);
  last.set_count(static_cast<int64_t>(values.size()));
  return last;
}

}  // namespace banso::health

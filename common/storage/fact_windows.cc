#include "common/storage/fact_windows.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/time/civil_time.h"
#include "common/calendar/proto_time.h"

namespace banso::storage {
namespace {

using fact::v1::FactChange;
using fact::v1::FactQuery;
using fact::v1::FactReading;

// One value of the fact and the day on which it occurred.
struct Point {
  const FactChange* change = nullptr;
  absl::CivilDay day;
};
using Points = std::vector<Point>;

struct Window {
  // Both inclusive.
  std::optional<absl::CivilDay> from;
  absl::CivilDay to;
};

double NumberOf(const type::v1::Value& value) {
  switch (value.kind_case()) {
    case type::v1::Value::kNumber:
      return value.number();
    case type::v1::Value::kFlag:
      return value.flag() ? 1 : 0;
    case type::v1::Value::kText:
      return value.text().empty() ? 0 : 1;
    default:
      return 1;
  }
}

// The changes without those that a later one with the same object, time and source replaces.
Points PointsOf(const std::vector<FactChange>& changes, const absl::TimeZone& zone) {
  Points points;
  std::map<std::tuple<std::string, int64_t, std::string>, size_t> places;
  for (const FactChange& change : changes) {
    const absl::Time occurred = calendar::ToTime(change.occurred_time());
    const auto [place, is_new] = places.try_emplace(
        {change.object(), absl::ToUnixMicros(occurred), change.source()}, points.size());
    if (!is_new) {
      points[place->second].change = nullptr;
      place->second = points.size();
    }
    points.push_back({&change, absl::ToCivilDay(occurred, zone)});
  }
  points.erase(std::remove_if(points.begin(), points.end(),
                              [](const Point& point) { return point.change == nullptr; }),
               points.end());
  return points;
}

// The points within the window that have a value.
Points ValuesIn(const Points& points, const Window& window) {
  Points values;
  for (const Point& point : points) {
    const bool inside =
        (!window.from.has_value() || point.day >= *window.from) && point.day <= window.to;
    if (inside && point.change->has_value()) values.push_back(point);
  }
  return values;
}

void SetNumber(FactReading& reading, double number) { reading.mutable_value()->set_number(number); }

void SetUnknown(FactReading& reading, const Points& all) {
  reading.set_unknown(all.empty() ? fact::v1::UNKNOWN_REASON_NEVER_RECORDED
                                  : fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW);
}

void SetProvenance(FactReading& reading, const FactChange& change) {
  *reading.mutable_occurred_time() = change.occurred_time();
  *reading.mutable_recorded_time() = change.recorded_time();
  reading.set_source(change.source());
}

void ReadLatest(const Points& all, const Window& window, FactReading& reading) {
  const Point* latest = nullptr;
  for (const Point& point : all) {
    if (window.from.has_value() && point.day < *window.from) continue;
    if (point.day <= window.to) latest = &point;
  }
  if (latest == nullptr) return SetUnknown(reading, all);
  SetProvenance(reading, *latest->change);
  if (latest->change->has_value()) {
    *reading.mutable_value() = latest->change->value();
  } else {
    reading.set_unknown(fact::v1::UNKNOWN_REASON_WITHDRAWN);
  }
}

double SumOf(const Points& values) {
  double sum = 0;
  for (const Point& point : values) sum += NumberOf(point.change->value());
  return sum;
}

double DistinctObjects(const Points& values) {
  std::set<std::string> objects;
  for (const Point& point : values) {
    if (NumberOf(point.change->value()) != 0) objects.insert(point.change->object());
  }
  return static_cast<double>(objects.size());
}

double ActiveWeeks(const Points& values, const Window& window) {
  std::set<int64_t> weeks;
  for (const Point& point : values) {
    if (NumberOf(point.change->value()) != 0) weeks.insert((window.to - point.day) / 7);
  }
  return static_cast<double>(weeks.size());
}

std::optional<double> DaysSinceLast(const Points& values, const Window& window) {
  for (auto point = values.rbegin(); point != values.rend(); ++point) {
    if (NumberOf(point->change->value()) != 0) return static_cast<double>(window.to - point->day);
  }
  return std::nullopt;
}

// Ordinary least squares over the daily sums of the days that have a value; nothing for fewer than
// two such days.
std::optional<double> TrendPerWeek(const Points& values) {
  std::map<absl::CivilDay, double> sums;
  for (const Point& point : values) sums[point.day] += NumberOf(point.change->value());
  if (sums.size() < 2) return std::nullopt;
  const double n = static_cast<double>(sums.size());
  const absl::CivilDay first = sums.begin()->first;
  double mean_day = 0;
  double mean_sum = 0;
  for (const auto& [day, sum] : sums) {
    mean_day += static_cast<double>(day - first) / n;
    mean_sum += sum / n;
  }
  double covariance = 0;
  double variance = 0;
  for (const auto& [day, sum] : sums) {
    const double x = static_cast<double>(day - first) - mean_day;
    covariance += x * (sum - mean_sum);
    variance += x * x;
  }
  return covariance / variance * 7;
}

std::optional<double> Extreme(const Points& values, bool largest) {
  std::optional<double> extreme;
  for (const Point& point : values) {
    const double number = NumberOf(point.change->value());
    if (!extreme.has_value() || (largest ? number > *extreme : number < *extreme)) extreme = number;
  }
  return extreme;
}

// Nothing where the aggregation of these values is unknown.
std::optional<double> Aggregate(type::v1::Aggregation aggregation, const Points& all,
                                const Points& values, const Window& window) {
  if (all.empty()) return std::nullopt;
  switch (aggregation) {
    case type::v1::AGGREGATION_SUM:
      return SumOf(values);
    case type::v1::AGGREGATION_COUNT:
      return static_cast<double>(values.size());
    case type::v1::AGGREGATION_DISTINCT_USERS:
      return DistinctObjects(values);
    case type::v1::AGGREGATION_ACTIVE_WEEKS:
      return ActiveWeeks(values, window);
    case type::v1::AGGREGATION_DAYS_SINCE_LAST:
      return DaysSinceLast(values, window);
    case type::v1::AGGREGATION_MEAN:
      if (values.empty()) return std::nullopt;
      return SumOf(values) / static_cast<double>(values.size());
    case type::v1::AGGREGATION_MIN:
      return Extreme(values, /*largest=*/false);
    case type::v1::AGGREGATION_MAX:
      return Extreme(values, /*largest=*/true);
    case type::v1::AGGREGATION_TREND_PER_WEEK:
      return TrendPerWeek(values);
    default:
      return std::nullopt;
  }
}

FactReading ReadOne(const FactQuery& query, const Points& all, const Window& window) {
  FactReading reading;
  const Points values = ValuesIn(all, window);
  reading.set_count(static_cast<int64_t>(values.size()));
  if (query.aggregation() == type::v1::AGGREGATION_UNSPECIFIED ||
      query.aggregation() == type::v1::AGGREGATION_LATEST) {
    ReadLatest(all, window, reading);
    return reading;
  }
  if (!values.empty()) SetProvenance(reading, *values.back().change);
  const std::optional<double> number = Aggregate(query.aggregation(), all, values, window);
  if (number.has_value()) {
    SetNumber(reading, *number);
  } else {
    SetUnknown(reading, all);
  }
  return reading;
}

}  // namespace

bool IsPlainLatest(const FactQuery& query) {
  return query.aggregation() <= type::v1::AGGREGATION_LATEST && !query.has_from() &&
         !query.has_to() && !query.per_object();
}

FactReading Summarize(const FactQuery& query, const std::vector<FactChange>& changes,
                      absl::Time as_of, const absl::TimeZone& zone) {
  Window window;
  window.to = absl::ToCivilDay(as_of, zone);
  if (query.has_to()) window.to = std::min(window.to, calendar::ToDay(query.to()));
  if (query.has_from()) window.from = calendar::ToDay(query.from());

  const Points points = PointsOf(changes, zone);
  FactReading reading = ReadOne(query, points, window);
  if (!query.per_object()) return reading;
  std::map<std::string, Points> by_object;
  for (const Point& point : points) by_object[point.change->object()].push_back(point);
  for (const auto& [object, of_object] : by_object) {
    const FactReading of = ReadOne(query, of_object, window);
    fact::v1::ObjectReading& out = *reading.add_objects();
    out.set_object(object);
    if (of.has_value()) *out.mutable_value() = of.value();
    out.set_count(of.count());
  }
  return reading;
}

}  // namespace banso::storage

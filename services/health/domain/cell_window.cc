#include "services/health/domain/cell_window.h"

#include <algorithm>
#include <map>
#include <set>

#include "common/calendar/proto_time.h"
#include "common/rule/value.h"

namespace banso::health {
namespace {

using fact::v1::FactReading;
using type::v1::Aggregation;

// The samples of one day, whatever their users, objects and sites.
struct Day {
  Cell total;
  std::set<int64_t> users;
};

// Everything that a window can be asked about.
struct Tally {
  Cell total;
  std::map<absl::CivilDay, Day> days;
  // Users with a value other than zero; whether any sample names a user.
  std::set<int64_t> users;
  bool names_users = false;
};

void Add(Tally& tally, const Cell& cell) {
  AddCell(tally.total, cell);
  Day& day = tally.days[cell.day];
  AddCell(day.total, cell);
  if (cell.user == 0) return;
  tally.names_users = true;
  if (cell.nonzero == 0) return;
  tally.users.insert(cell.user);
  day.users.insert(cell.user);
}

double DayValue(v1::MetricKind kind, const Day& day) {
  switch (kind) {
    case v1::METRIC_KIND_GAUGE:
    case v1::METRIC_KIND_FLAG:
      return day.total.last;
    case v1::METRIC_KIND_DISTINCT_USERS:
      return static_cast<double>(day.users.size());
    default:
      return day.total.sum;
  }
}

bool ZeroWhenSilent(v1::MetricKind kind) {
  return kind == v1::METRIC_KIND_COUNTER || kind == v1::METRIC_KIND_DISTINCT_USERS;
}

// The last day of the window that has come.
absl::CivilDay LastDay(const CellQuestion& question) {
  return std::min(question.to, question.today);
}

std::optional<double> Trend(const Tally& tally, const CellQuestion& question) {
  const absl::CivilDay first = tally.days.begin()->first;
  std::map<absl::CivilDay, double> values;
  for (const auto& [day, samples] : tally.days) values[day] = DayValue(question.kind, samples);
  if (ZeroWhenSilent(question.kind) && question.reports_since.has_value()) {
    absl::CivilDay day = std::max(question.from.value_or(first), *question.reports_since);
    for (; day <= LastDay(question); ++day) values.emplace(day, 0.0);
  }
  std::vector<Point> points;
  for (const auto& [day, value] : values) {
    points.push_back({static_cast<double>(day - first), value});
  }
  const std::optional<double> slope = LeastSquaresSlope(points);
  if (!slope.has_value()) return std::nullopt;
  return *slope * 7;
}

int64_t ActiveWeeks(const Tally& tally, absl::CivilDay to) {
  std::set<int64_t> weeks;
  for (const auto& [day, samples] : tally.days) {
    if (samples.total.nonzero > 0) weeks.insert((to - day) / 7);
  }
  return static_cast<int64_t>(weeks.size());
}

std::optional<double> DaysSinceLast(const Tally& tally, absl::CivilDay to) {
  for (auto it = tally.days.rbegin(); it != tally.days.rend(); ++it) {
    if (it->second.total.nonzero > 0) return static_cast<double>(to - it->first);
  }
  return std::nullopt;
}

// The number for a window that holds samples; nothing when they do not say.
std::optional<double> Aggregate(const Tally& tally, const CellQuestion& question) {
  switch (question.aggregation) {
    case type::v1::AGGREGATION_SUM:
      return tally.total.sum;
    case type::v1::AGGREGATION_COUNT:
      return static_cast<double>(tally.total.count);
    case type::v1::AGGREGATION_DISTINCT_USERS:
      if (!tally.names_users) return std::nullopt;
      return static_cast<double>(tally.users.size());
    case type::v1::AGGREGATION_DAYS_SINCE_LAST:
      return DaysSinceLast(tally, LastDay(question));
    case type::v1::AGGREGATION_MEAN:
      return tally.total.sum / static_cast<double>(tally.total.count);
    case type::v1::AGGREGATION_MIN:
      return tally.total.min;
    case type::v1::AGGREGATION_MAX:
      return tally.total.max;
    case type::v1::AGGREGATION_ACTIVE_WEEKS:
      return static_cast<double>(ActiveWeeks(tally, question.to));
    case type::v1::AGGREGATION_TREND_PER_WEEK:
      return Trend(tally, question);
    default:
      return DayValue(question.kind, tally.days.rbegin()->second);
  }
}

bool IsZeroOfNothing(Aggregation aggregation) {
  return aggregation == type::v1::AGGREGATION_SUM || aggregation == type::v1::AGGREGATION_COUNT ||
         aggregation == type::v1::AGGREGATION_DISTINCT_USERS ||
         aggregation == type::v1::AGGREGATION_ACTIVE_WEEKS;
}

bool IsLatest(Aggregation aggregation) {
  return aggregation == type::v1::AGGREGATION_UNSPECIFIED ||
         aggregation == type::v1::AGGREGATION_LATEST;
}

type::v1::Value ResultValue(const CellQuestion& question, double number) {
  if (question.kind == v1::METRIC_KIND_FLAG && IsLatest(question.aggregation)) {
    return rule::FlagValue(number != 0);
  }
  return rule::NumberValue(number);
}

// Why a window without a number has none; for those that are a number all the same, that number.
void AnswerNothing(const Tally& tally, const CellQuestion& question, FactReading* reading) {
  const bool empty = tally.total.count == 0;
  if (empty && IsZeroOfNothing(question.aggregation)) {
    if (question.reports_since.has_value()) {
      *reading->mutable_value() = rule::NumberValue(0);
    } else {
      reading->set_unknown(fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
    }
    return;
  }
  if (!empty && question.aggregation == type::v1::AGGREGATION_DISTINCT_USERS) {
    reading->set_unknown(fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
    return;
  }
  reading->set_unknown(question.ever ? fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW
                                     : fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
}

void Answer(const Tally& tally, const CellQuestion& question, FactReading* reading) {
  reading->set_count(tally.total.count);
  if (tally.total.count > 0) {
    *reading->mutable_occurred_time() = calendar::ToTimestamp(tally.total.last_occurred);
    *reading->mutable_recorded_time() = calendar::ToTimestamp(tally.total.last_recorded);
  }
  std::optional<double> number;
  if (tally.total.count > 0) number = Aggregate(tally, question);
  if (number.has_value()) {
    *reading->mutable_value() = ResultValue(question, *number);
  } else {
    AnswerNothing(tally, question, reading);
  }
}

}  // namespace

FactReading ReadCells(absl::Span<const Cell> cells, const CellQuestion& question,
                      const std::function<std::string(int64_t)>& word) {
  Tally all;
  std::map<int64_t, Tally> by_object;
  if (question.per_object) {
    for (const int64_t object : question.objects) by_object[object];
  }
  for (const Cell& cell : cells) {
    if (cell.count == 0 || cell.day > question.to) continue;
    if (question.from.has_value() && cell.day < *question.from) continue;
    Add(all, cell);
    if (question.per_object && cell.object != 0) Add(by_object[cell.object], cell);
  }
  FactReading reading;
  Answer(all, question, &reading);
  for (const auto& [object, tally] : by_object) {
    FactReading of_object;
    Answer(tally, question, &of_object);
    if (!of_object.has_value() && of_object.count() == 0) continue;
    fact::v1::ObjectReading* out = reading.add_objects();
    out->set_object(word(object));
    if (of_object.has_value()) *out->mutable_value() = of_object.value();
    out->set_count(of_object.count());
  }
  std::sort(reading.mutable_objects()->begin(), reading.mutable_objects()->end(),
            [](const auto& a, const auto& b) { return a.object() < b.object(); });
  return reading;
}

std::optional<double> LeastSquaresSlope(absl::Span<const Point> points) {
  if (points.size() < 2) return std::nullopt;
  const double n = static_cast<double>(points.size());
  double mean_x = 0;
  double mean_y = 0;
  for (const Point& point : points) {
    mean_x += point.x / n;
    mean_y += point.y / n;
  }
  double covariance = 0;
  double variance = 0;
  for (const Point& point : points) {
    covariance += (point.x - mean_x) * (point.y - mean_y);
    variance += (point.x - mean_x) * (point.x - mean_x);
  }
  if (variance == 0) return std::nullopt;
  return covariance / variance;
}

}  // namespace banso::health

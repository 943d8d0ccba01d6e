#include "common/rule/window.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"

namespace banso::rule {
namespace {

using absl::CivilDay;
using fact::v1::FactQuery;
using fact::v1::FactReading;
using fact::v1::UnknownReason;
using type::v1::Aggregation;

struct Point {
  const DatedValue* value;
  CivilDay day;
};
using Points = std::vector<Point>;

// The days that a query asks about, as far as they lie before the moment.
struct Days {
  std::optional<CivilDay> from;
  // The last day that can have values: `to`, but not after today.
  CivilDay last;
  // The last day of the whole window.
  CivilDay end;

  bool Contains(CivilDay day) const { return (!from.has_value() || day >= *from) && day <= end; }
};

Days DaysOf(const FactQuery& query, const WindowMoment& moment) {
  Days days;
  if (query.has_from()) days.from = calendar::ToDay(query.from());
  const CivilDay today = calendar::DayOf(moment.as_of, moment.time_zone);
  days.end = query.has_to() ? calendar::ToDay(query.to()) : today;
  days.last = std::min(days.end, today);
  return days;
}

// The values that count at the moment, corrections applied, in the order in which they occurred.
Points Counted(absl::Span<const DatedValue> values, const WindowMoment& moment) {
  std::vector<const DatedValue*> counted;
  for (const DatedValue& value : values) {
    if (value.occurred > moment.as_of) continue;
    if (moment.known_at.has_value() && value.recorded > *moment.known_at) continue;
    counted.push_back(&value);
  }
  std::stable_sort(counted.begin(), counted.end(), [](const DatedValue* a, const DatedValue* b) {
    return std::tie(a->occurred, a->object, a->user, a->recorded) <
           std::tie(b->occurred, b->object, b->user, b->recorded);
  });
  Points points;
  for (const DatedValue* value : counted) {
    const bool corrects = !points.empty() && points.back().value->occurred == value->occurred &&
                          points.back().value->object == value->object &&
                          points.back().value->user == value->user;
    if (corrects) points.pop_back();
    points.push_back({value, calendar::DayOf(value->occurred, moment.time_zone)});
  }
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) {
    return std::tie(a.value->occurred, a.value->recorded) <
           std::tie(b.value->occurred, b.value->recorded);
  });
  return points;
}

bool TakesOnlyNumbers(Aggregation aggregation) {
  switch (aggregation) {
    case type::v1::AGGREGATION_SUM:
    case type::v1::AGGREGATION_MEAN:
    case type::v1::AGGREGATION_MIN:
    case type::v1::AGGREGATION_MAX:
    case type::v1::AGGREGATION_TREND_PER_WEEK:
      return true;
    default:
      return false;
  }
}

bool IsZeroWhenSilent(Aggregation aggregation) {
  return aggregation == type::v1::AGGREGATION_SUM || aggregation == type::v1::AGGREGATION_COUNT ||
         aggregation == type::v1::AGGREGATION_DISTINCT_USERS ||
         aggregation == type::v1::AGGREGATION_ACTIVE_WEEKS;
}

// The points of the window that have a value which the aggregation takes.
Points Taken(const Points& points, const Days& days, Aggregation aggregation) {
  Points taken;
  for (const Point& point : points) {
    if (!days.Contains(point.day) || !point.value->value.has_value()) continue;
    if (TakesOnlyNumbers(aggregation) && !point.value->value->has_number()) continue;
    taken.push_back(point);
  }
  return taken;
}

double Number(const Point& point) { return point.value->value->number(); }

double Sum(const Points& points) {
  double sum = 0;
  for (const Point& point : points) sum += Number(point);
  return sum;
}

std::pair<double, double> MinAndMax(const Points& points) {
  std::pair<double, double> range(Number(points.front()), Number(points.front()));
  for (const Point& point : points) {
    range.first = std::min(range.first, Number(point));
    range.second = std::max(range.second, Number(point));
  }
  return range;
}

std::optional<double> DistinctUsers(const Points& points) {
  std::set<std::string> all;
  std::set<std::string> active;
  for (const Point& point : points) {
    if (point.value->user.empty()) continue;
    all.insert(point.value->user);
    if (IsNonZero(*point.value->value)) active.insert(point.value->user);
  }
  if (all.empty()) return std::nullopt;
  return static_cast<double>(active.size());
}

std::optional<double> DaysSinceLast(const Points& points, const Days& days) {
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    if (IsNonZero(*point->value->value)) return static_cast<double>(days.last - point->day);
  }
  return std::nullopt;
}

double ActiveWeeks(const Points& points, const Days& days) {
  std::set<absl::civil_diff_t> weeks;
  for (const Point& point : points) {
    if (IsNonZero(*point.value->value)) weeks.insert((days.end - point.day) / 7);
  }
  return static_cast<double>(weeks.size());
}

std::optional<double> TrendPerWeek(const Points& points, const Days& days,
                                   std::optional<CivilDay> zero_since) {
  std::map<CivilDay, double> sums;
  for (const Point& point : points) sums[point.day] += Number(point);
  if (zero_since.has_value() && !sums.empty()) {
    const CivilDay first = days.from.value_or(sums.begin()->first);
    for (CivilDay day = std::max(first, *zero_since); day <= days.last; ++day) {
      sums.emplace(day, 0.0);
    }
  }
  if (sums.size() < 2) return std::nullopt;
  const CivilDay origin = sums.begin()->first;
  double mean_x = 0;
  double mean_y = 0;
  for (const auto& [day, sum] : sums) {
    mean_x += static_cast<double>(day - origin) / static_cast<double>(sums.size());
    mean_y += sum / static_cast<double>(sums.size());
  }
  double covariance = 0;
  double variance = 0;
  for (const auto& [day, sum] : sums) {
    const double x = static_cast<double>(day - origin) - mean_x;
    covariance += x * (sum - mean_y);
    variance += x * x;
  }
  return 7 * covariance / variance;
}

// The number that the aggregation makes of the points, of which there is at least one.
std::optional<double> Aggregate(const Points& points, const Days& days, Aggregation aggregation,
                                std::optional<CivilDay> zero_since) {
  switch (aggregation) {
    case type::v1::AGGREGATION_SUM:
      return Sum(points);
    case type::v1::AGGREGATION_COUNT:
      return static_cast<double>(points.size());
    case type::v1::AGGREGATION_DISTINCT_USERS:
      return DistinctUsers(points);
    case type::v1::AGGREGATION_DAYS_SINCE_LAST:
      return DaysSinceLast(points, days);
    case type::v1::AGGREGATION_MEAN:
      return Sum(points) / static_cast<double>(points.size());
    case type::v1::AGGREGATION_MIN:
      return MinAndMax(points).first;
    case type::v1::AGGREGATION_MAX:
      return MinAndMax(points).second;
    case type::v1::AGGREGATION_ACTIVE_WEEKS:
      return ActiveWeeks(points, days);
    case type::v1::AGGREGATION_TREND_PER_WEEK:
      return TrendPerWeek(points, days, zero_since);
    default:
      return std::nullopt;
  }
}

UnknownReason WhyEmpty(const Points& points, const Days& days) {
  if (points.empty()) return fact::v1::UNKNOWN_REASON_NEVER_RECORDED;
  const Point* last = &points.back();
  for (const Point& point : points) {
    if (days.Contains(point.day)) last = &point;
  }
  return last->value->value.has_value() ? fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW
                                        : fact::v1::UNKNOWN_REASON_WITHDRAWN;
}

void SetSource(const Point& last, int64_t count, FactReading* reading) {
  *reading->mutable_occurred_time() = calendar::ToTimestamp(last.value->occurred);
  *reading->mutable_recorded_time() = calendar::ToTimestamp(last.value->recorded);
  reading->set_source(last.value->source);
  reading->set_count(count);
}

void ReadLatest(const Points& points, const Days& days, FactReading* reading) {
  const Point* last = nullptr;
  for (const Point& point : points) {
    if (days.Contains(point.day)) last = &point;
  }
  if (last == nullptr || !last->value->value.has_value()) {
    reading->set_unknown(WhyEmpty(points, days));
    return;
  }
  *reading->mutable_value() = *last->value->value;
  SetSource(*last, 1, reading);
}

void ReadAggregate(const Points& points, const Days& days, Aggregation aggregation,
                   std::optional<CivilDay> zero_since, FactReading* reading) {
  const Points taken = Taken(points, days, aggregation);
  if (!taken.empty()) {
    SetSource(taken.back(), static_cast<int64_t>(taken.size()), reading);
    const std::optional<double> number = Aggregate(taken, days, aggregation, zero_since);
    if (number.has_value()) {
      *reading->mutable_value() = NumberValue(*number);
    } else {
      reading->set_unknown(aggregation == type::v1::AGGREGATION_DISTINCT_USERS
                               ? fact::v1::UNKNOWN_REASON_SOURCE_SILENT
                               : fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW);
    }
    return;
  }
  const bool silence_is_zero = zero_since.has_value() && IsZeroWhenSilent(aggregation) &&
                               days.from.has_value() && *days.from >= *zero_since;
  if (silence_is_zero) {
    *reading->mutable_value() = NumberValue(0);
  } else {
    reading->set_unknown(WhyEmpty(points, days));
  }
}

bool IsLatest(Aggregation aggregation) {
  return aggregation == type::v1::AGGREGATION_UNSPECIFIED ||
         aggregation == type::v1::AGGREGATION_LATEST;
}

FactReading ReadPoints(const Points& points, const FactQuery& query, const Days& days,
                       std::optional<CivilDay> zero_since) {
  FactReading reading;
  reading.set_fact(query.fact());
  if (IsLatest(query.aggregation())) {
    ReadLatest(points, days, &reading);
  } else {
    ReadAggregate(points, days, query.aggregation(), zero_since, &reading);
  }
  return reading;
}

// An object that has no word in the window is left out, unless its silence is known to be zero.
void AddObjects(const Points& points, const FactQuery& query, const Days& days,
                std::optional<CivilDay> zero_since, FactReading* reading) {
  std::map<std::string, Points> by_object;
  for (const Point& point : points) {
    if (!point.value->object.empty()) by_object[point.value->object].push_back(point);
  }
  for (const auto& [object, own_points] : by_object) {
    const FactReading own = ReadPoints(own_points, query, days, zero_since);
    const bool withdrawn = own.unknown() == fact::v1::UNKNOWN_REASON_WITHDRAWN;
    if (!own.has_value() && own.count() == 0 && !withdrawn) continue;
    fact::v1::ObjectReading* added = reading->add_objects();
    added->set_object(object);
    added->set_count(own.count());
    if (own.has_value()) *added->mutable_value() = own.value();
  }
}

}  // namespace

FactReading ReadWindow(absl::Span<const DatedValue> points, const FactQuery& query,
                       const WindowMoment& moment) {
  const Days days = DaysOf(query, moment);
  const Points counted = Counted(points, moment);
  FactReading reading = ReadPoints(counted, query, days, moment.zero_since);
  if (query.per_object()) AddObjects(counted, query, days, moment.zero_since, &reading);
  return reading;
}

}  // namespace banso::rule

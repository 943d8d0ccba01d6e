#include "services/health/domain/sample_window.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "absl/time/time.h"
#include "common/calendar/proto_time.h"
#include "common/rule/value.h"

namespace banso::health {
namespace {

using fact::v1::FactReading;
using type::v1::Aggregation;

using Samples = absl::Span<const WindowSample>;

int64_t EpochDay(absl::CivilDay day) { return day - absl::CivilDay(1970, 1, 1); }

// The first and last day of the window, from 1970-01-01.
struct WindowDays {
  int64_t from = std::numeric_limits<int64_t>::min();
  int64_t to = 0;

  bool Has(const WindowSample& sample) const { return sample.day >= from && sample.day <= to; }
};

WindowDays DaysOfWindow(const WindowQuestion& question) {
  WindowDays days;
  if (question.from.has_value()) days.from = EpochDay(*question.from);
  days.to = EpochDay(question.to);
  return days;
}

// How many different users have a value other than zero.
size_t CountUsers(Samples samples) {
  std::vector<int64_t> users;
  for (const WindowSample& sample : samples) {
    if (sample.user != 0 && sample.value != 0) users.push_back(sample.user);
  }
  std::sort(users.begin(), users.end());
  return static_cast<size_t>(std::unique(users.begin(), users.end()) - users.begin());
}

double SumOfValues(Samples samples) {
  double sum = 0;
  for (const WindowSample& sample : samples) sum += sample.value;
  return sum;
}

// The value of a day; `samples` are all of it.
double DayValue(v1::MetricKind kind, Samples samples) {
  switch (kind) {
    case v1::METRIC_KIND_GAUGE:
    case v1::METRIC_KIND_FLAG:
      return samples.back().value;
    case v1::METRIC_KIND_DISTINCT_USERS:
      return static_cast<double>(CountUsers(samples));
    default:
      return SumOfValues(samples);
  }
}

bool IsEarlierDay(const WindowSample& a, const WindowSample& b) { return a.day < b.day; }

// The samples by day, each day's in the order in which they occurred: as they are, unless the
// account has moved to another time zone. Then they are sorted in `sorted`.
Samples ByDay(Samples samples, std::vector<WindowSample>& sorted) {
  if (std::is_sorted(samples.begin(), samples.end(), IsEarlierDay)) return samples;
  sorted.assign(samples.begin(), samples.end());
  std::stable_sort(sorted.begin(), sorted.end(), IsEarlierDay);
  return sorted;
}

bool ZeroWhenSilent(v1::MetricKind kind) {
  return kind == v1::METRIC_KIND_COUNTER || kind == v1::METRIC_KIND_DISTINCT_USERS;
}

// The last day of the window that has come.
int64_t LastDay(const WindowQuestion& question) {
  return EpochDay(std::min(question.to, question.today));
}

std::optional<double> Trend(Samples samples, const WindowQuestion& question) {
  std::vector<WindowSample> sorted;
  const Samples by_day = ByDay(samples, sorted);
  const int64_t first = by_day.front().day;
  std::vector<Point> points;
  // Silent days from `silent` on, up to the day before `end`, are days with zero.
  int64_t silent = std::numeric_limits<int64_t>::max();
  if (ZeroWhenSilent(question.kind) && question.reports_since.has_value()) {
    silent = std::max(question.from.has_value() ? EpochDay(*question.from) : first,
                      EpochDay(*question.reports_since));
  }
  const auto fill_up_to = [&](int64_t end) {
    for (; silent < end; ++silent) points.push_back({static_cast<double>(silent - first), 0.0});
  };
  for (size_t begin = 0; begin < by_day.size();) {
    const int64_t day = by_day[begin].day;
    size_t end = begin;
    while (end < by_day.size() && by_day[end].day == day) ++end;
    fill_up_to(day);
    points.push_back({static_cast<double>(day - first),
                      DayValue(question.kind, by_day.subspan(begin, end - begin))});
    if (silent == day) ++silent;
    begin = end;
  }
  if (silent != std::numeric_limits<int64_t>::max()) fill_up_to(LastDay(question) + 1);
  const std::optional<double> slope = LeastSquaresSlope(points);
  if (!slope.has_value()) return std::nullopt;
  return *slope * 7;
}

double ActiveWeeks(Samples samples, int64_t to) {
  std::vector<int64_t> weeks;
  for (const WindowSample& sample : samples) {
    if (sample.value != 0) weeks.push_back((to - sample.day) / 7);
  }
  std::sort(weeks.begin(), weeks.end());
  return static_cast<double>(std::unique(weeks.begin(), weeks.end()) - weeks.begin());
}

std::optional<double> DaysSinceLast(Samples samples, int64_t to) {
  std::optional<int64_t> last;
  for (const WindowSample& sample : samples) {
    if (sample.value != 0) last = std::max(sample.day, last.value_or(sample.day));
  }
  if (!last.has_value()) return std::nullopt;
  return static_cast<double>(to - *last);
}

double LatestDayValue(Samples samples, v1::MetricKind kind) {
  int64_t last = samples.back().day;
  for (const WindowSample& sample : samples) last = std::max(last, sample.day);
  std::vector<WindowSample> of_day;
  for (const WindowSample& sample : samples) {
    if (sample.day == last) of_day.push_back(sample);
  }
  return DayValue(kind, of_day);
}

bool LessValue(const WindowSample& a, const WindowSample& b) { return a.value < b.value; }

// The number for a window that holds samples, which are these; nothing when they do not say.
std::optional<double> Aggregate(Samples samples, const WindowQuestion& question) {
  switch (question.aggregation) {
    case type::v1::AGGREGATION_SUM:
      return SumOfValues(samples);
    case type::v1::AGGREGATION_COUNT:
      return static_cast<double>(samples.size());
    case type::v1::AGGREGATION_DISTINCT_USERS:
      if (std::all_of(samples.begin(), samples.end(),
                      [](const WindowSample& sample) { return sample.user == 0; })) {
        return std::nullopt;
      }
      return static_cast<double>(CountUsers(samples));
    case type::v1::AGGREGATION_DAYS_SINCE_LAST:
      return DaysSinceLast(samples, LastDay(question));
    case type::v1::AGGREGATION_MEAN:
      return SumOfValues(samples) / static_cast<double>(samples.size());
    case type::v1::AGGREGATION_MIN:
      return std::min_element(samples.begin(), samples.end(), LessValue)->value;
    case type::v1::AGGREGATION_MAX:
      return std::max_element(samples.begin(), samples.end(), LessValue)->value;
    case type::v1::AGGREGATION_ACTIVE_WEEKS:
      return ActiveWeeks(samples, EpochDay(question.to));
    case type::v1::AGGREGATION_TREND_PER_WEEK:
      return Trend(samples, question);
    default:
      return LatestDayValue(samples, question.kind);
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

bool IsFlag(const WindowQuestion& question) {
  return question.kind == v1::METRIC_KIND_FLAG && IsLatest(question.aggregation);
}

// Why a window without a number has none; for those that are a number all the same, that number.
void AnswerNothing(const WindowQuestion& question, WindowAnswer& answer) {
  const bool empty = answer.count == 0;
  if (empty && IsZeroOfNothing(question.aggregation)) {
    if (question.reports_since.has_value()) {
      answer.number = 0;
    } else {
      answer.unknown = fact::v1::UNKNOWN_REASON_SOURCE_SILENT;
    }
  } else if (!empty && question.aggregation == type::v1::AGGREGATION_DISTINCT_USERS) {
    answer.unknown = fact::v1::UNKNOWN_REASON_SOURCE_SILENT;
  } else {
    answer.unknown = question.ever ? fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW
                                   : fact::v1::UNKNOWN_REASON_NEVER_RECORDED;
  }
}

// Of samples that all lie in the window.
WindowAnswer AnswerWithin(Samples samples, const WindowQuestion& question) {
  WindowAnswer answer;
  answer.count = static_cast<int64_t>(samples.size());
  if (!samples.empty()) {
    answer.last_occurred = answer.last_recorded = std::numeric_limits<int64_t>::min();
    for (const WindowSample& sample : samples) {
      answer.last_occurred = std::max(answer.last_occurred, sample.occurred);
      answer.last_recorded = std::max(answer.last_recorded, sample.recorded);
    }
    answer.number = Aggregate(samples, question);
  }
  if (!answer.number.has_value()) AnswerNothing(question, answer);
  return answer;
}

google::protobuf::Timestamp MicrosToTimestamp(int64_t micros) {
  return calendar::ToTimestamp(absl::FromUnixMicros(micros));
}

void FillReading(const WindowQuestion& question, const WindowAnswer& answer, FactReading* reading) {
  reading->set_count(answer.count);
  if (answer.count > 0) {
    *reading->mutable_occurred_time() = MicrosToTimestamp(answer.last_occurred);
    *reading->mutable_recorded_time() = MicrosToTimestamp(answer.last_recorded);
  }
  if (answer.number.has_value()) {
    *reading->mutable_value() = ValueOf(question, *answer.number);
  } else {
    reading->set_unknown(answer.unknown);
  }
}

void FillObjects(Samples samples, const WindowQuestion& question,
                 const std::function<std::string(int64_t)>& word, FactReading* reading) {
  const WindowDays days = DaysOfWindow(question);
  std::map<int64_t, std::vector<WindowSample>> by_object;
  for (const int64_t object : question.objects) by_object[object];
  for (const WindowSample& sample : samples) {
    if (sample.object != 0 && days.Has(sample)) by_object[sample.object].push_back(sample);
  }
  for (const auto& [object, of_object] : by_object) {
    const WindowAnswer answer = AnswerWithin(of_object, question);
    if (!answer.number.has_value() && answer.count == 0) continue;
    fact::v1::ObjectReading* out = reading->add_objects();
    out->set_object(word(object));
    if (answer.number.has_value()) *out->mutable_value() = ValueOf(question, *answer.number);
    out->set_count(answer.count);
  }
  std::sort(reading->mutable_objects()->begin(), reading->mutable_objects()->end(),
            [](const auto& a, const auto& b) { return a.object() < b.object(); });
}

}  // namespace

WindowAnswer AnswerWindow(Samples samples, const WindowQuestion& question) {
  const WindowDays days = DaysOfWindow(question);
  const auto inside = [&](const WindowSample& sample) { return days.Has(sample); };
  if (std::all_of(samples.begin(), samples.end(), inside)) return AnswerWithin(samples, question);
  std::vector<WindowSample> within;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(within), inside);
  return AnswerWithin(within, question);
}

type::v1::Value ValueOf(const WindowQuestion& question, double number) {
  if (IsFlag(question)) return rule::FlagValue(number != 0);
  return rule::NumberValue(number);
}

double NumberOf(const WindowQuestion& question, double number) {
  if (IsFlag(question)) return number != 0 ? 1 : 0;
  return number;
}

FactReading ReadWindow(Samples samples, const WindowQuestion& question,
                       const std::function<std::string(int64_t)>& word) {
  FactReading reading;
  FillReading(question, AnswerWindow(samples, question), &reading);
  if (question.per_object) FillObjects(samples, question, word, &reading);
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

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SAMPLE_WINDOW_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SAMPLE_WINDOW_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/value.pb.h"

namespace banso::health {

// A sample of one account and metric, as far as windows need to know it. Times in microseconds
// since 1970.
struct WindowSample {
  // The civil day on which it occurred, from 1970-01-01, in the account's time zone.
  int64_t day = 0;
  int64_t occurred = 0;
  int64_t recorded = 0;
  // Numbers of the words that the sample gave; 0: none.
  int64_t object = 0;
  int64_t user = 0;
  double value = 0;
  int64_t site = 0;
};

// One question about one metric of one account.
struct WindowQuestion {
  v1::MetricKind kind = v1::METRIC_KIND_COUNTER;
  type::v1::Aggregation aggregation = type::v1::AGGREGATION_LATEST;
  // The days of the window, inclusive. Without a first day, from the beginning.
  std::optional<absl::CivilDay> from;
  absl::CivilDay to;
  // The day of the question: later days of the window have not been yet.
  absl::CivilDay today;
  // The day of the first sample of any metric of the same source that counts, if it is not after
  // `to`: from then on the source reports, and a day without samples is a day with zero. Absent:
  // silence is unknown.
  std::optional<absl::CivilDay> reports_since;
  // Whether any sample of the metric counts, in the window or before.
  bool ever = false;
  // One reading per object, too.
  bool per_object = false;
  // All objects of the metric that have been seen up to `to`, by number, for per_object: an object
  // that is silent in the window is then 0 like the metric itself, where silence is zero, and left
  // out where it is not.
  std::vector<int64_t> objects;
};

// What a window comes to.
struct WindowAnswer {
  // Absent: unknown, for the reason `unknown`.
  std::optional<double> number;
  fact::v1::UnknownReason unknown = fact::v1::UNKNOWN_REASON_UNSPECIFIED;
  // How many samples the window holds; of the last ones to occur and to be recorded, when.
  int64_t count = 0;
  int64_t last_occurred = 0;
  int64_t last_recorded = 0;
};

// What the samples say to the question, objects aside. `samples` are those that count, in the order
// in which they occurred; those outside of the window are passed over.
//
// A day's value: of a COUNTER the sum of its samples, of a GAUGE or FLAG its latest sample, of
// DISTINCT_USERS the number of users with a value other than zero. LATEST is the value of the last
// day that has one; TREND_PER_WEEK is the least-squares slope of the days' values times seven, over
// the days that have one and, for a COUNTER or DISTINCT_USERS, the silent days from `from` (else
// the first day with a value) on, as far as the source reports; it needs two days. SUM, MEAN, MIN,
// MAX and COUNT go over the samples. ACTIVE_WEEKS counts seven-day buckets that end with `to`;
// DAYS_SINCE_LAST counts to `to` or `today`, whichever is earlier.
//
// SUM, COUNT, DISTINCT_USERS and ACTIVE_WEEKS of nothing are 0 when the source reports, else
// unknown (SOURCE_SILENT). The others are NEVER_RECORDED when `ever` is false, else NOT_IN_WINDOW.
// DISTINCT_USERS of samples that name no user is unknown (SOURCE_SILENT).
WindowAnswer AnswerWindow(absl::Span<const WindowSample> samples, const WindowQuestion& question);

// An answer's number as the value of a fact: that of a flag for the latest value of a FLAG.
type::v1::Value ValueOf(const WindowQuestion& question, double number);
// The number that a curve reads of that value.
double NumberOf(const WindowQuestion& question, double number);

// The same with everything that a reading says; subject and fact are for the caller to fill in.
// `word` gives the text of an object's number.
fact::v1::FactReading ReadWindow(absl::Span<const WindowSample> samples,
                                 const WindowQuestion& question,
                                 const std::function<std::string(int64_t)>& word);

// The slope of y over x by least squares; nothing for fewer than two different x.
struct Point {
  double x = 0;
  double y = 0;
};
std::optional<double> LeastSquaresSlope(absl::Span<const Point> points);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SAMPLE_WINDOW_H_

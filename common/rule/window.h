#ifndef BANSO_COMMON_RULE_WINDOW_H_
#define BANSO_COMMON_RULE_WINDOW_H_

#include <optional>
#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/type/v1/value.pb.h"

namespace banso::rule {

// One value of one fact about one subject.
struct DatedValue {
  absl::Time occurred;
  absl::Time recorded;
  // Absent: withdrawn, unknown from `occurred` on.
  std::optional<type::v1::Value> value;
  // Empty where the fact has no objects.
  std::string object;
  // Empty where the value names no user.
  std::string user;
  // A resource name or a system's name.
  std::string source;
};

// As of when and how values are read.
struct WindowMoment {
  // Values that occurred later do not count.
  absl::Time as_of;
  // Values recorded later do not count. Absent: all count.
  std::optional<absl::Time> known_at;
  // The zone in which days are counted.
  absl::TimeZone time_zone;
  // The first day since which the source of the fact is known to report every day about this
  // subject, so that from then on a day without a value is a day with zero. Absent: silence is
  // unknown.
  std::optional<absl::CivilDay> zero_since;
};

// What the values say to a query: the meaning of every Aggregation, for whoever holds the values in
// memory. `points` may be in any order; of values with the same instant, object and user the one
// recorded last counts (it corrects the others, and takes them away when it is a withdrawal). Days
// are counted in the moment's zone, `from` and `to` inclusive. The subject is left for the caller
// to fill in.
//
// An empty window is NEVER_RECORDED when nothing counts at all, WITHDRAWN when the last word was a
// withdrawal, else NOT_IN_WINDOW; for SUM, COUNT, DISTINCT_USERS and ACTIVE_WEEKS it is 0 when the
// whole window lies in `zero_since`'s days. SUM, MEAN, MIN, MAX and TREND_PER_WEEK take numbers
// only and pass over other values. DISTINCT_USERS is unknown (SOURCE_SILENT) when values count but
// none names a user. TREND_PER_WEEK needs two days.
fact::v1::FactReading ReadWindow(absl::Span<const DatedValue> points,
                                 const fact::v1::FactQuery& query, const WindowMoment& moment);

}  // namespace banso::rule

#endif  // BANSO_COMMON_RULE_WINDOW_H_

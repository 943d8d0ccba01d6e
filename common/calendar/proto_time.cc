#include "common/calendar/proto_time.h"

#include <algorithm>
#include <cstdint>

namespace banso::calendar {
namespace {

// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
constexpr int64_t kMinTimestampSeconds = -62135596800;
constexpr int64_t kMaxTimestampSeconds = 253402300799;
constexpr int32_t kMaxNanos = 999999999;

}  // namespace

bool IsValid(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() >= kMinTimestampSeconds &&
         timestamp.seconds() <= kMaxTimestampSeconds && timestamp.nanos() >= 0 &&
         timestamp.nanos() <= kMaxNanos;
}

bool IsValid(const type::v1::Date& date) {
  if (date.year() < 1900 || date.year() > 2200) return false;
  const absl::CivilDay day = ToDay(date);
  return day.year() == date.year() && day.month() == date.month() && day.day() == date.day();
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  const absl::Time first = absl::FromUnixSeconds(kMinTimestampSeconds);
  const absl::Time last =
      absl::FromUnixSeconds(kMaxTimestampSeconds) + absl::Nanoseconds(kMaxNanos);
  time = std::clamp(time, first, last);
  google::protobuf::Timestamp timestamp;
  // ToUnixSeconds rounds towards the infinite past, so that the rest is never negative.
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return timestamp;
}

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  const int64_t seconds =
      std::clamp(timestamp.seconds(), kMinTimestampSeconds, kMaxTimestampSeconds);
  const int32_t nanos = std::clamp(timestamp.nanos(), 0, kMaxNanos);
  return absl::FromUnixSeconds(seconds) + absl::Nanoseconds(nanos);
}

type::v1::Date ToDate(absl::CivilDay day) {
  type::v1::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

absl::CivilDay ToDay(const type::v1::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

std::string DayText(absl::CivilDay day) { return absl::FormatCivilTime(day); }

std::string DayText(const type::v1::Date& date) { return DayText(ToDay(date)); }

}  // namespace banso::calendar

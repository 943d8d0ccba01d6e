#include "common/calendar/proto_time.h"

#include <cstdint>
#include <limits>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace banso::calendar {
namespace {

google::protobuf::Timestamp Timestamp(int64_t seconds, int32_t nanos) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(nanos);
  return timestamp;
}

type::v1::Date Date(int year, int month, int day) {
  type::v1::Date date;
  date.set_year(year);
  date.set_month(month);
  date.set_day(day);
  return date;
}

TEST(Timestamps, KeepNanosecondsBothWays) {
  for (const absl::Time time :
       {absl::UnixEpoch(), absl::FromUnixNanos(1'700'000'000'123'456'789),
        absl::UnixEpoch() - absl::Nanoseconds(1), absl::FromUnixSeconds(-62135596800)}) {
    const google::protobuf::Timestamp timestamp = ToTimestamp(time);
    EXPECT_TRUE(IsValid(timestamp)) << time;
    EXPECT_EQ(ToTime(timestamp), time);
  }
  EXPECT_EQ(ToTimestamp(absl::UnixEpoch() - absl::Nanoseconds(1)).nanos(), 999999999);
}

TEST(Timestamps, StayInRange) {
  EXPECT_EQ(ToTimestamp(absl::InfiniteFuture()).seconds(), 253402300799);
  EXPECT_EQ(ToTimestamp(absl::InfiniteFuture()).nanos(), 999999999);
  EXPECT_EQ(ToTimestamp(absl::InfinitePast()).seconds(), -62135596800);
  EXPECT_EQ(ToTimestamp(absl::InfinitePast()).nanos(), 0);
  EXPECT_TRUE(IsValid(ToTimestamp(absl::InfiniteFuture())));
  const int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(IsValid(Timestamp(huge, 0)));
  EXPECT_FALSE(IsValid(Timestamp(0, -1)));
  EXPECT_FALSE(IsValid(Timestamp(0, 1'000'000'000)));
  EXPECT_EQ(ToTimestamp(ToTime(Timestamp(huge, -5))).seconds(), 253402300799);
}

TEST(Dates, AreDaysOfTheCalendar) {
  EXPECT_TRUE(IsValid(Date(2024, 2, 29)));
  EXPECT_FALSE(IsValid(Date(2025, 2, 29)));
  EXPECT_FALSE(IsValid(Date(2025, 13, 1)));
  EXPECT_FALSE(IsValid(Date(2025, 0, 1)));
  EXPECT_FALSE(IsValid(Date(1899, 12, 31)));
  EXPECT_FALSE(IsValid(Date(2201, 1, 1)));
  EXPECT_FALSE(IsValid(type::v1::Date()));
  EXPECT_EQ(ToDay(Date(2025, 2, 30)), absl::CivilDay(2025, 3, 2));
  for (absl::CivilDay day(2023, 12, 1); day < absl::CivilDay(2025, 1, 31); ++day) {
    EXPECT_TRUE(IsValid(ToDate(day)));
    EXPECT_EQ(ToDay(ToDate(day)), day);
  }
}

TEST(Dates, PrintAsIsoDays) {
  EXPECT_EQ(DayText(absl::CivilDay(2026, 4, 1)), "2026-04-01");
  EXPECT_EQ(DayText(Date(2026, 12, 31)), "2026-12-31");
}

}  // namespace
}  // namespace banso::calendar

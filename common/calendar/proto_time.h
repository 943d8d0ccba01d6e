#ifndef BANSO_COMMON_CALENDAR_PROTO_TIME_H_
#define BANSO_COMMON_CALENDAR_PROTO_TIME_H_

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/type/v1/time.pb.h"
#include "google/protobuf/timestamp.pb.h"

// Conversions between Abseil's times and the contract's. All are total: what arrives from outside
// is checked before (IsValid), and what a message cannot hold becomes the nearest value that it
// can.
namespace banso::calendar {

// True when `seconds` is within 0001-01-01..9999-12-31 and `nanos` within 0..999,999,999.
bool IsValid(const google::protobuf::Timestamp& timestamp);
// True when year, month and day name a day that exists, 1900 to 2200.
bool IsValid(const type::v1::Date& date);

// Times outside the years 1..9999, among them the infinite ones, become the first or last time
// that a Timestamp can hold.
google::protobuf::Timestamp ToTimestamp(absl::Time time);
// A timestamp that is not valid is brought into range first.
absl::Time ToTime(const google::protobuf::Timestamp& timestamp);

type::v1::Date ToDate(absl::CivilDay day);
// A date that does not exist is carried over: 30 February is 1 or 2 March.
absl::CivilDay ToDay(const type::v1::Date& date);

// `2026-04-01`.
std::string DayText(absl::CivilDay day);
std::string DayText(const type::v1::Date& date);

}  // namespace banso::calendar

#endif  // BANSO_COMMON_CALENDAR_PROTO_TIME_H_

#include "common/rule/memory_fact_reader.h"

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/window.h"

namespace banso::rule {
namespace {

fact::v1::FactChange MakeChange(absl::string_view subject, absl::string_view fact, absl::Time time,
                                absl::string_view object) {
  fact::v1::FactChange change;
  change.set_subject(std::string(subject));
  change.set_fact(std::string(fact));
  change.set_object(std::string(object));
  change.set_source("test");
  *change.mutable_occurred_time() = calendar::ToTimestamp(time);
  *change.mutable_recorded_time() = calendar::ToTimestamp(time);
  return change;
}

DatedValue ToDatedValue(const fact::v1::FactChange& change) {
  DatedValue value;
  value.occurred = calendar::ToTime(change.occurred_time());
  value.recorded = calendar::ToTime(change.recorded_time());
  if (change.has_value()) value.value = change.value();
  value.object = change.object();
  value.source = change.source();
  return value;
}

}  // namespace

void MemoryFactReader::Add(fact::v1::FactChange change) {
  const Series series(change.subject(), change.fact());
  changes_[series].push_back(std::move(change));
}

void MemoryFactReader::Set(absl::string_view subject, absl::string_view fact, type::v1::Value value,
                           absl::Time time, absl::string_view object) {
  fact::v1::FactChange change = MakeChange(subject, fact, time, object);
  *change.mutable_value() = std::move(value);
  Add(std::move(change));
}

void MemoryFactReader::Withdraw(absl::string_view subject, absl::string_view fact, absl::Time time,
                                absl::string_view object) {
  Add(MakeChange(subject, fact, time, object));
}

void MemoryFactReader::ZeroSince(absl::string_view subject, absl::string_view fact,
                                 absl::CivilDay day) {
  zero_since_.insert_or_assign(Series(subject, fact), day);
}

void MemoryFactReader::FailWith(absl::Status status) { failure_ = std::move(status); }

absl::StatusOr<std::vector<fact::v1::FactReading>> MemoryFactReader::Read(
    absl::Span<const FactRead> reads, const Moment& moment) {
  ++calls_;
  if (!failure_.ok()) return failure_;
  std::vector<fact::v1::FactReading> readings;
  for (const FactRead& read : reads) {
    const Series series(read.subject, read.query.fact());
    std::vector<DatedValue> values;
    for (const fact::v1::FactChange& change : changes_[series]) {
      values.push_back(ToDatedValue(change));
    }
    WindowMoment window{moment.as_of, moment.known_at, calendar::ZoneOrUtc(moment.time_zone), {}};
    const auto zero_since = zero_since_.find(series);
    if (zero_since != zero_since_.end()) window.zero_since = zero_since->second;
    readings.push_back(ReadWindow(values, read.query, window));
    readings.back().set_subject(read.subject);
  }
  return readings;
}

}  // namespace banso::rule

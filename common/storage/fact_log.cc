#include "common/storage/fact_log.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"
#include "common/storage/fact_windows.h"

namespace banso::storage {
namespace {

using fact::v1::FactChange;
using fact::v1::FactQuery;

constexpr absl::string_view kFactColumns =
    "subject, fact, object, value, occurred, recorded, source, backdated";

absl::StatusOr<FactChange> ReadRow(const Row& row) {
  FactChange change;
  change.set_subject(std::string(row.Text(0)));
  change.set_fact(std::string(row.Text(1)));
  change.set_object(std::string(row.Text(2)));
  if (!row.IsNull(3)) {
    const absl::string_view data = row.Blob(3);
    if (!change.mutable_value()->ParseFromArray(data.data(), static_cast<int>(data.size()))) {
      return contract::Internal("a stored fact cannot be read");
    }
  }
  *change.mutable_occurred_time() = calendar::ToTimestamp(row.Time(4));
  *change.mutable_recorded_time() = calendar::ToTimestamp(row.Time(5));
  change.set_source(std::string(row.Text(6)));
  change.set_backdated(row.Flag(7));
  return change;
}

// The value as it is stored; null for none.
Value StoredValue(const FactChange& change) {
  if (!change.has_value()) return nullptr;
  if (!change.value().has_text_set()) return Bytes{contract::DeterministicBytes(change.value())};
  type::v1::Value sorted = change.value();
  auto& items = *sorted.mutable_text_set()->mutable_items();
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return Bytes{contract::DeterministicBytes(sorted)};
}

Value OccurredTime(const FactChange& change) { return calendar::ToTime(change.occurred_time()); }

// Completes the times of a change that is recorded now.
absl::Status SetTimes(Writer& writer, FactChange& change) {
  if (!change.has_occurred_time()) {
    *change.mutable_occurred_time() = calendar::ToTimestamp(writer.now());
  }
  if (!change.backdated() || !change.has_recorded_time()) {
    *change.mutable_recorded_time() = calendar::ToTimestamp(writer.now());
    change.set_backdated(false);
  } else if (calendar::ToTime(change.recorded_time()) > writer.now()) {
    return contract::InvalidField("recorded_time",
                                  absl::FormatTime(calendar::ToTime(change.recorded_time())),
                                  "a time that is not ahead of now");
  }
  return absl::OkStatus();
}

}  // namespace

FactLog::FactLog() : FactLog(Options()) {}
FactLog::FactLog(Options options)
    : options_(std::move(options)),
      append_sql_(absl::StrCat("INSERT INTO ", options_.table,
                               " (position, commit_id, subject, fact, object, value, occurred, "
                               "recorded, source, backdated) VALUES ($position, $commit_id, "
                               "$subject, $fact, $object, $value, $occurred, $recorded, $source, "
                               "$backdated)")),
      in_force_sql_(absl::StrCat("SELECT value FROM ", options_.table,
                                 " WHERE subject = $subject AND fact = $fact AND object = $object "
                                 "AND occurred <= $occurred "
                                 "ORDER BY occurred DESC, position DESC LIMIT 1")) {}

absl::Status FactLog::Append(Writer& writer, FactChange change, Value value) const {
  return writer
      .Execute(append_sql_, {{"position", writer.NextPosition()},
                             {"commit_id", writer.first_position()},
                             {"subject", std::move(*change.mutable_subject())},
                             {"fact", std::move(*change.mutable_fact())},
                             {"object", std::move(*change.mutable_object())},
                             {"value", std::move(value)},
                             {"occurred", OccurredTime(change)},
                             {"recorded", calendar::ToTime(change.recorded_time())},
                             {"source", std::move(*change.mutable_source())},
                             {"backdated", change.backdated()}})
      .status();
}

absl::StatusOr<bool> FactLog::Knows(Reader& reader, absl::string_view subject) const {
  return reader.QueryOne(
      absl::StrCat("SELECT 1 FROM ", options_.table, " WHERE subject = $subject LIMIT 1"),
      {{"subject", subject}}, [](const Row&) { return absl::OkStatus(); });
}

absl::Status FactLog::RecordAll(Writer& writer, std::vector<FactChange> changes) const {
  std::string subject;
  bool known = true;
  // What was recorded here of a subject that had no facts.
  std::set<std::string> recorded;
  for (FactChange& change : changes) {
    if (change.subject() != subject) {
      subject = change.subject();
      BANSO_ASSIGN_OR_RETURN(known, Knows(writer, subject));
      recorded.clear();
    }
    if (known || !recorded.insert(change.fact()).second) {
      BANSO_RETURN_IF_ERROR(Record(writer, std::move(change)));
      continue;
    }
    BANSO_RETURN_IF_ERROR(SetTimes(writer, change));
    Value value = StoredValue(change);
    if (value.is_null()) continue;
    BANSO_RETURN_IF_ERROR(Append(writer, std::move(change), std::move(value)));
  }
  return absl::OkStatus();
}

absl::Status FactLog::Record(Writer& writer, FactChange change) const {
  BANSO_RETURN_IF_ERROR(SetTimes(writer, change));
  Value in_force;
  BANSO_RETURN_IF_ERROR(writer
                            .QueryOne(in_force_sql_,
                                      {{"subject", change.subject()},
                                       {"fact", change.fact()},
                                       {"object", change.object()},
                                       {"occurred", OccurredTime(change)}},
                                      [&in_force](const Row& row) {
                                        in_force = row.Get(0);
                                        return absl::OkStatus();
                                      })
                            .status());
  Value value = StoredValue(change);
  if (in_force == value) return absl::OkStatus();
  return Append(writer, std::move(change), std::move(value));
}

absl::Status FactLog::RecordEvent(Writer& writer, FactChange change) const {
  BANSO_RETURN_IF_ERROR(SetTimes(writer, change));
  Value recorded;
  BANSO_RETURN_IF_ERROR(
      writer
          .QueryOne(absl::StrCat("SELECT value FROM ", options_.table,
                                 " WHERE subject = $subject AND fact = $fact AND object = $object "
                                 "AND occurred = $occurred AND source = $source "
                                 "ORDER BY position DESC LIMIT 1"),
                    {{"subject", change.subject()},
                     {"fact", change.fact()},
                     {"object", change.object()},
                     {"occurred", OccurredTime(change)},
                     {"source", change.source()}},
                    [&recorded](const Row& row) {
                      recorded = row.Get(0);
                      return absl::OkStatus();
                    })
          .status());
  Value value = StoredValue(change);
  if (recorded == value) return absl::OkStatus();
  return Append(writer, std::move(change), std::move(value));
}

absl::StatusOr<bool> FactLog::IsRepetition(Writer& writer, const FactChange& change) const {
  bool repetition = false;
  BANSO_RETURN_IF_ERROR(writer.Query(
      absl::StrCat("SELECT value, recorded, source FROM ", options_.table,
                   " WHERE subject = $subject AND fact = $fact AND object = $object "
                   "AND occurred = $occurred"),
      {{"subject", change.subject()},
       {"fact", change.fact()},
       {"object", change.object()},
       {"occurred", OccurredTime(change)}},
      [&](const Row& row) {
        repetition =
            repetition || (row.Get(0) == StoredValue(change) &&
                           Value(row.Time(1)) == Value(calendar::ToTime(change.recorded_time())) &&
                           row.Text(2) == change.source());
        return absl::OkStatus();
      }));
  return repetition;
}

absl::Status FactLog::Mirror(Writer& writer, const FactChange& change) const {
  BANSO_ASSIGN_OR_RETURN(const bool repetition, IsRepetition(writer, change));
  return repetition ? absl::OkStatus() : Append(writer, change, StoredValue(change));
}

absl::StatusOr<std::vector<FactChange>> FactLog::Select(Reader& reader, absl::string_view subject,
                                                        absl::string_view fact, absl::Time as_of,
                                                        absl::Time known_at,
                                                        bool latest_only) const {
  std::vector<FactChange> changes;
  BANSO_RETURN_IF_ERROR(
      reader.Query(absl::StrCat("SELECT ", kFactColumns, " FROM ", options_.table,
                                " WHERE subject = $subject AND fact = $fact AND occurred <= $as_of "
                                "AND recorded <= $known_at ",
                                latest_only ? "ORDER BY occurred DESC, position DESC LIMIT 1"
                                            : "ORDER BY occurred, position"),
                   {{"subject", subject}, {"fact", fact}, {"as_of", as_of}, {"known_at", known_at}},
                   [&changes](const Row& row) -> absl::Status {
                     BANSO_ASSIGN_OR_RETURN(FactChange change, ReadRow(row));
                     changes.push_back(std::move(change));
                     return absl::OkStatus();
                   }));
  return changes;
}

absl::Status FactLog::ReadSubject(Reader& reader, const std::string& subject,
                                  const fact::v1::GetFactsRequest& request, absl::Time as_of,
                                  absl::Time known_at, fact::v1::GetFactsResponse& out) const {
  const std::string zone_name =
      options_.zone_of == nullptr ? "" : options_.zone_of(reader, subject);
  const absl::TimeZone zone = calendar::ZoneOrUtc(zone_name.empty() ? "Asia/Tokyo" : zone_name);
  // Read once per fact, and whether all of it.
  std::map<std::pair<std::string, bool>, std::vector<FactChange>> histories;
  for (const FactQuery& query : request.queries()) {
    const bool latest_only = IsPlainLatest(query);
    const auto [history, is_new] = histories.try_emplace({query.fact(), latest_only});
    if (is_new) {
      BANSO_ASSIGN_OR_RETURN(history->second,
                             Select(reader, subject, query.fact(), as_of, known_at, latest_only));
    }
    fact::v1::FactReading reading = Summarize(query, history->second, as_of, zone);
    reading.set_subject(subject);
    reading.set_fact(query.fact());
    *out.add_readings() = std::move(reading);
  }
  return absl::OkStatus();
}

absl::StatusOr<fact::v1::GetFactsResponse> FactLog::Read(Reader& reader,
                                                         const fact::v1::GetFactsRequest& request,
                                                         absl::Time now) const {
  const absl::Time as_of = request.has_as_of() ? calendar::ToTime(request.as_of()) : now;
  const absl::Time known_at =
      request.has_known_at() ? calendar::ToTime(request.known_at()) : absl::InfiniteFuture();
  fact::v1::GetFactsResponse response;
  for (const std::string& subject : request.subjects()) {
    BANSO_RETURN_IF_ERROR(ReadSubject(reader, subject, request, as_of, known_at, response));
  }
  BANSO_ASSIGN_OR_RETURN(const int64_t position, reader.Position());
  response.set_position(position);
  return response;
}

absl::StatusOr<std::vector<FactChange>> FactLog::Changes(Reader& reader, absl::string_view subject,
                                                         absl::string_view fact) const {
  return Select(reader, subject, fact, absl::InfiniteFuture(), absl::InfiniteFuture(), false);
}

absl::StatusOr<std::vector<FactLog::Entry>> FactLog::Tail(Reader& reader, int64_t position,
                                                          int limit) const {
  std::vector<Entry> entries;
  BANSO_RETURN_IF_ERROR(reader.Query(
      absl::StrCat("SELECT ", kFactColumns, ", position, commit_id FROM ", options_.table,
                   " WHERE position > $position ORDER BY position LIMIT $limit"),
      {{"position", position}, {"limit", limit}}, [&entries](const Row& row) -> absl::Status {
        BANSO_ASSIGN_OR_RETURN(FactChange change, ReadRow(row));
        entries.push_back({row.Int64(8), row.Int64(9), std::move(change)});
        return absl::OkStatus();
      }));
  return entries;
}

absl::StatusOr<int64_t> FactLog::Erase(Writer& writer, absl::string_view subject) const {
  return writer.Execute(absl::StrCat("DELETE FROM ", options_.table, " WHERE subject = $subject"),
                        {{"subject", subject}});
}

absl::StatusOr<int64_t> FactLog::EraseObject(Writer& writer, absl::string_view subject,
                                             absl::string_view object) const {
  return writer.Execute(absl::StrCat("DELETE FROM ", options_.table,
                                     " WHERE subject = $subject AND object = $object"),
                        {{"subject", subject}, {"object", object}});
}

}  // namespace banso::storage

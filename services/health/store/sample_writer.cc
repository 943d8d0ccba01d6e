#include <cstring>
#include <set>
#include <string>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/fingerprint.h"
#include "common/status_macros.h"
#include "services/health/domain/sample_rules.h"
#include "services/health/store/sample_feed.h"
#include "services/health/store/samples.h"

namespace banso::health {
namespace {

using storage::Value;
using storage::Writer;

constexpr char kInsertSample[] =
    "INSERT INTO sample (account, metric, id_hash, day, object, actor, site, occurred, recorded, "
    "backdated, value) VALUES ($account, $metric, $id_hash, $day, $object, $actor, $site, "
    "$occurred, $recorded, $backdated, $value) ON CONFLICT (account, metric, id_hash) DO NOTHING";

constexpr char kFindSample[] =
    "SELECT object, actor, site, occurred, value FROM sample "
    "WHERE account = $account AND metric = $metric AND id_hash = $id_hash";

constexpr char kAddCell[] =
    "INSERT INTO sample_cell (account, metric, day, recorded_day, object, actor, site, samples, "
    "nonzero, total, least, most, latest, first_occurred, last_occurred, first_recorded, "
    "last_recorded) VALUES ($account, $metric, $day, $recorded_day, $object, $actor, $site, "
    "$samples, $nonzero, $total, $least, $most, $latest, $first_occurred, $last_occurred, "
    "$first_recorded, $last_recorded) "
    "ON CONFLICT (account, metric, day, recorded_day, object, actor, site) DO UPDATE SET "
    "samples = sample_cell.samples + excluded.samples, "
    "nonzero = sample_cell.nonzero + excluded.nonzero, "
    "total = sample_cell.total + excluded.total, "
    "least = CASE WHEN excluded.least < sample_cell.least THEN excluded.least "
    "ELSE sample_cell.least END, "
    "most = CASE WHEN excluded.most > sample_cell.most THEN excluded.most "
    "ELSE sample_cell.most END, "
    "latest = CASE WHEN excluded.last_occurred >= sample_cell.last_occurred THEN excluded.latest "
    "ELSE sample_cell.latest END, "
    "first_occurred = CASE WHEN excluded.first_occurred < sample_cell.first_occurred "
    "THEN excluded.first_occurred ELSE sample_cell.first_occurred END, "
    "last_occurred = CASE WHEN excluded.last_occurred > sample_cell.last_occurred "
    "THEN excluded.last_occurred ELSE sample_cell.last_occurred END, "
    "first_recorded = CASE WHEN excluded.first_recorded < sample_cell.first_recorded "
    "THEN excluded.first_recorded ELSE sample_cell.first_recorded END, "
    "last_recorded = CASE WHEN excluded.last_recorded > sample_cell.last_recorded "
    "THEN excluded.last_recorded ELSE sample_cell.last_recorded END";

// 64 bits of the id's hash: enough to tell the ids of one account and metric apart.
int64_t HashOf(absl::string_view id) {
  const std::string hash = contract::Hash(id, 16);
  int64_t number = 0;
  std::memcpy(&number, hash.data(), sizeof(number));
  return number;
}

int64_t DayNumber(absl::CivilDay day) { return day - absl::CivilDay(1970, 1, 1); }

absl::Time InMicros(absl::Time time) { return absl::FromUnixMicros(absl::ToUnixMicros(time)); }

}  // namespace

absl::StatusOr<SampleOutcome> SampleWriter::Add(Writer& writer, const v1::Sample& sample,
                                                absl::string_view account, absl::TimeZone zone) {
  BANSO_ASSIGN_OR_RETURN(const int64_t account_number, words_.Number(writer, account));
  BANSO_ASSIGN_OR_RETURN(const int64_t metric, words_.Number(writer, sample.metric()));
  BANSO_ASSIGN_OR_RETURN(const int64_t object, words_.Number(writer, sample.object()));
  BANSO_ASSIGN_OR_RETURN(const int64_t user, words_.Number(writer, sample.user()));
  BANSO_ASSIGN_OR_RETURN(const int64_t site, words_.Number(writer, sample.site()));
  const absl::Time occurred = InMicros(calendar::ToTime(sample.occurred_time()));
  const absl::Time recorded =
      sample.has_known_time() ? InMicros(calendar::ToTime(sample.known_time())) : writer.now();
  const absl::CivilDay day = calendar::DayOf(occurred, zone);
  const double value = ValueOf(sample);
  const int64_t id_hash = HashOf(sample.id());

  BANSO_ASSIGN_OR_RETURN(const int64_t inserted,
                         writer.Execute(kInsertSample, {{"account", account_number},
                                                        {"metric", metric},
                                                        {"id_hash", id_hash},
                                                        {"day", Value(day)},
                                                        {"object", object},
                                                        {"actor", user},
                                                        {"site", site},
                                                        {"occurred", Value(occurred)},
                                                        {"recorded", Value(recorded)},
                                                        {"backdated", sample.has_known_time()},
                                                        {"value", value}}));
  if (inserted == 0) {
    bool same = false;
    BANSO_RETURN_IF_ERROR(
        writer
            .QueryOne(kFindSample,
                      {{"account", account_number}, {"metric", metric}, {"id_hash", id_hash}},
                      [&](const storage::Row& row) {
                        same = row.Int64(0) == object && row.Int64(1) == user &&
                               row.Int64(2) == site && row.Time(3) == occurred &&
                               row.Double(4) == value;
                        return absl::OkStatus();
                      })
            .status());
    return same ? SampleOutcome::kDuplicate : SampleOutcome::kIdTaken;
  }
  const absl::CivilDay recorded_day = calendar::DayOf(recorded, absl::UTCTimeZone());
  Cell& cell = cells_[CellKey(account_number, metric, DayNumber(day), DayNumber(recorded_day),
                              object, user, site)];
  AddSample(cell, value, occurred, recorded);
  return SampleOutcome::kStored;
}

absl::Status SampleWriter::Finish(Writer& writer) {
  if (cells_.empty()) return absl::OkStatus();
  for (const auto& [key, cell] : cells_) {
    const auto& [account, metric, day, recorded_day, object, user, site] = key;
    BANSO_RETURN_IF_ERROR(writer
                              .Execute(kAddCell, {{"account", account},
                                                  {"metric", metric},
                                                  {"day", day},
                                                  {"recorded_day", recorded_day},
                                                  {"object", object},
                                                  {"actor", user},
                                                  {"site", site},
                                                  {"samples", cell.count},
                                                  {"nonzero", cell.nonzero},
                                                  {"total", cell.sum},
                                                  {"least", cell.min},
                                                  {"most", cell.max},
                                                  {"latest", cell.last},
                                                  {"first_occurred", Value(cell.first_occurred)},
                                                  {"last_occurred", Value(cell.last_occurred)},
                                                  {"first_recorded", Value(cell.first_recorded)},
                                                  {"last_recorded", Value(cell.last_recorded)}})
                              .status());
  }
  std::set<TouchedDay> touched;
  for (const auto& [key, unused] : cells_) {
    const auto& [account, metric, day, recorded_day, object, user, site] = key;
    touched.insert({.account = account, .metric = metric, .day = day, .object = object});
  }
  return SaveTouched(writer, touched);
}

}  // namespace banso::health

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "services/health/store/samples.h"

namespace banso::health {
namespace {

using storage::Params;
using storage::Reader;
using storage::Row;

// Days far before and after all that can be stored.
constexpr int64_t kFirstDay = -200000;
constexpr int64_t kEndOfTime = std::numeric_limits<int64_t>::max();

constexpr char kCells[] =
    "SELECT day, recorded_day, object, actor, site, samples, nonzero, total, least, most, latest, "
    "first_occurred, last_occurred, first_recorded, last_recorded FROM sample_cell "
    "WHERE account = $account AND metric = $metric AND day >= $from AND day <= $to "
    "ORDER BY day, recorded_day, object, actor, site";

constexpr char kSamplesOfDay[] =
    "SELECT object, actor, site, occurred, recorded, value FROM sample "
    "WHERE account = $account AND metric = $metric AND day = $day "
    "AND occurred <= $as_of AND recorded <= $known_at ORDER BY occurred, recorded, id_hash";

// The last day before `before` that may have a sample which counts.
constexpr char kLastDay[] =
    "SELECT day FROM sample_cell WHERE account = $account AND metric = $metric "
    "AND day >= $from AND day < $before AND nonzero >= $nonzero "
    "AND first_occurred <= $as_of AND first_recorded <= $known_at ORDER BY day DESC LIMIT 1";

constexpr char kAnyDay[] =
    "SELECT day FROM sample_cell WHERE account = $account AND metric = $metric "
    "AND first_occurred <= $as_of AND first_recorded <= $known_at ORDER BY day LIMIT 1";

constexpr char kSourceReports[] =
    "SELECT MIN((SELECT cell.day FROM sample_cell cell WHERE cell.account = $account "
    "AND cell.metric = word.number AND cell.first_occurred <= $as_of "
    "AND cell.first_recorded <= $known_at ORDER BY cell.day LIMIT 1)) "
    "FROM metric JOIN word ON word.text = metric.name WHERE metric.source = $source";

constexpr char kObjects[] =
    "SELECT DISTINCT object FROM sample_cell WHERE account = $account AND metric = $metric "
    "AND day <= $to AND object <> 0 AND first_occurred <= $as_of AND first_recorded <= $known_at "
    "ORDER BY object";

int64_t DayNumber(absl::CivilDay day) { return day - absl::CivilDay(1970, 1, 1); }

int64_t KnownAt(std::optional<absl::Time> known_at) {
  return known_at.has_value() ? absl::ToUnixMicros(*known_at) : kEndOfTime;
}

int64_t FromDay(std::optional<absl::CivilDay> from) {
  return from.has_value() ? DayNumber(*from) : kFirstDay;
}

Cell CellOf(const Row& row) {
  Cell cell;
  cell.day = row.Day(0);
  cell.object = row.Int64(2);
  cell.user = row.Int64(3);
  cell.site = row.Int64(4);
  cell.count = row.Int64(5);
  cell.nonzero = row.Int64(6);
  cell.sum = row.Double(7);
  cell.min = row.Double(8);
  cell.max = row.Double(9);
  cell.last = row.Double(10);
  cell.first_occurred = row.Time(11);
  cell.last_occurred = row.Time(12);
  cell.first_recorded = row.Time(13);
  cell.last_recorded = row.Time(14);
  return cell;
}

// What only the last day of the window with a (non-zero) sample decides.
bool LastDayDecides(const fact::v1::FactQuery& query) {
  if (query.per_object()) return false;
  return query.aggregation() == type::v1::AGGREGATION_UNSPECIFIED ||
         query.aggregation() == type::v1::AGGREGATION_LATEST ||
         query.aggregation() == type::v1::AGGREGATION_DAYS_SINCE_LAST;
}

}  // namespace

// Replaces a cell of which only a part counts by what its single samples say.
absl::Status SampleReader::LoadPart(Reader& reader, const Key& key, absl::CivilDay day,
                                    int64_t recorded_day, std::vector<Cell>& cells) const {
  std::map<std::tuple<int64_t, int64_t, int64_t>, Cell> parts;
  const Params params{{"account", key.account},
                      {"metric", key.metric},
                      {"day", DayNumber(day)},
                      {"as_of", absl::ToUnixMicros(key.as_of)},
                      {"known_at", KnownAt(key.known_at)}};
  BANSO_RETURN_IF_ERROR(reader.Query(kSamplesOfDay, params, [&](const Row& row) {
    const absl::Time recorded = row.Time(4);
    const absl::CivilDay recorded_on = calendar::DayOf(recorded, absl::UTCTimeZone());
    if (DayNumber(recorded_on) != recorded_day) return absl::OkStatus();
    Cell& cell = parts[std::make_tuple(row.Int64(0), row.Int64(1), row.Int64(2))];
    cell.day = day;
    cell.object = row.Int64(0);
    cell.user = row.Int64(1);
    cell.site = row.Int64(2);
    AddSample(cell, row.Double(5), row.Time(3), recorded);
    return absl::OkStatus();
  }));
  for (auto& [unused, cell] : parts) cells.push_back(cell);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Cell>> SampleReader::Load(Reader& reader, const Key& key,
                                                     std::optional<absl::CivilDay> from,
                                                     absl::CivilDay to) const {
  // Cells of one day and recorded day, of which at least one counts only in part, are all replaced.
  std::map<std::pair<absl::CivilDay, int64_t>, std::vector<Cell>> groups;
  std::set<std::pair<absl::CivilDay, int64_t>> partial;
  const Params params{{"account", key.account},
                      {"metric", key.metric},
                      {"from", FromDay(from)},
                      {"to", DayNumber(to)}};
  BANSO_RETURN_IF_ERROR(reader.Query(kCells, params, [&](const Row& row) {
    const Cell cell = CellOf(row);
    const auto group = std::make_pair(cell.day, row.Int64(1));
    const Visibility visibility = VisibleAt(cell, key.as_of, key.known_at);
    if (visibility == Visibility::kWhole) groups[group].push_back(cell);
    if (visibility == Visibility::kPart) partial.insert(group);
    return absl::OkStatus();
  }));
  for (const auto& group : partial) groups.erase(group);
  std::vector<Cell> cells;
  for (const auto& [unused, members] : groups) {
    cells.insert(cells.end(), members.begin(), members.end());
  }
  for (const auto& [day, recorded_day] : partial) {
    BANSO_RETURN_IF_ERROR(LoadPart(reader, key, day, recorded_day, cells));
  }
  return cells;
}

absl::StatusOr<std::vector<Cell>> SampleReader::LoadLast(Reader& reader, const Key& key,
                                                         const CellQuestion& question) const {
  const bool nonzero = question.aggregation == type::v1::AGGREGATION_DAYS_SINCE_LAST;
  absl::CivilDay before = question.to + 1;
  while (true) {
    const Params params{
        {"account", key.account},           {"metric", key.metric},
        {"from", FromDay(question.from)},   {"before", DayNumber(before)},
        {"nonzero", nonzero ? 1 : 0},       {"as_of", absl::ToUnixMicros(key.as_of)},
        {"known_at", KnownAt(key.known_at)}};
    absl::CivilDay day;
    BANSO_ASSIGN_OR_RETURN(const bool found, reader.QueryOne(kLastDay, params, [&](const Row& row) {
      day = row.Day(0);
      return absl::OkStatus();
    }));
    if (!found) return std::vector<Cell>();
    BANSO_ASSIGN_OR_RETURN(std::vector<Cell> cells, Load(reader, key, day, day));
    const bool counts = std::any_of(cells.begin(), cells.end(), [&](const Cell& cell) {
      return nonzero ? cell.nonzero > 0 : cell.count > 0;
    });
    if (counts) return cells;
    before = day;
  }
}

// What the cells of the window alone do not say.
absl::Status SampleReader::FillContext(Reader& reader, const v1::Metric& metric, const Key& key,
                                       bool empty, CellQuestion& question) const {
  const Params moment{{"account", key.account},
                      {"metric", key.metric},
                      {"as_of", absl::ToUnixMicros(key.as_of)},
                      {"known_at", KnownAt(key.known_at)}};
  question.ever = !empty;
  if (empty) {
    BANSO_ASSIGN_OR_RETURN(question.ever, reader.QueryOne(kAnyDay, moment, [](const Row&) {
      return absl::OkStatus();
    }));
  }
  const bool trend = question.aggregation == type::v1::AGGREGATION_TREND_PER_WEEK;
  if (empty || trend || question.per_object) {
    const Params params{{"account", key.account},
                        {"source", metric.source()},
                        {"as_of", absl::ToUnixMicros(key.as_of)},
                        {"known_at", KnownAt(key.known_at)}};
    BANSO_RETURN_IF_ERROR(reader
                              .QueryOne(kSourceReports, params,
                                        [&](const Row& row) {
                                          question.reports_since = row.OptionalDay(0);
                                          return absl::OkStatus();
                                        })
                              .status());
    if (question.reports_since.has_value() && *question.reports_since > question.to) {
      question.reports_since.reset();
    }
  }
  if (!question.per_object) return absl::OkStatus();
  Params params = moment;
  params.Set("to", DayNumber(question.to));
  return reader.Query(kObjects, params, [&](const Row& row) {
    question.objects.push_back(row.Int64(0));
    return absl::OkStatus();
  });
}

absl::StatusOr<fact::v1::FactReading> SampleReader::Read(Reader& reader, const v1::Metric& metric,
                                                         const SampleMoment& moment,
                                                         const fact::v1::FactQuery& query) const {
  CellQuestion question;
  question.kind = metric.kind();
  question.aggregation = query.aggregation();
  question.per_object = query.per_object();
  question.today = calendar::DayOf(moment.as_of, moment.zone);
  if (query.has_from()) question.from = calendar::ToDay(query.from());
  question.to = query.has_to() ? calendar::ToDay(query.to()) : question.today;

  Key key;
  key.as_of = moment.as_of;
  key.known_at = moment.known_at;
  BANSO_ASSIGN_OR_RETURN(key.account, words_.Find(reader, moment.account));
  BANSO_ASSIGN_OR_RETURN(key.metric, words_.Find(reader, metric.name()));
  std::vector<Cell> cells;
  if (key.account != 0) {
    if (LastDayDecides(query)) {
      BANSO_ASSIGN_OR_RETURN(cells, LoadLast(reader, key, question));
    } else {
      BANSO_ASSIGN_OR_RETURN(cells, Load(reader, key, question.from, question.to));
    }
    BANSO_RETURN_IF_ERROR(FillContext(reader, metric, key, cells.empty(), question));
  }
  absl::Status status;
  fact::v1::FactReading reading = ReadCells(cells, question, [&](int64_t number) {
    absl::StatusOr<std::string> text = words_.Text(reader, number);
    status.Update(text.status());
    return text.value_or("");
  });
  BANSO_RETURN_IF_ERROR(status);
  reading.set_fact(query.fact());
  reading.set_source(metric.source());
  return reading;
}

absl::StatusOr<fact::v1::FactReading> SampleReader::ReadDay(Reader& reader,
                                                            const v1::Metric& metric,
                                                            int64_t account, absl::CivilDay day,
                                                            int64_t object) const {
  Key key;
  key.account = account;
  key.as_of = absl::InfiniteFuture();
  BANSO_ASSIGN_OR_RETURN(key.metric, words_.Find(reader, metric.name()));
  BANSO_ASSIGN_OR_RETURN(std::vector<Cell> cells, Load(reader, key, day, day));
  std::erase_if(cells, [&](const Cell& cell) { return cell.object != object; });
  CellQuestion question;
  question.kind = metric.kind();
  question.from = question.to = question.today = day;
  return ReadCells(cells, question, [](int64_t) { return std::string(); });
}

}  // namespace banso::health

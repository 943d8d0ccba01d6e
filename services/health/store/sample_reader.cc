#include <algorithm>
#include <limits>
#include <set>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"
#include "services/health/store/sample_page.h"
#include "services/health/store/samples.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;

constexpr int64_t kEndOfTime = std::numeric_limits<int64_t>::max();
// Days before and after all that can be stored.
constexpr int64_t kFirstDay = -1000000;
constexpr int64_t kLastDay = 4000000;

constexpr char kMetricsOfSource[] =
    "SELECT word.number FROM metric JOIN word ON word.text = metric.name "
    "WHERE metric.source = $source ORDER BY word.number";

int64_t DayNumber(absl::CivilDay day) {
  return std::clamp(day - absl::CivilDay(1970, 1, 1), kFirstDay, kLastDay);
}

absl::CivilDay DayOfNumber(int64_t number) { return absl::CivilDay(1970, 1, 1) + number; }

// Samples of the day, in whatever time zone, did not occur before; after.
int64_t EarliestOn(int64_t day) { return (day - 1) * kMicrosPerDay; }
int64_t LatestOn(int64_t day) { return (day + 2) * kMicrosPerDay; }

Cell CellOf(const StoredSample& sample) {
  Cell cell;
  cell.day = DayOfNumber(sample.day);
  cell.object = sample.object;
  cell.user = sample.user;
  cell.site = sample.site;
  AddSample(cell, sample.value, absl::FromUnixMicros(sample.occurred),
            absl::FromUnixMicros(sample.recorded));
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

// One cell for each sample of the days from `from` to `to` that counts.
absl::StatusOr<std::vector<Cell>> SampleReader::Load(Reader& reader, const View& view, int64_t from,
                                                     int64_t to) {
  std::vector<Cell> cells;
  BANSO_RETURN_IF_ERROR(ReadPages(reader, view.series, EarliestOn(from),
                                  std::min(LatestOn(to), view.as_of), [&](const SamplePage& page) {
                                    for (const StoredSample& sample : page.samples) {
                                      if (sample.day < from || sample.day > to) continue;
                                      if (view.Shows(sample)) cells.push_back(CellOf(sample));
                                    }
                                    return absl::OkStatus();
                                  }));
  return cells;
}

// The last of these days with a sample that counts, other than zero when `nonzero` says so.
absl::StatusOr<std::vector<Cell>> SampleReader::LoadLast(Reader& reader, const View& view,
                                                         int64_t from, int64_t to, bool nonzero) {
  int64_t before = std::min(LatestOn(to), view.as_of);
  while (before >= EarliestOn(from)) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<SamplePage> page,
                           LastPageTo(reader, view.series, before));
    if (!page.has_value()) break;
    std::optional<int64_t> day;
    for (const StoredSample& sample : page->samples) {
      if (sample.day < from || sample.day > to || !view.Shows(sample)) continue;
      if (nonzero && sample.value == 0) continue;
      day = std::max(sample.day, day.value_or(sample.day));
    }
    if (day.has_value()) return Load(reader, view, *day, *day);
    if (page->since == kBeginning) break;
    before = page->since - 1;
  }
  return std::vector<Cell>();
}

// The day of the first sample that counts.
absl::StatusOr<std::optional<int64_t>> SampleReader::FirstDay(Reader& reader, const View& view) {
  int64_t from = kBeginning;
  while (true) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<SamplePage> page,
                           FirstPageFrom(reader, view.series, from));
    if (!page.has_value()) return std::optional<int64_t>();
    for (const StoredSample& sample : page->samples) {
      if (view.Shows(sample)) return std::optional<int64_t>(sample.day);
    }
    if (page->samples.back().occurred > view.as_of) return std::optional<int64_t>();
    from = page->since + 1;
  }
}

// The objects that samples which count have named up to the day `to`, by number.
absl::StatusOr<std::vector<int64_t>> SampleReader::Objects(Reader& reader, const View& view,
                                                           int64_t to) {
  std::set<int64_t> objects;
  BANSO_RETURN_IF_ERROR(ReadPages(reader, view.series, kBeginning,
                                  std::min(LatestOn(to), view.as_of), [&](const SamplePage& page) {
                                    for (const StoredSample& sample : page.samples) {
                                      if (sample.object == 0 || sample.day > to) continue;
                                      if (view.Shows(sample)) objects.insert(sample.object);
                                    }
                                    return absl::OkStatus();
                                  }));
  return std::vector<int64_t>(objects.begin(), objects.end());
}

// The day of the first sample of any metric of the same source.
absl::StatusOr<std::optional<absl::CivilDay>> SampleReader::ReportsSince(Reader& reader,
                                                                         const v1::Metric& metric,
                                                                         View view) {
  std::vector<int64_t> metrics;
  BANSO_RETURN_IF_ERROR(
      reader.Query(kMetricsOfSource, {{"source", metric.source()}}, [&](const Row& row) {
        metrics.push_back(row.Int64(0));
        return absl::OkStatus();
      }));
  std::optional<absl::CivilDay> since;
  for (const int64_t number : metrics) {
    view.series.metric = number;
    BANSO_ASSIGN_OR_RETURN(const std::optional<int64_t> day, FirstDay(reader, view));
    if (day.has_value()) since = std::min(DayOfNumber(*day), since.value_or(DayOfNumber(*day)));
  }
  return since;
}

// What the samples of the window alone do not say.
absl::Status SampleReader::FillContext(Reader& reader, const v1::Metric& metric, const View& view,
                                       bool empty, CellQuestion& question) {
  question.ever = !empty;
  if (empty) {
    BANSO_ASSIGN_OR_RETURN(const std::optional<int64_t> first, FirstDay(reader, view));
    question.ever = first.has_value();
  }
  const bool trend = question.aggregation == type::v1::AGGREGATION_TREND_PER_WEEK;
  if (empty || trend || question.per_object) {
    BANSO_ASSIGN_OR_RETURN(question.reports_since, ReportsSince(reader, metric, view));
    if (question.reports_since.has_value() && *question.reports_since > question.to) {
      question.reports_since.reset();
    }
  }
  if (!question.per_object) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(question.objects, Objects(reader, view, DayNumber(question.to)));
  return absl::OkStatus();
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

  View view;
  view.as_of = absl::ToUnixMicros(moment.as_of);
  view.known_at = moment.known_at.has_value() ? absl::ToUnixMicros(*moment.known_at) : kEndOfTime;
  BANSO_ASSIGN_OR_RETURN(view.series.account, words_.Find(reader, moment.account));
  BANSO_ASSIGN_OR_RETURN(view.series.metric, words_.Find(reader, metric.name()));
  std::vector<Cell> cells;
  if (view.series.account != 0) {
    const int64_t from = question.from.has_value() ? DayNumber(*question.from) : kFirstDay;
    const int64_t to = DayNumber(question.to);
    if (LastDayDecides(query)) {
      const bool nonzero = question.aggregation == type::v1::AGGREGATION_DAYS_SINCE_LAST;
      BANSO_ASSIGN_OR_RETURN(cells, LoadLast(reader, view, from, to, nonzero));
    } else {
      BANSO_ASSIGN_OR_RETURN(cells, Load(reader, view, from, to));
    }
    BANSO_RETURN_IF_ERROR(FillContext(reader, metric, view, cells.empty(), question));
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
  View view;
  view.series.account = account;
  view.as_of = view.known_at = kEndOfTime;
  BANSO_ASSIGN_OR_RETURN(view.series.metric, words_.Find(reader, metric.name()));
  BANSO_ASSIGN_OR_RETURN(std::vector<Cell> cells,
                         Load(reader, view, DayNumber(day), DayNumber(day)));
  std::erase_if(cells, [&](const Cell& cell) { return cell.object != object; });
  CellQuestion question;
  question.kind = metric.kind();
  question.from = question.to = question.today = day;
  return ReadCells(cells, question, [](int64_t) { return std::string(); });
}

}  // namespace banso::health

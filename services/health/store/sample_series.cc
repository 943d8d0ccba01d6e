#include "services/health/store/sample_series.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/types/span.h"
#include "common/status_macros.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;

// About 900 bytes: what a row of a clustered table can hold in SQLite without a page of its own.
constexpr size_t kMaxSamples = 48;

constexpr char kPages[] =
    "SELECT since, data FROM sample_page WHERE account = $account AND metric = $metric "
    "AND since <= $to AND since >= COALESCE((SELECT MAX(first.since) FROM sample_page first "
    "WHERE first.account = $account AND first.metric = $metric AND first.since <= $from), $from) "
    "ORDER BY since";

constexpr char kFirstPage[] =
    "SELECT since, data FROM sample_page WHERE account = $account AND metric = $metric "
    "AND since >= $time ORDER BY since LIMIT 1";

constexpr char kLastPage[] =
    "SELECT since, data FROM sample_page WHERE account = $account AND metric = $metric "
    "AND since <= $time ORDER BY since DESC LIMIT 1";

// One word for each metric: a join might go through all words instead.
constexpr char kMetricsOfSource[] =
    "SELECT (SELECT word.number FROM word WHERE word.text = metric.name) FROM metric "
    "WHERE metric.source = $source";

// So many samples of one account are held; about 80 bytes each.
constexpr size_t kMostHeld = 500000;

constexpr char kAllPages[] =
    "SELECT account, metric, since, data FROM sample_page "
    "WHERE account >= $from AND account <= $to ORDER BY account, metric, since";

constexpr char kMetricsBySource[] =
    "SELECT metric.source, (SELECT word.number FROM word WHERE word.text = metric.name) "
    "FROM metric";

constexpr char kWritePage[] =
    "INSERT INTO sample_page (account, metric, since, data) "
    "VALUES ($account, $metric, $since, $data) "
    "ON CONFLICT (account, metric, since) DO UPDATE SET data = excluded.data";

absl::StatusOr<SamplePage> PageOf(const Row& row) {
  SamplePage page;
  page.since = row.Int64(0);
  BANSO_ASSIGN_OR_RETURN(page.samples, DecodePage(row.Blob(1)));
  return page;
}

absl::StatusOr<std::optional<SamplePage>> OnePage(Reader& reader, absl::string_view sql,
                                                  const SeriesKey& series, int64_t time) {
  std::optional<SamplePage> page;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne(sql, {{"account", series.account}, {"metric", series.metric}, {"time", time}},
                    [&](const Row& row) -> absl::Status {
                      BANSO_ASSIGN_OR_RETURN(page, PageOf(row));
                      return absl::OkStatus();
                    })
          .status());
  return page;
}

// How many of the first samples make a page. Where samples are added at the end the page is filled;
// elsewhere they are shared out evenly, which leaves room. Samples of one moment stay together.
size_t FirstPart(absl::Span<const StoredSample> samples, bool fill) {
  if (samples.size() <= kMaxSamples) return samples.size();
  const size_t parts = (samples.size() + kMaxSamples - 1) / kMaxSamples;
  size_t end = fill ? kMaxSamples : samples.size() / parts;
  while (end < samples.size() && samples[end].occurred == samples[end - 1].occurred) ++end;
  return end;
}

bool BeginsAfter(int64_t time, const SamplePage& page) { return time < page.since; }

}  // namespace

absl::Status ReadPages(Reader& reader, const SeriesKey& series, int64_t from, int64_t to,
                       absl::FunctionRef<absl::Status(SamplePage)> on_page) {
  return reader.Query(
      kPages, {{"account", series.account}, {"metric", series.metric}, {"from", from}, {"to", to}},
      [&](const Row& row) -> absl::Status {
        BANSO_ASSIGN_OR_RETURN(SamplePage page, PageOf(row));
        return on_page(std::move(page));
      });
}

absl::StatusOr<std::optional<SamplePage>> FirstPageFrom(Reader& reader, const SeriesKey& series,
                                                        int64_t from) {
  return OnePage(reader, kFirstPage, series, from);
}

absl::StatusOr<std::optional<SamplePage>> LastPageTo(Reader& reader, const SeriesKey& series,
                                                     int64_t to) {
  return OnePage(reader, kLastPage, series, to);
}

absl::StatusOr<const SeriesReader::Pages*> SeriesReader::Held(const SeriesKey& series) {
  if (holding_ == Holding::kNothing) return nullptr;
  if (series.account != account_) {
    account_ = series.account;
    held_samples_ = 0;
    series_.clear();
  }
  const auto [found, added] = series_.try_emplace(series.metric);
  HeldSeries& one = found->second;
  if (added) {
    size_t samples = held_samples_;
    BANSO_RETURN_IF_ERROR(ReadPages(*reader_, series, kBeginning,
                                    std::numeric_limits<int64_t>::max(), [&](SamplePage page) {
                                      samples += page.samples.size();
                                      if (samples <= kMostHeld) {
                                        one.pages.push_back(std::move(page));
                                      }
                                      return absl::OkStatus();
                                    }));
    one.held = samples <= kMostHeld;
    if (one.held) {
      held_samples_ = samples;
    } else {
      one.pages.clear();
    }
  }
  return one.held ? &one.pages : nullptr;
}

const SamplePage* SeriesReader::Keep(std::optional<SamplePage> page) {
  page_ = std::move(page);
  return page_.has_value() ? &*page_ : nullptr;
}

absl::Status SeriesReader::Each(const SeriesKey& series, int64_t from, int64_t to,
                                absl::FunctionRef<absl::Status(const SamplePage&)> on_page) {
  BANSO_ASSIGN_OR_RETURN(const Pages* pages, Held(series));
  if (pages == nullptr) return ReadPages(*reader_, series, from, to, on_page);
  // The page that begins last up to `from` may hold what occurred from then on.
  auto page = std::upper_bound(pages->begin(), pages->end(), from, BeginsAfter);
  if (page != pages->begin()) --page;
  for (; page != pages->end() && page->since <= to; ++page) BANSO_RETURN_IF_ERROR(on_page(*page));
  return absl::OkStatus();
}

absl::StatusOr<const SamplePage*> SeriesReader::FirstFrom(const SeriesKey& series, int64_t from) {
  BANSO_ASSIGN_OR_RETURN(const Pages* pages, Held(series));
  if (pages == nullptr) {
    BANSO_ASSIGN_OR_RETURN(std::optional<SamplePage> page, FirstPageFrom(*reader_, series, from));
    return Keep(std::move(page));
  }
  const auto page = std::partition_point(pages->begin(), pages->end(),
                                         [&](const SamplePage& one) { return one.since < from; });
  return page == pages->end() ? nullptr : &*page;
}

absl::StatusOr<const SamplePage*> SeriesReader::LastTo(const SeriesKey& series, int64_t to) {
  BANSO_ASSIGN_OR_RETURN(const Pages* pages, Held(series));
  if (pages == nullptr) {
    BANSO_ASSIGN_OR_RETURN(std::optional<SamplePage> page, LastPageTo(*reader_, series, to));
    return Keep(std::move(page));
  }
  const auto page = std::upper_bound(pages->begin(), pages->end(), to, BeginsAfter);
  return page == pages->begin() ? nullptr : &*std::prev(page);
}

absl::StatusOr<std::vector<int64_t>> SeriesReader::MetricsOf(const std::string& source) {
  const auto found = metrics_.find(source);
  if (found != metrics_.end()) return found->second;
  std::vector<int64_t>& metrics = metrics_[source];
  BANSO_RETURN_IF_ERROR(reader_->Query(kMetricsOfSource, {{"source", source}}, [&](const Row& row) {
    if (!row.IsNull(0)) metrics.push_back(row.Int64(0));
    return absl::OkStatus();
  }));
  return metrics;
}

void LoadedPages::Begin(int64_t account) {
  account_ = account;
  count_ = 0;
}

void LoadedPages::Add(int64_t metric, int64_t since, absl::string_view data) {
  if (count_ == pages_.size()) pages_.emplace_back();
  Packed& packed = pages_[count_++];
  packed.metric = metric;
  packed.data.assign(data.data(), data.size());
  packed.unpacked = false;
  packed.page.since = since;
}

size_t LoadedPages::After(int64_t metric, int64_t time) const {
  const auto end = pages_.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto found =
      std::upper_bound(pages_.begin(), end, std::pair(metric, time),
                       [](const std::pair<int64_t, int64_t>& place, const Packed& packed) {
                         return place < std::pair(packed.metric, packed.page.since);
                       });
  return static_cast<size_t>(found - pages_.begin());
}

bool LoadedPages::IsOf(size_t index, const SeriesKey& series) const {
  return series.account == account_ && index < count_ && pages_[index].metric == series.metric;
}

absl::StatusOr<const SamplePage*> LoadedPages::Unpack(size_t index) {
  Packed& packed = pages_[index];
  if (!packed.unpacked) {
    BANSO_ASSIGN_OR_RETURN(packed.page.samples, DecodePage(packed.data));
    packed.unpacked = true;
  }
  return &packed.page;
}

absl::Status LoadedPages::Each(const SeriesKey& series, int64_t from, int64_t to,
                               absl::FunctionRef<absl::Status(const SamplePage&)> on_page) {
  size_t index = After(series.metric, from);
  if (index > 0 && IsOf(index - 1, series)) --index;
  for (; IsOf(index, series) && pages_[index].page.since <= to; ++index) {
    BANSO_ASSIGN_OR_RETURN(const SamplePage* page, Unpack(index));
    BANSO_RETURN_IF_ERROR(on_page(*page));
  }
  return absl::OkStatus();
}

absl::StatusOr<const SamplePage*> LoadedPages::FirstFrom(const SeriesKey& series, int64_t from) {
  size_t index = After(series.metric, from);
  if (index > 0 && IsOf(index - 1, series) && pages_[index - 1].page.since == from) --index;
  if (!IsOf(index, series)) return nullptr;
  return Unpack(index);
}

absl::StatusOr<const SamplePage*> LoadedPages::LastTo(const SeriesKey& series, int64_t to) {
  const size_t after = After(series.metric, to);
  if (after == 0 || !IsOf(after - 1, series)) return nullptr;
  return Unpack(after - 1);
}

absl::StatusOr<std::vector<int64_t>> LoadedPages::MetricsOf(const std::string& source) {
  const auto found = metrics_.find(source);
  return found == metrics_.end() ? std::vector<int64_t>() : found->second;
}

absl::Status ScanAccounts(Reader& reader, int64_t from, int64_t to, LoadedPages& pages,
                          absl::FunctionRef<absl::Status(int64_t account)> on_account) {
  std::optional<int64_t> present;
  BANSO_RETURN_IF_ERROR(
      reader.Query(kAllPages, {{"from", from}, {"to", to}}, [&](const Row& row) -> absl::Status {
        const int64_t account = row.Int64(0);
        if (present != account) {
          if (present.has_value()) BANSO_RETURN_IF_ERROR(on_account(*present));
          pages.Begin(account);
          present = account;
        }
        pages.Add(row.Int64(1), row.Int64(2), row.Blob(3));
        return absl::OkStatus();
      }));
  return present.has_value() ? on_account(*present) : absl::OkStatus();
}

absl::StatusOr<LoadedPages::MetricsBySource> ReadMetricsBySource(Reader& reader) {
  LoadedPages::MetricsBySource metrics;
  BANSO_RETURN_IF_ERROR(reader.Query(kMetricsBySource, {}, [&](const Row& row) {
    if (!row.IsNull(1)) metrics[std::string(row.Text(0))].push_back(row.Int64(1));
    return absl::OkStatus();
  }));
  return metrics;
}

absl::Status WritePage(storage::Writer& writer, const SeriesKey& series, const SamplePage& page,
                       bool is_last) {
  absl::Span<const StoredSample> rest = page.samples;
  int64_t since = page.since;
  while (!rest.empty()) {
    const size_t count = FirstPart(rest, is_last);
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute(kWritePage, {{"account", series.account},
                                  {"metric", series.metric},
                                  {"since", since},
                                  {"data", storage::Bytes{EncodePage(rest.first(count))}}})
            .status());
    rest.remove_prefix(count);
    if (!rest.empty()) since = rest.front().occurred;
  }
  return absl::OkStatus();
}

}  // namespace banso::health

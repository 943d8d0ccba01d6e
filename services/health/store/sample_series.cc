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

absl::StatusOr<WindowPage> WindowPageOf(const Row& row) {
  WindowPage page;
  page.since = row.Int64(0);
  BANSO_RETURN_IF_ERROR(DecodePage(row.Blob(1), page.samples));
  return page;
}

// Calls `on_row`, oldest first, for each page that may hold samples which occurred from `from` to
// `to`, both inclusive.
absl::Status QueryPages(Reader& reader, const SeriesKey& series, int64_t from, int64_t to,
                        absl::FunctionRef<absl::Status(const Row&)> on_row) {
  return reader.Query(
      kPages, {{"account", series.account}, {"metric", series.metric}, {"from", from}, {"to", to}},
      on_row);
}

// The page that kFirstPage or kLastPage finds.
absl::StatusOr<std::optional<WindowPage>> OnePage(Reader& reader, absl::string_view sql,
                                                  const SeriesKey& series, int64_t time) {
  std::optional<WindowPage> page;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne(sql, {{"account", series.account}, {"metric", series.metric}, {"time", time}},
                    [&](const Row& row) -> absl::Status {
                      BANSO_ASSIGN_OR_RETURN(page, WindowPageOf(row));
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

bool BeginsAfter(int64_t time, const WindowPage& page) { return time < page.since; }

}  // namespace

// Each with a seek of its own: mostly there is one.
absl::Status ReadPagesBack(Reader& reader, const SeriesKey& series, int64_t from, int64_t to,
                           absl::FunctionRef<void(SamplePage)> on_page) {
  bool more = true;
  while (more) {
    const auto take = [&](const Row& row) -> absl::Status {
      SamplePage page;
      page.since = row.Int64(0);
      BANSO_ASSIGN_OR_RETURN(page.samples, DecodePage(row.Blob(1)));
      more = page.since > from;
      if (more) to = page.since - 1;
      on_page(std::move(page));
      return absl::OkStatus();
    };
    BANSO_ASSIGN_OR_RETURN(
        const bool found,
        reader.QueryOne(kLastPage,
                        {{"account", series.account}, {"metric", series.metric}, {"time", to}},
                        take));
    if (!found) return absl::OkStatus();
  }
  return absl::OkStatus();
}

SeriesReader::HeldSeries& SeriesReader::Series(const SeriesKey& series) {
  if (series.account != account_) {
    account_ = series.account;
    held_samples_ = 0;
    series_.clear();
  }
  return series_[series.metric];
}

absl::StatusOr<const SeriesReader::Pages*> SeriesReader::Held(const SeriesKey& series,
                                                              int64_t from) {
  if (holding_ == Holding::kNothing) return nullptr;
  HeldSeries& one = Series(series);
  if (!one.too_large && !one.Reaches(from)) {
    const int64_t to = one.read ? one.pages.front().since - 1 : std::numeric_limits<int64_t>::max();
    Pages older;
    BANSO_RETURN_IF_ERROR(
        QueryPages(*reader_, series, from, to, [&](const Row& row) -> absl::Status {
          if (one.too_large) return absl::OkStatus();
          BANSO_ASSIGN_OR_RETURN(WindowPage page, WindowPageOf(row));
          held_samples_ += page.samples.size();
          one.too_large = held_samples_ > kMostHeld;
          older.push_back(std::move(page));
          return absl::OkStatus();
        }));
    one.read = true;
    one.pages.insert(one.pages.begin(), std::make_move_iterator(older.begin()),
                     std::make_move_iterator(older.end()));
    if (one.too_large) {
      for (const WindowPage& page : one.pages) held_samples_ -= page.samples.size();
      one.pages.clear();
    }
  }
  return one.too_large ? nullptr : &one.pages;
}

const WindowPage* SeriesReader::Keep(std::optional<WindowPage> page) {
  page_ = std::move(page);
  return page_.has_value() ? &*page_ : nullptr;
}

absl::Status SeriesReader::Each(const SeriesKey& series, int64_t from, int64_t to,
                                absl::FunctionRef<absl::Status(const WindowPage&)> on_page) {
  BANSO_ASSIGN_OR_RETURN(const Pages* pages, Held(series, from));
  if (pages == nullptr) {
    return QueryPages(*reader_, series, from, to, [&](const Row& row) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(const WindowPage page, WindowPageOf(row));
      return on_page(page);
    });
  }
  // The page that begins last up to `from` may hold what occurred from then on.
  auto page = std::upper_bound(pages->begin(), pages->end(), from, BeginsAfter);
  if (page != pages->begin()) --page;
  for (; page != pages->end() && page->since <= to; ++page) BANSO_RETURN_IF_ERROR(on_page(*page));
  return absl::OkStatus();
}

absl::StatusOr<const WindowPage*> SeriesReader::FirstFrom(const SeriesKey& series, int64_t from) {
  const bool held = holding_ != Holding::kNothing;
  if (held && from == kBeginning && !Series(series).Reaches(from)) {
    // What is between it and the pages that are held is left out.
    std::optional<WindowPage>& first = Series(series).first;
    if (!first.has_value()) {
      BANSO_ASSIGN_OR_RETURN(first, OnePage(*reader_, kFirstPage, series, from));
    }
    return first.has_value() ? &*first : nullptr;
  }
  BANSO_ASSIGN_OR_RETURN(const Pages* pages, Held(series, from));
  if (pages == nullptr) {
    BANSO_ASSIGN_OR_RETURN(std::optional<WindowPage> page,
                           OnePage(*reader_, kFirstPage, series, from));
    return Keep(std::move(page));
  }
  const auto page = std::partition_point(pages->begin(), pages->end(),
                                         [&](const WindowPage& one) { return one.since < from; });
  return page == pages->end() ? nullptr : &*page;
}

absl::StatusOr<const WindowPage*> SeriesReader::LastTo(const SeriesKey& series, int64_t to) {
  BANSO_ASSIGN_OR_RETURN(const Pages* pages, Held(series, to));
  if (pages == nullptr) {
    BANSO_ASSIGN_OR_RETURN(std::optional<WindowPage> page,
                           OnePage(*reader_, kLastPage, series, to));
    return Keep(std::move(page));
  }
  const auto page = std::upper_bound(pages->begin(), pages->end(), to, BeginsAfter);
  return page == pages->begin() ? nullptr : &*std::prev(page);
}

absl::StatusOr<absl::Span<const int64_t>> SeriesReader::MetricsOf(const std::string& source) {
  const auto found = metrics_.find(source);
  if (found != metrics_.end()) return absl::MakeConstSpan(found->second);
  std::vector<int64_t>& metrics = metrics_[source];
  BANSO_RETURN_IF_ERROR(reader_->Query(kMetricsOfSource, {{"source", source}}, [&](const Row& row) {
    if (!row.IsNull(0)) metrics.push_back(row.Int64(0));
    return absl::OkStatus();
  }));
  return absl::MakeConstSpan(metrics);
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

absl::StatusOr<const WindowPage*> LoadedPages::Unpack(size_t index) {
  Packed& packed = pages_[index];
  if (!packed.unpacked) {
    BANSO_RETURN_IF_ERROR(DecodePage(packed.data, packed.page.samples));
    packed.unpacked = true;
  }
  return &packed.page;
}

absl::Status LoadedPages::Each(const SeriesKey& series, int64_t from, int64_t to,
                               absl::FunctionRef<absl::Status(const WindowPage&)> on_page) {
  size_t index = After(series.metric, from);
  if (index > 0 && IsOf(index - 1, series)) --index;
  for (; IsOf(index, series) && pages_[index].page.since <= to; ++index) {
    BANSO_ASSIGN_OR_RETURN(const WindowPage* page, Unpack(index));
    BANSO_RETURN_IF_ERROR(on_page(*page));
  }
  return absl::OkStatus();
}

absl::StatusOr<const WindowPage*> LoadedPages::FirstFrom(const SeriesKey& series, int64_t from) {
  size_t index = After(series.metric, from);
  if (index > 0 && IsOf(index - 1, series) && pages_[index - 1].page.since == from) --index;
  if (!IsOf(index, series)) return nullptr;
  return Unpack(index);
}

absl::StatusOr<const WindowPage*> LoadedPages::LastTo(const SeriesKey& series, int64_t to) {
  const size_t after = After(series.metric, to);
  if (after == 0 || !IsOf(after - 1, series)) return nullptr;
  return Unpack(after - 1);
}

absl::StatusOr<absl::Span<const int64_t>> LoadedPages::MetricsOf(const std::string& source) {
  const auto found = metrics_.find(source);
  if (found == metrics_.end()) return absl::Span<const int64_t>();
  return absl::MakeConstSpan(found->second);
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

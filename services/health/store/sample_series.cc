#include "services/health/store/sample_series.h"

#include <algorithm>
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

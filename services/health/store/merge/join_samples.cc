#include "services/health/store/merge/join_samples.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "common/status_macros.h"
#include "services/health/store/sample_feed.h"
#include "services/health/store/sample_series.h"

namespace banso::health {
namespace {

using storage::Row;
using storage::Writer;

absl::StatusOr<std::vector<int64_t>> MetricsWithSamples(Writer& writer, int64_t account) {
  std::vector<int64_t> metrics;
  BANSO_RETURN_IF_ERROR(writer.Query(
      "SELECT DISTINCT metric FROM sample_page WHERE account = $account ORDER BY metric",
      {{"account", account}}, [&](const Row& row) {
        metrics.push_back(row.Int64(0));
        return absl::OkStatus();
      }));
  return metrics;
}

// Takes the first page of a series out of the store; nothing when there is none.
absl::StatusOr<std::optional<SamplePage>> TakePage(Writer& writer, const SeriesKey& series) {
  std::optional<SamplePage> page;
  BANSO_RETURN_IF_ERROR(
      writer
          .QueryOne("SELECT since, data FROM sample_page WHERE account = $account "
                    "AND metric = $metric ORDER BY since LIMIT 1",
                    {{"account", series.account}, {"metric", series.metric}},
                    [&](const Row& row) -> absl::Status {
                      page.emplace().since = row.Int64(0);
                      BANSO_ASSIGN_OR_RETURN(page->samples, DecodePage(row.Blob(1)));
                      return absl::OkStatus();
                    })
          .status());
  if (!page.has_value()) return page;
  BANSO_RETURN_IF_ERROR(
      writer
          .Execute("DELETE FROM sample_page WHERE account = $account AND metric = $metric "
                   "AND since = $since",
                   {{"account", series.account}, {"metric", series.metric}, {"since", page->since}})
          .status());
  return page;
}

// The same sample, whenever it came in.
bool IsSame(const StoredSample& a, const StoredSample& b) {
  return a.id_hash == b.id_hash && a.object == b.object && a.user == b.user && a.site == b.site &&
         a.occurred == b.occurred && a.value == b.value;
}

bool OccursLater(int64_t time, const StoredSample& sample) { return time < sample.occurred; }

// Adds samples, in the order in which they occurred, to the pages of a series.
absl::Status AddSamples(Writer& writer, const SeriesKey& series,
                        absl::Span<const StoredSample> samples) {
  std::map<int64_t, std::vector<StoredSample>> pages;
  BANSO_RETURN_IF_ERROR(
      ReadPagesBack(writer, series, samples.front().occurred, samples.back().occurred,
                    [&](SamplePage page) { pages.emplace(page.since, std::move(page.samples)); }));
  if (pages.empty()) pages[kBeginning];
  std::set<int64_t> changed;
  for (const StoredSample& sample : samples) {
    const auto page = std::prev(pages.upper_bound(sample.occurred));
    std::vector<StoredSample>& held = page->second;
    const auto place = std::upper_bound(held.begin(), held.end(), sample.occurred, OccursLater);
    const bool known = std::any_of(held.begin(), place,
                                   [&](const StoredSample& one) { return IsSame(one, sample); });
    if (known) continue;
    held.insert(place, sample);
    changed.insert(page->first);
  }
  for (const int64_t since : changed) {
    BANSO_RETURN_IF_ERROR(WritePage(writer, series,
                                    {.since = since, .samples = std::move(pages.at(since))},
                                    /*is_last=*/false));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status JoinSamples(Writer& writer, const Words& words, const std::string& from,
                         const std::string& to) {
  BANSO_ASSIGN_OR_RETURN(const int64_t source, words.Find(writer, from));
  if (source == 0) return absl::OkStatus();
  BANSO_ASSIGN_OR_RETURN(const std::vector<int64_t> metrics, MetricsWithSamples(writer, source));
  if (metrics.empty()) return absl::OkStatus();
  WordWriter numbers(words);
  BANSO_ASSIGN_OR_RETURN(const int64_t target, numbers.Number(writer, to));
  std::set<TouchedDay> touched;
  for (const int64_t metric : metrics) {
    const SeriesKey before{.account = source, .metric = metric};
    const SeriesKey after{.account = target, .metric = metric};
    while (true) {
      BANSO_ASSIGN_OR_RETURN(const std::optional<SamplePage> page, TakePage(writer, before));
      if (!page.has_value()) break;
      if (page->samples.empty()) continue;
      for (const StoredSample& sample : page->samples) {
        for (const int64_t account : {source, target}) {
          touched.insert({account, metric, sample.day, sample.object});
        }
      }
      BANSO_RETURN_IF_ERROR(AddSamples(writer, after, page->samples));
    }
  }
  return SaveTouched(writer, std::vector<TouchedDay>(touched.begin(), touched.end()));
}

}  // namespace banso::health

#ifndef BANSO_SERVICES_HEALTH_STORE_SAMPLES_H_
#define BANSO_SERVICES_HEALTH_STORE_SAMPLES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "common/storage/database.h"
#include "services/health/domain/sample_window.h"
#include "services/health/store/sample_feed.h"
#include "services/health/store/sample_series.h"
#include "services/health/store/words.h"

namespace banso::health {

// For whom, and as of when, samples are read.
struct SampleMoment {
  // `accounts/{account}`; for the samples that name one of its sites alone,
  // `accounts/{account}/sites/{site}`.
  std::string account;
  // In which the account's days are counted.
  absl::TimeZone zone;
  // Samples that occurred later do not count.
  absl::Time as_of;
  // Samples recorded later do not count. Absent: all count.
  std::optional<absl::Time> known_at = std::nullopt;
};

// Which samples of which account and metric count. Times in microseconds since 1970.
struct SampleView {
  SeriesKey series;
  // Where the metric comes from.
  std::string source;
  int64_t as_of = 0;
  int64_t known_at = 0;
  // The number of the site that they name; absent: whatever they name.
  std::optional<int64_t> site = std::nullopt;

  bool Shows(const WindowSample& sample) const {
    return sample.occurred <= as_of && sample.recorded <= known_at &&
           (!site.has_value() || sample.site == *site);
  }
};

// The view of a moment; its series and source are left for the caller.
SampleView ViewAt(absl::Time as_of, const std::optional<absl::Time>& known_at);

// What the samples that count say to the question, objects aside. `question` needs its kind,
// aggregation and days; what else it holds is found out here. `scratch` spares memory from one call
// to the next.
absl::StatusOr<WindowAnswer> AnswerFrom(SamplePages& pages, const SampleView& view,
                                        WindowQuestion question,
                                        std::vector<WindowSample>& scratch);

// Reads windows over samples. Immutable and thread-safe.
class SampleReader {
 public:
  explicit SampleReader(const Words& words) : words_(words) {}

  // Answers a query about the fact of `metric`, as ReadWindow says. Exact: a sample counts or not
  // by its own times, also when a moment lies within its day. The subject is left for the caller.
  absl::StatusOr<fact::v1::FactReading> Read(SeriesReader& reader, const v1::Metric& metric,
                                             const SampleMoment& moment,
                                             const fact::v1::FactQuery& query) const;

  // The day's value, as all that is known by now says, of the samples that name `object` (0: of
  // those that name none). Numbers are those of words.
  absl::StatusOr<fact::v1::FactReading> ReadDay(storage::Reader& reader, const v1::Metric& metric,
                                                int64_t account, absl::CivilDay day,
                                                int64_t object) const;

 private:
  const Words& words_;
};

// The question that a query asks about a metric, as far as it says; `today` is the moment's day.
WindowQuestion QuestionOf(v1::MetricKind kind, const fact::v1::FactQuery& query,
                          absl::CivilDay today);

// What became of a sample.
enum class SampleOutcome {
  kStored,
  // Stored before, with the same content.
  kDuplicate,
  // Another sample of the account and metric, at most a day before or after it, has its id.
  kIdTaken,
};

// Stores the samples of one transaction. Add each, then Finish once; Committed after the commit.
class SampleWriter {
 public:
  explicit SampleWriter(const Words& words) : words_(words) {}

  // `sample` must have been checked (CheckSample); `account` is its account's name.
  absl::StatusOr<SampleOutcome> Add(storage::Writer& writer, const v1::Sample& sample,
                                    absl::string_view account, absl::TimeZone zone);

  // Writes what the samples add up to, and numbers the commit in the stream of facts. Does nothing
  // when none was stored.
  absl::Status Finish(storage::Writer& writer);

  void Committed() const { words_.Committed(); }

 private:
  struct Page {
    std::vector<StoredSample> samples;
    bool changed = false;
  };
  // What is held of an account and metric: the pages, by when they begin, of all samples that
  // occurred from `from` to `to`.
  struct Series {
    int64_t from = 0;
    int64_t to = 0;
    std::map<int64_t, Page> pages;
    // The ids of all their samples, by hash: whether one is new is asked for each that comes.
    absl::flat_hash_set<int64_t> ids;
  };

  absl::StatusOr<StoredSample> Convert(storage::Writer& writer, const v1::Sample& sample,
                                       absl::TimeZone zone);
  absl::Status Hold(storage::Writer& writer, const SeriesKey& key, int64_t from, int64_t to,
                    Series& series);
  absl::Status BringIn(storage::Writer& writer, const SeriesKey& key, int64_t from, int64_t to,
                       Series& series);
  static std::optional<SampleOutcome> Again(const Series& series, const StoredSample& sample);
  absl::Status Flush(storage::Writer& writer);

  WordWriter words_;
  std::map<SeriesKey, Series> series_;
  size_t held_ = 0;
  std::set<TouchedDay> touched_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SAMPLES_H_

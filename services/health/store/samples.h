#ifndef BANSO_SERVICES_HEALTH_STORE_SAMPLES_H_
#define BANSO_SERVICES_HEALTH_STORE_SAMPLES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "common/storage/database.h"
#include "services/health/domain/cell.h"
#include "services/health/domain/cell_window.h"
#include "services/health/store/words.h"

namespace banso::health {

// For whom, and as of when, samples are read.
struct SampleMoment {
  // `accounts/{account}`.
  std::string account;
  // In which the account's days are counted.
  absl::TimeZone zone;
  // Samples that occurred later do not count.
  absl::Time as_of;
  // Samples recorded later do not count. Absent: all count.
  std::optional<absl::Time> known_at = std::nullopt;
};

// Reads windows over samples. Immutable and thread-safe.
class SampleReader {
 public:
  explicit SampleReader(const Words& words) : words_(words) {}

  // Answers a query about the fact of `metric`, as ReadCells says. Exact: a sample counts or not by
  // its own times, also when a moment lies within its day. The subject is left for the caller.
  absl::StatusOr<fact::v1::FactReading> Read(storage::Reader& reader, const v1::Metric& metric,
                                             const SampleMoment& moment,
                                             const fact::v1::FactQuery& query) const;

  // The day's value, as all that is known by now says, of the samples that name `object` (0: of
  // those that name none). Numbers are those of words.
  absl::StatusOr<fact::v1::FactReading> ReadDay(storage::Reader& reader, const v1::Metric& metric,
                                                int64_t account, absl::CivilDay day,
                                                int64_t object) const;

 private:
  // Numbers and times of one question, as SQL takes them.
  struct Key {
    int64_t account = 0;
    int64_t metric = 0;
    absl::Time as_of;
    std::optional<absl::Time> known_at = std::nullopt;
  };

  absl::StatusOr<std::vector<Cell>> Load(storage::Reader& reader, const Key& key,
                                         std::optional<absl::CivilDay> from,
                                         absl::CivilDay to) const;
  absl::Status LoadPart(storage::Reader& reader, const Key& key, absl::CivilDay day,
                        int64_t recorded_day, std::vector<Cell>& cells) const;
  absl::StatusOr<std::vector<Cell>> LoadLast(storage::Reader& reader, const Key& key,
                                             const CellQuestion& question) const;
  absl::Status FillContext(storage::Reader& reader, const v1::Metric& metric, const Key& key,
                           bool empty, CellQuestion& question) const;

  const Words& words_;
};

// What became of a sample.
enum class SampleOutcome {
  kStored,
  // Stored before, with the same content.
  kDuplicate,
  // Another sample of the account and metric has its id.
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
  // Account, metric, day, recorded day, object, user and site of a cell.
  using CellKey = std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t>;

  WordWriter words_;
  std::map<CellKey, Cell> cells_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SAMPLES_H_

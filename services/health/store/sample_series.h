#ifndef BANSO_SERVICES_HEALTH_STORE_SAMPLE_SERIES_H_
#define BANSO_SERVICES_HEALTH_STORE_SAMPLE_SERIES_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/database.h"
#include "services/health/store/sample_page.h"

// The pages of the samples of one account and metric, as they lie in the table sample_page. Times
// in microseconds since 1970.
namespace banso::health {

// Where the first page of a series begins.
inline constexpr int64_t kBeginning = std::numeric_limits<int64_t>::min();

// By numbers of words.
struct SeriesKey {
  int64_t account = 0;
  int64_t metric = 0;

  auto operator<=>(const SeriesKey&) const = default;
};

// The samples that occurred from `since` until the next page begins.
struct SamplePage {
  int64_t since = kBeginning;
  std::vector<StoredSample> samples;
};

// Calls `on_page`, oldest first, for each page that may hold samples which occurred from `from` to
// `to`, both inclusive. Other samples of these pages come along.
absl::Status ReadPages(storage::Reader& reader, const SeriesKey& series, int64_t from, int64_t to,
                       absl::FunctionRef<absl::Status(SamplePage)> on_page);

// The first page that begins at `from` or later; the last one that begins at `to` or earlier.
absl::StatusOr<std::optional<SamplePage>> FirstPageFrom(storage::Reader& reader,
                                                        const SeriesKey& series, int64_t from);
absl::StatusOr<std::optional<SamplePage>> LastPageTo(storage::Reader& reader,
                                                     const SeriesKey& series, int64_t to);

// Stores a page, in place of the one that began at the same time. A page with too many samples is
// stored as several; `is_last` says that there is none after it, where new samples are expected.
absl::Status WritePage(storage::Writer& writer, const SeriesKey& series, const SamplePage& page,
                       bool is_last);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SAMPLE_SERIES_H_

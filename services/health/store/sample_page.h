#ifndef BANSO_SERVICES_HEALTH_STORE_SAMPLE_PAGE_H_
#define BANSO_SERVICES_HEALTH_STORE_SAMPLE_PAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/health/domain/sample_window.h"

// How samples lie in the store: those of one account and metric, in the order in which they
// occurred, packed into pages of a few kilobytes (table sample_page). A sample takes about 18 bytes
// of a page, and a window of a metric is one or two pages, read in one go.
namespace banso::health {

inline constexpr int64_t kMicrosPerDay = int64_t{24} * 60 * 60 * 1000000;

// A sample as it is stored. Times in microseconds since 1970, words by their numbers (0: none).
struct StoredSample {
  // 64 bits of the hash of the sample's id: tells the ids of one account and metric apart.
  int64_t id_hash = 0;
  int64_t occurred = 0;
  // When it became known.
  int64_t recorded = 0;
  // Whether `recorded` was stated by the sender.
  bool backdated = false;
  // The civil day on which it occurred, from 1970-01-01, in the time zone that the account had when
  // it came in: at most one day off the day in UTC.
  int64_t day = 0;
  int64_t object = 0;
  int64_t user = 0;
  int64_t site = 0;
  double value = 0;

  bool operator==(const StoredSample&) const = default;
};

// The bytes of a page. `samples` are in the order in which they occurred; their order is kept.
std::string EncodePage(absl::Span<const StoredSample> samples);

// The samples of a page. DATA_LOSS when the bytes are none.
absl::StatusOr<std::vector<StoredSample>> DecodePage(absl::string_view bytes);
// The same, as windows need them, in place of what `samples` holds.
absl::Status DecodePage(absl::string_view bytes, std::vector<WindowSample>& samples);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SAMPLE_PAGE_H_

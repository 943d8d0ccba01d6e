#ifndef BANSO_SERVICES_HEALTH_STORE_USE_USE_HISTORY_H_
#define BANSO_SERVICES_HEALTH_STORE_USE_USE_HISTORY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/health/v1/expected_use.pb.h"
#include "common/storage/database.h"
#include "services/health/domain/use/expected_use.h"

namespace banso::health {

// Every expectation as it was recorded, change by change. Immutable and thread-safe.
class UseHistory {
 public:
  // Notes what is expected from now on under `use.name()`; that nothing ever was.
  absl::Status Keep(storage::Writer& writer, const v1::ExpectedUse& use) const;
  absl::Status Remove(storage::Writer& writer, absl::string_view name) const;

  // What was recorded under a name by `known_at` (absent: by now), the oldest first, with the day
  // in `zone` on which it was. Nothing when it had been removed by then; what was recorded again
  // after that begins anew.
  absl::StatusOr<std::vector<RecordedUse>> Of(storage::Reader& reader, absl::string_view name,
                                              std::optional<absl::Time> known_at,
                                              absl::TimeZone zone) const;

  // The names under which anything was ever expected of an account, in order.
  absl::StatusOr<std::vector<std::string>> NamesOf(storage::Reader& reader,
                                                   absl::string_view account) const;

  // Gives a history another name, which has none yet.
  absl::Status Rename(storage::Writer& writer, absl::string_view before,
                      const std::string& after) const;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_USE_USE_HISTORY_H_

#ifndef BANSO_SERVICES_HEALTH_STORE_FACT_TABLE_H_
#define BANSO_SERVICES_HEALTH_STORE_FACT_TABLE_H_

#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/type/v1/value.pb.h"
#include "common/storage/database.h"

namespace banso::health {

// The value that a fact of accounts had at a time, by account; those without one are left out. With
// `known_at`, what was recorded later does not count. For facts that are logged or mirrored: all
// but metrics.
absl::StatusOr<absl::flat_hash_map<std::string, type::v1::Value>> ValuesOfAll(
    storage::Reader& reader, absl::string_view fact, absl::Time as_of,
    std::optional<absl::Time> known_at = std::nullopt);

// The same for one subject; nothing when it had none.
absl::StatusOr<std::optional<type::v1::Value>> ValueAt(
    storage::Reader& reader, absl::string_view subject, absl::string_view fact, absl::Time as_of,
    std::optional<absl::Time> known_at = std::nullopt);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_FACT_TABLE_H_

#ifndef BANSO_COMMON_STORAGE_FOLLOWER_POSITION_H_
#define BANSO_COMMON_STORAGE_FOLLOWER_POSITION_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/database.h"

namespace banso::storage {

// How far this store has come in following another service.
struct FollowerPosition {
  // The token to resume with; empty: from the beginning.
  std::string resume_token;
  // The other store's position that has been reached; 0: none yet.
  int64_t position = 0;
};

// Keeps the place in `source` (such as `accounts/facts`), in the transaction that holds the effects
// up to it: so every effect happens once.
absl::Status SavePosition(Writer& writer, absl::string_view source,
                          const FollowerPosition& position);

// Returns the place last kept; the beginning when there is none.
absl::StatusOr<FollowerPosition> LoadPosition(Reader& reader, absl::string_view source);

// Forgets every place, so that all followers begin again; see FollowerOptions::reset.
absl::Status ForgetPositions(Writer& writer);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_FOLLOWER_POSITION_H_

#ifndef BANSO_COMMON_SERVER_RETRY_AFTER_H_
#define BANSO_COMMON_SERVER_RETRY_AFTER_H_

#include "absl/time/time.h"

namespace banso::server::internal {

// What a caller is told to wait when there is no room for the call now, or no answer.
inline constexpr absl::Duration kRetryAfter = absl::Seconds(1);

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_RETRY_AFTER_H_

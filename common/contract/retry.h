#ifndef BANSO_COMMON_CONTRACT_RETRY_H_
#define BANSO_COMMON_CONTRACT_RETRY_H_

#include "absl/status/status.h"

namespace banso::contract {

// Whether a call to another service that ended so may work later as it is: the service was not
// reached, had too much to do, or does not know us yet. Anything else is an answer.
inline bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) || absl::IsAborted(status) ||
         absl::IsCancelled(status) || absl::IsUnauthenticated(status);
}

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_RETRY_H_

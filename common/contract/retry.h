#ifndef BANSO_COMMON_CONTRACT_RETRY_H_
#define BANSO_COMMON_CONTRACT_RETRY_H_

#include "absl/status/status.h"
#include "common/contract/errors.h"

namespace banso::contract {

// Whether a call to another service that ended so may work later as it is: the service was not
// reached, had too much to do, does not know us yet, or has a disk that somebody must see to.
// Anything else is an answer.
inline bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsResourceExhausted(status) || absl::IsAborted(status) ||
         absl::IsCancelled(status) || absl::IsUnauthenticated(status) ||
         Reason(status) == "STORAGE_READ_ONLY";
}

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_RETRY_H_

#ifndef BANSO_COMMON_TESTING_WAIT_H_
#define BANSO_COMMON_TESTING_WAIT_H_

#include "absl/functional/function_ref.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace banso::testing {

// Waits until `holds` returns true, looking again every millisecond, for `limit` at most; returns
// whether it did. For what another thread or process does and tells nobody of; where something can
// be waited for (a notification, a position, a call), wait for that.
inline bool WaitUntil(absl::FunctionRef<bool()> holds, absl::Duration limit = absl::Seconds(10)) {
  const absl::Time deadline = absl::Now() + limit;
  while (!holds()) {
    if (absl::Now() >= deadline) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

}  // namespace banso::testing

#endif  // BANSO_COMMON_TESTING_WAIT_H_

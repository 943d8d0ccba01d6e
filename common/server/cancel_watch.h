#ifndef BANSO_COMMON_SERVER_CANCEL_WATCH_H_
#define BANSO_COMMON_SERVER_CANCEL_WATCH_H_

#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace banso::server::internal {

// Notices callers that begin calls only to cancel them (CVE-2023-44487, "rapid reset"): a cancelled
// call no longer counts among the streams that a connection may have open, but costs memory and
// work until it is cleared away. Thread-safe.
class CancelWatch {
 public:
  // `limit` calls may be cancelled by one connection in a `period`.
  CancelWatch(int limit, absl::Duration period) : limit_(limit), period_(period) {}

  // Notes that the caller at `remote` has cancelled a call. True when that is one too many; only
  // once a period for each caller.
  bool Note(absl::string_view remote, absl::Time now);

 private:
  const int limit_;
  const absl::Duration period_;
  absl::Mutex mutex_;
  absl::Time start_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // Of this period, by caller.
  std::map<std::string, int, std::less<>> cancelled_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace banso::server::internal

#endif  // BANSO_COMMON_SERVER_CANCEL_WATCH_H_

#include "common/server/cancel_watch.h"

namespace banso::server::internal {

bool CancelWatch::Note(absl::string_view remote, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (now - start_ >= period_) {
    start_ = now;
    cancelled_.clear();
  }
  auto found = cancelled_.find(remote);
  if (found == cancelled_.end()) found = cancelled_.emplace(std::string(remote), 0).first;
  return ++found->second == limit_ + 1;
}

}  // namespace banso::server::internal

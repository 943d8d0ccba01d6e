#ifndef BANSO_COMMON_STORAGE_COMMIT_SIGNAL_H_
#define BANSO_COMMON_STORAGE_COMMIT_SIGNAL_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/storage/database.h"

namespace banso::storage {

// How far a store has come, and who waits for more: what every engine needs for
// Database::position, WaitForPosition and NotifyAfter. Thread-safe.
class CommitSignal {
 public:
  explicit CommitSignal(int64_t position);
  ~CommitSignal();

  int64_t position() const;
  absl::Status WaitForPosition(int64_t at_least, absl::Time deadline);
  std::unique_ptr<CommitWatch> NotifyAfter(int64_t position, std::function<void()> wake);

  // Tells that the store has come to `position`, and wakes who waited for it.
  void Advance(int64_t position);
  // Wakes everybody; nobody is to wait any more.
  void Close();

 private:
  struct Watcher;
  struct State;
  class Watch;

  // Shared with the watches, which may outlive the store.
  const std::shared_ptr<State> state_;
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_COMMIT_SIGNAL_H_

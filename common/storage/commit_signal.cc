#include "common/storage/commit_signal.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"

namespace banso::storage {

struct CommitSignal::Watcher {
  // Held while `wake` runs, so that ending a watch waits for it.
  std::mutex mutex;
  std::function<void()> wake;  // Empty once called or ended.

  void Wake() {
    const std::lock_guard lock(mutex);
    if (std::function<void()> call = std::exchange(wake, nullptr)) call();
  }
  void End() {
    const std::lock_guard lock(mutex);
    wake = nullptr;
  }
};

struct CommitSignal::State {
  using Watchers = std::multimap<int64_t, std::shared_ptr<Watcher>>;

  std::mutex mutex;
  std::condition_variable moved;
  int64_t position = 0;
  bool closed = false;
  Watchers watchers;  // By the position after which they are woken.
};

class CommitSignal::Watch : public CommitWatch {
 public:
  Watch(std::shared_ptr<State> state, std::shared_ptr<Watcher> watcher, int64_t position)
      : state_(std::move(state)), watcher_(std::move(watcher)), position_(position) {}

  ~Watch() override {
    {
      const std::lock_guard lock(state_->mutex);
      const auto [begin, end] = state_->watchers.equal_range(position_);
      for (auto it = begin; it != end; ++it) {
        if (it->second == watcher_) {
          state_->watchers.erase(it);
          break;
        }
      }
    }
    watcher_->End();
  }

 private:
  const std::shared_ptr<State> state_;
  const std::shared_ptr<Watcher> watcher_;
  const int64_t position_;
};

CommitSignal::CommitSignal(int64_t position) : state_(std::make_shared<State>()) {
  state_->position = position;
}

CommitSignal::~CommitSignal() { Close(); }

int64_t CommitSignal::position() const {
  const std::lock_guard lock(state_->mutex);
  return state_->position;
}

absl::Status CommitSignal::WaitForPosition(int64_t at_least, absl::Time deadline) {
  std::unique_lock lock(state_->mutex);
  // The clock of the deadline is the system's; TSan knows waits on no other.
  const bool reached = state_->moved.wait_until(
      lock, absl::ToChronoTime(deadline),
      [this, at_least] { return state_->closed || state_->position >= at_least; });
  if (state_->position >= at_least) return absl::OkStatus();
  if (reached) return contract::Unavailable("the store, which is being closed,", absl::Seconds(1));
  return contract::DeadlineExceeded(
      absl::StrCat("the store's position ", at_least, "; it has come to ", state_->position));
}

std::unique_ptr<CommitWatch> CommitSignal::NotifyAfter(int64_t position,
                                                       std::function<void()> wake) {
  auto watcher = std::make_shared<Watcher>();
  watcher->wake = std::move(wake);
  bool due = false;
  {
    const std::lock_guard lock(state_->mutex);
    due = state_->closed || state_->position > position;
    if (!due) state_->watchers.emplace(position, watcher);
  }
  if (due) watcher->Wake();
  return std::make_unique<Watch>(state_, std::move(watcher), position);
}

void CommitSignal::Advance(int64_t position) {
  std::vector<std::shared_ptr<Watcher>> due;
  {
    const std::lock_guard lock(state_->mutex);
    if (position <= state_->position) return;
    state_->position = position;
    const auto end = state_->watchers.lower_bound(position);
    for (auto it = state_->watchers.begin(); it != end; ++it) due.push_back(it->second);
    state_->watchers.erase(state_->watchers.begin(), end);
    state_->moved.notify_all();
  }
  for (const auto& watcher : due) watcher->Wake();
}

void CommitSignal::Close() {
  State::Watchers watchers;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    watchers.swap(state_->watchers);
    state_->moved.notify_all();
  }
  for (const auto& [position, watcher] : watchers) watcher->Wake();
}

}  // namespace banso::storage

#ifndef BANSO_COMMON_SERVER_EXECUTOR_H_
#define BANSO_COMMON_SERVER_EXECUTOR_H_

#include <cstdint>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace banso::server {

// Which threads run a handler. Lanes keep each other's threads free: services that ask each other
// for facts while their ordinary handlers all wait cannot lock up.
enum class Lane {
  // Ordinary unary calls.
  kNormal,
  // Reads of facts. A handler in this lane never calls another service.
  kFacts,
  // Streams.
  kStream,
};

// The limits of one lane.
struct LaneLimits {
  // Most threads. They are started when there is work for them, and kept.
  int threads = 0;
  // Most tasks that wait for a thread.
  int queue = 0;
};

// A bounded pool of threads on which handlers may block.
class Executor {
 public:
  struct Limits {
    LaneLimits normal{.threads = 48, .queue = 2000};
    LaneLimits facts{.threads = 16, .queue = 2000};
    LaneLimits stream{.threads = 32, .queue = 4000};
  };

  explicit Executor(const Limits& limits);
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  // Stops.
  ~Executor();

  // Runs `task` on a thread of `lane`, in the order of submission. False when the lane's queue is
  // full or the executor has stopped; `task` is then destroyed without having run.
  bool Submit(Lane lane, absl::AnyInvocable<void()> task);

  // Runs what is queued, then ends the threads. Idempotent. Must not be called from a task.
  void Stop();

  // How many tasks wait for a thread.
  int QueueLength(Lane lane) const;
  // How many tasks were refused because the queue was full.
  int64_t Refused(Lane lane) const;

 private:
  struct Pool {
    LaneLimits limits;
    mutable absl::Mutex mutex;
    // Not a condition of the mutex: with every unlock it would be asked for each idle thread.
    absl::CondVar wake;
    std::deque<absl::AnyInvocable<void()>> queue ABSL_GUARDED_BY(mutex);
    std::vector<std::thread> threads ABSL_GUARDED_BY(mutex);
    int idle ABSL_GUARDED_BY(mutex) = 0;
    int64_t refused ABSL_GUARDED_BY(mutex) = 0;
    bool stopped ABSL_GUARDED_BY(mutex) = false;
  };

  static void Run(Pool& pool);
  static void Stop(Pool& pool);
  Pool& PoolOf(Lane lane);
  const Pool& PoolOf(Lane lane) const;

  Pool normal_;
  Pool facts_;
  Pool stream_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_EXECUTOR_H_

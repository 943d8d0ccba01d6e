#ifndef BANSO_COMMON_SERVER_SWEEPS_H_
#define BANSO_COMMON_SERVER_SWEEPS_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/calendar/clock.h"
#include "common/contract/call.h"
#include "common/storage/database.h"

namespace banso::server {

// Periodic work of a service: finds what has become due and does it. It must do no harm when it
// runs twice, or when there is nothing to do.
struct Sweep {
  // Such as `overdue_tasks`.
  std::string name;
  // System time from the end of one run to the begin of the next.
  absl::Duration period;
  // Runs with actor `services/<service>` and the business time of the moment. An error is logged;
  // the sweep runs again at its next turn.
  std::function<absl::Status(const Call&)> run;
  // When set, the sweep also runs as soon as something has been committed there, unless it has
  // found such a change less than a period ago; then it runs at the end of the period. Must outlive
  // the runner.
  storage::Database* database = nullptr;
};

// Runs a service's sweeps on a thread of its own: each at its period, and all of them, in the order
// given, whenever a test clock is set. No two sweeps of a service run at the same time.
class SweepRunner {
 public:
  // `test_clock` is null when business time is the system's. Both clocks must outlive the runner.
  SweepRunner(std::string service, std::vector<Sweep> sweeps, calendar::Clock* clock,
              calendar::TestClock* test_clock);
  // Stops.
  ~SweepRunner();

  void Start();
  // Waits for the sweep that is running, whose Call is cancelled. Idempotent.
  void Stop();
  // Runs every sweep now and waits for them.
  void RunAll();

 private:
  // Of a sweep; times are the system's.
  struct Turn {
    absl::Time next;
    // Before this the store's changes do not wake the sweep.
    absl::Time not_before = absl::InfinitePast();
    // Whether the store's changes have set `next`.
    bool woken = false;
    // The position of the store when the sweep began last.
    int64_t seen = -1;
  };

  // Runs the sweeps; `watches` are theirs, one each.
  void Loop(std::vector<std::unique_ptr<storage::CommitWatch>>& watches);
  // Waits for the next sweep; false when the runner is stopping.
  bool AwaitTurn(size_t* index);
  // Runs the sweep and plans its next turn; `watch` wakes it.
  void TakeTurn(size_t index, std::unique_ptr<storage::CommitWatch>& watch);
  // Wakes the sweep when its store goes beyond the position; null when it has none.
  std::unique_ptr<storage::CommitWatch> WatchAfter(size_t index, int64_t position);
  // The sweep's store has changed.
  void Wake(size_t index);
  void RunOne(size_t index) ABSL_EXCLUSIVE_LOCKS_REQUIRED(run_mutex_);

  const std::string service_;
  const std::vector<Sweep> sweeps_;
  calendar::Clock* const clock_;
  calendar::TestClock* const test_clock_;
  const std::shared_ptr<std::atomic<bool>> cancelled_;
  int64_t callback_ = 0;

  absl::Mutex run_mutex_;  // Held while a sweep runs.
  absl::Mutex mutex_;
  std::vector<Turn> turns_ ABSL_GUARDED_BY(mutex_);
  // Whether turns have changed while the loop waits.
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_SWEEPS_H_

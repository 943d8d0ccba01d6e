#ifndef BANSO_COMMON_CALENDAR_CLOCK_H_
#define BANSO_COMMON_CALENDAR_CLOCK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace banso::calendar {

// Tells the business time: the time that rules, sweeps and recorded facts go by. Deadlines and
// leases use the system's time instead. Safe for use by several threads.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time TimeNow() = 0;
};

// The time of the machine.
class SystemClock : public Clock {
 public:
  absl::Time TimeNow() override;
};

// A clock that stands still until it is set.
class TestClock : public Clock {
 public:
  using Callback = std::function<void(absl::Time now)>;
  using CallbackId = int64_t;

  explicit TestClock(absl::Time start);

  absl::Time TimeNow() override;

  // Moves the clock to `time` and then runs every callback, one after the other, before it
  // returns. The present time is accepted and runs the callbacks as well; an earlier time is
  // FAILED_PRECONDITION, an infinite one INVALID_ARGUMENT, and neither changes anything.
  // Concurrent calls run one after the other.
  absl::Status SetTime(absl::Time time);

  // Registers what shall run after every SetTime, in the order of registration. A callback may
  // read the clock; it may neither set it nor add or remove callbacks.
  CallbackId OnAdvance(Callback callback);

  // Forgets a callback; an unknown id is ignored. When it returns, the callback is not running and
  // will not run again.
  void RemoveCallback(CallbackId id);

 private:
  // Held while callbacks run; taken before `mutex_`.
  std::mutex advance_mutex_;
  std::map<CallbackId, Callback> callbacks_;  // Guarded by advance_mutex_.
  CallbackId next_id_ = 1;                    // Guarded by advance_mutex_.
  std::mutex mutex_;
  absl::Time now_;  // Guarded by mutex_.
};

}  // namespace banso::calendar

#endif  // BANSO_COMMON_CALENDAR_CLOCK_H_

#include "common/calendar/clock.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace banso::calendar {

absl::Time SystemClock::TimeNow() { return absl::Now(); }

TestClock::TestClock(absl::Time start) : now_(start) {}

absl::Time TestClock::TimeNow() {
  std::lock_guard lock(mutex_);
  return now_;
}

absl::Status TestClock::SetTime(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return absl::InvalidArgumentError("The clock cannot be set to an infinite time.");
  }
  std::lock_guard advance_lock(advance_mutex_);
  {
    std::lock_guard lock(mutex_);
    if (time < now_) {
      return absl::FailedPreconditionError(
          absl::StrCat("The clock moves forward only: it stands at ",
                       absl::FormatTime(now_, absl::UTCTimeZone()), " and cannot be set to ",
                       absl::FormatTime(time, absl::UTCTimeZone()), "."));
    }
    now_ = time;
  }
  for (const auto& [id, callback] : callbacks_) callback(time);
  return absl::OkStatus();
}

TestClock::CallbackId TestClock::OnAdvance(Callback callback) {
  std::lock_guard lock(advance_mutex_);
  const CallbackId id = next_id_++;
  callbacks_.emplace(id, std::move(callback));
  return id;
}

void TestClock::RemoveCallback(CallbackId id) {
  std::lock_guard lock(advance_mutex_);
  callbacks_.erase(id);
}

}  // namespace banso::calendar

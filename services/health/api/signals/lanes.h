#ifndef BANSO_SERVICES_HEALTH_API_SIGNALS_LANES_H_
#define BANSO_SERVICES_HEALTH_API_SIGNALS_LANES_H_

#include <functional>
#include <map>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace banso::health {

// Work that may hang, in lanes that do not hold each other up: one thread for each that is busy.
// For one thread at a time.
class Lanes {
 public:
  Lanes() = default;
  // Waits until all work has ended.
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  // Begins `work` in a lane; false, and nothing begun, while the lane is busy.
  bool Start(const std::string& name, std::function<absl::Status()> work);

  // Waits until no lane is busy, but no longer than `patience` (system time). The first error of
  // the work that has ended since it was asked last.
  absl::Status Await(absl::Duration patience);

 private:
  struct Lane {
    bool busy = false;
    absl::Status result;
    std::thread thread;
  };

  absl::Mutex mutex_;
  std::map<std::string, Lane> lanes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SIGNALS_LANES_H_

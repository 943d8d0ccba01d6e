#ifndef BANSO_TESTS_FAULTS_LOAD_H_
#define BANSO_TESTS_FAULTS_LOAD_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/faults/feed.h"

namespace banso::faults {

// The account that all writers change.
inline constexpr char kSharedAccount[] = "accounts/shared";

// An attempt at a call that was not answered.
struct FailedAttempt {
  absl::Time start;
  absl::Status status;
};

// Writers that create accounts and change them without a pause: each its own, one after another and
// with the etag, and all of them the same one, without. Every write has a request id and a display
// name of its own. An attempt for which the service was away is made again with the same request id
// until it is answered; any other error is a fault and ends its writer.
class Load {
 public:
  Load(const std::string& address, int writers);
  // Stops.
  ~Load();

  // Lets every writer come to the end of the write that it is at.
  void Stop();

  // Waits until so many writes in all are acknowledged; false when they are not in time.
  bool AwaitAcknowledged(int64_t count);
  // The same until each writer has had so many more: all of them are connected then.
  bool AwaitAcknowledgedByEach(int64_t count);
  int64_t acknowledged() const { return acknowledged_; }
  // How many attempts are under way.
  int in_flight() const { return in_flight_; }

  // Attempts for which the service was away, and errors after which a writer could not go on.
  std::vector<FailedAttempt> failed_attempts() const;
  std::vector<std::string> faults() const;

  // Once stopped: the display names that were acknowledged, by account and in order; that of the
  // shared account is none in particular.
  const std::map<std::string, std::vector<std::string>>& names() const { return names_; }

 private:
  // Makes attempts until one is answered or fails for good.
  template <class Attempt>
  auto Insist(Attempt attempt);
  void Write(int number);
  void Acknowledge(int writer, const std::string& account, const std::string& display_name);

  const std::string address_;
  std::atomic<bool> stopped_ = false;
  std::atomic<int64_t> acknowledged_ = 0;
  std::atomic<int> in_flight_ = 0;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::vector<std::string>> names_;
  std::vector<int64_t> acknowledged_by_ ABSL_GUARDED_BY(mutex_);
  std::vector<FailedAttempt> failed_attempts_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> faults_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

// Expects (by GoogleTest) that the service at `address` and what `feed` has told of it are exactly
// what `load`, once stopped, was acknowledged: nothing lost, nothing twice, no gap in the feed, and
// the resources as the feed left them.
void ExpectExactly(const Load& load, const std::string& address, Feed& feed);

}  // namespace banso::faults

#endif  // BANSO_TESTS_FAULTS_LOAD_H_

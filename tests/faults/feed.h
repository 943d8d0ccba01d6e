#ifndef BANSO_TESTS_FAULTS_FEED_H_
#define BANSO_TESTS_FAULTS_FEED_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "banso/type/v1/change.pb.h"
#include "tests/journeys/patience.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace banso::faults {

// Follows the changes of the accounts service from an empty store on, as another service would:
// whenever the stream breaks it goes on behind the last message.
class Feed {
 public:
  explicit Feed(const std::string& address);
  // Ends it.
  ~Feed();

  // Waits until everything up to `position` has come; false when it does not within `limit`, or
  // when there is a fault.
  bool AwaitPosition(int64_t position, absl::Duration limit = journeys::kPatience);
  // What has come, in order.
  std::vector<type::v1::Change> changes() const;
  // How often the stream was opened.
  int opened() const;
  // The first error that a follower cannot go on after; OK when there was none.
  absl::Status fault() const;

 private:
  void Loop();
  // Reads one stream to its end.
  absl::Status Follow();

  const std::shared_ptr<grpc::Channel> channel_;
  mutable absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::string resume_token_ ABSL_GUARDED_BY(mutex_);
  std::vector<type::v1::Change> changes_ ABSL_GUARDED_BY(mutex_);
  int64_t position_ ABSL_GUARDED_BY(mutex_) = -1;
  int opened_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status fault_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace banso::faults

#endif  // BANSO_TESTS_FAULTS_FEED_H_

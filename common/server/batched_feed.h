#ifndef BANSO_COMMON_SERVER_BATCHED_FEED_H_
#define BANSO_COMMON_SERVER_BATCHED_FEED_H_

#include <deque>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/server/stream.h"

namespace banso::server {

// A Feed over something that is read in batches.
template <class Message>
class BatchedFeed : public Feed<Message> {
 public:
  absl::StatusOr<bool> Next(Message* message) final {
    if (waiting_.empty()) {
      absl::StatusOr<std::vector<Message>> batch = Poll();
      if (!batch.ok()) return std::move(batch).status();
      for (Message& next : *batch) waiting_.push_back(std::move(next));
    }
    if (waiting_.empty()) return false;
    *message = std::move(waiting_.front());
    waiting_.pop_front();
    return true;
  }

 protected:
  // Returns what comes next; empty when there is nothing now.
  virtual absl::StatusOr<std::vector<Message>> Poll() = 0;

 private:
  std::deque<Message> waiting_;
};

}  // namespace banso::server

#endif  // BANSO_COMMON_SERVER_BATCHED_FEED_H_

#include "common/server/changes_service.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "banso/type/v1/change.pb.h"
#include "common/server/batched_feed.h"
#include "common/status_macros.h"
#include "common/storage/feed.h"

namespace banso::server {
namespace {

using type::v1::WatchChangesRequest;
using type::v1::WatchChangesResponse;

// A storage::ChangeFeed that also tells positions: a follower that is awaited must hear how far the
// stream has come even when the last commits had no change for it.
class PositionedChangeFeed : public BatchedFeed<WatchChangesResponse> {
 public:
  PositionedChangeFeed(storage::Database& database, std::unique_ptr<storage::ChangeFeed> feed)
      : database_(database), feed_(std::move(feed)) {}

  void NotifyWhenReady(std::function<void()> ready) override { feed_->WhenMore(std::move(ready)); }

  bool Idle(WatchChangesResponse* message) override {
    *message = feed_->Bookmark();
    message->set_position(told_);
    return true;
  }

 protected:
  absl::StatusOr<std::vector<WatchChangesResponse>> Poll() override {
    // Read before the poll: one that reaches the end has then passed everything up to here.
    const int64_t position = database_.position();
    BANSO_ASSIGN_OR_RETURN(std::vector<WatchChangesResponse> batch, feed_->Poll());
    if (!batch.empty()) {
      for (WatchChangesResponse& message : batch) message.set_position(told_);
      const WatchChangesResponse& last = batch.back();
      if (last.has_bookmark() && !last.bookmark().snapshot_complete()) {
        told_ = std::max(told_, position);
        batch.back().set_position(told_);
      }
      return batch;
    }
    if (position <= told_) return batch;
    told_ = position;
    batch.push_back(feed_->Bookmark());
    batch.back().set_position(told_);
    return batch;
  }

 private:
  storage::Database& database_;
  const std::unique_ptr<storage::ChangeFeed> feed_;
  // The position up to which everything has been sent.
  int64_t told_ = 0;
};

}  // namespace

void AddWatchChanges(Router& router, storage::Database& database, storage::SnapshotSources sources,
                     absl::string_view method) {
  // The feeds keep a reference to the sources.
  auto kept = std::make_shared<const storage::SnapshotSources>(std::move(sources));
  router.Watch<WatchChangesRequest, WatchChangesResponse>(
      method,
      [&database, kept](const Call&, const WatchChangesRequest& request)
          -> absl::StatusOr<std::unique_ptr<Feed<WatchChangesResponse>>> {
        BANSO_ASSIGN_OR_RETURN(std::unique_ptr<storage::ChangeFeed> feed,
                               storage::ChangeFeed::Open(database, *kept, request));
        return std::make_unique<PositionedChangeFeed>(database, std::move(feed));
      });
}

}  // namespace banso::server

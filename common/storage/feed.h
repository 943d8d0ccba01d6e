#ifndef BANSO_COMMON_STORAGE_FEED_H_
#define BANSO_COMMON_STORAGE_FEED_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "banso/type/v1/change.pb.h"
#include "common/storage/database.h"
#include "common/storage/snapshot.h"

namespace banso::storage {

// One watcher's way through the changes of a store: the source of a WatchChanges stream. Holds no
// thread and no transaction between calls. Used by one thread at a time: poll until an empty
// answer, then WhenMore(wake); when woken, poll again. After an error it is of no more use.
//
// Order: the snapshot (each resource once, as CREATED), a bookmark with snapshot_complete, then all
// changes in commit order, each once, with a bookmark whenever the end is reached. After a resume
// in the middle of a snapshot, a change that the snapshot already showed may be repeated.
class ChangeFeed {
 public:
  // Starts where `request` says. INVALID_ARGUMENT for a damaged token, OUT_OF_RANGE
  // (RESUME_TOKEN_EXPIRED) for one of another store or older than the oldest change kept.
  // `sources` and what they point to must outlive the feed.
  static absl::StatusOr<std::unique_ptr<ChangeFeed>> Open(
      Database& database, const SnapshotSources& sources,
      const type::v1::WatchChangesRequest& request);

  // Returns the next messages, at most about `limit`, without waiting. Empty at the end.
  absl::StatusOr<std::vector<type::v1::WatchChangesResponse>> Poll(int limit = 100);

  // Calls `wake` once when Poll may have more; see Database::NotifyAfter. Replaces an earlier one.
  void WhenMore(std::function<void()> wake);

  // A bookmark at the present place: what an idle stream sends to show that it lives.
  type::v1::WatchChangesResponse Bookmark() const;

 private:
  enum class Phase { kSnapshot, kCatchUp, kTail };

  ChangeFeed(Database& database, SnapshotSources sources, type::v1::WatchChangesRequest request);

  absl::Status Start();
  absl::Status Resume();
  absl::Status ReadSnapshotPage(Reader& reader, size_t limit,
                                std::vector<type::v1::WatchChangesResponse>& out);
  absl::Status ReadChanges(Reader& reader, size_t limit,
                           std::vector<type::v1::WatchChangesResponse>& out);
  // Moves to `position`; tells the end of the snapshot when this passes it.
  void Advance(int64_t position, std::vector<type::v1::WatchChangesResponse>& out);
  type::v1::WatchChangesResponse MakeBookmark(bool snapshot_complete) const;
  bool Wanted(const std::string& kind) const;
  std::string Token() const;

  Database& database_;
  const SnapshotSources sources_;
  const type::v1::WatchChangesRequest request_;

  // Guards what follows: a wake may lead to a Poll elsewhere before WhenMore has returned.
  mutable std::mutex mutex_;
  Phase phase_ = Phase::kTail;
  // The last position that has been read.
  int64_t position_ = 0;
  // In the snapshot: which source, and the last key of it.
  size_t source_ = 0;
  std::string key_;
  // Where the snapshot ended: what it showed may be newer than `position_`, up to here.
  int64_t snapshot_end_ = 0;
  // Resources that the snapshot showed newer than where the tail begins, with that position.
  std::map<std::string, int64_t> shown_;
  // Whether something has been read since the last bookmark.
  bool bookmark_due_ = false;
  std::unique_ptr<CommitWatch> watch_;
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_FEED_H_

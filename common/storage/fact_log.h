#ifndef BANSO_COMMON_STORAGE_FACT_LOG_H_
#define BANSO_COMMON_STORAGE_FACT_LOG_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/storage/database.h"

namespace banso::storage {

// The facts that a service owns (or mirrors), as a log of dated changes.
class FactLog {
 public:
  struct Options {
    // The table. `fact_change` is there in every store; a further one is created by a migration
    // with {fact_log} and needs an index on (subject, fact, occurred).
    std::string table = "fact_change";
    // The IANA time zone in which the days of a subject are counted. Without it: Asia/Tokyo.
    std::function<std::string(Reader&, absl::string_view subject)> zone_of;
  };

  explicit FactLog(Options options);
  FactLog();

  // Records that a fact has a value from `change.occurred_time` (absent: now) on; without a value:
  // that it is unknown from then on. Nothing is stored when that was the fact's value (of that
  // object) at that time anyway. `recorded_time` becomes now, unless `backdated` is set; then a
  // recorded_time after now is INVALID_ARGUMENT.
  absl::Status Record(Writer& writer, fact::v1::FactChange change) const;

  // Record for each change, in order. Cheaper where a subject has no facts yet and its changes
  // stand together.
  absl::Status RecordAll(Writer& writer, std::vector<fact::v1::FactChange> changes) const;

  // Records something that happened, for facts that are counted or summed: stored even if the
  // value is the same as before. The same subject, fact, object, occurred_time and source again
  // replaces what was recorded; with the same value it is a repetition, and nothing is stored.
  absl::Status RecordEvent(Writer& writer, fact::v1::FactChange change) const;

  // Stores a change of another service's fact with its own times, for a mirror. A repetition is
  // not stored.
  absl::Status Mirror(Writer& writer, const fact::v1::FactChange& change) const;

  // Answers every query about every subject, subject by subject. `min_position` is for the caller
  // to wait for, before.
  //
  // Without days, LATEST is the value in force; with days, the last one that occurred in them. The
  // other aggregations go over the values that occurred in the days; flags count as 1 and 0. COUNT,
  // SUM, DISTINCT_USERS (here: objects) and ACTIVE_WEEKS of none are 0 once anything was recorded
  // of the fact and subject, the others unknown. Unknown is told as NEVER_RECORDED, WITHDRAWN or
  // NOT_IN_WINDOW.
  absl::StatusOr<fact::v1::GetFactsResponse> Read(Reader& reader,
                                                  const fact::v1::GetFactsRequest& request,
                                                  absl::Time now) const;

  // One fact's changes about one subject, by the time they occurred: for statistics of one's own.
  absl::StatusOr<std::vector<fact::v1::FactChange>> Changes(Reader& reader,
                                                            absl::string_view subject,
                                                            absl::string_view fact) const;

  // A change with where it stands in the log.
  struct Entry {
    int64_t position = 0;
    // The same for all changes of one transaction; see Writer::first_position.
    int64_t commit = 0;
    fact::v1::FactChange change;
  };

  // Returns up to `limit` changes after `position`, in commit order.
  absl::StatusOr<std::vector<Entry>> Tail(Reader& reader, int64_t position, int limit) const;

  // Removes everything recorded about `subject`; returns how many changes. For erasing a person.
  absl::StatusOr<int64_t> Erase(Writer& writer, absl::string_view subject) const;
  // The same for what is about one object of the subject, such as one of its people.
  absl::StatusOr<int64_t> EraseObject(Writer& writer, absl::string_view subject,
                                      absl::string_view object) const;

 private:
  // `value` is the change's, as it is stored.
  absl::Status Append(Writer& writer, fact::v1::FactChange change, Value value) const;
  // Whether anything is recorded about the subject.
  absl::StatusOr<bool> Knows(Reader& reader, absl::string_view subject) const;
  // The changes that had occurred by `as_of` and been recorded by `known_at`, as they occurred.
  absl::StatusOr<std::vector<fact::v1::FactChange>> Select(Reader& reader,
                                                           absl::string_view subject,
                                                           absl::string_view fact, absl::Time as_of,
                                                           absl::Time known_at,
                                                           bool latest_only) const;
  absl::Status ReadSubject(Reader& reader, const std::string& subject,
                           const fact::v1::GetFactsRequest& request, absl::Time as_of,
                           absl::Time known_at, fact::v1::GetFactsResponse& out) const;
  absl::StatusOr<bool> IsRepetition(Writer& writer, const fact::v1::FactChange& change) const;

  Options options_;
  std::string append_sql_;
  std::string in_force_sql_;
};

// One watcher's way through a FactLog: the source of a WatchFacts stream. Used like ChangeFeed.
// Every message but a bookmark holds the changes of one commit. A bookmark comes whenever the end
// is reached and the store has moved, also by changes that are not facts, so that a follower knows
// how far it has come.
class FactFeed {
 public:
  // `log` must outlive the feed. Errors as in ChangeFeed::Open.
  static absl::StatusOr<std::unique_ptr<FactFeed>> Open(Database& database, const FactLog& log,
                                                        const fact::v1::WatchFactsRequest& request);

  absl::StatusOr<std::vector<fact::v1::WatchFactsResponse>> Poll(int limit = 500);
  void WhenMore(std::function<void()> wake);
  fact::v1::WatchFactsResponse Bookmark() const;

 private:
  FactFeed(Database& database, const FactLog& log, fact::v1::WatchFactsRequest request);

  bool Wanted(const fact::v1::FactChange& change) const;
  std::string Token() const;
  fact::v1::WatchFactsResponse MakeBookmark() const;

  Database& database_;
  const FactLog& log_;
  const fact::v1::WatchFactsRequest request_;

  // Guards what follows: a wake may lead to a Poll elsewhere before WhenMore has returned.
  mutable std::mutex mutex_;
  int64_t position_ = 0;
  // The position that the watcher has been told.
  int64_t told_ = -1;
  std::unique_ptr<CommitWatch> watch_;
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_FACT_LOG_H_

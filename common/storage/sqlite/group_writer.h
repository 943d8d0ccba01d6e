#ifndef BANSO_COMMON_STORAGE_SQLITE_GROUP_WRITER_H_
#define BANSO_COMMON_STORAGE_SQLITE_GROUP_WRITER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/storage/commit_signal.h"
#include "common/storage/database.h"
#include "common/storage/sqlite/connection.h"

namespace banso::storage::sqlite {

// The one thread that writes. It takes whoever waits as a group, runs each caller in a savepoint
// (a caller alone needs none), and commits the group once: the disk is waited for per group, not
// per caller. A caller that fails takes back its own savepoint only; a commit that fails takes back
// the group.
class GroupWriter {
 public:
  struct Options {
    int max_waiting = 4096;
    int max_group = 256;
  };

  // Starts the thread. `signal` must outlive this object; it tells the position to start from.
  GroupWriter(std::unique_ptr<Connection> connection, const Options& options, std::string epoch,
              CommitSignal& signal);
  ~GroupWriter();

  // See Database::Write.
  absl::StatusOr<int64_t> Write(const Call& call, absl::FunctionRef<absl::Status(Writer&)> body);

  // See Database::TimeOf. Thread-safe.
  absl::Time TimeOf(const Call& call) const;

  // Finishes what waits and ends the thread. New writes are refused from the beginning.
  void Stop();

 private:
  // One caller's write, on the caller's stack.
  struct Ticket {
    Ticket(const Call& call, absl::FunctionRef<absl::Status(Writer&)> body)
        : call(call), body(body) {}

    const Call& call;
    absl::FunctionRef<absl::Status(Writer&)> body;
    absl::Status status;
    std::exception_ptr exception;
    // The store's position after this write.
    int64_t position = 0;
    bool done = false;
    std::condition_variable finished;
  };
  using Group = std::vector<Ticket*>;

  void Loop();
  // Fills `group` with what waits; returns false when there is nothing and never will be.
  bool TakeGroup(Group& group);
  void RunGroup(const Group& group);
  // Runs the callers within the open transaction. An error is one of the whole transaction.
  absl::Status RunCallers(const Group& group, int64_t& position);
  // Without a savepoint for a caller that is `alone`: what it takes back is the transaction.
  absl::Status RunCaller(Ticket& ticket, bool alone, int64_t& position);
  absl::Status Commit(int64_t position);
  void Finish(const Group& group);

  const Options options_;
  const std::string epoch_;
  CommitSignal& signal_;
  std::unique_ptr<Connection> connection_;  // Used by the thread alone.
  // The time of the last write, in microseconds since 1970; see Writer::now. Set by the thread
  // alone.
  std::atomic<int64_t> latest_{std::numeric_limits<int64_t>::min()};

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Ticket*> waiting_;  // Guarded by mutex_.
  bool stopping_ = false;        // Guarded by mutex_.
  std::mutex stop_mutex_;        // Serializes Stop.
  std::thread thread_;
};

}  // namespace banso::storage::sqlite

#endif  // BANSO_COMMON_STORAGE_SQLITE_GROUP_WRITER_H_

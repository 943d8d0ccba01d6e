#ifndef BANSO_COMMON_STORAGE_DATABASE_H_
#define BANSO_COMMON_STORAGE_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/storage/value.h"

// The store of one service, and its transactions. Nothing here names an engine.
//
// SQL is written in the subset that SQLite and PostgreSQL share: parameters by name (`$name`), no
// clock, no ids made by the database, comparisons of text by bytes. Text of a statement is the key
// of a cache of prepared statements, so it never carries values.
//
// Statuses: ALREADY_EXISTS for a broken primary key or unique index, FAILED_PRECONDITION for a
// broken foreign key or CHECK, and (STORAGE_READ_ONLY) for a disk that takes no writes,
// RESOURCE_EXHAUSTED when the disk is full, UNAVAILABLE when the store is closed or busy, DATA_LOSS
// for a damaged file, INTERNAL for wrong SQL.
namespace banso::storage {

// Reads from one snapshot of the store. Not for use by two threads, nor after the transaction.
class Reader {
 public:
  virtual ~Reader() = default;

  // Calls `on_row` for each row of the result, in order. Ends early, with that status, when
  // `on_row` returns an error. `on_row` may run other statements.
  virtual absl::Status Query(absl::string_view sql, const Params& params,
                             absl::FunctionRef<absl::Status(const Row&)> on_row) = 0;

  // Calls `on_row` for the first row, if there is one; returns whether there was.
  absl::StatusOr<bool> QueryOne(absl::string_view sql, const Params& params,
                                absl::FunctionRef<absl::Status(const Row&)> on_row);

  // How far this snapshot has come: the last number that a committed write (or, in a Writer, also
  // this write) has taken.
  virtual absl::StatusOr<int64_t> Position() = 0;

  // The identity of the store; see Database::epoch.
  virtual const std::string& epoch() const = 0;
};

// Reads and writes inside one transaction. Reads see its own writes.
class Writer : public Reader {
 public:
  // Runs a statement that returns no rows; returns how many rows it changed.
  virtual absl::StatusOr<int64_t> Execute(absl::string_view sql, const Params& params) = 0;

  // The call on whose behalf this is written.
  virtual const Call& call() const = 0;

  // The time of everything written here, in whole microseconds: the call's business time, but not
  // before that of an earlier write to the open store, for calls are written in another order than
  // they come in. One more than an hour back is of a clock that was set back, and taken as it is.
  virtual absl::Time now() const = 0;

  // Takes the next number of the store: 1, 2, 3, ... without gaps over all committed writes, in
  // commit order. Every row of a feed is numbered by it.
  virtual int64_t NextPosition() = 0;

  // Identifies this transaction among all: the number that its first NextPosition() returned or
  // will return.
  virtual int64_t first_position() const = 0;
};

// Ends a Database::NotifyAfter. After its destructor the function is not running and will not run;
// so the destructor must not be called from within the function.
class CommitWatch {
 public:
  virtual ~CommitWatch() = default;
};

// The store of one service. Safe for use by many threads.
class Database {
 public:
  virtual ~Database() = default;

  // Runs `body` once on a snapshot of the committed state and returns its status. Waits for one of
  // a fixed number of readers, so `body` must be short, and must not call Read or Write.
  virtual absl::Status Read(absl::FunctionRef<absl::Status(Reader&)> body) = 0;

  // Runs `body` once in a transaction, on the writer's thread, one body at a time. If it returns an
  // error (or throws) nothing of it remains, and that is returned (thrown). Otherwise returns after
  // the transaction is durable: the store's position right after this write. When the commit
  // fails, nothing remains and the status says why; it may be tried again.
  // `body` must not block, call out, or call Read or Write.
  // DEADLINE_EXCEEDED or CANCELLED, with nothing done, when the call is over before its turn.
  virtual absl::StatusOr<int64_t> Write(const Call& call,
                                        absl::FunctionRef<absl::Status(Writer&)> body) = 0;

  // The number of the last committed row of a feed; 0 in a new store. See Writer::NextPosition.
  virtual int64_t position() const = 0;

  // The time as of which `call` reads all that has been written: its own, but not before that of a
  // write to the open store (see Writer::now). Ask for it when the snapshot has been begun.
  virtual absl::Time TimeOf(const Call& call) const = 0;

  // The identity of the store, made at random when it was created. Positions of stores with
  // different epochs mean nothing to each other.
  virtual const std::string& epoch() const = 0;

  // Waits until position() >= `at_least`. DEADLINE_EXCEEDED at `deadline` (system time);
  // UNAVAILABLE when the store is closed meanwhile.
  virtual absl::Status WaitForPosition(int64_t at_least, absl::Time deadline) = 0;

  // Calls `wake` once, as soon as position() > `position`: at once, from this thread, when it
  // already is; else from the writer's thread right after the commit. Also called when the store
  // is closed. `wake` must not block and must not call the database: it schedules work elsewhere.
  [[nodiscard]] virtual std::unique_ptr<CommitWatch> NotifyAfter(int64_t position,
                                                                 std::function<void()> wake) = 0;

  // Finishes the writes that wait, refuses new ones with UNAVAILABLE, waits for readers to end and
  // closes the store. May be called twice. The destructor calls it.
  virtual void Close() = 0;
};

// Runs `body` as Database::Read does and returns its value: the form of a reading handler.
//   return Fetch<Account>(db, [&](Reader& reader) { return accounts.Get(reader, name); });
template <typename T>
absl::StatusOr<T> Fetch(Database& database, absl::FunctionRef<absl::StatusOr<T>(Reader&)> body) {
  absl::StatusOr<T> result = absl::UnknownError("not read");
  const absl::Status status = database.Read([&](Reader& reader) {
    result = body(reader);
    return result.status();
  });
  if (!status.ok()) return status;
  return result;
}

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_DATABASE_H_

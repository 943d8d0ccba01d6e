#include "common/storage/sqlite/group_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/sqlite/sqlite_session.h"
#include "common/storage/sqlite/transaction_scope.h"

namespace banso::storage::sqlite {
namespace {

// Longer than a call waits for its turn: the time of one that is further back is that of a clock
// that was set back.
constexpr absl::Duration kLongestWait = absl::Hours(1);

// OK while somebody still waits for the result of `call`.
absl::Status StillWanted(const Call& call) {
  if (call.is_cancelled()) return contract::Cancelled();
  if (absl::Now() > call.deadline) {
    return contract::DeadlineExceeded("the turn to write; nothing was changed");
  }
  return absl::OkStatus();
}

// A status that shares nothing with `status`: it goes to another thread.
absl::Status Copy(const absl::Status& status) {
  absl::Status copy(status.code(), status.message());
  status.ForEachPayload([&copy](absl::string_view url, const absl::Cord& payload) {
    copy.SetPayload(url, absl::Cord(std::string(payload)));
  });
  return copy;
}

}  // namespace

GroupWriter::GroupWriter(std::unique_ptr<Connection> connection, const Options& options,
                         std::string epoch, CommitSignal& signal)
    : options_(options),
      epoch_(std::move(epoch)),
      signal_(signal),
      connection_(std::move(connection)),
      thread_([this] { Loop(); }) {}

GroupWriter::~GroupWriter() { Stop(); }

absl::StatusOr<int64_t> GroupWriter::Write(const Call& call,
                                           absl::FunctionRef<absl::Status(Writer&)> body) {
  Ticket ticket(call, body);
  {
    std::unique_lock lock(mutex_);
    if (stopping_) return contract::Unavailable("the store, which is closed,", absl::Seconds(1));
    if (waiting_.size() >= static_cast<size_t>(options_.max_waiting)) {
      return contract::Overloaded(absl::Milliseconds(200));
    }
    waiting_.push_back(&ticket);
    work_.notify_one();
    ticket.finished.wait(lock, [&ticket] { return ticket.done; });
  }
  if (ticket.exception != nullptr) std::rethrow_exception(ticket.exception);
  if (!ticket.status.ok()) return ticket.status;
  return ticket.position;
}

absl::Time GroupWriter::TimeOf(const Call& call) const {
  const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(call.now));
  const absl::Time latest = absl::FromUnixMicros(latest_.load());
  return latest - now > kLongestWait ? now : std::max(latest, now);
}

void GroupWriter::Stop() {
  const std::lock_guard stop_lock(stop_mutex_);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  connection_.reset();
}

void GroupWriter::Loop() {
  Group group;
  while (TakeGroup(group)) {
    RunGroup(group);
    Finish(group);
  }
}

bool GroupWriter::TakeGroup(Group& group) {
  group.clear();
  std::unique_lock lock(mutex_);
  work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  while (!waiting_.empty() && group.size() < static_cast<size_t>(options_.max_group)) {
    group.push_back(waiting_.front());
    waiting_.pop_front();
  }
  return !group.empty();
}

void GroupWriter::RunGroup(const Group& group) {
  int64_t position = signal_.position();
  absl::Status status = connection_->Run("BEGIN IMMEDIATE");
  if (status.ok()) status = RunCallers(group, position);
  if (status.ok()) status = Commit(position);
  if (!status.ok()) {
    if (connection_->in_transaction()) connection_->Run("ROLLBACK").IgnoreError();
    for (Ticket* ticket : group) {
      if (ticket->status.ok() && ticket->exception == nullptr) ticket->status = Copy(status);
    }
    return;
  }
  signal_.Advance(position);
}

absl::Status GroupWriter::RunCallers(const Group& group, int64_t& position) {
  for (Ticket* ticket : group) {
    ticket->status = StillWanted(ticket->call);
    if (ticket->status.ok()) {
      BANSO_RETURN_IF_ERROR(RunCaller(*ticket, /*alone=*/group.size() == 1, position));
    }
    ticket->position = position;
  }
  return absl::OkStatus();
}

absl::Status GroupWriter::RunCaller(Ticket& ticket, bool alone, int64_t& position) {
  if (!alone) BANSO_RETURN_IF_ERROR(connection_->Execute("SAVEPOINT caller", {}).status());
  const absl::Time now = TimeOf(ticket.call);
  latest_.store(absl::ToUnixMicros(now));
  SqliteWriter writer(*connection_, epoch_, ticket.call, now, position);
  try {
    const TransactionScope scope;
    ticket.status = ticket.body(writer);
  } catch (...) {
    ticket.exception = std::current_exception();
  }
  if (!connection_->in_transaction()) {
    // An error such as a full disk has ended the transaction of the whole group.
    return ticket.status.ok() ? contract::Unavailable("the store", absl::Seconds(1))
                              : ticket.status;
  }
  const bool done = ticket.status.ok() && ticket.exception == nullptr;
  if (done) position = writer.position();
  if (alone) return done ? absl::OkStatus() : absl::AbortedError("taken back by its only caller");
  if (!done) BANSO_RETURN_IF_ERROR(connection_->Execute("ROLLBACK TO caller", {}).status());
  return connection_->Execute("RELEASE caller", {}).status();
}

absl::Status GroupWriter::Commit(int64_t position) {
  if (position > signal_.position()) {
    BANSO_RETURN_IF_ERROR(connection_
                              ->Execute("UPDATE meta SET number = $position WHERE key = 'position'",
                                        {{"position", position}})
                              .status());
  }
  return connection_->Execute("COMMIT", {}).status();
}

void GroupWriter::Finish(const Group& group) {
  // Notified under the lock: a caller that sees its ticket done takes it away.
  const std::lock_guard lock(mutex_);
  for (Ticket* ticket : group) {
    ticket->done = true;
    ticket->finished.notify_one();
  }
}

}  // namespace banso::storage::sqlite

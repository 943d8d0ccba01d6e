#include "common/storage/sqlite/reader_pool.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/time/time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/sqlite/sqlite_session.h"
#include "common/storage/sqlite/transaction_scope.h"

namespace banso::storage::sqlite {

ReaderPool::ReaderPool(std::vector<std::unique_ptr<Connection>> connections, std::string epoch)
    : epoch_(std::move(epoch)), idle_(std::move(connections)) {}

ReaderPool::~ReaderPool() { Close(); }

absl::Status ReaderPool::Read(absl::FunctionRef<absl::Status(Reader&)> body) {
  std::unique_ptr<Connection> connection = Take();
  if (connection == nullptr) {
    return contract::Unavailable("the store, which is closed,", absl::Seconds(1));
  }
  const absl::Cleanup give_back = [&] {
    if (connection->in_transaction()) connection->Execute("ROLLBACK", {}).IgnoreError();
    GiveBack(std::move(connection));
  };
  BANSO_RETURN_IF_ERROR(connection->Execute("BEGIN", {}).status());
  SqliteReader reader(*connection, epoch_);
  const TransactionScope scope;
  return body(reader);
}

void ReaderPool::Close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  returned_.notify_all();
  all_returned_.wait(lock, [this] { return taken_ == 0; });
  idle_.clear();
}

std::unique_ptr<Connection> ReaderPool::Take() {
  std::unique_lock lock(mutex_);
  returned_.wait(lock, [this] { return closed_ || !idle_.empty(); });
  if (closed_) return nullptr;
  // The one used last has its pages in memory.
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  ++taken_;
  return connection;
}

void ReaderPool::GiveBack(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  --taken_;
  returned_.notify_one();
  if (taken_ == 0) all_returned_.notify_all();
}

}  // namespace banso::storage::sqlite

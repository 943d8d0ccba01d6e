#ifndef BANSO_COMMON_STORAGE_FAILING_DATABASE_H_
#define BANSO_COMMON_STORAGE_FAILING_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/storage/database.h"

namespace banso::storage {

// For tests: a store whose disk fails in the middle of a write. Everything goes to another database
// until FailAfter; then the writes' statements end with an error from a given one on.
class FailingDatabase : public Database {
 public:
  // `database` must outlive it.
  explicit FailingDatabase(Database& database) : database_(database) {}

  // The next `statements` statements of writes work still, the later ones end with `status`.
  void FailAfter(int statements, absl::Status status);
  // All statements work again.
  void Mend() { status_ = absl::OkStatus(); }
  // Whether a statement has ended so since FailAfter.
  bool failed() const { return failed_; }

  absl::Status Read(absl::FunctionRef<absl::Status(Reader&)> body) override {
    return database_.Read(body);
  }
  absl::StatusOr<int64_t> Write(const Call& call,
                                absl::FunctionRef<absl::Status(Writer&)> body) override;
  int64_t position() const override { return database_.position(); }
  absl::Time TimeOf(const Call& call) const override { return database_.TimeOf(call); }
  const std::string& epoch() const override { return database_.epoch(); }
  absl::Status WaitForPosition(int64_t at_least, absl::Time deadline) override {
    return database_.WaitForPosition(at_least, deadline);
  }
  std::unique_ptr<CommitWatch> NotifyAfter(int64_t position, std::function<void()> wake) override {
    return database_.NotifyAfter(position, std::move(wake));
  }
  void Close() override { database_.Close(); }

 private:
  class FailingWriter;

  // What becomes of the next statement.
  absl::Status NextStatement();

  Database& database_;
  int working_ = 0;
  bool failed_ = false;
  absl::Status status_;
};

// What a store may refuse a write with through no fault of who writes: a disk that is full, takes
// no writes or is damaged, too many waiting writes, a call that is over, a store that is closed.
std::vector<absl::Status> StoreRefusals();

// Runs `write` once for each of StoreRefusals and each statement of its transaction, which then
// fails with it, and once more with a disk that works. Returns "" when each of them is told to the
// caller as it is, with its reason and details, and leaves nothing of the write; else what was not.
// Each round is given another number, so that it may write something that is not there yet.
std::string CheckRefusalsAreTold(FailingDatabase& database,
                                 absl::FunctionRef<absl::Status(int round)> write);

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_FAILING_DATABASE_H_

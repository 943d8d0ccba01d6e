#ifndef BANSO_COMMON_STORAGE_TRANSACTION_DATABASE_H_
#define BANSO_COMMON_STORAGE_TRANSACTION_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/contract/errors.h"
#include "common/storage/database.h"

namespace banso::storage {

// A transaction under way as a database: what is written by way of a Database takes part in it, at
// once and on the same thread. For doing many times, in one transaction, what is else done in a
// transaction each. Calls should have no request id: their answers are not kept one by one.
//
// What a body wrote before it failed stays: whoever goes on after an error has to see by
// Writer::Position that nothing was written.
class TransactionDatabase : public Database {
 public:
  // `writer` must outlive it.
  explicit TransactionDatabase(Writer& writer) : writer_(writer) {}

  absl::Status Read(absl::FunctionRef<absl::Status(Reader&)> body) override {
    return body(writer_);
  }
  // The call of the transaction is the one that it was begun with.
  absl::StatusOr<int64_t> Write(const Call& /*call*/,
                                absl::FunctionRef<absl::Status(Writer&)> body) override {
    const absl::Status status = body(writer_);
    if (!status.ok()) return status;
    return writer_.Position();
  }

  int64_t position() const override { return writer_.Position().value_or(0); }
  absl::Time TimeOf(const Call& /*call*/) const override { return writer_.now(); }
  const std::string& epoch() const override { return writer_.epoch(); }

  // Nothing is committed meanwhile, so nothing is waited for.
  absl::Status WaitForPosition(int64_t at_least, absl::Time /*deadline*/) override {
    if (position() >= at_least) return absl::OkStatus();
    return contract::Internal("a transaction cannot wait for a commit");
  }
  std::unique_ptr<CommitWatch> NotifyAfter(int64_t /*position*/,
                                           std::function<void()> /*wake*/) override {
    return std::make_unique<CommitWatch>();
  }
  void Close() override {}

 private:
  Writer& writer_;
};

}  // namespace banso::storage

#endif  // BANSO_COMMON_STORAGE_TRANSACTION_DATABASE_H_

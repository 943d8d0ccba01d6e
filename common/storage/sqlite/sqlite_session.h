#ifndef BANSO_COMMON_STORAGE_SQLITE_SQLITE_SESSION_H_
#define BANSO_COMMON_STORAGE_SQLITE_SQLITE_SESSION_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/contract/call.h"
#include "common/storage/database.h"
#include "common/storage/sqlite/connection.h"

namespace banso::storage::sqlite {

// The Reader of one snapshot.
class SqliteReader : public Reader {
 public:
  SqliteReader(Connection& connection, const std::string& epoch)
      : connection_(connection), epoch_(epoch) {}

  absl::Status Query(absl::string_view sql, const Params& params,
                     absl::FunctionRef<absl::Status(const Row&)> on_row) override;
  absl::StatusOr<int64_t> Position() override;
  const std::string& epoch() const override { return epoch_; }

 private:
  Connection& connection_;
  const std::string& epoch_;
};

// The Writer of one caller within a group. `position` is the last number taken by the group.
class SqliteWriter : public Writer {
 public:
  SqliteWriter(Connection& connection, const std::string& epoch, const Call& call, absl::Time now,
               int64_t position)
      : connection_(connection),
        epoch_(epoch),
        call_(call),
        now_(now),
        first_position_(position + 1),
        position_(position) {}

  absl::Status Query(absl::string_view sql, const Params& params,
                     absl::FunctionRef<absl::Status(const Row&)> on_row) override;
  absl::StatusOr<int64_t> Position() override { return position_; }
  const std::string& epoch() const override { return epoch_; }
  absl::StatusOr<int64_t> Execute(absl::string_view sql, const Params& params) override;
  const Call& call() const override { return call_; }
  absl::Time now() const override { return now_; }
  int64_t NextPosition() override { return ++position_; }
  int64_t first_position() const override { return first_position_; }

  int64_t position() const { return position_; }

 private:
  Connection& connection_;
  const std::string& epoch_;
  const Call& call_;
  const absl::Time now_;
  const int64_t first_position_;
  int64_t position_;
};

}  // namespace banso::storage::sqlite

#endif  // BANSO_COMMON_STORAGE_SQLITE_SQLITE_SESSION_H_

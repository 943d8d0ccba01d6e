#include "common/storage/failing_database.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"

namespace banso::storage {

class FailingDatabase::FailingWriter : public Writer {
 public:
  FailingWriter(FailingDatabase& database, Writer& writer) : database_(database), writer_(writer) {}

  absl::Status Query(absl::string_view sql, const Params& params,
                     absl::FunctionRef<absl::Status(const Row&)> on_row) override {
    BANSO_RETURN_IF_ERROR(database_.NextStatement());
    return writer_.Query(sql, params, on_row);
  }
  absl::StatusOr<int64_t> Execute(absl::string_view sql, const Params& params) override {
    BANSO_RETURN_IF_ERROR(database_.NextStatement());
    return writer_.Execute(sql, params);
  }
  absl::StatusOr<int64_t> Position() override { return writer_.Position(); }
  const std::string& epoch() const override { return writer_.epoch(); }
  const Call& call() const override { return writer_.call(); }
  absl::Time now() const override { return writer_.now(); }
  int64_t NextPosition() override { return writer_.NextPosition(); }
  int64_t first_position() const override { return writer_.first_position(); }

 private:
  FailingDatabase& database_;
  Writer& writer_;
};

void FailingDatabase::FailAfter(int statements, absl::Status status) {
  working_ = statements;
  failed_ = false;
  status_ = std::move(status);
}

absl::Status FailingDatabase::NextStatement() {
  if (status_.ok() || working_-- > 0) return absl::OkStatus();
  // Stays failed however many statements follow.
  working_ = 0;
  failed_ = true;
  return status_;
}

absl::StatusOr<int64_t> FailingDatabase::Write(const Call& call,
                                               absl::FunctionRef<absl::Status(Writer&)> body) {
  return database_.Write(call, [&](Writer& writer) {
    FailingWriter failing(*this, writer);
    return body(failing);
  });
}

std::vector<absl::Status> StoreRefusals() {
  return {
      contract::FailedPrecondition("STORAGE_READ_ONLY", "the disk of the store",
                                   "it takes no writes, only reads", "Make it writable"),
      contract::Error(absl::StatusCode::kResourceExhausted, "STORAGE_FULL",
                      "the disk of the store is full"),
      contract::Error(absl::StatusCode::kDataLoss, "STORAGE_DAMAGED", "the file is damaged"),
      contract::Overloaded(absl::Milliseconds(200)),
      contract::Unavailable("the store", absl::Seconds(1)),
      contract::DeadlineExceeded("the turn to write"),
      contract::Cancelled(),
  };
}

std::string CheckRefusalsAreTold(FailingDatabase& database,
                                 absl::FunctionRef<absl::Status(int round)> write) {
  int round = 0;
  for (const absl::Status& refusal : StoreRefusals()) {
    for (int statement = 0;; ++statement) {
      const int64_t before = database.position();
      database.FailAfter(statement, refusal);
      const absl::Status status = write(round);
      const bool failed = database.failed();
      database.Mend();
      if (!failed) {
        if (statement == 0) return "nothing is written";
        if (!status.ok()) return absl::StrCat("the write as such: ", status.ToString());
        break;
      }
      const std::string where =
          absl::StrCat(contract::Reason(refusal), " at statement ", statement + 1);
      if (status != refusal) return absl::StrCat(where, " is told as: ", status.ToString());
      if (database.position() != before) return absl::StrCat(where, " leaves something written");
    }
    ++round;
  }
  return "";
}

}  // namespace banso::storage

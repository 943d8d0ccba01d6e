#include "services/accounts/api/import_rows.h"

#include "absl/strings/str_cat.h"

namespace banso::accounts {
namespace {

// The message of the transaction that a validation ends with, so that nothing of it stays.
constexpr char kRollback[] = "validated only";

}  // namespace

bool IsRowError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
      return true;
    default:
      return false;
  }
}

absl::Status CheckImportMessage(absl::string_view system, absl::string_view system_of_stream,
                                absl::string_view field, int rows) {
  if (!system.empty() && system != system_of_stream) {
    return contract::InvalidField(
        "external_system", system,
        absl::StrCat("the system of the first message, ", system_of_stream));
  }
  if (rows > kMaxImportRows) {
    return contract::InvalidField(field, absl::StrCat(rows, " rows"),
                                  "at most 1,000 rows in a message");
  }
  return absl::OkStatus();
}

absl::Status WriteImport(storage::Database& database, const Call& call, bool validate_only,
                         absl::FunctionRef<absl::Status(storage::Writer&)> body) {
  const absl::Status status =
      database
          .Write(call,
                 [&](storage::Writer& writer) -> absl::Status {
                   const absl::Status written = body(writer);
                   if (!written.ok()) return written;
                   return validate_only ? absl::AbortedError(kRollback) : absl::OkStatus();
                 })
          .status();
  return validate_only && status.message() == kRollback ? absl::OkStatus() : status;
}

std::vector<v1::RowError> RowErrors(const absl::Status& status, int64_t index,
                                    const std::string& external_id, absl::string_view field) {
  std::vector<contract::FieldViolation> violations = contract::FieldViolations(status);
  if (violations.empty()) {
    violations.push_back(
        {std::string(field), std::string(status.message()), contract::Reason(status)});
  }
  std::vector<v1::RowError> errors;
  for (const contract::FieldViolation& violation : violations) {
    v1::RowError& error = errors.emplace_back();
    error.set_index(index);
    error.set_external_id(external_id);
    error.set_field(violation.field);
    error.set_message(violation.description);
    error.set_reason(violation.reason);
  }
  return errors;
}

}  // namespace banso::accounts

#include "common/storage/sqlite/errors.h"

#include <cerrno>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/contract/errors.h"
#include "sqlite3.h"

namespace banso::storage::sqlite {
namespace {

// "UNIQUE constraint failed: account.crm_id" -> "account.crm_id".
std::string AfterColon(const std::string& text) {
  const auto colon = text.find(": ");
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

absl::Status ConstraintStatus(int extended_code, const std::string& text,
                              const std::string& cause) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_ROWID:
      return contract::Error(
          absl::StatusCode::kAlreadyExists, contract::kReasonAlreadyExists,
          absl::StrCat("there is already an entry with the same ", AfterColon(text)));
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return contract::Error(absl::StatusCode::kFailedPrecondition, "STILL_REFERENCED",
                             "something that this refers to is missing, or something else still "
                             "refers to it");
    case SQLITE_CONSTRAINT_CHECK:
      return contract::Error(absl::StatusCode::kFailedPrecondition, "CHECK_FAILED",
                             absl::StrCat("a rule of the store is broken: ", AfterColon(text)));
    default:
      return contract::Internal(cause);
  }
}

// The engine calls only ENOSPC a full disk, and that not everywhere.
bool IsWantOfSpace(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

absl::Status Full() {
  return contract::Error(absl::StatusCode::kResourceExhausted, "STORAGE_FULL",
                         "the disk of the store is full; nothing was changed");
}

// A disk that was mounted without writing, or that the system has stopped writing to after errors.
bool IsReadOnly(int code, int system_error) {
  return code == SQLITE_READONLY ||
         (system_error == EROFS && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN));
}

absl::Status ReadOnly() {
  return contract::FailedPrecondition("STORAGE_READ_ONLY", "the disk of the store",
                                      "it takes no writes, only reads; nothing was changed",
                                      "Look what has become of the disk, make it writable, and "
                                      "start the service again");
}

}  // namespace

absl::Status ToStatus(const SQLite::Exception& error, int system_error, absl::string_view doing) {
  const std::string text = error.what();
  const std::string cause = absl::StrCat("SQLite ", error.getExtendedErrorCode(), " (", text,
                                         ") at: ", doing.substr(0, 500));
  if (error.getErrorCode() == SQLITE_IOERR && IsWantOfSpace(system_error)) return Full();
  if (IsReadOnly(error.getErrorCode(), system_error)) return ReadOnly();
  switch (error.getErrorCode()) {
    case SQLITE_CONSTRAINT:
      return ConstraintStatus(error.getExtendedErrorCode(), text, cause);
    case SQLITE_FULL:
      return Full();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
      return contract::Unavailable(absl::StrCat("the store (", text, ")"), absl::Seconds(1));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return contract::Error(absl::StatusCode::kDataLoss, "STORAGE_DAMAGED",
                             absl::StrCat("the file of the store is damaged: ", text));
    default:
      return contract::Internal(cause);
  }
}

}  // namespace banso::storage::sqlite

#ifndef BANSO_COMMON_STORAGE_SQLITE_ERRORS_H_
#define BANSO_COMMON_STORAGE_SQLITE_ERRORS_H_

#include "SQLiteCpp/Exception.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace banso::storage::sqlite {

// Returns the status of database.h for an error of SQLite: the only place where its codes are
// known. `system_error` is the errno of the system call that failed, 0 when none is known; `doing`
// is what was attempted, for the log.
absl::Status ToStatus(const SQLite::Exception& error, int system_error, absl::string_view doing);

}  // namespace banso::storage::sqlite

#endif  // BANSO_COMMON_STORAGE_SQLITE_ERRORS_H_

#ifndef BANSO_SERVICES_ACCOUNTS_API_IMPORT_ROWS_H_
#define BANSO_SERVICES_ACCOUNTS_API_IMPORT_ROWS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/errors.h"
#include "common/storage/database.h"

// What the imports of accounts have in common: a message of a stream is a transaction, a bad row an
// entry in the answer.
namespace banso::accounts {

inline constexpr int kMaxImportRows = 1000;

// Whether an error says that the row is bad; any other one, such as that of a disk that takes no
// writes, is none of the row's and ends the import.
bool IsRowError(const absl::Status& status);

// INVALID_ARGUMENT unless a message has the system of the stream and at most kMaxImportRows rows.
// An empty `system` (of the message) is that of the stream. `field` names the rows.
absl::Status CheckImportMessage(absl::string_view system, absl::string_view system_of_stream,
                                absl::string_view field, int rows);

// Runs `body` in one transaction, of which nothing stays when the import only validates.
absl::Status WriteImport(storage::Database& database, const Call& call, bool validate_only,
                         absl::FunctionRef<absl::Status(storage::Writer&)> body);

// What is wrong with a row, as rows of an answer; `field` is named where the error names none.
std::vector<v1::RowError> RowErrors(const absl::Status& status, int64_t index,
                                    const std::string& external_id, absl::string_view field);

// Adds the counts of one message to those of the stream; at most 1,000 errors are kept.
template <class Response>
void AddCounts(const Response& counts, Response* total) {
  constexpr int kMaxErrors = 1000;
  total->set_received(total->received() + counts.received());
  total->set_created(total->created() + counts.created());
  total->set_updated(total->updated() + counts.updated());
  total->set_unchanged(total->unchanged() + counts.unchanged());
  total->set_rejected(total->rejected() + counts.rejected());
  for (const v1::RowError& error : counts.errors()) {
    if (total->errors_size() < kMaxErrors) *total->add_errors() = error;
  }
}

}  // namespace banso::accounts

#endif  // BANSO_SERVICES_ACCOUNTS_API_IMPORT_ROWS_H_

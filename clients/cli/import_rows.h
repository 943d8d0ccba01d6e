#ifndef BANSO_CLIENTS_CLI_IMPORT_ROWS_H_
#define BANSO_CLIENTS_CLI_IMPORT_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "clients/cli/context.h"
#include "clients/cli/csv.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/sheet.h"
#include "common/contract/fingerprint.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/message_differencer.h"

// What the imports share that make something of each row.
namespace banso::cli {

// The same request has the same id, whenever and wherever it is sent.
template <class Request>
void SetRequestId(Request* request) {
  request->set_request_id(absl::StrCat(
      "import-", absl::BytesToHexString(contract::Fingerprint(*request, {"request_id"}))));
}

// What `change` says on top of what is stored: lists are replaced, everything else is merged.
template <class Resource>
Resource Changed(const Resource& stored, const Resource& change) {
  Resource after = stored;
  const auto* reflection = change.GetReflection();
  const auto* type = change.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    if (field->is_repeated() && reflection->FieldSize(change, field) > 0) {
      reflection->ClearField(&after, field);
    }
  }
  after.MergeFrom(change);
  return after;
}

// Whether `change` says nothing that is not stored already.
template <class Resource>
bool SaysTheSame(const Resource& stored, const Resource& change) {
  return contract::Fingerprint(Changed(stored, change)) == contract::Fingerprint(stored);
}

// The fields in which what is stored would be other if it said what `change` says.
template <class Resource>
std::vector<std::string> FieldsThatDiffer(const Resource& stored, const Resource& change) {
  const Resource after = Changed(stored, change);
  std::vector<std::string> fields;
  for (int i = 0; i < Resource::descriptor()->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = Resource::descriptor()->field(i);
    google::protobuf::util::MessageDifferencer differencer;
    if (differencer.CompareWithFields(stored, after, {field}, {field})) continue;
    fields.push_back(field->name());
  }
  return fields;
}

// Which fields a table may have.
struct TableFields {
  // The message whose fields may be mapped.
  const google::protobuf::Descriptor& type;
  // Further fields, to which the import itself gives a meaning.
  std::set<std::string> own;
  // Those that must be mapped.
  std::vector<absl::string_view> required;
};

// Opens the table, has `import` import it, and tells how long that took.
absl::StatusOr<ImportReport> ImportTable(
    Context& context, const ImportOptions& options, const TableFields& fields,
    absl::FunctionRef<absl::StatusOr<ImportReport>(Sheet)> import);

// A report about a table, with what the table itself has to tell.
ImportReport ReportOn(const Sheet& sheet, const ImportOptions& options, absl::string_view what);

// A refusal of the server as one line.
std::string RefusalText(const absl::Status& status);
// The server's word for the first rule that is broken.
std::string RefusalReason(const absl::Status& status);

// The resource that a field of a row names. Nothing when it names none; `whose` (`a deal`) and
// `what` (`an account`) are for the problem that is added then.
std::optional<std::string> Lookup(const Sheet& sheet, const CsvRow& row, absl::string_view field,
                                  const Directory& directory, absl::string_view whose,
                                  absl::string_view what, std::vector<RowProblem>* problems);

// The ids that rows give to what becomes of them.
class RowIds {
 public:
  // `what` is what they identify: `the deal`.
  explicit RowIds(std::string what) : what_(std::move(what)) {}

  // The id in the field `id` of a row, as the suite writes ids. Nothing, with a problem added, when
  // it is empty or another row below the same parent has it.
  std::optional<std::string> Read(const Sheet& sheet, const CsvRow& row, absl::string_view parent,
                                  std::vector<RowProblem>* problems);
  // The same for an id of another system: the text of `field` as it is.
  std::optional<std::string> ReadAsWritten(const Sheet& sheet, const CsvRow& row,
                                           absl::string_view field,
                                           std::vector<RowProblem>* problems);

 private:
  // Whether no earlier row has the key.
  bool IsFirst(const Sheet& sheet, const CsvRow& row, absl::string_view field,
               const std::string& key, std::vector<RowProblem>* problems);

  const std::string what_;
  // The first line with an id.
  std::map<std::string, int64_t> lines_;
};

// How the row of a line is stored.
struct RowToStore {
  int64_t line = 0;
  std::function<absl::Status()> store;
};
// Rows that are stored one after the other.
using RowChain = std::vector<RowToStore>;

// Whether an error is the fault of one row: others may be better.
bool IsOfTheRow(const absl::Status& status);

// Stores the rows of up to `parallel` chains at a time: each waits for its commit, and commits are
// made together. What the server refuses is the row's: it goes to `rejected`, and the chain goes
// on. Everything else ends the work and is returned.
absl::Status StoreChains(const std::vector<RowChain>& chains, int parallel,
                         std::vector<RowProblem>* rejected);

// Adds what a stream of rows was refused. `place_of` tells the row of an index of the stream and
// the field to name when the server names none that is mapped.
template <class Response, class PlaceOf>
void AddRefusals(const Sheet& sheet, const Response& response, PlaceOf place_of,
                 std::vector<RowProblem>* rejected) {
  for (const auto& error : response.errors()) {
    const std::pair<const CsvRow*, std::string> place =
        place_of(static_cast<size_t>(error.index()));
    rejected->push_back(sheet.Problem(
        *place.first, sheet.Has(error.field()) ? error.field() : place.second, error.message()));
    rejected->back().reason = error.reason();
  }
  const int64_t unnamed = response.rejected() - response.errors_size();
  if (unnamed <= 0) return;
  rejected->push_back(
      {0, "", "",
       absl::StrCat(unnamed, " more rows were refused; the server names only the first ",
                    response.errors_size())});
}

// Puts the problems into the order of the file.
void SortProblems(ImportReport* report);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_IMPORT_ROWS_H_

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_rows.h"
#include "clients/cli/methods.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Account;
using accounts::v1::ImportAccountsRequest;
using accounts::v1::ImportAccountsResponse;

constexpr char kImportAccounts[] = "banso.accounts.v1.AccountsService/ImportAccounts";
constexpr size_t kAccountBatch = 500;
constexpr absl::Duration kAccountsTimeout = absl::Minutes(10);

// An account of the file, with the row that it came from.
struct AccountEntry {
  const CsvRow* row = nullptr;
  std::string id;
  Account account;
  // The parent as the file names it.
  std::string parent;
};

// The work of one import.
class AccountImport {
 public:
  AccountImport(Context& context, const ImportOptions& options, Sheet sheet)
      : context_(context), options_(options), sheet_(std::move(sheet)) {}

  absl::StatusOr<ImportReport> Run() {
    report_ = ReportOn(sheet_, options_, "accounts");
    rows_ = sheet_.TakeRows();
    ReadRows();
    BANSO_RETURN_IF_ERROR(SendAll());
    if (sheet_.Has("parent")) BANSO_RETURN_IF_ERROR(SetParents());
    return std::move(report_);
  }

 private:
  std::string IdIn(const CsvRow& row) const {
    if (sheet_.Has("id")) return sheet_.Text(row, "id");
    if (options_.id_column.empty()) return sheet_.Text(row, "display_name");
    return std::string(
        absl::StripAsciiWhitespace(row.cells[sheet_.file().Find(options_.id_column)]));
  }

  void Reject(const CsvRow& row, absl::string_view column, absl::string_view value,
              absl::string_view text) {
    report_.rejected.push_back(
        {row.line, std::string(column), std::string(value), std::string(text)});
  }

  void ReadRows() {
    const std::string id_column = !options_.id_column.empty()
                                      ? options_.id_column
                                      : sheet_.ColumnOf(sheet_.Has("id") ? "id" : "display_name");
    std::map<std::string, int64_t> lines;
    for (CsvRow& row : rows_) {
      if (!sheet_.CheckKnown(&row, &report_.rejected, &report_.warnings)) continue;
      AccountEntry entry{&row, IdIn(row), {}, sheet_.Text(row, "parent")};
      if (!sheet_.Fill(row, &entry.account, &report_.rejected)) continue;
      if (entry.id.empty()) {
        Reject(row, id_column, "", "empty; it identifies the account");
        continue;
      }
      const auto [first, added] = lines.emplace(entry.id, row.line);
      if (!added) {
        Reject(row, id_column, entry.id, absl::StrCat("the same as in line ", first->second));
        continue;
      }
      accounts::v1::ExternalId* id = entry.account.add_external_ids();
      id->set_system(options_.system);
      id->set_id(entry.id);
      entries_.push_back(std::move(entry));
    }
  }

  absl::Status SendAll() {
    for (size_t begin = 0; begin < entries_.size(); begin += kAccountBatch) {
      ImportAccountsRequest request;
      const size_t end = std::min(entries_.size(), begin + kAccountBatch);
      for (size_t i = begin; i < end; ++i) *request.add_accounts() = entries_[i].account;
      BANSO_ASSIGN_OR_RETURN(const ImportAccountsResponse response, Send(std::move(request)));
      report_.created += response.created();
      report_.updated += response.updated();
      report_.unchanged += response.unchanged();
      for (const accounts::v1::RowError& error : response.errors()) {
        absl::string_view field = error.field();
        absl::ConsumePrefix(&field, "accounts.");
        const CsvRow& row = *entries_[begin + static_cast<size_t>(error.index())].row;
        const std::string column = sheet_.ColumnOf(field);
        Reject(row, column.empty() ? field : column, sheet_.Text(row, field), error.message());
      }
    }
    return absl::OkStatus();
  }

  // A call for each batch, so that the answer has room for every refused row.
  absl::StatusOr<ImportAccountsResponse> Send(ImportAccountsRequest request) {
    request.set_external_system(options_.system);
    request.set_validate_only(options_.dry_run);
    std::unique_ptr<Upload> upload =
        context_.connection.Send(*FindFullName(kImportAccounts), kAccountsTimeout);
    upload->Send(request);
    ImportAccountsResponse response;
    BANSO_RETURN_IF_ERROR(upload->Finish(&response));
    return response;
  }

  // Parents come second: they may stand below their children in the file.
  absl::Status SetParents() {
    BANSO_ASSIGN_OR_RETURN(Directory directory,
                           AccountDirectory(context_.connection, options_.system));
    if (options_.dry_run) {
      for (const AccountEntry& entry : entries_) directory.Add(entry.id, entry.id);
    }
    ImportAccountsRequest request;
    int64_t found = 0;
    for (const AccountEntry& entry : entries_) {
      if (entry.parent.empty()) continue;
      const std::optional<std::string> parent = directory.Find(entry.parent);
      if (!parent.has_value()) {
        WarnOfParent(entry, directory);
        continue;
      }
      ++found;
      Account* account = request.add_accounts();
      *account->mutable_external_ids() = entry.account.external_ids();
      account->set_parent_account(*parent);
      if (request.accounts_size() == kAccountBatch) BANSO_RETURN_IF_ERROR(SendParents(&request));
    }
    report_.others.emplace_back("with a parent", found);
    return SendParents(&request);
  }

  void WarnOfParent(const AccountEntry& entry, const Directory& directory) {
    const std::optional<std::string> near = directory.Near(entry.parent);
    report_.warnings.push_back(sheet_.Problem(
        *entry.row, "parent",
        near.has_value()
            ? absl::StrCat("no such account; near '", *near, "'; left without a parent")
            : "no such account; left without a parent"));
  }

  absl::Status SendParents(ImportAccountsRequest* request) {
    if (request->accounts().empty() || options_.dry_run) return absl::OkStatus();
    BANSO_ASSIGN_OR_RETURN(const ImportAccountsResponse response, Send(std::move(*request)));
    for (const accounts::v1::RowError& error : response.errors()) {
      // These accounts are stored, but for the parent.
      for (const AccountEntry& entry : entries_) {
        if (entry.id != error.external_id()) continue;
        report_.warnings.push_back(sheet_.Problem(*entry.row, "parent", error.message()));
      }
    }
    *request = ImportAccountsRequest();
    return absl::OkStatus();
  }

  Context& context_;
  const ImportOptions& options_;
  Sheet sheet_;
  std::vector<CsvRow> rows_;
  std::vector<AccountEntry> entries_;
  ImportReport report_;
};

}  // namespace

absl::StatusOr<ImportReport> ImportAccounts(Context& context, const ImportOptions& options) {
  const auto import = [&](Sheet sheet) -> absl::StatusOr<ImportReport> {
    if (!options.id_column.empty() && sheet.Has("id")) {
      return InputError("the id's column is given twice: by --id and by --map id=COLUMN");
    }
    if (!options.id_column.empty() && sheet.file().Find(options.id_column) < 0) {
      return InputError(absl::StrCat("the file has no column '", options.id_column, "' (--id)"));
    }
    return AccountImport(context, options, std::move(sheet)).Run();
  };
  return ImportTable(context, options, {*Account::descriptor(), {"id", "parent"}, {"display_name"}},
                     import);
}

}  // namespace banso::cli

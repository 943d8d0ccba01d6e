#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_frame.h"
#include "clients/cli/methods.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Account;
using accounts::v1::ImportAccountsRequest;
using accounts::v1::ImportAccountsResponse;
using accounts::v1::RowError;

constexpr char kImportAccounts[] = "banso.accounts.v1.AccountsService/ImportAccounts";
constexpr size_t kAccountBatch = 500;
constexpr absl::Duration kAccountsTimeout = absl::Minutes(10);

// An account of the file. Its id is that of the other system.
struct AccountEntry : RowEntry<Account> {
  // The parent as the file names it.
  std::string parent;
};

class AccountImport : public RowImport<AccountEntry> {
 public:
  AccountImport(Context& context, const ImportOptions& options, Sheet sheet)
      : RowImport(context, options, std::move(sheet),
                  {.rows = "accounts", .one = "an account", .the = "the account"}) {}

 private:
  bool BelongsToAccounts() const override { return false; }

  void Read(const CsvRow& row, AccountEntry* entry) override {
    entry->id = ReadIdAsWritten(row, sheet().Has("id") ? "id" : "display_name");
    entry->parent = sheet().Text(row, "parent");
    accounts::v1::ExternalId* id = entry->message.add_external_ids();
    id->set_system(options().system);
    id->set_id(entry->id);
  }

  using Batch = absl::Span<const AccountEntry* const>;

  absl::Status StoreAll() override {
    std::vector<const AccountEntry*> all;
    for (const AccountEntry& entry : entries()) all.push_back(&entry);
    BANSO_RETURN_IF_ERROR(InBatches(all, [this](Batch batch) { return StoreBatch(batch); }));
    return sheet().Has("parent") ? SetParents() : absl::OkStatus();
  }

  static absl::Status InBatches(Batch all, absl::FunctionRef<absl::Status(Batch)> store) {
    for (size_t begin = 0; begin < all.size(); begin += kAccountBatch) {
      BANSO_RETURN_IF_ERROR(store(all.subspan(begin, kAccountBatch)));
    }
    return absl::OkStatus();
  }

  absl::Status StoreBatch(Batch batch) {
    ImportAccountsRequest request;
    for (const AccountEntry* entry : batch) *request.add_accounts() = entry->message;
    BANSO_ASSIGN_OR_RETURN(const ImportAccountsResponse response, Send(std::move(request)));
    report().created += response.created();
    report().updated += response.updated();
    report().unchanged += response.unchanged();
    for (const RowError& error : response.errors()) {
      absl::string_view field = error.field();
      absl::ConsumePrefix(&field, "accounts.");
      Reject(*batch[static_cast<size_t>(error.index())]->row, field, error);
    }
    return absl::OkStatus();
  }

  // A call for each batch, so that the answer has room for every refused row.
  absl::StatusOr<ImportAccountsResponse> Send(ImportAccountsRequest request) {
    request.set_external_system(options().system);
    request.set_validate_only(options().dry_run);
    std::unique_ptr<Upload> upload =
        connection().Send(*FindFullName(kImportAccounts), kAccountsTimeout);
    upload->Send(request);
    ImportAccountsResponse response;
    BANSO_RETURN_IF_ERROR(upload->Finish(&response));
    return response;
  }

  // Parents come second: they may stand below their children in the file.
  absl::Status SetParents() {
    BANSO_ASSIGN_OR_RETURN(Directory directory, AccountDirectory(connection(), options().system));
    if (options().dry_run) {
      for (const AccountEntry& entry : entries()) directory.Add(entry.id, entry.id);
    }
    std::vector<const AccountEntry*> children;
    for (const AccountEntry& entry : entries()) {
      if (entry.parent.empty()) continue;
      if (directory.Find(entry.parent).has_value()) {
        children.push_back(&entry);
      } else {
        WarnOfParent(entry, directory);
      }
    }
    int64_t with_parent = static_cast<int64_t>(children.size());
    if (!options().dry_run) {
      BANSO_RETURN_IF_ERROR(InBatches(
          children, [&](Batch batch) { return StoreParents(batch, directory, &with_parent); }));
    }
    report().others.emplace_back("with a parent", with_parent);
    return absl::OkStatus();
  }

  void WarnOfParent(const AccountEntry& entry, const Directory& directory) {
    const std::optional<std::string> near = directory.Near(entry.parent);
    Warn(*entry.row, "parent",
         near.has_value()
             ? absl::StrCat("no such account; near '", *near, "'; left without a parent")
             : "no such account; left without a parent");
  }

  absl::Status StoreParents(Batch batch, const Directory& directory, int64_t* with_parent) {
    ImportAccountsRequest request;
    for (const AccountEntry* entry : batch) {
      Account* account = request.add_accounts();
      *account->mutable_external_ids() = entry->message.external_ids();
      account->set_parent_account(*directory.Find(entry->parent));
    }
    BANSO_ASSIGN_OR_RETURN(const ImportAccountsResponse response, Send(std::move(request)));
    for (const RowError& error : response.errors()) {
      --*with_parent;
      Warn(*batch[static_cast<size_t>(error.index())]->row, "parent",
           absl::StrCat("left without a parent: ", error.message()));
    }
    return absl::OkStatus();
  }
};

}  // namespace

absl::StatusOr<ImportReport> ImportAccounts(Context& context, const ImportOptions& options) {
  ImportOptions with_id = options;
  if (!options.id_column.empty()) {
    with_id.sheet.map.push_back(absl::StrCat("id=", options.id_column));
  }
  return ImportRows<AccountImport>(context, with_id, {"id", "parent"}, {"display_name"});
}

}  // namespace banso::cli

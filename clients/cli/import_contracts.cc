#include <atomic>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "banso/accounts/v1/contract.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_rows.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Contract;

constexpr char kRelations[] = "banso.accounts.v1.RelationsService/";

// A contract of the file.
struct ContractEntry {
  const CsvRow* row = nullptr;
  std::string parent;
  std::string id;
  Contract contract;

  std::string name() const { return contract::Join(parent, "contracts", id); }
};

// The work of one import.
class ContractImport {
 public:
  ContractImport(Context& context, const ImportOptions& options, Sheet sheet)
      : context_(context), options_(options), sheet_(std::move(sheet)) {}

  absl::StatusOr<ImportReport> Run() {
    report_ = ReportOn(sheet_, options_, "contracts");
    rows_ = sheet_.TakeRows();
    BANSO_ASSIGN_OR_RETURN(accounts_, AccountDirectory(context_.connection, options_.system));
    for (CsvRow& row : rows_) ReadRow(&row);
    BANSO_RETURN_IF_ERROR(EachContract(context_.connection, [&](const Contract& contract) {
      stored_[contract.name()] = contract;
    }));
    BANSO_RETURN_IF_ERROR(StoreEach(
        entries_.size(), options_.parallel, [&](size_t i) { return entries_[i].row->line; },
        [&](size_t i) { return Store(entries_[i]); }, &report_.rejected));
    report_.created = created_;
    report_.updated = updated_;
    report_.unchanged = unchanged_;
    SortProblems(&report_);
    return std::move(report_);
  }

 private:
  void ReadRow(CsvRow* row) {
    ContractEntry entry;
    entry.row = row;
    const size_t before = report_.rejected.size();
    sheet_.CheckKnown(row, &report_.rejected, &report_.warnings);
    sheet_.Fill(*row, &entry.contract, &report_.rejected);
    if (sheet_.Text(*row, "start_date").empty()) {
      report_.rejected.push_back(
          sheet_.Problem(*row, "start_date", "empty; a contract needs its first day"));
    }
    entry.parent =
        Lookup(sheet_, *row, "account", accounts_, "a contract", "an account", &report_.rejected)
            .value_or("");
    entry.id = ids_.Read(sheet_, *row, entry.parent, &report_.rejected).value_or("");
    if (report_.rejected.size() == before) entries_.push_back(std::move(entry));
  }

  absl::Status Store(const ContractEntry& entry) {
    const auto stored = stored_.find(entry.name());
    if (stored == stored_.end()) return Create(entry);
    if (contract::Fingerprint(Changed(stored->second, entry.contract)) ==
        contract::Fingerprint(stored->second)) {
      ++unchanged_;
      return absl::OkStatus();
    }
    accounts::v1::UpdateContractRequest update;
    *update.mutable_contract() = entry.contract;
    update.mutable_contract()->set_name(entry.name());
    return Send("UpdateContract", update, updated_);
  }

  absl::Status Create(const ContractEntry& entry) {
    accounts::v1::CreateContractRequest create;
    create.set_parent(entry.parent);
    create.set_contract_id(entry.id);
    *create.mutable_contract() = entry.contract;
    SetRequestId(&create);
    return Send("CreateContract", create, created_);
  }

  absl::Status Send(absl::string_view method, const google::protobuf::Message& request,
                    std::atomic<int64_t>& count) {
    Contract ignored;
    if (!options_.dry_run) {
      BANSO_RETURN_IF_ERROR(
          context_.connection.Call(absl::StrCat(kRelations, method), request, &ignored));
    }
    ++count;
    return absl::OkStatus();
  }

  Context& context_;
  const ImportOptions& options_;
  Sheet sheet_;
  Directory accounts_;
  std::vector<CsvRow> rows_;
  RowIds ids_{"the contract"};
  std::map<std::string, Contract> stored_;
  std::vector<ContractEntry> entries_;
  std::atomic<int64_t> created_{0}, updated_{0}, unchanged_{0};
  ImportReport report_;
};

}  // namespace

absl::StatusOr<ImportReport> ImportContracts(Context& context, const ImportOptions& options) {
  const absl::Time started = absl::Now();
  BANSO_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(context.connection, options.sheet));
  BANSO_ASSIGN_OR_RETURN(
      Sheet sheet, Sheet::Open(options.sheet, *Contract::descriptor(), {"account", "id"}, today));
  BANSO_RETURN_IF_ERROR(sheet.Require({"account", "id", "start_date"}));
  BANSO_ASSIGN_OR_RETURN(ImportReport report,
                         ContractImport(context, options, std::move(sheet)).Run());
  report.took = absl::Now() - started;
  return report;
}

}  // namespace banso::cli

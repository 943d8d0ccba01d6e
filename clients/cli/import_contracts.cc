#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/contract.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_frame.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Contract;

constexpr char kRelations[] = "banso.accounts.v1.RelationsService/";

class ContractImport : public RowByRowImport<RowEntry<Contract>> {
 public:
  ContractImport(Context& context, const ImportOptions& options, Sheet sheet)
      : RowByRowImport(context, options, std::move(sheet),
                       {.rows = "contracts", .one = "a contract", .the = "the contract"}) {}

 private:
  using Entry = RowEntry<Contract>;

  absl::Status Prepare() override {
    return EachContract(connection(),
                        [&](const Contract& contract) { stored_[contract.name()] = contract; });
  }

  void Read(const CsvRow& row, Entry* entry) override {
    Need(row, "start_date", "a contract needs its first day");
    entry->account = FindAccount(row);
    entry->id = ReadId(row, entry->account);
  }

  absl::Status Store(const Entry& entry) override {
    const std::string name = contract::Join(entry.account, "contracts", entry.id);
    const auto stored = stored_.find(name);
    if (stored == stored_.end()) return Create(entry);
    if (SaysTheSame(stored->second, entry.message)) {
      Count(RowOutcome::kUnchanged);
      return absl::OkStatus();
    }
    accounts::v1::UpdateContractRequest update;
    *update.mutable_contract() = entry.message;
    update.mutable_contract()->set_name(name);
    BANSO_RETURN_IF_ERROR(Change<Contract>(absl::StrCat(kRelations, "UpdateContract"), update));
    Count(RowOutcome::kUpdated);
    return absl::OkStatus();
  }

  absl::Status Create(const Entry& entry) {
    accounts::v1::CreateContractRequest create;
    create.set_parent(entry.account);
    create.set_contract_id(entry.id);
    *create.mutable_contract() = entry.message;
    SetRequestId(&create);
    BANSO_RETURN_IF_ERROR(Change<Contract>(absl::StrCat(kRelations, "CreateContract"), create));
    Count(RowOutcome::kCreated);
    return absl::OkStatus();
  }

  std::map<std::string, Contract> stored_;
};

}  // namespace

absl::StatusOr<ImportReport> ImportContracts(Context& context, const ImportOptions& options) {
  return ImportRows<ContractImport>(context, options, {"account", "id"},
                                    {"account", "id", "start_date"});
}

}  // namespace banso::cli

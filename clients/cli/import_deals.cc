#include <atomic>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/deals_service.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_frame.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Deal;

constexpr char kTeam[] = "banso.accounts.v1.TeamService/";
constexpr char kDeals[] = "banso.accounts.v1.DealsService/";
constexpr char kDefaultLossReason[] = "Lost, as imported";

// A deal of the file, and what the file says became of it.
struct DealEntry : RowEntry<Deal> {
  accounts::v1::DealStage stage = accounts::v1::DEAL_STAGE_OPEN;
  type::v1::Date contract_start;
  // Empty: the file says nothing of it.
  std::string loss_reason;

  std::string name() const { return contract::Join(account, "deals", id); }
};

class DealImport : public RowByRowImport<DealEntry> {
 public:
  DealImport(Context& context, const ImportOptions& options, Sheet sheet)
      : RowByRowImport(context, options, std::move(sheet),
                       {.rows = "deals", .one = "a deal", .the = "the deal"}) {}

 private:
  absl::Status Prepare() override {
    if (sheet().Has("sales_owner")) BANSO_RETURN_IF_ERROR(PrepareMembers());
    accounts::v1::ListDealsRequest request;
    request.set_parent("accounts/-");
    return EachPage<accounts::v1::ListDealsRequest, accounts::v1::ListDealsResponse>(
        connection(), absl::StrCat(kDeals, "ListDeals"), request,
        [&](const accounts::v1::ListDealsResponse& page) {
          for (const Deal& deal : page.deals()) stored_[deal.name()] = deal;
        });
  }

  absl::Status PrepareMembers() {
    BANSO_ASSIGN_OR_RETURN(members_, MemberDirectory(connection()));
    if (!options().create_members) return absl::OkStatus();
    std::set<std::string> names;
    for (const CsvRow& row : rows()) names.insert(sheet().Text(row, "sales_owner"));
    int64_t created = 0;
    for (const std::string& name : names) {
      if (name.empty() || members_.Find(name).has_value()) continue;
      accounts::v1::CreateMemberRequest request;
      request.set_member_id(IdOf(name));
      request.mutable_member()->set_display_name(name);
      request.mutable_member()->add_roles(accounts::v1::MEMBER_ROLE_SALES);
      SetRequestId(&request);
      members_.Add(name, contract::Join("", "members", request.member_id()));
      ++created;
      BANSO_RETURN_IF_ERROR(
          Change<accounts::v1::Member>(absl::StrCat(kTeam, "CreateMember"), request));
    }
    report().others.emplace_back("members created", created);
    return absl::OkStatus();
  }

  void Read(const CsvRow& row, DealEntry* entry) override {
    entry->account = FindAccount(row);
    if (sheet().Has("sales_owner")) {
      entry->message.set_sales_owner(Find(row, "sales_owner", members_, "a sales owner"));
    }
    // No two deals of a file have the same id, whosever they are.
    entry->id = ReadId(row, "");
    ReadStage(row, entry);
    ReadClosingDay(row, *entry);
  }

  void ReadStage(const CsvRow& row, DealEntry* entry) {
    const std::string stage = sheet().Text(row, "stage");
    if (absl::EqualsIgnoreCase(stage, options().lost)) {
      entry->stage = accounts::v1::DEAL_STAGE_LOST;
      entry->loss_reason = sheet().Text(row, "loss_reason");
    }
    if (!absl::EqualsIgnoreCase(stage, options().won)) return;
    entry->stage = accounts::v1::DEAL_STAGE_WON;
    Deal holder;
    const std::string text = sheet().Text(row, "contract_start");
    const auto accepted = SetField("contract_start", text, sheet().rules(), &holder);
    if (text.empty()) {
      Reject(row, "contract_start", "empty; a won deal needs the first day of its contract");
    } else if (accepted.has_value()) {
      Reject(row, "contract_start", absl::StrCat("must be ", *accepted));
    }
    entry->contract_start = holder.contract_start();
  }

  // The server takes today for the day on which a deal was closed, unless it is told another.
  void ReadClosingDay(const CsvRow& row, const DealEntry& entry) {
    if (entry.stage == accounts::v1::DEAL_STAGE_OPEN || entry.message.has_close_date()) return;
    Warn(row, "close_date",
         absl::StrCat(sheet().Has("close_date") ? "empty" : "not in the table",
                      "; counted as closed today"));
  }

  absl::Status StoreAll() override {
    BANSO_RETURN_IF_ERROR(RowByRowImport::StoreAll());
    if (options().dry_run) return absl::OkStatus();
    report().others.emplace_back("won", won_);
    report().others.emplace_back("lost", lost_);
    return absl::OkStatus();
  }

  absl::Status Store(const DealEntry& entry) override {
    const auto stored = stored_.find(entry.name());
    if (stored != stored_.end()) return StoreAgain(entry, stored->second);
    accounts::v1::CreateDealRequest create;
    create.set_parent(entry.account);
    create.set_deal_id(entry.id);
    *create.mutable_deal() = entry.message;
    SetRequestId(&create);
    BANSO_RETURN_IF_ERROR(Change<Deal>(absl::StrCat(kDeals, "CreateDeal"), create));
    return CloseAndCount(entry, RowOutcome::kCreated);
  }

  // A deal that is there already: brought up to date while it is open.
  absl::Status StoreAgain(const DealEntry& entry, const Deal& stored) {
    if (stored.stage() != accounts::v1::DEAL_STAGE_OPEN) {
      if (stored.stage() == entry.stage) {
        WarnOfDifferences(entry, stored);
        Count(RowOutcome::kUnchanged);
        return absl::OkStatus();
      }
      return FromServer(absl::FailedPreconditionError(
          absl::StrCat(entry.name(), " is closed already, and otherwise than the file says")));
    }
    const bool same = SaysTheSame(stored, entry.message);
    if (!same) {
      accounts::v1::UpdateDealRequest update;
      *update.mutable_deal() = entry.message;
      update.mutable_deal()->set_name(entry.name());
      BANSO_RETURN_IF_ERROR(Change<Deal>(absl::StrCat(kDeals, "UpdateDeal"), update));
    }
    return CloseAndCount(entry, same && entry.stage == stored.stage() ? RowOutcome::kUnchanged
                                                                      : RowOutcome::kUpdated);
  }

  // Closes a deal that is stored and open, if the file says so.
  absl::Status CloseAndCount(const DealEntry& entry, RowOutcome outcome) {
    BANSO_ASSIGN_OR_RETURN(const bool closed,
                           TookAlso(Close(entry), *entry.row, "stage", "left open"));
    if (closed) Count(outcome);
    return absl::OkStatus();
  }

  // A closed deal stays as it is; what the file says otherwise is not hidden.
  void WarnOfDifferences(const DealEntry& entry, const Deal& stored) {
    Deal said = entry.message;
    if (entry.stage == accounts::v1::DEAL_STAGE_WON) {
      *said.mutable_contract_start() = entry.contract_start;
    } else if (!entry.loss_reason.empty()) {
      said.set_loss_reason(entry.loss_reason);
    }
    for (const std::string& field : FieldsThatDiffer(stored, said)) {
      Warn(*entry.row, field, "not taken: the deal is closed already, and otherwise");
    }
  }

  absl::Status Close(const DealEntry& entry) {
    if (entry.stage == accounts::v1::DEAL_STAGE_WON) {
      accounts::v1::WinDealRequest win;
      win.set_name(entry.name());
      *win.mutable_contract_start() = entry.contract_start;
      if (entry.message.has_close_date()) {
        *win.mutable_close_date() = entry.message.close_date();
      }
      SetRequestId(&win);
      BANSO_RETURN_IF_ERROR(Change<Deal>(absl::StrCat(kDeals, "WinDeal"), win));
      ++won_;
    } else if (entry.stage == accounts::v1::DEAL_STAGE_LOST) {
      accounts::v1::LoseDealRequest lose;
      lose.set_name(entry.name());
      lose.set_reason(entry.loss_reason.empty() ? kDefaultLossReason : entry.loss_reason);
      if (entry.message.has_close_date()) {
        *lose.mutable_close_date() = entry.message.close_date();
      }
      SetRequestId(&lose);
      BANSO_RETURN_IF_ERROR(Change<Deal>(absl::StrCat(kDeals, "LoseDeal"), lose));
      ++lost_;
    }
    return absl::OkStatus();
  }

  Directory members_;
  std::map<std::string, Deal> stored_;
  std::atomic<int64_t> won_{0};
  std::atomic<int64_t> lost_{0};
};

}  // namespace

absl::StatusOr<ImportReport> ImportDeals(Context& context, const ImportOptions& options) {
  return ImportRows<DealImport>(
      context, options, {"account", "id", "stage", "sales_owner", "contract_start", "loss_reason"},
      {"account", "id"});
}

}  // namespace banso::cli

#include <atomic>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_rows.h"
#include "common/contract/fingerprint.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using accounts::v1::Deal;

constexpr char kService[] = "banso.accounts.v1.AccountsService/";
constexpr char kDefaultLossReason[] = "Lost, as imported";

// A deal of the file, and what the file says became of it.
struct DealEntry {
  const CsvRow* row = nullptr;
  std::string parent;
  std::string id;
  Deal deal;
  accounts::v1::DealStage stage = accounts::v1::DEAL_STAGE_OPEN;
  type::v1::Date contract_start;
  std::string loss_reason;

  std::string name() const { return contract::Join(parent, "deals", id); }
};

// The work of one import.
class DealImport {
 public:
  DealImport(Context& context, const ImportOptions& options, Sheet sheet)
      : context_(context), options_(options), sheet_(std::move(sheet)) {}

  absl::StatusOr<ImportReport> Run() {
    report_ = ReportOn(sheet_, options_, "deals");
    rows_ = sheet_.TakeRows();
    BANSO_ASSIGN_OR_RETURN(accounts_, AccountDirectory(context_.connection, options_.system));
    if (sheet_.Has("sales_owner")) BANSO_RETURN_IF_ERROR(PrepareMembers());
    for (CsvRow& row : rows_) ReadRow(&row);
    BANSO_RETURN_IF_ERROR(ReadStored());
    if (options_.dry_run) {
      for (const DealEntry& entry : entries_) {
        ++(stored_.count(entry.name()) > 0 ? report_.unchanged : report_.created);
      }
    } else {
      BANSO_RETURN_IF_ERROR(StoreAll());
    }
    SortProblems(&report_);
    return std::move(report_);
  }

 private:
  // What an earlier import has stored.
  absl::Status ReadStored() {
    accounts::v1::ListDealsRequest request;
    request.set_parent("accounts/-");
    return EachPage<accounts::v1::ListDealsRequest, accounts::v1::ListDealsResponse>(
        context_.connection, absl::StrCat(kService, "ListDeals"), request,
        [&](const accounts::v1::ListDealsResponse& page) {
          for (const Deal& deal : page.deals()) stored_[deal.name()] = deal;
        });
  }

  absl::Status PrepareMembers() {
    BANSO_ASSIGN_OR_RETURN(members_, MemberDirectory(context_.connection));
    if (!options_.create_members) return absl::OkStatus();
    std::set<std::string> names;
    for (const CsvRow& row : rows_) names.insert(sheet_.Text(row, "sales_owner"));
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
      if (options_.dry_run) continue;
      accounts::v1::Member ignored;
      BANSO_RETURN_IF_ERROR(Call("CreateMember", request, &ignored));
    }
    report_.others.emplace_back("members created", created);
    return absl::OkStatus();
  }

  void Reject(const CsvRow& row, absl::string_view field, absl::string_view text) {
    report_.rejected.push_back(sheet_.Problem(row, field, text));
  }

  std::optional<std::string> Find(const CsvRow& row, absl::string_view field,
                                  const Directory& directory, absl::string_view what) {
    return Lookup(sheet_, row, field, directory, "a deal", what, &report_.rejected);
  }

  void ReadRow(CsvRow* row) {
    DealEntry entry;
    entry.row = row;
    const size_t before = report_.rejected.size();
    sheet_.CheckKnown(row, &report_.rejected, &report_.warnings);
    sheet_.Fill(*row, &entry.deal, &report_.rejected);
    entry.parent = Find(*row, "account", accounts_, "an account").value_or("");
    if (sheet_.Has("sales_owner")) {
      entry.deal.set_sales_owner(Find(*row, "sales_owner", members_, "a sales owner").value_or(""));
    }
    entry.id = ids_.Read(sheet_, *row, "", &report_.rejected).value_or("");
    ReadStage(*row, &entry);
    if (report_.rejected.size() == before) entries_.push_back(std::move(entry));
  }

  void ReadStage(const CsvRow& row, DealEntry* entry) {
    const std::string stage = sheet_.Text(row, "stage");
    if (absl::EqualsIgnoreCase(stage, options_.lost)) {
      entry->stage = accounts::v1::DEAL_STAGE_LOST;
      entry->loss_reason = sheet_.Text(row, "loss_reason");
      if (entry->loss_reason.empty()) entry->loss_reason = kDefaultLossReason;
    }
    if (!absl::EqualsIgnoreCase(stage, options_.won)) return;
    entry->stage = accounts::v1::DEAL_STAGE_WON;
    Deal holder;
    const std::string text = sheet_.Text(row, "contract_start");
    const auto accepted = SetField("contract_start", text, sheet_.rules(), &holder);
    if (text.empty()) {
      Reject(row, "contract_start", "empty; a won deal needs the first day of its contract");
    } else if (accepted.has_value()) {
      Reject(row, "contract_start", absl::StrCat("must be ", *accepted));
    }
    entry->contract_start = holder.contract_start();
    if (sheet_.Has("close_date") && !entry->deal.has_close_date() && !text.empty()) {
      report_.warnings.push_back(
          sheet_.Problem(row, "close_date", "empty; counted as closed today"));
    }
  }

  absl::Status StoreAll() {
    const absl::Status status = StoreEach(
        entries_.size(), options_.parallel, [&](size_t i) { return entries_[i].row->line; },
        [&](size_t i) { return Store(entries_[i]); }, &report_.rejected);
    report_.created = created_;
    report_.updated = updated_;
    report_.unchanged = unchanged_;
    report_.others.emplace_back("won", won_);
    report_.others.emplace_back("lost", lost_);
    return status;
  }

  absl::Status Store(const DealEntry& entry) {
    const auto stored = stored_.find(entry.name());
    if (stored != stored_.end()) return StoreAgain(entry, stored->second);
    accounts::v1::CreateDealRequest create;
    create.set_parent(entry.parent);
    create.set_deal_id(entry.id);
    *create.mutable_deal() = entry.deal;
    SetRequestId(&create);
    Deal ignored;
    BANSO_RETURN_IF_ERROR(Call("CreateDeal", create, &ignored));
    ++created_;
    return Close(entry);
  }

  // A deal that is there already: brought up to date while it is open.
  absl::Status StoreAgain(const DealEntry& entry, const Deal& stored) {
    if (stored.stage() != accounts::v1::DEAL_STAGE_OPEN) {
      if (stored.stage() == entry.stage) {
        ++unchanged_;
        return absl::OkStatus();
      }
      return FromServer(absl::FailedPreconditionError(
          absl::StrCat(entry.name(), " is closed already, and otherwise than the file says")));
    }
    const bool same =
        contract::Fingerprint(Changed(stored, entry.deal)) == contract::Fingerprint(stored);
    if (!same) {
      accounts::v1::UpdateDealRequest update;
      *update.mutable_deal() = entry.deal;
      update.mutable_deal()->set_name(entry.name());
      Deal ignored;
      BANSO_RETURN_IF_ERROR(Call("UpdateDeal", update, &ignored));
    }
    ++(same && entry.stage == stored.stage() ? unchanged_ : updated_);
    return Close(entry);
  }

  absl::Status Close(const DealEntry& entry) {
    Deal ignored;
    if (entry.stage == accounts::v1::DEAL_STAGE_WON) {
      accounts::v1::WinDealRequest win;
      win.set_name(entry.name());
      *win.mutable_contract_start() = entry.contract_start;
      if (entry.deal.has_close_date()) *win.mutable_close_date() = entry.deal.close_date();
      SetRequestId(&win);
      BANSO_RETURN_IF_ERROR(Call("WinDeal", win, &ignored));
      ++won_;
    } else if (entry.stage == accounts::v1::DEAL_STAGE_LOST) {
      accounts::v1::LoseDealRequest lose;
      lose.set_name(entry.name());
      lose.set_reason(entry.loss_reason);
      SetRequestId(&lose);
      BANSO_RETURN_IF_ERROR(Call("LoseDeal", lose, &ignored));
      ++lost_;
    }
    return absl::OkStatus();
  }

  absl::Status Call(absl::string_view method, const google::protobuf::Message& request,
                    google::protobuf::Message* response) {
    return context_.connection.Call(absl::StrCat(kService, method), request, response);
  }

  Context& context_;
  const ImportOptions& options_;
  Sheet sheet_;
  Directory accounts_;
  Directory members_;
  std::vector<CsvRow> rows_;
  RowIds ids_{"the deal"};
  std::map<std::string, Deal> stored_;
  std::vector<DealEntry> entries_;
  std::atomic<int64_t> created_{0}, updated_{0}, unchanged_{0}, won_{0}, lost_{0};
  ImportReport report_;
};

}  // namespace

absl::StatusOr<ImportReport> ImportDeals(Context& context, const ImportOptions& options) {
  const absl::Time started = absl::Now();
  BANSO_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(context.connection, options.sheet));
  BANSO_ASSIGN_OR_RETURN(Sheet sheet, Sheet::Open(options.sheet, *Deal::descriptor(),
                                                  {"account", "id", "stage", "sales_owner",
                                                   "contract_start", "loss_reason"},
                                                  today));
  BANSO_RETURN_IF_ERROR(sheet.Require({"account", "id"}));
  BANSO_ASSIGN_OR_RETURN(ImportReport report, DealImport(context, options, std::move(sheet)).Run());
  report.took = absl::Now() - started;
  return report;
}

}  // namespace banso::cli

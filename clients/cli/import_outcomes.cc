#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "banso/health/v1/outcomes_service.pb.h"
#include "clients/cli/directory.h"
#include "clients/cli/import.h"
#include "clients/cli/import_rows.h"
#include "clients/cli/methods.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using health::v1::ImportOutcomesRequest;
using health::v1::ImportOutcomesResponse;
using health::v1::Outcome;

constexpr char kImportOutcomes[] = "banso.health.v1.OutcomesService/ImportOutcomes";
constexpr int kOutcomeBatch = 1000;
constexpr absl::Duration kOutcomesTimeout = absl::Minutes(10);

// The work of one import.
class OutcomeImport {
 public:
  OutcomeImport(Context& context, const ImportOptions& options, Sheet sheet)
      : context_(context), options_(options), sheet_(std::move(sheet)) {}

  absl::StatusOr<ImportReport> Run() {
    report_ = ReportOn(sheet_, options_, "outcomes");
    rows_ = sheet_.TakeRows();
    BANSO_ASSIGN_OR_RETURN(accounts_, AccountDirectory(context_.connection, options_.system));
    for (CsvRow& row : rows_) ReadRow(&row);
    if (options_.dry_run) {
      report_.others.emplace_back("good outcomes", entries_.size());
    } else {
      BANSO_RETURN_IF_ERROR(SendAll());
    }
    SortProblems(&report_);
    return std::move(report_);
  }

 private:
  // An outcome with the row that it came from.
  struct Entry {
    const CsvRow* row = nullptr;
    Outcome outcome;
  };

  void ReadRow(CsvRow* row) {
    Entry entry{row, {}};
    const size_t before = report_.rejected.size();
    sheet_.CheckKnown(row, &report_.rejected, &report_.warnings);
    sheet_.Fill(*row, &entry.outcome, &report_.rejected);
    for (const char* field : {"kind", "occurred_time"}) {
      if (!sheet_.Text(*row, field).empty()) continue;
      report_.rejected.push_back(sheet_.Problem(*row, field, "empty; an outcome needs it"));
    }
    const std::string account =
        Lookup(sheet_, *row, "account", accounts_, "an outcome", "an account", &report_.rejected)
            .value_or("");
    const std::string id = ids_.Read(sheet_, *row, account, &report_.rejected).value_or("");
    if (report_.rejected.size() != before) return;
    entry.outcome.set_name(contract::Join(account, "outcomes", id));
    entries_.push_back(std::move(entry));
  }

  absl::Status SendAll() {
    std::unique_ptr<Upload> upload =
        context_.connection.Send(*FindFullName(kImportOutcomes), kOutcomesTimeout);
    ImportOutcomesRequest request;
    for (const Entry& entry : entries_) {
      *request.add_outcomes() = entry.outcome;
      if (request.outcomes_size() < kOutcomeBatch) continue;
      if (!upload->Send(request)) break;
      request.Clear();
    }
    if (!request.outcomes().empty()) upload->Send(request);
    ImportOutcomesResponse response;
    BANSO_RETURN_IF_ERROR(upload->Finish(&response));
    report_.created = response.stored();
    report_.unchanged = response.duplicates();
    AddRefusals(
        sheet_, response,
        [&](size_t i) { return std::make_pair(entries_[i].row, std::string("id")); },
        &report_.rejected);
    return absl::OkStatus();
  }

  Context& context_;
  const ImportOptions& options_;
  Sheet sheet_;
  Directory accounts_;
  std::vector<CsvRow> rows_;
  RowIds ids_{"the outcome"};
  std::vector<Entry> entries_;
  ImportReport report_;
};

}  // namespace

absl::StatusOr<ImportReport> ImportOutcomes(Context& context, const ImportOptions& options) {
  const absl::Time started = absl::Now();
  BANSO_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(context.connection, options.sheet));
  BANSO_ASSIGN_OR_RETURN(
      Sheet sheet, Sheet::Open(options.sheet, *Outcome::descriptor(), {"account", "id"}, today));
  BANSO_RETURN_IF_ERROR(sheet.Require({"account", "id", "kind", "occurred_time"}));
  BANSO_ASSIGN_OR_RETURN(ImportReport report,
                         OutcomeImport(context, options, std::move(sheet)).Run());
  report.took = absl::Now() - started;
  return report;
}

}  // namespace banso::cli

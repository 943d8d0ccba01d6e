#include "clients/cli/import_rows.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

constexpr int kMaxParallel = 64;

}  // namespace

absl::StatusOr<ImportReport> ImportTable(
    Context& context, const ImportOptions& options, const TableFields& fields,
    absl::FunctionRef<absl::StatusOr<ImportReport>(Sheet)> import) {
  const absl::Time started = absl::Now();
  BANSO_ASSIGN_OR_RETURN(const absl::CivilDay today, TodayOf(context.connection, options.sheet));
  BANSO_ASSIGN_OR_RETURN(Sheet sheet, Sheet::Open(options.sheet, fields.type, fields.own, today));
  BANSO_RETURN_IF_ERROR(sheet.Require(fields.required));
  BANSO_ASSIGN_OR_RETURN(ImportReport report, import(std::move(sheet)));
  report.took = absl::Now() - started;
  return report;
}

ImportReport ReportOn(const Sheet& sheet, const ImportOptions& options, absl::string_view what) {
  ImportReport report;
  report.what = std::string(what);
  report.dry_run = options.dry_run;
  report.rows = sheet.file().records;
  report.rejected = sheet.file().problems;
  report.columns = sheet.Profiles();
  return report;
}

std::string RefusalText(const absl::Status& status) {
  const auto violations = contract::FieldViolations(status);
  if (violations.empty()) return std::string(status.message());
  return absl::StrJoin(violations, "; ",
                       [](std::string* out, const contract::FieldViolation& violation) {
                         absl::StrAppend(out, violation.field, ": ", violation.description);
                       });
}

std::string RefusalReason(const absl::Status& status) {
  const auto violations = contract::FieldViolations(status);
  return violations.empty() ? contract::Reason(status) : violations.front().reason;
}

std::optional<std::string> Lookup(const Sheet& sheet, const CsvRow& row, absl::string_view field,
                                  const Directory& directory, absl::string_view whose,
                                  absl::string_view what, std::vector<RowProblem>* problems) {
  const std::string text = sheet.Text(row, field);
  const std::optional<std::string> found = directory.Find(text);
  if (found.has_value()) return found;
  const absl::string_view noun = what.substr(what.find(' ') + 1);
  std::string problem = absl::StrCat("the name of no ", noun);
  if (text.empty()) {
    problem = absl::StrCat("empty; ", whose, " needs ", what);
  } else if (const std::optional<std::string> near = directory.Near(text); near.has_value()) {
    absl::StrAppend(&problem, "; near '", *near, "'");
  }
  problems->push_back(sheet.Problem(row, field, problem));
  return std::nullopt;
}

std::optional<std::string> RowIds::Read(const Sheet& sheet, const CsvRow& row,
                                        absl::string_view parent,
                                        std::vector<RowProblem>* problems) {
  const std::string text = sheet.Text(row, "id");
  std::string id = text.empty() ? "" : IdOf(text);
  const std::string key = id.empty() ? "" : absl::StrCat(parent, "/", id);
  if (!IsFirst(sheet, row, "id", key, problems)) return std::nullopt;
  return id;
}

std::optional<std::string> RowIds::ReadAsWritten(const Sheet& sheet, const CsvRow& row,
                                                 absl::string_view field,
                                                 std::vector<RowProblem>* problems) {
  std::string id = sheet.Text(row, field);
  if (!IsFirst(sheet, row, field, id, problems)) return std::nullopt;
  return id;
}

bool RowIds::IsFirst(const Sheet& sheet, const CsvRow& row, absl::string_view field,
                     const std::string& key, std::vector<RowProblem>* problems) {
  if (key.empty()) {
    problems->push_back(sheet.Problem(row, field, absl::StrCat("empty; it identifies ", what_)));
    return false;
  }
  const auto [first, added] = lines_.emplace(key, row.line);
  if (added) return true;
  problems->push_back(
      sheet.Problem(row, field, absl::StrCat("the same as in line ", first->second)));
  return false;
}

bool IsOfTheRow(const absl::Status& status) {
  return ExitCodeOf(status) == kRefused && status.code() != absl::StatusCode::kUnauthenticated &&
         status.code() != absl::StatusCode::kPermissionDenied;
}

absl::Status StoreChains(const std::vector<RowChain>& chains, int parallel,
                         std::vector<RowProblem>* rejected) {
  std::atomic<size_t> next{0};
  std::atomic<bool> stopped{false};
  std::mutex mutex;  // Guards `failure` and `rejected`.
  absl::Status failure;
  const auto store = [&](const RowToStore& row) {
    const absl::Status status = row.store();
    if (status.ok()) return;
    std::lock_guard lock(mutex);
    if (IsOfTheRow(status)) {
      rejected->push_back({row.line, "", "", RefusalText(status), RefusalReason(status)});
    } else {
      failure.Update(status);
      stopped = true;
    }
  };
  const auto work = [&] {
    for (size_t at = next++; at < chains.size() && !stopped; at = next++) {
      for (const RowToStore& row : chains[at]) {
        if (stopped) return;
        store(row);
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < std::clamp(parallel, 1, kMaxParallel); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  return failure;
}

void SortProblems(ImportReport* report) {
  const auto by_line = [](const RowProblem& a, const RowProblem& b) { return a.line < b.line; };
  for (std::vector<RowProblem>* problems :
       {&report->rejected, &report->partly, &report->warnings}) {
    std::stable_sort(problems->begin(), problems->end(), by_line);
  }
}

}  // namespace banso::cli

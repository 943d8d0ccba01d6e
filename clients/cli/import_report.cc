#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "clients/cli/import.h"
#include "clients/cli/json_text.h"
#include "clients/cli/table.h"
#include "common/contract/errors.h"

namespace banso::cli {
namespace {

constexpr size_t kLinesShown = 5;

// The same problem in several rows.
struct Group {
  std::string column;
  std::string value;
  std::string text;
  std::vector<int64_t> lines;
};

std::vector<Group> GroupsOf(const std::vector<RowProblem>& problems) {
  std::map<std::tuple<std::string, std::string, std::string>, size_t> index;
  std::vector<Group> groups;
  for (const RowProblem& problem : problems) {
    const auto key = std::make_tuple(problem.column, problem.value, problem.text);
    const auto [found, added] = index.try_emplace(key, groups.size());
    if (added) groups.push_back({problem.column, problem.value, problem.text, {}});
    // Two fields of a row may come from one column.
    std::vector<int64_t>& lines = groups[found->second].lines;
    if (lines.empty() || lines.back() != problem.line) lines.push_back(problem.line);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.lines.size() > b.lines.size(); });
  return groups;
}

std::string LinesText(const std::vector<int64_t>& lines) {
  if (lines.size() <= kLinesShown) return absl::StrJoin(lines, ", ");
  const std::vector<int64_t> first(lines.begin(), lines.begin() + kLinesShown);
  return absl::StrCat(absl::StrJoin(first, ", "), ", ...");
}

void PrintGroups(std::ostream& out, absl::string_view title,
                 const std::vector<RowProblem>& problems, int show) {
  if (problems.empty()) return;
  const std::vector<Group> groups = GroupsOf(problems);
  out << "\n" << title << "\n";
  Table table({">ROWS", "COLUMN", "VALUE", "WHAT", "LINES"});
  size_t shown = 0;
  for (const Group& group : groups) {
    if (show > 0 && shown == static_cast<size_t>(show)) break;
    ++shown;
    table.Add({absl::StrCat(group.lines.size()), group.column,
               group.column.empty() ? "" : contract::Quote(group.value), group.text,
               LinesText(group.lines)});
  }
  table.Print(out, 90);
  if (shown < groups.size()) {
    out << "... and " << groups.size() - shown
        << " more; --show 0 shows all, --problems FILE writes every row\n";
  }
}

void PrintColumns(std::ostream& out, const std::vector<ColumnProfile>& columns) {
  Table holes({"COLUMN", ">EMPTY", ">WITH SPACES AROUND", ">DIFFERENT VALUES"});
  Table spellings({"COLUMN", "VALUE", ">ROWS", "PROBABLY", ">ROWS"});
  for (const ColumnProfile& column : columns) {
    if (column.empty > 0 || column.padded > 0) {
      holes.Add({column.column, absl::StrCat(column.empty), absl::StrCat(column.padded),
                 absl::StrCat(column.distinct)});
    }
    for (const Suspicion& suspicion : column.suspicions) {
      spellings.Add({column.column, suspicion.value, absl::StrCat(suspicion.count), suspicion.near,
                     absl::StrCat(suspicion.near_count)});
    }
  }
  if (!holes.empty()) {
    out << "\nHoles\n";
    holes.Print(out);
  }
  if (!spellings.empty()) {
    out << "\nDoubtful spellings\n";
    spellings.Print(out);
  }
}

std::string Summary(const ImportReport& report) {
  std::vector<std::string> parts = {absl::StrCat(report.created, " created"),
                                    absl::StrCat(report.updated, " updated"),
                                    absl::StrCat(report.unchanged, " unchanged")};
  for (const auto& [name, count] : report.others) parts.push_back(absl::StrCat(count, " ", name));
  if (!report.partly.empty()) {
    parts.push_back(absl::StrCat(report.partly_rows(), " rows stored in part"));
  }
  parts.push_back(absl::StrCat(report.rejected_rows(), " rows rejected"));
  const double seconds = std::max(absl::ToDoubleSeconds(report.took), 1e-3);
  return absl::StrFormat("%d %s%s: %s (%.1f s, %.0f rows a second)", report.rows, report.what,
                         report.dry_run ? ", dry run" : "", absl::StrJoin(parts, ", "), seconds,
                         static_cast<double>(report.rows) / seconds);
}

std::string ProblemJson(const RowProblem& problem) {
  return absl::StrCat("{\"line\":", problem.line, ",\"column\":", JsonText(problem.column),
                      ",\"value\":", JsonText(problem.value),
                      ",\"problem\":", JsonText(problem.text),
                      ",\"reason\":", JsonText(problem.reason), "}");
}

std::string ProblemsJson(const std::vector<RowProblem>& problems) {
  return absl::StrCat("[",
                      absl::StrJoin(problems, ",",
                                    [](std::string* out, const RowProblem& p) {
                                      absl::StrAppend(out, ProblemJson(p));
                                    }),
                      "]");
}

std::string ColumnJson(const ColumnProfile& column) {
  std::vector<std::string> spellings;
  for (const Suspicion& suspicion : column.suspicions) {
    spellings.push_back(absl::StrCat("{\"value\":", JsonText(suspicion.value), ",\"rows\":",
                                     suspicion.count, ",\"probably\":", JsonText(suspicion.near),
                                     ",\"probably_rows\":", suspicion.near_count, "}"));
  }
  return absl::StrCat("{\"column\":", JsonText(column.column), ",\"empty\":", column.empty,
                      ",\"with_spaces_around\":", column.padded,
                      ",\"different_values\":", column.distinct, ",\"doubtful_spellings\":[",
                      absl::StrJoin(spellings, ","), "]}");
}

std::string ReportJson(const ImportReport& report) {
  std::string text = absl::StrCat(
      "{\"what\":", JsonText(report.what), ",\"dry_run\":", report.dry_run ? "true" : "false",
      ",\"rows\":", report.rows, ",\"created\":", report.created, ",\"updated\":", report.updated,
      ",\"unchanged\":", report.unchanged);
  for (const auto& [name, count] : report.others) {
    absl::StrAppend(&text, ",", JsonText(name), ":", count);
  }
  std::vector<std::string> columns;
  for (const ColumnProfile& column : report.columns) columns.push_back(ColumnJson(column));
  return absl::StrCat(
      text, ",\"rejected_rows\":", report.rejected_rows(),
      ",\"rejected\":", ProblemsJson(report.rejected), ",\"partly_rows\":", report.partly_rows(),
      ",\"partly\":", ProblemsJson(report.partly), ",\"warnings\":", ProblemsJson(report.warnings),
      ",\"columns\":[", absl::StrJoin(columns, ","),
      "],\"seconds\":", absl::ToDoubleSeconds(report.took), "}");
}

std::string CsvCell(absl::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

// Whether all problems could be written.
bool WriteProblems(const std::string& path, const ImportReport& report) {
  std::ofstream file(path);
  file << "line,kind,column,value,problem,reason\n";
  const auto write = [&](absl::string_view kind, const std::vector<RowProblem>& problems) {
    for (const RowProblem& problem : problems) {
      file << problem.line << "," << kind << "," << CsvCell(problem.column) << ","
           << CsvCell(problem.value) << "," << CsvCell(problem.text) << ","
           << CsvCell(problem.reason) << "\n";
    }
  };
  write("rejected", report.rejected);
  write("partly", report.partly);
  write("warning", report.warnings);
  return file.good();
}

int64_t CountRows(const std::vector<RowProblem>& problems) {
  std::set<int64_t> lines;
  for (const RowProblem& problem : problems) lines.insert(problem.line);
  return static_cast<int64_t>(lines.size());
}

}  // namespace

int64_t ImportReport::rejected_rows() const { return CountRows(rejected); }
int64_t ImportReport::partly_rows() const { return CountRows(partly); }

int PrintReport(Context& context, const ImportOptions& options, const ImportReport& report) {
  if (context.output == Output::kJson) {
    context.out << ReportJson(report) << "\n";
  } else {
    context.out << Summary(report) << "\n";
    PrintColumns(context.out, report.columns);
    PrintGroups(context.out, "Doubtful rows, taken all the same", report.warnings, options.show);
    PrintGroups(context.out, "Rows stored in part: what is missing", report.partly, options.show);
    PrintGroups(context.out, "Rejected rows", report.rejected, options.show);
  }
  if (!options.problems_file.empty() && !WriteProblems(options.problems_file, report)) {
    return Finish(context, InputError(absl::StrCat(options.problems_file, " cannot be written")));
  }
  return report.rejected.empty() && report.partly.empty() ? kDone : kPartly;
}

}  // namespace banso::cli

#include "clients/cli/csv.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/cli/input_error.h"
#include "common/contract/errors.h"
#include "common/contract/text.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

// One record as it stands in the text.
struct Record {
  int64_t line = 0;
  std::vector<std::string> cells;
  // What is wrong with it; empty if nothing is.
  std::string problem;
};

// Takes a text apart, record by record.
class Scanner {
 public:
  Scanner(absl::string_view text, char separator) : rest_(text), separator_(separator) {
    absl::ConsumePrefix(&rest_, kByteOrderMark);
  }

  // The next record that is no blank line; false at the end of the text.
  absl::StatusOr<bool> Next(Record* record) {
    while (TakeLineEnd()) continue;
    if (rest_.empty()) return false;
    *record = Record();
    record->line = line_;
    while (true) {
      BANSO_RETURN_IF_ERROR(TakeCell(record));
      if (!rest_.empty() && rest_.front() == separator_) {
        rest_.remove_prefix(1);
        continue;
      }
      TakeLineEnd();
      return true;
    }
  }

 private:
  bool TakeLineEnd() {
    if (!absl::ConsumePrefix(&rest_, "\r\n") && !absl::ConsumePrefix(&rest_, "\n")) return false;
    ++line_;
    return true;
  }

  bool AtCellEnd() const {
    return rest_.empty() || rest_.front() == separator_ || rest_.front() == '\n' ||
           (rest_.size() > 1 && rest_[0] == '\r' && rest_[1] == '\n');
  }

  absl::Status TakeCell(Record* record) {
    std::string& cell = record->cells.emplace_back();
    if (absl::ConsumePrefix(&rest_, "\"")) {
      BANSO_RETURN_IF_ERROR(TakeQuoted(record->line, &cell));
      if (!AtCellEnd()) record->problem = "text after the closing quote of a value";
    }
    while (!AtCellEnd()) {
      if (rest_.front() == '"' && record->problem.empty()) {
        record->problem = "a quote inside a value that is not quoted";
      }
      cell.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return absl::OkStatus();
  }

  // The inside of a quoted value, up to behind its closing quote.
  absl::Status TakeQuoted(int64_t from_line, std::string* cell) {
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '\n') ++line_;
      if (c != '"') {
        cell->push_back(c);
      } else if (absl::ConsumePrefix(&rest_, "\"")) {
        cell->push_back('"');
      } else {
        return absl::OkStatus();
      }
    }
    return InputError(absl::StrCat("line ", from_line, ": a quoted value does not end"));
  }

  absl::string_view rest_;
  const char separator_;
  int64_t line_ = 1;
};

absl::Status CheckHeader(const Record& header) {
  if (!header.problem.empty()) {
    return InputError(absl::StrCat("line ", header.line, ": ", header.problem));
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < header.cells.size(); ++i) {
    const std::string& name = header.cells[i];
    if (name.empty()) {
      return InputError(absl::StrCat("line ", header.line, ": column ", i + 1, " has no name"));
    }
    if (!seen.insert(name).second) {
      return InputError(
          absl::StrCat("line ", header.line, ": two columns are called ", contract::Quote(name)));
    }
  }
  return absl::OkStatus();
}

std::string FaultOf(const Record& record, size_t columns) {
  if (!record.problem.empty()) return record.problem;
  if (record.cells.size() != columns) {
    return absl::StrCat(record.cells.size(), " values instead of ", columns);
  }
  for (const std::string& cell : record.cells) {
    if (!contract::ScanText(cell).valid) return "text that is not UTF-8";
  }
  return "";
}

}  // namespace

int CsvFile::Find(absl::string_view column) const {
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i] == column) return static_cast<int>(i);
  }
  return -1;
}

absl::StatusOr<CsvFile> ParseCsv(absl::string_view text, char separator) {
  Scanner scanner(text, separator);
  Record record;
  BANSO_ASSIGN_OR_RETURN(const bool any, scanner.Next(&record));
  if (!any) return InputError("the file has no header: its first line names the columns");
  BANSO_RETURN_IF_ERROR(CheckHeader(record));
  CsvFile file;
  file.header = std::move(record.cells);
  while (true) {
    BANSO_ASSIGN_OR_RETURN(const bool more, scanner.Next(&record));
    if (!more) return file;
    ++file.records;
    const std::string fault = FaultOf(record, file.header.size());
    if (fault.empty()) {
      file.rows.push_back({record.line, std::move(record.cells)});
    } else {
      file.problems.push_back({record.line, "", "", fault});
    }
  }
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  if (path == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file || file.bad()) {
    return InputError(absl::StrCat(path, " cannot be read: ", std::strerror(errno)));
  }
  return text;
}

absl::StatusOr<CsvFile> ReadCsv(const std::string& path, char separator) {
  BANSO_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  absl::StatusOr<CsvFile> file = ParseCsv(text, separator);
  if (!file.ok()) return InputError(absl::StrCat(path, ", ", file.status().message()));
  return file;
}

}  // namespace banso::cli

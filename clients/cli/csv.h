#ifndef BANSO_CLIENTS_CLI_CSV_H_
#define BANSO_CLIENTS_CLI_CSV_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Comma-separated values as RFC 4180 has them.
namespace banso::cli {

// One record that has as many cells as the header.
struct CsvRow {
  // The line on which it begins, from 1; the header is usually line 1.
  int64_t line = 0;
  std::vector<std::string> cells;
};

// Something in a row that cannot be used, or is doubtful.
struct RowProblem {
  int64_t line = 0;
  // The column's name; empty when the row as a whole is meant.
  std::string column;
  // The value as it stands in the file.
  std::string value;
  // What is wrong, or what is accepted, as a clause.
  std::string text;
  // The server's word for the rule that is broken, such as `OUT_OF_RANGE`; empty when the row never
  // got there.
  std::string reason = {};

  bool operator==(const RowProblem&) const = default;
};

// A file: its header, its good rows, and the records that are none.
struct CsvFile {
  std::vector<std::string> header;
  std::vector<CsvRow> rows;
  // Records with too few or too many cells, a quote where none belongs, or text that is not UTF-8.
  std::vector<RowProblem> problems;
  // How many records the file has, header excluded.
  int64_t records = 0;

  // The index of a column, or -1.
  int Find(absl::string_view column) const;
};

// Reads a file: a header and records, separated by `separator`, lines ended by LF or CRLF, values
// with separators, quotes or line breaks in double quotes, quotes within doubled. A byte-order mark
// and blank lines are passed over; spaces belong to the values.
//
// An error of the input when there is no header, a column has no name or two have the same, or a
// quoted value does not end.
absl::StatusOr<CsvFile> ParseCsv(absl::string_view text, char separator = ',');

// Reads the file at `path` so; `-` is standard input. Messages name the file.
absl::StatusOr<CsvFile> ReadCsv(const std::string& path, char separator = ',');

// Reads a whole file, or standard input for `-`. An error of the input when it cannot be read.
absl::StatusOr<std::string> ReadText(const std::string& path);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_CSV_H_

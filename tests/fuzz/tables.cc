// What the command line imports: comma-separated values, and fields from text.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "banso/accounts/v1/account.pb.h"
#include "clients/cli/csv.h"
#include "clients/cli/field_text.h"
#include "clients/cli/request_text.h"
#include "common/contract/text.h"
#include "tests/fuzz/target.h"

namespace banso::fuzz {
namespace {

std::string Quoted(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    absl::StrAppend(&line, line.empty() ? "" : ",", "\"",
                    absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
  }
  return absl::StrCat(line, "\n");
}

void RunCsv(absl::string_view input) {
  const absl::StatusOr<cli::CsvFile> file = cli::ParseCsv(input);
  if (!file.ok()) {
    Require(absl::IsInvalidArgument(file.status()), "a bad table is the input's fault");
    return;
  }
  Require(!file->header.empty(), "a table has columns");
  Require(file->records >= static_cast<int64_t>(file->rows.size()), "every row is a record");
  std::string written = Quoted(file->header);
  int64_t line = 0;
  for (const cli::CsvRow& row : file->rows) {
    Require(row.cells.size() == file->header.size(), "a good row has a cell for each column");
    Require(row.line > line, "rows come in the order of the lines");
    line = row.line;
    for (const std::string& cell : row.cells) {
      Require(contract::ScanText(cell).valid, "a cell is text");
    }
    absl::StrAppend(&written, Quoted(row.cells));
  }
  const absl::StatusOr<cli::CsvFile> again = cli::ParseCsv(written);
  Require(again.ok() && again->header == file->header && again->problems.empty() &&
              again->rows.size() == file->rows.size(),
          "a table reads back");
  for (size_t i = 0; i < file->rows.size(); ++i) {
    Require(again->rows[i].cells == file->rows[i].cells, "cells read back");
  }
}

// The path before the first line break, the value behind it.
void RunFieldText(absl::string_view input) {
  const size_t end = std::min(input.find('\n'), input.size());
  const absl::string_view path = input.substr(0, end);
  const absl::string_view value = end < input.size() ? input.substr(end + 1) : "";
  cli::ReadDay(value, "DD-MM-YYYY");
  cli::CheckDateFormat(value).IgnoreError();
  accounts::v1::Account account;
  if (cli::CheckFieldPath(*account.GetDescriptor(), path).ok()) {
    cli::SetField(path, value, cli::TextRules(), &account);
  }
  accounts::v1::Account request;
  cli::RequestFromText(input, &request).IgnoreError();
  cli::Expand(input, {.now = absl::UnixEpoch(), .zone = absl::UTCTimeZone()})
      .status()
      .IgnoreError();
}

}  // namespace

Target CsvTarget() {
  return {"csv",
          {"id,name\n1,Acme\n", "id,name\r\n1,\"A, \"\"B\"\"\r\nC\"\r\n", "\xEF\xBB\xBFid\n\n1\n",
           "id,id\n", "id,\n", "id\n\"open", "id,name\n1\n2,b,c\n3,\xff\n", "", "a\"b\n1\n"},
          RunCsv};
}

Target FieldTextTarget() {
  return {"field_text",
          {"display_name\nAcme", "employees\n1200", "recurring_revenue:JPY\n12.50",
           "attributes.founded:number\n1999", "lifecycle_stage\nonboarding",
           "create_time\n2025-04-01 09:30", "products\na;b;c", "${today-20d} ${workday+2w}",
           "{name: accounts/a, employees: 12}"},
          RunFieldText};
}

}  // namespace banso::fuzz

#ifndef BANSO_CLIENTS_CLI_SHEET_H_
#define BANSO_CLIENTS_CLI_SHEET_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "clients/cli/csv.h"
#include "clients/cli/field_text.h"
#include "clients/cli/profile.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// A table that is imported: its file, and which column goes into which field.
namespace banso::cli {

// What becomes of a value that a list of known values does not have.
enum class UnknownValues {
  // The row is taken as it is, with a warning.
  kWarn,
  // The row is refused.
  kReject,
  // A value near a known one is replaced by it, with a warning; others are refused.
  kCorrect,
};

// What the command line says about a table.
struct SheetOptions {
  std::string file;
  char separator = ',';
  // `field=column`, several separated by commas.
  std::vector<std::string> map;
  // `field=value`: the same for every row.
  std::vector<std::string> set;
  // `column=a|b|c`, `column=@countries`, or `column=@FILE:COLUMN` for the values of another table.
  std::vector<std::string> known;
  UnknownValues unknown = UnknownValues::kWarn;
  std::string date_format = "YYYY-MM-DD";
  std::string time_zone = "Asia/Tokyo";
  // The day of the file that is to become today, as YYYY-MM-DD: every day and time of the file is
  // moved by the same number of days. Empty: they stay.
  std::string as_if_today;
  // What today is, as YYYY-MM-DD; empty: the server's business day.
  std::string today;
};

// Where a field's value comes from.
struct Source {
  std::string field;
  // The column's index; -1 for a constant.
  int column = -1;
  std::string constant;
};

// An open table.
class Sheet {
 public:
  // Reads the file and checks the mapping: every column exists and every field is one of `type`, or
  // one of `own_fields`, which the import itself gives a meaning (one that ends with a dot stands
  // for all fields that begin so). `today` is for `as_if_today`. Errors of the input name the
  // column or field and what there is.
  static absl::StatusOr<Sheet> Open(const SheetOptions& options,
                                    const google::protobuf::Descriptor& type,
                                    const std::set<std::string>& own_fields, absl::CivilDay today);

  const CsvFile& file() const { return file_; }
  // Takes the rows out, so that they can be changed.
  std::vector<CsvRow> TakeRows() { return std::move(file_.rows); }
  const TextRules& rules() const { return rules_; }
  bool Has(absl::string_view field) const;
  // An error of the input unless all these fields are mapped.
  absl::Status Require(absl::Span<const absl::string_view> fields) const;
  // The mapped fields that begin with `prefix`.
  std::vector<std::string> FieldsWith(absl::string_view prefix) const;
  // The column (or `=value` for a constant) that a field comes from; empty if it is not mapped.
  std::string ColumnOf(absl::string_view field) const;
  // The text of a field in a row, spaces around it removed; empty if there is none.
  std::string Text(const CsvRow& row, absl::string_view field) const;

  // Sets all mapped fields but the import's own. Adds a problem for each value that is not
  // accepted, and then returns false.
  bool Fill(const CsvRow& row, google::protobuf::Message* message,
            std::vector<RowProblem>* problems) const;
  // A problem with the value of one field.
  RowProblem Problem(const CsvRow& row, absl::string_view field, absl::string_view text) const;

  // Applies the lists of known values. Returns false when the row is refused.
  bool CheckKnown(CsvRow* row, std::vector<RowProblem>* problems,
                  std::vector<RowProblem>* warnings) const;

  // The mapped columns, in the file's order, each with its holes and doubtful spellings. To be
  // asked before the rows are taken out.
  std::vector<ColumnProfile> Profiles() const;

 private:
  absl::Status AddSource(absl::string_view spec, bool constant);
  absl::Status AddKnown(absl::string_view spec);
  absl::Status CheckFields(const google::protobuf::Descriptor& type) const;
  bool IsOwn(absl::string_view field) const;
  const Source* Find(absl::string_view field) const;
  absl::StatusOr<int> FindColumn(absl::string_view name) const;

  CsvFile file_;
  TextRules rules_;
  UnknownValues unknown_ = UnknownValues::kWarn;
  std::set<std::string> own_fields_;
  std::vector<Source> sources_;
  // By column.
  std::map<int, std::vector<std::string>> known_;
};

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_SHEET_H_

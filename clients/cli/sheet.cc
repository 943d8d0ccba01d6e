#include "clients/cli/sheet.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "clients/cli/context.h"
#include "clients/cli/spelling.h"
#include "common/calendar/period.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

// `known` words that are named in an error.
constexpr size_t kMaxNamed = 12;

absl::StatusOr<std::pair<std::string, std::string>> SplitPair(absl::string_view spec,
                                                              absl::string_view form) {
  const std::vector<std::string> halves = absl::StrSplit(spec, absl::MaxSplits('=', 1));
  if (halves.size() == 2 && !halves[0].empty() && !halves[1].empty()) {
    return std::make_pair(halves[0], halves[1]);
  }
  return InputError(absl::StrCat("'", spec, "' is not of the form ", form));
}

absl::StatusOr<std::vector<std::string>> ColumnOfFile(absl::string_view spec) {
  const std::vector<std::string> halves = absl::StrSplit(spec, absl::MaxSplits(':', 1));
  if (halves.size() != 2) return InputError(absl::StrCat("'", spec, "' is not @FILE:COLUMN"));
  BANSO_ASSIGN_OR_RETURN(const CsvFile file, ReadCsv(halves[0]));
  const int column = file.Find(halves[1]);
  if (column < 0) {
    return InputError(absl::StrCat(halves[0], " has no column '", halves[1],
                                   "'; it has: ", absl::StrJoin(file.header, ", ")));
  }
  std::vector<std::string> words;
  for (const CsvRow& row : file.rows) words.push_back(row.cells[column]);
  return words;
}

absl::StatusOr<std::vector<std::string>> KnownWords(absl::string_view spec) {
  if (spec == "@countries") return CountryNames();
  if (absl::ConsumePrefix(&spec, "@")) return ColumnOfFile(spec);
  return std::vector<std::string>(absl::StrSplit(spec, '|'));
}

std::string Listed(const std::vector<std::string>& words) {
  if (words.size() <= kMaxNamed) return absl::StrJoin(words, ", ");
  return absl::StrCat(words.size(), " known values");
}

absl::StatusOr<TextRules> RulesOf(const SheetOptions& options, absl::CivilDay today) {
  TextRules rules;
  BANSO_RETURN_IF_ERROR(CheckDateFormat(options.date_format));
  rules.date_format = options.date_format;
  const absl::StatusOr<absl::TimeZone> zone = calendar::LoadZone(options.time_zone);
  if (!zone.ok()) return InputError(absl::StrCat("'", options.time_zone, "' is no time zone"));
  rules.zone = *zone;
  if (options.as_if_today.empty()) return rules;
  const std::optional<absl::CivilDay> day = ReadDay(options.as_if_today, "YYYY-MM-DD");
  if (!day.has_value()) {
    return InputError(absl::StrCat("'", options.as_if_today, "' is no day; write YYYY-MM-DD"));
  }
  rules.shift_days = static_cast<int>(today - *day);
  return rules;
}

}  // namespace

absl::StatusOr<Sheet> Sheet::Open(const SheetOptions& options,
                                  const google::protobuf::Descriptor& type,
                                  const std::set<std::string>& own_fields, absl::CivilDay today) {
  Sheet sheet;
  sheet.unknown_ = options.unknown;
  sheet.own_fields_ = own_fields;
  BANSO_ASSIGN_OR_RETURN(sheet.rules_, RulesOf(options, today));
  BANSO_ASSIGN_OR_RETURN(sheet.file_, ReadCsv(options.file, options.separator));
  for (const std::string& list : options.map) {
    for (const absl::string_view spec : absl::StrSplit(list, ',', absl::SkipWhitespace())) {
      BANSO_RETURN_IF_ERROR(sheet.AddSource(absl::StripAsciiWhitespace(spec), false));
    }
  }
  for (const std::string& spec : options.set) {
    BANSO_RETURN_IF_ERROR(sheet.AddSource(spec, true));
  }
  for (const std::string& spec : options.known) BANSO_RETURN_IF_ERROR(sheet.AddKnown(spec));
  BANSO_RETURN_IF_ERROR(sheet.CheckFields(type));
  return sheet;
}

absl::StatusOr<int> Sheet::FindColumn(absl::string_view name) const {
  const int column = file_.Find(name);
  if (column >= 0) return column;
  return InputError(absl::StrCat("the file has no column '", name,
                                 "'; it has: ", absl::StrJoin(file_.header, ", ")));
}

absl::Status Sheet::AddSource(absl::string_view spec, bool constant) {
  BANSO_ASSIGN_OR_RETURN(const auto pair,
                         SplitPair(spec, constant ? "FIELD=VALUE" : "FIELD=COLUMN"));
  if (Has(pair.first)) return InputError(absl::StrCat("field '", pair.first, "' is given twice"));
  Source source;
  source.field = pair.first;
  if (constant) {
    source.constant = pair.second;
  } else {
    BANSO_ASSIGN_OR_RETURN(source.column, FindColumn(pair.second));
  }
  sources_.push_back(std::move(source));
  return absl::OkStatus();
}

absl::Status Sheet::AddKnown(absl::string_view spec) {
  BANSO_ASSIGN_OR_RETURN(const auto pair, SplitPair(spec, "COLUMN=a|b|c or COLUMN=@FILE:COLUMN"));
  BANSO_ASSIGN_OR_RETURN(const int column, FindColumn(pair.first));
  BANSO_ASSIGN_OR_RETURN(known_[column], KnownWords(pair.second));
  return absl::OkStatus();
}

absl::Status Sheet::CheckFields(const google::protobuf::Descriptor& type) const {
  for (const Source& source : sources_) {
    if (IsOwn(source.field)) continue;
    absl::Status status = CheckFieldPath(type, source.field);
    if (!status.ok()) {
      return InputError(absl::StrCat(status.message(),
                                     own_fields_.empty() ? "" : "; the import itself knows: ",
                                     absl::StrJoin(own_fields_, ", ")));
    }
  }
  return absl::OkStatus();
}

bool Sheet::IsOwn(absl::string_view field) const {
  return std::any_of(own_fields_.begin(), own_fields_.end(), [&](const std::string& own) {
    return own == field || (absl::EndsWith(own, ".") && absl::StartsWith(field, own));
  });
}

absl::Status Sheet::Require(absl::Span<const absl::string_view> fields) const {
  for (const absl::string_view field : fields) {
    if (Has(field)) continue;
    return InputError(absl::StrCat("no column is mapped to '", field, "': add --map ", field,
                                   "=COLUMN; the file has: ", absl::StrJoin(file_.header, ", ")));
  }
  return absl::OkStatus();
}

std::vector<std::string> Sheet::FieldsWith(absl::string_view prefix) const {
  std::vector<std::string> fields;
  for (const Source& source : sources_) {
    if (absl::StartsWith(source.field, prefix)) fields.push_back(source.field);
  }
  return fields;
}

const Source* Sheet::Find(absl::string_view field) const {
  for (const Source& source : sources_) {
    if (source.field == field) return &source;
  }
  return nullptr;
}

bool Sheet::Has(absl::string_view field) const { return Find(field) != nullptr; }

std::string Sheet::ColumnOf(absl::string_view field) const {
  const Source* source = Find(field);
  if (source == nullptr) return "";
  return source->column < 0 ? absl::StrCat("=", source->constant) : file_.header[source->column];
}

std::string Sheet::Text(const CsvRow& row, absl::string_view field) const {
  const Source* source = Find(field);
  if (source == nullptr) return "";
  if (source->column < 0) return source->constant;
  return std::string(absl::StripAsciiWhitespace(row.cells[source->column]));
}

RowProblem Sheet::Problem(const CsvRow& row, absl::string_view field,
                          absl::string_view text) const {
  const std::string column = ColumnOf(field);
  return {row.line, column.empty() ? std::string(field) : column, Text(row, field),
          std::string(text)};
}

bool Sheet::Fill(const CsvRow& row, google::protobuf::Message* message,
                 std::vector<RowProblem>* problems) const {
  bool good = true;
  for (const Source& source : sources_) {
    if (IsOwn(source.field)) continue;
    const std::optional<std::string> accepted =
        SetField(source.field, Text(row, source.field), rules_, message);
    if (!accepted.has_value()) continue;
    problems->push_back(Problem(row, source.field, absl::StrCat("must be ", *accepted)));
    good = false;
  }
  return good;
}

bool Sheet::CheckKnown(CsvRow* row, std::vector<RowProblem>* problems,
                       std::vector<RowProblem>* warnings) const {
  bool good = true;
  for (const auto& [column, words] : known_) {
    std::string& cell = row->cells[column];
    const std::string value(absl::StripAsciiWhitespace(cell));
    if (value.empty() || std::find(words.begin(), words.end(), value) != words.end()) continue;
    const std::optional<std::string> near = NearestOf(value, words);
    RowProblem problem{row->line, file_.header[column], value,
                       near.has_value() ? absl::StrCat("not known; near '", *near, "'")
                                        : absl::StrCat("not known; known are ", Listed(words))};
    if (unknown_ == UnknownValues::kCorrect && near.has_value()) {
      problem.text = absl::StrCat("taken as '", *near, "'");
      cell = *near;
      warnings->push_back(std::move(problem));
    } else if (unknown_ == UnknownValues::kWarn) {
      warnings->push_back(std::move(problem));
    } else {
      problems->push_back(std::move(problem));
      good = false;
    }
  }
  return good;
}

std::vector<ColumnProfile> Sheet::Profiles() const {
  std::set<int> columns;
  for (const Source& source : sources_) {
    if (source.column >= 0) columns.insert(source.column);
  }
  for (const auto& [column, words] : known_) columns.insert(column);
  std::vector<ColumnProfile> profiles;
  for (const int column : columns) {
    std::vector<std::string> values;
    for (const CsvRow& row : file_.rows) values.push_back(row.cells[column]);
    const auto known = known_.find(column);
    profiles.push_back(
        ProfileOf(file_.header[column], values,
                  known == known_.end() ? std::vector<std::string>() : known->second));
  }
  return profiles;
}

}  // namespace banso::cli

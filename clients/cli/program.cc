#include "clients/cli/program.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "clients/cli/context.h"
#include "clients/cli/csv.h"
#include "common/contract/errors.h"
#include "common/contract/yaml.h"
#include "common/status_macros.h"
#include "google/protobuf/descriptor.h"

namespace banso::cli {
namespace {

namespace fs = std::filesystem;
using google::protobuf::FieldDescriptor;

bool IsProgramFile(const fs::path& path) {
  const std::string name = path.filename().string();
  const std::string ending = path.extension().string();
  return !absl::StartsWith(name, ".") &&
         (ending == ".yaml" || ending == ".yml" || ending == ".json");
}

absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return InputError(absl::StrCat("There is no ", path, "."));
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    if (entry.is_regular_file() && IsProgramFile(entry.path())) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) return InputError(absl::StrCat(path, " has no .yaml, .yml or .json file."));
  return files;
}

// What is wrong with a file, one line each.
void AddProblems(const std::string& file, const absl::Status& status,
                 std::vector<std::string>* problems) {
  const auto violations = contract::FieldViolations(status);
  for (const contract::FieldViolation& violation : violations) {
    problems->push_back(absl::StrCat(file, ": ", violation.field,
                                     violation.field.empty() ? "" : ": ", violation.description));
  }
  if (violations.empty()) problems->push_back(absl::StrCat(file, ": ", status.message()));
}

// Puts what a file has into the program.
void Merge(const std::string& file, const gateway::v1::Program& part, ProgramSource* source,
           std::vector<std::string>* problems) {
  const google::protobuf::Reflection& reflection = *part.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(part, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->is_repeated()) {
      const int before = reflection.FieldSize(source->program, field);
      for (int i = 0; i < reflection.FieldSize(part, field); ++i) {
        source->origins[{field->name(), before + i}] = {file, i};
      }
      continue;
    }
    const auto [first, added] = source->origins.try_emplace({field->name(), 0}, file, 0);
    if (!added) {
      problems->push_back(absl::StrCat(file, ": ", field->name(), ": stands in ",
                                       first->second.first, " already, and in one file only"));
    }
  }
  source->program.MergeFrom(part);
}

}  // namespace

absl::StatusOr<ProgramSource> LoadProgram(const std::string& path) {
  ProgramSource source;
  BANSO_ASSIGN_OR_RETURN(source.files, FilesOf(path));
  std::vector<std::string> problems;
  for (const std::string& file : source.files) {
    BANSO_ASSIGN_OR_RETURN(const std::string text, ReadText(file));
    gateway::v1::Program part;
    const absl::Status status = contract::FromYaml(text, &part);
    if (status.ok()) {
      Merge(file, part, &source, &problems);
    } else {
      AddProblems(file, status, &problems);
    }
  }
  if (problems.empty()) return source;
  return InputError(
      absl::StrCat("The program cannot be read:\n  ", absl::StrJoin(problems, "\n  ")));
}

std::string FieldInFile(const ProgramSource& source, absl::string_view field) {
  absl::string_view rest = field;
  if (!absl::ConsumePrefix(&rest, "program.")) return std::string(field);
  const size_t end = rest.find_first_of(".[");
  const std::string name(rest.substr(0, end));
  rest = end == absl::string_view::npos ? absl::string_view() : rest.substr(end);
  int index = 0;
  const size_t close = rest.find(']');
  const bool listed = absl::StartsWith(rest, "[") && close != absl::string_view::npos &&
                      absl::SimpleAtoi(rest.substr(1, close - 1), &index);
  const auto origin = source.origins.find({name, index});
  if (origin == source.origins.end()) return std::string(field);
  const auto& [file, local] = origin->second;
  if (!listed) return absl::StrCat(file, ": ", name, rest);
  return absl::StrCat(file, ": ", name, "[", local, "]", rest.substr(close + 1));
}

}  // namespace banso::cli

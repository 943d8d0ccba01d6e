#ifndef BANSO_CLIENTS_CLI_PROGRAM_H_
#define BANSO_CLIENTS_CLI_PROGRAM_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "banso/gateway/v1/program.pb.h"

// Programs as people keep them: YAML or JSON files with the proto's field names.
namespace banso::cli {

// A program and where its parts come from.
struct ProgramSource {
  gateway::v1::Program program;
  // The files, in the order read.
  std::vector<std::string> files;
  // By field of the program, and for lists by index: the file, and the index within that file.
  std::map<std::pair<std::string, int>, std::pair<std::string, int>> origins;
};

// Reads a program from a file, or from all `.yaml`, `.yml` and `.json` files of a folder in the
// order of their names. Each file holds some fields of the program; lists are put together, a field
// that is no list stands in one file only. Files whose name begins with a dot are passed over.
//
// Errors of the input name the file and the field; those of all files come together.
absl::StatusOr<ProgramSource> LoadProgram(const std::string& path);

// Names the file of a field of a request for it: `program.metrics[3].unit` becomes
// `metrics.yaml: metrics[1].unit`. Other fields stay as they are.
std::string FieldInFile(const ProgramSource& source, absl::string_view field);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_PROGRAM_H_

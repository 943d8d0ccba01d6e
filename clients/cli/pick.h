#ifndef BANSO_CLIENTS_CLI_PICK_H_
#define BANSO_CLIENTS_CLI_PICK_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// Parts of answers, for people: one field, or a table of some fields.
namespace banso::cli {

// Which part of an answer is printed.
struct Pick {
  // The path of a field, such as `summary` or `out_of_time.bands`; empty: the whole answer. A path
  // through a list goes through each of its items.
  std::string field;
  // Paths below it, each a column of a table with one row per item; empty: no table.
  std::vector<std::string> columns;

  bool empty() const { return field.empty() && columns.empty(); }
};

// An error of the input unless the paths are fields of `type`; it lists those there are.
absl::Status CheckPick(const google::protobuf::Descriptor& type, const Pick& pick);

// Prints what CheckPick accepts. Texts, numbers, days and times as they are, one a line; messages
// as JSON, one a line.
void PrintPick(const google::protobuf::Message& answer, const Pick& pick, std::ostream& out);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_PICK_H_

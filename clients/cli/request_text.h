#ifndef BANSO_CLIENTS_CLI_REQUEST_TEXT_H_
#define BANSO_CLIENTS_CLI_REQUEST_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace YAML {
class Node;
}  // namespace YAML

// Requests as people write them: YAML or JSON with the proto's field names, where a day may be
// written as `2025-04-01` in place of its three numbers.
namespace banso::cli {

// What `${...}` stands for.
struct Placeholders {
  // `${now}`, and `${now-2h}`: RFC 3339 in UTC.
  absl::Time now;
  // The zone in which `${today}` (and `${today-20d}`, `${today+2w}`) is a day, as `2025-04-01`;
  // `${workday-20d}` is that day or, when it is none, the last business day before it (in Japan).
  absl::TimeZone zone;
};

// Replaces each placeholder in a text. An error of the input for one that is not understood.
absl::StatusOr<std::string> Expand(absl::string_view text, const Placeholders& placeholders);

// Replaces the placeholders in every text of a document.
absl::Status ExpandAll(const Placeholders& placeholders, YAML::Node* node);

// Sets `message` from a document. An error of the input that names each field at fault.
absl::Status RequestFromNode(const YAML::Node& node, google::protobuf::Message* message);

// The same from text; empty text leaves the message empty.
absl::Status RequestFromText(absl::string_view text, google::protobuf::Message* message);

// Parses a document; an error of the input with its line when it is neither YAML nor JSON.
absl::StatusOr<YAML::Node> ParseDocument(absl::string_view text);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_REQUEST_TEXT_H_

#ifndef BANSO_CLIENTS_CLI_JSON_TEXT_H_
#define BANSO_CLIENTS_CLI_JSON_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace banso::cli {

// A text as JSON writes it, in double quotes.
std::string JsonText(absl::string_view text);

// A message as JSON with the proto's field names; over several lines when `pretty`. A message
// without a JSON form (of a type that this program does not know) is said so in an object.
std::string MessageJson(const google::protobuf::Message& message, bool pretty);

}  // namespace banso::cli

#endif  // BANSO_CLIENTS_CLI_JSON_TEXT_H_

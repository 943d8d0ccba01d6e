#ifndef BANSO_COMMON_CONTRACT_YAML_H_
#define BANSO_COMMON_CONTRACT_YAML_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

// The YAML form of messages, for what people write by hand: the JSON form with the proto's field
// names. Enum values are written by name, bytes in base64, timestamps and durations as in JSON.
namespace banso::contract {

// Replaces `message` by what `text` says. A field of text takes any scalar as it is written;
// elsewhere plain scalars are read as JSON reads them (`true`, `12`) and quoted ones are text. A
// field without a value, or with a plain `null`, is absent. Anchors and aliases are followed.
//
// Returns INVALID_ARGUMENT with one violation per fault, each with its line: no YAML, a field that
// the message does not have, a key given twice, a list where one value is expected, a value of the
// wrong type. Refused as well: more than one document, nesting of more than 50 levels, and
// documents that hold more than 500,000 values once aliases are followed.
absl::Status FromYaml(absl::string_view text, google::protobuf::Message* message);

// Returns `message` as YAML: fields in the order of the proto, absent ones left out, maps in the
// order of their keys. FromYaml reads it back into an equal message.
std::string ToYaml(const google::protobuf::Message& message);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_YAML_H_

#ifndef BANSO_COMMON_CONTRACT_JSON_H_
#define BANSO_COMMON_CONTRACT_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

// The JSON form of messages (protobuf's own: lowerCamelCase, 64-bit integers as strings).
namespace banso::contract {

// How JSON is written.
struct JsonStyle {
  // Line breaks and indentation.
  bool pretty = false;
  // The proto's field names (`display_name`) instead of lowerCamelCase.
  bool proto_names = false;
  // Also numbers, texts and lists that are empty.
  bool empty_fields = false;
};

// Returns `message` as JSON. INTERNAL if it has no JSON form (a damaged Any or Timestamp).
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message, JsonStyle style = {});

// Whether fields that the message does not have are an error.
enum class UnknownFields { kRefuse, kIgnore };

// Replaces `message` by what `text` says; both spellings of field names are read. Returns
// INVALID_ARGUMENT with what is wrong where; `message` is then unspecified. Nesting of more than
// 100 levels is refused.
absl::Status FromJson(absl::string_view text, google::protobuf::Message* message,
                      UnknownFields unknown = UnknownFields::kRefuse);

}  // namespace banso::contract

#endif  // BANSO_COMMON_CONTRACT_JSON_H_

#include "common/contract/json.h"

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "google/protobuf/util/json_util.h"

namespace banso::contract {
namespace {

absl::string_view View(google::protobuf::StringPiece text) { return {text.data(), text.size()}; }

}  // namespace

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message, JsonStyle style) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = style.pretty;
  options.preserve_proto_field_names = style.proto_names;
  options.always_print_primitive_fields = style.empty_fields;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return Internal(
        absl::StrCat(message.GetTypeName(), " has no JSON form: ", View(status.message())));
  }
  return json;
}

absl::Status FromJson(absl::string_view text, google::protobuf::Message* message,
                      UnknownFields unknown) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = unknown == UnknownFields::kIgnore;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(text.data(), text.size()), message, options);
  if (status.ok()) return absl::OkStatus();
  return InvalidField(
      "", "",
      absl::StrCat("the JSON form of ", message->GetTypeName(), " (", View(status.message()), ")"),
      "JSON");
}

}  // namespace banso::contract

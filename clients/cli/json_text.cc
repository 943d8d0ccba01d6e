#include "clients/cli/json_text.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/contract/json.h"

namespace banso::cli {

std::string JsonText(absl::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result.push_back('\\');
      result.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&result, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      result.push_back(c);
    }
  }
  return absl::StrCat(result, "\"");
}

std::string MessageJson(const google::protobuf::Message& message, bool pretty) {
  contract::JsonStyle style;
  style.pretty = pretty;
  style.proto_names = true;
  const absl::StatusOr<std::string> json = contract::ToJson(message, style);
  if (!json.ok()) {
    return absl::StrCat("{\"error\":", JsonText(json.status().message()), "}");
  }
  return std::string(absl::StripSuffix(*json, "\n"));
}

}  // namespace banso::cli

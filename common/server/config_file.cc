#include "common/server/config_file.h"

#include <algorithm>
#include <fstream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/contract/errors.h"
#include "common/contract/yaml.h"
#include "common/rule/catalog.h"
#include "common/status_macros.h"
#include "google/protobuf/struct.pb.h"

namespace banso::server {
namespace {

using google::protobuf::Value;

constexpr size_t kMaxBytes = 1024 * 1024;

// The value as a flag is written on the command line; nothing for what is no single value.
std::optional<std::string> TextOf(const Value& value) {
  switch (value.kind_case()) {
    case Value::kStringValue:
      return value.string_value();
    case Value::kBoolValue:
      return value.bool_value() ? "true" : "false";
    case Value::kNumberValue:
      return absl::StrFormat("%.15g", value.number_value());
    default:
      return std::nullopt;
  }
}

std::string Accepted(const std::string& key, const std::vector<std::string>& known) {
  const std::optional<std::string> nearest = rule::NearestWord(key, known);
  return nearest.has_value() ? absl::StrCat("the name of a flag; did you mean ", *nearest, "?")
                             : absl::StrCat("one of ", absl::StrJoin(known, ", "));
}

}  // namespace

absl::StatusOr<std::string> ReadSettings(const std::string& path, absl::string_view flag,
                                         absl::string_view reason) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (!file.is_open() || file.bad() || (text.empty() && !file.eof())) {
    return contract::FailedPrecondition(
        reason, path, "the file cannot be read",
        absl::StrCat("Let this process read what --", flag, " names"));
  }
  if (text.size() > kMaxBytes) {
    return contract::FailedPrecondition(reason, path, "the file is longer than 1 MiB",
                                        absl::StrCat("Give --", flag, " what was written for it"));
  }
  return text;
}

absl::StatusOr<std::map<std::string, std::string>> ReadConfigFile(
    const std::string& path, const std::vector<std::string>& known) {
  BANSO_ASSIGN_OR_RETURN(const std::string text, ReadSettings(path, "config_file", "CONFIG_FILE"));
  return ReadConfig(text, path, known);
}

absl::StatusOr<std::map<std::string, std::string>> ReadConfig(
    absl::string_view text, const std::string& path, const std::vector<std::string>& known) {
  contract::Violations violations;
  google::protobuf::Struct file;
  if (const absl::Status read = contract::FromYaml(text, &file); !read.ok()) {
    violations.AddAll(path, read);
    return violations.ToStatus();
  }
  std::map<std::string, std::string> flags;
  for (const auto& [key, value] : file.fields()) {
    const std::optional<std::string> flag = TextOf(value);
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      violations.Add(path, key, Accepted(key, known), "UNKNOWN_FLAG");
    } else if (!flag.has_value()) {
      violations.Add(absl::StrCat(path, ": ", key), "", "a single value", "NOT_ACCEPTED");
    } else {
      flags[key] = *flag;
    }
  }
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  return flags;
}

}  // namespace banso::server

#include "clients/cli/request_text.h"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <regex>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/field_text.h"
#include "clients/cli/input_error.h"
#include "common/calendar/business_days.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/yaml.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr char kDateType[] = "banso.type.v1.Date";

// The value of one placeholder, `${` and `}` left out.
std::optional<std::string> ValueOf(const std::string& inside, const Placeholders& placeholders) {
  static const std::regex kForm(R"((today|workday|now)(?:([+-])(\d{1,5})([dwhm]))?)");
  std::smatch match;
  if (!std::regex_match(inside, match, kForm)) return std::nullopt;
  const bool today = match[1] != "now";
  int count = 0;
  if (match[3].matched && !absl::SimpleAtoi(match[3].str(), &count)) return std::nullopt;
  if (match[2] == "-") count = -count;
  const char unit = match[4].matched ? match[4].str()[0] : 'd';
  if (today) {
    if (unit != 'd' && unit != 'w') return std::nullopt;
    absl::CivilDay day = calendar::DayOf(placeholders.now, placeholders.zone);
    day += (unit == 'w' ? 7 : 1) * count;
    while (match[1] == "workday" && !calendar::Calendar::Japan().IsBusinessDay(day)) --day;
    return calendar::DayText(day);
  }
  const absl::Duration step = unit == 'm'   ? absl::Minutes(1)
                              : unit == 'h' ? absl::Hours(1)
                              : unit == 'd' ? absl::Hours(24)
                                            : absl::Hours(24 * 7);
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", placeholders.now + count * step,
                          absl::UTCTimeZone());
}

// Writes a day out as its three numbers, where it is given as text.
absl::Status ExpandDay(const YAML::Node& node, YAML::Node* result) {
  const std::optional<absl::CivilDay> day = ReadDay(node.Scalar(), "YYYY-MM-DD");
  if (!day.has_value()) {
    return InputError(absl::StrCat("'", node.Scalar(), "' is no day; write YYYY-MM-DD"));
  }
  YAML::Node parts;
  parts["year"] = static_cast<int>(day->year());
  parts["month"] = day->month();
  parts["day"] = day->day();
  *result = parts;
  return absl::OkStatus();
}

const FieldDescriptor* FindField(const Descriptor& type, const std::string& name) {
  const FieldDescriptor* field = type.FindFieldByName(name);
  return field != nullptr ? field : type.FindFieldByCamelcaseName(name);
}

absl::Status ExpandDays(const Descriptor& type, const YAML::Node& node);

// A value of a field, which is a message.
absl::Status ExpandValue(const Descriptor& type, const YAML::Node& value, YAML::Node* result) {
  if (type.full_name() == kDateType && value.IsScalar()) return ExpandDay(value, result);
  return ExpandDays(type, value);
}

// Writes out all days in a document that is a message of `type` (nodes are handles: what they stand
// for is changed). What does not fit the type is left as it is, for the reader of messages to
// refuse.
absl::Status ExpandDays(const Descriptor& type, const YAML::Node& node) {
  if (!node.IsMap()) return absl::OkStatus();
  for (auto entry : node) {
    if (!entry.first.IsScalar()) continue;
    const FieldDescriptor* field = FindField(type, entry.first.Scalar());
    if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    YAML::Node value = entry.second;
    if (field->is_map()) {
      const FieldDescriptor* inner = field->message_type()->FindFieldByName("value");
      if (inner->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || !value.IsMap()) continue;
      for (auto item : value) {
        YAML::Node changed = item.second;
        BANSO_RETURN_IF_ERROR(ExpandValue(*inner->message_type(), item.second, &changed));
      }
    } else if (field->is_repeated() && value.IsSequence()) {
      for (size_t i = 0; i < value.size(); ++i) {
        YAML::Node changed = value[i];
        BANSO_RETURN_IF_ERROR(ExpandValue(*field->message_type(), value[i], &changed));
      }
    } else {
      BANSO_RETURN_IF_ERROR(ExpandValue(*field->message_type(), entry.second, &value));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> Expand(absl::string_view text, const Placeholders& placeholders) {
  std::string result;
  while (true) {
    const size_t begin = text.find("${");
    if (begin == absl::string_view::npos) break;
    const size_t end = text.find('}', begin);
    if (end == absl::string_view::npos) break;
    const std::string inside(text.substr(begin + 2, end - begin - 2));
    const std::optional<std::string> value = ValueOf(inside, placeholders);
    if (!value.has_value()) {
      return InputError(absl::StrCat("'${", inside,
                                     "}' is not understood; write ${today}, ${today-20d}, "
                                     "${today+2w}, ${workday-3d}, ${now} or ${now-3h}"));
    }
    absl::StrAppend(&result, text.substr(0, begin), *value);
    text.remove_prefix(end + 1);
  }
  return absl::StrCat(result, text);
}

absl::Status ExpandAll(const Placeholders& placeholders, YAML::Node* node) {
  if (node->IsScalar() && node->Scalar().find("${") != std::string::npos) {
    BANSO_ASSIGN_OR_RETURN(const std::string text, Expand(node->Scalar(), placeholders));
    *node = text;
  } else if (node->IsSequence() || node->IsMap()) {
    for (auto item : *node) {
      YAML::Node child = node->IsMap() ? item.second : static_cast<YAML::Node>(item);
      BANSO_RETURN_IF_ERROR(ExpandAll(placeholders, &child));
    }
  }
  return absl::OkStatus();
}

absl::Status RequestFromNode(const YAML::Node& node, google::protobuf::Message* message) {
  message->Clear();
  if (!node.IsDefined() || node.IsNull()) return absl::OkStatus();
  YAML::Node copy = YAML::Clone(node);
  BANSO_RETURN_IF_ERROR(ExpandDays(*message->GetDescriptor(), copy));
  // Lines are told from the text that is written here, so errors leave them out.
  static const std::regex kLine(R"( \(line \d+\))");
  const absl::Status status = contract::FromYaml(YAML::Dump(copy), message);
  if (status.ok()) return status;
  std::vector<std::string> problems;
  for (const contract::FieldViolation& violation : contract::FieldViolations(status)) {
    problems.push_back(absl::StrCat(violation.field, violation.field.empty() ? "" : ": ",
                                    std::regex_replace(violation.description, kLine, "")));
  }
  if (problems.empty()) problems.emplace_back(status.message());
  return InputError(absl::StrCat("no ", message->GetDescriptor()->name(), ":\n  ",
                                 absl::StrJoin(problems, "\n  ")));
}

absl::StatusOr<YAML::Node> ParseDocument(absl::string_view text) {
  try {
    return YAML::Load(std::string(text));
  } catch (const YAML::Exception& error) {
    return InputError(absl::StrCat("line ", error.mark.line + 1, ": ", error.msg));
  }
}

absl::Status RequestFromText(absl::string_view text, google::protobuf::Message* message) {
  BANSO_ASSIGN_OR_RETURN(const YAML::Node node, ParseDocument(text));
  return RequestFromNode(node, message);
}

}  // namespace banso::cli

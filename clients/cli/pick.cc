#include "clients/cli/pick.h"

#include <functional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "clients/cli/input_error.h"
#include "clients/cli/json_text.h"
#include "clients/cli/table.h"
#include "common/calendar/proto_time.h"
#include "common/status_macros.h"

namespace banso::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using FieldPath = std::vector<const FieldDescriptor*>;

std::string FieldsIn(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return absl::StrJoin(names, ", ");
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field.is_map();
}

absl::StatusOr<FieldPath> PickPath(const Descriptor& type, absl::string_view text) {
  FieldPath path;
  const Descriptor* at = &type;
  for (const absl::string_view part : absl::StrSplit(text, '.', absl::SkipEmpty())) {
    const FieldDescriptor* field = at == nullptr ? nullptr : at->FindFieldByName(std::string(part));
    if (field == nullptr) {
      return InputError(absl::StrCat("the answer has no field '", text, "': ",
                                     at == nullptr
                                         ? absl::StrCat(path.back()->name(), " has no parts")
                                         : absl::StrCat("there are ", FieldsIn(*at))));
    }
    path.push_back(field);
    at = IsMessage(*field) ? field->message_type() : nullptr;
  }
  return path;
}

std::string PickedMessage(const Message& message) {
  if (message.GetDescriptor()->full_name() == "banso.type.v1.Date") {
    return calendar::DayText(dynamic_cast<const type::v1::Date&>(message));
  }
  if (message.GetDescriptor()->full_name() == "google.protobuf.Timestamp") {
    const auto& time = dynamic_cast<const google::protobuf::Timestamp&>(message);
    return absl::FormatTime(absl::RFC3339_full, calendar::ToTime(time), absl::UTCTimeZone());
  }
  return MessageJson(message, false);
}

// One value of a field; `index` is that in a list, -1 for a field that is none.
std::string PickedValue(const Message& message, const FieldDescriptor& field, int index) {
  const google::protobuf::Reflection& read = *message.GetReflection();
  const bool listed = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return listed ? read.GetRepeatedString(message, &field, index)
                    : read.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return (listed ? read.GetRepeatedBool(message, &field, index) : read.GetBool(message, &field))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(listed ? read.GetRepeatedInt32(message, &field, index)
                                 : read.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(listed ? read.GetRepeatedInt64(message, &field, index)
                                 : read.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      // Six digits, as StrCat writes numbers.
      return absl::StrCat(listed ? read.GetRepeatedDouble(message, &field, index)
                                 : read.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return (listed ? read.GetRepeatedEnum(message, &field, index) : read.GetEnum(message, &field))
          ->name();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return PickedMessage(listed ? read.GetRepeatedMessage(message, &field, index)
                                  : read.GetMessage(message, &field));
    default:
      return "";
  }
}

// Calls `see` with each value at the end of the path: the message that has it, the field and the
// index in its list. Fields that are absent are passed over.
using SeeValue = std::function<void(const Message&, const FieldDescriptor&, int index)>;
void EachValue(const Message& message, absl::Span<const FieldDescriptor* const> path,
               const SeeValue& see) {
  const FieldDescriptor& field = *path.front();
  const google::protobuf::Reflection& read = *message.GetReflection();
  const absl::Span<const FieldDescriptor* const> rest = path.subspan(1);
  if (!field.is_repeated()) {
    if (field.has_presence() && !read.HasField(message, &field)) return;
    if (rest.empty()) return see(message, field, -1);
    return EachValue(read.GetMessage(message, &field), rest, see);
  }
  for (int i = 0; i < read.FieldSize(message, &field); ++i) {
    if (rest.empty()) {
      see(message, field, i);
    } else {
      EachValue(read.GetRepeatedMessage(message, &field, i), rest, see);
    }
  }
}

std::string PickedText(const Message& message, const FieldPath& path) {
  std::vector<std::string> texts;
  EachValue(message, path, [&](const Message& holder, const FieldDescriptor& field, int index) {
    texts.push_back(PickedValue(holder, field, index));
  });
  return absl::StrJoin(texts, ", ");
}

bool IsPickedNumber(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_INT32 ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
         field.cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE;
}

const Descriptor& TypeAt(const Descriptor& type, const FieldPath& path) {
  return path.empty() ? type : *path.back()->message_type();
}

void PrintPicked(const Message& answer, const FieldPath& items,
                 const std::vector<std::string>& columns, std::ostream& out) {
  std::vector<FieldPath> paths;
  std::vector<std::string> titles;
  for (const std::string& column : columns) {
    paths.push_back(*PickPath(TypeAt(*answer.GetDescriptor(), items), column));
    titles.push_back(absl::StrCat(IsPickedNumber(*paths.back().back()) ? ">" : "",
                                  absl::AsciiStrToUpper(column)));
  }
  Table table(titles);
  const auto add = [&](const Message& item) {
    std::vector<std::string> cells;
    for (const FieldPath& path : paths) cells.push_back(PickedText(item, path));
    table.Add(std::move(cells));
  };
  if (items.empty()) {
    add(answer);
  } else {
    EachValue(answer, items, [&](const Message& holder, const FieldDescriptor& field, int index) {
      const google::protobuf::Reflection& read = *holder.GetReflection();
      add(index >= 0 ? read.GetRepeatedMessage(holder, &field, index)
                     : read.GetMessage(holder, &field));
    });
  }
  table.Print(out);
}

}  // namespace

absl::Status CheckPick(const Descriptor& type, const Pick& pick) {
  BANSO_ASSIGN_OR_RETURN(const FieldPath items, PickPath(type, pick.field));
  if (pick.columns.empty()) return absl::OkStatus();
  if (!items.empty() && !IsMessage(*items.back())) {
    return InputError(absl::StrCat("--columns: '", pick.field, "' has no fields"));
  }
  for (const std::string& column : pick.columns) {
    BANSO_ASSIGN_OR_RETURN(const FieldPath path, PickPath(TypeAt(type, items), column));
    if (path.empty()) return InputError("--columns: a column has no name");
  }
  return absl::OkStatus();
}

void PrintPick(const Message& answer, const Pick& pick, std::ostream& out) {
  const FieldPath items = *PickPath(*answer.GetDescriptor(), pick.field);
  if (!pick.columns.empty()) return PrintPicked(answer, items, pick.columns, out);
  EachValue(answer, items, [&](const Message& holder, const FieldDescriptor& field, int index) {
    const std::string value = PickedValue(holder, field, index);
    // A report ends its last line itself.
    out << value << (absl::EndsWith(value, "\n") ? "" : "\n");
  });
}

}  // namespace banso::cli

#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/contract/json.h"
#include "common/contract/text.h"
#include "common/contract/yaml.h"
#include "google/protobuf/descriptor.h"

namespace banso::contract {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kIndent = 2;

std::string Spaces(int indent) { return std::string(static_cast<size_t>(indent), ' '); }

// Words that some reader of YAML takes for something other than text.
bool IsReservedWord(absl::string_view text) {
  static const auto* const words = new absl::flat_hash_set<std::string>{
      "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity"};
  return words->contains(absl::AsciiStrToLower(text));
}

// Returns true if `text` can stand without quotes wherever a value or key may.
bool IsPlainText(absl::string_view text) {
  const TextScan scan = ScanText(text);
  if (text.empty() || !scan.valid || scan.control || scan.line_break) return false;
  if (IsReservedWord(text) || text.back() == ' ') return false;
  const auto first = static_cast<unsigned char>(text.front());
  if (!absl::ascii_isalpha(first) && first < 0x80) return false;
  for (const char c : text) {
    const bool other_script = static_cast<unsigned char>(c) >= 0x80;
    if (!other_script && !absl::ascii_isalnum(c) && !absl::StrContains(" _./()+=;-", {&c, 1})) {
      return false;
    }
  }
  // The byte order mark and the non-characters, which readers refuse or drop.
  return !absl::StrContains(text, "\xEF\xBB\xBF") && !absl::StrContains(text, "\xEF\xBF\xBE") &&
         !absl::StrContains(text, "\xEF\xBF\xBF");
}

std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", absl::string_view(&c, 1));
    } else if (c == '\n') {
      absl::StrAppend(&out, "\\n");
    } else if (c == '\t') {
      absl::StrAppend(&out, "\\t");
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(c));
    } else if (absl::StartsWith(text.substr(i), "\xC2") && i + 1 < text.size() &&
               static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      absl::StrAppendFormat(&out, "\\x%02x", static_cast<unsigned char>(text[++i]));
    } else if (absl::StartsWith(text.substr(i), "\xE2\x80\xA8") ||
               absl::StartsWith(text.substr(i), "\xE2\x80\xA9")) {
      absl::StrAppendFormat(&out, "\\u20%02x", text[i + 2] == '\xA8' ? 0x28 : 0x29);
      i += 2;
    } else if (absl::StartsWith(text.substr(i), "\xEF\xBB\xBF")) {
      absl::StrAppend(&out, "\\ufeff");
      i += 2;
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

// Returns true if `text` comes back unchanged from a literal block (`|`): lines of visible text,
// at most one line break at the end.
bool IsBlockText(absl::string_view text) {
  const TextScan scan = ScanText(text);
  if (!scan.valid || scan.control || !absl::StrContains(text, "\n")) return false;
  if (absl::StartsWith(text, " ") || absl::StartsWith(text, "\n") || absl::EndsWith(text, "\n\n")) {
    return false;
  }
  for (const absl::string_view special :
       {"\t", "\r", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF", "\xC2\x85", " \n"}) {
    if (absl::StrContains(text, special)) return false;
  }
  return text.size() > 1 && text.back() != ' ';
}

std::string Block(absl::string_view text, int indent) {
  const bool ends_with_break = absl::EndsWith(text, "\n");
  std::string out = ends_with_break ? "|" : "|-";
  if (ends_with_break) text.remove_suffix(1);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StrAppend(&out, "\n", line.empty() ? "" : Spaces(indent), line);
  }
  return out;
}

std::string Text(absl::string_view text, int indent) {
  if (IsPlainText(text)) return std::string(text);
  if (IsBlockText(text)) return Block(text, indent);
  return Quoted(text);
}

// The shortest text that reads back as the same number.
template <typename Float>
std::string PrintFloat(Float value) {
  if (std::isnan(value)) return "\"NaN\"";
  if (std::isinf(value)) return value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  std::array<char, 64> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), result.ptr);
}

class Writer {
 public:
  std::string Document(const Message& message) {
    const std::string fields = Fields(message, 0);
    return fields.empty() ? "{}\n" : fields;
  }

 private:
  // The fields of a message, one or more lines each; empty for an empty message.
  std::string Fields(const Message& message, int indent) {
    const Reflection* reflection = message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection->ListFields(message, &fields);
    std::string out;
    for (const FieldDescriptor* field : fields) {
      absl::StrAppend(&out, Spaces(indent), field->name(), ":");
      if (field->is_map()) {
        absl::StrAppend(&out, "\n", Entries(message, field, indent + kIndent));
      } else if (field->is_repeated()) {
        absl::StrAppend(&out, "\n", Items(message, field, indent + kIndent));
      } else {
        absl::StrAppend(&out, After(Value(message, field, -1, indent + kIndent)));
      }
    }
    return out;
  }

  std::string Items(const Message& message, const FieldDescriptor* field, int indent) {
    std::string out;
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
      const std::string value = Value(message, field, i, indent + kIndent);
      absl::StrAppend(&out, Spaces(indent), "-");
      if (absl::StartsWith(value, "\n")) {
        // The first field of an item follows its dash.
        absl::StrAppend(&out, " ", value.substr(1 + static_cast<size_t>(indent + kIndent)));
      } else {
        absl::StrAppend(&out, After(value));
      }
    }
    return out;
  }

  std::string Entries(const Message& message, const FieldDescriptor* field, int indent) {
    const FieldDescriptor* key = field->message_type()->map_key();
    const FieldDescriptor* value = field->message_type()->map_value();
    const Reflection* reflection = message.GetReflection();
    std::map<std::string, std::string> entries;
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      const Message& entry = reflection->GetRepeatedMessage(message, field, i);
      entries[Key(entry, key)] = Value(entry, value, -1, indent + kIndent);
    }
    std::string out;
    for (const auto& [name, text] : entries) {
      absl::StrAppend(&out, Spaces(indent), name, ":", After(text));
    }
    return out;
  }

  std::string Key(const Message& entry, const FieldDescriptor* key) {
    const bool text = key->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    const std::string value = text ? entry.GetReflection()->GetString(entry, key) : "";
    if (text) return IsPlainText(value) ? value : Quoted(value);
    return Value(entry, key, -1, 0);
  }

  static std::string After(const std::string& value) {
    if (absl::StartsWith(value, "\n")) return value;
    return absl::StrCat(" ", value, "\n");
  }

  // One value: on one line, as a block, or, for a message with fields, whole lines with a line
  // break before and after.
  std::string Value(const Message& message, const FieldDescriptor* field, int index, int indent) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      return Scalar(message, field, index, indent);
    }
    const Reflection* reflection = message.GetReflection();
    const Message& inner = index >= 0 ? reflection->GetRepeatedMessage(message, field, index)
                                      : reflection->GetMessage(message, field);
    if (absl::StartsWith(inner.GetTypeName(), "google.protobuf.")) {
      // JSON on one line is YAML.
      return ToJson(inner, {.proto_names = true}).value_or("null");
    }
    const std::string fields = Fields(inner, indent);
    return fields.empty() ? "{}" : absl::StrCat("\n", fields);
  }

  std::string Scalar(const Message& message, const FieldDescriptor* field, int index, int indent) {
    const Reflection* reflection = message.GetReflection();
    const bool item = index >= 0;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::StrCat(item ? reflection->GetRepeatedInt32(message, field, index)
                                 : reflection->GetInt32(message, field));
      case FieldDescriptor::CPPTYPE_INT64:
        return absl::StrCat(item ? reflection->GetRepeatedInt64(message, field, index)
                                 : reflection->GetInt64(message, field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::StrCat(item ? reflection->GetRepeatedUInt32(message, field, index)
                                 : reflection->GetUInt32(message, field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return absl::StrCat(item ? reflection->GetRepeatedUInt64(message, field, index)
                                 : reflection->GetUInt64(message, field));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return PrintFloat(item ? reflection->GetRepeatedDouble(message, field, index)
                               : reflection->GetDouble(message, field));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return PrintFloat(item ? reflection->GetRepeatedFloat(message, field, index)
                               : reflection->GetFloat(message, field));
      case FieldDescriptor::CPPTYPE_BOOL:
        return (item ? reflection->GetRepeatedBool(message, field, index)
                     : reflection->GetBool(message, field))
                   ? "true"
                   : "false";
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumName(field, item ? reflection->GetRepeatedEnumValue(message, field, index)
                                    : reflection->GetEnumValue(message, field));
      default:
        return StringOrBytes(field,
                             item ? reflection->GetRepeatedString(message, field, index)
                                  : reflection->GetString(message, field),
                             indent);
    }
  }

  static std::string EnumName(const FieldDescriptor* field, int number) {
    const auto* value = field->enum_type()->FindValueByNumber(number);
    return value != nullptr ? value->name() : absl::StrCat(number);
  }

  static std::string StringOrBytes(const FieldDescriptor* field, const std::string& value,
                                   int indent) {
    if (field->type() != FieldDescriptor::TYPE_BYTES) return Text(value, indent);
    return absl::StrCat("\"", absl::Base64Escape(value), "\"");
  }
};

}  // namespace

std::string ToYaml(const Message& message) { return Writer().Document(message); }

}  // namespace banso::contract

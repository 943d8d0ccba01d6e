#include "common/contract/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <sstream>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/contract/errors.h"
#include "common/contract/json.h"
#include "common/contract/text.h"
#include "common/status_macros.h"
#include "google/protobuf/descriptor.h"

namespace banso::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr size_t kMaxTextBytes = 16 << 20;
constexpr size_t kMaxJsonBytes = 64 << 20;
constexpr int kMaxNodes = 500000;
constexpr int kMaxDepth = 50;
constexpr int kMaxNamesListed = 30;

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", absl::string_view(&c, 1));
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
  return out;
}

// Returns true if `text` is a number as JSON writes it.
bool IsJsonNumber(absl::string_view text) {
  const auto take_digits = [&text] {
    size_t count = 0;
    while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
    text.remove_prefix(count);
    return count;
  };
  if (absl::StartsWith(text, "-")) text.remove_prefix(1);
  const bool leading_zero = absl::StartsWith(text, "0");
  const size_t whole = take_digits();
  if (whole == 0 || (leading_zero && whole > 1)) return false;
  if (absl::StartsWith(text, ".")) {
    text.remove_prefix(1);
    if (take_digits() == 0) return false;
  }
  if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
    if (take_digits() == 0) return false;
  }
  return text.empty();
}

bool IsPlain(const YAML::Node& node) { return node.Tag() == "?" || node.Tag().empty(); }

bool IsAbsent(const YAML::Node& node) {
  return node.IsNull() || (node.IsScalar() && IsPlain(node) && node.Scalar().empty());
}

// Messages of google.protobuf whose JSON form is a text.
bool IsTextInJson(const Descriptor* type) {
  return type->full_name() == "google.protobuf.Timestamp" ||
         type->full_name() == "google.protobuf.Duration" ||
         type->full_name() == "google.protobuf.FieldMask";
}

// Other messages of google.protobuf have JSON forms of their own, without fixed fields.
bool IsFreeInJson(const Descriptor* type) {
  return absl::StartsWith(type->full_name(), "google.protobuf.") && !IsTextInJson(type);
}

// Turns a YAML document into the JSON form of a message type, collecting what does not fit.
class Converter {
 public:
  explicit Converter(const Descriptor* root) : root_(root) {}

  void Convert(const YAML::Node& document) { Message(document, root_, "", 1); }

  const std::string& json() const { return json_; }
  absl::Status ToStatus() const { return violations_.ToStatus(); }

 private:
  // Returns false, after saying so once, when the document is larger than anybody writes by hand:
  // aliases can make a small text into any number of values.
  bool Enter(const YAML::Node& node, const std::string& path, int depth) {
    if (too_large_) return false;
    if (depth > kMaxDepth) {
      Add(node, path, "", absl::StrCat("at most ", kMaxDepth, " levels"), "TOO_DEEP");
      return false;
    }
    if (++nodes_ <= kMaxNodes && json_.size() <= kMaxJsonBytes) return true;
    too_large_ = true;
    Add(node, "", "", absl::StrCat("at most ", kMaxNodes, " values, aliases followed"),
        "TOO_LARGE");
    return false;
  }

  void Add(const YAML::Node& node, absl::string_view path, absl::string_view value,
           absl::string_view accepted, absl::string_view reason) {
    violations_.Add(path, value, absl::StrCat(accepted, " (line ", node.Mark().line + 1, ")"),
                    reason);
  }

  void Message(const YAML::Node& node, const Descriptor* type, const std::string& path, int depth) {
    if (!Enter(node, path, depth)) return;
    if (IsTextInJson(type)) return Text(node, path, absl::StrCat("a ", type->name()));
    if (IsFreeInJson(type)) return Free(node, path, depth);
    if (!node.IsMap()) {
      Add(node, path, node.IsScalar() ? node.Scalar() : "",
          absl::StrCat("the fields of a ", type->name()), "NOT_FIELDS");
      return;
    }
    absl::flat_hash_set<const FieldDescriptor*> seen;
    absl::string_view separator = "";
    absl::StrAppend(&json_, "{");
    for (const auto& entry : node) {
      const FieldDescriptor* field = FindField(entry.first, type, path);
      if (field == nullptr) continue;
      const std::string inner = Inside(path, field->name());
      if (!seen.insert(field).second) {
        Add(entry.first, inner, "", "each field once", "GIVEN_TWICE");
      } else if (!IsAbsent(entry.second)) {
        absl::StrAppend(&json_, separator, JsonString(field->name()), ":");
        separator = ",";
        Field(entry.second, field, inner, depth);
      }
      if (too_large_) return;
    }
    absl::StrAppend(&json_, "}");
  }

  const FieldDescriptor* FindField(const YAML::Node& key, const Descriptor* type,
                                   const std::string& path) {
    if (key.IsScalar()) {
      const FieldDescriptor* field = type->FindFieldByName(key.Scalar());
      if (field == nullptr) field = type->FindFieldByCamelcaseName(key.Scalar());
      if (field != nullptr) return field;
    }
    std::vector<absl::string_view> names;
    for (int i = 0; i < std::min(type->field_count(), kMaxNamesListed); ++i) {
      names.push_back(type->field(i)->name());
    }
    Add(key, path, key.IsScalar() ? key.Scalar() : "a key that is no word",
        absl::StrCat("fields of ", type->name(), ": ", absl::StrJoin(names, ", ")),
        "UNKNOWN_FIELD");
    return nullptr;
  }

  void Field(const YAML::Node& node, const FieldDescriptor* field, const std::string& path,
             int depth) {
    if (field->is_map()) return Map(node, field, path, depth);
    if (!field->is_repeated()) return Value(node, field, path, depth);
    if (!node.IsSequence()) {
      Add(node, path, node.IsScalar() ? node.Scalar() : "", "a list", "NOT_A_LIST");
      return;
    }
    int index = 0;
    absl::StrAppend(&json_, "[");
    for (const YAML::Node& item : node) {
      if (index > 0) absl::StrAppend(&json_, ",");
      Value(item, field, absl::StrCat(path, "[", index++, "]"), depth);
      if (too_large_) return;
    }
    absl::StrAppend(&json_, "]");
  }

  void Map(const YAML::Node& node, const FieldDescriptor* field, const std::string& path,
           int depth) {
    if (!node.IsMap()) {
      Add(node, path, node.IsScalar() ? node.Scalar() : "", "keys with values", "NOT_A_MAP");
      return;
    }
    absl::flat_hash_set<std::string> seen;
    absl::StrAppend(&json_, "{");
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      const std::string inner = absl::StrCat(path, "[", Quote(key), "]");
      if (!entry.first.IsScalar() || !seen.insert(key).second) {
        Add(entry.first, inner, "", "each key once, as a word", "GIVEN_TWICE");
        continue;
      }
      absl::StrAppend(&json_, seen.size() > 1 ? "," : "", JsonString(key), ":");
      Value(entry.second, field->message_type()->map_value(), inner, depth);
      if (too_large_) return;
    }
    absl::StrAppend(&json_, "}");
  }

  // One value: of a single field, of an item, or under a key.
  void Value(const YAML::Node& node, const FieldDescriptor* field, const std::string& path,
             int depth) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return Message(node, field->message_type(), path, depth + 1);
    }
    if (!Enter(node, path, depth)) return;
    if (!node.IsScalar()) {
      Add(node, path, "", "one value", "NOT_ONE_VALUE");
      return;
    }
    Scalar(node, field, path);
  }

  void Scalar(const YAML::Node& node, const FieldDescriptor* field, const std::string& path) {
    const std::string& text = node.Scalar();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return Text(node, path, "text");
      case FieldDescriptor::CPPTYPE_BOOL:
        return Literal(node, path, IsPlain(node) && (text == "true" || text == "false"),
                       "true or false");
      case FieldDescriptor::CPPTYPE_ENUM:
        return Enum(node, field, path);
      case FieldDescriptor::CPPTYPE_DOUBLE:
      case FieldDescriptor::CPPTYPE_FLOAT:
        if (!IsPlain(node)) return Text(node, path, "a number");
        return Literal(node, path, IsJsonNumber(text), "a number");
      default:
        return Literal(node, path, IsWhole(field, text), "a whole number");
    }
  }

  static bool IsWhole(const FieldDescriptor* field, const std::string& text) {
    if (!IsJsonNumber(text)) return false;
    int32_t int32 = 0;
    int64_t int64 = 0;
    uint32_t uint32 = 0;
    uint64_t uint64 = 0;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return absl::SimpleAtoi(text, &int32);
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::SimpleAtoi(text, &uint32);
      case FieldDescriptor::CPPTYPE_UINT64:
        return absl::SimpleAtoi(text, &uint64);
      default:
        return absl::SimpleAtoi(text, &int64);
    }
  }

  void Enum(const YAML::Node& node, const FieldDescriptor* field, const std::string& path) {
    int32_t number = 0;
    if (field->enum_type()->FindValueByName(node.Scalar()) != nullptr) {
      absl::StrAppend(&json_, JsonString(node.Scalar()));
      return;
    }
    if (IsJsonNumber(node.Scalar()) && absl::SimpleAtoi(node.Scalar(), &number)) {
      absl::StrAppend(&json_, number);
      return;
    }
    std::vector<absl::string_view> names;
    for (int i = 0; i < field->enum_type()->value_count(); ++i) {
      names.push_back(field->enum_type()->value(i)->name());
    }
    Add(node, path, node.Scalar(), absl::StrCat("one of ", absl::StrJoin(names, ", ")),
        "UNKNOWN_VALUE");
    absl::StrAppend(&json_, "null");
  }

  void Text(const YAML::Node& node, const std::string& path, absl::string_view what) {
    if (node.IsScalar()) {
      absl::StrAppend(&json_, JsonString(node.Scalar()));
    } else {
      Add(node, path, "", what, "NOT_ONE_VALUE");
    }
  }

  void Literal(const YAML::Node& node, const std::string& path, bool accepted,
               absl::string_view what) {
    if (accepted) {
      absl::StrAppend(&json_, node.Scalar());
    } else {
      Add(node, path, node.Scalar(), what, "WRONG_TYPE");
    }
  }

  // A value without a fixed type, by the rules of JSON.
  void Free(const YAML::Node& node, const std::string& path, int depth) {
    if (!Enter(node, path, depth)) return;
    if (IsAbsent(node)) {
      absl::StrAppend(&json_, "null");
    } else if (node.IsScalar()) {
      const std::string& text = node.Scalar();
      const bool literal =
          IsPlain(node) && (text == "true" || text == "false" || IsJsonNumber(text));
      absl::StrAppend(&json_, literal ? text : JsonString(text));
    } else {
      FreeItems(node, path, depth);
    }
  }

  void FreeItems(const YAML::Node& node, const std::string& path, int depth) {
    absl::string_view separator = "";
    absl::StrAppend(&json_, node.IsMap() ? "{" : "[");
    for (const auto& entry : node) {
      absl::StrAppend(&json_, separator);
      separator = ",";
      if (node.IsMap()) {
        absl::StrAppend(&json_, JsonString(entry.first.IsScalar() ? entry.first.Scalar() : ""),
                        ":");
      }
      Free(node.IsMap() ? entry.second : YAML::Node(entry), path, depth + 1);
      if (too_large_) return;
    }
    absl::StrAppend(&json_, node.IsMap() ? "}" : "]");
  }

  static std::string Inside(const std::string& path, const std::string& name) {
    return absl::StrCat(path, path.empty() ? "" : ".", name);
  }

  const Descriptor* const root_;
  std::string json_;
  Violations violations_;
  int nodes_ = 0;
  bool too_large_ = false;
};

absl::Status NoYaml(absl::string_view why) {
  return InvalidField("", "", absl::StrCat("one YAML document (", why, ")"), "YAML");
}

// Listens to nothing.
class DeafHandler : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

// Returns true if there is more in `text` than its first document. YAML::Load passes over the
// rest in silence, and YAML::LoadAll never returns from some damaged texts.
bool HoldsMoreThanADocument(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DeafHandler handler;
  return parser.HandleNextDocument(handler) && parser.HandleNextDocument(handler);
}

}  // namespace

absl::Status FromYaml(absl::string_view text, google::protobuf::Message* message) {
  message->Clear();
  if (text.size() > kMaxTextBytes) return NoYaml("at most 16 MiB");
  const TextScan scan = ScanText(text);
  if (!scan.valid) return NoYaml("it is not valid UTF-8");
  if (scan.control) return NoYaml("it holds control characters");
  // The library reports by exceptions; they end here.
  try {
    const std::string whole(text);
    if (HoldsMoreThanADocument(whole)) return NoYaml("something follows the first one");
    const YAML::Node document = YAML::Load(whole);
    if (IsAbsent(document)) return absl::OkStatus();
    Converter converter(message->GetDescriptor());
    converter.Convert(document);
    BANSO_RETURN_IF_ERROR(converter.ToStatus());
    return FromJson(converter.json(), message);
  } catch (const YAML::Exception& error) {
    return NoYaml(absl::StrCat("line ", error.mark.line + 1, ", column ", error.mark.column + 1,
                               ": ", error.msg));
  }
}

}  // namespace banso::contract

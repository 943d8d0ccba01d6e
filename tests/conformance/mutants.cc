#include "tests/conformance/mutants.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/contract/errors.h"
#include "google/protobuf/field_mask.pb.h"
#include "tests/conformance/places.h"

namespace banso::conformance {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::Reflection;

// As rules.proto says.
constexpr int kDefaultMaxLength = 4000;
constexpr int kDefaultMaxItems = 1000;
constexpr int kNoSuchEnumNumber = 9999;
// Messages that the example leaves out are tried so deep.
constexpr int kAbsentLevels = 2;
// Masks go so deep into messages.
constexpr int kMaskLevels = 2;
// HIRAGANA KA and the mark that makes it GA: two characters that normalize to one.
constexpr char kDecomposed[] = "\xe3\x81\x8b\xe3\x82\x99";
// What a sensitive text begins with here, so that it can be looked for in errors.
constexpr char kSecret[] = "verysecret";
constexpr char kUpdateMask[] = "update_mask";

std::string Repeat(absl::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) absl::StrAppend(&out, text);
  return out;
}

bool IsFreeText(type::v1::TextForm form) {
  return form == type::v1::TEXT_FORM_UNSPECIFIED || form == type::v1::TEXT_FORM_MULTILINE;
}

int MaxLength(const Place& place) {
  return place.rules().max_length() == 0 ? kDefaultMaxLength : place.rules().max_length();
}

// Sets a text: of a list, all of it to this one.
void SetText(const FieldDescriptor* field, const std::string& text, Message* message) {
  if (!field->is_repeated()) {
    message->GetReflection()->SetString(message, field, text);
    return;
  }
  message->GetReflection()->ClearField(message, field);
  message->GetReflection()->AddString(message, field, text);
}

// Texts that do not have the form; `pattern` is one that names must match.
std::vector<std::string> WrongForms(type::v1::TextForm form, absl::string_view pattern) {
  const std::string name = absl::StrReplaceAll(pattern, {{"{", ""}, {"}", ""}, {"_", "-"}});
  switch (form) {
    case type::v1::TEXT_FORM_UNSPECIFIED:
      return {"two\nlines"};
    case type::v1::TEXT_FORM_ID:
      return {"Not An Id", "-begins-badly", "ends-badly-", Repeat("a", 64)};
    case type::v1::TEXT_FORM_RESOURCE_NAME:
      return {"no name", "unknowns/x", absl::StrCat(name, "/"), absl::StrCat("/", name)};
    case type::v1::TEXT_FORM_REVISION_NAME:
      return {"unknowns/x@1", absl::StrCat(name, "@0"), absl::StrCat(name, "@latest")};
    case type::v1::TEXT_FORM_EMAIL:
      return {"nobody"};
    case type::v1::TEXT_FORM_TIME_ZONE:
      return {"Mars/Olympus"};
    case type::v1::TEXT_FORM_CURRENCY:
      return {"yen"};
    case type::v1::TEXT_FORM_LANGUAGE:
      return {"not a language"};
    case type::v1::TEXT_FORM_FACT:
      return {"Account Segment"};
    case type::v1::TEXT_FORM_KEY:
      return {"Not A Key"};
    case type::v1::TEXT_FORM_URL:
      return {"ftp://example.com"};
    case type::v1::TEXT_FORM_REQUEST_ID:
      return {"two words"};
    default:
      return {};
  }
}

class BadValues {
 public:
  explicit BadValues(const Message& example) : example_(example) {}

  std::vector<Mutant> Make() {
    const std::vector<Place> places = PlacesOf(example_, kAbsentLevels);
    // Where the example has a message, nothing else is wrong with it.
    for (const bool present : {true, false}) {
      for (const Place& place : places) {
        if (place.present == present && seen_.insert(place.schema_path).second) AddAll(place);
      }
    }
    return std::move(mutants_);
  }

 private:
  void AddAll(const Place& place) {
    if (place.field->is_map()) {
      AddMap(place);
    } else {
      AddValues(place);
      if (place.field->is_repeated()) AddLongList(place);
    }
  }

  // `path` is what the violation must name.
  void Add(const Place& place, const std::string& path, absl::string_view to, std::string shown,
           const std::function<void(Message*)>& change) {
    Mutant mutant;
    mutant.what = absl::StrCat(path, " = ", to.substr(0, 60));
    mutant.request = Copy(example_);
    change(place.Resolve(mutant.request.get()));
    mutant.field = path;
    if (!place.sensitive) mutant.shown = std::move(shown);
    mutants_.push_back(std::move(mutant));
  }

  std::string ItemPath(const Place& place) const {
    return place.field->is_repeated() ? absl::StrCat(place.path, "[0]") : place.path;
  }

  void AddValues(const Place& place) {
    switch (place.field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (place.field->type() == FieldDescriptor::TYPE_STRING) AddTexts(place);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        AddEnum(place);
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        AddDoubles(place);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        AddIntegers<int32_t>(place);
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        AddIntegers<int64_t>(place);
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (!place.field->is_repeated()) AddSpecialMessage(place);
        break;
      default:
        break;
    }
  }

  void AddText(const Place& place, const std::string& text) {
    const std::string value = place.sensitive ? absl::StrCat(kSecret, text) : text;
    Add(place, ItemPath(place), contract::Quote(value), contract::Quote(value),
        [&](Message* message) { SetText(place.field, value, message); });
    if (place.sensitive) mutants_.back().secret = kSecret;
  }

  void AddTexts(const Place& place) {
    const type::v1::FieldRules& rules = place.rules();
    AddText(place, "bell\x07");
    AddText(place, Repeat("a", MaxLength(place) + 1));
    if (rules.min_length() > 1) AddText(place, "a");
    // What stands before a secret would make these into other texts.
    if (place.sensitive && !IsFreeText(rules.form())) return AddText(place, " not of the form ");
    for (const std::string& text :
         WrongForms(rules.form(), rules.resource_size() > 0 ? rules.resource(0) : "xs/{x}")) {
      AddText(place, text);
    }
  }

  void AddEnum(const Place& place) {
    Add(place, ItemPath(place), "9999", "9999", [&](Message* message) {
      const Reflection* reflection = message->GetReflection();
      if (place.field->is_repeated()) {
        reflection->ClearField(message, place.field);
        reflection->AddEnumValue(message, place.field, kNoSuchEnumNumber);
      } else {
        reflection->SetEnumValue(message, place.field, kNoSuchEnumNumber);
      }
    });
  }

  void AddDouble(const Place& place, double value) {
    Add(place, ItemPath(place), absl::StrCat(value), std::isnan(value) ? "nan" : "",
        [&](Message* message) {
          const Reflection* reflection = message->GetReflection();
          if (place.field->is_repeated()) {
            reflection->ClearField(message, place.field);
            reflection->AddDouble(message, place.field, value);
          } else {
            reflection->SetDouble(message, place.field, value);
          }
        });
  }

  void AddDoubles(const Place& place) {
    AddDouble(place, std::numeric_limits<double>::quiet_NaN());
    AddDouble(place, std::numeric_limits<double>::infinity());
    if (place.rules().has_min()) AddDouble(place, place.rules().min() - 1);
    if (place.rules().has_max()) AddDouble(place, place.rules().max() + 1);
  }

  template <class T>
  void AddInteger(const Place& place, double value) {
    if (value < static_cast<double>(std::numeric_limits<T>::min()) ||
        value > static_cast<double>(std::numeric_limits<T>::max())) {
      return;
    }
    const auto number = static_cast<T>(value);
    // Without presence zero is the same as nothing there, which may have to be there.
    const bool is_nothing =
        number == 0 && !place.field->has_presence() && !place.field->is_repeated();
    if (is_nothing && (place.partial || !place.rules().required())) return;
    const std::string shown = is_nothing ? "" : absl::StrCat(number);
    Add(place, ItemPath(place), absl::StrCat(number), shown, [&](Message* message) {
      const Reflection* reflection = message->GetReflection();
      if (place.field->is_repeated()) reflection->ClearField(message, place.field);
      if constexpr (sizeof(T) == sizeof(int32_t)) {
        place.field->is_repeated() ? reflection->AddInt32(message, place.field, number)
                                   : reflection->SetInt32(message, place.field, number);
      } else {
        place.field->is_repeated() ? reflection->AddInt64(message, place.field, number)
                                   : reflection->SetInt64(message, place.field, number);
      }
    });
  }

  template <class T>
  void AddIntegers(const Place& place) {
    if (place.rules().has_min()) AddInteger<T>(place, place.rules().min() - 1);
    if (place.rules().has_max()) AddInteger<T>(place, place.rules().max() + 1);
  }

  // Sets the fields 1, 2, ... of the message.
  void AddNumbers(const Place& place, absl::string_view to, std::string shown,
                  const std::vector<int64_t>& numbers) {
    Add(place, place.path, to, std::move(shown), [&](Message* message) {
      Message* inner = message->GetReflection()->MutableMessage(message, place.field);
      for (size_t i = 0; i < numbers.size(); ++i) {
        const FieldDescriptor* field =
            inner->GetDescriptor()->FindFieldByNumber(static_cast<int>(i) + 1);
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
          inner->GetReflection()->SetInt64(inner, field, numbers[i]);
        } else {
          inner->GetReflection()->SetInt32(inner, field, static_cast<int32_t>(numbers[i]));
        }
      }
    });
  }

  void AddSpecialMessage(const Place& place) {
    const std::string& type = place.field->message_type()->full_name();
    if (type == "banso.type.v1.Date") {
      AddNumbers(place, "30 February", "2026-2-30", {2026, 2, 30});
    } else if (type == "google.protobuf.Timestamp") {
      AddNumbers(place, "-1 ns", "-1 ns", {0, -1});
    } else if (type == "google.protobuf.Duration") {
      AddNumbers(place, "mixed signs", "-1 ns", {1, -1});
    }
  }

  void AddLongList(const Place& place) {
    const int most = place.rules().max_items() == 0 ? kDefaultMaxItems : place.rules().max_items();
    const std::string number = absl::StrCat(most + 1);
    Add(place, place.path, absl::StrCat(number, " items"), number, [&](Message* message) {
      const Reflection* reflection = message->GetReflection();
      while (reflection->FieldSize(*message, place.field) <= most) {
        switch (place.field->cpp_type()) {
          case FieldDescriptor::CPPTYPE_MESSAGE:
            reflection->AddMessage(message, place.field);
            break;
          case FieldDescriptor::CPPTYPE_STRING:
            reflection->AddString(message, place.field, "a");
            break;
          case FieldDescriptor::CPPTYPE_ENUM:
            reflection->AddEnumValue(message, place.field, 1);
            break;
          case FieldDescriptor::CPPTYPE_INT32:
            reflection->AddInt32(message, place.field, 1);
            break;
          case FieldDescriptor::CPPTYPE_INT64:
            reflection->AddInt64(message, place.field, 1);
            break;
          default:
            reflection->AddDouble(message, place.field, 1);
            break;
        }
      }
    });
  }

  // A key that no map takes: all are one line of text, or language tags.
  void AddMap(const Place& place) {
    if (place.field->message_type()->map_key()->type() != FieldDescriptor::TYPE_STRING) return;
    const std::string key = "bell\x07";
    Add(place, absl::StrCat(place.path, "[", contract::Quote(key), "]"), "", "",
        [&](Message* message) {
          const Reflection* reflection = message->GetReflection();
          Message* entry = reflection->AddMessage(message, place.field);
          entry->GetReflection()->SetString(entry, place.field->message_type()->map_key(), key);
        });
    mutants_.back().field = place.path;
    mutants_.back().any_item = true;
  }

  const Message& example_;
  std::set<std::string> seen_;
  std::vector<Mutant> mutants_;
};

Mutant Removed(const Message& example, const Place& place) {
  Mutant mutant;
  mutant.what = absl::StrCat("without ", place.path);
  mutant.request = Copy(example);
  Message* message = place.Resolve(mutant.request.get());
  message->GetReflection()->ClearField(message, place.field);
  mutant.field = place.path;
  mutant.only = true;
  return mutant;
}

// The mutant that has none of a required oneof, if `place` is the member that the example sets.
std::optional<Mutant> WithoutOneof(const Message& example, const Place& place) {
  const auto* oneof = place.field->real_containing_oneof();
  if (oneof == nullptr || !oneof->options().GetExtension(type::v1::oneof_rules).required()) {
    return std::nullopt;
  }
  Mutant mutant = Removed(example, place);
  const size_t dot = place.path.rfind('.');
  mutant.field = dot == std::string::npos ? "" : place.path.substr(0, dot);
  return mutant;
}

// Names the message that has `place`, and its oneof if that is what must be set.
std::optional<std::string> RequiredOf(const Place& place) {
  if (place.rules().required()) return place.path;
  const auto* oneof = place.field->real_containing_oneof();
  if (oneof == nullptr || !oneof->options().GetExtension(type::v1::oneof_rules).required()) {
    return std::nullopt;
  }
  return place.path.substr(0, place.path.rfind('.'));
}

// What is required of messages that the example leaves out, missed in empty ones.
void AddEmptyMessages(const Message& example, std::vector<Mutant>* mutants) {
  std::set<std::string> seen;
  for (const Place& place : PlacesOf(example, kAbsentLevels)) {
    const std::optional<std::string> required = RequiredOf(place);
    if (place.present || place.partial || !required.has_value() || !seen.insert(*required).second) {
      continue;
    }
    Mutant mutant;
    mutant.request = Copy(example);
    place.Resolve(mutant.request.get());
    mutant.field = *required;
    mutant.what = absl::StrCat("without ", *required, " in an empty message");
    mutants->push_back(std::move(mutant));
  }
}

bool IsNameOfUpdated(const Place& place) {
  return place.partial && place.outer.size() == 1 && place.field->name() == "name";
}

Mutant WithMask(const Message& example, const std::string& path) {
  Mutant mutant;
  mutant.what = absl::StrCat("update_mask names ", path);
  mutant.request = Copy(example);
  FieldMask mask;
  mask.add_paths(path);
  const FieldDescriptor* field = example.GetDescriptor()->FindFieldByName(kUpdateMask);
  mutant.request->GetReflection()
      ->MutableMessage(mutant.request.get(), field)
      ->ParseFromString(mask.SerializeAsString());
  mutant.field = absl::StrCat(kUpdateMask, ".paths[0]");
  mutant.shown = contract::Quote(path);
  mutant.only = true;
  return mutant;
}

// Masks that go wrong within `message`, which `prefix` (`details.`) leads to, and `levels` deeper.
void AddMasks(const Message& example, const google::protobuf::Descriptor* message,
              const std::string& prefix, int levels, std::vector<Mutant>* mutants) {
  mutants->push_back(WithMask(example, absl::StrCat(prefix, "no_such_field")));
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    const std::string path = absl::StrCat(prefix, field->name());
    if (field->options().GetExtension(type::v1::rules).output_only()) {
      mutants->push_back(WithMask(example, path));
    } else if (field->is_repeated() || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      mutants->push_back(WithMask(example, absl::StrCat(path, ".inside")));
    } else if (levels > 0) {
      AddMasks(example, field->message_type(), absl::StrCat(path, "."), levels - 1, mutants);
    }
  }
}

}  // namespace

std::vector<Mutant> WithoutRequired(const Message& example) {
  std::vector<Mutant> mutants;
  std::set<std::string> seen;
  for (const Place& place : PlacesOf(example, 0)) {
    const Message* message = place.Resolve(const_cast<Message*>(&example));
    if (!IsSet(*message, place.field) || seen.contains(place.schema_path)) continue;
    if ((place.rules().required() && !place.partial) || IsNameOfUpdated(place)) {
      mutants.push_back(Removed(example, place));
    } else if (auto mutant = WithoutOneof(example, place); mutant.has_value() && !place.partial) {
      mutants.push_back(*std::move(mutant));
    } else {
      continue;
    }
    seen.insert(place.schema_path);
  }
  AddEmptyMessages(example, &mutants);
  return mutants;
}

std::vector<Mutant> WithBadValues(const Message& example) { return BadValues(example).Make(); }

std::vector<Mutant> WithBadMasks(const Message& example) {
  std::vector<Mutant> mutants;
  const FieldDescriptor* updated = UpdatedResource(example.GetDescriptor());
  if (updated == nullptr) return mutants;
  AddMasks(example, updated->message_type(), "", kMaskLevels, &mutants);
  return mutants;
}

std::vector<Mutant> WithLongDecomposedText(const Message& example) {
  std::vector<Mutant> mutants;
  const FieldDescriptor* request_id = example.GetDescriptor()->FindFieldByName("request_id");
  if (request_id == nullptr) return mutants;
  std::set<std::string> seen;
  for (const Place& place : PlacesOf(example, 0)) {
    if (place.field->type() != FieldDescriptor::TYPE_STRING || place.field->is_map() ||
        !IsFreeText(place.rules().form()) || !seen.insert(place.schema_path).second) {
      continue;
    }
    Mutant mutant;
    mutant.what = absl::StrCat(place.path, " = decomposed text");
    mutant.request = Copy(example);
    Message* message = place.Resolve(mutant.request.get());
    SetText(place.field, Repeat(kDecomposed, MaxLength(place)), message);
    mutant.request->GetReflection()->SetString(mutant.request.get(), request_id, "two words");
    mutant.field = "request_id";
    mutant.only = true;
    mutants.push_back(std::move(mutant));
  }
  return mutants;
}

}  // namespace banso::conformance

#include "tests/conformance/variants.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/field_mask.pb.h"
#include "tests/conformance/places.h"

namespace banso::conformance {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kSomeNumber = 77;
constexpr int kSomeYear = 2026;

const type::v1::FieldRules& FieldRulesOf(const FieldDescriptor* field) {
  return field->options().GetExtension(type::v1::rules);
}

bool IsMessage(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

bool IsResource(const FieldDescriptor* field) {
  return field->message_type()->options().HasExtension(type::v1::resource);
}

// A request that creates something names its id apart.
bool Creates(const Message& request) {
  for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
    const std::string& name = request.GetDescriptor()->field(i)->name();
    if (absl::EndsWith(name, "_id") && name != "request_id") return true;
  }
  return false;
}

void SetText(const Message& request, absl::string_view name, absl::string_view text, Message* to) {
  to->GetReflection()->SetString(to, request.GetDescriptor()->FindFieldByName(std::string(name)),
                                 std::string(text));
}

void Fill(const FieldDescriptor* field, Message* message);

void FillAll(Message* message) {
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    if (!IsMessage(field)) Fill(field, message);
  }
}

// Sets a field to some value; a list to one item.
void Fill(const FieldDescriptor* field, Message* message) {
  const Reflection* reflection = message->GetReflection();
  const bool list = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      list ? reflection->AddString(message, field, "set by the caller")
           : reflection->SetString(message, field, "set by the caller");
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      if (!list) reflection->SetBool(message, field, true);
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      list ? reflection->AddEnumValue(message, field, 1)
           : reflection->SetEnumValue(message, field, 1);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      if (!list) reflection->SetInt32(message, field, kSomeNumber);
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      if (!list) reflection->SetInt64(message, field, kSomeNumber);
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      if (!list) reflection->SetDouble(message, field, kSomeNumber);
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (!field->is_map()) {
        FillAll(list ? reflection->AddMessage(message, field)
                     : reflection->MutableMessage(message, field));
      }
      break;
    default:
      break;
  }
}

// Returns true if anything was set.
bool FillOutputOnly(Message* message) {
  bool filled = false;
  const Reflection* reflection = message->GetReflection();
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    if (FieldRulesOf(field).output_only()) {
      Fill(field, message);
      filled = true;
    } else if (IsMessage(field) && !field->is_map() && IsSet(*message, field)) {
      const int size = field->is_repeated() ? reflection->FieldSize(*message, field) : 1;
      for (int item = 0; item < size; ++item) {
        filled |= FillOutputOnly(field->is_repeated()
                                     ? reflection->MutableRepeatedMessage(message, field, item)
                                     : reflection->MutableMessage(message, field));
      }
    }
  }
  return filled;
}

std::string FormD(const std::string& text) {
  utf8proc_uint8_t* decomposed = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &decomposed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE));
  if (size < 0) return text;
  std::string result(reinterpret_cast<const char*>(decomposed), static_cast<size_t>(size));
  std::free(decomposed);
  return result;
}

bool IsFreeText(const Place& place) {
  return place.field->type() == FieldDescriptor::TYPE_STRING && !place.field->is_map() &&
         (place.rules().form() == type::v1::TEXT_FORM_UNSPECIFIED ||
          place.rules().form() == type::v1::TEXT_FORM_MULTILINE);
}

// Each makes the value of a field into another one of its kind, or returns false.
using Change = bool (*)(const Place& place, Message* message);

bool ChangeText(const Place& place, Message* message) {
  if (!IsFreeText(place) || place.field->is_repeated() || place.field->name() == "etag")
    return false;
  const Reflection* reflection = message->GetReflection();
  reflection->SetString(message, place.field,
                        absl::StrCat(reflection->GetString(*message, place.field), " too"));
  return true;
}

bool ChangeEnum(const Place& place, Message* message) {
  if (place.field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM || place.field->is_repeated()) {
    return false;
  }
  const Reflection* reflection = message->GetReflection();
  const int number = reflection->GetEnumValue(*message, place.field);
  reflection->SetEnumValue(message, place.field, number == 1 ? 2 : 1);
  return true;
}

bool ChangeDay(const Place& place, Message* message) {
  if (place.field->full_name() != "banso.type.v1.Date.day") return false;
  const Reflection* reflection = message->GetReflection();
  const int day = reflection->GetInt32(*message, place.field);
  reflection->SetInt32(message, place.field, day == 1 ? 2 : day - 1);
  return true;
}

// What has nothing else is about another resource then.
bool ChangeName(const Place& place, Message* message) {
  if (place.field->is_repeated()) return false;
  const Reflection* reflection = message->GetReflection();
  switch (place.rules().form()) {
    case type::v1::TEXT_FORM_ID:
    case type::v1::TEXT_FORM_RESOURCE_NAME:
      reflection->SetString(message, place.field,
                            absl::StrCat(reflection->GetString(*message, place.field), "x"));
      return true;
    case type::v1::TEXT_FORM_REVISION_NAME:
      reflection->SetString(
          message, place.field,
          absl::StrReplaceAll(reflection->GetString(*message, place.field), {{"@1", "@2"}}));
      return true;
    default:
      return false;
  }
}

// A text of the form that the rules ask for.
std::string SomeText(const FieldDescriptor* field) {
  if (field->name() == "order_by") return "name desc";
  switch (FieldRulesOf(field).form()) {
    case type::v1::TEXT_FORM_RESOURCE_NAME:
    case type::v1::TEXT_FORM_REVISION_NAME:
      return absl::StrReplaceAll(FieldRulesOf(field).resource(0),
                                 {{"{", ""}, {"}", ""}, {"_", "-"}});
    default:
      return "other";
  }
}

void SetSomeValue(const FieldDescriptor* field, Message* message);

// Sets what the message must have; everything where it must have nothing.
void SetSomeValues(Message* message) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    fields.push_back(message->GetDescriptor()->field(i));
  }
  const auto required = std::stable_partition(
      fields.begin(), fields.end(),
      [](const FieldDescriptor* field) { return FieldRulesOf(field).required(); });
  if (required != fields.begin()) fields.erase(required, fields.end());
  for (const FieldDescriptor* field : fields) SetSomeValue(field, message);
}

// Sets a field to some value that its rules allow; a list to one item.
void SetSomeValue(const FieldDescriptor* field, Message* message) {
  const Reflection* reflection = message->GetReflection();
  const bool list = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      list ? reflection->AddString(message, field, SomeText(field))
           : reflection->SetString(message, field, SomeText(field));
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      list ? reflection->AddEnumValue(message, field, 1)
           : reflection->SetEnumValue(message, field, 1);
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(message, field, true);
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      reflection->SetDouble(message, field, FieldRulesOf(field).max());
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection->SetInt32(message, field,
                           field->name() == "year"
                               ? kSomeYear
                               : std::max(1, static_cast<int>(FieldRulesOf(field).min())));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      reflection->SetInt64(message, field, 1);
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      SetSomeValues(list ? reflection->AddMessage(message, field)
                         : reflection->MutableMessage(message, field));
      break;
    default:
      break;
  }
}

bool IsImmutable(const Place& place) {
  return place.rules().immutable() && place.field->name() != "name";
}

MessagePtr With(Change change, const Message& request) {
  for (const Place& place : PlacesOf(request, 0)) {
    MessagePtr copy = Copy(request);
    Message* message = place.Resolve(copy.get());
    if (IsSet(*message, place.field) && change(place, message)) return copy;
  }
  return nullptr;
}

}  // namespace

MessagePtr WithRequestId(const Message& request, absl::string_view id) {
  if (request.GetDescriptor()->FindFieldByName("request_id") == nullptr) return nullptr;
  MessagePtr copy = Copy(request);
  SetText(request, "request_id", id, copy.get());
  return copy;
}

MessagePtr WithStaleEtag(const Message& request) {
  MessagePtr copy = Copy(request);
  if (request.GetDescriptor()->FindFieldByName("etag") != nullptr) {
    SetText(request, "etag", "stale", copy.get());
    return copy;
  }
  if (Creates(request)) return nullptr;
  for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = request.GetDescriptor()->field(i);
    if (!IsMessage(field) || field->is_repeated() || !IsResource(field)) continue;
    const FieldDescriptor* etag = field->message_type()->FindFieldByName("etag");
    if (etag == nullptr || FieldRulesOf(etag).output_only()) continue;
    Message* resource = copy->GetReflection()->MutableMessage(copy.get(), field);
    SetText(*resource, "etag", "stale", resource);
    return copy;
  }
  return nullptr;
}

MessagePtr WithOutputOnlySet(const Message& request) {
  MessagePtr copy = Copy(request);
  return FillOutputOnly(copy.get()) ? std::move(copy) : nullptr;
}

MessagePtr Decomposed(const Message& request) {
  MessagePtr copy = Copy(request);
  bool changed = false;
  for (const Place& place : PlacesOf(request, 0)) {
    if (!IsFreeText(place) || place.field->is_repeated()) continue;
    Message* message = place.Resolve(copy.get());
    const std::string text = message->GetReflection()->GetString(*message, place.field);
    const std::string decomposed = FormD(text);
    if (decomposed == text) continue;
    message->GetReflection()->SetString(message, place.field, decomposed);
    changed = true;
  }
  return changed ? std::move(copy) : nullptr;
}

MessagePtr WithOtherBody(const Message& request) {
  for (const Change change : {ChangeText, ChangeEnum, ChangeDay, ChangeName}) {
    MessagePtr other = With(change, request);
    if (other != nullptr) return other;
  }
  return nullptr;
}

std::vector<Changed> WithImmutableChanged(const Message& update, const Message& stored) {
  const FieldDescriptor* updated = UpdatedResource(update.GetDescriptor());
  const FieldDescriptor* mask = update.GetDescriptor()->FindFieldByName("update_mask");
  if (stored.GetDescriptor() != updated->message_type()) return {};
  MessagePtr whole = Copy(update);
  whole->GetReflection()->ClearField(whole.get(), mask);
  whole->GetReflection()->MutableMessage(whole.get(), updated)->CopyFrom(stored);
  std::vector<Changed> changed;
  for (const Place& place : PlacesOf(*whole, 0)) {
    if (place.outer.empty() || place.outer[0].field != updated || !IsImmutable(place)) continue;
    MessagePtr other = Copy(*whole);
    Message* message = place.Resolve(other.get());
    if (!IsSet(*message, place.field)) continue;
    if (ChangeText(place, message) || ChangeEnum(place, message) || ChangeName(place, message)) {
      changed.push_back({place.path, std::move(other)});
    }
    MessagePtr cleared = Copy(*whole);
    message = place.Resolve(cleared.get());
    message->GetReflection()->ClearField(message, place.field);
    google::protobuf::FieldMask paths;
    paths.add_paths(place.path.substr(place.path.find('.') + 1));
    cleared->GetReflection()->MutableMessage(cleared.get(), mask)->CopyFrom(paths);
    changed.push_back({place.path, std::move(cleared)});
  }
  return changed;
}

MessagePtr FirstOfAll(const Message& request) {
  MessagePtr first = Copy(request);
  const Reflection* reflection = first->GetReflection();
  for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = request.GetDescriptor()->field(i);
    if (field->name() == "page_size") {
      reflection->SetInt32(first.get(), field, 1);
    } else if (field->name() == "parent") {
      const auto& patterns = FieldRulesOf(field).resource();
      if (!absl::StrContains(*patterns.rbegin(), '{')) {
        reflection->SetString(first.get(), field, *patterns.rbegin());
      }
    } else if (!FieldRulesOf(field).required() && field->name() != "name") {
      reflection->ClearField(first.get(), field);
    }
  }
  return first;
}

std::vector<const FieldDescriptor*> FiltersOf(const google::protobuf::Descriptor* request) {
  std::vector<const FieldDescriptor*> filters;
  for (int i = 0; i < request->field_count(); ++i) {
    const FieldDescriptor* field = request->field(i);
    const std::string& name = field->name();
    if (!FieldRulesOf(field).required() && !absl::StartsWith(name, "page_") && name != "parent" &&
        name != "name") {
      filters.push_back(field);
    }
  }
  return filters;
}

std::vector<Changed> WithEachFilter(const Message& question, const Message& example) {
  std::vector<Changed> filtered;
  for (const FieldDescriptor* field : FiltersOf(question.GetDescriptor())) {
    MessagePtr other = Copy(question);
    if (IsSet(example, field)) {
      MessagePtr donor = Copy(example);
      other->GetReflection()->SwapFields(other.get(), donor.get(), {field});
    } else {
      SetSomeValue(field, other.get());
    }
    filtered.push_back({field->name(), std::move(other)});
  }
  return filtered;
}

std::string NextPageToken(const google::protobuf::MethodDescriptor* method,
                          const std::string& reply) {
  const FieldDescriptor* field = method->output_type()->FindFieldByName("next_page_token");
  const MessagePtr message(google::protobuf::MessageFactory::generated_factory()
                               ->GetPrototype(method->output_type())
                               ->New());
  if (field == nullptr || !message->ParseFromString(reply)) return "";
  return message->GetReflection()->GetString(*message, field);
}

MessagePtr WithPageToken(const Message& request, absl::string_view token) {
  MessagePtr copy = Copy(request);
  SetText(request, "page_token", token, copy.get());
  return copy;
}

void ClearOneTimeSecrets(Message* message) {
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    if (FieldRulesOf(field).sensitive() && FieldRulesOf(field).output_only()) {
      message->GetReflection()->ClearField(message, field);
    }
  }
}

}  // namespace banso::conformance

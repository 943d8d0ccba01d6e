#include "tests/conformance/variants.h"

#include <utf8proc.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/conformance/places.h"

namespace banso::conformance {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kSomeNumber = 77;

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

MessagePtr FirstOfAll(const Message& request) {
  MessagePtr first = Copy(request);
  const Reflection* reflection = first->GetReflection();
  for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = request.GetDescriptor()->field(i);
    if (field->name() == "page_size") {
      reflection->SetInt32(first.get(), field, 1);
    } else if (!FieldRulesOf(field).required()) {
      reflection->ClearField(first.get(), field);
    }
  }
  return first;
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

#include "common/storage/resource_fields.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/fingerprint.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"

namespace banso::storage {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* TextField(const Message& resource, const char* name) {
  const FieldDescriptor* field = resource.GetDescriptor()->FindFieldByName(name);
  const bool is_text = field != nullptr && !field->is_repeated() &&
                       field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return is_text ? field : nullptr;
}

const FieldDescriptor* MessageField(const Message& resource, const char* name,
                                    const Descriptor* type) {
  const FieldDescriptor* field = resource.GetDescriptor()->FindFieldByName(name);
  const bool is_message = field != nullptr && !field->is_repeated() &&
                          field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                          field->message_type() == type;
  return is_message ? field : nullptr;
}

std::string GetText(const Message& resource, const char* name) {
  const FieldDescriptor* field = TextField(resource, name);
  return field == nullptr ? "" : resource.GetReflection()->GetString(resource, field);
}

void SetText(Message& resource, const char* name, absl::string_view text) {
  if (const FieldDescriptor* field = TextField(resource, name)) {
    resource.GetReflection()->SetString(&resource, field, std::string(text));
  }
}

void SetTime(Message& resource, const char* name, absl::Time time) {
  using google::protobuf::Timestamp;
  if (const FieldDescriptor* field = MessageField(resource, name, Timestamp::descriptor())) {
    resource.GetReflection()
        ->MutableMessage(&resource, field)
        ->CopyFrom(calendar::ToTimestamp(time));
  }
}

}  // namespace

std::string NameOf(const Message& resource) { return GetText(resource, "name"); }
void SetName(Message& resource, absl::string_view name) { SetText(resource, "name", name); }

std::string EtagOf(const Message& resource) { return GetText(resource, "etag"); }
void SetEtag(Message& resource, absl::string_view etag) { SetText(resource, "etag", etag); }

std::optional<absl::Time> CreateTimeOf(const Message& resource) {
  using google::protobuf::Timestamp;
  const FieldDescriptor* field = MessageField(resource, "create_time", Timestamp::descriptor());
  if (field == nullptr || !resource.GetReflection()->HasField(resource, field)) return std::nullopt;
  Timestamp time;
  time.CopyFrom(resource.GetReflection()->GetMessage(resource, field));
  return calendar::ToTime(time);
}

void SetCreateTime(Message& resource, absl::Time time) { SetTime(resource, "create_time", time); }
void SetUpdateTime(Message& resource, absl::Time time) { SetTime(resource, "update_time", time); }

type::v1::Revision* MutableRevision(Message& resource) {
  const FieldDescriptor* field =
      MessageField(resource, "revision", type::v1::Revision::descriptor());
  if (field == nullptr) return nullptr;
  return static_cast<type::v1::Revision*>(
      resource.GetReflection()->MutableMessage(&resource, field));
}

std::string MakeEtag(int64_t revision, int64_t position) {
  return absl::StrCat(revision, "-", position);
}

bool SameContent(const Message& a, const Message& b) {
  const auto content = [](const Message& message) {
    const std::unique_ptr<Message> copy(message.New());
    copy->CopyFrom(message);
    ClearBookkeeping(*copy);
    return contract::DeterministicBytes(*copy);
  };
  return content(a) == content(b);
}

absl::Status ParseStored(absl::string_view data, Message& resource) {
  if (!resource.ParseFromArray(data.data(), static_cast<int>(data.size()))) {
    return contract::Error(absl::StatusCode::kDataLoss, "STORAGE_DAMAGED",
                           absl::StrCat("a stored ", resource.GetTypeName(), " cannot be read"));
  }
  return absl::OkStatus();
}

void ClearBookkeeping(Message& resource) {
  const google::protobuf::Reflection& reflection = *resource.GetReflection();
  for (const FieldDescriptor* field :
       {TextField(resource, "etag"),
        MessageField(resource, "create_time", google::protobuf::Timestamp::descriptor()),
        MessageField(resource, "update_time", google::protobuf::Timestamp::descriptor()),
        MessageField(resource, "revision", type::v1::Revision::descriptor())}) {
    if (field != nullptr) reflection.ClearField(&resource, field);
  }
}

}  // namespace banso::storage

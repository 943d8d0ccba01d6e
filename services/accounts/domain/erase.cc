#include "services/accounts/domain/erase.h"

#include <vector>

#include "banso/type/v1/rules.pb.h"
#include "common/contract/errors.h"
#include "google/protobuf/descriptor.h"

namespace banso::accounts {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Stands where a name is required.
constexpr char kNobody[] = "-";

}  // namespace

void ClearSensitive(Message* message) {
  const Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->options().GetExtension(type::v1::rules).sensitive()) {
      reflection->ClearField(message, field);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) {
      continue;
    } else if (!field->is_repeated()) {
      ClearSensitive(reflection->MutableMessage(message, field));
    } else {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        ClearSensitive(reflection->MutableRepeatedMessage(message, field, i));
      }
    }
  }
}

void ErasePerson(v1::Member* member) {
  ClearSensitive(member);
  member->clear_leaves();
  member->set_display_name(kNobody);
}

void ErasePerson(v1::Stakeholder* stakeholder) {
  ClearSensitive(stakeholder);
  stakeholder->clear_title();
  stakeholder->clear_commitment();
  stakeholder->clear_enthusiasm();
  stakeholder->set_display_name(kNobody);
}

absl::Status CheckNotErased(const std::string& name, bool is_erased) {
  if (!is_erased) return absl::OkStatus();
  return contract::FailedPrecondition(kReasonPersonErased, name, "the person has been erased",
                                      "Create the person anew where that is allowed");
}

}  // namespace banso::accounts

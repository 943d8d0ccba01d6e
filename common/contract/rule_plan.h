#ifndef BANSO_COMMON_CONTRACT_RULE_PLAN_H_
#define BANSO_COMMON_CONTRACT_RULE_PLAN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/resource_name.h"
#include "google/protobuf/descriptor.h"

// The rules of message types, read from the options once and laid out for checking. Used by
// field_rules.cc and field_mask.cc only.
namespace banso::contract::internal {

struct MessagePlan;

// How the values of a field are checked.
enum class ValueKind { kText, kFloating, kInteger, kEnum, kMessage, kUnchecked };

// What is checked of one field. For a map, everything but `key_form` is about its values.
struct FieldPlan {
  const google::protobuf::FieldDescriptor* field = nullptr;
  // Of a map: its entry's value; else the field itself.
  const google::protobuf::FieldDescriptor* value = nullptr;
  ValueKind kind = ValueKind::kUnchecked;
  bool repeated = false;
  bool required = false;
  bool output_only = false;
  bool sensitive = false;
  // Of a map with text keys: the form of its keys.
  std::optional<banso::type::v1::TextForm> key_form;
  banso::type::v1::TextForm form = banso::type::v1::TEXT_FORM_UNSPECIFIED;
  int64_t min_length = 0;
  int64_t max_length = 0;
  std::vector<NamePattern> patterns;
  std::optional<double> min;
  std::optional<double> max;
  int min_items = 0;
  int max_items = 0;
  const MessagePlan* message = nullptr;
};

// Types whose values obey a rule that no option can say.
enum class SpecialType { kNone, kDate, kTimestamp, kDuration };

// What is checked of a message, besides that its fields without any rule are left alone.
struct MessagePlan {
  const google::protobuf::Descriptor* descriptor = nullptr;
  std::vector<FieldPlan> fields;
  std::vector<const google::protobuf::OneofDescriptor*> required_oneofs;
  SpecialType special = SpecialType::kNone;
  // Of a request for a partial update: its mask and the resource that is updated.
  const google::protobuf::FieldDescriptor* update_mask = nullptr;
  const google::protobuf::FieldDescriptor* updated_resource = nullptr;
  // Rules of this type (not of those it contains) that make no sense.
  std::vector<std::string> faults;

  // Returns true if there is nothing to check in such a message itself.
  bool empty() const {
    return fields.empty() && required_oneofs.empty() && special == SpecialType::kNone;
  }
};

// A plan, and INTERNAL if the rules of its type or of a type in it make no sense.
struct CompiledRules {
  const MessagePlan* plan = nullptr;
  absl::Status status;
};

// Returns the plan of a type, compiling it at first use. Lives as long as the process.
// Thread-safe; the descriptor must be of the generated pool, or live as long.
const CompiledRules& RulesOf(const google::protobuf::Descriptor* descriptor);

// Returns the rules that the proto states for `field`.
const banso::type::v1::FieldRules& OptionsOf(const google::protobuf::FieldDescriptor* field);

// Returns true if `descriptor` is marked as a resource with a name.
bool IsResource(const google::protobuf::Descriptor* descriptor);

}  // namespace banso::contract::internal

#endif  // BANSO_COMMON_CONTRACT_RULE_PLAN_H_

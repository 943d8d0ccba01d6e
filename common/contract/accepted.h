#ifndef BANSO_COMMON_CONTRACT_ACCEPTED_H_
#define BANSO_COMMON_CONTRACT_ACCEPTED_H_

#include <string>

#include "absl/strings/string_view.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/rule_plan.h"
#include "google/protobuf/descriptor.h"

// What a field accepts: the test of a text's form, and the words in which violations say what
// would have been accepted. Used by field_rules.cc only.
namespace banso::contract::internal {

// Returns true if `text`, which is not empty, has this form; names must match the plan's patterns.
bool HasForm(const FieldPlan& plan, banso::type::v1::TextForm form, absl::string_view text);

// Returns true for forms that every text of its lengths has.
bool IsFreeText(banso::type::v1::TextForm form);

// Returns `value` as people write it: whole numbers without exponent or fraction.
std::string PrintNumber(double value);

// Each returns what is accepted, as it follows "accepted: ": of a text, a number, a list or map,
// an enum, a oneof, and of whatever the field holds.
std::string AcceptedText(const FieldPlan& plan, banso::type::v1::TextForm form);
std::string AcceptedNumber(const FieldPlan& plan);
std::string AcceptedItems(const FieldPlan& plan);
std::string AcceptedEnum(const google::protobuf::FieldDescriptor* field);
std::string AcceptedOneof(const google::protobuf::OneofDescriptor* oneof);
std::string AcceptedValue(const FieldPlan& plan);

}  // namespace banso::contract::internal

#endif  // BANSO_COMMON_CONTRACT_ACCEPTED_H_

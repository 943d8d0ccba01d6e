#include "common/contract/field_rules.h"

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "common/contract/accepted.h"
#include "common/contract/errors.h"
#include "common/contract/field_mask.h"
#include "common/contract/rule_plan.h"
#include "common/contract/text.h"
#include "common/status_macros.h"

namespace banso::contract {
namespace {

using banso::type::v1::TextForm;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using internal::AcceptedEnum;
using internal::AcceptedItems;
using internal::AcceptedNumber;
using internal::AcceptedOneof;
using internal::AcceptedText;
using internal::AcceptedValue;
using internal::FieldPlan;
using internal::HasForm;
using internal::IsFreeText;
using internal::MessagePlan;
using internal::PrintNumber;
using internal::SpecialType;
using internal::ValueKind;

constexpr int kMaxDepth = 50;
// Composition never makes one character out of more than this.
constexpr int64_t kMaxComposed = 4;
constexpr int64_t kMinSeconds = -62135596800;  // 0001-01-01T00:00:00Z
constexpr int64_t kMaxSeconds = 253402300799;  // 9999-12-31T23:59:59Z
constexpr int64_t kMaxDurationSeconds = 315576000000;
constexpr int kMaxNanos = 999999999;

// Where the checker is: a chain from the innermost field outwards, on the stack. It becomes a text
// only for a violation.
struct Place {
  const Place* outer = nullptr;
  const FieldDescriptor* field = nullptr;
  int index = -1;
  const std::string* key = nullptr;
  // The field, or one around it, is sensitive.
  bool sensitive = false;
};

std::string PathOf(const Place* place, absl::string_view prefix) {
  if (place == nullptr) return std::string(prefix);
  std::string path = PathOf(place->outer, prefix);
  absl::StrAppend(&path, path.empty() ? "" : ".", place->field->name());
  if (place->key != nullptr) {
    absl::StrAppend(&path, "[", place->sensitive ? kWithheld : Quote(*place->key), "]");
  } else if (place->index >= 0) {
    absl::StrAppend(&path, "[", place->index, "]");
  }
  return path;
}

int64_t GetInteger(const Reflection* reflection, const Message& message,
                   const FieldDescriptor* field, int index) {
  const bool item = index >= 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return item ? reflection->GetRepeatedInt32(message, field, index)
                  : reflection->GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return item ? reflection->GetRepeatedUInt32(message, field, index)
                  : reflection->GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<int64_t>(item ? reflection->GetRepeatedUInt64(message, field, index)
                                       : reflection->GetUInt64(message, field));
    default:
      return item ? reflection->GetRepeatedInt64(message, field, index)
                  : reflection->GetInt64(message, field);
  }
}

double GetFloating(const Reflection* reflection, const Message& message,
                   const FieldDescriptor* field, int index) {
  const bool item = index >= 0;
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
    return item ? reflection->GetRepeatedFloat(message, field, index)
                : reflection->GetFloat(message, field);
  }
  return item ? reflection->GetRepeatedDouble(message, field, index)
              : reflection->GetDouble(message, field);
}

// Walks a message along its plan.
class Checker {
 public:
  enum class Subject { kRequest, kStoredResource };

  Checker(Subject subject, absl::string_view prefix) : subject_(subject), prefix_(prefix) {}

  // `complete` is false in a partial update, where what is required may be left out.
  void CheckMessage(const MessagePlan& plan, Message* message, const Place* place, int depth,
                    bool complete) {
    if (depth > kMaxDepth) {
      Add(place, "", absl::StrCat("at most ", kMaxDepth, " levels of messages"), "TOO_DEEP");
      return;
    }
    const Reflection* reflection = message->GetReflection();
    for (const FieldPlan& field : plan.fields) {
      Place inner = {place, field.field};
      inner.sensitive = field.sensitive || (place != nullptr && place->sensitive);
      if (field.output_only) {
        if (subject_ == Subject::kRequest) reflection->ClearField(message, field.field);
      } else if (field.field->is_map()) {
        CheckMap(field, message, inner, depth, complete);
      } else if (field.repeated) {
        CheckList(field, message, inner, depth, complete);
      } else {
        const bool partial = field.field == plan.updated_resource;
        CheckSingle(field, message, inner, depth, complete && !partial, complete);
      }
    }
    if (complete) CheckOneofs(plan, *message, place);
    if (plan.special != SpecialType::kNone) CheckSpecial(plan, *message, place);
    if (plan.updated_resource != nullptr) CheckUpdate(plan, *message, place);
  }

  absl::Status ToStatus() const { return violations_.ToStatus(); }

 private:
  void Add(const Place* place, absl::string_view value, absl::string_view accepted,
           absl::string_view reason) {
    const bool withheld = place != nullptr && place->sensitive && !value.empty();
    violations_.Add(PathOf(place, prefix_), withheld ? kWithheld : value, accepted, reason);
  }

  // `inner_complete` holds for the message's own fields, `complete` for the field itself.
  void CheckSingle(const FieldPlan& plan, Message* message, const Place& place, int depth,
                   bool inner_complete, bool complete) {
    const Reflection* reflection = message->GetReflection();
    if (!reflection->HasField(*message, plan.field)) {
      if (plan.required && complete) Add(&place, "", AcceptedValue(plan), "REQUIRED");
      return;
    }
    if (plan.kind == ValueKind::kMessage) {
      CheckMessage(*plan.message, reflection->MutableMessage(message, plan.field), &place,
                   depth + 1, inner_complete);
    } else {
      CheckValue(plan, message, place, plan.required && complete);
    }
  }

  bool CheckSize(const FieldPlan& plan, int size, const Place& place, bool complete) {
    if (size == 0) {
      if (plan.required && complete) Add(&place, "", AcceptedValue(plan), "REQUIRED");
      return false;
    }
    if (size >= plan.min_items && size <= plan.max_items) return true;
    Add(&place, absl::StrCat(size, " items"), AcceptedItems(plan),
        size > plan.max_items ? "TOO_MANY_ITEMS" : "TOO_FEW_ITEMS");
    return size <= plan.max_items;
  }

  void CheckList(const FieldPlan& plan, Message* message, Place place, int depth, bool complete) {
    const Reflection* reflection = message->GetReflection();
    const int size = reflection->FieldSize(*message, plan.field);
    if (!CheckSize(plan, size, place, complete) || plan.kind == ValueKind::kUnchecked) return;
    const bool item_required = plan.required || !IsFreeText(plan.form);
    for (place.index = 0; place.index < size; ++place.index) {
      if (plan.kind == ValueKind::kMessage) {
        CheckMessage(*plan.message,
                     reflection->MutableRepeatedMessage(message, plan.field, place.index), &place,
                     depth + 1, true);
      } else {
        CheckValue(plan, message, place, item_required);
      }
    }
  }

  void CheckMap(const FieldPlan& plan, Message* message, Place place, int depth, bool complete) {
    const Reflection* reflection = message->GetReflection();
    const int size = reflection->FieldSize(*message, plan.field);
    if (!CheckSize(plan, size, place, complete)) return;
    if (plan.kind == ValueKind::kUnchecked && !plan.key_form.has_value()) return;
    const FieldDescriptor* key = plan.field->message_type()->map_key();
    std::string scratch;
    for (int i = 0; i < size; ++i) {
      Message* entry = reflection->MutableRepeatedMessage(message, plan.field, i);
      place.index = i;
      if (plan.key_form.has_value()) {
        CheckKey(plan, *plan.key_form, entry, key, place);
        place.key = &entry->GetReflection()->GetStringReference(*entry, key, &scratch);
      }
      CheckMapValue(plan, entry, place, depth);
      place.key = nullptr;
    }
  }

  void CheckMapValue(const FieldPlan& plan, Message* entry, const Place& place, int depth) {
    if (plan.kind == ValueKind::kMessage) {
      CheckMessage(*plan.message, entry->GetReflection()->MutableMessage(entry, plan.value), &place,
                   depth + 1, true);
    } else {
      CheckValue(plan, entry, place, plan.required || !IsFreeText(plan.form));
    }
  }

  // Keys are text of one line, or have the form of the map's keys.
  void CheckKey(const FieldPlan& plan, TextForm form, Message* entry, const FieldDescriptor* key,
                const Place& place) {
    FieldPlan key_plan;
    key_plan.max_length = plan.max_length;
    std::string scratch;
    const Reflection* reflection = entry->GetReflection();
    const std::string& text = reflection->GetStringReference(*entry, key, &scratch);
    if (text.empty()) {
      Add(&place, "", absl::StrCat("a key: ", AcceptedText(key_plan, form)), "REQUIRED");
      return;
    }
    std::optional<std::string> normal = CheckText(key_plan, form, text, place);
    if (normal.has_value()) reflection->SetString(entry, key, *std::move(normal));
  }

  // Checks a scalar: the field's own, or the item at `place.index` of a list.
  void CheckValue(const FieldPlan& plan, Message* message, const Place& place, bool required) {
    switch (plan.kind) {
      case ValueKind::kText:
        CheckTextField(plan, message, place, required);
        break;
      case ValueKind::kFloating:
        CheckFloating(plan, *message, place);
        break;
      case ValueKind::kInteger:
        CheckInteger(plan, *message, place);
        break;
      case ValueKind::kEnum:
        CheckEnum(plan, *message, place, required);
        break;
      default:
        break;
    }
  }

  void CheckTextField(const FieldPlan& plan, Message* message, const Place& place, bool required) {
    const Reflection* reflection = message->GetReflection();
    std::string scratch;
    const bool item = plan.value->is_repeated();
    const std::string& text =
        item ? reflection->GetRepeatedStringReference(*message, plan.value, place.index, &scratch)
             : reflection->GetStringReference(*message, plan.value, &scratch);
    if (text.empty()) {
      if (required) Add(&place, "", AcceptedText(plan, plan.form), "REQUIRED");
      return;
    }
    std::optional<std::string> normal = CheckText(plan, plan.form, text, place);
    if (!normal.has_value()) return;
    if (item) {
      reflection->SetRepeatedString(message, plan.value, place.index, *std::move(normal));
    } else {
      reflection->SetString(message, plan.value, *std::move(normal));
    }
  }

  // Returns the text in form C if it was accepted and is not in it already.
  std::optional<std::string> CheckText(const FieldPlan& plan, TextForm form, absl::string_view text,
                                       const Place& place) {
    TextScan scan = ScanText(text);
    const bool multiline = form == banso::type::v1::TEXT_FORM_MULTILINE;
    if (!scan.valid || scan.control || (scan.line_break && !multiline)) {
      Add(&place, text, AcceptedText(plan, form),
          !scan.valid    ? "INVALID_UTF8"
          : scan.control ? "CONTROL_CHARACTER"
                         : "LINE_BREAK");
      return std::nullopt;
    }
    std::optional<std::string> normal;
    if (!scan.normal && scan.characters <= kMaxComposed * plan.max_length) {
      std::string composed = NormalizeText(text);
      if (composed != text) {
        normal = std::move(composed);
        text = *normal;
        scan = ScanText(text);
      }
    }
    if (scan.characters < plan.min_length || scan.characters > plan.max_length) {
      Add(&place, text, AcceptedText(plan, form),
          scan.characters > plan.max_length ? "TOO_LONG" : "TOO_SHORT");
      return std::nullopt;
    }
    if (!HasForm(plan, form, text)) {
      Add(&place, text, AcceptedText(plan, form), "FORM");
      return std::nullopt;
    }
    return normal;
  }

  void CheckFloating(const FieldPlan& plan, const Message& message, const Place& place) {
    const int index = plan.value->is_repeated() ? place.index : -1;
    const double value = GetFloating(message.GetReflection(), message, plan.value, index);
    if (!std::isfinite(value)) {
      Add(&place, PrintNumber(value), AcceptedNumber(plan), "NOT_FINITE");
    } else if (value < plan.min.value_or(value) || value > plan.max.value_or(value)) {
      Add(&place, PrintNumber(value), AcceptedNumber(plan), "OUT_OF_RANGE");
    }
  }

  void CheckInteger(const FieldPlan& plan, const Message& message, const Place& place) {
    if (!plan.min.has_value() && !plan.max.has_value()) return;
    const int index = plan.value->is_repeated() ? place.index : -1;
    const int64_t value = GetInteger(message.GetReflection(), message, plan.value, index);
    const auto number = static_cast<double>(value);
    if (number < plan.min.value_or(number) || number > plan.max.value_or(number)) {
      Add(&place, absl::StrCat(value), AcceptedNumber(plan), "OUT_OF_RANGE");
    }
  }

  void CheckEnum(const FieldPlan& plan, const Message& message, const Place& place, bool required) {
    const Reflection* reflection = message.GetReflection();
    const int number = plan.value->is_repeated()
                           ? reflection->GetRepeatedEnumValue(message, plan.value, place.index)
                           : reflection->GetEnumValue(message, plan.value);
    if (number == 0) {
      if (required) Add(&place, "", AcceptedEnum(plan.value), "REQUIRED");
    } else if (plan.value->enum_type()->FindValueByNumber(number) == nullptr) {
      Add(&place, absl::StrCat(number), AcceptedEnum(plan.value), "UNKNOWN_VALUE");
    }
  }

  void CheckOneofs(const MessagePlan& plan, const Message& message, const Place* place) {
    for (const auto* oneof : plan.required_oneofs) {
      if (!message.GetReflection()->HasOneof(message, oneof)) {
        Add(place, "", AcceptedOneof(oneof), "REQUIRED");
      }
    }
  }

  void CheckSpecial(const MessagePlan& plan, const Message& message, const Place* place) {
    const Reflection* reflection = message.GetReflection();
    const auto number = [&](int field) {
      return GetInteger(reflection, message, plan.descriptor->FindFieldByNumber(field), -1);
    };
    if (plan.special == SpecialType::kDate) {
      const int64_t year = number(1);
      const int64_t month = number(2);
      const int64_t day = number(3);
      const bool in_range = month >= 1 && month <= 12 && day >= 1 && day <= 31;
      if (in_range && absl::CivilDay(year, month, day).day() != day) {
        Add(place, absl::StrCat(year, "-", month, "-", day), "a day that exists", "NO_SUCH_DAY");
      }
      return;
    }
    const bool timestamp = plan.special == SpecialType::kTimestamp;
    const int64_t seconds = number(1);
    const int64_t nanos = number(2);
    const bool in_range = timestamp
                              ? seconds >= kMinSeconds && seconds <= kMaxSeconds && nanos >= 0
                              : seconds >= -kMaxDurationSeconds && seconds <= kMaxDurationSeconds &&
                                    !(seconds > 0 && nanos < 0) && !(seconds < 0 && nanos > 0);
    if (!in_range || std::abs(nanos) > kMaxNanos) {
      Add(place, absl::StrCat(seconds, " s ", nanos, " ns"),
          timestamp ? "a time from 0001-01-01 to 9999-12-31, with 0 to 999,999,999 ns"
                    : "at most 10,000 years, both parts of the same sign",
          "OUT_OF_RANGE");
    }
  }

  // An update says which resource it is about, and its mask what it may change.
  void CheckUpdate(const MessagePlan& plan, const Message& message, const Place* place) {
    const Reflection* reflection = message.GetReflection();
    Place resource = {place, plan.updated_resource};
    const FieldDescriptor* name = plan.updated_resource->message_type()->FindFieldByName("name");
    if (name != nullptr && reflection->HasField(message, plan.updated_resource)) {
      const Message& patch = reflection->GetMessage(message, plan.updated_resource);
      const Place name_place = {&resource, name};
      if (!patch.GetReflection()->HasField(patch, name)) {
        Add(&name_place, "", "the name of the resource to update", "REQUIRED");
      }
    }
    if (!reflection->HasField(message, plan.update_mask)) return;
    const Place mask_place = {place, plan.update_mask};
    google::protobuf::FieldMask mask;
    mask.CopyFrom(reflection->GetMessage(message, plan.update_mask));
    violations_.AddAll(
        "", CheckMask(mask, plan.updated_resource->message_type(), PathOf(&mask_place, prefix_)));
  }

  const Subject subject_;
  const absl::string_view prefix_;
  Violations violations_;
};

absl::Status Run(Checker::Subject subject, absl::string_view prefix, Message* message) {
  const internal::CompiledRules& rules = internal::RulesOf(message->GetDescriptor());
  BANSO_RETURN_IF_ERROR(rules.status);
  Checker checker(subject, prefix);
  checker.CheckMessage(*rules.plan, message, nullptr, 1, true);
  return checker.ToStatus();
}

}  // namespace

absl::Status Check(Message* request) { return Run(Checker::Subject::kRequest, "", request); }

absl::Status CheckResource(absl::string_view field, Message* resource) {
  return Run(Checker::Subject::kStoredResource, field, resource);
}

absl::Status CompileRules(const google::protobuf::Descriptor* descriptor) {
  return internal::RulesOf(descriptor).status;
}

void ClearSensitive(Message* message) {
  const Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (internal::OptionsOf(field).sensitive()) {
      reflection->ClearField(message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
        ClearSensitive(reflection->MutableRepeatedMessage(message, field, i));
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ClearSensitive(reflection->MutableMessage(message, field));
    }
  }
}

}  // namespace banso::contract

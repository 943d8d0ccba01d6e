#include "common/contract/rule_plan.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/contract/errors.h"

namespace banso::contract::internal {
namespace {

using banso::type::v1::FieldRules;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr int kDefaultMaxLength = 4000;
constexpr int kDefaultMaxItems = 1000;

ValueKind KindOf(const FieldDescriptor* value) {
  switch (value->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return value->type() == FieldDescriptor::TYPE_STRING ? ValueKind::kText
                                                           : ValueKind::kUnchecked;
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return ValueKind::kFloating;
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return ValueKind::kInteger;
    case FieldDescriptor::CPPTYPE_ENUM:
      return ValueKind::kEnum;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ValueKind::kMessage;
    case FieldDescriptor::CPPTYPE_BOOL:
      return ValueKind::kUnchecked;
  }
  return ValueKind::kUnchecked;
}

bool IsNumber(ValueKind kind) {
  return kind == ValueKind::kFloating || kind == ValueKind::kInteger;
}

bool HoldsName(const FieldRules& rules) {
  return rules.form() == banso::type::v1::TEXT_FORM_RESOURCE_NAME ||
         rules.form() == banso::type::v1::TEXT_FORM_REVISION_NAME;
}

// Appends one sentence for each rule that cannot apply to the field.
void FindFaults(const FieldPlan& plan, const FieldRules& rules, std::vector<std::string>& faults) {
  const auto fault = [&](bool is_fault, absl::string_view what) {
    if (is_fault) faults.push_back(absl::StrCat(plan.field->full_name(), ": ", what));
  };
  const bool text = plan.kind == ValueKind::kText;
  fault(!text && (rules.min_length() != 0 || rules.max_length() != 0 || rules.form() != 0),
        "lengths and forms are for text");
  fault(!IsNumber(plan.kind) && (rules.has_min() || rules.has_max()),
        "min and max are for numbers");
  fault(!plan.repeated && (rules.min_items() != 0 || rules.max_items() != 0),
        "numbers of items are for lists and maps");
  fault(rules.resource_size() > 0 && !HoldsName(rules),
        "resource goes with the forms RESOURCE_NAME and REVISION_NAME");
  fault(rules.required() && rules.output_only(), "what the server sets cannot be required");
  fault(rules.min_length() > plan.max_length || rules.min_length() < 0 || plan.max_length < 0,
        "no length is accepted");
  fault(rules.has_min() && rules.has_max() && rules.min() > rules.max(), "no number is accepted");
  fault(rules.min_items() > plan.max_items || rules.min_items() < 0 || plan.max_items < 0,
        "no number of items is accepted");
}

FieldPlan PlanField(const FieldDescriptor* field, std::vector<std::string>& faults) {
  const FieldRules& rules = OptionsOf(field);
  FieldPlan plan;
  plan.field = field;
  plan.value = field->is_map() ? field->message_type()->map_value() : field;
  plan.kind = KindOf(plan.value);
  plan.repeated = field->is_repeated();
  plan.required = rules.required();
  plan.output_only = rules.output_only();
  plan.sensitive = rules.sensitive();
  plan.form = rules.form();
  plan.min_length = rules.min_length();
  plan.max_length = rules.max_length() != 0 ? rules.max_length() : kDefaultMaxLength;
  if (rules.has_min()) plan.min = rules.min();
  if (rules.has_max()) plan.max = rules.max();
  plan.min_items = rules.min_items();
  plan.max_items = rules.max_items() != 0 ? rules.max_items() : kDefaultMaxItems;
  if (field->is_map() && field->message_type()->map_key()->type() == FieldDescriptor::TYPE_STRING) {
    const bool localized = field->containing_type()->full_name() == "banso.type.v1.LocalizedText";
    plan.key_form =
        localized ? banso::type::v1::TEXT_FORM_LANGUAGE : banso::type::v1::TEXT_FORM_UNSPECIFIED;
  }
  for (const std::string& text : rules.resource()) {
    absl::StatusOr<NamePattern> pattern = NamePattern::Parse(text);
    if (pattern.ok()) {
      plan.patterns.push_back(*std::move(pattern));
    } else {
      faults.push_back(absl::StrCat(field->full_name(), ": ", pattern.status().message()));
    }
  }
  FindFaults(plan, rules, faults);
  return plan;
}

SpecialType SpecialOf(const Descriptor* descriptor) {
  if (descriptor->full_name() == "banso.type.v1.Date") return SpecialType::kDate;
  if (descriptor->full_name() == "google.protobuf.Timestamp") return SpecialType::kTimestamp;
  if (descriptor->full_name() == "google.protobuf.Duration") return SpecialType::kDuration;
  return SpecialType::kNone;
}

// Finds the mask and the resource of a request for a partial update.
void PlanUpdate(MessagePlan& plan) {
  const FieldDescriptor* mask = plan.descriptor->FindFieldByName("update_mask");
  if (mask == nullptr || mask->is_repeated() || mask->message_type() == nullptr ||
      mask->message_type()->full_name() != "google.protobuf.FieldMask") {
    return;
  }
  for (int i = 0; i < plan.descriptor->field_count(); ++i) {
    const FieldDescriptor* field = plan.descriptor->field(i);
    if (!field->is_repeated() && field->message_type() != nullptr &&
        IsResource(field->message_type())) {
      plan.update_mask = mask;
      plan.updated_resource = field;
      return;
    }
  }
  plan.faults.push_back(absl::StrCat(mask->full_name(), ": the request holds no resource"));
}

// All plans of the process.
class PlanCache {
 public:
  const CompiledRules& Of(const Descriptor* descriptor) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = roots_.find(descriptor);
      if (found != roots_.end()) return *found->second;
    }
    const std::unique_lock lock(mutex_);
    auto& root = roots_[descriptor];
    if (root == nullptr) {
      std::vector<MessagePlan*> fresh;
      MessagePlan* const plan = Compile(descriptor, fresh);
      Prune(fresh);
      root = std::make_unique<CompiledRules>(CompiledRules{plan, StatusOf(plan)});
    }
    return *root;
  }

 private:
  // Compiles a type and those it contains, `fresh` collecting the new plans. A type that contains
  // itself finds the plan that is being made.
  MessagePlan* Compile(const Descriptor* descriptor, std::vector<MessagePlan*>& fresh) {
    auto& slot = plans_[descriptor];
    if (slot != nullptr) return slot.get();
    slot = std::make_unique<MessagePlan>();
    MessagePlan* const plan = slot.get();
    fresh.push_back(plan);
    plan->descriptor = descriptor;
    plan->special = SpecialOf(descriptor);
    for (int i = 0; i < descriptor->field_count(); ++i) {
      FieldPlan field = PlanField(descriptor->field(i), plan->faults);
      if (field.kind == ValueKind::kMessage) {
        field.message = Compile(field.value->message_type(), fresh);
      }
      plan->fields.push_back(std::move(field));
    }
    for (int i = 0; i < descriptor->real_oneof_decl_count(); ++i) {
      const auto* oneof = descriptor->oneof_decl(i);
      if (oneof->options().GetExtension(banso::type::v1::oneof_rules).required()) {
        plan->required_oneofs.push_back(oneof);
      }
    }
    PlanUpdate(*plan);
    return plan;
  }

  // Returns true if there is something to check in the field, given the types that are known to
  // have something to check.
  static bool IsActive(const FieldPlan& field,
                       const absl::flat_hash_set<const MessagePlan*>& active) {
    if (field.repeated || field.required || field.output_only) return true;
    if (field.kind == ValueKind::kMessage) return active.contains(field.message);
    if (field.kind == ValueKind::kInteger) return field.min.has_value() || field.max.has_value();
    return field.kind != ValueKind::kUnchecked;
  }

  // Takes out the fields that need no look. Types may contain each other, so the set of those with
  // something to check grows until nothing is added any more.
  void Prune(const std::vector<MessagePlan*>& fresh) {
    absl::flat_hash_set<const MessagePlan*> active;
    for (const auto& [descriptor, plan] : plans_) {
      const bool is_fresh = std::find(fresh.begin(), fresh.end(), plan.get()) != fresh.end();
      const bool itself = plan->special != SpecialType::kNone || !plan->required_oneofs.empty() ||
                          !plan->faults.empty();
      if (itself || (!is_fresh && !plan->fields.empty())) active.insert(plan.get());
    }
    for (size_t before = active.size() + 1; before != active.size();) {
      before = active.size();
      for (const MessagePlan* plan : fresh) {
        for (const FieldPlan& field : plan->fields) {
          if (IsActive(field, active)) active.insert(plan);
        }
      }
    }
    for (MessagePlan* plan : fresh) {
      std::erase_if(plan->fields,
                    [&active](const FieldPlan& field) { return !IsActive(field, active); });
    }
  }

  static absl::Status StatusOf(const MessagePlan* root) {
    std::vector<std::string> faults;
    absl::flat_hash_set<const MessagePlan*> seen = {root};
    std::vector<const MessagePlan*> open = {root};
    while (!open.empty()) {
      const MessagePlan* plan = open.back();
      open.pop_back();
      faults.insert(faults.end(), plan->faults.begin(), plan->faults.end());
      for (const FieldPlan& field : plan->fields) {
        if (field.message != nullptr && seen.insert(field.message).second) {
          open.push_back(field.message);
        }
      }
    }
    if (faults.empty()) return absl::OkStatus();
    return Internal(absl::StrCat("rules that make no sense: ", absl::StrJoin(faults, "; ")));
  }

  std::shared_mutex mutex_;
  absl::flat_hash_map<const Descriptor*, std::unique_ptr<MessagePlan>> plans_;
  absl::flat_hash_map<const Descriptor*, std::unique_ptr<CompiledRules>> roots_;
};

}  // namespace

const CompiledRules& RulesOf(const Descriptor* descriptor) {
  static PlanCache* const cache = new PlanCache;
  return cache->Of(descriptor);
}

const FieldRules& OptionsOf(const FieldDescriptor* field) {
  return field->options().GetExtension(banso::type::v1::rules);
}

bool IsResource(const Descriptor* descriptor) {
  return !descriptor->options().GetExtension(banso::type::v1::resource).pattern().empty();
}

}  // namespace banso::contract::internal

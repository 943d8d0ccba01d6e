#include "common/contract/field_mask.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/contract/rule_plan.h"
#include "common/status_macros.h"
#include "google/protobuf/util/message_differencer.h"

namespace banso::contract {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::Reflection;
using internal::OptionsOf;

constexpr char kEverything[] = "*";
constexpr int kMaxPathLength = 500;
constexpr int kMaxNamesListed = 30;

std::string FieldNames(const Descriptor* descriptor) {
  std::vector<absl::string_view> names;
  for (int i = 0; i < std::min(descriptor->field_count(), kMaxNamesListed); ++i) {
    if (!OptionsOf(descriptor->field(i)).output_only()) {
      names.push_back(descriptor->field(i)->name());
    }
  }
  return absl::StrCat("fields of ", descriptor->name(), ": ", absl::StrJoin(names, ", "));
}

bool IsMessage(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated();
}

// Adds a violation unless `path` names something that a caller may write.
void CheckPath(absl::string_view path, const Descriptor* descriptor, absl::string_view place,
               Violations& violations) {
  if (path.size() > kMaxPathLength) {
    violations.Add(place, path, absl::StrCat("at most ", kMaxPathLength, " bytes"), "TOO_LONG");
    return;
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '.');
  for (size_t i = 0; i < parts.size(); ++i) {
    const FieldDescriptor* field = descriptor->FindFieldByName(std::string(parts[i]));
    if (field == nullptr) {
      violations.Add(place, path, FieldNames(descriptor), "UNKNOWN_FIELD");
      return;
    }
    if (OptionsOf(field).output_only()) {
      violations.Add(place, path, "fields that the server does not set itself", "OUTPUT_ONLY");
      return;
    }
    if (i + 1 == parts.size()) return;
    if (!IsMessage(field)) {
      violations.Add(
          place, path,
          absl::StrCat(absl::StrJoin(parts.begin(), parts.begin() + i + 1, "."), " as a whole"),
          "NO_FIELDS_INSIDE");
      return;
    }
    descriptor = field->message_type();
  }
}

// Makes a stored resource into what an update says, field by field. Values are swapped out of a
// copy of the patch.
class Merger {
 public:
  explicit Merger(absl::string_view resource_field) : resource_field_(resource_field) {}

  void MergeSetFields(Message* patch, Message* target) {
    std::vector<const FieldDescriptor*> fields;
    patch->GetReflection()->ListFields(*patch, &fields);
    for (const FieldDescriptor* field : fields) MergeRootField(field, patch, target);
  }

  void MergeAllFields(Message* patch, Message* target) {
    for (int i = 0; i < patch->GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = patch->GetDescriptor()->field(i);
      if (!IsLeftAlone(*patch, field)) MergeRootField(field, patch, target);
    }
  }

  // `path` has passed CheckPath.
  void MergePath(absl::string_view path, Message* patch, Message* target) {
    const std::vector<std::string> parts = absl::StrSplit(path, '.');
    std::string place = resource_field_;
    for (size_t i = 0; i + 1 < parts.size(); ++i) {
      const FieldDescriptor* field = patch->GetDescriptor()->FindFieldByName(parts[i]);
      const Reflection* reflection = patch->GetReflection();
      if (!reflection->HasField(*patch, field) && !reflection->HasField(*target, field)) return;
      absl::StrAppend(&place, place.empty() ? "" : ".", field->name());
      if (OptionsOf(field).immutable()) return MergeField(field, place, patch, target);
      patch = reflection->MutableMessage(patch, field);
      target = reflection->MutableMessage(target, field);
    }
    const FieldDescriptor* field = patch->GetDescriptor()->FindFieldByName(parts.back());
    if (parts.size() == 1) return MergeRootField(field, patch, target);
    MergeField(field, absl::StrCat(place, place.empty() ? "" : ".", field->name()), patch, target);
  }

  const Violations& violations() const { return violations_; }

 private:
  static bool IsSet(const Message& message, const FieldDescriptor* field) {
    return field->is_repeated() ? message.GetReflection()->FieldSize(message, field) > 0
                                : message.GetReflection()->HasField(message, field);
  }

  // Returns true for a field that a replacement of the whole message passes over: the other
  // members of a oneof that is set, and what can only be set at creation and is not repeated now.
  static bool IsLeftAlone(const Message& patch, const FieldDescriptor* field) {
    if (IsSet(patch, field)) return false;
    const auto* oneof = field->real_containing_oneof();
    return OptionsOf(field).immutable() ||
           (oneof != nullptr && patch.GetReflection()->HasOneof(patch, oneof));
  }

  void MergeRootField(const FieldDescriptor* field, Message* patch, Message* target) {
    if (field->name() == "name" || field->name() == "etag") return;
    MergeField(field,
               absl::StrCat(resource_field_, resource_field_.empty() ? "" : ".", field->name()),
               patch, target);
  }

  // Replaces one field of `target` by that of `patch`.
  void MergeField(const FieldDescriptor* field, const std::string& place, Message* patch,
                  Message* target) {
    const auto& rules = OptionsOf(field);
    if (rules.output_only()) return;
    if (rules.immutable()) {
      if (!google::protobuf::util::MessageDifferencer().CompareWithFields(*patch, *target, {field},
                                                                          {field})) {
        violations_.Add(place, "", "the value it was created with", "IMMUTABLE");
      }
      return;
    }
    const Reflection* reflection = target->GetReflection();
    const bool is_set = IsSet(*patch, field);
    if (is_set && IsMessage(field) && IsSet(*target, field)) {
      ReplaceMessage(place, reflection->MutableMessage(patch, field),
                     reflection->MutableMessage(target, field));
    } else if (is_set) {
      // The swap takes a oneof as a whole; what comes back must not count as the patch's.
      reflection->SwapFields(target, patch, {field});
      reflection->ClearField(patch, field);
      const auto* oneof = field->real_containing_oneof();
      if (oneof != nullptr) reflection->ClearOneof(patch, oneof);
    } else if (IsSet(*target, field)) {
      reflection->ClearField(target, field);
    }
  }

  // Replaces what a caller may write in a message that both have.
  void ReplaceMessage(const std::string& place, Message* patch, Message* target) {
    for (int i = 0; i < patch->GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = patch->GetDescriptor()->field(i);
      if (IsLeftAlone(*patch, field)) continue;
      MergeField(field, absl::StrCat(place, ".", field->name()), patch, target);
    }
  }

  const std::string resource_field_;
  Violations violations_;
};

}  // namespace

absl::Status CheckMask(const FieldMask& mask, const Descriptor* descriptor,
                       absl::string_view mask_field) {
  Violations violations;
  for (int i = 0; i < mask.paths_size(); ++i) {
    if (mask.paths(i) == kEverything) continue;
    CheckPath(mask.paths(i), descriptor, absl::StrCat(mask_field, ".paths[", i, "]"), violations);
  }
  return violations.ToStatus();
}

absl::Status ApplyMask(const FieldMask& mask, const Message& patch, absl::string_view field,
                       Message* target) {
  BANSO_CHECK(patch.GetDescriptor() == target->GetDescriptor());
  BANSO_RETURN_IF_ERROR(CheckMask(mask, target->GetDescriptor()));
  const std::unique_ptr<Message> source(patch.New());
  source->CopyFrom(patch);
  const std::unique_ptr<Message> merged(target->New());
  merged->CopyFrom(*target);

  Merger merger(field);
  const auto& paths = mask.paths();
  if (paths.empty()) {
    merger.MergeSetFields(source.get(), merged.get());
  } else if (std::find(paths.begin(), paths.end(), kEverything) != paths.end()) {
    merger.MergeAllFields(source.get(), merged.get());
  } else {
    std::string last;
    for (const std::string& path : std::set<std::string>(paths.begin(), paths.end())) {
      // In this order a field comes directly before the fields in it.
      if (!last.empty() && absl::StartsWith(path, absl::StrCat(last, "."))) continue;
      merger.MergePath(path, source.get(), merged.get());
      last = path;
    }
  }
  Violations violations = merger.violations();
  const absl::Status checked = CheckResource(field, merged.get());
  if (absl::IsInternal(checked)) return checked;
  violations.AddAll("", checked);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  target->GetReflection()->Swap(target, merged.get());
  return absl::OkStatus();
}

}  // namespace banso::contract

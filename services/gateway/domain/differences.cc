#include "services/gateway/domain/differences.h"

#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/contract/json.h"
#include "common/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/gateway/domain/program_parts.h"

namespace banso::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using google::protobuf::util::MessageDifferencer;
using Step = MessageDifferencer::SpecificField;

enum class Side { kBefore, kAfter };

// The field that tells the items of a list apart; null when only their place does.
const FieldDescriptor* KeyOf(const Descriptor* item) {
  if (item == nullptr) return nullptr;
  for (const char* name : {"key", "id", "value", "name"}) {
    const FieldDescriptor* field = item->FindFieldByName(name);
    if (field != nullptr && !field->is_repeated() &&
        field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      return field;
    }
  }
  return nullptr;
}

// Makes `differencer` find the items of lists by their keys, in messages of `type` and in all that
// are in them.
void MatchItemsByKey(const Descriptor* type, std::set<const Descriptor*>* seen,
                     MessageDifferencer* differencer) {
  if (!seen->insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->message_type() == nullptr) continue;
    const FieldDescriptor* key = KeyOf(field->message_type());
    if (field->is_repeated() && !field->is_map() && key != nullptr) {
      differencer->TreatAsMap(field, key);
    }
    MatchItemsByKey(field->message_type(), seen, differencer);
  }
}

std::string ScalarText(const Message& message, const FieldDescriptor* field, int index) {
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    std::string scratch;
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    return field->is_repeated()
               ? reflection.GetRepeatedStringReference(message, field, index, &scratch)
               : reflection.GetStringReference(message, field, &scratch);
  }
  std::string text;
  TextFormat::PrintFieldValueToString(message, field, index, &text);
  return text;
}

std::string JsonText(const Message& message) {
  const absl::StatusOr<std::string> json = contract::ToJson(message, {.proto_names = true});
  BANSO_CHECK(json.ok());
  return *json;
}

// Collects what a MessageDifferencer finds.
class Collector : public MessageDifferencer::Reporter {
 public:
  Collector(const Message& before, const Message& after, std::vector<v1::Difference>* differences)
      : before_(before), after_(after), differences_(*differences) {}

  // The messages that are given hold the field; paths begin at the top.
  void ReportAdded(const Message& /*holder*/, const Message& /*holder*/,
                   const std::vector<Step>& path) override {
    Add(v1::DIFFERENCE_KIND_ADDED, Side::kAfter, path)->set_after(Value(Side::kAfter, path));
  }

  void ReportDeleted(const Message& /*holder*/, const Message& /*holder*/,
                     const std::vector<Step>& path) override {
    Add(v1::DIFFERENCE_KIND_REMOVED, Side::kBefore, path)->set_before(Value(Side::kBefore, path));
  }

  void ReportModified(const Message& /*holder*/, const Message& /*holder*/,
                      const std::vector<Step>& path) override {
    // Of a message that is other, what is other in it has been told.
    if (path.back().field->message_type() != nullptr) return;
    v1::Difference* difference = Add(v1::DIFFERENCE_KIND_CHANGED, Side::kAfter, path);
    difference->set_before(Value(Side::kBefore, path));
    difference->set_after(Value(Side::kAfter, path));
  }

  // An item has another index: because others came or went, or because the order is another.
  void ReportMoved(const Message& /*holder*/, const Message& /*holder*/,
                   const std::vector<Step>& path) override {
    const std::vector<std::string> before = Keys(Side::kBefore, path);
    const std::vector<std::string> after = Keys(Side::kAfter, path);
    if (Common(before, after) == Common(after, before)) return;
    const std::string list = PathText(Side::kAfter, path, /*with_item=*/false);
    if (!reordered_.insert(list).second) return;
    v1::Difference& difference = differences_.emplace_back();
    difference.set_kind(v1::DIFFERENCE_KIND_REORDERED);
    difference.set_path(list);
    difference.set_before(absl::StrJoin(before, ", "));
    difference.set_after(absl::StrJoin(after, ", "));
  }

 private:
  static int Index(const Step& step, Side side) {
    return side == Side::kBefore ? step.index : step.new_index;
  }

  // The message that the step leads to.
  static const Message& Follow(const Message& message, const Step& step, Side side) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    return step.field->is_repeated()
               ? reflection.GetRepeatedMessage(message, step.field, Index(step, side))
               : reflection.GetMessage(message, step.field);
  }

  // The message that holds what `path` ends with.
  const Message& Holder(Side side, const std::vector<Step>& path) const {
    const Message* message = &Top(side);
    for (size_t i = 0; i + 1 < path.size(); ++i) message = &Follow(*message, path[i], side);
    return *message;
  }

  std::string Value(Side side, const std::vector<Step>& path) const {
    const Message& holder = Holder(side, path);
    const Step& last = path.back();
    if (last.field->message_type() != nullptr) return JsonText(Follow(holder, last, side));
    return ScalarText(holder, last.field, last.field->is_repeated() ? Index(last, side) : -1);
  }

  // The keys of the list that `path` ends in.
  std::vector<std::string> Keys(Side side, const std::vector<Step>& path) const {
    const Message& holder = Holder(side, path);
    const FieldDescriptor* list = path.back().field;
    const FieldDescriptor* key = KeyOf(list->message_type());
    std::vector<std::string> keys;
    if (key == nullptr) return keys;
    const google::protobuf::Reflection& reflection = *holder.GetReflection();
    for (int i = 0; i < reflection.FieldSize(holder, list); ++i) {
      keys.push_back(ScalarText(reflection.GetRepeatedMessage(holder, list, i), key, -1));
    }
    return keys;
  }

  // Those of `keys` that are in `others` too.
  static std::vector<std::string> Common(const std::vector<std::string>& keys,
                                         const std::vector<std::string>& others) {
    const std::set<std::string> known(others.begin(), others.end());
    std::vector<std::string> common;
    for (const std::string& key : keys) {
      if (known.count(key) > 0) common.push_back(key);
    }
    return common;
  }

  // How an item of a list is called: by its key, and `key#2` when it is the second with that key.
  static std::string ItemText(const Message& holder, const FieldDescriptor* list, int index) {
    const FieldDescriptor* key = KeyOf(list->message_type());
    if (key == nullptr) return absl::StrCat(index);
    const auto key_of = [&](int i) {
      return ScalarText(holder.GetReflection()->GetRepeatedMessage(holder, list, i), key, -1);
    };
    const std::string text = key_of(index);
    int number = 1;
    for (int i = 0; i < index; ++i) number += key_of(i) == text ? 1 : 0;
    return number == 1 ? text : absl::StrCat(text, "#", number);
  }

  std::string PathText(Side side, const std::vector<Step>& path, bool with_item) const {
    std::string text;
    const Message* message = &Top(side);
    for (const Step& step : path) {
      const bool last = &step == &path.back();
      absl::StrAppend(&text, text.empty() ? "" : ".", step.field->name());
      if (step.field->is_repeated() && (with_item || !last)) {
        absl::StrAppend(&text, "[", ItemText(*message, step.field, Index(step, side)), "]");
      }
      if (!last) message = &Follow(*message, step, side);
    }
    return text;
  }

  // What is removed and added at one place, in a list whose items have no keys, is a change.
  v1::Difference* Add(v1::DifferenceKind kind, Side side, const std::vector<Step>& path) {
    const std::string text = PathText(side, path, /*with_item=*/true);
    const auto [place, first] = places_.emplace(text, differences_.size());
    if (first) differences_.emplace_back().set_path(text);
    v1::Difference& difference = differences_[place->second];
    difference.set_kind(first ? kind : v1::DIFFERENCE_KIND_CHANGED);
    return &difference;
  }

  const Message& Top(Side side) const { return side == Side::kBefore ? before_ : after_; }

  const Message& before_;
  const Message& after_;
  std::vector<v1::Difference>& differences_;
  // Where among them the difference at a path is.
  std::map<std::string, size_t> places_;
  // The lists whose new order has been told.
  std::set<std::string> reordered_;
};

std::unique_ptr<Message> WhatWasWritten(const Message& message) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  ClearComputed(copy.get());
  return copy;
}

}  // namespace

std::vector<v1::Difference> DifferencesOf(const Message& before, const Message& after) {
  MessageDifferencer differencer;
  differencer.set_repeated_field_comparison(MessageDifferencer::AS_SMART_LIST);
  std::set<const Descriptor*> seen;
  MatchItemsByKey(before.GetDescriptor(), &seen, &differencer);
  std::vector<v1::Difference> differences;
  const std::unique_ptr<Message> written_before = WhatWasWritten(before);
  const std::unique_ptr<Message> written_after = WhatWasWritten(after);
  Collector collector(*written_before, *written_after, &differences);
  differencer.ReportDifferencesTo(&collector);
  differencer.Compare(*written_before, *written_after);
  return differences;
}

}  // namespace banso::gateway

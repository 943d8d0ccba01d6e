#include "services/gateway/domain/differences.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/contract/fingerprint.h"
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

// Finds the items of lists without keys again: by all that they say.
class SaysTheSame : public MessageDifferencer::MapKeyComparator {
 public:
  bool IsMatch(const Message& before, const Message& after,
               const std::vector<Step>& /*path*/) const override {
    return BytesOf(before) == BytesOf(after);
  }

 private:
  // An item is compared with many.
  const std::string& BytesOf(const Message& item) const {
    const auto [known, first] = bytes_.try_emplace(&item);
    if (first) known->second = contract::DeterministicBytes(item);
    return known->second;
  }

  mutable std::unordered_map<const Message*, std::string> bytes_;
};

// Makes `differencer` find the items of lists again, in messages of `type` and in all that are in
// them: by their keys, or by `no_key`. Left to itself it would compare an item as often as lists
// lie in each other, doubling each time.
void MatchItems(const Descriptor* type, const SaysTheSame& no_key,
                std::set<const Descriptor*>* seen, MessageDifferencer* differencer) {
  if (!seen->insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (field->message_type() == nullptr) continue;
    const FieldDescriptor* key = KeyOf(field->message_type());
    if (field->is_repeated() && !field->is_map()) {
      if (key != nullptr) differencer->TreatAsMap(field, key);
      if (key == nullptr) differencer->TreatAsMapUsingKeyComparator(field, &no_key);
    }
    MatchItems(field->message_type(), no_key, seen, differencer);
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

// Whether a field that is not there says 0 or false.
bool IsPlainNumber(const FieldDescriptor* field) {
  return !field->is_repeated() && !field->has_presence() && field->enum_type() == nullptr &&
         field->cpp_type() != FieldDescriptor::CPPTYPE_STRING;
}

// Collects what a MessageDifferencer finds.
class Collector : public MessageDifferencer::Reporter {
 public:
  Collector(const Message& before, const Message& after, std::vector<v1::Difference>* differences)
      : before_(before), after_(after), differences_(*differences) {}

  // The messages that are given hold the field; paths begin at the top.
  void ReportAdded(const Message& /*holder*/, const Message& /*holder*/,
                   const std::vector<Step>& path) override {
    if (IsPlainNumber(path.back().field)) return AddChange(path);
    Add(v1::DIFFERENCE_KIND_ADDED, Side::kAfter, path)->set_after(Value(Side::kAfter, path));
  }

  void ReportDeleted(const Message& /*holder*/, const Message& /*holder*/,
                     const std::vector<Step>& path) override {
    if (IsPlainNumber(path.back().field)) return AddChange(path);
    Add(v1::DIFFERENCE_KIND_REMOVED, Side::kBefore, path)->set_before(Value(Side::kBefore, path));
  }

  void ReportModified(const Message& /*holder*/, const Message& /*holder*/,
                      const std::vector<Step>& path) override {
    if (path.back().field->message_type() == nullptr) return AddChange(path);
    // What is other in a message has been told. It may stand at another place, too.
    CheckOrder(path);
  }

  // An item has another index: because others came or went, or because the order is another.
  void ReportMoved(const Message& /*holder*/, const Message& /*holder*/,
                   const std::vector<Step>& path) override {
    CheckOrder(path);
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

  // The items of the list that `path` ends in: what each is found by, the second of the same with a
  // number, and how it is told.
  struct Items {
    std::vector<std::string> ids, texts;
  };
  Items ItemsOf(Side side, const std::vector<Step>& path) const {
    const Message& holder = Holder(side, path);
    const FieldDescriptor* list = path.back().field;
    const FieldDescriptor* key = KeyOf(list->message_type());
    Items items;
    std::map<std::string, int> numbers;
    for (int i = 0; i < holder.GetReflection()->FieldSize(holder, list); ++i) {
      const Message& item = holder.GetReflection()->GetRepeatedMessage(holder, list, i);
      const std::string text = key == nullptr ? JsonText(item) : ScalarText(item, key, -1);
      items.ids.push_back(Numbered(text, ++numbers[text]));
      items.texts.push_back(key == nullptr ? text : items.ids.back());
    }
    return items;
  }

  static std::string Numbered(const std::string& text, int number) {
    return number == 1 ? text : absl::StrCat(text, "#", number);
  }

  // Those of `ids` that are in `others` too.
  static std::vector<std::string> Common(const std::vector<std::string>& ids,
                                         const std::vector<std::string>& others) {
    const std::set<std::string> known(others.begin(), others.end());
    std::vector<std::string> common;
    for (const std::string& id : ids) {
      if (known.count(id) > 0) common.push_back(id);
    }
    return common;
  }

  // Tells once of each list that what is in both stands in another order.
  void CheckOrder(const std::vector<Step>& path) {
    if (!path.back().field->is_repeated() || path.back().field->is_map()) return;
    const std::string list = PathText(Side::kAfter, path, /*with_item=*/false);
    if (!checked_.insert(list).second) return;
    const Items before = ItemsOf(Side::kBefore, path);
    const Items after = ItemsOf(Side::kAfter, path);
    if (Common(before.ids, after.ids) == Common(after.ids, before.ids)) return;
    v1::Difference& difference = differences_.emplace_back();
    difference.set_kind(v1::DIFFERENCE_KIND_REORDERED);
    difference.set_path(list);
    difference.set_before(absl::StrJoin(before.texts, ", "));
    difference.set_after(absl::StrJoin(after.texts, ", "));
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
    return Numbered(text, number);
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

  void AddChange(const std::vector<Step>& path) {
    v1::Difference* difference = Add(v1::DIFFERENCE_KIND_CHANGED, Side::kAfter, path);
    difference->set_before(Value(Side::kBefore, path));
    difference->set_after(Value(Side::kAfter, path));
  }

  const Message& Top(Side side) const { return side == Side::kBefore ? before_ : after_; }

  const Message& before_;
  const Message& after_;
  std::vector<v1::Difference>& differences_;
  // Where among them the difference at a path is.
  std::map<std::string, size_t> places_;
  // The lists whose order has been looked at.
  std::set<std::string> checked_;
};

std::unique_ptr<Message> WhatWasWritten(const Message& message) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  ClearComputed(copy.get());
  // They have no names by which to tell of them.
  copy->DiscardUnknownFields();
  return copy;
}

}  // namespace

std::vector<v1::Difference> DifferencesOf(const Message& before, const Message& after) {
  MessageDifferencer differencer;
  differencer.set_repeated_field_comparison(MessageDifferencer::AS_SMART_LIST);
  const SaysTheSame no_key;
  std::set<const Descriptor*> seen;
  MatchItems(before.GetDescriptor(), no_key, &seen, &differencer);
  std::vector<v1::Difference> differences;
  const std::unique_ptr<Message> written_before = WhatWasWritten(before);
  const std::unique_ptr<Message> written_after = WhatWasWritten(after);
  Collector collector(*written_before, *written_after, &differences);
  differencer.ReportDifferencesTo(&collector);
  differencer.Compare(*written_before, *written_after);
  return differences;
}

}  // namespace banso::gateway

#include "tests/conformance/places.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace banso::conformance {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

const type::v1::FieldRules& RulesOf(const FieldDescriptor* field) {
  return field->options().GetExtension(type::v1::rules);
}

class Finder {
 public:
  std::vector<Place> Find(const Message& root, int absent_levels) {
    updated_ = UpdatedResource(root.GetDescriptor());
    Visit(root, Place(), absent_levels);
    return std::move(places_);
  }

 private:
  // `at` is the place of `message`, with its own steps as `outer`.
  void Visit(const Message& message, const Place& at, int absent_levels) {
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = message.GetDescriptor()->field(i);
      if (RulesOf(field).output_only()) continue;
      Place place = at;
      place.field = field;
      const char* dot = at.path.empty() ? "" : ".";
      absl::StrAppend(&place.path, dot, field->name());
      absl::StrAppend(&place.schema_path, dot, field->name());
      place.sensitive = at.sensitive || RulesOf(field).sensitive();
      places_.push_back(place);
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map() &&
          !absl::StartsWith(field->message_type()->full_name(), "google.")) {
        VisitMessages(message, place, absent_levels);
      }
    }
  }

  void VisitMessages(const Message& message, Place place, int absent_levels) {
    const FieldDescriptor* field = place.field;
    const Reflection* reflection = message.GetReflection();
    const std::string path = place.path;
    place.partial = place.partial || field == updated_;
    place.outer.push_back({field, -1});
    if (!field->is_repeated() && IsSet(message, field)) {
      Visit(reflection->GetMessage(message, field), place, absent_levels);
      return;
    }
    for (int i = 0; field->is_repeated() && i < reflection->FieldSize(message, field); ++i) {
      place.outer.back().index = i;
      place.path = absl::StrCat(path, "[", i, "]");
      // What stands in a list is whole, also in a partial update.
      place.partial = false;
      Visit(reflection->GetRepeatedMessage(message, field, i), place, absent_levels);
    }
    if (IsSet(message, field) || absent_levels == 0 || IsOnTheWay(place)) return;
    place.present = false;
    if (field->is_repeated()) {
      place.outer.back().index = 0;
      place.path = absl::StrCat(path, "[0]");
    }
    const Message* prototype =
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(field->message_type());
    Visit(*prototype, place, absent_levels - 1);
  }

  // A type that contains itself would go on for ever.
  static bool IsOnTheWay(const Place& place) {
    const Descriptor* type = place.outer.back().field->message_type();
    return std::any_of(place.outer.begin(), place.outer.end() - 1, [type](const PlaceStep& step) {
      return step.field->message_type() == type || step.field->containing_type() == type;
    });
  }

  const FieldDescriptor* updated_ = nullptr;
  std::vector<Place> places_;
};

}  // namespace

const type::v1::FieldRules& Place::rules() const { return RulesOf(field); }

Message* Place::Resolve(Message* root) const {
  Message* message = root;
  for (const PlaceStep& step : outer) {
    const Reflection* reflection = message->GetReflection();
    if (step.index < 0) {
      message = reflection->MutableMessage(message, step.field);
    } else {
      while (reflection->FieldSize(*message, step.field) <= step.index) {
        reflection->AddMessage(message, step.field);
      }
      message = reflection->MutableRepeatedMessage(message, step.field, step.index);
    }
  }
  return message;
}

std::vector<Place> PlacesOf(const Message& root, int absent_levels) {
  return Finder().Find(root, absent_levels);
}

const FieldDescriptor* UpdatedResource(const Descriptor* request) {
  if (request->FindFieldByName("update_mask") == nullptr) return nullptr;
  for (int i = 0; i < request->field_count(); ++i) {
    const FieldDescriptor* field = request->field(i);
    if (field->message_type() != nullptr && !field->is_repeated() &&
        field->message_type()->options().HasExtension(type::v1::resource)) {
      return field;
    }
  }
  return nullptr;
}

bool IsSet(const Message& message, const FieldDescriptor* field) {
  return field->is_repeated() ? message.GetReflection()->FieldSize(message, field) > 0
                              : message.GetReflection()->HasField(message, field);
}

}  // namespace banso::conformance

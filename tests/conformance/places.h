#ifndef BANSO_TESTS_CONFORMANCE_PLACES_H_
#define BANSO_TESTS_CONFORMANCE_PLACES_H_

#include <string>
#include <vector>

#include "banso/type/v1/rules.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// The places in a message at which something can be changed.
namespace banso::conformance {

// One step into a message: a field, and which item of a list.
struct PlaceStep {
  const google::protobuf::FieldDescriptor* field = nullptr;
  int index = -1;
};

// A field in a message, at any depth.
struct Place {
  // From the root to the message that has the field.
  std::vector<PlaceStep> outer;
  const google::protobuf::FieldDescriptor* field = nullptr;
  // As violations name it: `account.external_ids[0].system`.
  std::string path;
  // The same without indices, to tell apart what the proto tells apart.
  std::string schema_path;
  // The field, or one around it, is sensitive.
  bool sensitive = false;
  // The messages on the way are all there.
  bool present = true;
  // It is in the resource of a partial update, where nothing is required.
  bool partial = false;

  // The rules that the proto states for it.
  const type::v1::FieldRules& rules() const;
  // The message that has the field, created where it is not there.
  google::protobuf::Message* Resolve(google::protobuf::Message* root) const;
};

// Every place that a caller may write: all fields of the messages that `root` has, and of
// `absent_levels` levels of messages that it has not. Does not go into google.protobuf's types and
// maps.
std::vector<Place> PlacesOf(const google::protobuf::Message& root, int absent_levels);

// The field that names the resource of a partial update, or null.
const google::protobuf::FieldDescriptor* UpdatedResource(
    const google::protobuf::Descriptor* request);

// True for a singular field or list with something in it.
bool IsSet(const google::protobuf::Message& message,
           const google::protobuf::FieldDescriptor* field);

}  // namespace banso::conformance

#endif  // BANSO_TESTS_CONFORMANCE_PLACES_H_

#ifndef BANSO_COMMON_CONTRACT_TEST_TYPES_H_
#define BANSO_COMMON_CONTRACT_TEST_TYPES_H_

#include <memory>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace banso::contract::testing {

// Returns the type `name` of test_schema.proto. Aborts if it has none.
const google::protobuf::Descriptor* TestType(const std::string& name);

// Returns a message of the type `name` of test_schema.proto; after a failed expectation, the part
// that could be read if `text` is no text format of it.
std::unique_ptr<google::protobuf::Message> Make(const std::string& name, const std::string& text);

}  // namespace banso::contract::testing

#endif  // BANSO_COMMON_CONTRACT_TEST_TYPES_H_

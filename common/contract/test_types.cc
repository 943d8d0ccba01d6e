#include "common/contract/test_types.h"

#include "common/contract/test_schema.pb.h"
#include "common/status_macros.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace banso::contract::testing {

const google::protobuf::Descriptor* TestType(const std::string& name) {
  const auto* type = test::Thing::descriptor()->file()->FindMessageTypeByName(name);
  BANSO_CHECK(type != nullptr);
  return type;
}

std::unique_ptr<google::protobuf::Message> Make(const std::string& name, const std::string& text) {
  const auto* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(TestType(name));
  std::unique_ptr<google::protobuf::Message> message(prototype->New());
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get()))
      << "no " << name << ": " << text;
  return message;
}

}  // namespace banso::contract::testing

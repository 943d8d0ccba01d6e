#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/field_rules.h"
#include "common/contract/json.h"
#include "common/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;

// The examples stand beside the protos.
std::filesystem::path Examples() {
  return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path() /
         "proto/banso/handoff/v1/examples";
}

TEST(ExamplesTest, AreThereForEveryRpcAndFollowTheFieldRules) {
  const auto* service = v1::CriteriaSet::descriptor()->file()->pool()->FindServiceByName(
      "banso.handoff.v1.HandoffService");
  ASSERT_NE(service, nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    const google::protobuf::MethodDescriptor* method = service->method(i);
    SCOPED_TRACE(method->name());
    const std::string example = method->options().GetExtension(type::v1::rpc).example();
    std::ifstream file(Examples() / example);
    ASSERT_TRUE(file.good()) << example;
    std::stringstream text;
    text << file.rdbuf();
    const std::unique_ptr<google::protobuf::Message> request(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(method->input_type())
            ->New());
    EXPECT_THAT(contract::FromJson(text.str(), request.get()), IsOk());
    EXPECT_THAT(contract::Check(request.get()), IsOk());
  }
}

}  // namespace
}  // namespace banso::handoff

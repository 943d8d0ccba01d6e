#include "common/testing/proto_matchers.h"

#include <string>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace banso::testing {
namespace {

using ::google::rpc::ErrorInfo;
using ::google::rpc::Status;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(EqualsProtoTest, ComparesWithTextAndWithMessages) {
  const auto status = ParseProto<Status>(R"pb(code: 5 message: "gone")pb");
  EXPECT_THAT(status, EqualsProto(R"pb(message: "gone" code: 5)pb"));
  EXPECT_THAT(status, EqualsProto(status));
  EXPECT_THAT(status, Not(EqualsProto("code: 5")));
  EXPECT_THAT(status, Not(EqualsProto(Status::default_instance())));
}

TEST(EqualsProtoTest, DiffersForAnotherType) {
  EXPECT_THAT(Status::default_instance(), Not(EqualsProto(ErrorInfo::default_instance())));
}

TEST(EqualsProtoTest, DiffersWhenTheTextIsNoMessageOfTheType) {
  EXPECT_THAT(Status::default_instance(), Not(EqualsProto("no_such_field: 1")));
}

TEST(EqualsProtoTest, ExplainsTheFieldsThatDiffer) {
  ::testing::StringMatchResultListener listener;
  const auto status = ParseProto<Status>("code: 5");
  EXPECT_FALSE(::testing::ExplainMatchResult(EqualsProto("code: 7"), status, &listener));
  EXPECT_THAT(listener.str(), HasSubstr("modified: code: 7 -> 5"));
}

}  // namespace
}  // namespace banso::testing

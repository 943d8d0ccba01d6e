#include "common/contract/json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/value.pb.h"
#include "common/contract/errors.h"
#include "common/contract/test_types.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/timestamp.pb.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using banso::type::v1::Condition;
using banso::type::v1::Money;
using banso::type::v1::Value;
using ::testing::HasSubstr;

TEST(ToJsonTest, WritesTheStyleAskedFor) {
  const auto money = ParseProto<Money>("minor_units: 1200");
  EXPECT_THAT(ToJson(money), IsOkAndHolds(R"({"minorUnits":"1200"})"));
  EXPECT_THAT(ToJson(money, {.proto_names = true}), IsOkAndHolds(R"({"minor_units":"1200"})"));
  EXPECT_THAT(ToJson(money, {.empty_fields = true}),
              IsOkAndHolds(R"({"minorUnits":"1200","currency":""})"));
  EXPECT_THAT(ToJson(money, {.pretty = true}), IsOkAndHolds("{\n \"minorUnits\": \"1200\"\n}\n"));
}

TEST(ToJsonTest, FailsForValuesWithoutAForm) {
  google::protobuf::Timestamp time;
  time.set_seconds(int64_t{1} << 60);
  EXPECT_THAT(ToJson(time), StatusIs(absl::StatusCode::kInternal));
}

TEST(FromJsonTest, ReadsBothSpellings) {
  Money money;
  EXPECT_THAT(FromJson(R"({"minorUnits": 5, "currency": "JPY"})", &money), IsOk());
  EXPECT_THAT(money, EqualsProto("minor_units: 5 currency: 'JPY'"));
  EXPECT_THAT(FromJson(R"({"minor_units": "6"})", &money), IsOk());
  EXPECT_THAT(money, EqualsProto("minor_units: 6"));
}

TEST(FromJsonTest, UndoesToJson) {
  const auto condition = ParseProto<Condition>(R"pb(
    label: "使われている \"毎週\"\n"
    all {
      conditions {
        compare {
          fact {
            fact: "metric.interviews"
            window {
              aggregation: AGGREGATION_SUM
              trailing { count: 4 unit: PERIOD_UNIT_WEEK }
            }
          }
          op: OPERATOR_IN
          values { number: 1e300 }
          values { date { year: 2026 month: 4 day: 1 } }
        }
      }
    })pb");
  for (const bool proto_names : {false, true}) {
    for (const bool pretty : {false, true}) {
      Condition read;
      const auto json = ToJson(condition, {.pretty = pretty, .proto_names = proto_names});
      ASSERT_THAT(json, IsOk());
      EXPECT_THAT(FromJson(*json, &read), IsOk());
      EXPECT_THAT(read, EqualsProto(condition));
    }
  }
}

TEST(FromJsonTest, RefusesOrIgnoresUnknownFields) {
  Money money;
  EXPECT_THAT(FromJson(R"({"nope": 1})", &money),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nope")));
  EXPECT_THAT(FromJson(R"({"nope": 1, "currency": "JPY"})", &money, UnknownFields::kIgnore),
              IsOk());
  EXPECT_EQ(money.currency(), "JPY");
}

TEST(FromJsonTest, RefusesWhatDoesNotFit) {
  for (const char* text :
       {"", "{", "[]", "1", "nonsense", "{\"minorUnits\": \"x\"}", "{\"minorUnits\": 1.5}",
        "{\"minorUnits\": 99999999999999999999}", "{\"currency\": {}}", "{\"currency\": \"\xFF\"}",
        "{\"currency\": \"a\"} {}", "{\"currency\": \"\\ud800\"}"}) {
    Money money;
    const absl::Status status = FromJson(text, &money);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_EQ(Reason(status), kReasonFieldViolation) << text;
  }
}

TEST(FromJsonTest, RefusesHugeNesting) {
  std::string text;
  for (int i = 0; i < 200000; ++i) absl::StrAppend(&text, R"({"not":)");
  Condition condition;
  EXPECT_THAT(FromJson(text, &condition), StatusIs(absl::StatusCode::kInvalidArgument));
  const auto message = testing::Make("Thing", "");
  EXPECT_THAT(FromJson(absl::StrCat("{\"extra\":{\"a\":", std::string(200000, '[')), message.get()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::contract

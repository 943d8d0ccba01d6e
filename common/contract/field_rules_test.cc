#include "common/contract/field_rules.h"

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "banso/type/v1/condition.pb.h"
#include "banso/type/v1/revision.pb.h"
#include "banso/type/v1/time.pb.h"
#include "banso/type/v1/value.pb.h"
#include "common/contract/errors.h"
#include "common/contract/test_types.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using google::protobuf::Message;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Make;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// "field reason" of each violation, in order.
std::vector<std::string> Broken(const absl::Status& status) {
  std::vector<std::string> list;
  for (const FieldViolation& violation : FieldViolations(status)) {
    list.push_back(absl::StrCat(violation.field, " ", violation.reason));
  }
  return list;
}

struct RuleCase {
  const char* name;
  const char* type;
  std::string text;
  // As Broken prints them; none if the message is accepted.
  std::vector<std::string> broken;
};

class RuleTest : public ::testing::TestWithParam<RuleCase> {};

TEST_P(RuleTest, FindsWhatIsBroken) {
  const auto message = Make(GetParam().type, GetParam().text);
  EXPECT_EQ(Broken(Check(message.get())), GetParam().broken) << message->ShortDebugString();
}

constexpr char kTitle[] = "title: 'thing' ";

std::string Thing(absl::string_view rest) { return absl::StrCat(kTitle, rest); }

INSTANTIATE_TEST_SUITE_P(
    Text, RuleTest,
    ::testing::Values(
        RuleCase{"Shortest", "Thing", "title: 'ab'", {}},
        RuleCase{"TooShort", "Thing", "title: 'a'", {"title TOO_SHORT"}},
        RuleCase{"LengthIsInCharacters", "Thing", "title: '株式会社バンソウ商事'", {}},
        RuleCase{"TooLong", "Thing", "title: '株式会社バンソウ商事部'", {"title TOO_LONG"}},
        RuleCase{"ComposedBeforeItIsCounted",
                 "Thing",
                 "title: 'か\u3099か\u3099か\u3099か\u3099か\u3099か\u3099'",
                 {}},
        RuleCase{"Missing", "Thing", "", {"title REQUIRED"}},
        RuleCase{"GeneralLimit", "Forms", absl::StrCat("free: '", std::string(4000, 'x'), "'"), {}},
        RuleCase{"OverGeneralLimit",
                 "Forms",
                 absl::StrCat("free: '", std::string(4001, 'x'), "'"),
                 {"free TOO_LONG"}},
        RuleCase{"EnormousDecomposed",
                 "Thing",
                 absl::StrCat(
                     "title: '",
                     [] {
                       std::string text = "e";
                       for (int i = 0; i < 100000; ++i) text += "\u0301";
                       return text;
                     }(),
                     "'"),
                 {"title TOO_LONG"}},
        RuleCase{"LineBreakInOneLine", "Thing", "title: 'a\\nb'", {"title LINE_BREAK"}},
        RuleCase{"LineSeparatorInOneLine", "Thing", "title: 'a\u2028b'", {"title LINE_BREAK"}},
        RuleCase{"LineBreakInMultiline", "Thing", Thing("note: 'a\\r\\n\\tb'"), {}},
        RuleCase{"Nul", "Thing", "title: 'a\\000b'", {"title CONTROL_CHARACTER"}},
        RuleCase{
            "ControlInMultiline", "Thing", Thing("note: 'a\\033[31m'"), {"note CONTROL_CHARACTER"}},
        RuleCase{"C1Control", "Thing", "title: 'a\\302\\205b'", {"title CONTROL_CHARACTER"}},
        RuleCase{"OneofText", "Thing", Thing("left: 'a\\nb'"), {"left LINE_BREAK"}},
        RuleCase{"EmptyOneofText", "Thing", Thing("left: ''"), {}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Numbers, RuleTest,
    ::testing::Values(
        RuleCase{"Least", "Thing", Thing("count: 1 share: 0"), {}},
        RuleCase{"Most", "Thing", Thing("count: 10 share: 1"), {}},
        RuleCase{"BelowAndAbove",
                 "Thing",
                 Thing("count: 11 share: -0.5"),
                 {"count OUT_OF_RANGE", "share OUT_OF_RANGE"}},
        RuleCase{"PresentZeroIsChecked", "Thing", Thing("count: 0"), {"count OUT_OF_RANGE"}},
        RuleCase{"NaN", "Thing", Thing("share: nan"), {"share NOT_FINITE"}},
        RuleCase{"Infinite",
                 "Thing",
                 Thing("numbers: [1, inf, -inf]"),
                 {"numbers[1] NOT_FINITE", "numbers[2] NOT_FINITE"}},
        RuleCase{"Extremes",
                 "Thing",
                 Thing("big: -9223372036854775808 unsigned_big: 18446744073709551615"),
                 {}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Enums, RuleTest,
    ::testing::Values(
        RuleCase{"Known",
                 "Thing",
                 Thing("color: COLOR_RED colors: [COLOR_BLUE, COLOR_UNSPECIFIED]"),
                 {}},
        RuleCase{"Unknown", "Thing", Thing("color: 99"), {"color UNKNOWN_VALUE"}},
        RuleCase{"UnknownInList", "Thing", Thing("colors: [1, -7]"), {"colors[1] UNKNOWN_VALUE"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Lists, RuleTest,
    ::testing::Values(
        RuleCase{"Fits", "Thing", Thing("tags: ['a', 'b', 'c']"), {}},
        RuleCase{"EmptyIsNotTooFew", "Thing", Thing(""), {}},
        RuleCase{"TooFew", "Thing", Thing("tags: ['a']"), {"tags TOO_FEW_ITEMS"}},
        RuleCase{"TooMany", "Thing", Thing("tags: ['a', 'b', 'c', 'd']"), {"tags TOO_MANY_ITEMS"}},
        RuleCase{"ItemsHaveTheForm",
                 "Thing",
                 Thing("tags: ['a', 'B', '']"),
                 {"tags[1] FORM", "tags[2] REQUIRED"}},
        RuleCase{"FreeItemsMayBeEmpty", "Thing", Thing("main { label: 'a' words: ['', 'x'] }"), {}},
        RuleCase{"Inside",
                 "Thing",
                 Thing("parts { label: 'a' } parts { } parts { label: 'long label' }"),
                 {"parts[1].label REQUIRED", "parts[2].label TOO_LONG"}},
        RuleCase{"MapsInside",
                 "Thing",
                 Thing("by_number { key: 7 value { } }"),
                 {"by_number[0].label REQUIRED"}},
        RuleCase{"MapValues",
                 "Thing",
                 Thing("labels { key: 'k' value: 'long value' }"),
                 {"labels[\"k\"] TOO_LONG"}},
        RuleCase{"MapKeys",
                 "Thing",
                 Thing("flags { key: 'a\\nb' value: true }"),
                 {"flags[0] LINE_BREAK"}},
        RuleCase{
            "EmptyMapKey", "Thing", Thing("flags { key: '' value: true }"), {"flags[0] REQUIRED"}},
        RuleCase{"TooManyEntries",
                 "Thing",
                 Thing("labels { key: 'a' } labels { key: 'b' } labels { key: 'c' }"),
                 {"labels TOO_MANY_ITEMS"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Required, RuleTest,
    ::testing::Values(
        RuleCase{"Nothing",
                 "Needs",
                 "",
                 {"text REQUIRED", "color REQUIRED", "part REQUIRED", "list REQUIRED",
                  "map REQUIRED", "number REQUIRED", "colors REQUIRED", " REQUIRED"}},
        RuleCase{
            "Everything",
            "Needs",
            "text: 'a' color: COLOR_RED part { label: 'p' } list: 'x' map { key: 'k' value: 1 } "
            "number: 0 left: '' colors: COLOR_RED",
            {}},
        RuleCase{
            "EmptyItems",
            "Needs",
            "text: 'a' color: COLOR_RED part { label: 'p' } list: '' map { key: 'k' value: 1 } "
            "number: 0 left: '' colors: COLOR_UNSPECIFIED",
            {"list[0] REQUIRED", "colors[0] REQUIRED"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    SharedTypes, RuleTest,
    ::testing::Values(
        RuleCase{"Day", "Thing", Thing("due { year: 2024 month: 2 day: 29 }"), {}},
        RuleCase{"NoSuchDay",
                 "Thing",
                 Thing("due { year: 2026 month: 2 day: 29 }"),
                 {"due NO_SUCH_DAY"}},
        RuleCase{"DayOutOfRange",
                 "Thing",
                 Thing("due { year: 1899 month: 13 day: 32 }"),
                 {"due.year OUT_OF_RANGE", "due.month OUT_OF_RANGE", "due.day OUT_OF_RANGE"}},
        RuleCase{
            "DayWithoutYear", "Thing", Thing("due { month: 2 day: 1 }"), {"due.year REQUIRED"}},
        RuleCase{"Time", "Thing", Thing("time { seconds: 253402300799 nanos: 999999999 }"), {}},
        RuleCase{
            "TimeTooLate", "Thing", Thing("time { seconds: 253402300800 }"), {"time OUT_OF_RANGE"}},
        RuleCase{"TimeTooEarly",
                 "Thing",
                 Thing("time { seconds: -62135596801 }"),
                 {"time OUT_OF_RANGE"}},
        RuleCase{"TimeNanos", "Thing", Thing("time { nanos: -1 }"), {"time OUT_OF_RANGE"}},
        RuleCase{"Length", "Thing", Thing("length { seconds: -5 nanos: -1 }"), {}},
        RuleCase{"LengthSigns",
                 "Thing",
                 Thing("length { seconds: 5 nanos: -1 }"),
                 {"length OUT_OF_RANGE"}},
        RuleCase{"LengthExtreme",
                 "Thing",
                 Thing("length { seconds: -9223372036854775808 }"),
                 {"length OUT_OF_RANGE"}},
        RuleCase{
            "Languages",
            "Thing",
            Thing("text { texts { key: 'ja' value: 'あ' } texts { key: 'en-US' value: 'a' } }"),
            {}},
        RuleCase{"NoLanguage",
                 "Thing",
                 Thing("text { texts { key: 'japanese!' value: 'a' } }"),
                 {"text.texts[0] FORM"}},
        RuleCase{"EmptyInLanguage",
                 "Thing",
                 Thing("text { texts { key: 'ja' value: '' } }"),
                 {"text.texts[\"ja\"] REQUIRED"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Forms, RuleTest,
    ::testing::Values(
        RuleCase{"AllRight",
                 "Forms",
                 "id: 'a-1' resource_name: 'things/a' revision_name: 'things/a@3' email: 'a@b.jp' "
                 "time_zone: 'Asia/Tokyo' currency: 'JPY' language: 'ja' fact: 'account.segment' "
                 "key: 'a_b' url: 'https://a.jp' request_id: 'r-1' any_name: 'things/y/parts/w'",
                 {}},
        RuleCase{
            "OtherAlternative", "Forms", "resource_name: 'things/-' revision_name: 'things/a'", {}},
        RuleCase{"AllWrong",
                 "Forms",
                 "id: 'A' resource_name: 'others/a' revision_name: 'things/a@0' email: 'a' "
                 "time_zone: 'Tokyo' currency: 'yen' language: 'j' fact: 'segment' "
                 "key: 'a-b' url: 'a.jp' request_id: 'r 1' any_name: 'x'",
                 {"id FORM", "resource_name FORM", "revision_name FORM", "email FORM",
                  "time_zone FORM", "currency FORM", "language FORM", "fact FORM", "key FORM",
                  "url FORM", "request_id FORM", "any_name FORM"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Updates, RuleTest,
    ::testing::Values(
        RuleCase{"NeedNotBeComplete",
                 "UpdateThingRequest",
                 "thing { name: 'things/a' note: 'x' main { size: 1 } } "
                 "update_mask { paths: 'note' paths: 'main.size' }",
                 {}},
        RuleCase{"NeedNotRepeatListsAndMaps", "UpdateCrewRequest", "crew { name: 'crews/a' }", {}},
        RuleCase{"ListItemsMustBeComplete",
                 "UpdateThingRequest",
                 "thing { name: 'things/a' parts { } }",
                 {"thing.parts[0].label REQUIRED"}},
        RuleCase{"SayWhichResource",
                 "UpdateThingRequest",
                 "thing { note: 'x' }",
                 {"thing.name REQUIRED"}},
        RuleCase{"NeedTheResource",
                 "UpdateThingRequest",
                 "update_mask { paths: 'note' }",
                 {"thing REQUIRED"}},
        RuleCase{"CheckWhatIsSent",
                 "UpdateThingRequest",
                 "thing { name: 'things/a' count: 99 due { year: 2026 month: 2 day: 30 } }",
                 {"thing.count OUT_OF_RANGE", "thing.due NO_SUCH_DAY"}},
        RuleCase{"CheckTheMask",
                 "UpdateThingRequest",
                 "thing { name: 'things/a' } update_mask { paths: '*' paths: 'created_by' "
                 "paths: 'nothing' paths: 'parts.label' paths: '' paths: 'main.made_by' }",
                 {"update_mask.paths[1] OUTPUT_ONLY", "update_mask.paths[2] UNKNOWN_FIELD",
                  "update_mask.paths[3] NO_FIELDS_INSIDE", "update_mask.paths[4] UNKNOWN_FIELD",
                  "update_mask.paths[5] OUTPUT_ONLY"}},
        RuleCase{
            "InBatches",
            "BatchUpdateThingsRequest",
            "requests { thing { name: 'things/a' } } "
            "requests { thing { note: 'x' } update_mask { paths: 'nope' } }",
            {"requests[1].thing.name REQUIRED", "requests[1].update_mask.paths[0] UNKNOWN_FIELD"}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(CheckTest, RefusesInvalidUtf8InMessagesBuiltInProcess) {
  auto message = Make("Thing", "");
  const auto* title = message->GetDescriptor()->FindFieldByName("title");
  message->GetReflection()->SetString(message.get(), title, "ab\xFF");
  const absl::Status status = Check(message.get());
  EXPECT_THAT(Broken(status), ElementsAre("title INVALID_UTF8"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"ab\\xff\""));
}

TEST(CheckTest, NormalizesTextInPlaceEverywhere) {
  const auto message =
      Make("Thing",
           "title: 'か\u3099く' left: 'e\u0301' parts { label: 'e\u0301' words: 'か\u3099' } "
           "labels { key: 'e\u0301' value: 'か\u3099' }");
  EXPECT_THAT(Check(message.get()), IsOk());
  const auto expected = Make(
      "Thing",
      "title: 'がく' left: 'é' parts { label: 'é' words: 'が' } labels { key: 'é' value: 'が' }");
  EXPECT_EQ(message->DebugString(), expected->DebugString());
}

TEST(CheckTest, ClearsWhatTheServerSets) {
  const auto message =
      Make("Thing", Thing("created_by: 'me' parts { label: 'a' made_by: 'me' } "
                          "by_number { key: 1 value { label: 'a' made_by: 'me' } }"));
  EXPECT_THAT(Check(message.get()), IsOk());
  const auto expected =
      Make("Thing", Thing("parts { label: 'a' } by_number { key: 1 value { label: 'a' } }"));
  EXPECT_EQ(message->DebugString(), expected->DebugString());
}

TEST(CheckTest, ClearsARevisionThatACallerSends) {
  auto revision = ParseProto<banso::type::v1::Revision>("number: 3 author: 'members/aoki'");
  EXPECT_THAT(Check(&revision), IsOk());
  EXPECT_EQ(revision.ByteSizeLong(), 0u);
}

TEST(CheckTest, NeverShowsSensitiveValues) {
  const auto message = Make("Thing", Thing("secret: 'geheimnis' person { mail: 'geheimnis' }"));
  const absl::Status status = Check(message.get());
  EXPECT_THAT(Broken(status), ElementsAre("secret TOO_LONG", "person.mail FORM"));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("geheimnis")));
}

TEST(CheckTest, SaysWhatIsAcceptedInWords) {
  const auto message = Make("Thing", "count: 11 color: 9 tags: 'a'");
  const std::string text(Check(message.get()).message());
  EXPECT_THAT(text, HasSubstr("title: missing; accepted: one line of 2 to 10 characters"));
  EXPECT_THAT(text, HasSubstr("count: \"11\" is not accepted; accepted: 1 to 10"));
  EXPECT_THAT(text, HasSubstr("accepted: one of COLOR_RED, COLOR_BLUE"));
  EXPECT_THAT(text, HasSubstr("tags: \"1 items\" is not accepted; accepted: 2 to 3 items"));
}

TEST(CheckTest, RefusesConditionsAndValuesWithoutAKind) {
  auto condition = ParseProto<banso::type::v1::Condition>("all { conditions { not { } } }");
  EXPECT_THAT(Broken(Check(&condition)), ElementsAre("all.conditions[0].not REQUIRED"));
  banso::type::v1::Value value;
  EXPECT_THAT(Broken(Check(&value)), ElementsAre(" REQUIRED"));
}

TEST(CheckTest, BoundsTheDepthOfMessages) {
  const auto nested = [](int depth) {
    banso::type::v1::Condition root;
    banso::type::v1::Condition* inner = &root;
    for (int i = 1; i < depth; ++i) inner = inner->mutable_not_();
    inner->mutable_known()->set_fact("account.segment");
    return root;
  };
  banso::type::v1::Condition deep = nested(49);
  EXPECT_THAT(Check(&deep), IsOk());
  for (const int depth : {50, 5000}) {
    banso::type::v1::Condition too_deep = nested(depth);
    EXPECT_THAT(FieldViolations(Check(&too_deep))[0].reason, "TOO_DEEP");
  }
}

TEST(CheckTest, BoundsTheWorkOnHugeLists) {
  banso::type::v1::Value value;
  for (int i = 0; i < 1000000; ++i) value.mutable_text_set()->add_items("\n");
  EXPECT_THAT(Broken(Check(&value)), ElementsAre("text_set.items TOO_MANY_ITEMS"));
}

TEST(CheckTest, ReportsThousandsOfViolationsInALimitedStatus) {
  const auto message = Make("Thing", Thing(""));
  const auto* numbers = message->GetDescriptor()->FindFieldByName("numbers");
  for (int i = 0; i < 1000; ++i) {
    message->GetReflection()->AddDouble(message.get(), numbers, 1.0 / 0.0);
  }
  const absl::Status status = Check(message.get());
  EXPECT_THAT(std::string(status.message()), HasSubstr("1000 fields are not accepted"));
  EXPECT_LT(ToRpcStatus(status).ByteSizeLong(), 5000u);
}

TEST(CheckTest, LooksIntoFreeJsonToo) {
  const auto message =
      Make("Thing", Thing("extra { fields { key: 'a' value { list_value { values { string_value: "
                          "'\\001' } } } } }"));
  EXPECT_THAT(Broken(Check(message.get())),
              ElementsAre("extra.fields[\"a\"].list_value.values[0].string_value "
                          "CONTROL_CHARACTER"));
}

// Any text, in any field that takes text: never harm, and what was accepted is accepted again and
// stays as it is.
TEST(CheckProperty, IsIdempotent) {
  const std::vector<std::string> pieces = {
      "a",      "ja", "things/",  "x",          "@",      "か",   "\u3099", "e",
      "\u0301", "\n", "\t",       "\x01",       "\u2028", "/",    "-",      "1",
      ".",      "_",  "https://", "Asia/Tokyo", "JPY",    "\xFF", "\xE3",   " "};
  std::mt19937 random(29);
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto message = Make("Forms", "");
    for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
      std::string text;
      for (size_t n = random() % 4; n > 0; --n) text += pieces[random() % pieces.size()];
      if (random() % 4 != 0) text.clear();
      message->GetReflection()->SetString(message.get(), message->GetDescriptor()->field(i), text);
    }
    const absl::Status first = Check(message.get());
    const std::string once = message->SerializePartialAsString();
    const absl::Status second = Check(message.get());
    ASSERT_EQ(first.ok(), second.ok()) << message->DebugString();
    ASSERT_EQ(Broken(first), Broken(second));
    ASSERT_EQ(message->SerializePartialAsString(), once);
    accepted += first.ok() ? 1 : 0;
  }
  EXPECT_GT(accepted, 30);
}

TEST(CheckTest, IsTheSameFromManyThreadsAtOnce) {
  std::vector<std::thread> threads;
  std::vector<std::vector<std::string>> results(8);
  for (std::vector<std::string>& result : results) {
    threads.emplace_back([&result] {
      const auto message = Make("Fresh", "b { }");
      result = Broken(Check(message.get()));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<std::string>& result : results) {
    EXPECT_THAT(result, ElementsAre("a REQUIRED", "b.a REQUIRED"));
  }
}

TEST(CheckResourceTest, KeepsWhatTheServerSetAndChecksTheRest) {
  const auto message = Make("Thing", "created_by: 'a\\nb' count: 99");
  EXPECT_THAT(Broken(CheckResource("thing", message.get())),
              ElementsAre("thing.title REQUIRED", "thing.count OUT_OF_RANGE"));
  EXPECT_THAT(message->ShortDebugString(), HasSubstr("created_by"));
}

TEST(ClearSensitiveTest, ClearsAtAnyDepth) {
  const auto message = Make("Outer",
                            "open: 'o' secret { mail: 'm' role: 'r' } list { mail: 'm' } "
                            "list { role: 'r' } map { key: 'k' value { mail: 'm' role: 'r' } } "
                            "whole { role: 'r' }");
  ClearSensitive(message.get());
  const auto expected = Make("Outer",
                             "open: 'o' secret { role: 'r' } list { } list { role: 'r' } "
                             "map { key: 'k' value { role: 'r' } }");
  EXPECT_EQ(message->DebugString(), expected->DebugString());
}

}  // namespace
}  // namespace banso::contract

#include "common/contract/yaml.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "banso/type/v1/condition.pb.h"
#include "common/contract/errors.h"
#include "common/contract/test_types.h"
#include "common/contract/text.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Make;
using ::testing::SizeIs;

TEST(FromYamlTest, ReadsARuleAsPeopleWriteIt) {
  banso::type::v1::Condition condition;
  EXPECT_THAT(FromYaml(R"(
# Used in each of the last four weeks.
label: 毎週使われている
all:
  conditions:
    - compare:
        fact: {fact: metric.interviews, window: {aggregation: AGGREGATION_SUM}}
        op: OPERATOR_GE
        values: [{number: 3}]
        sustained:
          bucket: {count: 1, unit: PERIOD_UNIT_WEEK}
          buckets: 4
    - not:
        known:
          fact: account.segment
)",
                       &condition),
              IsOk());
  EXPECT_THAT(condition, EqualsProto(R"pb(
                label: "毎週使われている"
                all {
                  conditions {
                    compare {
                      fact {
                        fact: "metric.interviews"
                        window { aggregation: AGGREGATION_SUM }
                      }
                      op: OPERATOR_GE
                      values { number: 3 }
                      sustained {
                        bucket { count: 1 unit: PERIOD_UNIT_WEEK }
                        buckets: 4
                      }
                    }
                  }
                  conditions { not { known { fact: "account.segment" } } }
                })pb"));
}

struct ReadCase {
  const char* name;
  const char* yaml;
  const char* message;
};

class FromYamlReadsTest : public ::testing::TestWithParam<ReadCase> {};

TEST_P(FromYamlReadsTest, TheMessage) {
  const auto message = Make("Thing", "");
  EXPECT_THAT(FromYaml(GetParam().yaml, message.get()), IsOk());
  EXPECT_EQ(message->DebugString(), Make("Thing", GetParam().message)->DebugString());
}

INSTANTIATE_TEST_SUITE_P(
    Values, FromYamlReadsTest,
    ::testing::Values(
        ReadCase{"Nothing", "", ""}, ReadCase{"Comment", "# nothing\n", ""},
        ReadCase{"Marked", "---\ntitle: a\n...\n", "title: 'a'"},
        ReadCase{"EmptyMessage", "main: {}", "main { }"},
        ReadCase{"TextAsWritten", "title: 1.10\nnote: true", "title: '1.10' note: 'true'"},
        ReadCase{"QuotedText", "title: '12'\nnote: \"a\\nb\"", "title: '12' note: 'a\\nb'"},
        ReadCase{"EmptyText", "left: ''", "left: ''"},
        ReadCase{"Block", "note: |\n  a\n  b\n", "note: 'a\\nb\\n'"},
        ReadCase{"NullIsAbsent", "title: null\nnote: ~\ncount:\n", ""},
        ReadCase{"Numbers",
                 "count: 7\nbig: -9223372036854775808\nunsigned_big: "
                 "18446744073709551615\nshare: 1e-3\nratio: 0.5",
                 "count: 7 big: -9223372036854775808 unsigned_big: 18446744073709551615 "
                 "share: 0.001 ratio: 0.5"},
        ReadCase{"QuotedNumbers", "count: '7'\nshare: 'NaN'", "count: 7 share: nan"},
        ReadCase{"Flags", "on: true", "on: true"},
        ReadCase{"Enums", "color: COLOR_RED\ncolors: [COLOR_BLUE, 'COLOR_RED', 2]",
                 "color: COLOR_RED colors: [COLOR_BLUE, COLOR_RED, COLOR_BLUE]"},
        ReadCase{"LowerCamelCase", "byNumber: {1: {label: a}}",
                 "by_number { key: 1 value { label: 'a' } }"},
        ReadCase{"Maps", "labels: {b: 1, a: x}\nby_bool: {true: t}",
                 "labels { key: 'a' value: 'x' } labels { key: 'b' value: '1' } "
                 "by_bool { key: true value: 't' }"},
        ReadCase{"Times", "time: 2026-04-01T00:00:00Z\nlength: 1.5s",
                 "time { seconds: 1775001600 } length { seconds: 1 nanos: 500000000 }"},
        ReadCase{"Bytes", "data: aGFsbG8=", "data: 'hallo'"},
        ReadCase{"Free", "extra: {a: [1, 'x', x, true, null, {}]}",
                 "extra { fields { key: 'a' value { list_value { values { number_value: 1 } "
                 "values { string_value: 'x' } values { string_value: 'x' } "
                 "values { bool_value: true } values { null_value: 0 } "
                 "values { struct_value { } } } } } }"},
        ReadCase{"Aliases", "main: &m {label: a}\nparts: [*m, *m]",
                 "main { label: 'a' } parts { label: 'a' } parts { label: 'a' }"}),
    [](const auto& info) { return std::string(info.param.name); });

struct RefuseCase {
  const char* name;
  std::string yaml;
  // "field reason" of the violations, and a part of the first description.
  std::vector<std::string> violations;
  const char* text;
};

class FromYamlRefusesTest : public ::testing::TestWithParam<RefuseCase> {};

TEST_P(FromYamlRefusesTest, WithTheLine) {
  const auto message = Make("Thing", "");
  const absl::Status status = FromYaml(GetParam().yaml, message.get());
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  std::vector<std::string> found;
  for (const FieldViolation& violation : FieldViolations(status)) {
    found.push_back(absl::StrCat(violation.field, " ", violation.reason));
  }
  EXPECT_EQ(found, GetParam().violations);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().text));
}

INSTANTIATE_TEST_SUITE_P(
    Documents, FromYamlRefusesTest,
    ::testing::Values(
        RefuseCase{"NoYaml", "a: [", {" YAML"}, "line 1"},
        RefuseCase{"Tabs", "main:\n\tlabel: a", {" YAML"}, "line 2"},
        RefuseCase{"NoMapping", "- a\n- b", {" NOT_FIELDS"}, "the fields of a Thing (line 1)"},
        RefuseCase{"JustText", "hello", {" NOT_FIELDS"}, "\"hello\""},
        RefuseCase{"SeveralDocuments", "title: a\n---\ntitle: b", {" YAML"}, "follows"},
        RefuseCase{"TextBehindTheEnd", ",title: a", {" YAML"}, "follows"},
        RefuseCase{"UnknownAlias", "main: *nobody", {" YAML"}, "line 1"},
        RefuseCase{"InvalidUtf8", "title: \xFF", {" YAML"}, "UTF-8"},
        RefuseCase{"ControlCharacter", "title: a\x01", {" YAML"}, "control"},
        RefuseCase{"UnknownField",
                   "title: a\nmain:\n  labl: x",
                   {"main UNKNOWN_FIELD"},
                   "\"labl\" is not accepted; accepted: fields of Part: label, made_by, inner, "
                   "fixed, size, words (line 3)"},
        RefuseCase{"FieldTwice", "title: a\ntitle: b", {"title GIVEN_TWICE"}, "line 2"},
        RefuseCase{"FieldInBothSpellings",
                   "by_number: {}\nbyNumber: {}",
                   {"by_number GIVEN_TWICE"},
                   "line 2"},
        RefuseCase{"KeyTwice", "labels:\n  a: 1\n  a: 2", {"labels[\"a\"] GIVEN_TWICE"}, "line 3"},
        RefuseCase{
            "KeyThatIsAList", "labels:\n  ? [a]\n  : b", {"labels[\"\"] GIVEN_TWICE"}, "line 2"},
        RefuseCase{"FieldThatIsAList", "? [a]\n: b", {" UNKNOWN_FIELD"}, "line 1"},
        RefuseCase{"ListForOne", "title: [a]", {"title NOT_ONE_VALUE"}, "one value"},
        RefuseCase{"OneForList", "tags: a", {"tags NOT_A_LIST"}, "a list"},
        RefuseCase{"ListForMap", "labels: [a]", {"labels NOT_A_MAP"}, "keys with values"},
        RefuseCase{"NullInList", "tags: [a, null]", {"tags[1] NOT_ONE_VALUE"}, "one value"},
        RefuseCase{"YesForTrue", "on: yes", {"on WRONG_TYPE"}, "true or false (line 1)"},
        RefuseCase{"QuotedTrue", "on: 'true'", {"on WRONG_TYPE"}, "true or false"},
        RefuseCase{"TextForNumber", "count: many", {"count WRONG_TYPE"}, "a whole number"},
        RefuseCase{"Octal", "count: 007", {"count WRONG_TYPE"}, "a whole number"},
        RefuseCase{"Hexadecimal", "count: 0x10", {"count WRONG_TYPE"}, "a whole number"},
        RefuseCase{"Fraction", "count: 1.5", {"count WRONG_TYPE"}, "a whole number"},
        RefuseCase{"TooLarge", "count: 2147483648", {"count WRONG_TYPE"}, "a whole number"},
        RefuseCase{"NegativeUnsigned", "unsigned_big: -1", {"unsigned_big WRONG_TYPE"}, "whole"},
        RefuseCase{"NoFraction", "share: .5", {"share WRONG_TYPE"}, "a number"},
        RefuseCase{"UnknownEnum",
                   "color: GREEN",
                   {"color UNKNOWN_VALUE"},
                   "one of COLOR_UNSPECIFIED, COLOR_RED, COLOR_BLUE"},
        RefuseCase{"NoTime", "time: yesterday", {" JSON"}, "time"},
        RefuseCase{"MessageForTime", "time: {seconds: 1}", {"time NOT_ONE_VALUE"}, "Timestamp"},
        RefuseCase{"Several",
                   "on: 1\ncount: x\nparts:\n- {size: big}\n- 3",
                   {"on WRONG_TYPE", "count WRONG_TYPE", "parts[0].size WRONG_TYPE",
                    "parts[1] NOT_FIELDS"},
                   "line 4"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(FromYamlTest, RefusesHugeNesting) {
  std::string block = "main:\n";
  for (int i = 1; i < 60; ++i) absl::StrAppend(&block, std::string(2 * i, ' '), "inner:\n");
  absl::StrAppend(&block, std::string(120, ' '), "label: a\n");
  const auto message = Make("Thing", "");
  EXPECT_EQ(FieldViolations(FromYaml(block, message.get()))[0].reason, "TOO_DEEP");
  for (const char* open : {"[", "{a: ", "- ", "? "}) {
    std::string text = "extra: ";
    for (int i = 0; i < 20000; ++i) absl::StrAppend(&text, open);
    EXPECT_THAT(FromYaml(text, message.get()), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(FromYamlTest, RefusesAliasesThatMultiply) {
  std::string text = "extra:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    absl::StrAppend(&text, "  a", i, ": &a", i, " [");
    for (int j = 0; j < 10; ++j) absl::StrAppend(&text, j > 0 ? ", " : "", "*a", i - 1);
    absl::StrAppend(&text, "]\n");
  }
  const auto message = Make("Thing", "");
  const absl::Status status = FromYaml(text, message.get());
  EXPECT_THAT(FieldViolations(status), SizeIs(1));
  EXPECT_THAT(std::string(status.message()), HasSubstr("aliases followed"));
}

TEST(FromYamlTest, RefusesAliasesToThemselves) {
  const auto message = Make("Thing", "");
  for (const char* text : {"main: &m {inner: *m}", "extra: &e {a: [*e, *e]}", "&r main: *r"}) {
    EXPECT_THAT(FromYaml(text, message.get()), StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(FromYamlTest, AnswersForDamagedDocumentsWithoutHarm) {
  const std::string whole =
      "title: thing\nnote: |\n  a\n  b\ntags: [a, b]\nmain: &m\n  label: \"x\\n\"\n  inner: {size: "
      "3}"
      "\nlabels: {a: 'b'}\nextra: {z: [1, ~, *m]}\n? color\n: COLOR_RED\n";
  std::mt19937 random(23);
  const std::string alphabet = "{}[]:,-?&*!|>'\"%@`#~\n\t ax0\\";
  for (int round = 0; round < 3000; ++round) {
    std::string text = whole;
    for (int i = 0; i < 3; ++i) text[random() % text.size()] = alphabet[random() % alphabet.size()];
    const auto message = Make("Thing", "");
    const absl::Status status = FromYaml(text, message.get());
    if (!status.ok()) {
      ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    }
  }
}

TEST(ToYamlTest, IsReadable) {
  const auto message = Make(
      "Thing",
      "title: 'Kick-off' note: 'first\\n  second\\n' count: 3 share: 0.1 color: COLOR_RED "
      "parts { label: 'a' size: 1 } parts { } parts { inner { label: 'true' } } tags: ['x', '- y'] "
      "labels { key: 'ja' value: '株式会社' } labels { key: '1' value: '' } "
      "time { seconds: 1775001600 } main { }");
  EXPECT_EQ(ToYaml(*message), R"(title: Kick-off
note: |
  first
    second
count: 3
share: 0.1
color: COLOR_RED
parts:
  - label: a
    size: 1
  - {}
  - inner:
      label: "true"
tags:
  - x
  - "- y"
labels:
  "1": ""
  ja: 株式会社
main: {}
time: "2026-04-01T00:00:00Z"
)");
}

TEST(ToYamlTest, WritesAnEmptyMessage) {
  const auto message = Make("Thing", "");
  EXPECT_EQ(ToYaml(*message), "{}\n");
  EXPECT_THAT(FromYaml("{}\n", message.get()), IsOk());
}

std::string RandomText(std::mt19937& random) {
  static const std::vector<std::string> pieces = {
      "a",    "B",  "株式", "会社", " ",   "  ",   "\n",   "\n\n",   ":",      ": ",
      " #",   "- ", "?",    "'",    "\"",  "\\",   "\t",   "true",   "null",   "~",
      "1",    ".",  "0x1",  "e",    "é",   "😀",    "\x01", "\u2028", "\u0085", "\uFEFF",
      "\r\n", "|",  ">",    "%",    "@",   "{",    "}",    "[",      "]",      ",",
      "&",    "*",  "!",    "---",  "...", "\x7F", "<<",   "\u3000", "\u00A0", "\uFFFE"};
  std::string text;
  for (size_t i = random() % 7; i > 0; --i) text += pieces[random() % pieces.size()];
  return text;
}

void FillRandomly(Message* message, std::mt19937& random, int depth);

void SetRandomly(Message* message, const FieldDescriptor* field, std::mt19937& random, int depth) {
  const auto* reflection = message->GetReflection();
  const bool item = field->is_repeated();
  const auto number = static_cast<int64_t>(random()) << 32 ^ static_cast<int64_t>(random());
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = RandomText(random);
      item ? reflection->AddString(message, field, text)
           : reflection->SetString(message, field, text);
      break;
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const double value = static_cast<double>(number) / (1 + random());
      item ? reflection->AddDouble(message, field, value)
           : reflection->SetDouble(message, field, value);
      break;
    }
    case FieldDescriptor::CPPTYPE_FLOAT:
      reflection->SetFloat(message, field, static_cast<float>(number) / 3);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection->SetInt32(message, field, static_cast<int32_t>(number));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      reflection->SetInt64(message, field, number);
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      reflection->SetUInt64(message, field, static_cast<uint64_t>(number));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(message, field, random() % 2 == 0);
      break;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int value = static_cast<int>(random() % 4);
      item ? reflection->AddEnumValue(message, field, value)
           : reflection->SetEnumValue(message, field, value);
      break;
    }
    default:
      FillRandomly(item ? reflection->AddMessage(message, field)
                        : reflection->MutableMessage(message, field),
                   random, depth + 1);
  }
}

void FillRandomly(Message* message, std::mt19937& random, int depth) {
  if (depth > 4 || message->GetTypeName() == "google.protobuf.Value") return;
  if (message->GetTypeName() == "google.protobuf.Duration" ||
      message->GetTypeName() == "google.protobuf.Timestamp") {
    const auto* seconds = message->GetDescriptor()->FindFieldByName("seconds");
    message->GetReflection()->SetInt64(message, seconds, random());
    return;
  }
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->field(i);
    if (field->is_map() || field->name() == "extra" || random() % 3 != 0) continue;
    for (int count = field->is_repeated() ? static_cast<int>(random() % 3) : 1; count > 0;
         --count) {
      SetRandomly(message, field, random, depth);
    }
  }
}

TEST(YamlProperty, ReadsBackWhatWasWritten) {
  std::mt19937 random(20260402);
  for (int round = 0; round < 1500; ++round) {
    const auto message = Make("Thing", "");
    FillRandomly(message.get(), random, 0);
    const std::string yaml = ToYaml(*message);
    const std::unique_ptr<Message> read(message->New());
    const absl::Status status = FromYaml(yaml, read.get());
    ASSERT_TRUE(status.ok()) << status << "\n" << yaml;
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*message, *read))
        << yaml << "\n"
        << message->DebugString() << "\n"
        << read->DebugString();
  }
}

TEST(YamlProperty, ReadsBackAnyTextAsValueItemAndKey) {
  std::mt19937 random(20260403);
  for (int round = 0; round < 4000; ++round) {
    const std::string text = RandomText(random);
    const auto message = Make("Thing", "main { } labels { key: 'a' } parts { words: 'w' }");
    const auto* reflection = message->GetReflection();
    const auto* type = message->GetDescriptor();
    reflection->SetString(message.get(), type->FindFieldByName("note"), text);
    reflection->AddString(message.get(), type->FindFieldByName("tags"), text);
    Message* entry =
        reflection->MutableRepeatedMessage(message.get(), type->FindFieldByName("labels"), 0);
    for (const char* part : {"key", "value"}) {
      entry->GetReflection()->SetString(entry, entry->GetDescriptor()->FindFieldByName(part), text);
    }
    const std::string yaml = ToYaml(*message);
    const std::unique_ptr<Message> read(message->New());
    const absl::Status status = FromYaml(yaml, read.get());
    ASSERT_TRUE(status.ok()) << status << "\n" << yaml;
    ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*message, *read)) << yaml;
  }
}

TEST(ToYamlTest, WritesFreeValuesSoThatTheyReadBack) {
  const auto message =
      Make("Thing",
           "extra { fields { key: 'a b' value { list_value { values { number_value: 1.5 } "
           "values { string_value: 'x: \"y\" \\n <é>' } values { null_value: 0 } "
           "values { struct_value { fields { key: '1' value { bool_value: true } } } } } } } }");
  const std::unique_ptr<Message> read(message->New());
  EXPECT_THAT(FromYaml(ToYaml(*message), read.get()), IsOk());
  EXPECT_EQ(read->DebugString(), message->DebugString());
}

}  // namespace
}  // namespace banso::contract

#include "common/contract/rule_plan.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/contract/test_types.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor_database.h"
#include "gtest/gtest.h"

namespace banso::contract {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;
using testing::TestType;

TEST(RulesOfTest, LeavesOutWhatNeedsNoLook) {
  const internal::MessagePlan& plain = *internal::RulesOf(TestType("Plain")).plan;
  EXPECT_TRUE(plain.empty());
  const internal::MessagePlan& thing = *internal::RulesOf(TestType("Thing")).plan;
  std::set<std::string> names;
  for (const internal::FieldPlan& field : thing.fields) names.insert(field.field->name());
  EXPECT_EQ(names.count("on") + names.count("data") + names.count("big"), 0u);
  EXPECT_EQ(names.count("title") + names.count("due") + names.count("ratio"), 3u);
}

TEST(RulesOfTest, IsMadeOnceAndTiesTypesThatContainThemselves) {
  const internal::CompiledRules& first = internal::RulesOf(TestType("Part"));
  EXPECT_EQ(&first, &internal::RulesOf(TestType("Part")));
  for (const internal::FieldPlan& field : first.plan->fields) {
    if (field.field->name() == "inner") {
      EXPECT_EQ(field.message, first.plan);
    }
  }
}

TEST(RulesOfTest, FindsMaskAndResourceOfAnUpdate) {
  const internal::MessagePlan& plan = *internal::RulesOf(TestType("UpdateThingRequest")).plan;
  ASSERT_NE(plan.update_mask, nullptr);
  EXPECT_EQ(plan.update_mask->name(), "update_mask");
  EXPECT_EQ(plan.updated_resource->name(), "thing");
}

struct FaultCase {
  const char* type;
  const char* text;
};

class FaultTest : public ::testing::TestWithParam<FaultCase> {};

TEST_P(FaultTest, IsNamedWithItsField) {
  const std::string type = GetParam().type;
  const absl::Status status = CompileRules(TestType(type));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Cause(status), HasSubstr(absl::StrCat("banso.contract.test.", type, ".Bad.")));
  EXPECT_THAT(Cause(status), HasSubstr(GetParam().text));
  EXPECT_EQ(Check(testing::Make(type, "").get()), status);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, FaultTest,
    ::testing::Values(FaultCase{"LengthOfNumber", "lengths and forms are for text"},
                      FaultCase{"FormOfBytes", "lengths and forms are for text"},
                      FaultCase{"RangeOfText", "min and max are for numbers"},
                      FaultCase{"ItemsOfSingle", "for lists and maps"},
                      FaultCase{"PatternWithoutForm", "resource goes with"},
                      FaultCase{"NoPattern", "a/{B}"},
                      FaultCase{"RequiredOfTheServer", "cannot be required"},
                      FaultCase{"NoLength", "no length is accepted"},
                      FaultCase{"NegativeLength", "no length is accepted"},
                      FaultCase{"NoNumber", "no number is accepted"},
                      FaultCase{"NoItems", "no number of items is accepted"},
                      FaultCase{"MaskOfNothing", "holds no resource"}),
    [](const auto& info) { return std::string(info.param.type); });

// The messages of all files of banso.* that are linked into this test.
std::vector<const google::protobuf::Descriptor*> AllMessages() {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<std::string> files;
  google::protobuf::DescriptorPool::internal_generated_database()->FindAllFileNames(&files);
  std::vector<const google::protobuf::Descriptor*> messages;
  for (const std::string& name : files) {
    if (!absl::StartsWith(name, "banso/")) continue;
    const auto* file = pool->FindFileByName(name);
    for (int i = 0; i < file->message_type_count(); ++i) messages.push_back(file->message_type(i));
  }
  return messages;
}

TEST(ContractTest, StatesOnlyRulesThatMakeSense) {
  const std::vector<const google::protobuf::Descriptor*> messages = AllMessages();
  ASSERT_GT(messages.size(), 40u);
  for (const google::protobuf::Descriptor* message : messages) {
    const absl::Status status = CompileRules(message);
    EXPECT_THAT(status, IsOk()) << message->full_name() << ": " << Cause(status);
  }
}

TEST(ContractTest, NamesItsResourcesWithPatterns) {
  for (const google::protobuf::Descriptor* message : AllMessages()) {
    if (!internal::IsResource(message)) continue;
    const std::string& pattern =
        message->options().GetExtension(banso::type::v1::resource).pattern();
    EXPECT_THAT(NamePattern::Parse(pattern), IsOk()) << message->full_name();
    EXPECT_NE(message->FindFieldByName("name"), nullptr) << message->full_name();
  }
}

}  // namespace
}  // namespace banso::contract

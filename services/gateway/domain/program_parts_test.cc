#include "services/gateway/domain/program_parts.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "banso/type/v1/revision.pb.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/proto_services.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::gateway {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::ParseProto;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Program FullProgram() {
  return ParseProto<v1::Program>(R"pb(
    name: "programs/p"
    display_name: "P"
    handoff_policy { name: "handoffPolicies/h" }
    criteria_sets { name: "criteriaSets/c" }
    plan_templates { name: "planTemplates/t" }
    classification_policy { name: "classificationPolicies/k" }
    score_models { name: "scoreModels/s" }
    success_definitions { name: "successDefinitions/d" }
    rubrics {
      name: "rubrics/r"
      items { key: "clarity" }
    }
    metrics { name: "metrics/a" }
    metrics { name: "metrics/b" }
  )pb");
}

std::vector<std::string> Fields(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(status)) fields.push_back(violation.field);
  return fields;
}

TEST(ProgramPartsTest, PutsEachPartBehindThoseItMayReferTo) {
  const v1::Program program = FullProgram();
  std::vector<std::string> names;
  std::vector<std::string> paths;
  for (const Part& part : PartsOf(program)) {
    names.push_back(part.name);
    paths.push_back(part.path);
  }
  EXPECT_THAT(names, ElementsAre("metrics/a", "metrics/b", "rubrics/r", "successDefinitions/d",
                                 "scoreModels/s", "classificationPolicies/k", "planTemplates/t",
                                 "criteriaSets/c", "handoffPolicies/h", "accounts/-"));
  EXPECT_THAT(paths, ElementsAre("program.metrics[0]", "program.metrics[1]", "program.rubrics[0]",
                                 "program.success_definitions[0]", "program.score_models[0]",
                                 "program.classification_policy", "program.plan_templates[0]",
                                 "program.criteria_sets[0]", "program.handoff_policy",
                                 "program.classification_policy"));
}

TEST(ProgramPartsTest, LeavesNoFieldOfAProgramOut) {
  v1::Program program;
  int fields = 0;
  for (int i = 0; i < v1::Program::descriptor()->field_count(); ++i) {
    const auto* field = v1::Program::descriptor()->field(i);
    if (field->message_type() == nullptr) continue;
    ++fields;
    if (field->is_repeated()) {
      program.GetReflection()->AddMessage(&program, field);
    } else {
      program.GetReflection()->MutableMessage(&program, field);
    }
  }
  // The classification of all accounts is one more.
  EXPECT_EQ(PartsOf(program).size(), static_cast<size_t>(fields) + 1);
}

// A kind that people save revisions of is part of the way in which they onboard.
TEST(ProgramPartsTest, EveryRevisionedKindIsAPartOfPrograms) {
  std::set<std::string> parts;
  for (int i = 0; i < v1::Program::descriptor()->field_count(); ++i) {
    const auto* type = v1::Program::descriptor()->field(i)->message_type();
    if (type != nullptr) parts.insert(type->full_name());
  }
  for (const google::protobuf::FileDescriptor* file : contract::ProtoFiles()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const google::protobuf::Descriptor& type = *file->message_type(i);
      if (!type.options().GetExtension(type::v1::resource).revisioned()) continue;
      EXPECT_THAT(parts, Contains(type.full_name())) << "add it to Program and kFieldsInOrder";
    }
  }
  EXPECT_GE(parts.size(), 15u);
}

TEST(ProgramPartsTest, TellsHowEachPartIsAppliedAndWhere) {
  const v1::Program program = FullProgram();
  std::map<std::string, PartKind> kinds;
  for (const Part& part : PartsOf(program)) kinds[part.name] = part.kind;
  EXPECT_EQ(kinds["metrics/a"], PartKind::kInPlace);
  EXPECT_EQ(kinds["planTemplates/t"], PartKind::kRevisioned);
  EXPECT_EQ(kinds["handoffPolicies/h"], PartKind::kSoleRevisioned);
  EXPECT_EQ(kinds["accounts/-"], PartKind::kReclassification);
  EXPECT_EQ(PackageOf(PartsOf(program).front()), "banso.health.v1");
}

TEST(ProgramPartsTest, DeclaresAttributesInPlaceBeforeAllThatMayReadThem) {
  v1::Program program = FullProgram();
  program.add_attribute_definitions()->set_name("attributeDefinitions/region");
  const Part first = PartsOf(program).front();
  EXPECT_EQ(first.name, "attributeDefinitions/region");
  EXPECT_EQ(first.kind, PartKind::kInPlace);
  EXPECT_EQ(PackageOf(first), "banso.accounts.v1");
}

TEST(ProgramPartsTest, ReclassifiesOnlyWithAPolicy) {
  v1::Program program = FullProgram();
  program.clear_classification_policy();
  for (const Part& part : PartsOf(program)) EXPECT_NE(part.kind, PartKind::kReclassification);
}

TEST(ProgramPartsTest, AcceptsAProgramWhosePartsHaveNamesOfTheirOwn) {
  EXPECT_THAT(CheckProgram(FullProgram()), IsOk());
}

TEST(ProgramPartsTest, TellsAllNamesThatAreMissingTakenOrRevised) {
  v1::Program program = FullProgram();
  program.mutable_metrics(1)->set_name("metrics/a");
  program.mutable_plan_templates(0)->set_name("planTemplates/t@2");
  program.add_metrics();
  program.add_rubrics()->set_name("rubrics/second");
  program.mutable_rubrics(1)->add_items()->set_key("clarity");
  EXPECT_THAT(Fields(CheckProgram(program)),
              ElementsAre("program.metrics[1].name", "program.metrics[2].name",
                          "program.plan_templates[0].name", "program.rubrics[1].items[0].key"));
}

TEST(ProgramPartsTest, ComparesContentWithoutWhatTheServerSets) {
  auto a = ParseProto<health::v1::ScoreModel>(R"pb(
    name: "scoreModels/s"
    display_name: "S"
    measures { key: "m" weight: 1 }
  )pb");
  auto b = a;
  b.mutable_revision()->set_number(3);
  b.mutable_revision()->set_state(type::v1::REVISION_STATE_ACTIVE);
  EXPECT_TRUE(SameContent(a, b));
  b.mutable_measures(0)->set_weight(2);
  EXPECT_FALSE(SameContent(a, b));
}

TEST(ProgramPartsTest, ComparesCriteriaWithoutWhatFollowsFromThem) {
  auto a = ParseProto<handoff::v1::CriteriaSet>(R"pb(name: "criteriaSets/c" priority: 1)pb");
  auto b = a;
  b.set_etag("e7");
  b.add_warnings("UNTRACED: criterion x names no problem");
  b.add_fact_types()->set_name("metric.x");
  EXPECT_TRUE(SameContent(a, b));
}

struct PathCase {
  std::string name;
  std::string given;
  std::string told;
};

class PartViolationsTest : public ::testing::TestWithParam<PathCase> {};

TEST_P(PartViolationsTest, TellsTheFieldWhereItIsInTheProgram) {
  contract::Violations violations;
  AddPartViolations(contract::InvalidField(GetParam().given, "x", "something else"), "score_model",
                    "program.score_models[2]", &violations);
  EXPECT_THAT(Fields(violations.ToStatus()), ElementsAre(GetParam().told));
}

INSTANTIATE_TEST_SUITE_P(
    , PartViolationsTest,
    ::testing::Values(
        PathCase{"Nested", "score_model.measures[1].curve[0].points",
                 "program.score_models[2].measures[1].curve[0].points"},
        PathCase{"TheResource", "score_model", "program.score_models[2]"},
        PathCase{"AnotherFieldWithTheSameBeginning", "score_model_note", "program.score_models[2]"},
        PathCase{"TheReason", "reason", "reason"},
        PathCase{"FactTypes", "additional_fact_types[0].name", "program.score_models[2]"}),
    [](const ::testing::TestParamInfo<PathCase>& info) { return info.param.name; });

TEST(ProgramPartsTest, KeepsWhatIsWrongAndWhy) {
  contract::Violations violations;
  AddPartViolations(contract::InvalidField("rubric.items[0].key", "x y", "a key", "NOT_A_KEY"),
                    "rubric", "program.rubrics[0]", &violations);
  ASSERT_EQ(violations.list().size(), 1);
  EXPECT_EQ(violations.list()[0].reason, "NOT_A_KEY");
  EXPECT_THAT(violations.list()[0].description, HasSubstr("x y"));
}

TEST(ProgramPartsTest, TellsOtherRefusalsAtThePart) {
  contract::Violations violations;
  AddPartViolations(contract::NotFound("members/nobody"), "score_model", "program.score_models[0]",
                    &violations);
  ASSERT_EQ(violations.list().size(), 1);
  EXPECT_EQ(violations.list()[0].field, "program.score_models[0]");
  EXPECT_THAT(violations.list()[0].description, HasSubstr("members/nobody"));
}

TEST(ProgramPartsTest, TellsRefusalsFromTrouble) {
  EXPECT_TRUE(IsRefusal(contract::InvalidField("a", "b", "c")));
  EXPECT_TRUE(IsRefusal(contract::NotFound("members/x")));
  EXPECT_FALSE(IsRefusal(contract::Unavailable("health does not answer", absl::Seconds(1))));
  EXPECT_FALSE(IsRefusal(contract::DeadlineExceeded("slow")));
  EXPECT_TRUE(
      IsRefusal(contract::FailedPrecondition("NOT_ACTIVE", "plays/a", "it is a draft", "")));
  EXPECT_FALSE(IsRefusal(contract::FailedPrecondition("STORAGE_READ_ONLY", "the disk of the store",
                                                      "it takes no writes", "")));
  EXPECT_FALSE(IsRefusal(contract::Internal("a fault")));
  EXPECT_FALSE(IsRefusal(absl::OkStatus()));
}

}  // namespace
}  // namespace banso::gateway

#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/kickoff/api/kickoff_fixture.h"

namespace banso::kickoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

using PlanTemplatesTest = KickoffTest;

TEST_F(PlanTemplatesTest, RefusesATemplateThatNamesItselfByRevision) {
  v1::SavePlanTemplateRequest save;
  *save.mutable_plan_template() = TestTemplate();
  save.mutable_plan_template()->set_name("planTemplates/standard@4");
  save.set_reason("first");
  EXPECT_THAT(templates_->SavePlanTemplate(MakeCall(), save),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("plan_template.name")));
}

TEST_F(PlanTemplatesTest, ChecksWithoutStoringWhenAskedTo) {
  v1::SavePlanTemplateRequest save;
  *save.mutable_plan_template() = TestTemplate();
  save.set_reason("first");
  save.set_validate_only(true);
  ASSERT_THAT(templates_->SavePlanTemplate(MakeCall(), save), IsOk());
  v1::GetPlanTemplateRequest get;
  get.set_name("planTemplates/standard");
  EXPECT_THAT(templates_->GetPlanTemplate(MakeCall(), get),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("planTemplates/standard")));
}

}  // namespace
}  // namespace banso::kickoff

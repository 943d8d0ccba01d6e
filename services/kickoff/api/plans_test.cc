#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/kickoff/api/kickoff_fixture.h"

namespace banso::kickoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using PlansTest = KickoffTest;

TEST_F(PlansTest, MakesAPlanFromTheTemplateInForceOnce) {
  EXPECT_EQ(contract::Reason(CreatePlan().status()), "NO_PLAN_TEMPLATE");
  ActivateTemplate();
  const auto plan = CreatePlan();
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->template_revision(), "planTemplates/standard@1");
  EXPECT_EQ(plan->owner(), "members/aoki");
  v1::ListMeetingsRequest meetings;
  meetings.set_parent(kPlan);
  const auto listed = meetings_->ListMeetings(MakeCall(), meetings);
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(listed->meetings(), SizeIs(3));
  EXPECT_EQ(Nth(listed->meetings(), 0).title(), "Kickoff");
  EXPECT_THAT(CreatePlan(), StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr(kPlan)));
}

TEST_F(PlansTest, AsksToConfirmTheConditionsUnderWhichTheCustomerWasTakenOn) {
  ActivateTemplate();
  accounts::v1::IntakeCondition* condition = accounts_.onboarding.add_intake_conditions();
  condition->set_key("site_leads");
  condition->set_text("A lead per site before the kickoff");
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::ListHearingAnswersRequest request;
  request.set_parent(kPlan);
  const auto answers = meetings_->ListHearingAnswers(MakeCall(), request);
  ASSERT_THAT(answers, IsOk());
  int found = 0;
  for (const v1::HearingAnswer& answer : answers->hearing_answers()) {
    if (answer.name() != absl::StrCat(kPlan, "/hearingAnswers/intake-site-leads")) continue;
    ++found;
    EXPECT_EQ(answer.answer(), "A lead per site before the kickoff");
    EXPECT_EQ(answer.provenance(), v1::PROVENANCE_FROM_SALES);
    EXPECT_TRUE(answer.required());
  }
  EXPECT_EQ(found, 1);
}

TEST_F(PlansTest, PagesNextActionsWithoutSkippingOrRepeating) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::ListNextActionsRequest request;
  request.set_parent("accounts/-/onboardings/-");
  const auto all = kickoff_->ListNextActions(MakeCall(), request);
  ASSERT_THAT(all, IsOk());
  ASSERT_THAT(all->next_actions(), SizeIs(3));
  std::vector<std::string> paged;
  request.set_page_size(1);
  do {
    const auto page = kickoff_->ListNextActions(MakeCall(), request);
    ASSERT_THAT(page, IsOk());
    for (const auto& action : page->next_actions()) paged.push_back(action.resource());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(paged, ElementsAre(all->next_actions(0).resource(), all->next_actions(1).resource(),
                                 all->next_actions(2).resource()));
  request.set_owner("members/nobody");
  request.clear_page_size();
  EXPECT_THAT(kickoff_->ListNextActions(MakeCall(), request)->next_actions(), IsEmpty());
}

}  // namespace
}  // namespace banso::kickoff

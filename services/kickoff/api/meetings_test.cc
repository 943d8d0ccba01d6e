#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/kickoff/api/kickoff_fixture.h"

namespace banso::kickoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using MeetingsTest = KickoffTest;

TEST_F(MeetingsTest, HoldingTheKickoffMovesThePlanAndTellsAccountsOnce) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  AssignSato();
  accounts_.clock_status = contract::Unavailable("accounts", absl::Seconds(1));
  const auto held = meetings_->HoldMeeting(MakeCall(), HoldKickoff());
  ASSERT_THAT(held, IsOk());
  EXPECT_THAT(held->next_actions(), SizeIs(1));
  EXPECT_THAT(accounts_.recorded, IsEmpty());
  v1::GetMeetingRequest follow_up;
  follow_up.set_name(absl::StrCat(kPlan, "/meetings/follow-up"));
  EXPECT_EQ(calendar::DayText(meetings_->GetMeeting(MakeCall(), follow_up)->planned_date()),
            "2025-04-16");
  accounts_.clock_status = absl::OkStatus();
  ASSERT_THAT(clocks_->Send(MakeCall()), IsOk());
  ASSERT_THAT(clocks_->Send(MakeCall()), IsOk());
  ASSERT_THAT(accounts_.recorded, SizeIs(2));
  for (const auto& [id, request] : accounts_.recorded) {
    EXPECT_EQ(calendar::DayText(request.date()), "2025-04-09");
    EXPECT_EQ(request.name(), kOnboarding);
  }
}

TEST_F(MeetingsTest, StopsSendingAClockThatAccountsRefuses) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  AssignSato();
  accounts_.clock_status =
      contract::FailedPrecondition("WRONG_STATE", kOnboarding, "cancelled", "");
  ASSERT_THAT(meetings_->HoldMeeting(MakeCall(), HoldKickoff()), IsOk());
  accounts_.clock_status = absl::OkStatus();
  ASSERT_THAT(clocks_->Send(MakeCall()), IsOk());
  EXPECT_THAT(accounts_.recorded, IsEmpty());
}

TEST_F(MeetingsTest, AnswersARepeatedRequestWithTheSameMeeting) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  AssignSato();
  v1::HoldMeetingRequest request = HoldKickoff();
  request.set_request_id("hold-1");
  Call call = MakeCall();
  call.method = "banso.kickoff.v1.MeetingsService/HoldMeeting";
  call.request_id = "hold-1";
  const auto first = meetings_->HoldMeeting(call, request);
  const auto second = meetings_->HoldMeeting(call, request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_THAT(second->next_actions(), SizeIs(1));
}

TEST_F(MeetingsTest, RefusesAStakeholderOfAnotherAccount) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::AssignRoleRequest request;
  request.set_parent(kPlan);
  request.set_role(accounts::v1::STAKEHOLDER_ROLE_LEAD);
  request.set_stakeholder("accounts/other/stakeholders/sato");
  EXPECT_THAT(meetings_->AssignRole(MakeCall(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("accounts/acme")));
  request.set_stakeholder("accounts/acme/stakeholders/nobody");
  EXPECT_THAT(meetings_->AssignRole(MakeCall(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nobody")));
}

}  // namespace
}  // namespace banso::kickoff

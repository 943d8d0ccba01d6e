#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "banso/accounts/v1/account_summary.pb.h"
#include "banso/accounts/v1/site.pb.h"
#include "banso/accounts/v1/stakeholder.pb.h"
#include "banso/accounts/v1/stakeholder_change.pb.h"
#include "banso/type/v1/change.pb.h"
#include "common/calendar/business_days.h"
#include "common/calendar/proto_time.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"
#include "services/kickoff/api/kickoff_fixture.h"

namespace banso::kickoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using AccountsMirrorTest = KickoffTest;

TEST_F(AccountsMirrorTest, FollowsTheClocksAndTheOwnerOfTheOnboarding) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  accounts_.onboarding.set_owner("members/ueda");
  accounts::v1::ClockReading* clock = accounts_.onboarding.add_clocks();
  clock->set_clock(type::v1::CLOCK_KICKOFF);
  *clock->mutable_date() = calendar::ToDate(absl::CivilDay(2025, 4, 20));
  type::v1::Change change;
  change.set_operation(type::v1::OPERATION_UPDATED);
  change.mutable_resource()->PackFrom(accounts_.onboarding);
  for (int twice = 0; twice < 2; ++twice) {
    ASSERT_THAT(
        database_->Write(MakeCall(),
                         [&](storage::Writer& writer) { return mirror_->Apply(writer, change); }),
        IsOk());
  }
  v1::GetMeetingRequest follow_up;
  follow_up.set_name(absl::StrCat(kPlan, "/meetings/follow-up"));
  const auto meeting = meetings_->GetMeeting(MakeCall(), follow_up);
  EXPECT_EQ(calendar::DayText(meeting->planned_date()), "2025-04-27");
  EXPECT_THAT(meeting->moves(), SizeIs(1));
  v1::GetPlanRequest get;
  get.set_name(kPlan);
  EXPECT_EQ(kickoff_->GetPlan(MakeCall(), get)->owner(), "members/ueda");
}

TEST_F(AccountsMirrorTest, CountsInTheWorkingDaysOfTheCustomersSites) {
  ActivateTemplate();
  const auto follow = [&](const accounts::v1::Site& site, type::v1::Operation operation) {
    type::v1::Change change;
    change.set_name(site.name());
    change.set_operation(operation);
    change.mutable_resource()->PackFrom(site);
    ASSERT_THAT(
        database_->Write(MakeCall(),
                         [&](storage::Writer& writer) { return mirror_->Apply(writer, change); }),
        IsOk());
  };
  accounts::v1::Site site;
  site.set_name("accounts/acme/sites/bkk");
  site.set_calendar("weekends");
  *site.add_holidays()->mutable_date() = calendar::ToDate(absl::CivilDay(2025, 4, 16));
  follow(site, type::v1::OPERATION_CREATED);
  ASSERT_THAT(CreatePlan(), IsOk());
  // Three business days after 15 April, on which the kickoff is assumed.
  const auto due = [&] {
    v1::GetPlanTaskRequest request;
    request.set_name(absl::StrCat(kPlan, "/tasks/first-use"));
    return calendar::DayText(tasks_->GetPlanTask(MakeCall(), request)->due());
  };
  const auto etag = [&] {
    v1::GetPlanRequest request;
    request.set_name(kPlan);
    return kickoff_->GetPlan(MakeCall(), request)->etag();
  };
  EXPECT_EQ(due(), "2025-04-21");
  const std::string before = etag();
  site.set_display_name("Bangkok");
  follow(site, type::v1::OPERATION_UPDATED);
  EXPECT_EQ(etag(), before);
  *site.add_holidays()->mutable_date() = calendar::ToDate(absl::CivilDay(2025, 4, 17));
  follow(site, type::v1::OPERATION_UPDATED);
  EXPECT_EQ(due(), "2025-04-22");
  follow(site, type::v1::OPERATION_DELETED);
  EXPECT_EQ(due(), "2025-04-18");
}

TEST_F(AccountsMirrorTest, CountsByTheCalendarsThatItWasGivenAndNoOther) {
  ActivateTemplate();
  accounts::v1::Site site;
  site.set_name("accounts/acme/sites/ruh");
  site.set_calendar("gulf");
  type::v1::Change change;
  change.set_name(site.name());
  change.set_operation(type::v1::OPERATION_CREATED);
  change.mutable_resource()->PackFrom(site);
  const auto follow = [&] {
    return database_
        ->Write(MakeCall(), [&](storage::Writer& writer) { return mirror_->Apply(writer, change); })
        .status();
  };
  EXPECT_THAT(follow(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("\"gulf\" is none of jp, weekends")));
  calendars_.Add(calendar::Calendar("gulf", {absl::Weekday::friday, absl::Weekday::saturday}, {}));
  ASSERT_THAT(follow(), IsOk());
  EXPECT_THAT(mirror_->CheckCalendars(), IsOk());
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::GetPlanTaskRequest request;
  request.set_name(absl::StrCat(kPlan, "/tasks/first-use"));
  // Three business days after Tuesday 15 April, on which the kickoff is assumed.
  EXPECT_EQ(calendar::DayText(tasks_->GetPlanTask(MakeCall(), request)->due()), "2025-04-20");
  // Started again without the calendar, it does not count by another one.
  const AccountsMirror without(*database_, store_, *editor_, calendar::Calendars::BuiltIn());
  EXPECT_THAT(without.CheckCalendars(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                                 HasSubstr("accounts/acme/sites/ruh")));
}

TEST_F(AccountsMirrorTest, FollowsTheSitesAndThePeopleOfTheCustomer) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  const auto follow = [&](const std::string& name, const google::protobuf::Message& resource,
                          type::v1::Operation operation = type::v1::OPERATION_UPDATED) {
    type::v1::Change change;
    change.set_name(name);
    change.set_operation(operation);
    change.mutable_resource()->PackFrom(resource);
    ASSERT_THAT(
        database_->Write(MakeCall(),
                         [&](storage::Writer& writer) { return mirror_->Apply(writer, change); }),
        IsOk());
  };
  const auto promoters_missing = [&] {
    v1::CheckReadinessRequest request;
    request.set_name(kPlan);
    const auto readiness = kickoff_->CheckReadiness(MakeCall(), request);
    int missing = 0;
    for (const v1::ReadinessGap& gap : readiness->areas(0).gaps()) {
      if (gap.resource() == "accounts/acme/sites/bkk") ++missing;
    }
    return missing;
  };
  accounts::v1::Site site;
  site.set_name("accounts/acme/sites/bkk");
  follow(site.name(), site);
  EXPECT_EQ(promoters_missing(), 1);
  accounts::v1::AccountSummary summary;
  summary.set_name("accounts/acme/summary");
  accounts::v1::RoleHolder& holder = *summary.add_role_holders();
  holder.set_role(accounts::v1::STAKEHOLDER_ROLE_SITE_CHAMPION);
  holder.set_site(site.name());
  follow(summary.name(), summary);
  EXPECT_EQ(promoters_missing(), 0);
  summary.clear_role_holders();
  follow(summary.name(), summary);
  EXPECT_EQ(promoters_missing(), 1);
  follow(site.name(), site, type::v1::OPERATION_DELETED);
  EXPECT_EQ(promoters_missing(), 0);

  const auto tasks = [&] {
    v1::ListPlanTasksRequest request;
    request.set_parent(kPlan);
    return tasks_->ListPlanTasks(MakeCall(), request)->tasks_size();
  };
  const int before = tasks();
  accounts::v1::StakeholderChange change;
  change.set_name("accounts/acme/stakeholderChanges/2025-04-01-lead");
  change.set_role(accounts::v1::STAKEHOLDER_ROLE_LEAD);
  *change.mutable_date() = calendar::ToDate(absl::CivilDay(2025, 3, 1));
  *change.mutable_watch_until() = calendar::ToDate(absl::CivilDay(2025, 3, 30));
  follow(change.name(), change);
  EXPECT_EQ(tasks(), before) << "what is over is no work any more";
  *change.mutable_watch_until() = calendar::ToDate(absl::CivilDay(2025, 4, 10));
  follow(change.name(), change);
  follow(change.name(), change);
  EXPECT_EQ(tasks(), before + 3);
}

class EndedOnboardingTest : public AccountsMirrorTest,
                            public ::testing::WithParamInterface<accounts::v1::OnboardingState> {};

INSTANTIATE_TEST_SUITE_P(Ends, EndedOnboardingTest,
                         ::testing::Values(accounts::v1::ONBOARDING_STATE_CANCELLED,
                                           accounts::v1::ONBOARDING_STATE_LOST),
                         [](const auto& state) {
                           return accounts::v1::OnboardingState_Name(state.param);
                         });

TEST_P(EndedOnboardingTest, LeavesOutWhatIsOpen) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  accounts_.onboarding.set_state(GetParam());
  type::v1::Change change;
  change.set_operation(type::v1::OPERATION_UPDATED);
  change.mutable_resource()->PackFrom(accounts_.onboarding);
  for (int twice = 0; twice < 2; ++twice) {
    ASSERT_THAT(
        database_->Write(MakeCall(),
                         [&](storage::Writer& writer) { return mirror_->Apply(writer, change); }),
        IsOk());
  }
  v1::ListNextActionsRequest actions;
  actions.set_parent("accounts/-/onboardings/-");
  EXPECT_THAT(kickoff_->ListNextActions(MakeCall(), actions)->next_actions(), IsEmpty());
  v1::ListPlanTasksRequest tasks;
  tasks.set_parent(kPlan);
  const auto listed = tasks_->ListPlanTasks(MakeCall(), tasks);
  ASSERT_THAT(listed, IsOk());
  ASSERT_THAT(listed->tasks(), SizeIs(2));
  for (const v1::PlanTask& task : listed->tasks()) {
    EXPECT_EQ(task.state(), v1::TASK_STATE_SKIPPED);
    EXPECT_EQ(task.note(), "the onboarding was given up");
  }
}

}  // namespace
}  // namespace banso::kickoff

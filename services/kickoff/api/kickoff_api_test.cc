#include "services/kickoff/api/kickoff_api.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/storage/open.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/kickoff/domain/test_plan.h"

namespace banso::kickoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPlan[] = "accounts/acme/onboardings/o1/plan";
constexpr char kSato[] = "accounts/acme/stakeholders/sato";

// Accounts with one account, one onboarding and one stakeholder, in memory.
class FakeAccounts : public AccountsClient {
 public:
  absl::StatusOr<accounts::v1::Account> GetAccount(const Call&, const std::string& name) override {
    if (name != "accounts/acme") return contract::NotFound(name);
    accounts::v1::Account account;
    account.set_name(name);
    return account;
  }
  absl::StatusOr<accounts::v1::Onboarding> GetOnboarding(const Call&,
                                                         const std::string& name) override {
    if (name != kOnboarding) return contract::NotFound(name);
    return onboarding;
  }
  absl::StatusOr<accounts::v1::Stakeholder> GetStakeholder(const Call&,
                                                           const std::string& name) override {
    if (name != kSato) return contract::NotFound(name);
    return accounts::v1::Stakeholder();
  }
  absl::Status RecordClock(const Call&, const accounts::v1::RecordClockRequest& request) override {
    if (!clock_status.ok()) return clock_status;
    recorded[request.request_id()] = request;
    return absl::OkStatus();
  }
  absl::StatusOr<rule::FactCatalog> Catalog(const Call&) override { return rule::FactCatalog(); }
  absl::StatusOr<rule::Readings> Read(const Call&, const std::vector<rule::FactRead>&,
                                      const rule::Moment&) override {
    return rule::Readings();
  }

  accounts::v1::Onboarding onboarding;
  absl::Status clock_status;
  // What was recorded, by request id: a repetition has no further effect.
  std::map<std::string, accounts::v1::RecordClockRequest> recorded;
};

class KickoffApiTest : public testing::TempDirTest {
 protected:
  void SetUp() override {
    accounts_.onboarding.set_name(kOnboarding);
    accounts_.onboarding.set_owner("members/aoki");
    storage::OpenOptions options;
    options.path = TempFile("kickoff.db");
    options.service = "kickoff";
    options.migrations = Schema();
    auto opened = storage::OpenSqlite(options);
    ASSERT_THAT(opened, IsOk());
    database_ = *std::move(opened);
    api_ = std::make_unique<KickoffApi>(*database_, store_, accounts_, ids_, calendars_);
  }

  // A call at noon of 10 April 2025 in Tokyo.
  Call MakeCall() {
    Call call;
    call.actor = "members/aoki";
    call.now = absl::FromUnixSeconds(1744254000);
    call.deadline = absl::Now() + absl::Seconds(30);
    return call;
  }

  void ActivateTemplate() {
    v1::SavePlanTemplateRequest save;
    *save.mutable_plan_template() = TestTemplate();
    save.set_reason("first");
    const auto saved = api_->SavePlanTemplate(MakeCall(), save);
    ASSERT_THAT(saved, IsOk());
    EXPECT_EQ(saved->revision().state(), type::v1::REVISION_STATE_DRAFT);
    v1::ActivatePlanTemplateRequest activate;
    activate.set_name(absl::StrCat("planTemplates/standard@", saved->revision().number()));
    ASSERT_THAT(api_->ActivatePlanTemplate(MakeCall(), activate), IsOk());
  }

  absl::StatusOr<v1::Plan> CreatePlan() {
    v1::CreatePlanRequest request;
    request.set_parent(kOnboarding);
    *request.mutable_contract_start() = calendar::ToDate(absl::CivilDay(2025, 4, 1));
    return api_->CreatePlan(MakeCall(), request);
  }

  v1::HoldMeetingRequest HoldKickoff() {
    v1::HoldMeetingRequest request;
    request.set_name(absl::StrCat(kPlan, "/meetings/kickoff"));
    *request.mutable_held_date() = calendar::ToDate(absl::CivilDay(2025, 4, 9));
    request.add_attendees(kSato);
    v1::PlanTask* action = request.add_next_actions();
    action->set_title("Add 30 candidates");
    action->set_side(v1::SIDE_CUSTOMER);
    return request;
  }

  void AssignSato() {
    v1::AssignRoleRequest request;
    request.set_parent(kPlan);
    request.set_role(accounts::v1::STAKEHOLDER_ROLE_PROJECT_OWNER);
    request.set_stakeholder(kSato);
    ASSERT_THAT(api_->AssignRole(MakeCall(), request), IsOk());
  }

  Store store_;
  FakeAccounts accounts_;
  contract::CountingIdSource ids_;
  calendar::Calendars calendars_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<KickoffApi> api_;
};

TEST_F(KickoffApiTest, AsksToConfirmTheConditionsUnderWhichTheCustomerWasTakenOn) {
  ActivateTemplate();
  accounts::v1::IntakeCondition* condition = accounts_.onboarding.add_intake_conditions();
  condition->set_key("site_leads");
  condition->set_text("A lead per site before the kickoff");
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::ListHearingAnswersRequest request;
  request.set_parent(kPlan);
  const auto answers = api_->ListHearingAnswers(MakeCall(), request);
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

TEST_F(KickoffApiTest, MakesAPlanFromTheTemplateInForceOnce) {
  EXPECT_EQ(contract::Reason(CreatePlan().status()), "NO_PLAN_TEMPLATE");
  ActivateTemplate();
  const auto plan = CreatePlan();
  ASSERT_THAT(plan, IsOk());
  EXPECT_EQ(plan->template_revision(), "planTemplates/standard@1");
  EXPECT_EQ(plan->owner(), "members/aoki");
  v1::ListMeetingsRequest meetings;
  meetings.set_parent(kPlan);
  const auto listed = api_->ListMeetings(MakeCall(), meetings);
  ASSERT_THAT(listed, IsOk());
  EXPECT_THAT(listed->meetings(), SizeIs(3));
  EXPECT_EQ(listed->meetings(0).title(), "Kickoff");
  EXPECT_THAT(CreatePlan(), StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr(kPlan)));
}

TEST_F(KickoffApiTest, RefusesATemplateThatNamesItselfByRevision) {
  v1::SavePlanTemplateRequest save;
  *save.mutable_plan_template() = TestTemplate();
  save.mutable_plan_template()->set_name("planTemplates/standard@4");
  save.set_reason("first");
  EXPECT_THAT(api_->SavePlanTemplate(MakeCall(), save),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("plan_template.name")));
}

TEST_F(KickoffApiTest, ChecksWithoutStoringWhenAskedTo) {
  v1::SavePlanTemplateRequest save;
  *save.mutable_plan_template() = TestTemplate();
  save.set_reason("first");
  save.set_validate_only(true);
  ASSERT_THAT(api_->SavePlanTemplate(MakeCall(), save), IsOk());
  v1::GetPlanTemplateRequest get;
  get.set_name("planTemplates/standard");
  EXPECT_THAT(api_->GetPlanTemplate(MakeCall(), get),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("planTemplates/standard")));
}

TEST_F(KickoffApiTest, HoldingTheKickoffMovesThePlanAndTellsAccountsOnce) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  AssignSato();
  accounts_.clock_status = contract::Unavailable("accounts", absl::Seconds(1));
  const auto held = api_->HoldMeeting(MakeCall(), HoldKickoff());
  ASSERT_THAT(held, IsOk());
  EXPECT_THAT(held->next_actions(), SizeIs(1));
  EXPECT_THAT(accounts_.recorded, IsEmpty());
  v1::GetMeetingRequest follow_up;
  follow_up.set_name(absl::StrCat(kPlan, "/meetings/follow-up"));
  EXPECT_EQ(calendar::DayText(api_->GetMeeting(MakeCall(), follow_up)->planned_date()),
            "2025-04-16");
  accounts_.clock_status = absl::OkStatus();
  ASSERT_THAT(api_->SendClockNotices(MakeCall()), IsOk());
  ASSERT_THAT(api_->SendClockNotices(MakeCall()), IsOk());
  ASSERT_THAT(accounts_.recorded, SizeIs(2));
  for (const auto& [id, request] : accounts_.recorded) {
    EXPECT_EQ(calendar::DayText(request.date()), "2025-04-09");
    EXPECT_EQ(request.name(), kOnboarding);
  }
}

TEST_F(KickoffApiTest, StopsSendingAClockThatAccountsRefuses) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  AssignSato();
  accounts_.clock_status =
      contract::FailedPrecondition("WRONG_STATE", kOnboarding, "cancelled", "");
  ASSERT_THAT(api_->HoldMeeting(MakeCall(), HoldKickoff()), IsOk());
  accounts_.clock_status = absl::OkStatus();
  ASSERT_THAT(api_->SendClockNotices(MakeCall()), IsOk());
  EXPECT_THAT(accounts_.recorded, IsEmpty());
}

TEST_F(KickoffApiTest, FollowsTheClocksAndTheOwnerOfTheOnboarding) {
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
    ASSERT_THAT(database_->Write(
                    MakeCall(),
                    [&](storage::Writer& writer) { return api_->FollowAccounts(writer, change); }),
                IsOk());
  }
  v1::GetMeetingRequest follow_up;
  follow_up.set_name(absl::StrCat(kPlan, "/meetings/follow-up"));
  const auto meeting = api_->GetMeeting(MakeCall(), follow_up);
  EXPECT_EQ(calendar::DayText(meeting->planned_date()), "2025-04-27");
  EXPECT_THAT(meeting->moves(), SizeIs(1));
  v1::GetPlanRequest get;
  get.set_name(kPlan);
  EXPECT_EQ(api_->GetPlan(MakeCall(), get)->owner(), "members/ueda");
}

TEST_F(KickoffApiTest, CountsInTheWorkingDaysOfTheCustomersSites) {
  ActivateTemplate();
  const auto follow = [&](const accounts::v1::Site& site, type::v1::Operation operation) {
    type::v1::Change change;
    change.set_name(site.name());
    change.set_operation(operation);
    change.mutable_resource()->PackFrom(site);
    ASSERT_THAT(database_->Write(
                    MakeCall(),
                    [&](storage::Writer& writer) { return api_->FollowAccounts(writer, change); }),
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
    return calendar::DayText(api_->GetPlanTask(MakeCall(), request)->due());
  };
  const auto etag = [&] {
    v1::GetPlanRequest request;
    request.set_name(kPlan);
    return api_->GetPlan(MakeCall(), request)->etag();
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

TEST_F(KickoffApiTest, CountsByTheCalendarsThatItWasGivenAndNoOther) {
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
        ->Write(MakeCall(),
                [&](storage::Writer& writer) { return api_->FollowAccounts(writer, change); })
        .status();
  };
  EXPECT_THAT(follow(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                 HasSubstr("\"gulf\" is none of jp, weekends")));
  calendars_.Add(calendar::Calendar("gulf", {absl::Weekday::friday, absl::Weekday::saturday}, {}));
  ASSERT_THAT(follow(), IsOk());
  EXPECT_THAT(api_->CheckCalendars(), IsOk());
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::GetPlanTaskRequest request;
  request.set_name(absl::StrCat(kPlan, "/tasks/first-use"));
  // Three business days after Tuesday 15 April, on which the kickoff is assumed.
  EXPECT_EQ(calendar::DayText(api_->GetPlanTask(MakeCall(), request)->due()), "2025-04-20");
  // Started again without the calendar, it does not count by another one.
  const KickoffApi without(*database_, store_, accounts_, ids_);
  EXPECT_THAT(without.CheckCalendars(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                                 HasSubstr("accounts/acme/sites/ruh")));
}

TEST_F(KickoffApiTest, FollowsTheSitesAndThePeopleOfTheCustomer) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  const auto follow = [&](const std::string& name, const google::protobuf::Message& resource,
                          type::v1::Operation operation = type::v1::OPERATION_UPDATED) {
    type::v1::Change change;
    change.set_name(name);
    change.set_operation(operation);
    change.mutable_resource()->PackFrom(resource);
    ASSERT_THAT(database_->Write(
                    MakeCall(),
                    [&](storage::Writer& writer) { return api_->FollowAccounts(writer, change); }),
                IsOk());
  };
  const auto promoters_missing = [&] {
    v1::CheckReadinessRequest request;
    request.set_name(kPlan);
    const auto readiness = api_->CheckReadiness(MakeCall(), request);
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
    return api_->ListPlanTasks(MakeCall(), request)->tasks_size();
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

TEST_F(KickoffApiTest, RefusesAStakeholderOfAnotherAccount) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::AssignRoleRequest request;
  request.set_parent(kPlan);
  request.set_role(accounts::v1::STAKEHOLDER_ROLE_LEAD);
  request.set_stakeholder("accounts/other/stakeholders/sato");
  EXPECT_THAT(api_->AssignRole(MakeCall(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("accounts/acme")));
  request.set_stakeholder("accounts/acme/stakeholders/nobody");
  EXPECT_THAT(api_->AssignRole(MakeCall(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nobody")));
}

TEST_F(KickoffApiTest, NotesEveryDeviationFromTheTemplate) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::UpdatePlanTaskRequest update;
  update.mutable_task()->set_name(absl::StrCat(kPlan, "/tasks/setup"));
  *update.mutable_task()->mutable_due() = calendar::ToDate(absl::CivilDay(2025, 4, 20));
  EXPECT_THAT(api_->UpdatePlanTask(MakeCall(), update),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("reason")));
  update.set_reason("golden week");
  ASSERT_THAT(api_->UpdatePlanTask(MakeCall(), update), IsOk());
  v1::CreatePlanTaskRequest create;
  create.set_parent(kPlan);
  create.set_task_id("extra");
  create.mutable_task()->set_title("Extra");
  create.mutable_task()->set_side(v1::SIDE_VENDOR);
  create.mutable_task()->add_depends_on("nothing");
  create.set_reason("asked for");
  EXPECT_THAT(api_->CreatePlanTask(MakeCall(), create),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nothing")));
  create.mutable_task()->set_depends_on(0, "setup");
  const auto task = api_->CreatePlanTask(MakeCall(), create);
  ASSERT_THAT(task, IsOk());
  EXPECT_EQ(calendar::DayText(task->due()), "2025-05-01");
  v1::GetPlanRequest get;
  get.set_name(kPlan);
  const auto plan = api_->GetPlan(MakeCall(), get);
  ASSERT_THAT(plan->deviations(), SizeIs(2));
  EXPECT_EQ(plan->deviations(0).change(), "due 2025-04-20 instead of 2025-04-06");
  EXPECT_EQ(plan->deviations(0).reason(), "golden week");
  EXPECT_EQ(plan->deviations(1).change(), "added: Extra");
}

TEST_F(KickoffApiTest, PagesNextActionsWithoutSkippingOrRepeating) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::ListNextActionsRequest request;
  request.set_parent("accounts/-/onboardings/-");
  const auto all = api_->ListNextActions(MakeCall(), request);
  ASSERT_THAT(all, IsOk());
  ASSERT_THAT(all->next_actions(), SizeIs(3));
  std::vector<std::string> paged;
  request.set_page_size(1);
  do {
    const auto page = api_->ListNextActions(MakeCall(), request);
    ASSERT_THAT(page, IsOk());
    for (const auto& action : page->next_actions()) paged.push_back(action.resource());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(paged, ElementsAre(all->next_actions(0).resource(), all->next_actions(1).resource(),
                                 all->next_actions(2).resource()));
  request.set_owner("members/nobody");
  request.clear_page_size();
  EXPECT_THAT(api_->ListNextActions(MakeCall(), request)->next_actions(), IsEmpty());
}

TEST_F(KickoffApiTest, LeavesOutWhatIsOpenWhenTheOnboardingIsGivenUp) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  accounts_.onboarding.set_state(accounts::v1::ONBOARDING_STATE_CANCELLED);
  type::v1::Change change;
  change.set_operation(type::v1::OPERATION_UPDATED);
  change.mutable_resource()->PackFrom(accounts_.onboarding);
  for (int twice = 0; twice < 2; ++twice) {
    ASSERT_THAT(database_->Write(
                    MakeCall(),
                    [&](storage::Writer& writer) { return api_->FollowAccounts(writer, change); }),
                IsOk());
  }
  v1::ListNextActionsRequest actions;
  actions.set_parent("accounts/-/onboardings/-");
  EXPECT_THAT(api_->ListNextActions(MakeCall(), actions)->next_actions(), IsEmpty());
  v1::ListPlanTasksRequest tasks;
  tasks.set_parent(kPlan);
  const auto listed = api_->ListPlanTasks(MakeCall(), tasks);
  ASSERT_THAT(listed, IsOk());
  ASSERT_THAT(listed->tasks(), SizeIs(2));
  for (const v1::PlanTask& task : listed->tasks()) {
    EXPECT_EQ(task.state(), v1::TASK_STATE_SKIPPED);
    EXPECT_EQ(task.note(), "the onboarding was given up");
  }
}

TEST_F(KickoffApiTest, TellsOfOverdueTasksWhenOnlyTimeHasPassed) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  Call later = MakeCall();
  later.now += absl::Hours(24 * 30);
  ASSERT_THAT(api_->RefreshOverdue(later), IsOk());
  fact::v1::GetFactsRequest request;
  request.add_subjects(kOnboarding);
  request.add_queries()->set_fact("plan.tasks_overdue");
  const auto answer = storage::Fetch<fact::v1::GetFactsResponse>(
      *database_,
      [&](storage::Reader& reader) { return store_.facts.Read(reader, request, later.now); });
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->readings(0).value().number(), 2);
}

TEST_F(KickoffApiTest, AnswersARepeatedRequestWithTheSameMeeting) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  AssignSato();
  v1::HoldMeetingRequest request = HoldKickoff();
  request.set_request_id("hold-1");
  Call call = MakeCall();
  call.method = "banso.kickoff.v1.MeetingsService/HoldMeeting";
  call.request_id = "hold-1";
  const auto first = api_->HoldMeeting(call, request);
  const auto second = api_->HoldMeeting(call, request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  EXPECT_THAT(second->next_actions(), SizeIs(1));
}

}  // namespace
}  // namespace banso::kickoff

#ifndef BANSO_SERVICES_KICKOFF_API_KICKOFF_FIXTURE_H_
#define BANSO_SERVICES_KICKOFF_API_KICKOFF_FIXTURE_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/calendar/calendars.h"
#include "common/calendar/proto_time.h"
#include "common/contract/call.h"
#include "common/contract/errors.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "common/storage/open.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/kickoff/api/accounts_client.h"
#include "services/kickoff/api/accounts_mirror.h"
#include "services/kickoff/api/clock_sender.h"
#include "services/kickoff/api/kickoff_api.h"
#include "services/kickoff/api/meetings_api.h"
#include "services/kickoff/api/plan_editor.h"
#include "services/kickoff/api/plan_templates_api.h"
#include "services/kickoff/api/tasks_api.h"
#include "services/kickoff/domain/test_plan.h"
#include "services/kickoff/store/store.h"

namespace banso::kickoff {

inline constexpr char kPlan[] = "accounts/acme/onboardings/o1/plan";
inline constexpr char kSato[] = "accounts/acme/stakeholders/sato";

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

// Handlers over a store in a temporary folder, with accounts in memory.
class KickoffTest : public banso::testing::TempDirTest {
 protected:
  void SetUp() override {
    accounts_.onboarding.set_name(kOnboarding);
    accounts_.onboarding.set_owner("members/aoki");
    storage::OpenOptions options;
    options.path = TempFile("kickoff.db");
    options.service = "kickoff";
    options.migrations = Schema();
    auto opened = storage::OpenSqlite(options);
    ASSERT_THAT(opened, banso::testing::IsOk());
    database_ = *std::move(opened);
    editor_ = std::make_unique<PlanEditor>(store_, calendars_);
    clocks_ = std::make_unique<ClockSender>(*database_, store_, accounts_);
    mirror_ = std::make_unique<AccountsMirror>(*database_, store_, *editor_, calendars_);
    templates_ = std::make_unique<PlanTemplatesApi>(*database_, store_, accounts_);
    kickoff_ = std::make_unique<KickoffApi>(*database_, store_, accounts_, *editor_, calendars_);
    tasks_ = std::make_unique<TasksApi>(*database_, store_, *editor_, ids_);
    meetings_ =
        std::make_unique<MeetingsApi>(*database_, store_, accounts_, *editor_, *clocks_, ids_);
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
    const auto saved = templates_->SavePlanTemplate(MakeCall(), save);
    ASSERT_THAT(saved, banso::testing::IsOk());
    EXPECT_EQ(saved->revision().state(), type::v1::REVISION_STATE_DRAFT);
    v1::ActivatePlanTemplateRequest activate;
    activate.set_name(absl::StrCat("planTemplates/standard@", saved->revision().number()));
    ASSERT_THAT(templates_->ActivatePlanTemplate(MakeCall(), activate), banso::testing::IsOk());
  }

  absl::StatusOr<v1::Plan> CreatePlan() {
    v1::CreatePlanRequest request;
    request.set_parent(kOnboarding);
    *request.mutable_contract_start() = calendar::ToDate(absl::CivilDay(2025, 4, 1));
    return kickoff_->CreatePlan(MakeCall(), request);
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
    ASSERT_THAT(meetings_->AssignRole(MakeCall(), request), banso::testing::IsOk());
  }

  Store store_;
  FakeAccounts accounts_;
  contract::CountingIdSource ids_;
  calendar::Calendars calendars_;
  std::unique_ptr<storage::Database> database_;
  std::unique_ptr<PlanEditor> editor_;
  std::unique_ptr<ClockSender> clocks_;
  std::unique_ptr<AccountsMirror> mirror_;
  std::unique_ptr<PlanTemplatesApi> templates_;
  std::unique_ptr<KickoffApi> kickoff_;
  std::unique_ptr<TasksApi> tasks_;
  std::unique_ptr<MeetingsApi> meetings_;
};

}  // namespace banso::kickoff

#endif  // BANSO_SERVICES_KICKOFF_API_KICKOFF_FIXTURE_H_

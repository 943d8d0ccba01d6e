#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "banso/accounts/v1/people_service.pb.h"
#include "banso/kickoff/v1/tasks_service.pb.h"
#include "common/calendar/proto_time.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"

namespace banso::journeys {
namespace {

using accounts::v1::AccountSummary;
using accounts::v1::Stakeholder;
using accounts::v1::StakeholderChange;
using ::banso::calendar::ToDay;
using ::banso::testing::IsOk;
using kickoff::v1::ListPlanTasksResponse;
using kickoff::v1::PlanTask;

constexpr char kCreateStakeholder[] = "banso.accounts.v1.PeopleService/CreateStakeholder";
constexpr char kReplace[] = "banso.accounts.v1.PeopleService/ReplaceStakeholder";
constexpr char kGetSummary[] = "banso.accounts.v1.PeopleService/GetAccountSummary";
constexpr char kListTasks[] = "banso.kickoff.v1.TasksService/ListPlanTasks";

// The tasks that a change of people has raised.
std::vector<PlanTask> TasksOf(const std::string& change, const ListPlanTasksResponse& response) {
  std::vector<PlanTask> tasks;
  std::copy_if(response.tasks().begin(), response.tasks().end(), std::back_inserter(tasks),
               [&](const PlanTask& task) { return task.origin() == change; });
  return tasks;
}

TEST(ChampionJourney, AChangeOfTheProjectOwnerOpensThirtyDaysWithTasks) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  lapras.ApplyProgram();
  lapras.ImportAccounts();
  lapras.WinDeal();
  lapras.StartOnboarding();
  lapras.AwaitOnboarding();
  if (HasFatalFailure()) return;
  const Client& client = lapras.client();
  ASSERT_THAT(client.Call<Stakeholder>(kCreateStakeholder, R"({
    "parent": "accounts/crm-100", "stakeholderId": "owner", "stakeholder": {
      "displayName": "Owner", "roles": ["STAKEHOLDER_ROLE_PROJECT_OWNER"]}})"),
              IsOk());
  ASSERT_THAT(client.Call<Stakeholder>(kCreateStakeholder, R"({
    "parent": "accounts/crm-100", "stakeholderId": "next", "stakeholder": {
      "displayName": "Next"}})"),
              IsOk());
  const auto change = client.Call<StakeholderChange>(kReplace, R"({
    "parent": "accounts/crm-100", "role": "STAKEHOLDER_ROLE_PROJECT_OWNER", "leaves": true,
    "before": "accounts/crm-100/stakeholders/owner",
    "after": "accounts/crm-100/stakeholders/next", "reason": "transferred"})");
  ASSERT_THAT(change, IsOk());
  const absl::CivilDay first(2025, 4, 1);
  const absl::CivilDay last(2025, 4, 30);  // The thirtieth day.

  const auto summary =
      client.Call<AccountSummary>(kGetSummary, R"({"name": "accounts/crm-100/summary"})");
  ASSERT_THAT(summary, IsOk());
  ASSERT_EQ(summary->risks_size(), 1) << summary->ShortDebugString();
  EXPECT_EQ(summary->risks(0).kind(), accounts::v1::ACCOUNT_RISK_KIND_PERSON_CHANGE);
  EXPECT_EQ(ToDay(summary->risks(0).since()), first);
  EXPECT_EQ(ToDay(summary->risks(0).until()), last);

  const auto tasks = client.Await<ListPlanTasksResponse>(
      kListTasks, R"({"parent": "accounts/crm-100/onboardings/o1/plan", "pageSize": 1000})",
      [&](const ListPlanTasksResponse& response) {
        return !TasksOf(change->name(), response).empty();
      });
  ASSERT_THAT(tasks, IsOk());
  ASSERT_EQ(TasksOf(change->name(), *tasks).size(), 3);
  for (const PlanTask& task : TasksOf(change->name(), *tasks)) {
    EXPECT_EQ(task.state(), kickoff::v1::TASK_STATE_OPEN);
    EXPECT_GE(ToDay(task.due()), first) << task.title();
    EXPECT_LE(ToDay(task.due()), last) << task.title();
  }
  testing::Proves("REP-02");
}

}  // namespace
}  // namespace banso::journeys

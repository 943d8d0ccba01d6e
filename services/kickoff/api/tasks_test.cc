#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/fact/v1/fact.pb.h"
#include "common/calendar/proto_time.h"
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
using ::testing::HasSubstr;
using ::testing::SizeIs;

using TasksTest = KickoffTest;

TEST_F(TasksTest, NotesEveryDeviationFromTheTemplate) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  v1::UpdatePlanTaskRequest update;
  update.mutable_task()->set_name(absl::StrCat(kPlan, "/tasks/setup"));
  *update.mutable_task()->mutable_due() = calendar::ToDate(absl::CivilDay(2025, 4, 20));
  EXPECT_THAT(tasks_->UpdatePlanTask(MakeCall(), update),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("reason")));
  update.set_reason("golden week");
  ASSERT_THAT(tasks_->UpdatePlanTask(MakeCall(), update), IsOk());
  v1::CreatePlanTaskRequest create;
  create.set_parent(kPlan);
  create.set_task_id("extra");
  create.mutable_task()->set_title("Extra");
  create.mutable_task()->set_side(v1::SIDE_VENDOR);
  create.mutable_task()->add_depends_on("nothing");
  create.set_reason("asked for");
  EXPECT_THAT(tasks_->CreatePlanTask(MakeCall(), create),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nothing")));
  create.mutable_task()->set_depends_on(0, "setup");
  const auto task = tasks_->CreatePlanTask(MakeCall(), create);
  ASSERT_THAT(task, IsOk());
  EXPECT_EQ(calendar::DayText(task->due()), "2025-05-01");
  v1::GetPlanRequest get;
  get.set_name(kPlan);
  const auto plan = kickoff_->GetPlan(MakeCall(), get);
  ASSERT_THAT(plan->deviations(), SizeIs(2));
  EXPECT_EQ(plan->deviations(0).change(), "due 2025-04-20 instead of 2025-04-06");
  EXPECT_EQ(plan->deviations(0).reason(), "golden week");
  EXPECT_EQ(plan->deviations(1).change(), "added: Extra");
}

TEST_F(TasksTest, TellsOfOverdueTasksWhenOnlyTimeHasPassed) {
  ActivateTemplate();
  ASSERT_THAT(CreatePlan(), IsOk());
  Call later = MakeCall();
  later.now += absl::Hours(24 * 30);
  ASSERT_THAT(tasks_->RefreshOverdue(later), IsOk());
  fact::v1::GetFactsRequest request;
  request.add_subjects(kOnboarding);
  request.add_queries()->set_fact("plan.tasks_overdue");
  const auto answer = storage::Fetch<fact::v1::GetFactsResponse>(
      *database_,
      [&](storage::Reader& reader) { return store_.facts.Read(reader, request, later.now); });
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(Nth(answer->readings(), 0).value().number(), 2);
}

}  // namespace
}  // namespace banso::kickoff

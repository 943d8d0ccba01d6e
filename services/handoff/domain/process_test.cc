#include "services/handoff/domain/process.h"

#include <string>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

v1::Process Started(v1::ProcessKind kind = v1::PROCESS_KIND_START_ONBOARDING) {
  return NewProcess("processes/p1", kind, "accounts/acme/onboardings/o1", "members/aoki");
}

// Tries the next step, with the result given.
void Try(const absl::Status& result, v1::Process* process) {
  v1::ProcessStep* step = NextStep(process);
  ASSERT_NE(step, nullptr);
  BeginStep(kNow, step);
  if (result.ok()) {
    FinishStep("", kNow, step, process);
  } else {
    FailStep(result, kNow, step, process);
  }
}

std::vector<v1::StepState> StatesOf(const v1::Process& process) {
  std::vector<v1::StepState> states;
  for (const v1::ProcessStep& step : process.steps()) states.push_back(step.state());
  return states;
}

TEST(ProcessTest, RunsItsStepsInOrderAndEnds) {
  v1::Process process = Started();
  EXPECT_EQ(process.steps(0).request_id(), "p1-create-onboarding");
  EXPECT_EQ(process.steps(1).service(), "kickoff");
  for (int i = 0; i < 3; ++i) Try(absl::OkStatus(), &process);
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_SUCCEEDED);
  EXPECT_TRUE(process.has_end_time());
  EXPECT_EQ(NextStep(&process), nullptr);
}

TEST(ProcessTest, WaitsLongerEachTimeThatAServiceDoesNotAnswer) {
  v1::Process process = Started();
  std::vector<double> waits;
  for (int i = 0; i < 9; ++i) {
    Try(absl::UnavailableError("away"), &process);
    EXPECT_EQ(process.state(), v1::PROCESS_STATE_RUNNING);
    waits.push_back(absl::ToDoubleSeconds(calendar::ToTime(process.next_attempt_time()) - kNow));
  }
  EXPECT_THAT(waits, ElementsAre(1, 2, 4, 8, 16, 32, 60, 60, 60));
  EXPECT_EQ(process.steps(0).attempts(), 9);
  Try(absl::OkStatus(), &process);
  EXPECT_FALSE(process.has_next_attempt_time());
  EXPECT_EQ(process.steps(0).error(), "");
}

TEST(ProcessTest, WaitsForAPersonWhenAStepIsRefused) {
  v1::Process process = Started();
  Try(contract::FailedPrecondition("ACCOUNT_NOT_WON", "accounts/acme", "it is a prospect",
                                   "Win a deal first"),
      &process);
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_WAITING_FOR_PERSON);
  EXPECT_EQ(process.steps(0).error_reason(), "ACCOUNT_NOT_WON");
  EXPECT_THAT(process.steps(0).error(), HasSubstr("it is a prospect"));
  EXPECT_THAT(process.status_text(), HasSubstr("RetryStep"));
  EXPECT_EQ(NextStep(&process), nullptr);

  EXPECT_THAT(Retry(&process), IsOk());
  EXPECT_THAT(Retry(&process), StatusIs(absl::StatusCode::kFailedPrecondition));
  Try(absl::OkStatus(), &process);
  EXPECT_EQ(process.steps(0).state(), v1::STEP_STATE_DONE);
}

TEST(ProcessTest, UndoesTheOnboardingWhenItsStartIsCancelled) {
  v1::Process process = Started();
  Try(absl::OkStatus(), &process);
  Try(absl::FailedPreconditionError("no template"), &process);
  EXPECT_THAT(Cancel("wrong account", kNow, &process), IsOk());
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_CANCELLING);
  EXPECT_THAT(StatesOf(process), ElementsAre(v1::STEP_STATE_DONE, v1::STEP_STATE_SKIPPED,
                                             v1::STEP_STATE_SKIPPED, v1::STEP_STATE_PENDING));
  EXPECT_EQ(NextStep(&process)->kind(), v1::STEP_KIND_CANCEL_ONBOARDING);
  Try(absl::OkStatus(), &process);
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_CANCELLED);
}

TEST(ProcessTest, HasNothingToUndoWhenTheFirstStepWasRefused) {
  v1::Process process = Started();
  Try(absl::FailedPreconditionError("a prospect"), &process);
  EXPECT_THAT(Cancel("wrong account", kNow, &process), IsOk());
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_CANCELLED);
}

TEST(ProcessTest, IsNotCancelledOnceAccountsHasMovedTheOnboarding) {
  struct Row {
    const char* name;
    absl::Status advance;
    bool cancellable;
  };
  const Row rows[] = {
      {"moved", absl::OkStatus(), false},
      {"no answer", absl::UnavailableError("away"), false},
      {"refused", absl::FailedPreconditionError("not running"), true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    v1::Process process = Started(v1::PROCESS_KIND_COMPLETE_ONBOARDING);
    Try(absl::OkStatus(), &process);
    Try(row.advance, &process);
    const absl::Status status = Cancel("not yet", kNow, &process);
    if (row.cancellable) {
      EXPECT_THAT(status, IsOk());
      EXPECT_EQ(NextStep(&process)->kind(), v1::STEP_KIND_RESTORE);
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
      EXPECT_EQ(contract::Reason(status), kReasonTooLate);
    }
  }
}

TEST(ProcessTest, GivingUpIsCalledOffOnlyWhileAccountsHasNotActed) {
  for (const absl::Status& answer : {absl::OkStatus(), absl::UnavailableError("away")}) {
    v1::Process process = Started(v1::PROCESS_KIND_CANCEL_ONBOARDING);
    EXPECT_EQ(process.steps(0).service(), "accounts");
    EXPECT_EQ(process.steps(1).service(), "handoff");
    Try(answer, &process);
    EXPECT_EQ(contract::Reason(Cancel("not yet", kNow, &process)), kReasonTooLate);
  }
  v1::Process process = Started(v1::PROCESS_KIND_CANCEL_ONBOARDING);
  Try(absl::FailedPreconditionError("no"), &process);
  EXPECT_THAT(Cancel("not yet", kNow, &process), IsOk());
  EXPECT_EQ(NextStep(&process)->kind(), v1::STEP_KIND_RESTORE);
}

TEST(ProcessTest, GoesOnUndoingAfterARefusal) {
  v1::Process process = Started();
  Try(absl::OkStatus(), &process);
  EXPECT_THAT(Cancel("wrong account", kNow, &process), IsOk());
  Try(absl::PermissionDeniedError("no"), &process);
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_WAITING_FOR_PERSON);
  EXPECT_THAT(Cancel("again", kNow, &process), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Retry(&process), IsOk());
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_CANCELLING);
  Try(absl::OkStatus(), &process);
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_CANCELLED);
}

}  // namespace
}  // namespace banso::handoff

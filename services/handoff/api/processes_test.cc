#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "banso/type/v1/change.pb.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "gmock/gmock.h"
#include "services/handoff/api/accounts_mirror.h"
#include "services/handoff/api/handoff_fixture.h"
#include "services/handoff/domain/evidence.h"
#include "services/handoff/domain/process.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::StatusIs;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

using ProcessApiTest = HandoffTest;

TEST_F(ProcessApiTest, StartsAnOnboardingInEveryService) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process process, Start());
  EXPECT_EQ(process.state(), v1::PROCESS_STATE_SUCCEEDED);
  EXPECT_EQ(process.started_by(), "members/aoki");
  EXPECT_EQ(Nth(process.steps(), 0).resource(), kOnboarding);
  EXPECT_EQ(Nth(process.steps(), 2).resource(), kCompletion);
  EXPECT_EQ(Completion().owner(), "members/aoki");
  EXPECT_EQ(Fact("completion.state"), "open");
  EXPECT_THAT(neighbours_.actors(), Each("services/handoff"));
}

TEST_F(ProcessApiTest, AnswersARepeatedCallTheSameAndRefusesASecondStart) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process first, Start());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process second, Start());
  EXPECT_EQ(first.name(), second.name());
  EXPECT_THAT(neighbours_.effects(), Each(Pair(::testing::_, 1)));
  EXPECT_THAT(Ask(&ProcessesApi::StartOnboarding,
                  "parent: 'accounts/acme' onboarding_id: 'o1' owner: 'members/aoki' kind: "
                  "ONBOARDING_KIND_INITIAL contract_start { year: 2026 month: 4 day: 1 } "
                  "request_id: 'other'"),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(ProcessApiTest, ChoosesAnIdOnceForARepeatedCall) {
  constexpr char kRequest[] =
      "parent: 'accounts/acme' owner: 'members/aoki' kind: ONBOARDING_KIND_INITIAL "
      "contract_start { year: 2026 month: 4 day: 1 } request_id: 'r'";
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process first,
                             Ask(&ProcessesApi::StartOnboarding, kRequest));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process second,
                             Ask(&ProcessesApi::StartOnboarding, kRequest));
  EXPECT_EQ(first.onboarding(), second.onboarding());
}

TEST_F(ProcessApiTest, TellsAccountsWhatIsRolledOutWhere) {
  BANSO_ASSERT_OK(Ask(&ProcessesApi::StartOnboarding,
                      "parent: 'accounts/acme' onboarding_id: 'o2' owner: 'members/aoki' kind: "
                      "ONBOARDING_KIND_EXPANSION contract_start { year: 2026 month: 4 day: 1 } "
                      "products: 'scout' rollout_pattern: ROLLOUT_PATTERN_SIMULTANEOUS "
                      "sites: 'accounts/acme/sites/osaka' sites: 'accounts/acme/sites/kobe' "
                      "request_id: 'r'"));
  const accounts::v1::Onboarding& started = neighbours_.onboarding("accounts/acme/onboardings/o2");
  EXPECT_THAT(started.products(), ElementsAre("scout"));
  EXPECT_EQ(started.rollout_pattern(), accounts::v1::ROLLOUT_PATTERN_SIMULTANEOUS);
  EXPECT_THAT(started.sites(),
              ElementsAre("accounts/acme/sites/osaka", "accounts/acme/sites/kobe"));
}

TEST_F(ProcessApiTest, GoesOnByItselfWhenAServiceComesBack) {
  neighbours_.Fail("kickoff", contract::Unavailable("away", absl::Seconds(1)));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process waiting, Start());
  EXPECT_EQ(waiting.state(), v1::PROCESS_STATE_RUNNING);
  EXPECT_EQ(Nth(waiting.steps(), 0).state(), v1::STEP_STATE_DONE);
  EXPECT_EQ(Nth(waiting.steps(), 1).state(), v1::STEP_STATE_RETRYING);
  EXPECT_TRUE(waiting.has_next_attempt_time());
  neighbours_.Fail("kickoff", absl::OkStatus());
  BANSO_ASSERT_OK(Sweep());
  EXPECT_EQ(Nth(Process(waiting.name()).steps(), 1).attempts(), 1) << "its time has not come";
  BANSO_ASSERT_OK(engine_->Run(waiting.name(), absl::Now() + absl::Seconds(5)));
  EXPECT_EQ(Process(waiting.name()).state(), v1::PROCESS_STATE_SUCCEEDED);
}

TEST_F(ProcessApiTest, HasItsEffectOnceWhenAnswersAreLost) {
  neighbours_.LoseAnswers("accounts", 1);
  neighbours_.LoseAnswers("kickoff", 2);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process process, Start());
  for (int i = 0; i < 3; ++i) {
    BANSO_ASSERT_OK(engine_->Run(process.name(), absl::Now() + absl::Seconds(5)));
  }
  EXPECT_EQ(Process(process.name()).state(), v1::PROCESS_STATE_SUCCEEDED);
  EXPECT_THAT(neighbours_.effects(), Each(Pair(::testing::_, 1)));
}

TEST_F(ProcessApiTest, WaitsForAPersonWhoRetries) {
  neighbours_.Fail("kickoff",
                   contract::FailedPrecondition("NO_PLAN_TEMPLATE", kOnboarding,
                                                "no active template applies", "Activate one"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process waiting, Start());
  EXPECT_EQ(waiting.state(), v1::PROCESS_STATE_WAITING_FOR_PERSON);
  EXPECT_EQ(Nth(waiting.steps(), 1).error_reason(), "NO_PLAN_TEMPLATE");
  EXPECT_THAT(waiting.status_text(), HasSubstr("no active template applies"));
  BANSO_ASSERT_OK(Sweep());
  EXPECT_EQ(Nth(Process(waiting.name()).steps(), 1).attempts(), 1);

  neighbours_.Fail("kickoff", absl::OkStatus());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process done,
                             Ask(&ProcessesApi::RetryStep, "name: '" + waiting.name() + "'"));
  EXPECT_EQ(done.state(), v1::PROCESS_STATE_SUCCEEDED);
  EXPECT_THAT(Ask(&ProcessesApi::RetryStep, "name: '" + waiting.name() + "'"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(ProcessApiTest, IsCancelledAndUndone) {
  neighbours_.Fail("kickoff", absl::FailedPreconditionError("no template"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process waiting, Start());
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::Process cancelled,
      Ask(&ProcessesApi::CancelProcess, "name: '" + waiting.name() + "' reason: 'wrong account'"));
  EXPECT_EQ(cancelled.state(), v1::PROCESS_STATE_CANCELLED);
  EXPECT_EQ(neighbours_.onboarding(kOnboarding).state(), accounts::v1::ONBOARDING_STATE_CANCELLED);
  v1::GetCompletionRequest get;
  get.set_name(kCompletion);
  EXPECT_THAT(Do(&CompletionsApi::GetCompletion, get), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ProcessApiTest, OpensTheCompletionAgainWhenCompletingIsCancelled) {
  BANSO_ASSERT_OK(Start());
  neighbours_.Fail("accounts", contract::FailedPrecondition("WRONG_STATE", kOnboarding,
                                                            "it is not running", ""));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process waiting, CompleteIt());
  EXPECT_EQ(waiting.state(), v1::PROCESS_STATE_WAITING_FOR_PERSON);
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_COMPLETING);
  EXPECT_EQ(contract::Reason(CompleteIt().status()), kReasonProcessRunning);
  BANSO_ASSERT_OK(
      Ask(&ProcessesApi::CancelProcess, "name: '" + waiting.name() + "' reason: 'not yet'"));
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_OPEN);
  EXPECT_FALSE(Completion().has_readiness());
  EXPECT_EQ(Fact("completion.verdict"), "");
  neighbours_.Fail("accounts", absl::OkStatus());
  EXPECT_THAT(CompleteIt(), IsOk());
}

constexpr char kGiveUp[] =
    "onboarding: 'accounts/acme/onboardings/o1' reason: 'merged with another' request_id: 'up'";

TEST_F(ProcessApiTest, AnOnboardingThatRunsIsGivenUp) {
  BANSO_ASSERT_OK(Start());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process done, Ask(&ProcessesApi::CancelOnboarding, kGiveUp));
  EXPECT_EQ(done.kind(), v1::PROCESS_KIND_CANCEL_ONBOARDING);
  EXPECT_EQ(done.state(), v1::PROCESS_STATE_SUCCEEDED);
  EXPECT_EQ(neighbours_.onboarding(kOnboarding).state(), accounts::v1::ONBOARDING_STATE_CANCELLED);
  const v1::Completion completion = Completion();
  EXPECT_EQ(completion.state(), v1::COMPLETION_STATE_CANCELLED);
  EXPECT_EQ(completion.process(), "");
  EXPECT_EQ(completion.history().rbegin()->actor(), "members/aoki");
  EXPECT_EQ(completion.history().rbegin()->reason(), "merged with another");
  EXPECT_EQ(Fact("completion.state"), "cancelled");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process again,
                             Ask(&ProcessesApi::CancelOnboarding, kGiveUp));
  EXPECT_EQ(again.name(), done.name());
  EXPECT_EQ(contract::Reason(CompleteIt().status()), kReasonWrongState);
  EXPECT_EQ(contract::Reason(Ask(&ProcessesApi::CancelOnboarding,
                                 "onboarding: 'accounts/acme/onboardings/o1' reason: 'twice'")
                                 .status()),
            kReasonWrongState);
}

TEST_F(ProcessApiTest, GivingUpClosesWhatRetentionHasReturned) {
  BANSO_ASSERT_OK(Start());
  BANSO_ASSERT_OK(CompleteIt());
  EXPECT_EQ(contract::Reason(Ask(&ProcessesApi::CancelOnboarding, kGiveUp).status()),
            kReasonWrongState)
      << "a completed onboarding waits for retention";
  OfferIt();
  BANSO_ASSERT_OK(AskAs(
      "members/ito", &HandoffApi::ReturnHandoff,
      "name: 'accounts/acme/handoffs/o1-retention' reason_code: 'not_established' reason: 'no' "
      "outcome: RETURN_OUTCOME_CONTINUE_ONBOARDING "
      "new_deadline { year: 2026 month: 7 day: 31 }"));
  BANSO_ASSERT_OK(Ask(&ProcessesApi::CancelOnboarding,
                      "onboarding: 'accounts/acme/onboardings/o1' reason: 'nobody is left'"));
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_CANCELLED);
  EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_CANCELLED);
  EXPECT_EQ(GapWatch().level(), v1::GAP_LEVEL_CLOSED);
  EXPECT_EQ(
      contract::Reason(
          Ask(&HandoffApi::OfferHandoff, "name: 'accounts/acme/handoffs/o1-retention'").status()),
      kReasonWrongState);
  EXPECT_EQ(Fact("handoff.state"), "cancelled");
}

TEST_F(ProcessApiTest, GivingUpWaitsForAServiceAndHoldsTheCompletionMeanwhile) {
  BANSO_ASSERT_OK(Start());
  neighbours_.Fail("accounts", contract::Unavailable("away", absl::Seconds(1)));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process waiting,
                             Ask(&ProcessesApi::CancelOnboarding, kGiveUp));
  EXPECT_EQ(waiting.state(), v1::PROCESS_STATE_RUNNING);
  EXPECT_EQ(contract::Reason(CompleteIt().status()), kReasonProcessRunning);
  EXPECT_EQ(contract::Reason(Ask(&ProcessesApi::CancelProcess,
                                 absl::StrCat("name: '", waiting.name(), "' reason: 'no'"))
                                 .status()),
            kReasonTooLate)
      << "accounts may have acted";
  neighbours_.Fail("accounts", contract::FailedPrecondition("WRONG_STATE", kOnboarding, "no", ""));
  BANSO_ASSERT_OK(engine_->Run(waiting.name(), absl::Now() + absl::Seconds(5)));
  neighbours_.Fail("accounts", absl::OkStatus());
  BANSO_ASSERT_OK(Ask(&ProcessesApi::RetryStep, absl::StrCat("name: '", waiting.name(), "'")));
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_CANCELLED);
}

TEST_F(ProcessApiTest, WhatAccountsCancelsItselfEndsHereToo) {
  BANSO_ASSERT_OK(Start());
  accounts::v1::Onboarding onboarding = neighbours_.onboarding(kOnboarding);
  onboarding.set_state(accounts::v1::ONBOARDING_STATE_CANCELLED);
  type::v1::Change change;
  change.set_kind(onboarding.GetDescriptor()->full_name());
  change.mutable_resource()->PackFrom(onboarding);
  for (int twice = 0; twice < 2; ++twice) {
    BANSO_ASSERT_OK(database_->Write(
        ServiceCall("handoff", clock_.TimeNow()),
        [&](storage::Writer& writer) { return ApplyAccountsChange(store_, writer, change); }));
  }
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_CANCELLED);
  EXPECT_THAT(Completion().history(), SizeIs(2));
}

TEST_F(ProcessApiTest, AnOnboardingThatIsStillBegunIsGivenUpByItsProcess) {
  neighbours_.Fail("kickoff", absl::FailedPreconditionError("no template"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process waiting, Start());
  const absl::Status refused = Ask(&ProcessesApi::CancelOnboarding, kGiveUp).status();
  EXPECT_EQ(contract::Reason(refused), kReasonProcessRunning);
  EXPECT_THAT(Nth(contract::Preconditions(refused), 0).what_is_wrong, HasSubstr(waiting.name()));
}

TEST_F(ProcessApiTest, IsRunByOneThreadAtATime) {
  neighbours_.Fail("kickoff", absl::UnavailableError("away"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process process, Start());
  neighbours_.Fail("kickoff", absl::OkStatus());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back(
        [&] { EXPECT_THAT(engine_->Run(process.name(), absl::Now() + absl::Seconds(5)), IsOk()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Process(process.name()).state(), v1::PROCESS_STATE_SUCCEEDED);
  EXPECT_EQ(Nth(Process(process.name()).steps(), 1).attempts(), 2);
}

TEST_F(ProcessApiTest, ListsTheNewestFirstAndByState) {
  BANSO_ASSERT_OK(Start());
  GoTo(absl::CivilDay(2026, 6, 27));
  BANSO_ASSERT_OK(CompleteIt());
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::ListProcessesResponse all,
      Ask(&ProcessesApi::ListProcesses, "onboarding: 'accounts/acme/onboardings/o1'"));
  ASSERT_EQ(all.processes_size(), 2);
  EXPECT_EQ(all.processes(0).kind(), v1::PROCESS_KIND_COMPLETE_ONBOARDING);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListProcessesResponse running,
                             Ask(&ProcessesApi::ListProcesses, "states: PROCESS_STATE_RUNNING"));
  EXPECT_EQ(running.processes_size(), 0);
}

// Plays the whole way of an onboarding; what is killed in the middle is called again and swept.
class CrashTest : public HandoffTest {
 protected:
  // Does `act`, of which the store dies after `writes` writes; then starts the service again,
  // repeats the call as its caller would, and lets the sweep finish. Returns whether it died.
  template <typename Act>
  bool KillDuring(int writes, Act act) {
    database_->DieAfter(writes);
    act();
    const bool died = database_->died();
    Boot();
    EXPECT_TRUE(act());
    EXPECT_THAT(Sweep(), IsOk());
    return died;
  }
};

TEST_F(CrashTest, HasEachEffectOnceWhereverItIsKilled) {
  struct Phase {
    const char* name;
    std::function<bool()> act;
  };
  const Phase phases[] = {
      {"start", [&] { return Start().ok(); }},
      {"complete", [&] { return CompleteIt(Outcome() + "request_id: 'complete'").ok(); }},
      {"offer",
       [&] {
         return Ask(&HandoffApi::OfferHandoff,
                    "name: 'accounts/acme/handoffs/o1-retention' request_id: 'offer'")
             .ok();
       }},
      {"accept",
       [&] {
         return Ask(&HandoffApi::AcceptHandoff,
                    "name: 'accounts/acme/handoffs/o1-retention' request_id: 'accept'")
             .ok();
       }},
  };
  int deaths = 0;
  // One more folder for each place to die at: a new onboarding in the same store would do as well,
  // but names are fixed here.
  for (int writes = 0; writes < 12; ++writes) {
    SCOPED_TRACE(absl::StrCat("killed after ", writes, " writes"));
    storage::OpenOptions options;
    options.path = TempFile(absl::StrCat("handoff-", writes, ".db"));
    options.service = "handoff";
    options.migrations = Schema();
    Stop();
    BANSO_ASSERT_OK_AND_ASSIGN(auto fresh, storage::OpenSqlite(options));
    database_ = std::make_unique<DyingDatabase>(*fresh);
    Boot();
    for (const Phase& phase : phases) {
      SCOPED_TRACE(phase.name);
      if (KillDuring(writes, phase.act)) ++deaths;
    }
    EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_ACCEPTED);
    EXPECT_EQ(Handoff().accountable(), "members/ito");
    EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_COMPLETED);
    EXPECT_EQ(GapWatch().accountable(), "members/ito");
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListProcessesResponse processes,
                               Ask(&ProcessesApi::ListProcesses, ""));
    EXPECT_EQ(processes.processes_size(), 3);
    for (const v1::Process& process : processes.processes()) {
      EXPECT_EQ(process.state(), v1::PROCESS_STATE_SUCCEEDED) << process.ShortDebugString();
    }
    EXPECT_THAT(neighbours_.effects(), Each(Pair(::testing::_, 1)));
    EXPECT_THAT(neighbours_.effects(), SizeIs(4));
    neighbours_.Forget();
    Stop();
  }
  EXPECT_GT(deaths, 12) << "most places were never reached";
}

TEST_F(CrashTest, GivesUpOnceWhereverItIsKilled) {
  int deaths = 0;
  for (int writes = 0; writes < 8; ++writes) {
    SCOPED_TRACE(absl::StrCat("killed after ", writes, " writes"));
    storage::OpenOptions options;
    options.path = TempFile(absl::StrCat("handoff-up-", writes, ".db"));
    options.service = "handoff";
    options.migrations = Schema();
    Stop();
    BANSO_ASSERT_OK_AND_ASSIGN(auto fresh, storage::OpenSqlite(options));
    database_ = std::make_unique<DyingDatabase>(*fresh);
    Boot();
    BANSO_ASSERT_OK(Start());
    deaths +=
        KillDuring(writes, [&] { return Ask(&ProcessesApi::CancelOnboarding, kGiveUp).ok(); });
    EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_CANCELLED);
    EXPECT_THAT(Completion().history(), SizeIs(2));
    EXPECT_THAT(neighbours_.effects(), Each(Pair(::testing::_, 1)));
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListProcessesResponse processes,
                               Ask(&ProcessesApi::ListProcesses, ""));
    EXPECT_EQ(processes.processes_size(), 2);
    EXPECT_EQ(Nth(processes.processes(), 0).state(), v1::PROCESS_STATE_SUCCEEDED);
    EXPECT_EQ(Nth(processes.processes(), 1).state(), v1::PROCESS_STATE_SUCCEEDED);
    neighbours_.Forget();
    Stop();
  }
  EXPECT_GT(deaths, 3) << "most places were never reached";
}

}  // namespace
}  // namespace banso::handoff

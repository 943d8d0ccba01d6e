#include "tests/journeys/lapras.h"

#include <optional>
#include <string>
#include <thread>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "banso/health/v1/metrics_service.grpc.pb.h"
#include "banso/health/v1/success.pb.h"
#include "banso/kickoff/v1/meetings_service.pb.h"
#include "common/contract/json.h"
#include "common/testing/status_matchers.h"
#include "common/testing/wait.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::banso::testing::WaitUntil;
using ::testing::Each;
using ::testing::Pair;

// Plays the whole way without disturbance.
void Play(Lapras* lapras) {
  const auto stretch = [&](void (Lapras::*play)()) {
    if (!::testing::Test::HasFatalFailure()) (lapras->*play)();
  };
  stretch(&Lapras::ApplyProgram);
  stretch(&Lapras::ImportAccounts);
  stretch(&Lapras::WinDeal);
  stretch(&Lapras::StartOnboarding);
  stretch(&Lapras::AwaitOnboarding);
  stretch(&Lapras::LookAtPlan);
  stretch(&Lapras::GetReadyForKickoff);
  stretch(&Lapras::HoldKickoff);
  stretch(&Lapras::AwaitKickoffClock);
  stretch(&Lapras::LetTwoWeeksPass);
  if (::testing::Test::HasFatalFailure()) return;
  ASSERT_THAT(lapras->SendSamples(0), IsOk());
  ASSERT_THAT(lapras->SendSamples(1), IsOk());
  stretch(&Lapras::LookAtScore);
  stretch(&Lapras::LookAtSuccess);
  stretch(&Lapras::RecordEvidence);
  stretch(&Lapras::Complete);
  stretch(&Lapras::HandOver);
  stretch(&Lapras::WatchTheGap);
  stretch(&Lapras::TellTheStory);
}

TEST(LaprasJourney, LeadsOverFiveProcesses) {
  Suite suite(Shape::kFiveProcesses, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  Play(&lapras);
  EXPECT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));
}

TEST(LaprasJourney, LeadsOverTheSuiteInOneProcess) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  Play(&lapras);
  EXPECT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));
}

// The same suite, in which each stretch ends with the death of a process that is in the midst of
// something: what it waits for is halted, so that it cannot be done with it, and where it stands is
// asserted before it is killed.
class KilledSuite {
 public:
  KilledSuite() : lapras_(suite_) {}

  Suite& suite() { return suite_; }
  Lapras& lapras() { return lapras_; }

  // Kills the gateway while health has parts of the program left to take. False when the program
  // was applied before health could be halted.
  bool KillGatewayWhileItApplies();
  // Kills handoff while it waits for accounts to start the onboarding, and accounts with it.
  void KillHandoffWhileItStartsTheOnboarding();
  // Kills kickoff while it tells accounts of the kickoff, and accounts before it has heard of it.
  void KillKickoffWhileItTellsOfTheKickoff();
  // Kills health while a stream of samples is open, one message of which is stored.
  void KillHealthWhileItTakesSamples();

 private:
  static constexpr char kGetApplication[] = "banso.gateway.v1.GatewayService/GetProgramApplication";
  static constexpr char kAnyProgram[] = R"({"name": "programs/-"})";
  static constexpr char kOnboarding[] = R"({"name": "accounts/crm-100/onboardings/o1"})";

  const Client& client() const { return lapras_.client(); }

  Suite suite_{Shape::kFiveProcesses, "2025-04-01T01:00:00Z"};
  Lapras lapras_;
};

// Whether health has something left to do for an application, whatever it has done last.
bool HealthHasPartsLeft(const gateway::v1::ProgramApplication& application) {
  int left = 0;
  for (const gateway::v1::AppliedPart& part : application.parts()) {
    left += part.outcome() == gateway::v1::PART_OUTCOME_PENDING &&
            absl::StartsWith(part.name(), "signalRules/");
  }
  return application.state() == gateway::v1::APPLICATION_STATE_RUNNING && left > 1;
}

bool KilledSuite::KillGatewayWhileItApplies() {
  Process apply({BinFile("banso"), "--address=" + suite_.gateway_address(),
                 "--token=" + suite_.operator_token(), "apply",
                 SourceFile("deploy/programs/lapras"), "--reason", "interrupted"},
                suite_.File("apply.log"));
  const auto latest = [this] {
    return client().Call<gateway::v1::ProgramApplication>(kGetApplication, kAnyProgram);
  };
  EXPECT_TRUE(WaitUntil([&] { return latest().ok(); }, kPatience));
  suite_.Pause("health");
  const auto halted = latest();
  const bool in_the_midst = halted.ok() && HealthHasPartsLeft(*halted);
  if (in_the_midst) suite_.Kill("gateway");
  suite_.Resume("health");
  if (!in_the_midst) return false;
  // Who asked for it is told that the gateway has gone.
  EXPECT_TRUE(WaitUntil([&] { return !apply.IsRunning(); }, kPatience));
  EXPECT_EQ(apply.Stop(), 3);
  suite_.Restart("gateway", lapras_.time());
  EXPECT_THAT(client().Await<gateway::v1::ProgramApplication>(
                  kGetApplication, kAnyProgram,
                  [](const gateway::v1::ProgramApplication& application) {
                    return application.state() == gateway::v1::APPLICATION_STATE_APPLIED;
                  }),
              IsOk());
  return true;
}

void KilledSuite::KillHandoffWhileItStartsTheOnboarding() {
  suite_.Pause("accounts");
  const std::jthread asks([this] { lapras_.AskForOnboarding().IgnoreError(); });
  const bool tries = WaitUntil(
      [this] {
        const auto list = client().Call<handoff::v1::ListProcessesResponse>(
            "banso.handoff.v1.ProcessesService/ListProcesses", "{}");
        if (!list.ok() || list->processes_size() != 1) return false;
        const handoff::v1::ProcessStep& step = list->processes(0).steps(0);
        return step.kind() == handoff::v1::STEP_KIND_CREATE_ONBOARDING &&
               step.state() == handoff::v1::STEP_STATE_RUNNING;
      },
      kPatience);
  suite_.Kill("handoff");
  suite_.Kill("accounts");
  ASSERT_TRUE(tries);
  suite_.Restart("accounts", lapras_.time());
  // The call that accounts had not read has died with it.
  const auto looks = [this] {
    return client()
        .Call<accounts::v1::Onboarding>("banso.accounts.v1.OnboardingsService/GetOnboarding",
                                        kOnboarding)
        .status();
  };
  ASSERT_THAT(OnceAnswered(looks), StatusIs(absl::StatusCode::kNotFound));
  suite_.Restart("handoff", lapras_.time());
}

void KilledSuite::KillKickoffWhileItTellsOfTheKickoff() {
  lapras_.ComeToKickoff();
  suite_.Pause("accounts");
  const std::jthread tells([this] { lapras_.TellOfKickoff().IgnoreError(); });
  const bool held = WaitUntil(
      [this] {
        const auto meeting = client().Call<kickoff::v1::Meeting>(
            "banso.kickoff.v1.MeetingsService/GetMeeting",
            R"({"name": "accounts/crm-100/onboardings/o1/plan/meetings/kickoff"})");
        return meeting.ok() && meeting->state() == kickoff::v1::MEETING_STATE_HELD;
      },
      kPatience);
  suite_.Kill("kickoff");
  suite_.Kill("accounts");
  ASSERT_TRUE(held);
  suite_.Restart("accounts", lapras_.time());
  const auto onboarding =
      client().Await<accounts::v1::Onboarding>("banso.accounts.v1.OnboardingsService/GetOnboarding",
                                               kOnboarding, [](const auto&) { return true; });
  ASSERT_THAT(onboarding, IsOk());
  for (const accounts::v1::ClockReading& clock : onboarding->clocks()) {
    ASSERT_NE(clock.clock(), type::v1::CLOCK_KICKOFF) << "accounts has heard of it";
  }
  suite_.Restart("kickoff", lapras_.time());
}

void KilledSuite::KillHealthWhileItTakesSamples() {
  const std::string ingest = "banso.health.v1.MetricsService/IngestSamples";
  const auto stub = health::v1::MetricsService::NewStub(
      grpc::CreateChannel(suite_.gateway_address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.AddMetadata("authorization", "Bearer " + suite_.operator_token());
  context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
  health::v1::IngestSamplesResponse answer;
  const auto stream = stub->IngestSamples(&context, &answer);
  health::v1::IngestSamplesRequest message;
  ASSERT_THAT(contract::FromJson(Lapras::Samples(1), &message), IsOk());
  ASSERT_TRUE(stream->Write(message));
  // It has come in, and the sender has not been told.
  ASSERT_THAT(
      client().Await<health::v1::SuccessLabel>(
          "banso.health.v1.SuccessService/GetSuccessLabel",
          R"({"name": "accounts/crm-100/onboardings/o1/successLabels/interview-within-a-month"})",
          [](const health::v1::SuccessLabel& label) {
            return label.state() == health::v1::SUCCESS_STATE_MET;
          }),
      IsOk());
  suite_.Kill("health");
  EXPECT_THAT(StatusOf(stream->Finish()), StatusIs(absl::StatusCode::kUnavailable));
  suite_.Restart("health", lapras_.time());
  // The sender begins again: what was stored is known, and counts once.
  absl::StatusOr<health::v1::IngestSamplesResponse> again;
  const auto sends = [&] {
    again = client().Stream<health::v1::IngestSamplesResponse>(
        ingest, {Lapras::Samples(1), Lapras::Samples(0)});
    return again.status();
  };
  ASSERT_THAT(OnceAnswered(sends), IsOk());
  EXPECT_EQ(again->duplicates(), 4);
  EXPECT_EQ(again->stored(), 3);
  EXPECT_EQ(again->rejected(), 0);
}

TEST(LaprasJourney, SurvivesTheDeathOfEveryProcessInTheMidstOfItsWork) {
  // Health can be halted only once the application is there, and it may be over by then.
  std::optional<KilledSuite> killed;
  bool in_the_midst = false;
  for (int attempt = 0; attempt < 5 && !in_the_midst; ++attempt) {
    killed.emplace();
    in_the_midst = killed->KillGatewayWhileItApplies();
  }
  ASSERT_TRUE(in_the_midst);
  Lapras& lapras = killed->lapras();
  lapras.ApplyProgram();
  lapras.ImportAccounts();
  lapras.WinDeal();
  ASSERT_FALSE(HasFatalFailure());

  killed->KillHandoffWhileItStartsTheOnboarding();
  ASSERT_FALSE(HasFatalFailure());
  // Whoever asked asks again, and it is the same process.
  ASSERT_THAT(OnceAnswered([&] { return lapras.AskForOnboarding().status(); }), IsOk());
  lapras.AwaitOnboarding();
  lapras.LookAtPlan();
  lapras.GetReadyForKickoff();
  ASSERT_FALSE(HasFatalFailure());

  killed->KillKickoffWhileItTellsOfTheKickoff();
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_THAT(OnceAnswered([&] { return lapras.TellOfKickoff(); }), IsOk());
  lapras.AwaitKickoffClock();
  lapras.LetTwoWeeksPass();
  ASSERT_FALSE(HasFatalFailure());

  killed->KillHealthWhileItTakesSamples();
  ASSERT_FALSE(HasFatalFailure());
  lapras.LookAtScore();
  lapras.LookAtSuccess();
  lapras.RecordEvidence();
  lapras.Complete();
  lapras.HandOver();
  lapras.WatchTheGap();
  lapras.TellTheStory();
  EXPECT_THAT(killed->suite().Stop(), Each(Pair(::testing::_, 0)));
}

}  // namespace
}  // namespace banso::journeys

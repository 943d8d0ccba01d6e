#include "tests/journeys/lapras.h"

#include <string>

#include "banso/gateway/v1/gateway_service.pb.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
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

TEST(LaprasJourney, SurvivesTheDeathOfEveryProcessAtABadMoment) {
  Suite suite(Shape::kFiveProcesses, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);

  // The gateway dies as soon as it has begun to apply the program, and rolls it forward.
  Process apply({BinFile("banso"), "--address=" + suite.gateway_address(),
                 "--token=" + suite.operator_token(), "apply", SourceFile("deploy/programs/lapras"),
                 "--reason", "interrupted"},
                suite.File("apply.log"));
  const std::string method = "banso.gateway.v1.GatewayService/GetProgramApplication";
  const std::string latest = R"({"name": "programs/-"})";
  ASSERT_THAT(lapras.client().Await<gateway::v1::ProgramApplication>(
                  method, latest, [](const auto&) { return true; }),
              IsOk());
  suite.Kill("gateway");
  suite.Restart("gateway", lapras.time());
  ASSERT_THAT(lapras.client().Await<gateway::v1::ProgramApplication>(
                  method, latest,
                  [](const gateway::v1::ProgramApplication& application) {
                    return application.state() == gateway::v1::APPLICATION_STATE_APPLIED;
                  }),
              IsOk());
  lapras.ApplyProgram();
  lapras.ImportAccounts();
  lapras.WinDeal();
  ASSERT_FALSE(HasFatalFailure());

  // accounts is dead when the onboarding is to start, and handoff dies while it waits for it.
  suite.Kill("accounts");
  lapras.StartOnboarding();
  suite.Kill("handoff");
  suite.Restart("accounts", lapras.time());
  suite.Restart("handoff", lapras.time());
  lapras.AwaitOnboarding();
  lapras.LookAtPlan();
  lapras.GetReadyForKickoff();
  ASSERT_FALSE(HasFatalFailure());

  // kickoff dies after it has acknowledged the kickoff and before accounts has heard of it.
  lapras.HoldKickoff();
  suite.Kill("kickoff");
  suite.Restart("kickoff", lapras.time());
  lapras.AwaitKickoffClock();
  lapras.LetTwoWeeksPass();
  ASSERT_FALSE(HasFatalFailure());

  // health dies between two parts of the samples; the sender begins again from the first.
  ASSERT_THAT(lapras.SendSamples(0), IsOk());
  suite.Kill("health");
  EXPECT_FALSE(lapras.SendSamples(1).ok());
  suite.Restart("health", lapras.time());
  ASSERT_THAT(lapras.SendSamples(0), IsOk());
  ASSERT_THAT(lapras.SendSamples(1), IsOk());

  lapras.LookAtScore();
  lapras.LookAtSuccess();
  lapras.RecordEvidence();
  lapras.Complete();
  lapras.HandOver();
  lapras.WatchTheGap();
  lapras.TellTheStory();
  EXPECT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));
}

}  // namespace
}  // namespace banso::journeys

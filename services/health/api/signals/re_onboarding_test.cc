#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "services/health/api/signals/signals_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReOnboardingTest : public SignalsFixture {
 protected:
  // `acme` shows why it must be onboarded once more.
  void RaiseSignal() {
    now_ = Noon(kCompleted + 10);
    MakeMetric("level", v1::METRIC_KIND_GAUGE);
    v1::Play play;
    play.set_name("plays/again");
    play.set_display_name("Again");
    play.add_reactions()->mutable_re_onboarding()->set_plan_template("planTemplates/short");
    ActivatePlay(play);
    v1::SignalRule rule = LevelRule("person-changed", "metric.level", 1);
    rule.set_play(play.name());
    ActivateRule(rule);
    SetLevel(1);
    Evaluate();
    ASSERT_THAT(List(), SizeIs(1));
  }

  // As handoff answers while the process is in `state`.
  void AnswerWith(handoff::v1::ProcessState state) {
    handoff::v1::Process process;
    process.set_name("processes/p1");
    process.set_onboarding("accounts/acme/onboardings/again");
    process.set_state(state);
    process.set_status_text("kickoff refused create-plan");
    handoff_.answer = process;
  }

  v1::SignalAction HandOver() {
    EXPECT_THAT(effects_->HandOverTasks(Now()), IsOk());
    return List()[0].actions(0);
  }
};

TEST_F(ReOnboardingTest, HasHandoffStartItOnceAndFollowsTheProcess) {
  FollowCompleted("acme", kCompleted);
  RaiseSignal();
  handoff_.answer = contract::Unavailable("handoff", absl::Seconds(1));
  EXPECT_EQ(HandOver().state(), v1::SIGNAL_ACTION_STATE_PENDING);
  now_ += absl::Hours(1);
  AnswerWith(handoff::v1::PROCESS_STATE_WAITING_FOR_PERSON);
  v1::SignalAction action = HandOver();
  EXPECT_EQ(action.state(), v1::SIGNAL_ACTION_STATE_HANDED_OVER);
  EXPECT_EQ(action.target(), "processes/p1");
  EXPECT_THAT(action.last_error(), HasSubstr("refused"));
  now_ += absl::Hours(2);
  AnswerWith(handoff::v1::PROCESS_STATE_SUCCEEDED);
  action = HandOver();
  EXPECT_EQ(action.state(), v1::SIGNAL_ACTION_STATE_DONE);
  EXPECT_EQ(action.result(), "accounts/acme/onboardings/again");
  now_ += absl::Hours(24);
  HandOver();

  ASSERT_THAT(handoff_.requests, SizeIs(2));
  EXPECT_EQ(handoff_.requests[0].SerializeAsString(), handoff_.requests[1].SerializeAsString());
  EXPECT_THAT(handoff_.asked_after, ElementsAre("processes/p1"));
  const handoff::v1::StartOnboardingRequest& request = handoff_.requests[0];
  EXPECT_THAT(contract::Check(handoff_.requests.data()), IsOk());
  EXPECT_EQ(request.kind(), accounts::v1::ONBOARDING_KIND_RE_ONBOARDING);
  EXPECT_EQ(request.owner(), "members/aoki");
  EXPECT_EQ(request.plan_template(), "planTemplates/short");
  EXPECT_THAT(request.plan_template_reason(), HasSubstr("It is high"));
  EXPECT_EQ(calendar::ToDay(request.contract_start()), kCompleted + 10);
  EXPECT_THAT(kickoff_.requests, IsEmpty());
}

TEST_F(ReOnboardingTest, IsLeftOutWhileAnOnboardingRuns) {
  // The account of the fixture is in its first onboarding.
  RaiseSignal();
  const v1::SignalAction action = HandOver();
  EXPECT_EQ(action.state(), v1::SIGNAL_ACTION_STATE_SKIPPED);
  EXPECT_THAT(action.result(), HasSubstr("accounts/acme/onboardings/o1 is running"));
  EXPECT_THAT(handoff_.requests, IsEmpty());
}

TEST_F(ReOnboardingTest, ShowsWhatHandoffRefusesAndLetsItBeTriedAgain) {
  FollowCompleted("acme", kCompleted);
  RaiseSignal();
  handoff_.answer = contract::NotFound("planTemplates/short");
  EXPECT_EQ(HandOver().state(), v1::SIGNAL_ACTION_STATE_FAILED);
  handoff_.answer = contract::AlreadyExists("begun by an attempt whose answer was lost");
  v1::RetrySignalActionRequest retry;
  retry.set_name(List()[0].name());
  retry.set_action_id("1");
  ASSERT_THAT(signals_->RetrySignalAction(Now(), retry), IsOk());
  const v1::SignalAction action = HandOver();
  EXPECT_EQ(action.state(), v1::SIGNAL_ACTION_STATE_DONE);
  EXPECT_THAT(action.result(), HasSubstr("accounts/acme/onboardings/signal-"));
}

}  // namespace
}  // namespace banso::health

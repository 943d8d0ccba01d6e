#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/testing/proves.h"
#include "services/health/api/signals/signals_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Everybody with fewer than 10 logins in a week is in the red band.
v1::ScoreModel LoginModel() {
  v1::ScoreModel model;
  model.set_name("scoreModels/adoption");
  model.set_display_name("Adoption");
  model.set_purpose("Tell who does not take to the product");
  model.set_decision_served("The owner calls whoever is red");
  model.set_owner("members/aoki");
  v1::Measure* logins = model.add_measures();
  logins->set_key("logins");
  logins->mutable_fact()->set_fact("metric.logins");
  type::v1::Window* window = logins->mutable_fact()->mutable_window();
  window->set_aggregation(type::v1::AGGREGATION_SUM);
  *window->mutable_trailing() = calendar::MakePeriod(7, type::v1::PERIOD_UNIT_DAY);
  logins->add_curve()->set_value(0);
  v1::CurvePoint* full = logins->add_curve();
  full->set_value(20);
  full->set_points(100);
  logins->set_weight(1);
  logins->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
  model.set_qualitative_share(0);
  model.set_minimum_coverage(0.5);
  model.add_bands()->set_key("red");
  v1::Band* green = model.add_bands();
  green->set_key("green");
  green->set_lower_edge(50);
  return model;
}

v1::SignalRule RedRule() {
  v1::SignalRule rule;
  rule.set_name("signalRules/red-adoption");
  rule.set_display_name("Adoption is red");
  rule.set_purpose("The owner calls");
  rule.set_reason("Few log in");
  rule.set_severity(v1::SIGNAL_SEVERITY_WARN);
  type::v1::Comparison* compare = rule.mutable_condition()->mutable_compare();
  compare->mutable_fact()->set_fact("score.adoption.band");
  compare->set_op(type::v1::OPERATOR_EQ);
  *compare->add_values() = rule::TextValue("red");
  rule.set_play("plays/call");
  return rule;
}

v1::Play CallPlay() {
  v1::Play play;
  play.set_name("plays/call");
  play.set_display_name("Call");
  v1::TaskReaction* task = play.add_reactions()->mutable_task();
  task->set_title("Call the project lead about logins");
  *task->mutable_due_in() = calendar::MakePeriod(3, type::v1::PERIOD_UNIT_DAY);
  return play;
}

class ScoreActionsTest : public SignalsFixture {
 protected:
  // Makes `red` red and `green` green.
  void MakeScores() {
    FollowCompleted("red", kCompleted);
    FollowCompleted("green", kCompleted);
    now_ = Noon(kCompleted + 10);
    IngestDaily("red", "logins", kCompleted + 4, kCompleted + 10, 1);
    IngestDaily("green", "logins", kCompleted + 4, kCompleted + 10, 3);
    Activate(LoginModel());
    ActivatePlay(CallPlay());
    ActivateRule(RedRule());
    Evaluate();
  }
};

TEST_F(ScoreActionsTest, CreatesTheMappedActionOnceAndRecordsItsResult) {
  MakeScores();
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  now_ += absl::Hours(24);
  Evaluate();
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  ASSERT_THAT(AccountsOf(List()), ElementsAre("accounts/red"));
  ASSERT_THAT(kickoff_.requests, SizeIs(1));
  const kickoff::v1::CreatePlanTaskRequest& request = kickoff_.requests[0];
  EXPECT_THAT(contract::Check(kickoff_.requests.data()), IsOk());
  EXPECT_EQ(request.parent(), "accounts/red/onboardings/o1/plan");
  EXPECT_EQ(request.task().title(), "Call the project lead about logins");
  EXPECT_EQ(request.task().assignee(), "members/ito");
  EXPECT_EQ(calendar::ToDay(request.task().due()), kCompleted + 13);
  EXPECT_THAT(request.reason(), HasSubstr("Few log in"));

  // Somebody does it, in kickoff.
  v1::Signal signal = List()[0];
  ASSERT_THAT(signal.actions(), SizeIs(1));
  EXPECT_EQ(signal.actions(0).state(), v1::SIGNAL_ACTION_STATE_HANDED_OVER);
  kickoff::v1::PlanTask task;
  task.set_name(signal.actions(0).target());
  task.set_state(kickoff::v1::TASK_STATE_DONE);
  task.set_note("They had lost their passwords");
  *task.mutable_close_time() = calendar::ToTimestamp(now_);
  ASSERT_THAT(database_->Write(Now(),
                               [&](storage::Writer& writer) {
                                 return SignalEffects::FollowTask(store_, writer, task);
                               }),
              IsOk());
  signal = List()[0];
  EXPECT_EQ(signal.actions(0).state(), v1::SIGNAL_ACTION_STATE_DONE);
  EXPECT_EQ(signal.actions(0).result(), "They had lost their passwords");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::Signal closed,
      Resolve(signal.name(), v1::SIGNAL_OUTCOME_SOLVED, "Everybody can log in again"));
  EXPECT_EQ(closed.state(), v1::SIGNAL_STATE_RESOLVED);
  EXPECT_EQ(closed.outcome(), v1::SIGNAL_OUTCOME_SOLVED);
  EXPECT_EQ(closed.result(), "Everybody can log in again");
  EXPECT_EQ(closed.resolved_by(), "members/aoki");
  Proves("HRM-10");
}

TEST_F(ScoreActionsTest, ReportsAlertsRaisedAgainstActionsTaken) {
  // A scorecard without a purpose is refused.
  v1::SaveScoreModelRequest save;
  *save.mutable_score_model() = LoginModel();
  save.mutable_score_model()->clear_purpose();
  save.set_reason("test");
  const absl::Status refused = contract::Check(&save);
  ASSERT_THAT(contract::FieldViolations(refused), SizeIs(1));
  EXPECT_EQ(contract::FieldViolations(refused)[0].field, "score_model.purpose");

  MakeScores();
  FollowCompleted("red-too", kCompleted);
  IngestDaily("red-too", "logins", kCompleted + 4, kCompleted + 10, 1);
  v1::ScoreModel ornament = LoginModel();
  ornament.set_name("scoreModels/ornament");
  Activate(ornament);
  Evaluate();
  ASSERT_THAT(List(), SizeIs(2));
  ASSERT_THAT(Resolve(List("red")[0].name(), v1::SIGNAL_OUTCOME_IMPROVED, "We called"), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SignalReport report,
                             signals_->GetSignalReport(Now(), v1::GetSignalReportRequest()));
  EXPECT_EQ(report.total().raised(), 2);
  EXPECT_EQ(report.total().acted_on(), 1);
  EXPECT_EQ(report.total().unattended(), 1);
  ASSERT_THAT(report.score_models(), SizeIs(2));
  const v1::ScoreModelReport& used = report.score_models(0);
  EXPECT_EQ(used.purpose(), "Tell who does not take to the product");
  EXPECT_EQ(used.decision_served(), "The owner calls whoever is red");
  EXPECT_EQ(used.owner(), "members/aoki");
  EXPECT_THAT(used.signal_rules(), ElementsAre("signalRules/red-adoption"));
  EXPECT_EQ(used.use(), "2 raised, 1 acted on, 1 unattended");
  EXPECT_EQ(report.score_models(1).use(), "no rule in force reads it");
  // Of another time there is nothing.
  v1::GetSignalReportRequest earlier;
  *earlier.mutable_raised_before() = calendar::ToTimestamp(now_ - absl::Hours(24));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SignalReport none,
                             signals_->GetSignalReport(Now(), earlier));
  EXPECT_EQ(none.total().raised(), 0);
  EXPECT_FALSE(none.total().has_acted_on_share());
  Proves("LX-34");
}

TEST_F(ScoreActionsTest, SaysWhyAPlayMadeNothing) {
  FollowCompleted("red", kCompleted);
  now_ = Noon(kCompleted + 10);
  IngestDaily("red", "logins", kCompleted + 4, kCompleted + 10, 1);
  Activate(LoginModel());
  v1::SavePlayRequest draft;
  *draft.mutable_play() = CallPlay();
  draft.set_reason("test");
  ASSERT_THAT(signals_->SavePlay(Now(), draft), IsOk());
  ActivateRule(RedRule());
  Evaluate();
  ASSERT_THAT(List(), SizeIs(1));
  EXPECT_THAT(List()[0].actions(), IsEmpty());
  EXPECT_EQ(List()[0].no_action_because(), "plays/call is not in force");

  v1::Play for_low = CallPlay();
  for_low.mutable_reactions(0)->add_touches("low");
  ActivatePlay(for_low);
  for (const absl::string_view touch : {"high", "", "low"}) {
    const std::string id = absl::StrCat("red-", touch.empty() ? "none" : touch);
    FollowCompleted(id, kCompleted, touch);
    IngestDaily(id, "logins", kCompleted + 4, kCompleted + 10, 1);
  }
  Evaluate();
  const auto because = [&](absl::string_view id) { return List(id).at(0).no_action_because(); };
  EXPECT_EQ(because("red-high"), "plays/call@2 has no reaction for the touch level high");
  EXPECT_EQ(because("red-none"), "plays/call@2 has no reaction for accounts without a touch level");
  EXPECT_EQ(because("red-low"), "");
  EXPECT_THAT(List("red-low")[0].actions(), SizeIs(1));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SignalReport report,
                             signals_->GetSignalReport(Now(), v1::GetSignalReportRequest()));
  EXPECT_EQ(report.total().raised(), 4);
  EXPECT_EQ(report.total().without_action(), 3);
}

TEST_F(ScoreActionsTest, DoesNothingMoreByARuleOrPlayThatIsOutOfForce) {
  for (const char* id : {"red", "blue"}) FollowCompleted(id, kCompleted);
  now_ = Noon(kCompleted + 10);
  Activate(LoginModel());
  ActivatePlay(CallPlay());
  ActivateRule(RedRule());
  v1::DeactivatePlayRequest play;
  play.set_name("plays/call");
  ASSERT_THAT(signals_->DeactivatePlay(Now(), play), IsOk());
  IngestDaily("red", "logins", kCompleted + 4, kCompleted + 10, 1);
  Evaluate();
  ASSERT_THAT(List("red"), SizeIs(1));
  EXPECT_THAT(List("red")[0].actions(), IsEmpty());
  EXPECT_EQ(List("red")[0].no_action_because(), "plays/call is not in force");
  v1::DeactivateSignalRuleRequest rule;
  rule.set_name(RedRule().name());
  ASSERT_THAT(signals_->DeactivateSignalRule(Now(), rule), IsOk());
  IngestDaily("blue", "logins", kCompleted + 4, kCompleted + 10, 1);
  Evaluate();
  EXPECT_THAT(List("blue"), IsEmpty());
  EXPECT_EQ(List("red")[0].state(), v1::SIGNAL_STATE_OPEN);
}

TEST_F(ScoreActionsTest, TriesAgainUntilKickoffTakesTheTask) {
  MakeScores();
  kickoff_.answer = contract::Unavailable("kickoff", absl::Seconds(1));
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  ASSERT_THAT(kickoff_.requests, SizeIs(1));
  EXPECT_EQ(List()[0].actions(0).state(), v1::SIGNAL_ACTION_STATE_PENDING);
  EXPECT_THAT(List()[0].actions(0).last_error(), HasSubstr("kickoff"));
  // Not before its time, and then the same request.
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  ASSERT_THAT(kickoff_.requests, SizeIs(1));
  now_ += absl::Seconds(10);
  kickoff_.answer = contract::AlreadyExists("the task of an attempt whose answer was lost");
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  ASSERT_THAT(kickoff_.requests, SizeIs(2));
  EXPECT_EQ(kickoff_.requests[0].SerializeAsString(), kickoff_.requests[1].SerializeAsString());
  EXPECT_EQ(List()[0].actions(0).state(), v1::SIGNAL_ACTION_STATE_HANDED_OVER);
  now_ += absl::Hours(1);
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  EXPECT_THAT(kickoff_.requests, SizeIs(2));
}

TEST_F(ScoreActionsTest, ShowsWhatKickoffRefusesAndLetsItBeTriedAgain) {
  MakeScores();
  kickoff_.answer = contract::NotFound("accounts/red/onboardings/o1/plan");
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  now_ += absl::Hours(24);
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  EXPECT_THAT(kickoff_.requests, SizeIs(1));
  const v1::Signal failed = List()[0];
  EXPECT_EQ(failed.actions(0).state(), v1::SIGNAL_ACTION_STATE_FAILED);
  EXPECT_THAT(failed.actions(0).last_error(), HasSubstr("plan"));

  kickoff_.answer = absl::OkStatus();
  v1::RetrySignalActionRequest retry;
  retry.set_name(failed.name());
  retry.set_action_id("1");
  ASSERT_THAT(signals_->RetrySignalAction(Now(), retry), IsOk());
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  EXPECT_EQ(List()[0].actions(0).state(), v1::SIGNAL_ACTION_STATE_HANDED_OVER);
  EXPECT_EQ(contract::Reason(signals_->RetrySignalAction(Now(), retry).status()),
            "ACTION_NOT_FAILED");
  retry.set_action_id("2");
  EXPECT_THAT(signals_->RetrySignalAction(Now(), retry),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::health

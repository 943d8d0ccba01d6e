#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/contract/errors.h"
#include "common/contract/field_rules.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/signals/signals_fixture.h"
#include "services/health/store/evaluations.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const absl::CivilDay kCompleted(2026, 5, 1);

// The names of the accounts of signals.
std::vector<std::string> AccountsOf(const std::vector<v1::Signal>& signals) {
  std::vector<std::string> accounts;
  for (const v1::Signal& signal : signals) {
    accounts.push_back(signal.name().substr(0, signal.name().find("/signals/")));
  }
  return accounts;
}

v1::SignalRule StallRule() {
  v1::SignalRule rule;
  rule.set_name("signalRules/stall");
  rule.set_display_name("Stalled after completion");
  rule.set_purpose("The retention owner calls before the customer burns out");
  rule.set_reason("Use has fallen since completion");
  rule.set_severity(v1::SIGNAL_SEVERITY_URGENT);
  v1::UsageFall* fall = rule.mutable_fall();
  fall->set_fact("metric.logins");
  *fall->mutable_recent() = calendar::MakePeriod(7, type::v1::PERIOD_UNIT_DAY);
  *fall->mutable_baseline() = calendar::MakePeriod(4, type::v1::PERIOD_UNIT_WEEK);
  fall->set_baseline_until(type::v1::CLOCK_COMPLETION);
  fall->set_at_least(0.5);
  return rule;
}

class SignalsTest : public SignalsFixture {
 protected:
  SignalsTest() { MakeMetric("logins"); }

  // Sets the level of a gauge from a day on.
  void SetLevel(double value) {
    ASSERT_THAT(
        Ingest(Now(), {MakeSample(absl::StrCat("level-", ++levels_), "level", now_, value)}),
        IsOk());
  }

  int levels_ = 0;
};

TEST_F(SignalsTest, RaisesAStallForAPlantedFallAndNoneForAFlatAccount) {
  FollowCompleted("falling", kCompleted);
  FollowCompleted("flat", kCompleted);
  now_ = Noon(kCompleted + 10);
  for (const char* account : {"falling", "flat"}) {
    IngestDaily(account, "logins", kCompleted - 27, kCompleted + 2, 10);
  }
  // 60 % less from the third day on.
  IngestDaily("falling", "logins", kCompleted + 3, kCompleted + 10, 4);
  IngestDaily("flat", "logins", kCompleted + 3, kCompleted + 10, 10);
  ActivateRule(StallRule());
  Evaluate();
  const std::vector<v1::Signal> raised = List();
  ASSERT_THAT(AccountsOf(raised), ElementsAre("accounts/falling"));
  const v1::Signal& stall = raised[0];
  EXPECT_EQ(stall.state(), v1::SIGNAL_STATE_OPEN);
  EXPECT_EQ(stall.signal_rule(), "signalRules/stall@1");
  EXPECT_EQ(stall.cause(), "stall:2026-05-11");
  EXPECT_EQ(stall.owner(), "members/ito");
  EXPECT_EQ(stall.touch(), "high");
  EXPECT_EQ(stall.onboarding(), "accounts/falling/onboardings/o1");
  EXPECT_EQ(stall.explanation().reading(), "60.0 % below the baseline");
  ASSERT_THAT(stall.evidence(), SizeIs(2));
  EXPECT_EQ(stall.evidence(0).value().number(), 28);
  EXPECT_EQ(calendar::ToDay(stall.evidence(0).from()), kCompleted + 3);
  EXPECT_EQ(stall.evidence(1).value().number(), 280);
  EXPECT_EQ(calendar::ToDay(stall.evidence(1).to()), kCompleted);
  Proves("KAM-14");
}

TEST_F(SignalsTest, FlagsLatentRiskWithItsThreeFacts) {
  MakeMetric("outcomes");
  MakeMetric("active-users", v1::METRIC_KIND_DISTINCT_USERS);
  fact::v1::FactType completion;
  completion.set_name("completion.state");
  completion.set_value_type(type::v1::VALUE_TYPE_TEXT);
  completion.set_subject(fact::v1::SUBJECT_KIND_ONBOARDING);
  now_ = Noon(kCompleted + 40);
  for (const std::string id : {"lonely-1", "lonely-2", "lonely-3", "healthy"}) {
    FollowCompleted(id, kCompleted);
    fact::v1::FactChange change;
    change.set_subject(absl::StrCat("accounts/", id, "/onboardings/o1"));
    change.set_fact("completion.state");
    *change.mutable_value() = rule::TextValue("completed");
    *change.mutable_occurred_time() = calendar::ToTimestamp(Noon(kCompleted));
    *change.mutable_recorded_time() = calendar::ToTimestamp(Noon(kCompleted));
    ASSERT_THAT(
        database_->Write(
            Now(), [&](storage::Writer& writer) { return store_.MirrorFact(writer, change); }),
        IsOk());
    IngestDaily(id, "active-users", kCompleted + 20, kCompleted + 39, 1, "u1");
  }
  IngestDaily("healthy", "active-users", kCompleted + 20, kCompleted + 39, 1, "u2");
  IngestDaily("healthy", "outcomes", kCompleted + 20, kCompleted + 20, 1);

  v1::SignalRule rule = LevelRule("latent-risk", "metric.active_users", 0);
  type::v1::ConditionList* all = rule.mutable_condition()->mutable_all();
  type::v1::Comparison* completed = all->add_conditions()->mutable_compare();
  completed->mutable_fact()->set_fact("completion.state");
  completed->set_op(type::v1::OPERATOR_EQ);
  *completed->add_values() = rule::TextValue("completed");
  all->add_conditions()->mutable_not_()->mutable_known()->set_fact("metric.outcomes");
  type::v1::Comparison* single = all->add_conditions()->mutable_compare();
  single->mutable_fact()->set_fact("metric.active_users");
  type::v1::Window* window = single->mutable_fact()->mutable_window();
  window->set_aggregation(type::v1::AGGREGATION_DISTINCT_USERS);
  *window->mutable_trailing() = calendar::MakePeriod(28, type::v1::PERIOD_UNIT_DAY);
  single->set_op(type::v1::OPERATOR_LE);
  *single->add_values() = rule::NumberValue(1);
  ActivateRule(rule, {completion});
  Evaluate();
  const std::vector<v1::Signal> raised = List();
  EXPECT_THAT(AccountsOf(raised),
              UnorderedElementsAre("accounts/lonely-1", "accounts/lonely-2", "accounts/lonely-3"));
  for (const v1::Signal& signal : raised) {
    ASSERT_THAT(signal.evidence(), SizeIs(3));
    EXPECT_EQ(signal.evidence(0).fact(), "completion.state");
    EXPECT_THAT(signal.evidence(0).reading(), HasSubstr("completed"));
    EXPECT_EQ(signal.evidence(1).fact(), "metric.outcomes");
    EXPECT_EQ(signal.evidence(2).fact(), "metric.active_users");
    EXPECT_EQ(signal.evidence(2).value().number(), 1);
  }
  Proves("KAM-18");
}

TEST_F(SignalsTest, RaisesNothingTwiceForOneCause) {
  MakeMetric("level", v1::METRIC_KIND_GAUGE);
  v1::SignalRule rule = LevelRule("high", "metric.level", 5);
  ActivateRule(rule);
  SetLevel(7);
  Evaluate();
  ASSERT_THAT(List(), SizeIs(1));
  const std::string first = List()[0].name();

  // Not when it is looked at again, now or on other days...
  SetLevel(8);
  Evaluate();
  now_ += absl::Hours(72);
  Evaluate();
  EXPECT_THAT(List(), SizeIs(1));
  // ... nor when somebody has resolved it, nor under another revision...
  ASSERT_THAT(Resolve(first, v1::SIGNAL_OUTCOME_NO_EFFECT, "We called"), IsOk());
  rule.set_reason("It is still high");
  ActivateRule(rule);
  Evaluate();
  EXPECT_THAT(List(), SizeIs(1));
  // ... nor after a start of the service.
  signals_.reset();
  effects_.reset();
  Close();
  Open();
  signals_ = std::make_unique<SignalsApi>(*database_, store_);
  ASSERT_THAT(database_->Write(
                  Now(), [](storage::Writer& writer) { return MarkAllDue(writer, "a start"); }),
              IsOk());
  Evaluate();
  EXPECT_THAT(List(), SizeIs(1));

  // A new cause is another one: it was false in between.
  now_ += absl::Hours(24);
  SetLevel(1);
  Evaluate();
  EXPECT_TRUE(List()[0].has_over_time());
  now_ += absl::Hours(24);
  SetLevel(9);
  Evaluate();
  ASSERT_THAT(List(), SizeIs(2));
  EXPECT_NE(List()[0].name(), first);
  EXPECT_EQ(List()[0].reason(), "It is still high");
}

TEST_F(SignalsTest, TakesWhatComesBackOnTheSameDayForTheSameCause) {
  MakeMetric("level", v1::METRIC_KIND_GAUGE);
  ActivateRule(LevelRule("high", "metric.level", 5));
  for (const double level : {7, 1, 7}) {
    now_ += absl::Minutes(10);
    SetLevel(level);
    Evaluate();
  }
  const std::vector<v1::Signal> raised = List();
  ASSERT_THAT(raised, SizeIs(1));
  EXPECT_FALSE(raised[0].has_over_time());
}

TEST_F(SignalsTest, TakesWhatComesBackOnAnyDayForTheSameCause) {
  MakeMetric("level", v1::METRIC_KIND_GAUGE);
  v1::SignalRule at_once = LevelRule("at-once", "metric.level", 5);
  at_once.set_resolve_when_over(true);
  ActivateRule(at_once);
  v1::SignalRule held = LevelRule("held", "metric.level", 5);
  *held.mutable_hold_for() = calendar::MakePeriod(2, type::v1::PERIOD_UNIT_DAY);
  ActivateRule(held);
  SetLevel(7);
  Evaluate();
  for (int day = 0; day < 3; ++day) {
    now_ += absl::Hours(24);
    Evaluate();
  }
  ASSERT_THAT(List(), SizeIs(2));
  // Long after both were raised, it is away for ten minutes.
  now_ += absl::Hours(24);
  SetLevel(1);
  Evaluate();
  for (const v1::Signal& signal : List()) EXPECT_TRUE(signal.has_over_time());
  now_ += absl::Minutes(10);
  SetLevel(7);
  Evaluate();
  ASSERT_THAT(List(), SizeIs(2));
  for (const v1::Signal& signal : List()) {
    EXPECT_FALSE(signal.has_over_time());
    EXPECT_EQ(signal.state(), v1::SIGNAL_STATE_OPEN);
    EXPECT_EQ(signal.outcome(), v1::SIGNAL_OUTCOME_UNSPECIFIED);
  }
  // What is away at the end of a day is another cause when it is back, and has to hold anew.
  now_ += absl::Minutes(10);
  SetLevel(1);
  Evaluate();
  now_ += absl::Hours(24);
  SetLevel(7);
  Evaluate();
  ASSERT_THAT(List(), SizeIs(3));
  EXPECT_EQ(List()[0].signal_rule(), "signalRules/at-once@1");
  now_ += absl::Hours(48);
  Evaluate();
  EXPECT_THAT(List(), SizeIs(4));
}

TEST_F(SignalsTest, KeepsQuietDuringCoolDown) {
  MakeMetric("level", v1::METRIC_KIND_GAUGE);
  v1::SignalRule rule = LevelRule("high", "metric.level", 5);
  *rule.mutable_cool_down() = calendar::MakePeriod(7, type::v1::PERIOD_UNIT_DAY);
  ActivateRule(rule);
  SetLevel(7);
  Evaluate();
  now_ += absl::Hours(24);
  SetLevel(1);
  Evaluate();
  now_ += absl::Hours(24);
  SetLevel(7);
  Evaluate();
  EXPECT_THAT(List(), SizeIs(1));
  // It still holds when the time is over; only time passes.
  now_ += absl::Hours(6 * 24);
  Evaluate();
  EXPECT_THAT(List(), SizeIs(2));
}

TEST_F(SignalsTest, WaitsUntilItHasHeldForLongEnoughThoughNobodyLooked) {
  MakeMetric("level", v1::METRIC_KIND_GAUGE);
  v1::SignalRule rule = LevelRule("high", "metric.level", 5);
  *rule.mutable_hold_for() = calendar::MakePeriod(3, type::v1::PERIOD_UNIT_DAY);
  ActivateRule(rule);
  SetLevel(7);
  Evaluate();
  EXPECT_THAT(List(), IsEmpty());
  now_ += absl::Hours(48);
  Evaluate();
  EXPECT_THAT(List(), IsEmpty());
  // Only time passes; the service was away on the third day.
  now_ += absl::Hours(48);
  Evaluate();
  ASSERT_THAT(List(), SizeIs(1));
  EXPECT_EQ(calendar::ToDay(List()[0].held_since()), absl::CivilDay(2026, 4, 2));
}

TEST_F(SignalsTest, IsLookedAtAtTheBeginningOfEveryDay) {
  // True on the third day without a sample; no sample comes to make anybody look.
  MakeMetric("level", v1::METRIC_KIND_GAUGE);
  v1::SignalRule rule = LevelRule("silent", "metric.level", 3);
  rule.mutable_condition()->mutable_compare()->mutable_fact()->mutable_window()->set_aggregation(
      type::v1::AGGREGATION_DAYS_SINCE_LAST);
  ActivateRule(rule);
  SetLevel(1);
  Evaluate();
  now_ += absl::Hours(48);
  Evaluate();
  EXPECT_THAT(List(), IsEmpty());
  now_ += absl::Hours(13);
  Evaluate();
  EXPECT_THAT(List(), SizeIs(1));
}

TEST_F(SignalsTest, ResolvesByItselfWhatIsOverWhereTheRuleSaysSo) {
  MakeMetric("level", v1::METRIC_KIND_GAUGE);
  v1::SignalRule rule = LevelRule("high", "metric.level", 5);
  rule.set_resolve_when_over(true);
  ActivateRule(rule);
  SetLevel(7);
  Evaluate();
  now_ += absl::Hours(1);
  SetLevel(2);
  Evaluate();
  ASSERT_THAT(List(), SizeIs(1));
  EXPECT_EQ(List()[0].state(), v1::SIGNAL_STATE_RESOLVED);
  EXPECT_EQ(List()[0].outcome(), v1::SIGNAL_OUTCOME_OVER);
}

TEST_F(SignalsTest, WakesASnoozedSignalInTime) {
  MakeMetric("level", v1::METRIC_KIND_GAUGE);
  ActivateRule(LevelRule("high", "metric.level", 5));
  SetLevel(7);
  Evaluate();
  v1::SnoozeSignalRequest snooze;
  snooze.set_name(Nth(List(), 0).name());
  *snooze.mutable_until() = calendar::ToTimestamp(now_ + absl::Hours(5));
  snooze.set_reason("They are on holiday");
  ASSERT_THAT(signals_->SnoozeSignal(Now(), snooze), IsOk());
  now_ += absl::Hours(4);
  Evaluate();
  EXPECT_EQ(Nth(List(), 0).state(), v1::SIGNAL_STATE_SNOOZED);
  now_ += absl::Hours(1);
  Evaluate();
  EXPECT_EQ(Nth(List(), 0).state(), v1::SIGNAL_STATE_OPEN);
  EXPECT_FALSE(Nth(List(), 0).has_snooze_until());
}

TEST_F(SignalsTest, NamesWhatIsWrongWithARule) {
  v1::SaveSignalRuleRequest save;
  *save.mutable_signal_rule() = StallRule();
  save.mutable_signal_rule()->mutable_fall()->set_fact("metric.login");
  save.mutable_signal_rule()->set_play("plays/none");
  *save.mutable_signal_rule()->mutable_hold_for() =
      calendar::MakePeriod(61, type::v1::PERIOD_UNIT_DAY);
  save.set_reason("test");
  const absl::Status status = signals_->SaveSignalRule(Now(), save).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  const auto violations = contract::FieldViolations(status);
  ASSERT_THAT(violations, SizeIs(3));
  EXPECT_EQ(violations[0].field, "signal_rule.fall.fact");
  EXPECT_THAT(violations[0].description, HasSubstr("did you mean metric.logins?"));
  EXPECT_EQ(violations[1].field, "signal_rule.hold_for");
  EXPECT_EQ(violations[2].field, "signal_rule.play");
}

TEST_F(SignalsTest, ARuleMayNameAPlayThatComesWithIt) {
  v1::SaveSignalRuleRequest save;
  *save.mutable_signal_rule() = StallRule();
  save.mutable_signal_rule()->set_play("plays/to-come");
  save.set_reason("test");
  save.set_validate_only(true);
  EXPECT_THAT(signals_->SaveSignalRule(Now(), save),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("plays/to-come")));
  save.add_additional_resources("plays/to-come");
  EXPECT_THAT(signals_->SaveSignalRule(Now(), save), IsOk());
}

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

class ScoreActionsTest : public SignalsTest {
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
  EXPECT_THAT(Nth(List("red-low"), 0).actions(), SizeIs(1));
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
  EXPECT_EQ(Nth(Nth(List(), 0).actions(), 0).state(), v1::SIGNAL_ACTION_STATE_PENDING);
  EXPECT_THAT(Nth(Nth(List(), 0).actions(), 0).last_error(), HasSubstr("kickoff"));
  // Not before its time, and then the same request.
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  ASSERT_THAT(kickoff_.requests, SizeIs(1));
  now_ += absl::Seconds(10);
  kickoff_.answer = contract::AlreadyExists("the task of an attempt whose answer was lost");
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  ASSERT_THAT(kickoff_.requests, SizeIs(2));
  EXPECT_EQ(kickoff_.requests[0].SerializeAsString(), kickoff_.requests[1].SerializeAsString());
  EXPECT_EQ(Nth(Nth(List(), 0).actions(), 0).state(), v1::SIGNAL_ACTION_STATE_HANDED_OVER);
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
  const v1::Signal failed = Nth(List(), 0);
  EXPECT_EQ(Nth(failed.actions(), 0).state(), v1::SIGNAL_ACTION_STATE_FAILED);
  EXPECT_THAT(Nth(failed.actions(), 0).last_error(), HasSubstr("plan"));

  kickoff_.answer = absl::OkStatus();
  v1::RetrySignalActionRequest retry;
  retry.set_name(failed.name());
  retry.set_action_id("1");
  ASSERT_THAT(signals_->RetrySignalAction(Now(), retry), IsOk());
  ASSERT_THAT(effects_->HandOverTasks(Now()), IsOk());
  EXPECT_EQ(Nth(Nth(List(), 0).actions(), 0).state(), v1::SIGNAL_ACTION_STATE_HANDED_OVER);
  EXPECT_EQ(contract::Reason(signals_->RetrySignalAction(Now(), retry).status()),
            "ACTION_NOT_FAILED");
  retry.set_action_id("2");
  EXPECT_THAT(signals_->RetrySignalAction(Now(), retry),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

class ReOnboardingTest : public SignalsTest {
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
    return Nth(Nth(List(), 0).actions(), 0);
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
  retry.set_name(Nth(List(), 0).name());
  retry.set_action_id("1");
  ASSERT_THAT(signals_->RetrySignalAction(Now(), retry), IsOk());
  const v1::SignalAction action = HandOver();
  EXPECT_EQ(action.state(), v1::SIGNAL_ACTION_STATE_DONE);
  EXPECT_THAT(action.result(), HasSubstr("accounts/acme/onboardings/signal-"));
}

}  // namespace
}  // namespace banso::health

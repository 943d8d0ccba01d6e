#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/contract/errors.h"
#include "common/testing/proves.h"
#include "services/health/api/signals/signals_fixture.h"
#include "services/health/store/evaluations.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

using SignalsTest = SignalsFixture;

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
  snooze.set_name(List()[0].name());
  *snooze.mutable_until() = calendar::ToTimestamp(now_ + absl::Hours(5));
  snooze.set_reason("They are on holiday");
  ASSERT_THAT(signals_->SnoozeSignal(Now(), snooze), IsOk());
  now_ += absl::Hours(4);
  Evaluate();
  EXPECT_EQ(List()[0].state(), v1::SIGNAL_STATE_SNOOZED);
  now_ += absl::Hours(1);
  Evaluate();
  EXPECT_EQ(List()[0].state(), v1::SIGNAL_STATE_OPEN);
  EXPECT_FALSE(List()[0].has_snooze_until());
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

}  // namespace
}  // namespace banso::health

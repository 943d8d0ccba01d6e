#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/rule/value.h"
#include "common/testing/status_matchers.h"
#include "services/health/domain/outbox/delivery.h"
#include "services/health/domain/signals/fall.h"
#include "services/health/domain/signals/report.h"
#include "services/health/domain/signals/signal.h"
#include "services/health/domain/signals/signal_rule.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::CivilDay kCompletion(2026, 5, 1);
const absl::TimeZone kTokyo = calendar::ZoneOrUtc("Asia/Tokyo");

v1::UsageFall SixtyPercent() {
  v1::UsageFall fall;
  fall.set_fact("metric.logins");
  *fall.mutable_recent() = calendar::MakePeriod(7, type::v1::PERIOD_UNIT_DAY);
  *fall.mutable_baseline() = calendar::MakePeriod(28, type::v1::PERIOD_UNIT_DAY);
  fall.set_baseline_until(type::v1::CLOCK_COMPLETION);
  fall.set_at_least(0.6);
  return fall;
}

rule::Moment MomentOn(absl::CivilDay day) {
  rule::Moment moment;
  moment.as_of = calendar::StartOfDay(day, kTokyo) + absl::Hours(9);
  moment.time_zone = "Asia/Tokyo";
  moment.account = "accounts/acme";
  moment.clocks[type::v1::CLOCK_COMPLETION] = kCompletion;
  return moment;
}

// Explains with these sums of the recent days and the baseline.
type::v1::Explanation ExplainWith(const v1::UsageFall& fall, const rule::Moment& moment,
                                  std::optional<double> recent, std::optional<double> baseline) {
  const std::vector<rule::FactRead> reads = Reads(fall, moment);
  rule::Readings readings;
  if (reads.size() == 2) {
    if (recent.has_value()) {
      *readings[rule::Key(reads[0])].mutable_value() = rule::NumberValue(*recent);
    }
    if (baseline.has_value()) {
      *readings[rule::Key(reads[1])].mutable_value() = rule::NumberValue(*baseline);
    }
  }
  return ExplainFall(fall, moment, readings);
}

TEST(UsageFallTest, ComparesTheDaysBeforeTodayWithTheBaselineUpToTheClock) {
  const auto days = DaysOf(SixtyPercent(), MomentOn(kCompletion + 10));
  ASSERT_TRUE(days.has_value());
  EXPECT_EQ(days->recent_from, kCompletion + 3);
  EXPECT_EQ(days->recent_to, kCompletion + 9);
  EXPECT_EQ(days->baseline_from, kCompletion - 27);
  EXPECT_EQ(days->baseline_to, kCompletion);
  v1::UsageFall before = SixtyPercent();
  before.clear_baseline_until();
  const auto rolling = DaysOf(before, MomentOn(kCompletion + 10));
  ASSERT_TRUE(rolling.has_value());
  EXPECT_EQ(rolling->baseline_to, kCompletion + 2);
}

TEST(UsageFallTest, CountsPerDayAndIsTrueFromTheEdgeOn) {
  const rule::Moment moment = MomentOn(kCompletion + 10);
  // 280 in 28 days are 10 a day; 28 in 7 days are 4 a day: exactly 60 % less.
  EXPECT_EQ(ExplainWith(SixtyPercent(), moment, 28, 280).result(), type::v1::TRUTH_TRUE);
  EXPECT_EQ(ExplainWith(SixtyPercent(), moment, 29, 280).result(), type::v1::TRUTH_FALSE);
  EXPECT_EQ(ExplainWith(SixtyPercent(), moment, 0, 280).result(), type::v1::TRUTH_TRUE);
  EXPECT_EQ(ExplainWith(SixtyPercent(), moment, 700, 280).result(), type::v1::TRUTH_FALSE);
}

TEST(UsageFallTest, ExplainsItselfWithBothSums) {
  const type::v1::Explanation explanation =
      ExplainWith(SixtyPercent(), MomentOn(kCompletion + 10), 28, 280);
  EXPECT_EQ(explanation.rule(),
            "metric.logins (last 7 days) at least 60 % below the 28 days up to completion");
  EXPECT_EQ(explanation.reading(), "60.0 % below the baseline");
  ASSERT_THAT(explanation.parts(), SizeIs(2));
  EXPECT_EQ(explanation.parts(0).reading(),
            "metric.logins sum of 2026-05-04..2026-05-10 = 28 (4 a day)");
  EXPECT_THAT(EvidenceOf(explanation), SizeIs(2));
}

TEST(UsageFallTest, IsUnknownWithoutAClockDataOrABaseline) {
  const rule::Moment moment = MomentOn(kCompletion + 10);
  rule::Moment not_completed = moment;
  not_completed.clocks.clear();
  v1::UsageFall needs_five_a_day = SixtyPercent();
  needs_five_a_day.set_minimum_per_day(5);
  for (const type::v1::Explanation& explanation :
       {ExplainWith(SixtyPercent(), not_completed, 0, 280),
        ExplainWith(SixtyPercent(), moment, std::nullopt, 280),
        ExplainWith(SixtyPercent(), moment, 0, std::nullopt),
        ExplainWith(SixtyPercent(), moment, 0, 0), ExplainWith(needs_five_a_day, moment, 0, 28)}) {
    EXPECT_EQ(explanation.result(), type::v1::TRUTH_UNKNOWN) << explanation.ShortDebugString();
  }
}

TEST(UsageFallTest, IsUnknownWhileTheRecentDaysReachIntoTheBaseline) {
  const type::v1::Explanation explanation =
      ExplainWith(SixtyPercent(), MomentOn(kCompletion + 7), 0, 280);
  EXPECT_EQ(explanation.result(), type::v1::TRUTH_UNKNOWN);
  EXPECT_THAT(explanation.unknown_because(), HasSubstr("reach back"));
}

v1::SignalRule HeldFor(int days) {
  v1::SignalRule rule;
  rule.set_name("signalRules/stall");
  if (days > 0) *rule.mutable_hold_for() = calendar::MakePeriod(days, type::v1::PERIOD_UNIT_DAY);
  return rule;
}

TEST(HeldSinceTest, LooksAtTheEndOfEveryDayBefore) {
  const absl::CivilDay today(2026, 5, 10);
  const absl::Time now = calendar::StartOfDay(today, kTokyo) + absl::Hours(9);
  std::vector<absl::CivilDay> seen;
  const auto all_true = [&](absl::Time time) -> absl::StatusOr<type::v1::Truth> {
    seen.push_back(calendar::DayOf(time, kTokyo));
    EXPECT_EQ(time, calendar::EndOfDay(seen.back(), kTokyo));
    return type::v1::TRUTH_TRUE;
  };
  BANSO_ASSERT_OK_AND_ASSIGN(auto since, HeldSince(HeldFor(3), now, kTokyo, all_true));
  EXPECT_EQ(since, today - 3);
  EXPECT_THAT(seen, ElementsAre(today - 1, today - 2, today - 3));
  BANSO_ASSERT_OK_AND_ASSIGN(since, HeldSince(HeldFor(0), now, kTokyo, all_true));
  EXPECT_EQ(since, today);
  for (const type::v1::Truth other : {type::v1::TRUTH_FALSE, type::v1::TRUTH_UNKNOWN}) {
    BANSO_ASSERT_OK_AND_ASSIGN(
        since,
        HeldSince(HeldFor(3), now, kTokyo, [&](absl::Time time) -> absl::StatusOr<type::v1::Truth> {
          const bool odd = calendar::DayOf(time, kTokyo) == today - 2;
          return odd ? other : type::v1::TRUTH_TRUE;
        }));
    EXPECT_EQ(since, std::nullopt);
  }
}

TEST(DecideSignalTest, RaisesOncePerCause) {
  const absl::CivilDay today(2026, 5, 10);
  v1::SignalRule rule = HeldFor(0);
  *rule.mutable_cool_down() = calendar::MakePeriod(7, type::v1::PERIOD_UNIT_DAY);
  struct Case {
    const char* name;
    type::v1::Truth truth;
    bool held;
    bool active;
    std::optional<absl::CivilDay> raised;
    SignalDecision expected;
  };
  const std::vector<Case> cases = {
      {"first", type::v1::TRUTH_TRUE, true, false, std::nullopt, SignalDecision::kRaise},
      {"not for long enough", type::v1::TRUTH_TRUE, false, false, std::nullopt,
       SignalDecision::kNothing},
      {"the same cause", type::v1::TRUTH_TRUE, true, true, today - 30, SignalDecision::kNothing},
      {"last day of cool-down", type::v1::TRUTH_TRUE, true, false, today - 7,
       SignalDecision::kNothing},
      {"after cool-down", type::v1::TRUTH_TRUE, true, false, today - 8, SignalDecision::kRaise},
      {"over", type::v1::TRUTH_FALSE, false, true, today - 1, SignalDecision::kOver},
      {"false as before", type::v1::TRUTH_FALSE, false, false, today - 1, SignalDecision::kNothing},
      {"unknown ends nothing", type::v1::TRUTH_UNKNOWN, false, true, today - 1,
       SignalDecision::kNothing},
      {"unknown begins nothing", type::v1::TRUTH_UNKNOWN, false, false, std::nullopt,
       SignalDecision::kNothing},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    const SignalWatch watch{.active = each.active, .raised = each.raised};
    const auto held = each.held ? std::make_optional(today) : std::nullopt;
    EXPECT_EQ(DecideSignal(rule, each.truth, held, today, watch), each.expected);
  }
}

TEST(DecideSignalTest, TakesWhatIsBackOnTheDayItEndedForTheSameCause) {
  const absl::CivilDay today(2026, 5, 10);
  v1::SignalRule rule = HeldFor(3);
  *rule.mutable_cool_down() = calendar::MakePeriod(90, type::v1::PERIOD_UNIT_DAY);
  const SignalWatch ended_today{
      .active = false, .signal = "s", .raised = today - 40, .ended = today};
  // Neither the time it has to hold nor the cool-down begins again.
  EXPECT_EQ(DecideSignal(rule, type::v1::TRUTH_TRUE, std::nullopt, today, ended_today),
            SignalDecision::kResume);
  EXPECT_EQ(DecideSignal(rule, type::v1::TRUTH_UNKNOWN, std::nullopt, today, ended_today),
            SignalDecision::kNothing);
  SignalWatch ended_before = ended_today;
  ended_before.ended = today - 1;
  EXPECT_EQ(DecideSignal(rule, type::v1::TRUTH_TRUE, std::nullopt, today, ended_before),
            SignalDecision::kNothing);
  rule.clear_cool_down();
  EXPECT_EQ(DecideSignal(rule, type::v1::TRUTH_TRUE, today - 3, today, ended_before),
            SignalDecision::kRaise);
}

v1::Play HighAndOthers() {
  v1::Play play;
  play.set_name("plays/stall");
  play.mutable_revision()->set_number(2);
  v1::Reaction* high = play.add_reactions();
  high->add_touches("high");
  high->mutable_task()->set_title("Call the project owner");
  *high->mutable_task()->mutable_due_in() =
      calendar::MakePeriod(2, type::v1::PERIOD_UNIT_BUSINESS_DAY);
  v1::MessageReaction* message = play.add_reactions()->mutable_message();
  message->set_channel("mail");
  message->set_subject("We miss you");
  return play;
}

TEST(PlayTest, ReactsByTouchLevel) {
  const v1::Play play = HighAndOthers();
  ASSERT_THAT(ReactionsFor(play, "high"), SizeIs(1));
  EXPECT_TRUE(ReactionsFor(play, "high")[0]->has_task());
  for (const char* touch : {"tech", ""}) {
    ASSERT_THAT(ReactionsFor(play, touch), SizeIs(1)) << touch;
    EXPECT_TRUE(ReactionsFor(play, touch)[0]->has_message()) << touch;
  }
  const v1::SignalAction action =
      MakeAction(play, play.reactions(0), 1, absl::CivilDay(2026, 5, 8));
  EXPECT_EQ(action.play(), "plays/stall@2");
  // Friday and two business days.
  EXPECT_EQ(calendar::ToDay(action.due()), absl::CivilDay(2026, 5, 12));
}

TEST(PlayTest, IsRefusedWhenALevelIsNamedTwice) {
  v1::Play play = HighAndOthers();
  play.add_reactions()->CopyFrom(play.reactions(0));
  play.add_reactions()->CopyFrom(play.reactions(1));
  contract::Violations violations;
  CheckPlay(play, "play", &violations);
  ASSERT_THAT(violations.list(), SizeIs(2));
  EXPECT_EQ(violations.list()[0].field, "play.reactions[2].touches[0]");
  EXPECT_EQ(violations.list()[1].field, "play.reactions[3]");
  // A task and a message, or messages of two channels, are no contradiction.
  play = HighAndOthers();
  play.mutable_reactions(1)->add_touches("high");
  contract::Violations none;
  CheckPlay(play, "play", &none);
  EXPECT_THAT(none.list(), IsEmpty());
}

TEST(SignalTest, CanBeTakenUpPutOffAndClosedOnce) {
  const absl::Time now = absl::FromUnixSeconds(1775001600);
  v1::Signal signal;
  signal.set_name("accounts/acme/signals/s");
  ASSERT_THAT(Acknowledge("members/aoki", "I call them", now, signal), IsOk());
  EXPECT_EQ(signal.state(), v1::SIGNAL_STATE_ACKNOWLEDGED);
  ASSERT_THAT(Acknowledge("members/ito", "", now + absl::Hours(1), signal), IsOk());
  EXPECT_EQ(signal.acknowledged_by(), "members/aoki");
  EXPECT_EQ(signal.note(), "I call them");
  EXPECT_THAT(Snooze(now, "later", now, signal), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Snooze(now + absl::Hours(24 * 367), "later", now, signal),
              StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_THAT(Snooze(now + absl::Hours(24), "later", now, signal), IsOk());
  EXPECT_EQ(signal.state(), v1::SIGNAL_STATE_SNOOZED);
  ASSERT_THAT(Resolve(v1::SIGNAL_OUTCOME_SOLVED, "They are back", "members/aoki", now, signal),
              IsOk());
  EXPECT_FALSE(signal.has_snooze_until());
  for (const absl::Status& status :
       {Acknowledge("members/ito", "", now, signal),
        Snooze(now + absl::Hours(1), "later", now, signal),
        Resolve(v1::SIGNAL_OUTCOME_NO_EFFECT, "x", "members/ito", now, signal)}) {
    EXPECT_EQ(contract::Reason(status), "SIGNAL_RESOLVED");
  }
  EXPECT_EQ(signal.outcome(), v1::SIGNAL_OUTCOME_SOLVED);
}

TEST(SignalTest, KnowsItsTasksByTheirIds) {
  const std::string id = TaskId("accounts/acme/signals/0a1b", "2");
  EXPECT_EQ(id, "signal-0a1b-2");
  const auto found = ActionOfTask(absl::StrCat("accounts/acme/onboardings/o1/plan/tasks/", id));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->signal, "accounts/acme/signals/0a1b");
  EXPECT_EQ(found->action, "2");
  for (const char* other : {"kickoff-call", "signal", "signal-x", "signalling-1"}) {
    EXPECT_FALSE(
        ActionOfTask(absl::StrCat("accounts/acme/onboardings/o1/plan/tasks/", other)).has_value())
        << other;
  }
}

TEST(DeliveryTest, WaitsTwiceAsLongAfterEachFailureUpToAnHour) {
  EXPECT_EQ(Backoff(1), absl::Seconds(10));
  EXPECT_EQ(Backoff(2), absl::Seconds(20));
  EXPECT_EQ(Backoff(9), absl::Seconds(2560));
  EXPECT_EQ(Backoff(10), absl::Hours(1));
  EXPECT_EQ(Backoff(1000), absl::Hours(1));
}

TEST(DeliveryTest, SignsTimeAndBody) {
  // hmac.new(b'0123456789abcdef', b'1775001600.{"subject": "x"}', hashlib.sha256) of Python 3.
  EXPECT_EQ(Signature("0123456789abcdef", absl::FromUnixSeconds(1775001600), R"({"subject": "x"})"),
            "t=1775001600,v1=1c86804cee3148c67cf87da22574695430c1d528cf51b328173e5b8c13dc0fbe");
}

TEST(ReportTest, CountsWhatBecameOfSignals) {
  v1::SignalRule rule;
  rule.set_name("signalRules/red");
  rule.set_display_name("Red");
  rule.mutable_condition()->mutable_known()->set_fact("score.health.band");
  v1::ScoreModel used;
  used.set_name("scoreModels/health");
  v1::ScoreModel unused;
  unused.set_name("scoreModels/ornament");
  SignalReportBuilder builder({rule}, {used, unused});
  const auto raised = [](v1::SignalState state) {
    v1::Signal signal;
    signal.set_signal_rule("signalRules/red@1");
    signal.set_state(state);
    *signal.mutable_raise_time() = calendar::ToTimestamp(absl::FromUnixSeconds(0));
    return signal;
  };
  builder.Add(raised(v1::SIGNAL_STATE_OPEN));
  v1::Signal done = raised(v1::SIGNAL_STATE_ACKNOWLEDGED);
  done.add_actions()->set_state(v1::SIGNAL_ACTION_STATE_DONE);
  *done.mutable_acknowledge_time() = calendar::ToTimestamp(absl::FromUnixSeconds(7200));
  builder.Add(done);
  v1::Signal false_alarm = raised(v1::SIGNAL_STATE_RESOLVED);
  false_alarm.set_outcome(v1::SIGNAL_OUTCOME_FALSE_ALARM);
  builder.Add(false_alarm);
  v1::Signal solved = raised(v1::SIGNAL_STATE_RESOLVED);
  solved.set_outcome(v1::SIGNAL_OUTCOME_SOLVED);
  builder.Add(solved);
  const v1::SignalReport report = builder.Build();
  const v1::SignalCounts& total = report.total();
  EXPECT_EQ(total.raised(), 4);
  EXPECT_EQ(total.acknowledged(), 1);
  EXPECT_EQ(total.acted_on(), 2);
  EXPECT_EQ(total.resolved(), 2);
  EXPECT_EQ(total.unattended(), 1);
  EXPECT_DOUBLE_EQ(total.acted_on_share(), 0.5);
  EXPECT_DOUBLE_EQ(total.median_hours_to_acknowledge(), 2);
  ASSERT_THAT(total.outcomes(), SizeIs(2));
  ASSERT_THAT(report.score_models(), SizeIs(2));
  EXPECT_EQ(report.score_models(0).use(), "4 raised, 2 acted on, 1 unattended");
  EXPECT_THAT(report.score_models(0).signal_rules(), ElementsAre("signalRules/red"));
  EXPECT_EQ(report.score_models(1).use(), "no rule in force reads it");
  EXPECT_FALSE(report.score_models(1).counts().has_acted_on_share());
}

}  // namespace
}  // namespace banso::health

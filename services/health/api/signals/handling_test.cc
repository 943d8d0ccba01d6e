#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "services/health/api/signals/signals_fixture.h"

// What people do with a signal.
namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SignalHandlingTest : public SignalsFixture {
 protected:
  // Raises a signal for `accounts/acme`.
  SignalHandlingTest() {
    MakeMetric("level", v1::METRIC_KIND_GAUGE);
    ActivateRule(LevelRule("high", "metric.level", 5));
    EXPECT_THAT(Ingest(Now(), {MakeSample("s1", "level", now_, 7)}), IsOk());
    Evaluate();
    EXPECT_THAT(List(), SizeIs(1));
    name_ = List().front().name();
  }

  absl::StatusOr<v1::Signal> Acknowledge(absl::string_view member, absl::string_view note) {
    Call call = Now();
    call.actor = std::string(member);
    v1::AcknowledgeSignalRequest request;
    request.set_name(name_);
    request.set_note(std::string(note));
    return signals_->AcknowledgeSignal(call, request);
  }

  // The names of the signals in a state.
  std::vector<std::string> In(v1::SignalState state) {
    v1::ListSignalsRequest request;
    request.set_parent("accounts/acme");
    request.add_states(state);
    const auto listed = signals_->ListSignals(Now(), request);
    EXPECT_THAT(listed, IsOk());
    std::vector<std::string> names;
    for (const v1::Signal& signal : listed->signals()) names.push_back(signal.name());
    return names;
  }

  std::string name_;
};

TEST_F(SignalHandlingTest, KeepsWhoHasSeenItFirstAndWhen) {
  now_ += absl::Hours(2);
  const absl::Time seen = now_;
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Signal signal, Acknowledge("members/ito", "I call them"));
  EXPECT_EQ(signal.state(), v1::SIGNAL_STATE_ACKNOWLEDGED);
  EXPECT_EQ(signal.acknowledged_by(), "members/ito");
  EXPECT_EQ(calendar::ToTime(signal.acknowledge_time()), seen);
  EXPECT_EQ(signal.note(), "I call them");
  EXPECT_THAT(In(v1::SIGNAL_STATE_ACKNOWLEDGED), ElementsAre(name_));
  EXPECT_THAT(In(v1::SIGNAL_STATE_OPEN), IsEmpty());
  // Another one says more; who saw it first does not change.
  now_ += absl::Hours(1);
  ASSERT_THAT(Acknowledge("members/aoki", "They are back on Monday"), IsOk());
  v1::GetSignalRequest get;
  get.set_name(name_);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Signal kept, signals_->GetSignal(Now(), get));
  EXPECT_EQ(kept.acknowledged_by(), "members/ito");
  EXPECT_EQ(calendar::ToTime(kept.acknowledge_time()), seen);
  EXPECT_EQ(kept.note(), "They are back on Monday");
  EXPECT_EQ(calendar::ToTime(kept.update_time()), now_);
  // It stays so when it is looked at again.
  now_ += absl::Hours(24);
  Evaluate();
  EXPECT_THAT(In(v1::SIGNAL_STATE_ACKNOWLEDGED), ElementsAre(name_));
}

TEST_F(SignalHandlingTest, EndsASnoozeWhenItIsAcknowledged) {
  v1::SnoozeSignalRequest snooze;
  snooze.set_name(name_);
  *snooze.mutable_until() = calendar::ToTimestamp(now_ + absl::Hours(48));
  snooze.set_reason("They are on holiday");
  ASSERT_THAT(signals_->SnoozeSignal(Now(), snooze), IsOk());
  EXPECT_THAT(In(v1::SIGNAL_STATE_SNOOZED), ElementsAre(name_));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Signal signal, Acknowledge("members/ito", ""));
  EXPECT_EQ(signal.state(), v1::SIGNAL_STATE_ACKNOWLEDGED);
  EXPECT_FALSE(signal.has_snooze_until());
  now_ += absl::Hours(72);
  Evaluate();
  EXPECT_THAT(In(v1::SIGNAL_STATE_ACKNOWLEDGED), ElementsAre(name_));
}

TEST_F(SignalHandlingTest, AcknowledgesNothingThatIsResolvedOrNotThere) {
  ASSERT_THAT(Resolve(name_, v1::SIGNAL_OUTCOME_SOLVED, "We called"), IsOk());
  EXPECT_EQ(contract::Reason(Acknowledge("members/ito", "late").status()), "SIGNAL_RESOLVED");
  EXPECT_EQ(List().front().note(), "");
  EXPECT_EQ(List().front().acknowledged_by(), "");
  name_ = "accounts/acme/signals/none";
  EXPECT_THAT(Acknowledge("members/ito", ""), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace banso::health

#include "services/accounts/domain/onboarding.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using v1::Onboarding;

const absl::Time kOnboardingNow = absl::FromUnixSeconds(1'775'000'000);
const Act kAct = {"members/aoki", kOnboardingNow};

type::v1::Date Day(int month, int day) {
  return calendar::ToDate(absl::CivilDay(2026, month, day));
}

Onboarding Started() {
  Onboarding onboarding;
  onboarding.set_name("accounts/a/onboardings/o");
  Begin(Day(4, 1), kAct, &onboarding);
  return onboarding;
}

v1::AdvanceOnboardingRequest To(v1::OnboardingState state,
                                const type::v1::Date& date = Day(6, 30)) {
  v1::AdvanceOnboardingRequest request;
  request.set_state(state);
  *request.mutable_date() = date;
  request.set_handoff("accounts/a/handoffs/h");
  request.set_retention_owner("members/r");
  return request;
}

Onboarding InState(v1::OnboardingState state) {
  Onboarding onboarding = Started();
  if (state == v1::ONBOARDING_STATE_CANCELLED) {
    EXPECT_THAT(Advance(To(state), kAct, &onboarding), IsOk());
  } else if (state != v1::ONBOARDING_STATE_RUNNING) {
    EXPECT_THAT(Advance(To(v1::ONBOARDING_STATE_COMPLETED), kAct, &onboarding), IsOk());
    if (state == v1::ONBOARDING_STATE_HANDED_OFF) {
      EXPECT_THAT(Advance(To(state), kAct, &onboarding), IsOk());
    } else if (state == v1::ONBOARDING_STATE_LOST) {
      EndForLostCustomer(kAct, &onboarding);
    }
  }
  return onboarding;
}

TEST(BeginTest, RunsWithTheContractsStartAndTheBallWithTheOnboardingTeam) {
  const Onboarding onboarding = Started();
  EXPECT_EQ(onboarding.state(), v1::ONBOARDING_STATE_RUNNING);
  EXPECT_EQ(ClockDay(onboarding, type::v1::CLOCK_CONTRACT_START), absl::CivilDay(2026, 4, 1));
  EXPECT_EQ(onboarding.ball().holder(), v1::BALL_HOLDER_ONBOARDING);
}

TEST(AdvanceTest, AllowsExactlyTheStatedMoves) {
  const auto allowed = [](int from, int to) {
    return (from == v1::ONBOARDING_STATE_RUNNING && to == v1::ONBOARDING_STATE_COMPLETED) ||
           (from == v1::ONBOARDING_STATE_RUNNING && to == v1::ONBOARDING_STATE_CANCELLED) ||
           (from == v1::ONBOARDING_STATE_COMPLETED && to == v1::ONBOARDING_STATE_RUNNING) ||
           (from == v1::ONBOARDING_STATE_COMPLETED && to == v1::ONBOARDING_STATE_HANDED_OFF);
  };
  for (int from = 1; from < v1::OnboardingState_ARRAYSIZE; ++from) {
    for (int to = 1; to < v1::OnboardingState_ARRAYSIZE; ++to) {
      const Onboarding before = InState(static_cast<v1::OnboardingState>(from));
      Onboarding onboarding = before;
      const absl::Status status =
          Advance(To(static_cast<v1::OnboardingState>(to)), kAct, &onboarding);
      if (allowed(from, to)) {
        EXPECT_THAT(status, IsOk()) << from << " to " << to;
        EXPECT_EQ(onboarding.state(), to);
      } else {
        EXPECT_EQ(contract::Reason(status), kReasonWrongState) << from << " to " << to;
        EXPECT_THAT(onboarding, EqualsProto(before));
      }
    }
  }
}

TEST(AdvanceTest, HandingOffNeedsAHandoffOfTheAccountAndAnOwner) {
  const Onboarding before = InState(v1::ONBOARDING_STATE_COMPLETED);
  auto request = To(v1::ONBOARDING_STATE_HANDED_OFF);
  for (const char* missing : {"handoff", "retention owner"}) {
    auto incomplete = request;
    if (std::string(missing) == "handoff") {
      incomplete.clear_handoff();
    } else {
      incomplete.clear_retention_owner();
    }
    Onboarding onboarding = before;
    const absl::Status status = Advance(incomplete, kAct, &onboarding);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition)) << missing;
    EXPECT_EQ(contract::Reason(status), kReasonHandoffRequired) << missing;
    EXPECT_THAT(onboarding, EqualsProto(before));
  }
  Onboarding onboarding = before;
  request.set_handoff("accounts/b/handoffs/h");
  EXPECT_THAT(Advance(request, kAct, &onboarding), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(AdvanceTest, IsNotAcceptedBeforeItWasCompleted) {
  Onboarding onboarding = Started();
  ASSERT_THAT(Advance(To(v1::ONBOARDING_STATE_COMPLETED, Day(6, 30)), kAct, &onboarding), IsOk());
  EXPECT_THAT(Advance(To(v1::ONBOARDING_STATE_HANDED_OFF, Day(6, 29)), kAct, &onboarding),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Advance(To(v1::ONBOARDING_STATE_HANDED_OFF, Day(6, 30)), kAct, &onboarding), IsOk());
  EXPECT_EQ(ClockDay(onboarding, type::v1::CLOCK_COMPLETION), absl::CivilDay(2026, 6, 30));
  EXPECT_EQ(ClockDay(onboarding, type::v1::CLOCK_HANDOFF_ACCEPTED), absl::CivilDay(2026, 6, 30));
}

TEST(AdvanceTest, ContinuingTakesTheCompletionBack) {
  Onboarding onboarding = InState(v1::ONBOARDING_STATE_COMPLETED);
  ASSERT_THAT(Advance(To(v1::ONBOARDING_STATE_RUNNING), kAct, &onboarding), IsOk());
  EXPECT_EQ(ClockDay(onboarding, type::v1::CLOCK_COMPLETION), std::nullopt);
  EXPECT_TRUE(onboarding.has_ball());
}

TEST(EndForLostCustomerTest, EndsWhatIsUnderWayAndNothingElse) {
  const struct {
    v1::OnboardingState before;
    v1::OnboardingState after;
  } cases[] = {
      {v1::ONBOARDING_STATE_RUNNING, v1::ONBOARDING_STATE_CANCELLED},
      {v1::ONBOARDING_STATE_COMPLETED, v1::ONBOARDING_STATE_LOST},
  };
  for (const auto& [state, expected] : cases) {
    Onboarding onboarding = InState(state);
    const auto completed = ClockDay(onboarding, type::v1::CLOCK_COMPLETION);
    EndForLostCustomer({"members/x", kOnboardingNow + absl::Hours(5)}, &onboarding);
    EXPECT_EQ(onboarding.state(), expected);
    EXPECT_EQ(onboarding.end_reason(), "the customer is lost");
    EXPECT_FALSE(onboarding.has_ball());
    EXPECT_EQ(calendar::ToTime(onboarding.ball_history().rbegin()->until()),
              kOnboardingNow + absl::Hours(5));
    EXPECT_EQ(ClockDay(onboarding, type::v1::CLOCK_COMPLETION), completed);
  }
  for (const auto state : {v1::ONBOARDING_STATE_HANDED_OFF, v1::ONBOARDING_STATE_CANCELLED,
                           v1::ONBOARDING_STATE_LOST}) {
    const Onboarding before = InState(state);
    Onboarding onboarding = before;
    EndForLostCustomer({"members/x", kOnboardingNow + absl::Hours(5)}, &onboarding);
    EXPECT_THAT(onboarding, EqualsProto(before));
  }
}

TEST(RecordClockTest, KeepsEachClockOnce) {
  Onboarding onboarding = Started();
  ASSERT_THAT(RecordClock(type::v1::CLOCK_KICKOFF, Day(4, 20), "", kAct, &onboarding), IsOk());
  ASSERT_THAT(RecordClock(type::v1::CLOCK_FIRST_MEETING, Day(4, 15), "", kAct, &onboarding),
              IsOk());
  ASSERT_EQ(onboarding.clocks_size(), 3);
  EXPECT_EQ(onboarding.clocks(1).clock(), type::v1::CLOCK_FIRST_MEETING);
  EXPECT_EQ(onboarding.clocks(1).recorded_by(), "members/aoki");
  // The date that it has changes nothing, not even who recorded it.
  const Onboarding before = onboarding;
  ASSERT_THAT(RecordClock(type::v1::CLOCK_KICKOFF, Day(4, 20), "", {"members/b", kOnboardingNow},
                          &onboarding),
              IsOk());
  EXPECT_THAT(onboarding, EqualsProto(before));
}

TEST(RecordClockTest, CorrectsADateOnlyWithAReason) {
  Onboarding onboarding = Started();
  const absl::Status refused =
      RecordClock(type::v1::CLOCK_CONTRACT_START, Day(5, 1), "", kAct, &onboarding);
  EXPECT_EQ(contract::Reason(refused), kReasonClockIsSet);
  ASSERT_THAT(RecordClock(type::v1::CLOCK_CONTRACT_START, Day(5, 1), "typo", kAct, &onboarding),
              IsOk());
  ASSERT_EQ(onboarding.clocks_size(), 1);
  EXPECT_EQ(onboarding.clocks(0).reason(), "typo");
  EXPECT_EQ(ClockDay(onboarding, type::v1::CLOCK_CONTRACT_START), absl::CivilDay(2026, 5, 1));
}

TEST(RecordClockTest, LeavesTheProcessesClocksToTheProcesses) {
  for (const auto clock : {type::v1::CLOCK_COMPLETION, type::v1::CLOCK_HANDOFF_ACCEPTED}) {
    Onboarding onboarding = Started();
    EXPECT_THAT(RecordClock(clock, Day(5, 1), "because", kAct, &onboarding),
                StatusIs(absl::StatusCode::kPermissionDenied));
  }
  Onboarding cancelled = InState(v1::ONBOARDING_STATE_CANCELLED);
  EXPECT_EQ(contract::Reason(RecordClock(type::v1::CLOCK_GO_LIVE, Day(5, 1), "", kAct, &cancelled)),
            kReasonWrongState);
}

TEST(PassBallTest, PassingItToItsHolderChangesNothing) {
  Onboarding onboarding = Started();
  const Onboarding before = onboarding;
  ASSERT_THAT(PassBall(v1::BALL_HOLDER_ONBOARDING, "again", {"x", kOnboardingNow + absl::Hours(1)},
                       &onboarding),
              IsOk());
  EXPECT_THAT(onboarding, EqualsProto(before));
}

TEST(PassBallTest, RefusesOnceTheOnboardingHasEnded) {
  for (const auto state : {v1::ONBOARDING_STATE_HANDED_OFF, v1::ONBOARDING_STATE_CANCELLED,
                           v1::ONBOARDING_STATE_LOST}) {
    Onboarding onboarding = InState(state);
    EXPECT_FALSE(onboarding.has_ball());
    EXPECT_EQ(contract::Reason(PassBall(v1::BALL_HOLDER_SALES, "x", kAct, &onboarding)),
              kReasonWrongState);
  }
}

// Whether every holder's time begins when the one before ended.
bool WithoutGaps(const Onboarding& onboarding) {
  absl::Time end = kOnboardingNow;
  for (const v1::Ball& past : onboarding.ball_history()) {
    if (calendar::ToTime(past.since()) != end) return false;
    end = calendar::ToTime(past.until());
  }
  return !onboarding.has_ball() || calendar::ToTime(onboarding.ball().since()) == end;
}

TEST(BallLedgerTest, TimesInHandAddUpToTheElapsedTimeExactly) {
  Proves("PAN-11");
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937_64 random(seed);
    Onboarding onboarding = Started();
    absl::Time now = kOnboardingNow;
    absl::Time end = kOnboardingNow;
    const int steps = static_cast<int>(random() % 40);
    for (int step = 0; step < steps; ++step) {
      now += absl::Microseconds(static_cast<int64_t>(random() % 1'000'000'000'000));
      const Act act = {"members/x", now};
      const bool under_way = onboarding.has_ball();
      if (random() % 4 == 0) {
        const auto state = static_cast<v1::OnboardingState>(1 + random() % 4);
        static_cast<void>(Advance(To(state), act, &onboarding));
      } else {
        const auto holder = static_cast<v1::BallHolder>(1 + random() % 5);
        static_cast<void>(PassBall(holder, "because", act, &onboarding));
      }
      if (under_way) end = now;
      absl::Duration sum;
      for (const auto& [holder, time] : TimesInHand(onboarding, now)) sum += time;
      ASSERT_EQ(sum, end - kOnboardingNow) << onboarding.ShortDebugString();
      ASSERT_TRUE(WithoutGaps(onboarding)) << onboarding.ShortDebugString();
    }
  }
}

TEST(BallLedgerTest, TellsWhoHadTheBallForHowLong) {
  Onboarding onboarding = Started();
  ASSERT_THAT(PassBall(v1::BALL_HOLDER_CUSTOMER, "accounts", {"x", kOnboardingNow + absl::Hours(2)},
                       &onboarding),
              IsOk());
  ASSERT_THAT(PassBall(v1::BALL_HOLDER_ONBOARDING, "setup", {"x", kOnboardingNow + absl::Hours(5)},
                       &onboarding),
              IsOk());
  const auto times = TimesInHand(onboarding, kOnboardingNow + absl::Hours(6));
  EXPECT_EQ(times.at(v1::BALL_HOLDER_ONBOARDING), absl::Hours(3));
  EXPECT_EQ(times.at(v1::BALL_HOLDER_CUSTOMER), absl::Hours(3));
  EXPECT_EQ(times.size(), 2);
}

TEST(BallLedgerTest, HoldsWhenTheMachinesTimeStepsBack) {
  Onboarding onboarding = Started();
  ASSERT_THAT(
      PassBall(v1::BALL_HOLDER_CUSTOMER, "x", {"x", kOnboardingNow - absl::Hours(1)}, &onboarding),
      IsOk());
  EXPECT_TRUE(WithoutGaps(onboarding));
  EXPECT_EQ(TimesInHand(onboarding, kOnboardingNow + absl::Hours(1)).at(v1::BALL_HOLDER_CUSTOMER),
            absl::Hours(1));
}

}  // namespace
}  // namespace banso::accounts

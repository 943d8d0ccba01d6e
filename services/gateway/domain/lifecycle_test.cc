#include "services/gateway/domain/lifecycle.h"

#include <string>
#include <vector>

#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::gateway {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::ParseProto;
using ::testing::ElementsAre;

TEST(LifecycleTest, CountsDaysToTodayWhileThereIsNoCompletion) {
  const auto onboarding = ParseProto<accounts::v1::Onboarding>(R"pb(
    clocks {
      clock: CLOCK_CONTRACT_START
      date { year: 2026 month: 4 day: 1 }
    }
    clocks {
      clock: CLOCK_FIRST_MEETING
      date { year: 2026 month: 4 day: 15 }
    }
    clocks { clock: CLOCK_KICKOFF }
  )pb");
  EXPECT_THAT(DaysOf(onboarding, absl::CivilDay(2026, 4, 20)),
              ElementsAre(EqualsProto(R"pb(clock: CLOCK_CONTRACT_START
                                           from { year: 2026 month: 4 day: 1 }
                                           days: 19)pb"),
                          EqualsProto(R"pb(clock: CLOCK_FIRST_MEETING
                                           from { year: 2026 month: 4 day: 15 }
                                           days: 5)pb")));
}

TEST(LifecycleTest, CountsDaysFromEachClockToTheCompletion) {
  // LX-13: contract on 1 April, first meeting on 15 April, done on 15 May.
  const auto onboarding = ParseProto<accounts::v1::Onboarding>(R"pb(
    clocks {
      clock: CLOCK_CONTRACT_START
      date { year: 2026 month: 4 day: 1 }
    }
    clocks {
      clock: CLOCK_FIRST_MEETING
      date { year: 2026 month: 4 day: 15 }
    }
    clocks {
      clock: CLOCK_COMPLETION
      date { year: 2026 month: 5 day: 15 }
    }
    clocks {
      clock: CLOCK_HANDOFF_ACCEPTED
      date { year: 2026 month: 5 day: 20 }
    }
  )pb");
  EXPECT_THAT(DaysOf(onboarding, absl::CivilDay(2026, 8, 1)),
              ElementsAre(EqualsProto(R"pb(clock: CLOCK_CONTRACT_START
                                           from { year: 2026 month: 4 day: 1 }
                                           days: 44
                                           completed: true)pb"),
                          EqualsProto(R"pb(clock: CLOCK_FIRST_MEETING
                                           from { year: 2026 month: 4 day: 15 }
                                           days: 30
                                           completed: true)pb")));
}

TEST(LifecycleTest, PrefersTheOnboardingThatRunsThenTheLatest) {
  const auto make = [](const std::string& name, int64_t created,
                       accounts::v1::OnboardingState state) {
    accounts::v1::Onboarding onboarding;
    onboarding.set_name(name);
    onboarding.mutable_create_time()->set_seconds(created);
    onboarding.set_state(state);
    return onboarding;
  };
  const auto running = make("running", 1, accounts::v1::ONBOARDING_STATE_RUNNING);
  const auto old = make("old", 2, accounts::v1::ONBOARDING_STATE_HANDED_OFF);
  const auto late = make("late", 3, accounts::v1::ONBOARDING_STATE_CANCELLED);
  EXPECT_EQ(PresentOnboarding({old, running, late})->name(), "running");
  EXPECT_EQ(PresentOnboarding({old, late})->name(), "late");
  EXPECT_EQ(PresentOnboarding({}), nullptr);
}

}  // namespace
}  // namespace banso::gateway

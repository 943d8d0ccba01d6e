#include "common/contract/call.h"

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace banso {
namespace {

struct ActorCase {
  const char* name;
  const char* actor;
  bool member;
  bool customer;
};

class CallActorTest : public ::testing::TestWithParam<ActorCase> {};

TEST_P(CallActorTest, TellsWhoActs) {
  Call call;
  call.actor = GetParam().actor;
  EXPECT_EQ(call.from_member(), GetParam().member);
  EXPECT_EQ(call.from_customer(), GetParam().customer);
}

INSTANTIATE_TEST_SUITE_P(Actors, CallActorTest,
                         ::testing::Values(ActorCase{"Service", "services/handoff", false, false},
                                           ActorCase{"Member", "members/aoki", true, false},
                                           ActorCase{"Customer", "accounts/acme/stakeholders/sato",
                                                     false, true},
                                           ActorCase{"Account", "accounts/acme", false, false},
                                           ActorCase{"Nobody", "", false, false},
                                           ActorCase{"Lookalike", "membersx/aoki", false, false}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(CallTest, IsCancelledOnlyOnceTheFlagIsSet) {
  Call call;
  EXPECT_FALSE(call.is_cancelled());
  call.cancelled = std::make_shared<std::atomic<bool>>(false);
  EXPECT_FALSE(call.is_cancelled());
  call.cancelled->store(true);
  EXPECT_TRUE(call.is_cancelled());
}

TEST(ServiceCallTest, ActsForTheServiceAtTheGivenBusinessTimeAndEnds) {
  const absl::Time business = absl::FromCivil(absl::CivilDay(2030, 4, 1), absl::UTCTimeZone());
  const Call call = ServiceCall("handoff", business);
  EXPECT_EQ(call.method, "sweep/handoff");
  EXPECT_EQ(call.actor, "services/handoff");
  EXPECT_EQ(call.now, business);
  EXPECT_GT(call.deadline, absl::Now());
  EXPECT_LT(call.deadline, absl::Now() + absl::Minutes(2));
}

}  // namespace
}  // namespace banso

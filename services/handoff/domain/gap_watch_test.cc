#include "services/handoff/domain/gap_watch.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/handoff/domain/case_builder.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;

const absl::CivilDay kDone(2026, 6, 26);

const calendar::Calendar& Days() { return calendar::Calendar::Japan(); }

Act On(absl::CivilDay day, const std::string& actor = "members/ito") {
  return {actor, NoonOf(day), day};
}

v1::GapWatch Opened(const v1::HandoffPolicy& policy = WithDefaults({})) {
  v1::Completion completion;
  completion.set_name(kCompletion);
  completion.set_owner("members/aoki");
  completion.set_round(1);
  *completion.mutable_complete_date() = calendar::ToDate(kDone);
  v1::GapWatch watch;
  OpenGapWatch(completion, policy, Days(), On(kDone), &watch);
  return watch;
}

v1::RetentionContact ContactOn(absl::CivilDay day) {
  v1::RetentionContact contact;
  *contact.mutable_date() = calendar::ToDate(day);
  contact.set_member("members/ito");
  contact.set_channel(v1::CONTACT_CHANNEL_VIDEO);
  return contact;
}

TEST(GapWatchTest, WarnsOnDayEightAndEscalatesOnDayFifteen) {
  v1::GapWatch watch = Opened();
  for (int day = 0; day <= 20; ++day) {
    SCOPED_TRACE(day);
    Advance(On(kDone + day), &watch);
    EXPECT_EQ(watch.gap_days(), day);
    EXPECT_EQ(watch.level(), day < 8    ? v1::GAP_LEVEL_WATCH
                             : day < 15 ? v1::GAP_LEVEL_WARN
                                        : v1::GAP_LEVEL_ESCALATE);
  }
  ASSERT_EQ(watch.history_size(), 3);
  EXPECT_EQ(watch.history(1).level(), v1::GAP_LEVEL_WARN);
  EXPECT_EQ(watch.history(2).level(), v1::GAP_LEVEL_ESCALATE);
  testing::Proves("KAM-15");
}

TEST(GapWatchTest, TakesItsDaysFromThePolicy) {
  testing::Proves("KAM-15");
  const v1::GapWatch watch = Opened(WithDefaults(testing::ParseProto<v1::HandoffPolicy>(
      "gap_warn_after { count: 2 unit: PERIOD_UNIT_BUSINESS_DAY } "
      "gap_escalate_after { count: 1 unit: PERIOD_UNIT_MONTH }")));
  // Completed on a Friday.
  EXPECT_EQ(LevelOn(watch, absl::CivilDay(2026, 6, 29)), v1::GAP_LEVEL_WATCH);
  EXPECT_EQ(LevelOn(watch, absl::CivilDay(2026, 6, 30)), v1::GAP_LEVEL_WARN);
  EXPECT_EQ(LevelOn(watch, absl::CivilDay(2026, 7, 25)), v1::GAP_LEVEL_WARN);
  EXPECT_EQ(LevelOn(watch, absl::CivilDay(2026, 7, 26)), v1::GAP_LEVEL_ESCALATE);
}

TEST(GapWatchTest, ClosesOnlyAfterAcceptanceContactAndAQuietPeriod) {
  v1::GapWatch watch = Opened();
  NoteAcceptance("members/ito", Days(), On(kDone + 5), &watch);
  EXPECT_EQ(watch.accountable(), "members/ito");
  Advance(On(kDone + 9), &watch);
  EXPECT_EQ(watch.level(), v1::GAP_LEVEL_WARN) << "accepted, but nobody has met the customer";
  EXPECT_THAT(NoteContact(ContactOn(kDone + 10), Days(), On(kDone + 10), &watch), IsOk());
  EXPECT_EQ(watch.level(), v1::GAP_LEVEL_NONE);
  EXPECT_EQ(calendar::ToDay(watch.quiet_until()), kDone + 24);
  Advance(On(kDone + 24), &watch);
  EXPECT_EQ(watch.level(), v1::GAP_LEVEL_NONE);
  EXPECT_TRUE(Advance(On(kDone + 25), &watch));
  EXPECT_EQ(watch.level(), v1::GAP_LEVEL_CLOSED);
  EXPECT_EQ(watch.close_reason(), v1::GAP_CLOSE_REASON_QUIET_PERIOD_PASSED);
  EXPECT_FALSE(Advance(On(kDone + 90), &watch));
  EXPECT_EQ(watch.gap_days(), 25);
}

TEST(GapWatchTest, RefusesAContactThatCannotBe) {
  v1::GapWatch watch = Opened();
  EXPECT_THAT(NoteContact(ContactOn(kDone - 1), Days(), On(kDone + 1), &watch),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(NoteContact(ContactOn(kDone + 2), Days(), On(kDone + 1), &watch),
              StatusIs(absl::StatusCode::kInvalidArgument));
  v1::RetentionContact other = ContactOn(kDone + 1);
  other.set_stakeholder("accounts/other/stakeholders/x");
  EXPECT_THAT(NoteContact(other, Days(), On(kDone + 1), &watch),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(NoteContact(ContactOn(kDone + 1), Days(), On(kDone + 1), &watch), IsOk());
  EXPECT_THAT(NoteContact(ContactOn(kDone + 1), Days(), On(kDone + 1), &watch),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(GapWatchTest, KeepsItsHistoryWhenTheOnboardingContinuesAndEndsAgain) {
  v1::GapWatch watch = Opened();
  CloseForContinuation(On(kDone + 3), &watch);
  EXPECT_EQ(watch.level(), v1::GAP_LEVEL_CLOSED);
  EXPECT_EQ(watch.close_reason(), v1::GAP_CLOSE_REASON_ONBOARDING_CONTINUED);
  v1::Completion again;
  again.set_name(kCompletion);
  again.set_owner("members/aoki");
  again.set_round(2);
  *again.mutable_complete_date() = calendar::ToDate(kDone + 40);
  OpenGapWatch(again, WithDefaults({}), Days(), On(kDone + 40), &watch);
  EXPECT_EQ(watch.level(), v1::GAP_LEVEL_WATCH);
  EXPECT_EQ(watch.gap_days(), 0);
  EXPECT_EQ(watch.round(), 2);
  EXPECT_FALSE(watch.has_close_date());
  EXPECT_EQ(watch.history_size(), 3);
}

TEST(GapWatchTest, HasAnAccountableMemberAtEveryInstantOfAnyHistory) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  for (int run = 0; run < 300; ++run) {
    v1::GapWatch watch = Opened();
    absl::CivilDay day = kDone;
    for (int i = 0; i < 12; ++i) {
      day += static_cast<int>(random() % 6);
      switch (random() % 5) {
        case 0:
          NoteAcceptance("members/ito", Days(), On(day), &watch);
          break;
        case 1:
          NoteContact(ContactOn(day), Days(), On(day), &watch).IgnoreError();
          break;
        case 2:
          if (random() % 4 == 0) CloseForContinuation(On(day), &watch);
          break;
        default:
          Advance(On(day), &watch);
      }
      ASSERT_FALSE(watch.accountable().empty());
      ASSERT_NE(watch.level(), v1::GAP_LEVEL_UNSPECIFIED);
      ASSERT_EQ(watch.level() == v1::GAP_LEVEL_CLOSED, watch.has_close_date());
    }
  }
}

}  // namespace
}  // namespace banso::handoff

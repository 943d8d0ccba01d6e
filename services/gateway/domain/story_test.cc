#include "services/gateway/domain/story.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/testing/proto_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::gateway {
namespace {

using ::banso::testing::ParseProto;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Lines(const v1::AccountOverview& overview) {
  std::vector<std::string> lines;
  for (const v1::StoryLine& line : StoryOf(overview)) {
    lines.push_back(
        absl::StrCat(calendar::DayText(line.day()), " ", line.text(), " <", line.source(), ">"));
  }
  return lines;
}

TEST(StoryTest, TellsAnOnboardingFromTheDealToTheClosedGap) {
  const auto overview = ParseProto<v1::AccountOverview>(R"pb(
    account { name: "accounts/acme" time_zone: "Asia/Tokyo" }
    deals {
      name: "accounts/acme/deals/d"
      display_name: "Scout, a year"
      stage: DEAL_STAGE_WON
      amount { minor_units: 1200000 currency: "JPY" }
      close_date { year: 2026 month: 3 day: 20 }
      contract_start { year: 2026 month: 4 day: 1 }
    }
    deals { name: "accounts/acme/deals/open" stage: DEAL_STAGE_OPEN }
    onboardings {
      onboarding {
        name: "accounts/acme/onboardings/o"
        kind: ONBOARDING_KIND_INITIAL
        owner: "members/aoki"
        create_time { seconds: 1774969200 }  # 2026-04-01 00:00 in Tokyo
        clocks {
          clock: CLOCK_GO_LIVE
          date { year: 2026 month: 4 day: 6 }
        }
      }
      meetings {
        name: "m/kickoff"
        title: "Kickoff"
        kind: MEETING_KIND_KICKOFF
        state: MEETING_STATE_HELD
        held_date { year: 2026 month: 4 day: 6 }
        next_actions: "t1"
      }
      meetings {
        name: "m/review"
        title: "Review"
        kind: MEETING_KIND_REVIEW
        state: MEETING_STATE_HELD
        held_date { year: 2026 month: 4 day: 13 }
      }
      meetings { name: "m/later" kind: MEETING_KIND_REVIEW state: MEETING_STATE_PLANNED }
      success_labels {
        name: "accounts/acme/onboardings/o/successLabels/first-interview"
        state: SUCCESS_STATE_MET
        clock: CLOCK_CONTRACT_START
        met_date { year: 2026 month: 4 day: 21 }
        days_to_success: 20
      }
      success_labels { name: "undecided" state: SUCCESS_STATE_UNDECIDED }
      completion {
        name: "c"
        round: 1
        complete_date { year: 2026 month: 5 day: 1 }
        outcomes { text: "Interviews" sentence: "Interviews from 0 to 2 a month." }
        history {
          state: COMPLETION_STATE_COMPLETED
          round: 1
          time { seconds: 1777600000 }
        }
      }
      gap_watch {
        name: "g"
        gap_days: 7
        contact {
          date { year: 2026 month: 5 day: 8 }
          member: "members/sato"
        }
        close_date { year: 2026 month: 5 day: 22 }
        close_reason: GAP_CLOSE_REASON_QUIET_PERIOD_PASSED
      }
    }
    handoffs {
      name: "accounts/acme/handoffs/h"
      receiver: "members/sato"
      returns {
        time { seconds: 1777600800 }
        reason_code: "package_incomplete"
        reason: "Who decides there?"
        outcome: RETURN_OUTCOME_FIX_PACKAGE
      }
      offer_time { seconds: 1777604400 }
      accept_time { seconds: 1777608000 }
      accepted_by: "members/sato"
    }
  )pb");
  const std::string onboarding = "accounts/acme/onboardings/o";
  EXPECT_THAT(
      Lines(overview),
      ElementsAre("2026-03-20 Deal won: Scout, a year (1200000 JPY), contract from 2026-04-01 "
                  "<accounts/acme/deals/d>",
                  "2026-04-01 Onboarding started by members/aoki <" + onboarding + ">",
                  "2026-04-06 Kickoff held: Kickoff (1 next action) <m/kickoff>",
                  "2026-04-06 The customer went live <" + onboarding + ">",
                  "2026-04-13 Meeting held: Review <m/review>",
                  "2026-04-21 Success: first-interview, 20 days after the contract's start <" +
                      onboarding + "/successLabels/first-interview>",
                  "2026-05-01 Onboarding completed: Interviews from 0 to 2 a month. <c>",
                  "2026-05-01 Handoff returned (package_incomplete): Who decides there? "
                  "<accounts/acme/handoffs/h>",
                  "2026-05-01 Handoff offered to members/sato <accounts/acme/handoffs/h>",
                  "2026-05-01 Handoff accepted by members/sato <accounts/acme/handoffs/h>",
                  "2026-05-08 Retention met the customer: members/sato <g>",
                  "2026-05-22 Gap watch closed after a gap of 7 days: the quiet period has passed "
                  "<g>"));
}

TEST(StoryTest, TellsOfACompletionThatWasOpenedAgain) {
  const auto overview = ParseProto<v1::AccountOverview>(R"pb(
    account { name: "accounts/acme" time_zone: "Asia/Tokyo" }
    onboardings {
      onboarding {
        name: "o"
        kind: ONBOARDING_KIND_RE_ONBOARDING
        create_time { seconds: 1774969200 }
      }
      completion {
        name: "c"
        round: 2
        history {
          state: COMPLETION_STATE_COMPLETED
          round: 1
          reason: "all criteria met"
          time { seconds: 1777600000 }
        }
        history {
          state: COMPLETION_STATE_OPEN
          round: 2
          reason: "returned by retention"
          time { seconds: 1777700000 }
        }
      }
    }
    handoffs {
      name: "h"
      returns {
        time { seconds: 1777690000 }
        reason_code: "not_used"
        reason: "Nobody logs in."
        outcome: RETURN_OUTCOME_CONTINUE_ONBOARDING
        new_deadline { year: 2026 month: 6 day: 1 }
      }
    }
  )pb");
  EXPECT_THAT(Lines(overview),
              ElementsAre("2026-04-01 Re-onboarding started <o>",
                          "2026-05-01 Onboarding completed: all criteria met <c>",
                          "2026-05-02 Handoff returned (not_used): Nobody logs in.; the onboarding "
                          "goes on until 2026-06-01 <h>",
                          "2026-05-02 Onboarding goes on: returned by retention <c>"));
}

TEST(StoryTest, SaysWhyAGapWatchWasClosed) {
  const struct {
    handoff::v1::GapCloseReason reason;
    const char* text;
  } cases[] = {
      {handoff::v1::GAP_CLOSE_REASON_ONBOARDING_CONTINUED, "the onboarding goes on"},
      {handoff::v1::GAP_CLOSE_REASON_ONBOARDING_CANCELLED, "the onboarding was given up"},
      {handoff::v1::GAP_CLOSE_REASON_CUSTOMER_LOST, "the customer is lost"},
  };
  for (const auto& [reason, text] : cases) {
    auto overview = ParseProto<v1::AccountOverview>(R"pb(
      account { name: "accounts/acme" time_zone: "Asia/Tokyo" }
      onboardings {
        gap_watch {
          name: "g"
          close_date { year: 2026 month: 5 day: 22 }
        }
      }
    )pb");
    overview.mutable_onboardings(0)->mutable_gap_watch()->set_close_reason(reason);
    EXPECT_THAT(Lines(overview),
                ::testing::Contains(absl::StrCat("2026-05-22 Gap watch closed: ", text, " <g>")));
  }
}

TEST(StoryTest, HasNothingToTellOfAProspect) {
  EXPECT_THAT(Lines(ParseProto<v1::AccountOverview>(R"pb(account { name: "accounts/x" })pb")),
              IsEmpty());
}

}  // namespace
}  // namespace banso::gateway

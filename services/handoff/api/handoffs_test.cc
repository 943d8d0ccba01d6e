#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "services/handoff/api/accounts_mirror.h"
#include "services/handoff/api/handoff_fixture.h"
#include "services/handoff/domain/evidence.h"
#include "services/handoff/domain/transfer.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

const absl::CivilDay kDone(2026, 6, 26);

class HandoffApiTest : public HandoffTest {
 protected:
  void SetUp() override {
    HandoffTest::SetUp();
    BANSO_ASSERT_OK(Start());
    BANSO_ASSERT_OK(CompleteIt());
  }

  absl::StatusOr<v1::Handoff> Accept() {
    return AskAs("members/ito", &HandoffApi::AcceptHandoff, Name());
  }
  absl::StatusOr<v1::Handoff> Return(const std::string& more) {
    return AskAs("members/ito", &HandoffApi::ReturnHandoff,
                 absl::StrCat(Name(),
                              "reason_code: 'not_established' reason: 'The second form is "
                              "not in use' ",
                              more));
  }
  static std::string Name() { return absl::StrCat("name: '", kHandoff, "' "); }
  static std::string Continue() {
    return "outcome: RETURN_OUTCOME_CONTINUE_ONBOARDING "
           "new_deadline { year: 2026 month: 8 day: 31 } ";
  }
  absl::Status Contact(absl::CivilDay day) {
    return AskAs("members/ito", &HandoffApi::RecordRetentionContact,
                 absl::StrCat("name: '", kGapWatch, "' contact { member: 'members/ito' channel: ",
                              "CONTACT_CHANNEL_VIDEO date { year: ", day.year(),
                              " month: ", day.month(), " day: ", day.day(), " } }"))
        .status();
  }
  void Feed(const google::protobuf::Message& resource, const std::string& name) {
    type::v1::Change change;
    change.set_name(name);
    change.set_kind(resource.GetDescriptor()->full_name());
    change.set_operation(type::v1::OPERATION_UPDATED);
    change.mutable_resource()->PackFrom(resource);
    BANSO_ASSERT_OK(database_->Write(
        ServiceCall("handoff", clock_.TimeNow()),
        [&](storage::Writer& writer) { return ApplyAccountsChange(store_, writer, change); }));
  }
};

TEST_F(HandoffApiTest, MakesRetentionAccountableWhenItAccepts) {
  EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_DRAFT);
  EXPECT_EQ(Handoff().accountable(), "members/aoki");
  OfferIt();
  EXPECT_EQ(Fact("handoff.state"), "offered");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Handoff accepted, Accept());
  EXPECT_EQ(accepted.state(), v1::HANDOFF_STATE_ACCEPTED);
  EXPECT_EQ(accepted.accountable(), "members/ito");
  EXPECT_EQ(accepted.accepted_by(), "members/ito");
  EXPECT_EQ(accepted.process(), "");
  EXPECT_EQ(neighbours_.retention_owner(), "members/ito");
  EXPECT_EQ(neighbours_.onboarding(kOnboarding).state(), accounts::v1::ONBOARDING_STATE_HANDED_OFF);
  EXPECT_EQ(Fact("handoff.state"), "accepted");
  EXPECT_THAT(Accept(), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(HandoffApiTest, StaysWithTheGiverUntilAccountsHasMovedTheOnboarding) {
  OfferIt();
  neighbours_.Fail("accounts", contract::Unavailable("away", absl::Seconds(1)));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Handoff waiting, Accept());
  EXPECT_EQ(waiting.state(), v1::HANDOFF_STATE_OFFERED);
  EXPECT_EQ(waiting.accountable(), "members/aoki");
  ASSERT_NE(waiting.process(), "");
  EXPECT_EQ(contract::Reason(Accept().status()), kReasonProcessRunning);
  neighbours_.Fail("accounts", absl::OkStatus());
  BANSO_ASSERT_OK(engine_->Run(waiting.process(), absl::Now() + absl::Seconds(5)));
  EXPECT_EQ(Handoff().accountable(), "members/ito");
}

TEST_F(HandoffApiTest, ComesBackToBeMended) {
  OfferIt();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Handoff returned,
                             Return("outcome: RETURN_OUTCOME_FIX_PACKAGE"));
  EXPECT_EQ(returned.state(), v1::HANDOFF_STATE_RETURNED);
  EXPECT_EQ(returned.round(), 2);
  EXPECT_EQ(Nth(returned.returns(), 0).returned_by(), "members/ito");
  EXPECT_EQ(Fact("handoff.returns"), "1");
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_COMPLETED);
  OfferIt();
  EXPECT_THAT(Accept(), IsOk());
}

// What accounts tells of the onboarding once the customer is lost.
accounts::v1::Onboarding Ended(accounts::v1::Onboarding onboarding,
                               accounts::v1::OnboardingState state) {
  onboarding.set_state(state);
  onboarding.set_end_reason("the customer is lost");
  return onboarding;
}

TEST_F(HandoffApiTest, AnOfferIsNotAcceptedOnceTheCustomerIsLost) {
  OfferIt();
  Feed(Ended(neighbours_.onboarding(kOnboarding), accounts::v1::ONBOARDING_STATE_LOST),
       kOnboarding);
  EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_CANCELLED);
  EXPECT_EQ(Handoff().cancel_reason(), "the customer is lost");
  EXPECT_FALSE(Handoff().has_respond_by());
  EXPECT_EQ(Fact("handoff.state"), "cancelled");
  EXPECT_EQ(GapWatch().level(), v1::GAP_LEVEL_CLOSED);
  EXPECT_EQ(GapWatch().close_reason(), v1::GAP_CLOSE_REASON_CUSTOMER_LOST);
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_COMPLETED) << "what was reached stays";
  for (const absl::Status& refused :
       {Accept().status(), Return("outcome: RETURN_OUTCOME_FIX_PACKAGE").status(),
        Ask(&HandoffApi::OfferHandoff, Name()).status(),
        Ask(&HandoffApi::UpdateHandoff,
            absl::StrCat("handoff { ", Name(), "receiver: 'members/sato' }"))
            .status()}) {
    EXPECT_EQ(contract::Reason(refused), kReasonWrongState);
    EXPECT_THAT(refused.message(),
                AllOf(HasSubstr("the customer is lost"), HasSubstr("StartOnboarding")));
  }
}

TEST_F(HandoffApiTest, AnAcceptanceThatCrossesTheLossIsRefusedAndSaysWhy) {
  OfferIt();
  neighbours_.Fail("accounts", contract::FailedPrecondition("ACCOUNT_CHURNED", kAccount,
                                                            "the customer is lost", "Reopen it"));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Handoff waiting, Accept());
  const v1::Process refused = Process(waiting.process());
  EXPECT_EQ(refused.state(), v1::PROCESS_STATE_WAITING_FOR_PERSON);
  EXPECT_THAT(refused.status_text(), HasSubstr("the customer is lost"));
  Feed(Ended(neighbours_.onboarding(kOnboarding), accounts::v1::ONBOARDING_STATE_LOST),
       kOnboarding);
  EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_CANCELLED);
  BANSO_ASSERT_OK(Ask(&ProcessesApi::CancelProcess,
                      absl::StrCat("name: '", refused.name(), "' reason: 'lost'")));
  EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_CANCELLED);
  EXPECT_EQ(Handoff().process(), "");
  EXPECT_EQ(Handoff().accountable(), "members/aoki");
}

TEST_F(HandoffApiTest, WhatAProcessOpensAfterTheLossIsClosedAtOnce) {
  OfferIt();
  neighbours_.LoseAnswers("accounts", 1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Handoff continued, Return(Continue()));
  Feed(Ended(neighbours_.onboarding(kOnboarding), accounts::v1::ONBOARDING_STATE_CANCELLED),
       kOnboarding);
  BANSO_ASSERT_OK(engine_->Run(continued.process(), absl::Now() + absl::Seconds(5)));
  EXPECT_EQ(Process(continued.process()).state(), v1::PROCESS_STATE_SUCCEEDED);
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_CANCELLED);
  EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_CANCELLED);
}

TEST_F(HandoffApiTest, ACompletionThatCrossesTheLossOpensNoHandoff) {
  OfferIt();
  BANSO_ASSERT_OK(Return(Continue()));
  neighbours_.LoseAnswers("accounts", 1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Process completing, CompleteIt());
  Feed(Ended(neighbours_.onboarding(kOnboarding), accounts::v1::ONBOARDING_STATE_LOST),
       kOnboarding);
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_COMPLETING);
  BANSO_ASSERT_OK(engine_->Run(completing.name(), absl::Now() + absl::Seconds(5)));
  EXPECT_EQ(Process(completing.name()).state(), v1::PROCESS_STATE_SUCCEEDED);
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_COMPLETED);
  EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_CANCELLED);
  EXPECT_EQ(GapWatch().close_reason(), v1::GAP_CLOSE_REASON_CUSTOMER_LOST);
}

TEST_F(HandoffApiTest, ALostCustomerIsNotWatchedAnyLonger) {
  OfferIt();
  BANSO_ASSERT_OK(Accept());
  ASSERT_NE(GapWatch().level(), v1::GAP_LEVEL_CLOSED);
  accounts::v1::Account account;
  account.set_name(kAccount);
  account.set_lifecycle_stage(accounts::v1::LIFECYCLE_STAGE_CHURNED);
  Feed(account, kAccount);
  EXPECT_EQ(GapWatch().close_reason(), v1::GAP_CLOSE_REASON_CUSTOMER_LOST);
  EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_ACCEPTED) << "what was accepted stays";
}

TEST_F(HandoffApiTest, CanContinueTheOnboardingUntilANewDeadline) {
  OfferIt();
  EXPECT_THAT(Return("outcome: RETURN_OUTCOME_CONTINUE_ONBOARDING"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("new_deadline")));
  EXPECT_THAT(
      AskAs("members/ito", &HandoffApi::ReturnHandoff, Name() + Continue() + "reason_code: 'x'"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("reason")));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Handoff returned, Return(Continue()));
  EXPECT_EQ(returned.state(), v1::HANDOFF_STATE_RETURNED);
  EXPECT_EQ(returned.round(), 2);
  EXPECT_EQ(neighbours_.onboarding(kOnboarding).state(), accounts::v1::ONBOARDING_STATE_RUNNING);
  EXPECT_EQ(Completion().state(), v1::COMPLETION_STATE_OPEN);
  EXPECT_EQ(Completion().round(), 2);
  EXPECT_EQ(calendar::ToDay(Completion().deadline()), absl::CivilDay(2026, 8, 31));
  EXPECT_EQ(GapWatch().level(), v1::GAP_LEVEL_CLOSED);
  EXPECT_EQ(GapWatch().close_reason(), v1::GAP_CLOSE_REASON_ONBOARDING_CONTINUED);
  EXPECT_EQ(contract::Reason(Ask(&HandoffApi::OfferHandoff, Name()).status()),
            kReasonOnboardingRunning);

  GoTo(absl::CivilDay(2026, 8, 20));
  BANSO_ASSERT_OK(CompleteIt());
  EXPECT_EQ(Handoff().state(), v1::HANDOFF_STATE_DRAFT);
  EXPECT_EQ(GapWatch().level(), v1::GAP_LEVEL_WATCH);
  EXPECT_EQ(GapWatch().round(), 2);
  OfferIt();
  EXPECT_THAT(Accept(), IsOk());
  Proves("KAM-28");
}

TEST_F(HandoffApiTest, KeepsTheSectionsThatAnUpdateDoesNotName) {
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::Handoff updated,
      Ask(&HandoffApi::UpdateHandoff,
          absl::StrCat("handoff { ", Name(), "receiver: 'members/mori' sections { id: 'people' ",
                       "title: 'People' body: 'Mr Sato heads the site' } } "
                       "update_mask { paths: 'receiver' paths: 'sections' }")));
  EXPECT_EQ(updated.receiver(), "members/mori");
  ASSERT_EQ(updated.sections_size(), 6);
  EXPECT_THAT(updated.sections(1).body(), HasSubstr("Same-day reports"));
  EXPECT_EQ(updated.sections(5).id(), "people");
  OfferIt();
  EXPECT_THAT(Ask(&HandoffApi::UpdateHandoff,
                  absl::StrCat("handoff { ", Name(), "receiver: 'members/ito' }")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(HandoffApiTest, QueuesOffersOfAReceiverAndTellsWhichAreOverdue) {
  OfferIt();
  const auto queue = [&](const std::string& receiver) {
    auto page = Ask(&HandoffApi::ListHandoffs,
                    absl::StrCat("parent: 'accounts/-' states: HANDOFF_STATE_OFFERED receiver: '",
                                 receiver, "'"));
    EXPECT_THAT(page, IsOk());
    return page.ok() ? *page : v1::ListHandoffsResponse();
  };
  ASSERT_EQ(queue("members/ito").handoffs_size(), 1);
  EXPECT_FALSE(queue("members/ito").handoffs(0).response_overdue());
  EXPECT_EQ(queue("members/kato").handoffs_size(), 0);
  GoTo(absl::CivilDay(2026, 7, 4));
  EXPECT_TRUE(queue("members/ito").handoffs(0).response_overdue());
}

TEST_F(HandoffApiTest, RefusesAnUpdateOfAnOlderState) {
  const std::string old = Handoff().etag();
  BANSO_ASSERT_OK(Ask(&HandoffApi::UpdateHandoff,
                      absl::StrCat("handoff { ", Name(), "receiver: 'members/mori' }")));
  EXPECT_THAT(Ask(&HandoffApi::OfferHandoff, absl::StrCat(Name(), "etag: '", old, "'")),
              StatusIs(absl::StatusCode::kAborted));
}

TEST_F(HandoffApiTest, WatchesTheGapDayByDayAndPublishesItsLevel) {
  EXPECT_EQ(Fact("handoff.gap_level"), "watch");
  struct Row {
    int day;
    const char* level;
  };
  const Row rows[] = {{7, "watch"}, {8, "warn"}, {14, "warn"}, {15, "escalate"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(row.day);
    GoTo(kDone + row.day);
    BANSO_ASSERT_OK(Sweep());
    EXPECT_EQ(Fact("handoff.gap_level"), row.level);
    EXPECT_EQ(Fact("handoff.gap_days"), absl::StrCat(row.day));
  }
  OfferIt();
  BANSO_ASSERT_OK(Accept());
  EXPECT_EQ(Fact("handoff.gap_level"), "escalate") << "nobody has met the customer";
  BANSO_ASSERT_OK(Contact(kDone + 15));
  EXPECT_EQ(Fact("handoff.gap_level"), "none");
  GoTo(kDone + 29);
  BANSO_ASSERT_OK(Sweep());
  EXPECT_EQ(Fact("handoff.gap_level"), "none");
  GoTo(kDone + 30);
  BANSO_ASSERT_OK(Sweep());
  EXPECT_EQ(Fact("handoff.gap_level"), "closed");
  EXPECT_EQ(GapWatch().history_size(), 7);
  EXPECT_EQ(calendar::ToDay(GapWatch().close_date()), kDone + 30);
  const std::string etag = GapWatch().etag();
  BANSO_ASSERT_OK(Sweep());
  EXPECT_EQ(GapWatch().etag(), etag) << "a closed watch is not written again";
}

TEST_F(HandoffApiTest, TurnsItsLevelAtMidnightOfTheAccountsZone) {
  accounts::v1::Account account;
  account.set_name(kAccount);
  account.set_time_zone("America/Los_Angeles");
  Feed(account, kAccount);
  // 07:00 UTC on 4 July is midnight in Los Angeles: day 8 of a completion on 26 June.
  const absl::Time midnight =
      calendar::StartOfDay(kDone + 8, calendar::ZoneOrUtc("America/Los_Angeles"));
  BANSO_ASSERT_OK(clock_.SetTime(midnight - absl::Seconds(1)));
  BANSO_ASSERT_OK(Sweep());
  EXPECT_EQ(GapWatch().level(), v1::GAP_LEVEL_WATCH);
  BANSO_ASSERT_OK(clock_.SetTime(midnight));
  BANSO_ASSERT_OK(Sweep());
  EXPECT_EQ(GapWatch().level(), v1::GAP_LEVEL_WARN);
}

TEST_F(HandoffApiTest, ListsGapWatchesByLevelAndAccountableMember) {
  GoTo(kDone + 9);
  BANSO_ASSERT_OK(Sweep());
  const auto count = [&](const std::string& filter) {
    auto page = Ask(&HandoffApi::ListGapWatches, "parent: 'accounts/-' " + filter);
    EXPECT_THAT(page, IsOk());
    return page.ok() ? page->gap_watches_size() : -1;
  };
  EXPECT_EQ(count("levels: GAP_LEVEL_WARN accountable: 'members/aoki'"), 1);
  EXPECT_EQ(count("levels: GAP_LEVEL_ESCALATE"), 0);
  EXPECT_EQ(count("accountable: 'members/ito'"), 0);
}

TEST_F(HandoffApiTest, FollowsAChangeOfTheOnboardingsOwner) {
  accounts::v1::Onboarding onboarding = neighbours_.onboarding(kOnboarding);
  onboarding.set_owner("members/mori");
  Feed(onboarding, kOnboarding);
  Feed(onboarding, kOnboarding);
  EXPECT_EQ(Completion().owner(), "members/mori");
  EXPECT_EQ(Handoff().accountable(), "members/mori");
  EXPECT_EQ(GapWatch().accountable(), "members/mori");
  OfferIt();
  BANSO_ASSERT_OK(Accept());
  onboarding.set_owner("members/kato");
  Feed(onboarding, kOnboarding);
  EXPECT_EQ(Handoff().accountable(), "members/ito");
  EXPECT_EQ(GapWatch().accountable(), "members/ito");
}

// Random walks through every verb, with accounts away at times.
TEST_F(HandoffApiTest, HasOneAccountableOwnerAtEveryInstantAndWarnsInTime) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  std::mt19937 random(seed);
  absl::CivilDay day = kDone;
  for (int i = 0; i < 150; ++i) {
    neighbours_.Fail("accounts", random() % 4 == 0 ? contract::Unavailable("away", absl::Seconds(1))
                                                   : absl::OkStatus());
    switch (random() % 7) {
      case 0:
        Ask(&HandoffApi::OfferHandoff, Name()).IgnoreError();
        break;
      case 1:
        Accept().IgnoreError();
        break;
      case 2:
        Return("outcome: RETURN_OUTCOME_FIX_PACKAGE").IgnoreError();
        break;
      case 3:
        Return(
            "outcome: RETURN_OUTCOME_CONTINUE_ONBOARDING "
            "new_deadline { year: 2040 month: 1 day: 1 }")
            .IgnoreError();
        break;
      case 4:
        CompleteIt().IgnoreError();
        break;
      case 5:
        Contact(day).IgnoreError();
        break;
      default:
        day += static_cast<int>(random() % 5);
        GoTo(day);
    }
    if (!Handoff().process().empty()) {
      BANSO_ASSERT_OK(engine_->Run(Handoff().process(), absl::Now() + absl::Seconds(5)));
    }
    BANSO_ASSERT_OK(Sweep());
    const v1::Handoff handoff = Handoff();
    const v1::GapWatch watch = GapWatch();
    ASSERT_EQ(handoff.accountable(),
              handoff.state() == v1::HANDOFF_STATE_ACCEPTED ? "members/ito" : "members/aoki");
    ASSERT_EQ(watch.accountable(), handoff.accountable());
    ASSERT_EQ(Completion().owner(), "members/aoki");
    if (watch.level() != v1::GAP_LEVEL_CLOSED && !watch.has_accept_date()) {
      const int days = static_cast<int>(day - calendar::ToDay(watch.start_date()));
      ASSERT_EQ(watch.level(), days >= 15  ? v1::GAP_LEVEL_ESCALATE
                               : days >= 8 ? v1::GAP_LEVEL_WARN
                                           : v1::GAP_LEVEL_WATCH)
          << days;
    }
  }
  Proves("KAM-15");
}

TEST_F(HandoffApiTest, CountsTheDeadlineFromAClockThatComesLater) {
  ActivateSet("later", "",
              "target { count: 1 unit: PERIOD_UNIT_MONTH } target_clock: CLOCK_KICKOFF "
              "criteria { id: 'a' title: 'A' kind: CRITERION_KIND_ARTIFACT }");
  BANSO_ASSERT_OK(Ask(&ProcessesApi::StartOnboarding,
                      "parent: 'accounts/acme' onboarding_id: 'o2' owner: 'members/aoki' kind: "
                      "ONBOARDING_KIND_EXPANSION contract_start { year: 2026 month: 7 day: 1 }"));
  const std::string name = "accounts/acme/onboardings/o2";
  v1::GetCompletionRequest get;
  get.set_name(name + "/completion");
  EXPECT_FALSE(Do(&CompletionsApi::GetCompletion, get)->has_deadline());
  accounts::v1::Onboarding onboarding = neighbours_.onboarding(name);
  accounts::v1::ClockReading* kickoff = onboarding.add_clocks();
  kickoff->set_clock(type::v1::CLOCK_KICKOFF);
  *kickoff->mutable_date() = calendar::ToDate(absl::CivilDay(2026, 7, 10));
  Feed(onboarding, name);
  EXPECT_EQ(calendar::ToDay(Do(&CompletionsApi::GetCompletion, get)->deadline()),
            absl::CivilDay(2026, 8, 10));
}

}  // namespace
}  // namespace banso::handoff

#include "clients/cli/request_text.h"

#include <string>

#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/deals_service.pb.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "banso/handoff/v1/processes_service.pb.h"
#include "clients/cli/methods.h"
#include "clients/cli/play.h"
#include "common/calendar/proto_time.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::cli {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::IsOkAndHolds;
using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

// 1 May 2025, 8:30 in Tokyo; still April in UTC.
Placeholders FirstOfMay() {
  const absl::TimeZone tokyo = absl::FixedTimeZone(9 * 3600);
  return {absl::FromCivil(absl::CivilMinute(2025, 5, 1, 8, 30), tokyo), tokyo};
}

TEST(Expand, ReckonsFromTodayAndNow) {
  const Placeholders day = FirstOfMay();
  EXPECT_THAT(Expand("${today}", day), IsOkAndHolds("2025-05-01"));
  EXPECT_THAT(Expand("from ${today-20d} to ${today+2w}.", day),
              IsOkAndHolds("from 2025-04-11 to 2025-05-15."));
  // 27 April is a Sunday; 29 April and 3 to 6 May are holidays.
  EXPECT_THAT(Expand("${workday-4d} ${workday-2d} ${workday} ${workday+5d}", day),
              IsOkAndHolds("2025-04-25 2025-04-28 2025-05-01 2025-05-02"));
  EXPECT_THAT(Expand("${now}", day), IsOkAndHolds("2025-04-30T23:30:00Z"));
  EXPECT_THAT(Expand("${now-2h}", day), IsOkAndHolds("2025-04-30T21:30:00Z"));
  EXPECT_THAT(Expand("no placeholder, $5 {x}", day), IsOkAndHolds("no placeholder, $5 {x}"));
}

TEST(Expand, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"${tomorrow}", "${today-2h}", "${today - 2d}", "${}"}) {
    EXPECT_THAT(Expand(text, FirstOfMay()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not understood")))
        << text;
  }
}

TEST(RequestFromText, TakesDaysAsText) {
  handoff::v1::CompleteOnboardingRequest request;
  BANSO_ASSERT_OK(RequestFromText(
      "{onboarding: accounts/a/onboardings/o, outcomes: [{text: x, date: 2025-05-01}]}", &request));
  EXPECT_EQ(calendar::DayText(request.outcomes(0).date()), "2025-05-01");
  accounts::v1::CreateAccountRequest create;
  BANSO_ASSERT_OK(RequestFromText(
      R"({"account": {"displayName": "007", "employees": "12",
                      "attributes": {"since": {"date": "2024-12-31"}}}})",
      &create));
  EXPECT_EQ(create.account().display_name(), "007");
  EXPECT_EQ(create.account().attributes().at("since").date().year(), 2024);
}

TEST(RequestFromText, AcceptsNoText) {
  accounts::v1::ListMembersRequest request;
  EXPECT_THAT(RequestFromText("", &request), IsOk());
}

TEST(RequestFromText, NamesTheFieldAtFault) {
  accounts::v1::CreateDealRequest request;
  EXPECT_THAT(RequestFromText("{deal: {close_date: 2025-02-30}}", &request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("2025-02-30")));
  EXPECT_THAT(RequestFromText("{deal: {stages: x}}", &request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("deal"), HasSubstr("\"stages\""))));
  EXPECT_THAT(RequestFromText("{deal: ", &request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line ")));
}

TEST(FindMethod, TakesAsMuchOfTheNameAsIsNeeded) {
  for (const char* name : {"GetAccount", "getaccount", "AccountsService/GetAccount",
                           "accounts/GetAccount", "banso.accounts.v1.AccountsService/GetAccount"}) {
    BANSO_ASSERT_OK_AND_ASSIGN(const auto* method, FindMethod(name));
    EXPECT_EQ(ShortName(*method), "AccountsService/GetAccount") << name;
  }
}

TEST(FindMethod, ListsCandidatesAndNearNames) {
  EXPECT_THAT(FindMethod("WatchChanges"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("4 RPCs"), HasSubstr("HealthService/WatchChanges"))));
  EXPECT_THAT(FindMethod("GetAcount"), StatusIs(absl::StatusCode::kInvalidArgument,
                                                HasSubstr("AccountsService/GetAccount")));
  EXPECT_THAT(FindMethod("a/b/c"), StatusIs(absl::StatusCode::kInvalidArgument));
}

constexpr char kPlay[] = R"(
- call: CreateMember
  request: {member_id: aoki, member: {display_name: Aoki}}
- await: accounts
- call: WinDeal
  as: members/aoki
  expect: DEAL_CLOSED
  retry_for: 5s
  request:
    name: accounts/a/deals/d
    contract_start: ${today-20d}
    request_id: my-own
)";

TEST(ParsePlay, ReadsStepsWithTheirRequests) {
  BANSO_ASSERT_OK_AND_ASSIGN(const auto steps, ParsePlay(kPlay, FirstOfMay()));
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].line, 2);
  EXPECT_EQ(steps[1].await, "accounts");
  EXPECT_EQ(steps[2].as, "members/aoki");
  EXPECT_EQ(steps[2].expect, "DEAL_CLOSED");
  EXPECT_EQ(steps[2].retry_for, absl::Seconds(5));
  const auto& win = dynamic_cast<const accounts::v1::WinDealRequest&>(*steps[2].request);
  EXPECT_EQ(calendar::DayText(win.contract_start()), "2025-04-11");
  EXPECT_EQ(win.request_id(), "my-own");
}

TEST(ParsePlay, MakesRequestIdsOfTheContent) {
  BANSO_ASSERT_OK_AND_ASSIGN(const auto first, ParsePlay(kPlay, FirstOfMay()));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto second, ParsePlay(kPlay, FirstOfMay()));
  const auto id = [](const PlayStep& step) {
    return dynamic_cast<const accounts::v1::CreateMemberRequest&>(*step.request).request_id();
  };
  EXPECT_FALSE(id(first[0]).empty());
  EXPECT_EQ(id(first[0]), id(second[0]));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto other,
      ParsePlay("[{call: CreateMember, request: {member_id: sato}}]", FirstOfMay()));
  EXPECT_NE(id(other[0]), id(first[0]));
}

TEST(ParsePlay, ReadsJsonLines) {
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto steps,
      ParsePlay("{\"call\": \"GetTime\"}\n\n{\"await\": \"health\"}\n", FirstOfMay()));
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[1].await, "health");
}

TEST(ParsePlay, TellsOfEveryFaultyStep) {
  EXPECT_THAT(ParsePlay("- call: Nothing\n"
                        "- {call: GetTime, await: health}\n"
                        "- {call: GetTime, asa: x}\n"
                        "- {call: ImportAccounts}\n"
                        "- {call: GetTime, retry_for: soon}\n",
                        FirstOfMay()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("line 1: There is no RPC"), HasSubstr("line 2: a step has"),
                             HasSubstr("line 3: 'asa'"), HasSubstr("line 4: ImportAccounts is a"),
                             HasSubstr("line 5: retry_for"))));
  EXPECT_THAT(ParsePlay("a: b", FirstOfMay()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a list of steps")));
}

}  // namespace
}  // namespace banso::cli

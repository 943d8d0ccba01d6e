#include "services/gateway/api/overview.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/accounts/v1/deals_service.pb.h"
#include "banso/accounts/v1/onboardings_service.pb.h"
#include "banso/handoff/v1/completions_service.pb.h"
#include "banso/handoff/v1/handoff_service.pb.h"
#include "banso/health/v1/health_service.pb.h"
#include "banso/health/v1/success_service.pb.h"
#include "banso/kickoff/v1/kickoff_service.pb.h"
#include "banso/kickoff/v1/meetings_service.pb.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/gateway/api/fake_services.h"
#include "services/gateway/api/portfolio_api.h"

namespace banso::gateway {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::Nth;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

namespace av1 = accounts::v1;
namespace hv1 = health::v1;
namespace kv1 = kickoff::v1;
namespace ov1 = handoff::v1;

constexpr char kAccount[] = "accounts/acme";
constexpr char kOnboarding[] = "accounts/acme/onboardings/o";

// Handles `method` with a fixed answer.
template <typename Request, typename Response>
void Answer(server::Router& router, const std::string& method, const std::string& text) {
  router.Unary<Request, Response>(method,
                                  [text](const Call&, const Request&) -> absl::StatusOr<Response> {
                                    return ParseProto<Response>(text);
                                  });
}

class OverviewTest : public ::testing::Test {
 protected:
  OverviewTest() {
    ServeAccounts();
    ServeKickoff();
    ServeHealth(nullptr);
    ServeHandoff();
  }

  void ServeAccounts() {
    server::Router router("banso.accounts.v1.AccountsService");
    server::Router deals("banso.accounts.v1.DealsService");
    server::Router onboardings("banso.accounts.v1.OnboardingsService");
    router.Unary(
        "GetAccount",
        [](const Call&, const av1::GetAccountRequest& request) -> absl::StatusOr<av1::Account> {
          if (request.name() != kAccount) return contract::NotFound(request.name());
          return TheAccount();
        });
    Answer<av1::ListDealsRequest, av1::ListDealsResponse>(deals, "ListDeals", R"pb(
      deals {
        name: "accounts/acme/deals/old"
        create_time { seconds: 1 }
      }
      deals {
        name: "accounts/acme/deals/new"
        create_time { seconds: 2 }
      }
    )pb");
    Answer<av1::ListOnboardingsRequest, av1::ListOnboardingsResponse>(
        onboardings, "ListOnboardings",
        R"pb(
          onboardings {
            name: "accounts/acme/onboardings/o"
            state: ONBOARDING_STATE_RUNNING
            create_time { seconds: 1774969200 }
            clocks {
              clock: CLOCK_CONTRACT_START
              date { year: 2026 month: 4 day: 1 }
            }
          }
        )pb");
    router.Unary(
        "ListAccounts",
        [](const Call&,
           const av1::ListAccountsRequest& request) -> absl::StatusOr<av1::ListAccountsResponse> {
          av1::ListAccountsResponse response;
          *response.add_accounts() = TheAccount();
          response.add_accounts()->set_name("accounts/beta");
          response.set_next_page_token(
              absl::StrCat("after ", request.page_size(), request.owner()));
          return response;
        });
    fakes_.Serve("accounts", All(std::move(router), std::move(deals), std::move(onboardings)));
  }

  static av1::Account TheAccount() {
    return ParseProto<av1::Account>(R"pb(
      name: "accounts/acme"
      display_name: "Acme"
      lifecycle_stage: LIFECYCLE_STAGE_ONBOARDING
      owners { onboarding: "members/aoki" }
      accountable_owner: "members/aoki"
    )pb");
  }

  void ServeKickoff() {
    server::Router router("banso.kickoff.v1.KickoffService");
    server::Router meetings("banso.kickoff.v1.MeetingsService");
    Answer<kv1::ListPlansRequest, kv1::ListPlansResponse>(router, "ListPlans", R"pb(
      plans {
        name: "accounts/acme/onboardings/o/plan"
        deadline { year: 2026 month: 5 day: 1 }
      }
    )pb");
    Answer<kv1::ListNextActionsRequest, kv1::ListNextActionsResponse>(
        router, "ListNextActions",
        R"pb(
          next_actions { onboarding: "accounts/acme/onboardings/o" title: "Hold the kickoff" }
          next_actions { onboarding: "accounts/other/onboardings/x" title: "Not ours" }
        )pb");
    meetings.Unary(
        "ListMeetings",
        [](const Call&,
           const kv1::ListMeetingsRequest& request) -> absl::StatusOr<kv1::ListMeetingsResponse> {
          kv1::ListMeetingsResponse response;
          kv1::Meeting* meeting = response.add_meetings();
          meeting->set_name(request.parent() + "/meetings/kickoff");
          meeting->set_kind(kv1::MEETING_KIND_KICKOFF);
          meeting->set_state(kv1::MEETING_STATE_HELD);
          meeting->mutable_held_date()->set_year(2026);
          meeting->mutable_held_date()->set_month(4);
          meeting->mutable_held_date()->set_day(3);
          return response;
        });
    Answer<kv1::CheckReadinessRequest, kv1::Readiness>(router, "CheckReadiness",
                                                       "verdict: READINESS_VERDICT_READY");
    fakes_.Serve("kickoff", All(std::move(router), std::move(meetings)));
  }

  // Scores come when `hold` is notified, if there is one.
  void ServeHealth(std::shared_ptr<absl::Notification> hold) {
    server::Router router("banso.health.v1.HealthService");
    router.Unary(
        "ListScores",
        [hold](const Call&,
               const hv1::ListScoresRequest& request) -> absl::StatusOr<hv1::ListScoresResponse> {
          if (hold != nullptr) hold->WaitForNotification();
          hv1::ListScoresResponse response;
          // Of all accounts there are more than one page holds.
          if (request.parent() == "accounts/-") {
            response.set_next_page_token("more");
            return response;
          }
          hv1::Score* score = response.add_scores();
          score->set_name(request.parent() + "/scores/s");
          score->set_band(request.parent() == kAccount ? "green" : "red");
          return response;
        });
    server::Router success("banso.health.v1.SuccessService");
    Answer<hv1::ListSuccessLabelsRequest, hv1::ListSuccessLabelsResponse>(success,
                                                                          "ListSuccessLabels", R"pb(
      success_labels {
        name: "accounts/acme/onboardings/o/successLabels/d"
        state: SUCCESS_STATE_MET
        met_date { year: 2026 month: 4 day: 20 }
      }
    )pb");
    fakes_.Serve("health", All(std::move(router), std::move(success)));
  }

  void ServeHandoff() {
    server::Router router("banso.handoff.v1.HandoffService");
    server::Router completions("banso.handoff.v1.CompletionsService");
    Answer<ov1::ListCompletionsRequest, ov1::ListCompletionsResponse>(
        completions, "ListCompletions",
        R"pb(completions { name: "accounts/acme/onboardings/o/completion" })pb");
    Answer<ov1::ListHandoffsRequest, ov1::ListHandoffsResponse>(router, "ListHandoffs", "");
    Answer<ov1::ListGapWatchesRequest, ov1::ListGapWatchesResponse>(router, "ListGapWatches", "");
    Answer<ov1::EvaluateReadinessRequest, ov1::EvaluateReadinessResponse>(
        completions, "EvaluateReadiness", "readiness { verdict: OVERALL_VERDICT_NOT_READY }");
    fakes_.Serve("handoff", All(std::move(router), std::move(completions)));
  }

  absl::StatusOr<v1::AccountOverview> Get(const std::string& name,
                                          absl::Duration patience = absl::Seconds(10)) {
    v1::GetAccountOverviewRequest request;
    request.set_name(name);
    Call call = MemberCall(now_);
    call.deadline = absl::Now() + patience;
    return GetAccountOverview(fakes_.peers(), call, request);
  }

  const absl::Time now_ = absl::FromUnixSeconds(1776900000);  // 23 April 2026.
  FakeServices fakes_{now_};
};

std::vector<std::string> Missing(const google::protobuf::RepeatedPtrField<v1::MissingPart>& parts) {
  std::vector<std::string> names;
  for (const v1::MissingPart& part : parts) names.push_back(part.part());
  return names;
}

TEST_F(OverviewTest, TellsWhatAllServicesKnow) {
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::AccountOverview overview, Get(kAccount));
  EXPECT_THAT(overview.missing(), IsEmpty());
  EXPECT_EQ(overview.account().accountable_owner(), "members/aoki");
  ASSERT_THAT(overview.deals(), SizeIs(2));
  EXPECT_EQ(overview.deals(0).name(), "accounts/acme/deals/new");
  EXPECT_THAT(overview.scores(), SizeIs(1));
  ASSERT_THAT(overview.onboardings(), SizeIs(1));
  const v1::OnboardingOverview& onboarding = overview.onboardings(0);
  EXPECT_EQ(onboarding.onboarding().name(), kOnboarding);
  EXPECT_EQ(onboarding.plan().name(), "accounts/acme/onboardings/o/plan");
  EXPECT_THAT(onboarding.meetings(), SizeIs(1));
  EXPECT_EQ(onboarding.readiness().verdict(), kv1::READINESS_VERDICT_READY);
  ASSERT_THAT(onboarding.next_actions(), SizeIs(1));
  EXPECT_EQ(onboarding.next_actions(0).title(), "Hold the kickoff");
  EXPECT_THAT(onboarding.success_labels(), SizeIs(1));
  EXPECT_EQ(onboarding.verdict().verdict(), ov1::OVERALL_VERDICT_NOT_READY);
  ASSERT_THAT(onboarding.days(), SizeIs(1));
  EXPECT_EQ(onboarding.days(0).days(), 22);
  std::vector<std::string> story;
  for (const v1::StoryLine& line : overview.story()) story.push_back(line.text());
  EXPECT_THAT(story, ElementsAre("Onboarding started", "Kickoff held", "Success: d"));
}

TEST_F(OverviewTest, PassesOnThatThereIsNoSuchAccount) {
  EXPECT_THAT(Get("accounts/nobody"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("accounts/nobody")));
}

TEST_F(OverviewTest, TellsTheRestWhenAServiceIsAway) {
  fakes_.Stop("kickoff");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::AccountOverview overview, Get(kAccount));
  EXPECT_THAT(Missing(overview.missing()),
              UnorderedElementsAre("kickoff.plans", "kickoff.next_actions"));
  EXPECT_EQ(Nth(overview.missing(), 0).service(), "kickoff");
  EXPECT_THAT(Nth(overview.missing(), 0).reason(), HasSubstr("kickoff does not answer"));
  EXPECT_EQ(Nth(overview.onboardings(), 0).verdict().verdict(), ov1::OVERALL_VERDICT_NOT_READY);
}

TEST_F(OverviewTest, TellsTheRestInTimeWhenAServiceIsSlow) {
  const auto hold = std::make_shared<absl::Notification>();
  ServeHealth(hold);
  const absl::Time deadline = absl::Now() + absl::Seconds(2);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::AccountOverview overview, Get(kAccount, absl::Seconds(2)));
  EXPECT_LT(absl::Now(), deadline);
  hold->Notify();
  EXPECT_THAT(Missing(overview.missing()), ElementsAre("health.scores"));
  EXPECT_THAT(Nth(overview.missing(), 0).reason(), HasSubstr("in time"));
  EXPECT_THAT(Nth(overview.onboardings(), 0).meetings(), SizeIs(1));
}

TEST_F(OverviewTest, FailsWhenTheAccountItselfCannotBeTold) {
  fakes_.Stop("accounts");
  EXPECT_THAT(Get(kAccount), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("accounts")));
}

TEST_F(OverviewTest, ListsAPortfolioRowByRow) {
  v1::ListPortfolioRequest request;
  request.set_page_size(500);
  request.set_owner("members/aoki");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListPortfolioResponse response,
                             ListPortfolio(fakes_.peers(), MemberCall(now_), request));
  EXPECT_EQ(response.next_page_token(), "after 200members/aoki");
  EXPECT_THAT(response.missing(), IsEmpty());
  EXPECT_THAT(response.rows(), ElementsAre(EqualsProto(R"pb(
                                             account: "accounts/acme"
                                             display_name: "Acme"
                                             lifecycle_stage: LIFECYCLE_STAGE_ONBOARDING
                                             owner: "members/aoki"
                                             onboarding: "accounts/acme/onboardings/o"
                                             days_since_contract_start: 22
                                             deadline { year: 2026 month: 5 day: 1 }
                                             days_left: 8
                                             next_step: "Hold the kickoff"
                                             band: "green"
                                             success: TRUTH_TRUE
                                           )pb"),
                                           EqualsProto(R"pb(
                                             account: "accounts/beta" band: "red"
                                           )pb")));
}

TEST_F(OverviewTest, ListsAPortfolioWithoutAServiceThatIsAway) {
  fakes_.Stop("kickoff");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::ListPortfolioResponse response,
      ListPortfolio(fakes_.peers(), MemberCall(now_), v1::ListPortfolioRequest()));
  EXPECT_THAT(Missing(response.missing()),
              UnorderedElementsAre("kickoff.plans", "kickoff.next_actions"));
  ASSERT_THAT(response.rows(), SizeIs(2));
  EXPECT_EQ(response.rows(0).next_step(), "");
  EXPECT_EQ(response.rows(0).success(), type::v1::TRUTH_TRUE);
}

}  // namespace
}  // namespace banso::gateway

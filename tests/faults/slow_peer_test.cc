// A service that answers nobody, though it is there: the others tell what they know, in time.
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/accounts_service.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/handoff/v1/completions_service.pb.h"
#include "banso/type/v1/operations.pb.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/client.h"
#include "tests/journeys/lapras.h"
#include "tests/journeys/patience.h"
#include "tests/journeys/suite.h"

namespace banso::faults {
namespace {

using ::banso::testing::IsOk;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::Property;

using gateway::v1::AccountOverview;
using handoff::v1::EvaluateReadinessResponse;
using handoff::v1::Readiness;

constexpr char kGetOverview[] = "banso.gateway.v1.GatewayService/GetAccountOverview";
constexpr char kAccount[] = R"({"name": "accounts/crm-100"})";
constexpr char kEvaluate[] = "banso.handoff.v1.CompletionsService/EvaluateReadiness";
constexpr char kCompletion[] = R"({"name": "accounts/crm-100/onboardings/o1/completion"})";

// A suite with an onboarding that runs, whose completion reads facts of health and of kickoff.
class SlowPeerTest : public ::testing::Test {
 protected:
  SlowPeerTest() : suite_(journeys::Shape::kFiveProcesses, "2025-04-01T01:00:00Z") {
    journeys::Lapras lapras(suite_);
    lapras.ApplyProgram();
    lapras.ImportAccounts();
    lapras.WinDeal();
    lapras.StartOnboarding();
    lapras.AwaitOnboarding();
  }

  journeys::Client ClientWith(absl::Duration limit) const {
    return journeys::Client(suite_.gateway_address(), suite_.operator_token(), limit);
  }

  journeys::Suite suite_;
};

// What `ask` says within `limit`, once it does: a machine that has much else to do may need several
// attempts, a service that does not keep to the limit gets none.
template <class Response>
absl::StatusOr<Response> InTime(absl::FunctionRef<absl::StatusOr<Response>()> ask) {
  absl::StatusOr<Response> answer = ask();
  for (int i = 0; i < 20 && absl::IsDeadlineExceeded(answer.status()); ++i) answer = ask();
  return answer;
}

// How many criteria of each verdict there are.
int Count(const Readiness& readiness, handoff::v1::Verdict verdict) {
  int count = 0;
  for (const auto& criterion : readiness.criteria()) count += criterion.verdict() == verdict;
  return count;
}

TEST_F(SlowPeerTest, TheOverviewNamesAServiceThatDoesNotAnswer) {
  const auto whole = ClientWith(journeys::kPatience).Call<AccountOverview>(kGetOverview, kAccount);
  ASSERT_THAT(whole, IsOk());
  EXPECT_THAT(whole->missing(), IsEmpty());

  suite_.Pause("health");
  for (const absl::Duration limit : {absl::Seconds(1), absl::Seconds(4)}) {
    const journeys::Client hasty = ClientWith(limit);
    const auto part = InTime<AccountOverview>(
        [&] { return hasty.Call<AccountOverview>(kGetOverview, kAccount); });
    ASSERT_THAT(part, IsOk());
    EXPECT_EQ(part->account().name(), "accounts/crm-100");
    EXPECT_EQ(part->deals_size(), 1);
    ASSERT_EQ(part->onboardings_size(), 1);
    EXPECT_EQ(part->onboardings(0).meetings_size(), 3);
    ASSERT_THAT(part->missing(), Not(IsEmpty()));
    for (const gateway::v1::MissingPart& missing : part->missing()) {
      EXPECT_EQ(missing.service(), "health") << missing.ShortDebugString();
      EXPECT_THAT(missing.reason(), HasSubstr("health")) << missing.ShortDebugString();
    }
  }

  suite_.Resume("health");
  const auto again = ClientWith(journeys::kPatience)
                         .Await<AccountOverview>(
                             kGetOverview, kAccount,
                             [](const AccountOverview& told) { return told.missing_size() == 0; });
  ASSERT_THAT(again, IsOk());
  EXPECT_THAT(suite_.Stop(), Each(Pair(::testing::_, 0)));
}

TEST_F(SlowPeerTest, ReadinessIsUnknownWhereTheServiceDoesNotAnswer) {
  const journeys::Client client = ClientWith(journeys::kPatience);
  const auto known = client.Call<EvaluateReadinessResponse>(kEvaluate, kCompletion);
  ASSERT_THAT(known, IsOk());
  EXPECT_THAT(known->readiness().unavailable_services(), IsEmpty());
  const int unknown = Count(known->readiness(), handoff::v1::VERDICT_UNKNOWN);

  suite_.Pause("health");
  const journeys::Client hasty = ClientWith(absl::Seconds(5));
  const auto half = InTime<EvaluateReadinessResponse>(
      [&] { return hasty.Call<EvaluateReadinessResponse>(kEvaluate, kCompletion); });
  ASSERT_THAT(half, IsOk());
  EXPECT_THAT(half->readiness().unavailable_services(), ElementsAre("health"));
  EXPECT_EQ(half->readiness().verdict(), handoff::v1::OVERALL_VERDICT_NOT_READY);
  EXPECT_THAT(half->readiness().criteria(),
              Contains(::testing::AllOf(
                  Property("verdict", &handoff::v1::CriterionVerdict::verdict,
                           handoff::v1::VERDICT_UNKNOWN),
                  Property("reason", &handoff::v1::CriterionVerdict::reason, HasSubstr("health")))))
      << half->ShortDebugString();

  suite_.Resume("health");
  const auto again = client.Await<EvaluateReadinessResponse>(
      kEvaluate, kCompletion, [](const EvaluateReadinessResponse& told) {
        return told.readiness().unavailable_services().empty();
      });
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(Count(again->readiness(), handoff::v1::VERDICT_UNKNOWN), unknown);
}

TEST_F(SlowPeerTest, AFollowerThatWasHaltedCatchesUp) {
  const journeys::Client client = ClientWith(journeys::kPatience);
  suite_.Pause("health");
  for (int i = 0; i < 200; ++i) {
    ASSERT_THAT(client.Call<accounts::v1::Account>(
                    "banso.accounts.v1.AccountsService/CreateAccount",
                    absl::StrCat(R"({"account": {"display_name": "While it slept )", i, "\"}}")),
                IsOk());
  }
  const auto position = client.Call<type::v1::GetPositionResponse>(
      "banso.type.v1.OperationsService/GetPosition", R"({"service": "accounts"})");
  ASSERT_THAT(position, IsOk());
  const std::string caught_up =
      absl::StrCat(R"({"service": "accounts", "position": )", position->position(), "}");
  const std::string await = "banso.type.v1.OperationsService/AwaitPosition";
  // As long as it sleeps nobody can say that everybody has caught up.
  EXPECT_FALSE(
      ClientWith(absl::Seconds(1)).Call<type::v1::AwaitPositionResponse>(await, caught_up).ok());
  suite_.Resume("health");
  EXPECT_THAT(client.Call<type::v1::AwaitPositionResponse>(await, caught_up), IsOk());
  EXPECT_THAT(suite_.Stop(), Each(Pair(::testing::_, 0)));
}

}  // namespace
}  // namespace banso::faults

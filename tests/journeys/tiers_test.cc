#include <string>

#include "banso/accounts/v1/classification_service.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/health/v1/portfolio_service.pb.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/lapras.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// The program lapras has no tiers: whatever tells of tiers elsewhere tells of all accounts alike.
TEST(TiersJourney, AProgramWithoutTiersWorksAndItsMatrixIsOneRowOfBands) {
  Suite suite(Shape::kOneProcess, "2025-04-01T01:00:00Z");
  Lapras lapras(suite);
  for (const auto stretch :
       {&Lapras::ApplyProgram, &Lapras::ImportAccounts, &Lapras::WinDeal, &Lapras::StartOnboarding,
        &Lapras::AwaitOnboarding, &Lapras::LetTwoWeeksPass}) {
    (lapras.*stretch)();
    if (HasFatalFailure()) return;
  }
  ASSERT_THAT(lapras.SendSamples(0), IsOk());
  ASSERT_THAT(lapras.SendSamples(1), IsOk());
  lapras.LookAtScore();
  const Client& client = lapras.client();

  const auto matrix = client.Call<health::v1::GetTierMatrixResponse>(
      "banso.health.v1.PortfolioService/GetTierMatrix",
      R"({"score_model": "scoreModels/first-month"})");
  ASSERT_THAT(matrix, IsOk());
  EXPECT_THAT(matrix->tiers(), ElementsAre(""));
  int64_t accounts = 0;
  int64_t green = 0;
  for (const health::v1::MatrixCell& cell : matrix->cells()) {
    EXPECT_EQ(cell.tier(), "");
    accounts += cell.accounts();
    if (cell.band() == "green") green = cell.accounts();
  }
  EXPECT_EQ(matrix->cells_size(), matrix->bands_size()) << "one row of bands";
  EXPECT_EQ(accounts, matrix->active_accounts());
  EXPECT_EQ(green, 1) << matrix->ShortDebugString();

  const auto simulated = client.Call<accounts::v1::SimulatePolicyResponse>(
      "banso.accounts.v1.ClassificationService/SimulatePolicy", "{}");
  ASSERT_THAT(simulated, IsOk());
  EXPECT_EQ(simulated->accounts(), 3);
  EXPECT_EQ(simulated->moved(), 0);
  const auto axis = client.Call<accounts::v1::AnalyzeAxisResponse>(
      "banso.accounts.v1.ClassificationService/AnalyzeAxis", R"({"axis": "tier"})");
  ASSERT_THAT(axis, IsOk());
  EXPECT_THAT(axis->outcomes(), IsEmpty());
  EXPECT_EQ(axis->unclassified(), 1) << "the one that is won";
  const auto overview = client.Call<gateway::v1::AccountOverview>(
      "banso.gateway.v1.GatewayService/GetAccountOverview", R"({"name": "accounts/crm-100"})");
  ASSERT_THAT(overview, IsOk());
  EXPECT_THAT(overview->missing(), IsEmpty());
  const Finished portfolio = lapras.Banso({"portfolio"});
  EXPECT_EQ(portfolio.exit_status, 0) << portfolio.errors;
  testing::Proves("PER-01");
  EXPECT_THAT(suite.Stop(), Each(Pair(::testing::_, 0)));
}

}  // namespace
}  // namespace banso::journeys

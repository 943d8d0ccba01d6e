#include "services/accounts/domain/deal.h"

#include "common/contract/errors.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::ParseProto;
using v1::Deal;

const absl::CivilDay kToday(2026, 4, 10);

TEST(DealTest, IsWonTodayUnlessADayIsNamed) {
  auto request = ParseProto<v1::WinDealRequest>("contract_start { year: 2026 month: 5 day: 1 }");
  auto deal = ParseProto<Deal>("stage: DEAL_STAGE_OPEN");
  ASSERT_THAT(Win(request, kToday, &deal), IsOk());
  EXPECT_THAT(deal, EqualsProto(R"pb(
                stage: DEAL_STAGE_WON
                contract_start { year: 2026 month: 5 day: 1 }
                close_date { year: 2026 month: 4 day: 10 }
              )pb"));
  deal.set_stage(v1::DEAL_STAGE_OPEN);
  request.mutable_close_date()->set_year(2025);
  ASSERT_THAT(Win(request, kToday, &deal), IsOk());
  EXPECT_EQ(deal.close_date().year(), 2025);
}

TEST(DealTest, IsLostWithItsReason) {
  const auto request = ParseProto<v1::LoseDealRequest>("reason: 'price'");
  auto deal = ParseProto<Deal>("stage: DEAL_STAGE_OPEN");
  ASSERT_THAT(Lose(request, kToday, &deal), IsOk());
  EXPECT_EQ(deal.stage(), v1::DEAL_STAGE_LOST);
  EXPECT_EQ(deal.loss_reason(), "price");
  EXPECT_EQ(deal.close_date().day(), 10);
}

TEST(DealTest, AClosedDealStaysAsItIs) {
  for (const auto stage : {v1::DEAL_STAGE_WON, v1::DEAL_STAGE_LOST}) {
    Deal deal;
    deal.set_stage(stage);
    const Deal before = deal;
    EXPECT_EQ(contract::Reason(Win({}, kToday, &deal)), kReasonDealClosed);
    EXPECT_EQ(contract::Reason(Lose({}, kToday, &deal)), kReasonDealClosed);
    EXPECT_THAT(deal, EqualsProto(before));
  }
}

TEST(DealTest, IsLostOnTheDayThatIsNamedUnlessItLiesAhead) {
  auto request =
      ParseProto<v1::LoseDealRequest>("reason: 'price' close_date { year: 2026 month: 4 day: 8 }");
  auto deal = ParseProto<Deal>("stage: DEAL_STAGE_OPEN");
  ASSERT_THAT(Lose(request, kToday, &deal), IsOk());
  EXPECT_EQ(deal.close_date().day(), 8);
  deal.set_stage(v1::DEAL_STAGE_OPEN);
  request.mutable_close_date()->set_day(11);
  EXPECT_EQ(contract::FieldViolations(Lose(request, kToday, &deal)).at(0).field, "close_date");
  EXPECT_EQ(deal.stage(), v1::DEAL_STAGE_OPEN);
}

TEST(DealTest, LinesAreOfTheDealsCurrencyAndWithinItsAmount) {
  contract::Violations violations;
  CheckDeal(ParseProto<Deal>(R"pb(
              amount { minor_units: 100 currency: "JPY" }
              lines {
                product: "a"
                amount { minor_units: 60 currency: "JPY" }
              }
              lines { product: "b" quantity: 3 }
              lines {
                product: "c"
                amount { minor_units: 1 currency: "USD" }
              }
              lines {
                product: "d"
                amount { minor_units: 41 currency: "JPY" }
              }
            )pb"),
            &violations);
  ASSERT_EQ(violations.list().size(), 2);
  EXPECT_EQ(violations.list()[0].field, "deal.lines[2].amount.currency");
  EXPECT_EQ(violations.list()[1].field, "deal.lines[3].amount");
}

}  // namespace
}  // namespace banso::accounts

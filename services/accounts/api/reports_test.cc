#include "services/accounts/api/reports_api.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/voice_api.h"
#include "services/accounts/domain/contract.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/revenue.h"
#include "services/accounts/domain/times.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string DateText(const char* field, absl::CivilDay day) {
  return absl::StrFormat("%s { year: %d month: %d day: %d } ", field, day.year(), day.month(),
                         day.day());
}

class ReportsTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    reports_ = std::make_unique<ReportsApi>(*database_, store_, ids_);
  }
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Response> (ReportsApi::*handler)(const Call&,
                                                                               const Request&),
                               const std::string& request) {
    return DoOn(*reports_, handler, request);
  }
  // An onboarding that began on one day and got its first value `days` later; negative: not yet.
  void AddOnboarding(const std::string& id, absl::CivilDay start, int days) {
    BANSO_ASSERT_OK(
        Do(&AccountsApi::CreateAccount,
           absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' }")));
    BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal,
                       absl::StrCat("parent: 'accounts/", id,
                                    "' deal_id: 'd1' deal { sales_owner: 'members/sato' }")));
    BANSO_ASSERT_OK(Do(&DealsApi::WinDeal, absl::StrCat("name: 'accounts/", id, "/deals/d1' ",
                                                        DateText("contract_start", start))));
    const std::string actor = std::exchange(actor_, "services/handoff");
    BANSO_ASSERT_OK(
        Do(&OnboardingsApi::CreateOnboarding,
           absl::StrCat("parent: 'accounts/", id, "' onboarding_id: 'o' onboarding { kind: ",
                        "ONBOARDING_KIND_INITIAL owner: 'members/aoki' } ",
                        DateText("contract_start", start))));
    actor_ = actor;
    if (days < 0) return;
    BANSO_ASSERT_OK(
        Do(&OnboardingsApi::RecordClock,
           absl::StrCat("name: 'accounts/", id, "/onboardings/o' clock: CLOCK_FIRST_VALUE ",
                        DateText("date", start + days))));
  }
  void AddOperatingChange(const std::string& id, absl::CivilDay day) {
    BANSO_ASSERT_OK(
        Ask(&ReportsApi::CreateOperatingChange,
            absl::StrCat("operating_change_id: '", id, "' operating_change { display_name: '", id,
                         "' ", DateText("first_day", day), " }"))
            .status());
  }
  void AddCustomer(const std::string& id) {
    BANSO_ASSERT_OK(
        Do(&AccountsApi::CreateAccount,
           absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' }")));
  }
  void AddContract(const std::string& account, int64_t yen, absl::CivilDay start,
                   std::optional<absl::CivilDay> end = std::nullopt) {
    BANSO_ASSERT_OK(Do(&RelationsApi::CreateContract,
                       absl::StrCat("parent: 'accounts/", account,
                                    "' contract { monthly_amount { currency: 'JPY' minor_units: ",
                                    yen, " } ", DateText("start_date", start),
                                    end.has_value() ? DateText("end_date", *end) : "", " }")));
  }
  // A deal that is won on a day.
  void AddSale(const std::string& account, const std::string& deal, int64_t yen, absl::CivilDay day,
               absl::CivilDay contract_start) {
    BANSO_ASSERT_OK(
        Do(&DealsApi::CreateDeal,
           absl::StrCat("parent: 'accounts/", account, "' deal_id: '", deal,
                        "' deal { sales_owner: 'members/sato' tossed_up_by: 'members/ito' amount { "
                        "currency: 'JPY' minor_units: ",
                        yen, " } }")));
    BANSO_ASSERT_OK(
        Do(&DealsApi::WinDeal,
           absl::StrCat("name: 'accounts/", account, "/deals/", deal, "' ",
                        DateText("close_date", day), DateText("contract_start", contract_start))));
  }

  std::unique_ptr<ReportsApi> reports_;
};

TEST_F(ReportsTest, TellsTheTimeToValueByEraAndToWhichEraADayBelongs) {
  Proves("SHR-01");
  now_ = absl::FromCivil(absl::CivilSecond(2019, 12, 1, 3, 0, 0), absl::UTCTimeZone());
  AddOperatingChange("onboarding-team", absl::CivilDay(2018, 9, 1));
  AddOperatingChange("success-team", absl::CivilDay(2019, 7, 1));
  AddOnboarding("before", absl::CivilDay(2018, 8, 31), 200);
  AddOnboarding("first-day", absl::CivilDay(2018, 9, 1), 100);
  AddOnboarding("middle", absl::CivilDay(2019, 1, 10), 80);
  AddOnboarding("last-day", absl::CivilDay(2019, 6, 30), 60);
  AddOnboarding("new", absl::CivilDay(2019, 7, 1), 40);
  AddOnboarding("open", absl::CivilDay(2019, 11, 1), -1);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto times,
      Ask(&ReportsApi::SummarizeTimes, "from: CLOCK_CONTRACT_START to: CLOCK_FIRST_VALUE"));
  ASSERT_EQ(times.eras_size(), 3);
  EXPECT_EQ(times.eras(0).onboardings(), 1);
  EXPECT_EQ(times.eras(0).median_days(), 200);
  EXPECT_FALSE(times.eras(0).has_first_day());
  EXPECT_EQ(calendar::DayText(times.eras(0).last_day()), "2018-08-31");
  EXPECT_EQ(calendar::DayText(times.eras(1).first_day()), "2018-09-01");
  EXPECT_EQ(calendar::DayText(times.eras(1).last_day()), "2019-06-30");
  EXPECT_THAT(times.eras(1).operating_changes(), ElementsAre("operatingChanges/onboarding-team"));
  EXPECT_EQ(times.eras(1).onboardings(), 3) << "both ends are inclusive";
  EXPECT_EQ(times.eras(1).median_days(), 80);
  EXPECT_EQ(times.eras(1).mean_days_reached(), 80);
  EXPECT_EQ(times.eras(2).onboardings(), 2);
  EXPECT_EQ(times.eras(2).reached(), 1);
  EXPECT_EQ(times.eras(2).open(), 1);
  EXPECT_EQ(times.eras(2).median_days(), 40) << "the open one was watched for 30 days only";
  EXPECT_FALSE(times.eras(2).has_last_day());
  EXPECT_EQ(times.total().onboardings(), 6);
  EXPECT_THAT(times.definition(), HasSubstr("the day of an operating change is the first day of "
                                            "the new era"));
}

TEST_F(ReportsTest, OpenOnboardingsMakeTheMedianLongerOrUnknown) {
  now_ = absl::FromCivil(absl::CivilSecond(2026, 8, 1, 3, 0, 0), absl::UTCTimeZone());
  AddOnboarding("quick", absl::CivilDay(2026, 4, 1), 10);
  AddOnboarding("open-1", absl::CivilDay(2026, 4, 1), -1);
  AddOnboarding("open-2", absl::CivilDay(2026, 4, 1), -1);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto times,
      Ask(&ReportsApi::SummarizeTimes, "from: CLOCK_CONTRACT_START to: CLOCK_FIRST_VALUE"));
  ASSERT_EQ(times.eras_size(), 1);
  EXPECT_EQ(times.total().mean_days_reached(), 10);
  EXPECT_FALSE(times.total().has_median_days()) << "a third is known to be there";
}

TEST_F(ReportsTest, AnOnboardingThatEndedWithItsCustomerIsOpenNoMore) {
  now_ = absl::FromCivil(absl::CivilSecond(2026, 8, 1, 3, 0, 0), absl::UTCTimeZone());
  for (const char* id : {"waits", "lost", "runs"}) {
    AddOnboarding(id, absl::CivilDay(2026, 4, 1), -1);
  }
  for (const char* id : {"waits", "lost"}) {
    BANSO_ASSERT_OK(Advance(absl::StrCat("accounts/", id, "/onboardings/o"),
                            "state: ONBOARDING_STATE_COMPLETED"));
  }
  for (const char* id : {"lost", "runs"}) {
    BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount,
                       absl::StrCat("name: 'accounts/", id, "' reason: CHURN_REASON_PRICE ",
                                    DateText("date", absl::CivilDay(2026, 7, 31)))));
  }
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto accepted,
      Ask(&ReportsApi::SummarizeTimes, "from: CLOCK_CONTRACT_START to: CLOCK_HANDOFF_ACCEPTED"));
  EXPECT_EQ(accepted.total().open(), 1);
  EXPECT_EQ(accepted.total().cancelled(), 2);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto completed,
      Ask(&ReportsApi::SummarizeTimes, "from: CLOCK_CONTRACT_START to: CLOCK_COMPLETION"));
  EXPECT_EQ(completed.total().reached(), 2) << "what was completed before the loss was completed";
  EXPECT_EQ(completed.total().cancelled(), 1);
}

TEST_F(ReportsTest, RefusesAClockAgainstItselfAndAPeriodBackwards) {
  EXPECT_THAT(Ask(&ReportsApi::SummarizeTimes, "from: CLOCK_KICKOFF to: CLOCK_KICKOFF"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Ask(&ReportsApi::SummarizeRevenue,
          absl::StrCat("currency: 'JPY' ", DateText("first_day", absl::CivilDay(2026, 2, 1)),
                       DateText("last_day", absl::CivilDay(2026, 1, 31)))),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ReportsTest, TellsNetRevenueRetentionOfALedgerToTheYen) {
  Proves("PAN-08");
  const absl::CivilDay long_ago(2025, 4, 1);
  const absl::CivilDay march_end(2026, 3, 31);
  const absl::CivilDay april(2026, 4, 1);
  now_ = absl::FromCivil(absl::CivilSecond(2026, 5, 10, 3, 0, 0), absl::UTCTimeZone());
  for (const char* id : {"same", "more", "less", "gone", "lost", "new", "dollar"}) AddCustomer(id);
  AddContract("same", 333'333, long_ago);
  AddContract("more", 100'001, long_ago, march_end);
  AddContract("more", 150'007, april);
  AddContract("less", 70'000, long_ago, march_end);
  AddContract("less", 69'999, april);
  AddContract("gone", 40'000, long_ago, absl::CivilDay(2026, 4, 29));
  AddContract("lost", 11, long_ago);
  AddContract("new", 500'000, april);
  BANSO_ASSERT_OK(Do(&RelationsApi::CreateContract,
                     absl::StrCat("parent: 'accounts/dollar' contract { monthly_amount { currency: "
                                  "'USD' minor_units: 5 } ",
                                  DateText("start_date", long_ago), " }")));
  AddSale("lost", "d1", 0, long_ago, long_ago);
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount,
                     absl::StrCat("name: 'accounts/lost' reason: CHURN_REASON_PRICE ",
                                  DateText("date", absl::CivilDay(2026, 4, 15)))));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto revenue, Ask(&ReportsApi::SummarizeRevenue,
                              absl::StrCat("currency: 'JPY' dimension: REVENUE_DIMENSION_COHORT ",
                                           DateText("first_day", april),
                                           DateText("last_day", absl::CivilDay(2026, 4, 30)))));
  const v1::RevenueRow& total = revenue.total();
  EXPECT_EQ(total.opening().minor_units(), 333'333 + 100'001 + 70'000 + 40'000 + 11);
  EXPECT_EQ(total.expansion().minor_units(), 50'006);
  EXPECT_EQ(total.contraction().minor_units(), 1);
  EXPECT_EQ(total.churned().minor_units(), 40'011);
  EXPECT_EQ(total.new_business().minor_units(), 500'000);
  EXPECT_EQ(total.closing().minor_units(), 333'333 + 150'007 + 69'999 + 500'000);
  EXPECT_EQ(total.opening_accounts(), 5);
  EXPECT_EQ(total.churned_accounts(), 2);
  EXPECT_DOUBLE_EQ(total.net_retention(), (333'333. + 150'007 + 69'999) / 543'345);
  EXPECT_DOUBLE_EQ(total.gross_retention(), (543'345. - 1 - 40'011) / 543'345);
  EXPECT_EQ(revenue.other_currency(), 1);
  ASSERT_EQ(revenue.rows_size(), 2);
  EXPECT_EQ(revenue.rows(0).value(), "2025-04");
  EXPECT_EQ(revenue.rows(1).value(), "2026-04");
  EXPECT_EQ(revenue.rows(1).new_business().minor_units(), 500'000);
  EXPECT_FALSE(revenue.rows(1).has_net_retention()) << "nothing was paid at the opening";
}

TEST_F(ReportsTest, SplitsWhatWasSoldAtTheDayOfTheContract) {
  Proves("PAN-12");
  now_ = absl::FromCivil(absl::CivilSecond(2026, 7, 1, 3, 0, 0), absl::UTCTimeZone());
  const absl::CivilDay contract(2026, 4, 10);
  AddCustomer("a");
  AddContract("a", 100, contract);
  AddSale("a", "first", 1'000'000, absl::CivilDay(2026, 4, 1), contract);
  AddSale("a", "same-day", 20'003, contract, contract);
  AddSale("a", "day-after", 300'000, contract + 1, absl::CivilDay(2026, 5, 1));
  AddSale("a", "later", 4'000'001, absl::CivilDay(2026, 6, 1), absl::CivilDay(2026, 6, 1));
  AddSale("a", "too-late", 7, absl::CivilDay(2026, 7, 1), absl::CivilDay(2026, 7, 1));
  BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal,
                     "parent: 'accounts/a' deal_id: 'no' deal { tossed_up_by: 'members/ito' }"));
  BANSO_ASSERT_OK(
      Do(&DealsApi::LoseDeal, absl::StrCat("name: 'accounts/a/deals/no' reason: 'price' ",
                                           DateText("close_date", absl::CivilDay(2026, 6, 2)))));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto revenue,
      Ask(&ReportsApi::SummarizeRevenue,
          absl::StrCat("currency: 'JPY' ", DateText("first_day", absl::CivilDay(2026, 4, 1)),
                       DateText("last_day", absl::CivilDay(2026, 6, 30)))));
  EXPECT_EQ(revenue.total().sold_before_contract().minor_units(), 1'020'003)
      << "the day of the contract is sales'";
  EXPECT_EQ(revenue.total().sold_after_contract().minor_units(), 4'300'001);
  EXPECT_EQ(revenue.total().tossed_up().n(), 5);
  EXPECT_EQ(revenue.total().tossed_up().count(), 4);
  EXPECT_DOUBLE_EQ(revenue.total().tossed_up().share(), 0.8);
}

// What was lost stays lost: neither reports of that time nor the review of that month change when
// the customer is won back, and what it signs then is new business.
TEST_F(ReportsTest, WinningACustomerBackDoesNotRewriteThePast) {
  const absl::CivilDay long_ago(2025, 4, 1);
  const auto at = [](int month, int day) {
    return absl::FromCivil(absl::CivilSecond(2026, month, day, 3, 0, 0), absl::UTCTimeZone());
  };
  now_ = at(4, 20);
  for (const char* id : {"back", "stays"}) {
    AddCustomer(id);
    AddSale(id, "d1", 0, long_ago, long_ago);
  }
  AddContract("stays", 7, long_ago);
  AddContract("back", 300'000, long_ago);
  AddContract("back", 20'001, long_ago, absl::CivilDay(2027, 3, 31));
  AddContract("back", 5, absl::CivilDay(2026, 5, 1));
  const auto revenue = [&](absl::CivilDay first, absl::CivilDay last) {
    const auto response = Ask(
        &ReportsApi::SummarizeRevenue,
        absl::StrCat("currency: 'JPY' ", DateText("first_day", first), DateText("last_day", last)));
    EXPECT_THAT(response, banso::testing::IsOk());
    return response.value_or(v1::SummarizeRevenueResponse()).total();
  };
  const auto of_april = [&] {
    return revenue(absl::CivilDay(2026, 4, 1), absl::CivilDay(2026, 4, 30));
  };
  VoiceApi voices(*database_, store_, ids_);
  const auto review = [&](int month) {
    const auto response = DoOn(voices, &VoiceApi::GetSalesReview,
                               absl::StrCat("month { year: 2026 month: ", month, " }"));
    EXPECT_THAT(response, banso::testing::IsOk());
    return response.value_or(v1::SalesReview());
  };
  const auto lost_of = [&](int year) {
    const std::string month = absl::StrCat(" { year: ", year, " month: 4 } ");
    const auto response =
        DoOn(voices, &VoiceApi::SummarizeSales,
             absl::StrCat("from", month, "to", month, "dimension: SALES_DIMENSION_MONTH"));
    EXPECT_THAT(response, banso::testing::IsOk());
    return response.value_or(v1::SummarizeSalesResponse()).total().lost().count();
  };
  EXPECT_EQ(FactNow("accounts/back", "account.contract.monthly_amount"), "320001");
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount,
                     absl::StrCat("name: 'accounts/back' reason: CHURN_REASON_PRICE ",
                                  DateText("date", absl::CivilDay(2026, 4, 15)))));
  EXPECT_EQ(FactNow("accounts/back", "account.contract.monthly_amount"), "");
  const v1::RevenueRow lost = of_april();
  EXPECT_EQ(lost.churned().minor_units(), 320'001);
  EXPECT_EQ(lost.churned_accounts(), 1);
  const v1::SalesReview before = review(4);
  ASSERT_EQ(before.lost_size(), 1);
  EXPECT_EQ(before.lost(0).deal().name(), "accounts/back/deals/d1");
  EXPECT_EQ(lost_of(2025), 1);

  now_ = at(6, 10);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Account open,
                             Do(&AccountsApi::ReopenAccount, "name: 'accounts/back'"));
  ASSERT_EQ(open.past_churns_size(), 1);
  EXPECT_EQ(open.past_churns(0).reason(), v1::CHURN_REASON_PRICE);
  EXPECT_EQ(open.past_churns(0).reopen_time().seconds(), absl::ToUnixSeconds(now_));
  AddSale("back", "d2", 0, absl::CivilDay(2026, 6, 10), absl::CivilDay(2026, 7, 1));
  AddContract("back", 50, absl::CivilDay(2026, 7, 1));
  EXPECT_THAT(of_april(), EqualsProto(lost));
  const v1::SalesReview after = review(4);
  ASSERT_EQ(after.lost_size(), 1);
  EXPECT_EQ(after.lost(0).deal().name(), "accounts/back/deals/d1");
  EXPECT_EQ(after.lost(0).churn().reason(), v1::CHURN_REASON_PRICE);
  EXPECT_EQ(lost_of(2025), 1);
  const v1::RevenueRow july = revenue(absl::CivilDay(2026, 7, 1), absl::CivilDay(2026, 7, 31));
  EXPECT_EQ(july.opening().minor_units(), 7);
  EXPECT_EQ(july.new_business().minor_units(), 50) << "what was signed before does not begin again";

  now_ = at(8, 1);
  BANSO_ASSERT_OK(Do(&AccountsApi::ChurnAccount,
                     absl::StrCat("name: 'accounts/back' reason: CHURN_REASON_LOW_USE ",
                                  DateText("date", absl::CivilDay(2026, 7, 31)))));
  ASSERT_EQ(review(7).lost_size(), 1);
  EXPECT_EQ(review(7).lost(0).deal().name(), "accounts/back/deals/d2");
  EXPECT_EQ(review(4).lost_size(), 1);
  EXPECT_THAT(of_april(), EqualsProto(lost));
}

TEST_F(ReportsTest, AContractOfALostCustomerEndsWithItAndIsNotRenewed) {
  now_ = absl::FromCivil(absl::CivilSecond(2026, 4, 20, 3, 0, 0), absl::UTCTimeZone());
  const absl::CivilDay start(2026, 4, 1);
  const absl::CivilDay last(2026, 4, 15);
  AddCustomer("a");
  AddSale("a", "d1", 0, start, start);
  const auto contract = [&](const std::string& id, absl::CivilDay first) {
    return Do(&RelationsApi::CreateContract,
              absl::StrCat("parent: 'accounts/a' contract_id: '", id, "' contract { ",
                           DateText("start_date", first),
                           DateText("end_date", absl::CivilDay(2027, 3, 31)), "}"));
  };
  BANSO_ASSERT_OK(contract("c1", start));
  BANSO_ASSERT_OK(contract("c2", absl::CivilDay(2026, 5, 1)));
  BANSO_ASSERT_OK(
      Do(&AccountsApi::ChurnAccount,
         absl::StrCat("name: 'accounts/a' reason: CHURN_REASON_PRICE ", DateText("date", last))));
  for (const char* id : {"c1", "c2"}) {
    const std::string name = absl::StrCat("name: 'accounts/a/contracts/", id, "'");
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::Contract ended, Do(&RelationsApi::GetContract, name));
    EXPECT_EQ(calendar::ToDay(ended.terminate_date()), last);
    EXPECT_EQ(ended.state(), v1::CONTRACT_STATE_ENDED);
    EXPECT_EQ(ended.end_date().year(), 2027) << "what was agreed stays";
    EXPECT_EQ(contract::Reason(Do(&RelationsApi::RenewContract, name).status()),
              kReasonContractTerminated);
  }
  // What is recorded late ends too; what would begin later is not a lost customer's.
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Contract late, contract("c3", start));
  EXPECT_EQ(calendar::ToDay(late.terminate_date()), last);
  EXPECT_EQ(contract::Reason(contract("c4", last + 1).status()), kReasonAccountChurned);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto in_force,
      Do(&RelationsApi::ListContracts,
         absl::StrCat("parent: 'accounts/a' ", DateText("in_force_on", last + 1))));
  EXPECT_EQ(in_force.contracts_size(), 0);
}

// However the contracts lie, the parts add up to the yen, and a period's closing is the next one's
// opening.
TEST(RevenueSummaryTest, ThePartsAddUpForAThousandLedgers) {
  for (uint32_t seed = 0; seed < 1'000; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    std::mt19937 random(seed);
    const absl::CivilDay start(2026, 1, 1);
    const auto day = [&](int range) { return start + static_cast<int>(random() % range); };
    v1::SummarizeRevenueRequest first;
    first.set_currency("JPY");
    *first.mutable_first_day() = calendar::ToDate(start + 30);
    *first.mutable_last_day() = calendar::ToDate(start + 60);
    v1::SummarizeRevenueRequest second = first;
    *second.mutable_first_day() = calendar::ToDate(start + 61);
    *second.mutable_last_day() = calendar::ToDate(start + 90);
    RevenueSummary one(first);
    RevenueSummary two(second);
    for (int i = 0; i < 12; ++i) {
      v1::Contract contract;
      contract.set_name(absl::StrCat("accounts/a", random() % 4, "/contracts/c", i));
      const absl::CivilDay begin = day(100);
      *contract.mutable_start_date() = calendar::ToDate(begin);
      if (random() % 2 == 0) {
        *contract.mutable_end_date() = calendar::ToDate(begin + static_cast<int>(random() % 50));
      }
      contract.mutable_monthly_amount()->set_currency("JPY");
      contract.mutable_monthly_amount()->set_minor_units(1 + random() % 100'000);
      one.AddContract(contract);
      two.AddContract(contract);
    }
    for (int i = 0; i < 4; ++i) {
      v1::Account account;
      account.set_name(absl::StrCat("accounts/a", i));
      one.AddAccount(account);
      two.AddAccount(account);
    }
    const v1::RevenueRow total = one.Result().total();
    ASSERT_EQ(total.opening().minor_units() + total.new_business().minor_units() +
                  total.expansion().minor_units() - total.contraction().minor_units() -
                  total.churned().minor_units(),
              total.closing().minor_units());
    ASSERT_EQ(total.closing().minor_units(), two.Result().total().opening().minor_units());
    if (total.has_gross_retention()) {
      ASSERT_LE(total.gross_retention(), 1);
      ASSERT_LE(total.gross_retention(), total.net_retention());
    }
  }
}

TEST(ErasTest, EveryDayBelongsToExactlyOne) {
  std::vector<v1::OperatingChange> changes(3);
  for (int i = 0; i < 3; ++i) {
    changes[i].set_name(absl::StrCat("operatingChanges/c", i));
    *changes[i].mutable_first_day() = calendar::ToDate(absl::CivilDay(2026, 1 + i / 2, 10));
  }
  const std::vector<Era> eras = ErasOf(changes);
  ASSERT_EQ(eras.size(), 3U) << "two changes on one day begin one era";
  EXPECT_THAT(eras[1].changes, ElementsAre("operatingChanges/c0", "operatingChanges/c1"));
  for (absl::CivilDay day(2025, 12, 1); day < absl::CivilDay(2026, 4, 1); ++day) {
    int holding = 0;
    for (const Era& era : eras) {
      holding += (!era.first_day.has_value() || *era.first_day <= day) &&
                 (!era.last_day.has_value() || day <= *era.last_day);
    }
    ASSERT_EQ(holding, 1) << day;
  }
}

}  // namespace
}  // namespace banso::accounts

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/domain/deal.h"
#include "services/accounts/domain/lifecycle.h"
#include "services/accounts/domain/onboarding.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::Account;
using v1::Deal;
using v1::Onboarding;

constexpr char kOnboarding[] = "accounts/a/onboardings/o1";
constexpr char kAccepted[] =
    "state: ONBOARDING_STATE_HANDED_OFF handoff: 'accounts/a/handoffs/h' "
    "retention_owner: 'members/ito'";

class OnboardingsTest : public ApiTest {
 protected:
  std::string TeamOf(const std::string& member) {
    const auto found = Do(&TeamApi::GetMember, absl::StrCat("name: '", member, "'"));
    EXPECT_THAT(found, IsOk());
    return found.value_or(v1::Member()).team();
  }

  absl::StatusOr<Onboarding> PassBall(const std::string& holder) {
    return Do(&OnboardingsApi::PassBall,
              absl::StrCat("name: '", kOnboarding, "' reason: 'x' holder: ", holder));
  }
};

TEST_F(OnboardingsTest, WinningADealMakesTheAccountWon) {
  BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount, "account_id: 'a' account { display_name: 'A' }"));
  BANSO_ASSERT_OK_AND_ASSIGN(const Deal open, Do(&DealsApi::CreateDeal, R"pb(
                               parent: "accounts/a"
                               deal_id: "d1"
                               deal { display_name: "Scout" products: "scout" }
                             )pb"));
  EXPECT_EQ(open.stage(), v1::DEAL_STAGE_OPEN);
  actor_ = "members/nobody";
  const std::string win =
      "name: 'accounts/a/deals/d1' contract_start { year: 2026 month: 4 day: 1 }";
  EXPECT_EQ(contract::Reason(Do(&DealsApi::WinDeal, win).status()), kReasonNoAccountableOwner);
  actor_ = "members/sato";
  BANSO_ASSERT_OK_AND_ASSIGN(const Deal won, Do(&DealsApi::WinDeal, win));
  EXPECT_EQ(won.stage(), v1::DEAL_STAGE_WON);
  EXPECT_EQ(won.close_date().day(), 25);
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
  EXPECT_EQ(GetAccount("a").owners().sales(), "members/sato");
  EXPECT_EQ(contract::Reason(Do(&DealsApi::WinDeal, win).status()), kReasonDealClosed);
  EXPECT_EQ(
      contract::Reason(Do(&DealsApi::LoseDeal, "name: 'accounts/a/deals/d1' reason: 'x'").status()),
      kReasonDealClosed);
  EXPECT_EQ(contract::Reason(
                Do(&DealsApi::UpdateDeal, "deal { name: 'accounts/a/deals/d1' display_name: 'x' }")
                    .status()),
            kReasonDealClosed);
}

TEST_F(OnboardingsTest, DealsAreChangedListedAndLost) {
  CreateWonAccount("a");
  BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal,
                     "parent: 'accounts/a' deal_id: 'd2' deal { display_name: 'second' }"));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const Deal updated,
      Do(&DealsApi::UpdateDeal, "deal { name: 'accounts/a/deals/d2' win_probability: 0.5 } "));
  EXPECT_EQ(updated.win_probability(), 0.5);
  EXPECT_THAT(Do(&DealsApi::UpdateDeal,
                 "deal { name: 'accounts/a/deals/d2' sales_owner: 'members/nobody' }"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const Deal lost, Do(&DealsApi::LoseDeal, "name: 'accounts/a/deals/d2' reason: 'price'"));
  EXPECT_EQ(lost.loss_reason(), "price");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto all, Do(&DealsApi::ListDeals, "parent: 'accounts/-'"));
  EXPECT_EQ(all.deals_size(), 2);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto won, Do(&DealsApi::ListDeals, "parent: 'accounts/a' stages: DEAL_STAGE_WON"));
  ASSERT_EQ(won.deals_size(), 1);
  EXPECT_EQ(won.deals(0).name(), "accounts/a/deals/d1");
  EXPECT_THAT(Do(&DealsApi::GetDeal, "name: 'accounts/a/deals/none'"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Do(&DealsApi::CreateDeal, "parent: 'accounts/none' deal {}"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(OnboardingsTest, OnlyHandoffMovesTheLifecycle) {
  CreateWonAccount("a");
  const std::string create =
      "parent: 'accounts/a' onboarding { kind: ONBOARDING_KIND_INITIAL owner: 'members/aoki' } "
      "contract_start { year: 2026 month: 4 day: 1 }";
  EXPECT_THAT(Do(&OnboardingsApi::CreateOnboarding, create),
              StatusIs(absl::StatusCode::kPermissionDenied));
  StartOnboarding("a", "o1");
  EXPECT_THAT(Do(&OnboardingsApi::AdvanceOnboarding,
                 absl::StrCat("name: '", kOnboarding, "' state: ONBOARDING_STATE_COMPLETED ",
                              "date { year: 2026 month: 6 day: 30 }")),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(OnboardingsTest, StartsOnlyForAWonAccountWithAMemberAndADealOfItsOwn) {
  BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount, "account_id: 'b' account { display_name: 'B' }"));
  CreateWonAccount("a");
  actor_ = "services/handoff";
  const std::string rest =
      " kind: ONBOARDING_KIND_INITIAL } contract_start { year: 2026 month: 4 day: 1 }";
  EXPECT_EQ(contract::Reason(Do(&OnboardingsApi::CreateOnboarding,
                                absl::StrCat("parent: 'accounts/b' onboarding { ",
                                             "owner: 'members/aoki'", rest))
                                 .status()),
            kReasonAccountNotWon);
  const auto status = Do(&OnboardingsApi::CreateOnboarding,
                         absl::StrCat("parent: 'accounts/a' onboarding { owner: 'members/none' "
                                      "deal: 'accounts/b/deals/d1'",
                                      rest))
                          .status();
  EXPECT_EQ(contract::FieldViolations(status).size(), 2);
  EXPECT_THAT(Do(&OnboardingsApi::CreateOnboarding,
                 absl::StrCat("parent: 'accounts/a' onboarding { owner: 'members/aoki' "
                              "deal: 'accounts/a/deals/d1'",
                              rest)),
              IsOk());
}

TEST_F(OnboardingsTest, AnAccountBecomesRetentionsOnlyThroughAnAcceptedHandoff) {
  Proves("KAM-01");
  CreateWonAccount("a");
  now_ += absl::Hours(24);
  StartOnboarding("a", "o1");
  Account account = GetAccount("a");
  EXPECT_EQ(account.lifecycle_stage(), v1::LIFECYCLE_STAGE_ONBOARDING);
  EXPECT_EQ(AccountableOwner(account), "members/aoki");

  // Not from the running onboarding, not by an update, and not without a handoff.
  EXPECT_THAT(Advance(kOnboarding, kAccepted), StatusIs(absl::StatusCode::kFailedPrecondition));
  BANSO_ASSERT_OK(Do(&AccountsApi::UpdateAccount,
                     "account { name: 'accounts/a' lifecycle_stage: LIFECYCLE_STAGE_RETENTION }"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_ONBOARDING);
  now_ += absl::Hours(24 * 90);
  BANSO_ASSERT_OK(Advance(kOnboarding, "state: ONBOARDING_STATE_COMPLETED"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_HANDOFF_GAP);
  const auto refused = Advance(kOnboarding, "state: ONBOARDING_STATE_HANDED_OFF");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(contract::Reason(refused.status()), kReasonHandoffRequired);

  // With one the owner and the owner's team change, and the history keeps both and the dates.
  EXPECT_EQ(TeamOf(AccountableOwner(GetAccount("a"))), "onboarding");
  now_ += absl::Hours(24);
  BANSO_ASSERT_OK(Advance(kOnboarding, kAccepted));
  account = GetAccount("a");
  EXPECT_EQ(TeamOf(AccountableOwner(account)), "retention");
  EXPECT_EQ(account.lifecycle_stage(), v1::LIFECYCLE_STAGE_RETENTION);
  EXPECT_EQ(account.accountable_owner(), "members/ito");
  EXPECT_THAT(FactHistory("accounts/a", "account.owner"),
              ElementsAre("members/sato", "members/aoki", "members/ito"));
  EXPECT_THAT(FactHistory("accounts/a", "account.lifecycle_stage"),
              ElementsAre("prospect", "won", "onboarding", "handoff_gap", "retention"));
  const auto owners = FactChangesOf("accounts/a", "account.owner");
  EXPECT_EQ(calendar::ToTime(Nth(owners, 1).occurred_time()), now_ - absl::Hours(24 * 91));
  EXPECT_EQ(calendar::ToTime(Nth(owners, 2).occurred_time()), now_);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const Onboarding onboarding,
      Do(&OnboardingsApi::GetOnboarding, absl::StrCat("name: '", kOnboarding, "'")));
  EXPECT_TRUE(ClockDay(onboarding, type::v1::CLOCK_COMPLETION).has_value());
  EXPECT_TRUE(ClockDay(onboarding, type::v1::CLOCK_HANDOFF_ACCEPTED).has_value());
}

TEST_F(OnboardingsTest, ARefusedAcceptanceLeavesEverythingAsItWas) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK(Advance(kOnboarding, "state: ONBOARDING_STATE_COMPLETED"));
  const int64_t before = database_->position();
  EXPECT_THAT(Advance(kOnboarding,
                      "state: ONBOARDING_STATE_HANDED_OFF "
                      "handoff: 'accounts/a/handoffs/h' "
                      "retention_owner: 'members/nobody'"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(database_->position(), before);
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_HANDOFF_GAP);
}

TEST_F(OnboardingsTest, RetentionCanSendTheOnboardingBack) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK(Advance(kOnboarding, "state: ONBOARDING_STATE_COMPLETED"));
  BANSO_ASSERT_OK(Advance(kOnboarding, "state: ONBOARDING_STATE_RUNNING reason: 'not in use'"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_ONBOARDING);
  EXPECT_THAT(FactHistory(kOnboarding, "account.onboarding.state"),
              ElementsAre("running", "completed", "running"));
}

TEST_F(OnboardingsTest, ANewOwnerOfTheOnboardingIsAccountable) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK(
      Do(&OnboardingsApi::UpdateOnboarding,
         absl::StrCat("onboarding { name: '", kOnboarding, "' owner: 'members/ito' }")));
  EXPECT_EQ(GetAccount("a").accountable_owner(), "members/ito");
  EXPECT_THAT(FactHistory("accounts/a", "account.owner"),
              ElementsAre("members/sato", "members/aoki", "members/ito"));
}

TEST_F(OnboardingsTest, UpdateChangesNothingThatTheProcessesKeep) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  EXPECT_THAT(
      Do(&OnboardingsApi::UpdateOnboarding, absl::StrCat("onboarding { name: '", kOnboarding,
                                                         "' } ", "update_mask { paths: 'state' }")),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Do(&OnboardingsApi::UpdateOnboarding,
         absl::StrCat("onboarding { name: '", kOnboarding, "' kind: ONBOARDING_KIND_EXPANSION }")),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(OnboardingsTest, RecordsClocksAsFacts) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  const auto record = [&](const std::string& clock, int day, const std::string& rest = "") {
    return Do(&OnboardingsApi::RecordClock,
              absl::StrCat("name: '", kOnboarding, "' clock: ", clock,
                           " date { year: 2026 month: 4 day: ", day, " } ", rest));
  };
  BANSO_ASSERT_OK_AND_ASSIGN(const Onboarding onboarding, record("CLOCK_FIRST_MEETING", 15));
  EXPECT_EQ(ClockDay(onboarding, type::v1::CLOCK_CONTRACT_START), absl::CivilDay(2026, 4, 1));
  EXPECT_EQ(ClockDay(onboarding, type::v1::CLOCK_FIRST_MEETING), absl::CivilDay(2026, 4, 15));
  EXPECT_EQ(FactHistory(kOnboarding, "account.onboarding.clock.first_meeting").size(), 1);
  EXPECT_EQ(contract::Reason(record("CLOCK_FIRST_MEETING", 16).status()), kReasonClockIsSet);
  BANSO_EXPECT_OK(record("CLOCK_FIRST_MEETING", 16, "reason: 'typo'"));
  EXPECT_THAT(record("CLOCK_COMPLETION", 16), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(OnboardingsTest, PassesTheBall) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  now_ += absl::Hours(5);
  BANSO_ASSERT_OK(PassBall("BALL_HOLDER_CUSTOMER"));
  now_ += absl::Hours(7);
  const int64_t before = database_->position();
  BANSO_ASSERT_OK(PassBall("BALL_HOLDER_CUSTOMER"));
  EXPECT_EQ(database_->position(), before) << "passing it to its holder changes nothing";
  BANSO_ASSERT_OK_AND_ASSIGN(const Onboarding onboarding, PassBall("BALL_HOLDER_PRODUCT"));
  const auto times = TimesInHand(onboarding, now_);
  EXPECT_EQ(times.at(v1::BALL_HOLDER_ONBOARDING), absl::Hours(5));
  EXPECT_EQ(times.at(v1::BALL_HOLDER_CUSTOMER), absl::Hours(7));
  EXPECT_THAT(FactHistory(kOnboarding, "account.onboarding.ball"),
              ElementsAre("onboarding", "customer", "product"));
  BANSO_ASSERT_OK(Advance(kOnboarding, "state: ONBOARDING_STATE_CANCELLED"));
  EXPECT_EQ(contract::Reason(PassBall("BALL_HOLDER_SALES").status()), kReasonWrongState);
  EXPECT_EQ(FactHistory(kOnboarding, "account.onboarding.ball").back(), "-");
}

TEST_F(OnboardingsTest, ListsByStateAndOwner) {
  CreateWonAccount("a");
  CreateWonAccount("b");
  StartOnboarding("a", "o1");
  StartOnboarding("b", "o1");
  BANSO_ASSERT_OK(Advance("accounts/b/onboardings/o1", "state: ONBOARDING_STATE_CANCELLED"));
  const auto names = [&](const std::string& request) {
    std::vector<std::string> result;
    const auto page = Do(&OnboardingsApi::ListOnboardings, request);
    EXPECT_THAT(page, IsOk());
    for (const Onboarding& onboarding : page->onboardings()) result.push_back(onboarding.name());
    return result;
  };
  EXPECT_THAT(names("parent: 'accounts/-'"),
              ElementsAre("accounts/a/onboardings/o1", "accounts/b/onboardings/o1"));
  EXPECT_THAT(names("parent: 'accounts/-' states: ONBOARDING_STATE_RUNNING"),
              ElementsAre("accounts/a/onboardings/o1"));
  EXPECT_THAT(names("parent: 'accounts/b'"), ElementsAre("accounts/b/onboardings/o1"));
  EXPECT_THAT(names("parent: 'accounts/-' owner: 'members/ito'"), IsEmpty());
}

TEST_F(OnboardingsTest, ARepeatedStepOfAProcessHappensOnce) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const Onboarding first,
      Advance(kOnboarding, "state: ONBOARDING_STATE_COMPLETED request_id: 'p1-2'"));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const Onboarding again,
      Advance(kOnboarding, "state: ONBOARDING_STATE_COMPLETED request_id: 'p1-2'"));
  EXPECT_THAT(again, EqualsProto(first));
}

}  // namespace
}  // namespace banso::accounts

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/voice_api.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename Resources>
std::vector<std::string> IdsOf(const Resources& resources) {
  std::vector<std::string> ids;
  for (const auto& resource : resources)
    ids.push_back(std::string(contract::LastId(resource.name())));
  return ids;
}

// Filters and orders of lists over the whole portfolio.
class FiltersTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    CreateWonAccount("a");
    CreateWonAccount("b");
  }

  void CreateDeal(const std::string& account, const std::string& id, const std::string& rest) {
    BANSO_ASSERT_OK(Do(
        &DealsApi::CreateDeal,
        absl::StrCat("parent: 'accounts/", account, "' deal_id: '", id, "' deal { ", rest, " }")));
  }
  absl::StatusOr<v1::ListDealsResponse> Deals(const std::string& rest) {
    return Do(&DealsApi::ListDeals,
              absl::StrCat("parent: 'accounts/-' stages: DEAL_STAGE_OPEN ", rest));
  }
  std::vector<std::string> DealIds(const std::string& rest) {
    const auto response = Deals(rest);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? IdsOf(response->deals()) : std::vector<std::string>();
  }

  void CreateVoice(const std::string& account, const std::string& id, const std::string& rest) {
    VoiceApi api(*database_, store_, ids_);
    BANSO_ASSERT_OK(DoOn(api, &VoiceApi::CreateVoice,
                         absl::StrCat("parent: 'accounts/", account, "' voice_id: '", id,
                                      "' voice { text: 'T' ", rest, " }")));
  }
  absl::StatusOr<v1::ListVoicesResponse> Voices(const std::string& rest) {
    VoiceApi api(*database_, store_, ids_);
    return DoOn(api, &VoiceApi::ListVoices, absl::StrCat("parent: 'accounts/-' ", rest));
  }
  std::vector<std::string> VoiceIds(const std::string& rest) {
    const auto response = Voices(rest);
    EXPECT_THAT(response, IsOk());
    return response.ok() ? IdsOf(response->voices()) : std::vector<std::string>();
  }

  void CreateInteraction(const std::string& account, const std::string& id, int hour,
                         const std::string& rest) {
    BANSO_ASSERT_OK(
        Do(&RelationsApi::CreateInteraction,
           absl::StrCat("parent: 'accounts/", account, "' interaction_id: '", id,
                        "' interaction { channel: INTERACTION_CHANNEL_PHONE ",
                        "start_time { seconds: ", 1774000000 + hour * 3600, " } ", rest, " }")));
  }
  std::vector<std::string> InteractionIds(const std::string& rest) {
    const auto response =
        Do(&RelationsApi::ListInteractions, absl::StrCat("parent: 'accounts/-' ", rest));
    EXPECT_THAT(response, IsOk());
    return response.ok() ? IdsOf(response->interactions()) : std::vector<std::string>();
  }
};

TEST_F(FiltersTest, DealsBySellerAndClosingDayInTheOrderOfThePipeline) {
  CreateDeal("a", "may", "sales_owner: 'members/ito' close_date { year: 2026 month: 5 day: 31 }");
  CreateDeal("b", "april", "sales_owner: 'members/ito' close_date { year: 2026 month: 4 day: 30 }");
  CreateDeal("b", "june", "sales_owner: 'members/sato' close_date { year: 2026 month: 6 day: 1 }");
  CreateDeal("a", "some-day", "sales_owner: 'members/ito'");
  EXPECT_THAT(DealIds("sales_owner: 'members/ito' order_by: 'close_date'"),
              ElementsAre("some-day", "april", "may"));
  EXPECT_THAT(DealIds("order_by: 'close_date desc'"),
              ElementsAre("june", "may", "april", "some-day"));
  EXPECT_THAT(DealIds("close_date_from { year: 2026 month: 4 day: 30 } "
                      "close_date_to { year: 2026 month: 5 day: 31 } order_by: 'close_date'"),
              ElementsAre("april", "may"))
      << "both days count";
  EXPECT_THAT(Deals("order_by: 'amount'").status(), StatusIs(absl::StatusCode::kInvalidArgument));
  const absl::Status reversed = Deals(
                                    "close_date_from { year: 2026 month: 5 day: 2 } "
                                    "close_date_to { year: 2026 month: 5 day: 1 }")
                                    .status();
  ASSERT_EQ(contract::FieldViolations(reversed).size(), 1U);
  EXPECT_EQ(contract::FieldViolations(reversed)[0].field, "close_date_to");
}

TEST_F(FiltersTest, PagesOfDealsFollowTheOrderAndBelongToTheQuestion) {
  for (int i = 1; i <= 5; ++i) {
    CreateDeal("a", absl::StrCat("p", i),
               absl::StrCat("close_date { year: 2026 month: 4 day: ", 10 - i, " }"));
  }
  std::vector<std::string> seen;
  std::string token;
  do {
    BANSO_ASSERT_OK_AND_ASSIGN(
        const auto page,
        Deals(absl::StrCat("order_by: 'close_date' page_size: 2 page_token: '", token, "'")));
    for (const std::string& id : IdsOf(page.deals())) seen.push_back(id);
    token = page.next_page_token();
    if (token.empty()) continue;
    for (const char* other : {"order_by: 'close_date desc'", "sales_owner: 'members/ito'"}) {
      EXPECT_THAT(Deals(absl::StrCat(other, " page_size: 2 page_token: '", token, "'")).status(),
                  StatusIs(absl::StatusCode::kInvalidArgument))
          << other;
    }
  } while (!token.empty());
  EXPECT_THAT(seen, ElementsAre("p5", "p4", "p3", "p2", "p1"));
}

TEST_F(FiltersTest, VoicesByDayDealAndReason) {
  CreateDeal("a", "d2", "");
  CreateVoice("a", "old", "kind: VOICE_KIND_PRAISE date { year: 2026 month: 1 day: 10 }");
  CreateVoice("a", "price",
              "kind: VOICE_KIND_COMPLAINT reason: CHURN_REASON_PRICE "
              "date { year: 2026 month: 3 day: 1 } deal: 'accounts/a/deals/d2'");
  CreateVoice("b", "use",
              "kind: VOICE_KIND_COMPLAINT reason: CHURN_REASON_LOW_USE "
              "date { year: 2026 month: 3 day: 2 }");
  EXPECT_THAT(VoiceIds("date_from { year: 2026 month: 3 day: 1 }"), ElementsAre("price", "use"));
  EXPECT_THAT(VoiceIds("date_to { year: 2026 month: 3 day: 1 }"), ElementsAre("old", "price"));
  EXPECT_THAT(VoiceIds("deal: 'accounts/a/deals/d2'"), ElementsAre("price"));
  EXPECT_THAT(VoiceIds("deal: 'accounts/b/deals/d1'"), ElementsAre("use"));
  EXPECT_THAT(VoiceIds("reasons: CHURN_REASON_LOW_USE reasons: CHURN_REASON_COMPETITOR"),
              ElementsAre("use"));
  EXPECT_THAT(Voices("date_from { year: 2026 month: 3 day: 2 } "
                     "date_to { year: 2026 month: 3 day: 1 }")
                  .status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(FiltersTest, InteractionsByWhoTookPartAndWhatTheyWereAbout) {
  BANSO_ASSERT_OK(Do(&PeopleApi::CreateStakeholder,
                     "parent: 'accounts/a' stakeholder_id: 'tanaka' "
                     "stakeholder { display_name: 'T' }"));
  StartOnboarding("a", "o1");
  CreateInteraction("a", "first", 1,
                    "members: 'members/sato' stakeholders: 'accounts/a/stakeholders/tanaka'");
  CreateInteraction("a", "second", 2,
                    "members: 'members/aoki' members: 'members/sato' "
                    "onboarding: 'accounts/a/onboardings/o1'");
  CreateInteraction("b", "third", 3, "members: 'members/aoki'");
  EXPECT_THAT(InteractionIds("member: 'members/aoki'"), ElementsAre("third", "second"));
  EXPECT_THAT(InteractionIds("member: 'members/sato'"), ElementsAre("second", "first"));
  EXPECT_THAT(InteractionIds("stakeholder: 'accounts/a/stakeholders/tanaka'"),
              ElementsAre("first"));
  EXPECT_THAT(InteractionIds("onboarding: 'accounts/a/onboardings/o1'"), ElementsAre("second"));

  // Lists follow who is taken out, and what is deleted or merged.
  BANSO_ASSERT_OK(Do(&RelationsApi::UpdateInteraction,
                     "interaction { name: 'accounts/a/interactions/second' "
                     "members: 'members/sato' } update_mask { paths: 'members' }"));
  EXPECT_THAT(InteractionIds("member: 'members/aoki'"), ElementsAre("third"));
  BANSO_ASSERT_OK(Do(&AccountsApi::MergeAccounts, "name: 'accounts/a' duplicate: 'accounts/b'"));
  const auto moved =
      Do(&RelationsApi::ListInteractions, "parent: 'accounts/a' member: 'members/aoki'");
  BANSO_ASSERT_OK(moved);
  EXPECT_THAT(IdsOf(moved->interactions()), ElementsAre("third"));
  EXPECT_THAT(InteractionIds("member: 'members/aoki'"), ElementsAre("third"));
  BANSO_ASSERT_OK(Do(&RelationsApi::DeleteInteraction, "name: 'accounts/a/interactions/third'"));
  EXPECT_THAT(InteractionIds("member: 'members/aoki'"), IsEmpty());
}

}  // namespace
}  // namespace banso::accounts

#include "services/accounts/domain/merge.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {
namespace {

using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using v1::MergeAccountsResponse;

constexpr char kMerge[] = "name: 'accounts/a' duplicate: 'accounts/b'";

// `before -> after` of what moved, with `+` for copies.
std::vector<std::string> Moved(const MergeAccountsResponse& response) {
  std::vector<std::string> lines;
  for (const v1::MovedResource& moved : response.moved()) {
    lines.push_back(absl::StrCat(moved.before(), " -> ", moved.after(), moved.copied() ? "+" : ""));
  }
  return lines;
}

class MergeTest : public ApiTest {
 protected:
  void CreateProspect(const std::string& id, const std::string& rest) {
    BANSO_ASSERT_OK(
        Do(&AccountsApi::CreateAccount,
           absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' ", rest, " }")));
  }

  void CreateStakeholder(const std::string& account, const std::string& id) {
    BANSO_ASSERT_OK(Do(&PeopleApi::CreateStakeholder,
                       absl::StrCat("parent: 'accounts/", account, "' stakeholder_id: '", id,
                                    "' stakeholder { display_name: '", id, "' }")));
  }
};

TEST_F(MergeTest, MovesWhatBelongsToTheDuplicate) {
  CreateWonAccount("a");
  CreateProspect("b",
                 "industry: 'tax' external_ids { system: 'crm' id: '7' } "
                 "owners { retention: 'members/ito' }");
  CreateProspect("child", "parent_account: 'accounts/b'");
  BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal,
                     "parent: 'accounts/b' deal_id: 'd1' deal { display_name: 'second' }"));
  CreateStakeholder("b", "suzuki");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response, Do(&AccountsApi::MergeAccounts, kMerge));
  EXPECT_EQ(response.account().industry(), "tax");
  EXPECT_EQ(response.account().owners().sales(), "members/sato");
  EXPECT_EQ(response.account().owners().retention(), "members/ito");
  EXPECT_EQ(response.account().lifecycle_stage(), v1::LIFECYCLE_STAGE_WON);
  EXPECT_EQ(response.account().etag(), GetAccount("a").etag());
  EXPECT_THAT(Moved(response), ElementsAre("accounts/b/deals/d1 -> accounts/a/deals/d1-2",
                                           "accounts/b/stakeholders/suzuki -> "
                                           "accounts/a/stakeholders/suzuki"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto deal,
                             Do(&DealsApi::GetDeal, "name: 'accounts/a/deals/d1-2'"));
  EXPECT_EQ(deal.display_name(), "second");
  EXPECT_THAT(Do(&DealsApi::GetDeal, "name: 'accounts/b/deals/d1'"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(GetAccount("child").parent_account(), "accounts/a");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto found, Do(&AccountsApi::ListAccounts, "external_id { system: 'crm' id: '7' }"));
  ASSERT_EQ(found.accounts_size(), 1);
  EXPECT_EQ(found.accounts(0).name(), "accounts/a");
  EXPECT_THAT(FactHistory("accounts/a", "account.industry"), ElementsAre("tax"));
}

TEST_F(MergeTest, TheDuplicateIsArchivedForGoodAndPointsToTheOther) {
  CreateProspect("a", "");
  CreateProspect("b", "");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response, Do(&AccountsApi::MergeAccounts, kMerge));
  EXPECT_EQ(response.duplicate().merged_into(), "accounts/a");
  EXPECT_EQ(GetAccount("b").merged_into(), "accounts/a");
  EXPECT_TRUE(GetAccount("b").has_archive_time());
  EXPECT_EQ(contract::Reason(Do(&AccountsApi::RestoreAccount, "name: 'accounts/b'").status()),
            kReasonAccountMerged);
  EXPECT_EQ(contract::Reason(Do(&DealsApi::CreateDeal, "parent: 'accounts/b' deal {}").status()),
            kReasonAccountMerged);
  EXPECT_EQ(contract::Reason(Do(&AccountsApi::MergeAccounts, kMerge).status()),
            kReasonAccountMerged);
}

TEST_F(MergeTest, AnOnboardingStaysWithWhatItRefersTo) {
  CreateWonAccount("a");
  CreateWonAccount("b");
  CreateStakeholder("b", "suzuki");
  StartOnboarding("b", "o1");
  BANSO_ASSERT_OK(
      Do(&OnboardingsApi::UpdateOnboarding,
         "onboarding { name: 'accounts/b/onboardings/o1' deal: 'accounts/b/deals/d1' }"));
  EXPECT_EQ(contract::Reason(Do(&AccountsApi::MergeAccounts, kMerge).status()),
            kReasonOnboardingRunning);
  BANSO_ASSERT_OK(Advance("accounts/b/onboardings/o1", "state: ONBOARDING_STATE_CANCELLED"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response, Do(&AccountsApi::MergeAccounts, kMerge));
  EXPECT_THAT(response.kept(),
              UnorderedElementsAre("accounts/b/onboardings/o1", "accounts/b/deals/d1"));
  EXPECT_THAT(Moved(response), ElementsAre("accounts/b/stakeholders/suzuki -> "
                                           "accounts/a/stakeholders/suzuki+"));
  BANSO_EXPECT_OK(Do(&PeopleApi::GetStakeholder, "name: 'accounts/b/stakeholders/suzuki'"));
}

TEST_F(MergeTest, IsRefusedWhileBothAreBeingOnboarded) {
  CreateWonAccount("a");
  CreateWonAccount("b");
  StartOnboarding("a", "o1");
  StartOnboarding("b", "o1");
  for (const char* request : {kMerge, "name: 'accounts/b' duplicate: 'accounts/a'"}) {
    EXPECT_EQ(contract::Reason(Do(&AccountsApi::MergeAccounts, request).status()),
              kReasonOnboardingRunning);
  }
  EXPECT_EQ(GetAccount("b").merged_into(), "");
}

}  // namespace
}  // namespace banso::accounts

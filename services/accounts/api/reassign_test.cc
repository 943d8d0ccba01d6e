#include "services/accounts/domain/reassign.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"

namespace banso::accounts {
namespace {

using ::banso::testing::Nth;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;

constexpr int kAccounts = 500;

class ReassignTest : public ApiTest {
 protected:
  // Makes accounts `a0`, `a1`, ... that `sato` sells to.
  void CreateAccounts(int count) {
    v1::ImportAccountsRequest message;
    message.set_external_system("crm");
    for (int i = 0; i < count; ++i) {
      v1::Account* account = message.add_accounts();
      account->set_display_name(absl::StrCat("A", i));
      account->mutable_owners()->set_sales("members/sato");
      v1::ExternalId* id = account->add_external_ids();
      id->set_system("crm");
      id->set_id(absl::StrCat("a", i));
    }
    BANSO_ASSERT_OK_AND_ASSIGN(const auto imported, Import({message}));
    ASSERT_EQ(imported.created(), count);
  }

  static v1::ReassignAccountsRequest ToIto(int count) {
    v1::ReassignAccountsRequest request;
    for (int i = 0; i < count; ++i) {
      v1::Reassignment* row = request.add_assignments();
      row->set_account(absl::StrCat("accounts/a", i));
      row->set_role(v1::OWNER_ROLE_SALES);
      row->set_owner("members/ito");
    }
    return request;
  }

  int64_t AccountsOf(const std::string& member) {
    v1::ListAccountsRequest request;
    request.set_owner(member);
    request.set_page_size(1000);
    auto response = Do(&AccountsApi::ListAccounts, request);
    EXPECT_THAT(response, banso::testing::IsOk());
    return response.ok() ? response->accounts_size() : -1;
  }
};

TEST_F(ReassignTest, GivesFiveHundredAccountsAwayAtOnceOrTellsEveryBadRow) {
  CreateAccounts(kAccounts);
  v1::ReassignAccountsRequest request = ToIto(kAccounts);
  request.mutable_assignments(3)->set_account("accounts/none");
  request.mutable_assignments(499)->set_owner("members/nobody");
  const auto refused = Do(&AccountsApi::ReassignAccounts, request);
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(refused.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields, ElementsAre("assignments[3].account", "assignments[499].owner"));
  EXPECT_EQ(AccountsOf("members/ito"), 0);

  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto done, Do(&AccountsApi::ReassignAccounts, ToIto(kAccounts)));
  EXPECT_EQ(done.reassigned(), kAccounts);
  EXPECT_EQ(done.moves_size(), kAccounts);
  EXPECT_EQ(AccountsOf("members/ito"), kAccounts);
  EXPECT_EQ(AccountsOf("members/sato"), 0);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto history,
                             Do(&AccountsApi::ListStageHistory, "parent: 'accounts/a0'"));
  ASSERT_EQ(history.periods_size(), 2);
  EXPECT_EQ(history.periods(0).owner(), "members/sato");
  EXPECT_EQ(history.periods(1).owner(), "members/ito");
  Proves("SHR-07");
}

TEST_F(ReassignTest, ADryRunChangesNothing) {
  CreateAccounts(3);
  v1::ReassignAccountsRequest request = ToIto(3);
  request.mutable_assignments(0)->set_owner("members/sato");
  request.mutable_assignments(2)->set_account("accounts/a1");
  request.set_validate_only(true);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto answer, Do(&AccountsApi::ReassignAccounts, request));
  EXPECT_EQ(answer.reassigned(), 1);
  EXPECT_EQ(answer.unchanged(), 1);
  EXPECT_EQ(answer.rejected(), 1);
  ASSERT_EQ(answer.errors_size(), 1);
  EXPECT_EQ(answer.errors(0).index(), 2);
  EXPECT_EQ(answer.errors(0).account(), "accounts/a1");
  ASSERT_EQ(answer.moves_size(), 1);
  EXPECT_EQ(answer.moves(0).before(), "members/sato");
  EXPECT_TRUE(answer.moves(0).accountable_changes());
  EXPECT_EQ(AccountsOf("members/ito"), 0);
}

TEST_F(ReassignTest, StoresTheGoodRowsWhereAsked) {
  CreateAccounts(2);
  BANSO_ASSERT_OK(Do(&AccountsApi::ArchiveAccount, "name: 'accounts/a1'"));
  v1::ReassignAccountsRequest request = ToIto(2);
  request.set_allow_partial(true);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto answer, Do(&AccountsApi::ReassignAccounts, request));
  EXPECT_EQ(answer.reassigned(), 1);
  EXPECT_EQ(answer.rejected(), 1);
  EXPECT_EQ(GetAccount("a0").owners().sales(), "members/ito");
  EXPECT_EQ(GetAccount("a1").owners().sales(), "members/sato");
}

TEST_F(ReassignTest, TheOnboardingsUnderWayGoWithTheirOwner) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_CANCELLED"));
  StartOnboarding("a", "o2");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto answer,
      Do(&AccountsApi::ReassignAccounts,
         "assignments { account: 'accounts/a' role: OWNER_ROLE_ONBOARDING owner: 'members/ito' }"));
  EXPECT_THAT(Nth(answer.moves(), 0).onboardings(), ElementsAre("accounts/a/onboardings/o2"));
  EXPECT_EQ(GetAccount("a").owners().onboarding(), "members/ito");
  EXPECT_THAT(
      FactHistory("accounts/a", "account.owner"),
      ElementsAre("members/sato", "members/aoki", "members/sato", "members/aoki", "members/ito"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto onboarding, Do(&OnboardingsApi::GetOnboarding,
                                                       "name: 'accounts/a/onboardings/o2'"));
  EXPECT_EQ(onboarding.owner(), "members/ito");
}

TEST_F(ReassignTest, GivesAwayAllAccountsOfAMemberInParts) {
  CreateAccounts(25);
  BANSO_ASSERT_OK(Do(&AccountsApi::ArchiveAccount, "name: 'accounts/a7'"));
  const std::string all =
      "all_of { owner: 'members/sato' role: OWNER_ROLE_SALES new_owner: 'members/ito' "
      "max_accounts: 10 ";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto dry,
                             Do(&AccountsApi::ReassignAccounts, all + "} validate_only: true"));
  EXPECT_EQ(dry.reassigned(), 10);
  EXPECT_EQ(dry.remaining(), 14);
  EXPECT_EQ(AccountsOf("members/ito"), 0);

  std::string after;
  std::vector<int64_t> reassigned;
  std::vector<int64_t> remaining;
  do {
    BANSO_ASSERT_OK_AND_ASSIGN(
        const auto part,
        Do(&AccountsApi::ReassignAccounts, absl::StrCat(all, "after_account: '", after, "' }")));
    after = part.last_account();
    reassigned.push_back(part.reassigned());
    remaining.push_back(part.remaining());
  } while (remaining.back() > 0);
  EXPECT_THAT(reassigned, ElementsAre(10, 10, 4));
  EXPECT_THAT(remaining, ElementsAre(14, 4, 0));
  EXPECT_EQ(AccountsOf("members/ito"), 24);
  EXPECT_EQ(GetAccount("a7").owners().sales(), "members/sato") << "it is archived";
}

TEST_F(ReassignTest, WantsEitherNamesOrAMember) {
  const std::string all =
      "all_of { owner: 'members/sato' role: OWNER_ROLE_SALES new_owner: 'members/ito' }";
  EXPECT_THAT(Do(&AccountsApi::ReassignAccounts, ""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Do(&AccountsApi::ReassignAccounts,
                 all + " assignments { account: 'accounts/a1' role: OWNER_ROLE_SALES owner: "
                       "'members/ito' }"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Do(&AccountsApi::ReassignAccounts,
                 "all_of { owner: 'members/sato' role: OWNER_ROLE_SALES new_owner: "
                 "'members/sato' }"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto none, Do(&AccountsApi::ReassignAccounts, all));
  EXPECT_EQ(none.reassigned(), 0);
  EXPECT_EQ(none.last_account(), "");
}

}  // namespace
}  // namespace banso::accounts

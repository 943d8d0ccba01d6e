#include <string>
#include <vector>

#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using v1::Account;

std::vector<std::string> Names(const v1::ListAccountsResponse& response) {
  std::vector<std::string> names;
  for (const Account& account : response.accounts()) names.push_back(account.name());
  return names;
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(status)) {
    fields.push_back(violation.field);
  }
  return fields;
}

class AccountsTest : public ApiTest {
 protected:
  // Creates one account from its text format and returns the error, if any.
  absl::Status Create(const std::string& id, const std::string& account) {
    return Do(&AccountsApi::CreateAccount,
              absl::StrCat("account_id: '", id, "' account { ", account, " }"))
        .status();
  }

  std::vector<std::string> List(const std::string& request) {
    auto response = Do(&AccountsApi::ListAccounts, request);
    EXPECT_THAT(response, IsOk());
    return Names(response.value_or(v1::ListAccountsResponse()));
  }
};

TEST_F(AccountsTest, CreatesAProspectWithItsFacts) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Account account, Do(&AccountsApi::CreateAccount, R"pb(
                               account_id: "acme"
                               account {
                                 display_name: "アクメ"
                                 employees: 12
                                 external_ids { system: "crm" id: "1" }
                                 owners { sales: "members/sato" }
                               }
                             )pb"));
  EXPECT_EQ(account.name(), "accounts/acme");
  EXPECT_EQ(account.lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
  EXPECT_EQ(calendar::ToTime(account.create_time()), now_);
  EXPECT_EQ(calendar::ToTime(account.stage_since()), now_);
  EXPECT_NE(account.etag(), "");
  EXPECT_FALSE(account.has_classification());
  EXPECT_THAT(GetAccount("acme"), EqualsProto(account));
  EXPECT_THAT(FactHistory("accounts/acme", "account.lifecycle_stage"), ElementsAre("prospect"));
  EXPECT_THAT(FactHistory("accounts/acme", "account.owner"), ElementsAre("members/sato"));
  EXPECT_THAT(FactHistory("accounts/acme", "account.segment"), IsEmpty());
}

TEST_F(AccountsTest, ChoosesAnIdWhereNoneIsGiven) {
  BANSO_ASSERT_OK_AND_ASSIGN(
      const Account account,
      Do(&AccountsApi::CreateAccount, "account { display_name: 'A' name: 'accounts/ignored' }"));
  EXPECT_THAT(account.name(), ::testing::StartsWith("accounts/id-"));
}

TEST_F(AccountsTest, RefusesTakenNamesAndExternalIds) {
  BANSO_ASSERT_OK(Create("a", "display_name: 'A' external_ids { system: 'crm' id: '1' }"));
  EXPECT_THAT(Create("a", "display_name: 'B'"), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Create("b", "display_name: 'B' external_ids { system: 'crm' id: '1' }"),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("accounts/a")));
  // Nothing of a refused account stays.
  EXPECT_THAT(List(""), ElementsAre("accounts/a"));
  BANSO_EXPECT_OK(Create("b", "display_name: 'B' external_ids { system: 'tenant' id: '1' }"));
}

TEST_F(AccountsTest, NamesEveryReferenceThatDoesNotExist) {
  const absl::Status status = Create("a", R"pb(
    display_name: "A"
    owners { sales: "members/nobody" retention: "members/ito" }
    parent_account: "accounts/none"
    external_ids { system: "crm" id: "1" }
    external_ids { system: "crm" id: "2" }
  )pb");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FieldsOf(status),
              UnorderedElementsAre("account.owners.sales", "account.parent_account",
                                   "account.external_ids[1].system"));
}

TEST_F(AccountsTest, HoldsAttributesToOneType) {
  BANSO_ASSERT_OK(Create("a", "display_name: 'A' attributes { key: 'shops' value { number: 3 } }"));
  const absl::Status status =
      Create("b", "display_name: 'B' attributes { key: 'shops' value { text: 'three' } }");
  EXPECT_THAT(FieldsOf(status), ElementsAre("account.attributes[shops]"));
  // The only account that has it may correct the type.
  BANSO_ASSERT_OK(Do(&AccountsApi::UpdateAccount,
                     "account { name: 'accounts/a' "
                     "attributes { key: 'shops' value { text: 'three' } } }"));
  BANSO_EXPECT_OK(
      Create("b", "display_name: 'B' attributes { key: 'shops' value { text: 'three' } }"));
}

TEST_F(AccountsTest, AnswersARepeatedCreateOnce) {
  const std::string request = "account { display_name: 'A' } request_id: 'r1'";
  BANSO_ASSERT_OK_AND_ASSIGN(const Account first, Do(&AccountsApi::CreateAccount, request));
  BANSO_ASSERT_OK_AND_ASSIGN(const Account again, Do(&AccountsApi::CreateAccount, request));
  EXPECT_THAT(again, EqualsProto(first));
  EXPECT_EQ(List("").size(), 1);
  const auto other =
      Do(&AccountsApi::CreateAccount, "account { display_name: 'B' } request_id: 'r1'");
  EXPECT_EQ(contract::Reason(other.status()), contract::kReasonRequestIdReused);
}

TEST_F(AccountsTest, ListsByFilters) {
  BANSO_ASSERT_OK(Create("a", "display_name: 'ＡＣＭＥ' owners { sales: 'members/sato' }"));
  BANSO_ASSERT_OK(Create("b", R"pb(
    display_name: "Beta"
    name_kana: "ベータ"
    owners { retention: "members/sato" }
    external_ids { system: "crm" id: "7" }
  )pb"));
  BANSO_ASSERT_OK(Create("c", "display_name: '100% juice'"));
  EXPECT_THAT(List(""), ElementsAre("accounts/a", "accounts/b", "accounts/c"));
  EXPECT_THAT(List("owner: 'members/sato'"), ElementsAre("accounts/a", "accounts/b"));
  EXPECT_THAT(List("text: 'acme'"), ElementsAre("accounts/a"));
  EXPECT_THAT(List("text: 'ﾍﾞｰﾀ'"), ElementsAre("accounts/b"));
  EXPECT_THAT(List("text: '0% J'"), ElementsAre("accounts/c"));
  EXPECT_THAT(List("text: '%'"), ElementsAre("accounts/c"));
  EXPECT_THAT(List("text: '_'"), IsEmpty());
  EXPECT_THAT(List("external_id { system: 'crm' id: '7' }"), ElementsAre("accounts/b"));
  EXPECT_THAT(List("external_id { system: 'tenant' id: '7' }"), IsEmpty());
  EXPECT_THAT(List("lifecycle_stages: LIFECYCLE_STAGE_WON"), IsEmpty());
  EXPECT_THAT(List("segment: 'smb'"), IsEmpty());
  EXPECT_THAT(List("order_by: 'display_name'"),
              ElementsAre("accounts/c", "accounts/b", "accounts/a"));
  EXPECT_THAT(List("order_by: 'name desc'"), ElementsAre("accounts/c", "accounts/b", "accounts/a"));
  for (const char* order : {"etag", "name asc", " desc", "search_text"}) {
    EXPECT_THAT(Do(&AccountsApi::ListAccounts, absl::StrCat("order_by: '", order, "'")),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << order;
  }
}

TEST_F(AccountsTest, PagesThroughAllOnce) {
  for (int i = 0; i < 7; ++i) {
    BANSO_ASSERT_OK(Create(absl::StrCat("a", i), absl::StrCat("display_name: '", i % 2, "'")));
  }
  std::vector<std::string> names;
  v1::ListAccountsRequest request;
  request.set_page_size(3);
  request.set_order_by("display_name desc");
  do {
    BANSO_ASSERT_OK_AND_ASSIGN(const auto page, Do(&AccountsApi::ListAccounts, request));
    for (const std::string& name : Names(page)) names.push_back(name);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names, ElementsAre("accounts/a1", "accounts/a3", "accounts/a5", "accounts/a0",
                                 "accounts/a2", "accounts/a4", "accounts/a6"));
}

TEST_F(AccountsTest, UpdatesWhatTheMaskNames) {
  BANSO_ASSERT_OK(Create("a",
                         "display_name: 'A' industry: 'tax' employees: 5 "
                         "external_ids { system: 'crm' id: '1' }"));
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const Account account, Do(&AccountsApi::UpdateAccount, R"pb(
                               account {
                                 name: "accounts/a"
                                 display_name: "B"
                                 external_ids { system: "crm" id: "2" }
                               }
                               update_mask { paths: "industry" paths: "external_ids" }
                             )pb"));
  EXPECT_EQ(account.display_name(), "A");
  EXPECT_EQ(account.industry(), "");
  EXPECT_EQ(account.employees(), 5);
  EXPECT_THAT(List("external_id { system: 'crm' id: '1' }"), IsEmpty());
  EXPECT_THAT(List("external_id { system: 'crm' id: '2' }"), ElementsAre("accounts/a"));
  EXPECT_THAT(FactHistory("accounts/a", "account.industry"), ElementsAre("tax", "-"));
}

TEST_F(AccountsTest, RefusesAnUpdateThatCameTooLate) {
  BANSO_ASSERT_OK(Create("a", "display_name: 'A'"));
  const std::string etag = GetAccount("a").etag();
  const std::string update =
      absl::StrCat("account { name: 'accounts/a' display_name: 'B' etag: '", etag, "' }");
  BANSO_ASSERT_OK(Do(&AccountsApi::UpdateAccount, update));
  const auto late =
      Do(&AccountsApi::UpdateAccount,
         absl::StrCat("account { name: 'accounts/a' industry: 'x' etag: '", etag, "' }"));
  EXPECT_THAT(late, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(contract::Reason(late.status()), contract::kReasonEtagMismatch);
  EXPECT_EQ(GetAccount("a").industry(), "");
}

TEST_F(AccountsTest, UpdateRefusesOwnersThatAreNobodyAndParentsThatAreNot) {
  BANSO_ASSERT_OK(Create("a", "display_name: 'A'"));
  const auto status = Do(&AccountsApi::UpdateAccount,
                         "account { name: 'accounts/a' owners { onboarding: 'members/x' } "
                         "parent_account: 'accounts/a' }")
                          .status();
  EXPECT_THAT(FieldsOf(status),
              UnorderedElementsAre("account.owners.onboarding", "account.parent_account"));
}

TEST_F(AccountsTest, UpdateKeepsTheAccountableOwnerOnceWon) {
  CreateWonAccount("a");
  const auto cleared = Do(&AccountsApi::UpdateAccount,
                          "account { name: 'accounts/a' } update_mask { paths: 'owners' }");
  EXPECT_EQ(contract::Reason(cleared.status()), kReasonNoAccountableOwner);
  BANSO_EXPECT_OK(Do(&AccountsApi::UpdateAccount,
                     "account { name: 'accounts/a' owners { sales: 'members/ito' } }"));
  EXPECT_THAT(FactHistory("accounts/a", "account.owner"),
              ElementsAre("members/sato", "members/ito"));
}

TEST_F(AccountsTest, AnArchivedAccountRefusesChangesUntilItIsRestored) {
  BANSO_ASSERT_OK(Create("a", "display_name: 'A'"));
  BANSO_ASSERT_OK_AND_ASSIGN(const Account archived,
                             Do(&AccountsApi::ArchiveAccount, "name: 'accounts/a'"));
  EXPECT_EQ(calendar::ToTime(archived.archive_time()), now_);
  EXPECT_THAT(List(""), IsEmpty());
  EXPECT_THAT(List("show_archived: true"), ElementsAre("accounts/a"));
  const auto refused =
      Do(&AccountsApi::UpdateAccount, "account { name: 'accounts/a' display_name: 'B' }");
  EXPECT_EQ(contract::Reason(refused.status()), kReasonAccountArchived);
  EXPECT_EQ(contract::Reason(Do(&DealsApi::CreateDeal, "parent: 'accounts/a' deal {}").status()),
            kReasonAccountArchived);
  BANSO_ASSERT_OK(Do(&AccountsApi::RestoreAccount, "name: 'accounts/a'"));
  BANSO_EXPECT_OK(
      Do(&AccountsApi::UpdateAccount, "account { name: 'accounts/a' display_name: 'B' }"));
}

TEST_F(AccountsTest, IsNotArchivedWhileAnOnboardingRuns) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  EXPECT_EQ(contract::Reason(Do(&AccountsApi::ArchiveAccount, "name: 'accounts/a'").status()),
            kReasonOnboardingRunning);
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_CANCELLED"));
  BANSO_EXPECT_OK(Do(&AccountsApi::ArchiveAccount, "name: 'accounts/a'"));
}

TEST_F(AccountsTest, TellsWhatDoesNotExist) {
  EXPECT_THAT(Do(&AccountsApi::GetAccount, "name: 'accounts/none'"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Do(&AccountsApi::UpdateAccount, "account { name: 'accounts/none' industry: 'x' }"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Do(&AccountsApi::ArchiveAccount, "name: 'accounts/none'"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace banso::accounts

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"

namespace banso::accounts {
namespace {

using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ListAccountsTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    BANSO_ASSERT_OK(
        Do(&ClassificationApi::SaveClassificationPolicy,
           absl::StrCat("classification_policy { name: 'classificationPolicies/p' ",
                        "tiers { value: 's' when { ", Many("1000"), " } } tiers { value: 'b' } ",
                        "touches { value: 'high' when { ", Many("1000"), " } } ",
                        "touches { value: 'low' } ", "teams { value: 'large' when { ", Many("1000"),
                        " } } teams { value: 'small' } } reason: 'r'")));
    BANSO_ASSERT_OK(
        Do(&ClassificationApi::ActivateClassificationPolicy, "name: 'classificationPolicies/p@1'"));
    Create("head", "employees: 5000 industry: 'tax' country: 'JP' " +
                       Attribute("region", "text: 'east'") + Attribute("size", "number: 4"));
    Create("branch", "employees: 10 industry: 'tax' parent_account: 'accounts/head' " +
                         Attribute("region", "text: 'west'") +
                         Attribute("areas", "text_set { items: ['x', 'y'] }"));
    Create("other", "employees: 2000 industry: 'law' country: 'US' " +
                        Attribute("areas", "text_set { items: ['y', 'z'] }"));
  }

  static std::string Many(const std::string& employees) {
    return absl::StrCat("compare { fact { fact: 'account.employees' } op: OPERATOR_GE values { ",
                        "number: ", employees, " } }");
  }
  static std::string Attribute(const std::string& key, const std::string& value) {
    return absl::StrCat("attributes { key: '", key, "' value { ", value, " } } ");
  }
  void Create(const std::string& id, const std::string& fields) {
    BANSO_ASSERT_OK(Do(
        &AccountsApi::CreateAccount,
        absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' ", fields, " }")));
  }
  // The ids of the accounts that a list names.
  std::vector<std::string> List(const std::string& request) {
    const auto response = Do(&AccountsApi::ListAccounts, request);
    EXPECT_THAT(response, banso::testing::IsOk()) << request;
    std::vector<std::string> ids;
    if (!response.ok()) return ids;
    for (const v1::Account& account : response->accounts()) {
      ids.push_back(account.name().substr(std::string("accounts/").size()));
    }
    return ids;
  }
  // How the store would look the rows of a list up.
  std::string Plan(const std::string& where) {
    std::string plan;
    const absl::Status status = database_->Read([&](storage::Reader& reader) {
      return reader.Query(absl::StrCat("EXPLAIN QUERY PLAN SELECT name FROM account WHERE ", where,
                                       " AND name > $after ORDER BY name LIMIT 50"),
                          {{"value", "x"}, {"after", ""}}, [&](const storage::Row& row) {
                            absl::StrAppend(&plan, row.Text(3), "\n");
                            return absl::OkStatus();
                          });
    });
    EXPECT_THAT(status, banso::testing::IsOk());
    return plan;
  }
};

TEST_F(ListAccountsTest, FiltersByClassIndustryCountryAndParent) {
  EXPECT_THAT(List("tier: 's'"), ElementsAre("head", "other"));
  EXPECT_THAT(List("touch: 'low'"), ElementsAre("branch"));
  EXPECT_THAT(List("team: 'large' country: 'US'"), ElementsAre("other"));
  EXPECT_THAT(List("industry: 'tax'"), ElementsAre("branch", "head"));
  EXPECT_THAT(List("industry: 'tax' order_by: 'name desc'"), ElementsAre("head", "branch"));
  EXPECT_THAT(List("parent_account: 'accounts/head'"), ElementsAre("branch"));
  EXPECT_THAT(List("tier: 's' touch: 'low'"), IsEmpty());
}

TEST_F(ListAccountsTest, FiltersByAttributes) {
  EXPECT_THAT(List(Attribute("region", "text: 'west'")), ElementsAre("branch"));
  EXPECT_THAT(List("attributes { key: 'region' }"), ElementsAre("branch", "head"));
  EXPECT_THAT(List(Attribute("size", "number: 4")), ElementsAre("head"));
  EXPECT_THAT(List(Attribute("areas", "text: 'y'")), ElementsAre("branch", "other"));
  EXPECT_THAT(List(Attribute("areas", "text_set { items: ['z', 'y'] }")), ElementsAre("other"));
  EXPECT_THAT(List(Attribute("region", "text: 'west'") + Attribute("areas", "text: 'x'")),
              ElementsAre("branch"));
  EXPECT_THAT(List(Attribute("region", "text: 'east'") + Attribute("areas", "text: 'y'")),
              IsEmpty());
}

TEST_F(ListAccountsTest, FollowsWhatChanges) {
  BANSO_ASSERT_OK(Do(&AccountsApi::UpdateAccount,
                     absl::StrCat("account { name: 'accounts/branch' employees: 3000 ",
                                  Attribute("region", "text: 'east'"), " }")));
  EXPECT_THAT(List("tier: 's'"), ElementsAre("branch", "head", "other"));
  EXPECT_THAT(List(Attribute("region", "text: 'west'")), IsEmpty());
  EXPECT_THAT(List(Attribute("areas", "text: 'x'")), IsEmpty());
  EXPECT_THAT(List(Attribute("region", "text: 'east'")), ElementsAre("branch", "head"));
}

TEST_F(ListAccountsTest, ATokenIsOfItsFilters) {
  BANSO_ASSERT_OK_AND_ASSIGN(const auto first,
                             Do(&AccountsApi::ListAccounts, "industry: 'tax' page_size: 1"));
  ASSERT_FALSE(first.next_page_token().empty());
  const std::string token = absl::StrCat("page_token: '", first.next_page_token(), "' ");
  EXPECT_THAT(List("industry: 'tax' page_size: 1 " + token), ElementsAre("head"));
  for (const std::string& other : {std::string("industry: 'law'"), std::string("tier: 's'"),
                                   std::string("industry: 'tax' country: 'JP'"),
                                   "industry: 'tax' " + Attribute("region", "text: 'west'"),
                                   "industry: 'tax' " + Attribute("region", "text: 'east'")}) {
    EXPECT_THAT(Do(&AccountsApi::ListAccounts, absl::StrCat(other, " page_size: 1 ", token)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << other;
  }
}

TEST_F(ListAccountsTest, RareValuesAreLookedUpByAnIndex) {
  for (const char* column : {"tier", "team", "industry", "parent_account"}) {
    const std::string plan = Plan(absl::StrCat(column, " = $value AND (", column, " <> '')"));
    EXPECT_THAT(plan, HasSubstr("USING COVERING INDEX account_by_")) << column;
    EXPECT_THAT(plan, Not(HasSubstr("SCAN"))) << column;
  }
}

}  // namespace
}  // namespace banso::accounts

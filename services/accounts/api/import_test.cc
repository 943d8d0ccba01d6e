#include <string>
#include <utility>
#include <vector>

#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/testing/nth.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Account;
using v1::ImportAccountsRequest;
using v1::ImportAccountsResponse;

// A message of an import from the system `crm`.
ImportAccountsRequest Rows(const std::vector<std::string>& rows) {
  ImportAccountsRequest message;
  message.set_external_system("crm");
  for (const std::string& row : rows) {
    *message.add_accounts() = ParseProto<Account>(row);
  }
  return message;
}

std::string Row(const std::string& id, const std::string& rest) {
  return absl::StrCat("external_ids { system: 'crm' id: '", id, "' } ", rest);
}

class ImportTest : public ApiTest {
 protected:
  int64_t Position() { return database_->position(); }

  absl::StatusOr<Account> Find(const std::string& id) {
    BANSO_ASSIGN_OR_RETURN(const auto page,
                           Do(&AccountsApi::ListAccounts,
                              absl::StrCat("external_id { system: 'crm' id: '", id, "' }")));
    if (page.accounts().empty()) return absl::NotFoundError(id);
    return Nth(page.accounts(), 0);
  }
};

TEST_F(ImportTest, CreatesThenUpdatesThenLeavesAlone) {
  BANSO_ASSERT_OK_AND_ASSIGN(const auto first,
                             Import({Rows({Row("001-A", "display_name: 'A' employees: 10"),
                                           Row("002-B", "display_name: 'B'")}),
                                     Rows({Row("003-C", "display_name: 'C'")})}));
  EXPECT_THAT(first, EqualsProto("received: 3 created: 3"));
  EXPECT_EQ(GetAccount("001-a").lifecycle_stage(), v1::LIFECYCLE_STAGE_PROSPECT);
  const int64_t before = Position();
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto again,
      Import({Rows({Row("001-A", "display_name: 'A' employees: 10"),
                    Row("002-B", "display_name: 'B'"), Row("003-C", "display_name: 'C'")})}));
  EXPECT_THAT(again, EqualsProto("received: 3 unchanged: 3"));
  EXPECT_EQ(Position(), before) << "an unchanged row is no change";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto changed, Import({Rows({Row("001-A", "industry: 'tax'")})}));
  EXPECT_THAT(changed, EqualsProto("received: 1 updated: 1"));
  const Account account = GetAccount("001-a");
  EXPECT_EQ(account.industry(), "tax");
  EXPECT_EQ(account.display_name(), "A");
  EXPECT_EQ(account.employees(), 10);
}

TEST_F(ImportTest, RejectsBadRowsAndStoresTheOthers) {
  BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount,
                     "account_id: 'x' account { display_name: 'X' "
                     "external_ids { system: 'tenant' id: 't' } }"));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const ImportAccountsResponse response,
      Import({Rows({Row("1", "display_name: 'good'"), "display_name: 'no id'",
                    Row("2", "display_name: 'negative' employees: -1"),
                    Row("1", "display_name: 'twice'")}),
              Rows({Row("3", "employees: 4"), Row("4", "display_name: 'D' time_zone: 'Mars/X'"),
                    Row("5", "display_name: 'E' owners { sales: 'members/nobody' }"),
                    Row("6", "display_name: 'F' external_ids { system: 'tenant' id: 't' }"),
                    Row("7", "display_name: 'also good'")})}));
  EXPECT_EQ(response.received(), 9);
  EXPECT_EQ(response.created(), 2);
  EXPECT_EQ(response.rejected(), 7);
  std::vector<std::string> errors;
  for (const v1::RowError& error : response.errors()) {
    EXPECT_NE(error.message(), "");
    errors.push_back(absl::StrCat(error.index(), " ", error.external_id(), " ", error.field(), " ",
                                  error.reason()));
  }
  EXPECT_THAT(
      errors,
      ElementsAre("1  accounts.external_ids REQUIRED", "2 2 accounts.employees OUT_OF_RANGE",
                  "3 1 accounts.external_ids DUPLICATE", "4 3 accounts.display_name REQUIRED",
                  "5 4 accounts.time_zone FORM",
                  "6 5 accounts.owners.sales "
                  "UNKNOWN_MEMBER",
                  "7 6 accounts.external_ids TAKEN"));
  EXPECT_THAT(Nth(response.errors(), 6).message(), HasSubstr("accounts/x"));
  EXPECT_THAT(Find("7"), IsOk());
  EXPECT_THAT(Find("6"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ImportTest, NamesAccountsByTheirExternalIds) {
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto response,
      Import({Rows({Row("A 1", "display_name: 'a'"), Row("A_1", "display_name: 'b'"),
                    Row("a-1", "display_name: 'c'"), Row("株", "display_name: 'd'")})}));
  EXPECT_THAT(response, EqualsProto("received: 4 created: 4"));
  EXPECT_EQ(GetAccount("a-1").display_name(), "a");
  EXPECT_EQ(GetAccount("a-1-2").display_name(), "b");
  EXPECT_EQ(GetAccount("a-1-3").display_name(), "c");
  BANSO_ASSERT_OK_AND_ASSIGN(const Account unnamed, Find("株"));
  EXPECT_THAT(unnamed.name(), ::testing::StartsWith("accounts/id-"));
}

TEST_F(ImportTest, ValidatesWithoutStoring) {
  BANSO_ASSERT_OK(Import({Rows({Row("1", "display_name: 'A'")})}));
  const int64_t before = Position();
  ImportAccountsRequest message = Rows(
      {Row("1", "display_name: 'B'"), Row("2", "display_name: 'C'"), Row("3", "employees: -1")});
  message.set_validate_only(true);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response, Import({message, Rows({Row("2", "")})}));
  EXPECT_EQ(response.created(), 1);
  EXPECT_EQ(response.updated(), 1);
  EXPECT_EQ(response.rejected(), 2);
  EXPECT_EQ(Position(), before);
  EXPECT_EQ(GetAccount("1").display_name(), "A");
}

TEST_F(ImportTest, RefusesMessagesThatAreNotOfTheStream) {
  ImportAccountsRequest nameless;
  EXPECT_THAT(Import({nameless}), StatusIs(absl::StatusCode::kInvalidArgument));
  ImportAccountsRequest other = Rows({});
  other.set_external_system("billing");
  EXPECT_THAT(Import({Rows({Row("1", "display_name: 'A'")}), other}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  ImportAccountsRequest many = Rows({});
  for (int i = 0; i < 1001; ++i) many.add_accounts();
  EXPECT_THAT(Import({many}), StatusIs(absl::StatusCode::kInvalidArgument));
  // The system may be left out after the first message.
  ImportAccountsRequest silent = Rows({Row("2", "display_name: 'B'")});
  silent.clear_external_system();
  EXPECT_THAT(Import({Rows({Row("1", "display_name: 'A'")}), silent}), IsOk());
}

TEST_F(ImportTest, KeepsOnlyTheFirstThousandErrors) {
  std::vector<ImportAccountsRequest> messages;
  for (int i = 0; i < 3; ++i) {
    ImportAccountsRequest message = Rows({});
    for (int row = 0; row < 600; ++row) message.add_accounts()->set_display_name("no id");
    messages.push_back(std::move(message));
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response, Import(std::move(messages)));
  EXPECT_EQ(response.rejected(), 1800);
  EXPECT_EQ(response.errors_size(), 1000);
  EXPECT_EQ(Nth(response.errors(), 999).index(), 999);
}

TEST_F(ImportTest, DoesNotMoveWhatTheProcessesMove) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK(Do(&AccountsApi::UpdateAccount,
                     "account { name: 'accounts/a' external_ids { system: 'crm' id: '1' } }"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response,
                             Import({Rows({Row("1",
                                               "owners { onboarding: 'members/ito' } "
                                               "lifecycle_stage: LIFECYCLE_STAGE_RETENTION")})}));
  EXPECT_EQ(response.rejected(), 1);
  EXPECT_THAT(Nth(response.errors(), 0).message(), HasSubstr("onboarding owner"));
  EXPECT_EQ(GetAccount("a").lifecycle_stage(), v1::LIFECYCLE_STAGE_ONBOARDING);
  EXPECT_EQ(GetAccount("a").owners().onboarding(), "members/aoki");
}

// How fast that is, the benchmarks say.
TEST_F(ImportTest, TakesManyRowsInAStream) {
  BANSO_ASSERT_OK(Do(&ClassificationApi::SaveClassificationPolicy, R"pb(
    classification_policy {
      name: "classificationPolicies/size"
      segments {
        value: "mm"
        when {
          compare {
            fact { fact: "account.employees" }
            op: OPERATOR_GE
            values { number: 100 }
          }
        }
      }
      segments { value: "smb" }
      touches {
        value: "low"
        when {
          compare {
            fact { fact: "account.segment" }
            op: OPERATOR_EQ
            values { text: "mm" }
          }
        }
      }
      touches { value: "tech" }
    }
    reason: "test"
  )pb"));
  BANSO_ASSERT_OK(Do(&ClassificationApi::ActivateClassificationPolicy,
                     "name: 'classificationPolicies/size@1'"));
  constexpr int kMessages = 10;
  constexpr int kRows = 500;
  std::vector<ImportAccountsRequest> messages;
  for (int i = 0; i < kMessages; ++i) {
    ImportAccountsRequest message = Rows({});
    for (int row = 0; row < kRows; ++row) {
      const std::string id = absl::StrCat("id-", i, "-", row);
      *message.add_accounts() = ParseProto<Account>(
          Row(id, absl::StrCat("display_name: '", id, "' employees: ", row,
                               " expected_users: 5 industry: 'it' country: 'JP' ",
                               "recurring_revenue { minor_units: 1650 currency: 'JPY' }")));
    }
    messages.push_back(std::move(message));
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response, Import(std::move(messages)));
  EXPECT_EQ(response.created(), kMessages * kRows);
  EXPECT_EQ(GetAccount("id-0-499").classification().policy(), "classificationPolicies/size@1");
}

}  // namespace
}  // namespace banso::accounts

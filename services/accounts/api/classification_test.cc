#include <string>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"

namespace banso::accounts {
namespace {

using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::Account;
using v1::ClassificationPolicy;

// A policy whose one rule gives `value` from `employees` on, and `rest` below.
std::string SizePolicy(const std::string& name, int employees) {
  return absl::StrCat("classification_policy { name: 'classificationPolicies/", name,
                      "' segments { value: 'enterprise' when { compare { "
                      "fact { fact: 'account.employees' } op: OPERATOR_GE values { number: ",
                      employees, " } } } } segments { value: 'smb' } } reason: 'test'");
}

class ClassificationTest : public ApiTest {
 protected:
  void Save(const std::string& policy) {
    BANSO_ASSERT_OK(Do(&ClassificationApi::SaveClassificationPolicy, policy));
  }
  void Activate(const std::string& revision) {
    now_ += absl::Seconds(1);
    BANSO_ASSERT_OK(Do(&ClassificationApi::ActivateClassificationPolicy,
                       absl::StrCat("name: 'classificationPolicies/", revision, "'")));
  }
  void Create(const std::string& id, int employees) {
    BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount,
                       absl::StrCat("account_id: '", id, "' account { display_name: '", id,
                                    "' employees: ", employees, " }")));
  }
};

TEST_F(ClassificationTest, ClassifiesByThePolicyInForce) {
  Save(SizePolicy("size", 1000));
  Create("draft", 2000);
  EXPECT_FALSE(GetAccount("draft").has_classification()) << "a draft decides nothing";
  Activate("size@1");
  Create("big", 1000);
  Create("small", 999);
  EXPECT_EQ(GetAccount("big").classification().segment(), "enterprise");
  EXPECT_EQ(GetAccount("big").classification().policy(), "classificationPolicies/size@1");
  EXPECT_EQ(GetAccount("small").classification().segment(), "smb");
  EXPECT_THAT(FactHistory("accounts/big", "account.segment"), ElementsAre("enterprise"));

  BANSO_ASSERT_OK(
      Do(&AccountsApi::UpdateAccount, "account { name: 'accounts/small' employees: 1500 }"));
  EXPECT_EQ(GetAccount("small").classification().segment(), "enterprise");
  EXPECT_THAT(FactHistory("accounts/small", "account.segment"), ElementsAre("smb", "enterprise"));

  BANSO_ASSERT_OK_AND_ASSIGN(const auto listed,
                             Do(&AccountsApi::ListAccounts, "segment: 'enterprise'"));
  EXPECT_EQ(listed.accounts_size(), 2);
}

TEST_F(ClassificationTest, ImportClassifiesToo) {
  Save(SizePolicy("size", 1000));
  Activate("size@1");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response,
                             Import({ParseProto<v1::ImportAccountsRequest>(R"pb(
                               external_system: "crm"
                               accounts {
                                 display_name: "A"
                                 employees: 4000
                                 external_ids { system: "crm" id: "1" }
                               })pb")}));
  EXPECT_EQ(response.created(), 1);
  EXPECT_EQ(GetAccount("1").classification().segment(), "enterprise");
}

TEST_F(ClassificationTest, KeepsRevisionsOfWhatIsSaved) {
  Save(SizePolicy("size", 1000));
  Save(SizePolicy("size", 1000));
  Save(SizePolicy("size", 500));
  Activate("size@1");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto revisions,
                             Do(&ClassificationApi::ListClassificationPolicyRevisions,
                                "name: 'classificationPolicies/size'"));
  ASSERT_EQ(revisions.classification_policies_size(), 2);
  EXPECT_EQ(revisions.classification_policies(0).revision().number(), 2);
  EXPECT_EQ(revisions.classification_policies(0).revision().state(),
            type::v1::REVISION_STATE_DRAFT);
  EXPECT_EQ(revisions.classification_policies(1).revision().author(), "members/sato");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const ClassificationPolicy active,
      Do(&ClassificationApi::GetClassificationPolicy, "name: 'classificationPolicies/size'"));
  EXPECT_EQ(active.revision().number(), 1);
  BANSO_ASSERT_OK_AND_ASSIGN(
      const ClassificationPolicy draft,
      Do(&ClassificationApi::GetClassificationPolicy, "name: 'classificationPolicies/size@2'"));
  EXPECT_EQ(draft.segments(0).when().compare().values(0).number(), 500);
}

TEST_F(ClassificationTest, OnePolicyIsInForce) {
  Save(SizePolicy("one", 1000));
  Save(SizePolicy("two", 10));
  Activate("one@1");
  Activate("two@1");
  Create("a", 50);
  EXPECT_EQ(GetAccount("a").classification().policy(), "classificationPolicies/two@1");
  Activate("one@1");
  Create("b", 50);
  EXPECT_EQ(GetAccount("b").classification().policy(), "classificationPolicies/one@1");
}

TEST_F(ClassificationTest, SimulatesAndAppliesANewPolicy) {
  Save(SizePolicy("size", 1000));
  Activate("size@1");
  Create("big", 2000);
  Create("mid", 500);
  Create("small", 10);
  BANSO_ASSERT_OK(Do(&AccountsApi::ArchiveAccount, "name: 'accounts/small'"));
  Save(SizePolicy("size", 400));

  const std::string dry_run = "policy: 'classificationPolicies/size@2' validate_only: true";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto simulated, Do(&ClassificationApi::Reclassify, dry_run));
  EXPECT_EQ(simulated.accounts(), 2);
  EXPECT_EQ(simulated.moved(), 1);
  ASSERT_EQ(simulated.moves_size(), 1);
  EXPECT_EQ(simulated.moves(0).account(), "accounts/mid");
  EXPECT_EQ(simulated.moves(0).before().segment(), "smb");
  EXPECT_EQ(simulated.moves(0).after().segment(), "enterprise");
  EXPECT_EQ(GetAccount("mid").classification().segment(), "smb");

  EXPECT_THAT(Do(&ClassificationApi::Reclassify, "policy: 'classificationPolicies/size@2'"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  Activate("size@2");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto applied, Do(&ClassificationApi::Reclassify, ""));
  EXPECT_EQ(applied.moved(), 1);
  EXPECT_EQ(GetAccount("mid").classification().segment(), "enterprise");
  EXPECT_EQ(GetAccount("big").classification().policy(), "classificationPolicies/size@2");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto again, Do(&ClassificationApi::Reclassify, ""));
  EXPECT_EQ(again.moved(), 0);
}

TEST_F(ClassificationTest, SaysWhatIsWrongWithAPolicy) {
  const auto refused = Do(&ClassificationApi::SaveClassificationPolicy, R"pb(
    classification_policy {
      name: "classificationPolicies/bad"
      segments {
        value: "x"
        when {
          compare {
            fact { fact: "account.employes" }
            op: OPERATOR_GE
            values { number: 1 }
          }
        }
      }
      tiers {
        value: "y"
        when {
          compare {
            fact { fact: "account.employees" }
            op: OPERATOR_EQ
            values { text: "many" }
          }
        }
      }
    }
    reason: "test"
  )pb");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(contract::FieldViolations(refused.status()).size(), 2);
  EXPECT_THAT(Do(&ClassificationApi::GetClassificationPolicy, "name: 'classificationPolicies/bad'"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ClassificationTest, OnlyChecksWhenAskedTo) {
  BANSO_ASSERT_OK(Do(&ClassificationApi::SaveClassificationPolicy,
                     absl::StrCat(SizePolicy("size", 5), " validate_only: true")));
  EXPECT_THAT(
      Do(&ClassificationApi::GetClassificationPolicy, "name: 'classificationPolicies/size'"),
      StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ClassificationTest, RefusesWhatIsNoRevision) {
  Save(SizePolicy("size", 5));
  EXPECT_THAT(
      Do(&ClassificationApi::ActivateClassificationPolicy, "name: 'classificationPolicies/size'"),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Do(&ClassificationApi::ActivateClassificationPolicy, "name: 'classificationPolicies/size@7'"),
      StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Do(&ClassificationApi::SaveClassificationPolicy, SizePolicy("size@1", 5)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  const auto none = Do(&ClassificationApi::Reclassify, "");
  EXPECT_EQ(contract::Reason(none.status()), "NO_ACTIVE_POLICY");
}

TEST_F(ClassificationTest, AProgramWithoutTiersRaisesNoErrors) {
  Save(SizePolicy("size", 51));
  Activate("size@1");
  Create("shop", 3);
  const Account account = GetAccount("shop");
  EXPECT_EQ(account.classification().segment(), "smb");
  EXPECT_EQ(account.classification().tier(), "");
  EXPECT_THAT(FactHistory("accounts/shop", "account.tier"), IsEmpty());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto reclassified, Do(&ClassificationApi::Reclassify, ""));
  EXPECT_EQ(reclassified.moved(), 0);
}

}  // namespace
}  // namespace banso::accounts

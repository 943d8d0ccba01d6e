#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/attributes_api.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::ParseProto;
using ::banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using v1::AttributeDefinition;

class AttributesTest : public ApiTest {
 protected:
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Response> (AttributesApi::*handler)(const Call&,
                                                                                  const Request&),
                               const std::string& request) {
    AttributesApi api(*database_, store_);
    return DoOn(api, handler, request);
  }
  absl::StatusOr<AttributeDefinition> Declare(const std::string& id, const std::string& fields) {
    return Ask(&AttributesApi::CreateAttributeDefinition,
               absl::StrCat("attribute_definition_id: '", id,
                            "' attribute_definition { display_name: 'D' ", fields, " }"));
  }
  absl::StatusOr<v1::Account> Create(const std::string& id, const std::string& fields) {
    return Do(&AccountsApi::CreateAccount,
              absl::StrCat("account_id: '", id, "' account { display_name: 'A' ", fields, " }"));
  }
  static std::string Attribute(const std::string& key, const std::string& value) {
    return absl::StrCat("attributes { key: '", key, "' value { ", value, " } } ");
  }
  // The only violation of a refusal.
  static contract::FieldViolation Violation(const absl::Status& status) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    const auto violations = contract::FieldViolations(status);
    EXPECT_THAT(violations, SizeIs(1));
    return violations.empty() ? contract::FieldViolation() : violations.front();
  }
};

TEST_F(AttributesTest, RefusesWhatIsNotAsDeclared) {
  BANSO_ASSERT_OK(
      Declare("sales-region", "value_type: VALUE_TYPE_TEXT allowed_values: ['east', 'west']"));
  BANSO_ASSERT_OK(Declare("founded", "value_type: VALUE_TYPE_NUMBER unit: 'year'"));
  auto refused = Violation(Create("a", Attribute("sales_region", "text: 'north'")).status());
  EXPECT_EQ(refused.reason, "NOT_ALLOWED");
  EXPECT_EQ(refused.field, "account.attributes[sales_region]");
  EXPECT_THAT(refused.description, AllOf(HasSubstr("north"), HasSubstr("one of east, west")));
  refused = Violation(Create("a", Attribute("founded", "text: '1999'")).status());
  EXPECT_EQ(refused.reason, "OTHER_TYPE");
  EXPECT_THAT(refused.description, HasSubstr("a number, as attributeDefinitions/founded declares"));

  BANSO_ASSERT_OK(Create("a", Attribute("sales_region", "text: 'east'")));
  refused = Violation(Do(&AccountsApi::UpdateAccount,
                         absl::StrCat("account { name: 'accounts/a' ",
                                      Attribute("sales_region", "text: 'south'"), " }"))
                          .status());
  EXPECT_EQ(refused.reason, "NOT_ALLOWED");
  v1::ImportAccountsRequest rows;
  rows.set_external_system("crm");
  *rows.add_accounts() = ParseProto<v1::Account>(
      absl::StrCat("display_name: 'B' external_ids { system: 'crm' id: 'b' } ",
                   Attribute("founded", "flag: true")));
  *rows.add_accounts() = ParseProto<v1::Account>(
      absl::StrCat("display_name: 'C' external_ids { system: 'crm' id: 'c' } ",
                   Attribute("founded", "number: 1999")));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto imported, Import({rows}));
  EXPECT_EQ(imported.created(), 1);
  ASSERT_THAT(imported.errors(), SizeIs(1));
  EXPECT_EQ(imported.errors(0).field(), "accounts.attributes[founded]");
}

TEST_F(AttributesTest, OneBadRowNoLongerFixesTheTypeForAll) {
  BANSO_ASSERT_OK(Declare("founded", "value_type: VALUE_TYPE_NUMBER"));
  EXPECT_FALSE(Create("a", Attribute("founded", "text: '?'")).ok());
  BANSO_EXPECT_OK(Create("b", Attribute("founded", "number: 1999")));
}

TEST_F(AttributesTest, TakesWhatNobodyDeclaredAsOneType) {
  BANSO_ASSERT_OK(Create("a", Attribute("size", "number: 3")));
  EXPECT_EQ(Violation(Create("b", Attribute("size", "text: 'big'")).status()).reason, "OTHER_TYPE");
}

TEST_F(AttributesTest, DeclaresOnlyWhatAccountsHave) {
  BANSO_ASSERT_OK(Create("a", Attribute("region", "text: 'north'")));
  BANSO_ASSERT_OK(Create("b", Attribute("areas", "text_set { items: ['x', 'y'] }")));
  auto refused = Violation(Declare("region", "value_type: VALUE_TYPE_NUMBER").status());
  EXPECT_EQ(refused.reason, "IN_USE_OTHERWISE");
  EXPECT_EQ(refused.field, "attribute_definition.value_type");
  refused = Violation(
      Declare("region", "value_type: VALUE_TYPE_TEXT allowed_values: ['east', 'west']").status());
  EXPECT_EQ(refused.reason, "IN_USE_OTHERWISE");
  EXPECT_THAT(refused.description, AllOf(HasSubstr("north"), HasSubstr("accounts/a")));
  refused =
      Violation(Declare("areas", "value_type: VALUE_TYPE_TEXT_SET allowed_values: 'x'").status());
  EXPECT_THAT(refused.description, AllOf(HasSubstr("y"), HasSubstr("accounts/b")));
  BANSO_EXPECT_OK(
      Declare("region", "value_type: VALUE_TYPE_TEXT allowed_values: ['east', 'north']"));
}

TEST_F(AttributesTest, RefusesDeclarationsThatMakeNoSense) {
  struct Case {
    const char* id;
    const char* fields;
    const char* reason;
  };
  for (const Case& c : {
           Case{"2nd", "value_type: VALUE_TYPE_TEXT", "NOT_A_KEY"},
           Case{"x", "value_type: VALUE_TYPE_TEXT unit: 'JPY'", "NOT_ACCEPTED"},
           Case{"x", "value_type: VALUE_TYPE_FLAG allowed_values: 'yes'", "NOT_ACCEPTED"},
           Case{"x", "value_type: VALUE_TYPE_TEXT allowed_values: ['a', 'a']", "DUPLICATE"},
       }) {
    EXPECT_EQ(Violation(Declare(c.id, c.fields).status()).reason, c.reason) << c.fields;
  }
}

TEST_F(AttributesTest, UpdatesOrMakesWhatIsMissingAndOnlyChecksWhenAsked) {
  const std::string update =
      "attribute_definition { name: 'attributeDefinitions/region' display_name: 'Region' "
      "value_type: VALUE_TYPE_TEXT allowed_values: 'east' } ";
  EXPECT_THAT(Ask(&AttributesApi::UpdateAttributeDefinition, update),
              StatusIs(absl::StatusCode::kNotFound));
  BANSO_ASSERT_OK(Ask(&AttributesApi::UpdateAttributeDefinition,
                      absl::StrCat(update, "allow_missing: true validate_only: true")));
  BANSO_ASSERT_OK_AND_ASSIGN(auto list, Ask(&AttributesApi::ListAttributeDefinitions, ""));
  EXPECT_THAT(list.attribute_definitions(), IsEmpty());
  BANSO_ASSERT_OK(
      Ask(&AttributesApi::UpdateAttributeDefinition, absl::StrCat(update, "allow_missing: true")));
  BANSO_ASSERT_OK(Create("a", Attribute("region", "text: 'east'")));
  const std::string narrower =
      "attribute_definition { name: 'attributeDefinitions/region' allowed_values: 'west' } ";
  EXPECT_EQ(Violation(Ask(&AttributesApi::UpdateAttributeDefinition, narrower).status()).reason,
            "IN_USE_OTHERWISE");
  BANSO_ASSERT_OK_AND_ASSIGN(list, Ask(&AttributesApi::ListAttributeDefinitions, ""));
  ASSERT_THAT(list.attribute_definitions(), SizeIs(1));
  EXPECT_THAT(list.attribute_definitions(0).allowed_values(), ElementsAre("east"));
}

TEST_F(AttributesTest, IsKeptWhileAccountsOrAPolicyInForceNeedIt) {
  BANSO_ASSERT_OK(Declare("region", "value_type: VALUE_TYPE_TEXT allowed_values: 'east'"));
  BANSO_ASSERT_OK(Declare("other", "value_type: VALUE_TYPE_TEXT"));
  BANSO_ASSERT_OK(Create("a", Attribute("region", "text: 'east'")));
  const std::string remove = "name: 'attributeDefinitions/region'";
  EXPECT_THAT(Ask(&AttributesApi::DeleteAttributeDefinition, remove),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("1 account has")));
  BANSO_ASSERT_OK(Do(&AccountsApi::UpdateAccount,
                     "account { name: 'accounts/a' } update_mask { paths: 'attributes' }"));
  BANSO_ASSERT_OK(
      Do(&ClassificationApi::SaveClassificationPolicy,
         "classification_policy { name: 'classificationPolicies/p' teams { value: 'x' when { "
         "compare { fact { fact: 'account.attribute.region' } op: OPERATOR_EQ values { text: "
         "'east' } } } } } reason: 'r'"));
  BANSO_ASSERT_OK(
      Do(&ClassificationApi::ActivateClassificationPolicy, "name: 'classificationPolicies/p@1'"));
  EXPECT_THAT(
      Ask(&AttributesApi::DeleteAttributeDefinition, remove),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("classificationPolicies/p")));
  BANSO_EXPECT_OK(
      Ask(&AttributesApi::DeleteAttributeDefinition, "name: 'attributeDefinitions/other'"));
}

TEST_F(AttributesTest, PoliciesAreCheckedAgainstTheDeclaration) {
  BANSO_ASSERT_OK(Declare("region", "value_type: VALUE_TYPE_TEXT allowed_values: 'east'"));
  const auto save = [&](const std::string& value) {
    return Do(&ClassificationApi::SaveClassificationPolicy,
              absl::StrCat("classification_policy { name: 'classificationPolicies/p' teams { "
                           "value: 'x' when { compare { fact { fact: 'account.attribute.region' } "
                           "op: OPERATOR_EQ values { ",
                           value, " } } } } } reason: 'r'"))
        .status();
  };
  BANSO_EXPECT_OK(save("text: 'east'"));
  EXPECT_THAT(save("number: 3"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(save("text: 'north'"), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::accounts

#include "services/accounts/api/classification_api.h"

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/domain/classification/policy_text.h"

namespace banso::accounts {
namespace {

using ::banso::testing::Nth;
using ::banso::testing::ParseProto;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::HasSubstr;

std::string Employees(const char* op, int number) {
  return Compare("account.employees", op, absl::StrCat("number: ", number));
}

std::string SegmentIs(const char* segment) {
  return Compare("account.segment", "EQ", absl::StrCat("text: '", segment, "'"));
}

std::string Segments(int enterprise, int mid) {
  return Rule("segments", "enterprise", Employees("GE", enterprise)) +
         Rule("segments", "mid", Employees("GE", mid)) +
         Rule("segments", "smb", Employees("GE", 0));
}

const char kTeams[] =
    "teams { value: 'enterprise_team' note: 'Two people' when { $0 } } "
    "teams { value: 'mid_smb_team' when { $1 } }";

std::string Teams() {
  return absl::Substitute(
      kTeams, SegmentIs("enterprise"),
      "compare { fact { fact: 'account.segment' } op: OPERATOR_IN values { text: 'mid' } values { "
      "text: 'smb' } }");
}

class ClassificationApiTest : public ApiTest {
 protected:
  absl::StatusOr<v1::ClassificationPolicy> Save(const std::string& rules) {
    return Do(&ClassificationApi::SaveClassificationPolicy,
              absl::StrCat("classification_policy { name: 'classificationPolicies/p' ", rules,
                           " } reason: 'as agreed'"));
  }
  void Apply(const std::string& rules) {
    BANSO_ASSERT_OK_AND_ASSIGN(const auto policy, Save(rules));
    now_ += absl::Seconds(1);
    BANSO_ASSERT_OK(
        Do(&ClassificationApi::ActivateClassificationPolicy,
           absl::StrCat("name: 'classificationPolicies/p@", policy.revision().number(), "'")));
    BANSO_ASSERT_OK(Do(&ClassificationApi::Reclassify, ""));
  }
  void Create(const std::string& id, const std::string& fields) {
    BANSO_ASSERT_OK(Do(
        &AccountsApi::CreateAccount,
        absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' ", fields, " }")));
  }
  // A customer that is won, and lost if `lost`.
  void CreateCustomer(const std::string& id, const std::string& fields, bool lost) {
    CreateWonAccount(id);
    if (!fields.empty()) {
      BANSO_ASSERT_OK(Do(&AccountsApi::UpdateAccount,
                         absl::StrCat("account { name: 'accounts/", id, "' ", fields, " }")));
    }
    if (!lost) return;
    BANSO_ASSERT_OK(
        Do(&AccountsApi::ChurnAccount,
           absl::StrCat("name: 'accounts/", id,
                        "' reason: CHURN_REASON_LOW_USE date { year: 2026 month: 3 day: 20 }")));
  }
};

TEST_F(ClassificationApiTest, RoutesImportedAccountsToTheirTeamsAndSaysByWhichRule) {
  Proves("KAM-02");
  Apply(Segments(1000, 100) + Teams());
  BANSO_ASSERT_OK(Import({ParseProto<v1::ImportAccountsRequest>(R"pb(
    external_system: "crm"
    accounts {
      display_name: "L"
      employees: 4000
      external_ids { system: "crm" id: "large" }
    }
    accounts {
      display_name: "M"
      employees: 300
      external_ids { system: "crm" id: "middle" }
    }
    accounts {
      display_name: "S"
      employees: 20
      external_ids { system: "crm" id: "small" }
    })pb")}));
  EXPECT_EQ(GetAccount("large").classification().team(), "enterprise_team");
  EXPECT_EQ(GetAccount("middle").classification().team(), "mid_smb_team");
  EXPECT_EQ(GetAccount("small").classification().team(), "mid_smb_team");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto large,
                             Do(&ClassificationApi::ExplainRouting, "name: 'accounts/large'"));
  EXPECT_EQ(large.team(), "enterprise_team");
  EXPECT_EQ(large.policy(), "classificationPolicies/p@1");
  EXPECT_EQ(large.rule(), "account.segment = \"enterprise\"");
  EXPECT_EQ(large.rule_number(), 1);
  EXPECT_EQ(large.note(), "Two people");
  EXPECT_EQ(large.author(), "members/sato");
  EXPECT_EQ(large.reason(), "as agreed");
  ASSERT_EQ(large.before_size(), 1);
  EXPECT_EQ(large.before(0).value(), "enterprise");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto small,
                             Do(&ClassificationApi::ExplainRouting, "name: 'accounts/small'"));
  EXPECT_EQ(small.rule_number(), 2);
}

TEST_F(ClassificationApiTest, ExplainsNothingBeforeAnAccountIsClassified) {
  Create("a", "employees: 5");
  EXPECT_THAT(Do(&ClassificationApi::ExplainRouting, "name: 'accounts/a'"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Do(&ClassificationApi::ExplainRouting, "name: 'accounts/b'"),
              StatusIs(absl::StatusCode::kNotFound));
  Apply(Segments(1000, 100));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto explained,
                             Do(&ClassificationApi::ExplainRouting, "name: 'accounts/a'"));
  EXPECT_EQ(explained.team(), "");
  EXPECT_EQ(explained.rule(), "the policy has no rules for teams");
}

TEST_F(ClassificationApiTest, SimulatesADraftThatIsNotEvenSaved) {
  const std::string levels =
      "touches { value: 'high' when { $0 } } touches { value: 'low' } "
      "touch_levels { touch: 'high' weekly_hours: 10 } touch_levels { touch: 'low' weekly_hours: 1 "
      "}";
  Apply(Segments(1000, 100) + absl::Substitute(levels, SegmentIs("enterprise")));
  Create("big", "employees: 2000");
  Create("mid", "employees: 500");
  Create("small", "employees: 10");
  const std::string draft =
      absl::StrCat("draft { name: 'classificationPolicies/p' ", Segments(400, 100),
                   absl::Substitute(levels, SegmentIs("enterprise")), " }");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto result, Do(&ClassificationApi::SimulatePolicy, draft));
  EXPECT_EQ(result.accounts(), 3);
  EXPECT_EQ(result.moved(), 1);
  ASSERT_EQ(result.moves_size(), 1);
  EXPECT_EQ(result.moves(0).account(), "accounts/mid");
  EXPECT_EQ(result.hours_before(), 12);
  EXPECT_EQ(result.hours_after(), 21);
  ASSERT_EQ(result.transitions_size(), 2);
  EXPECT_EQ(result.transitions(0).axis(), "segment");
  EXPECT_EQ(result.transitions(1).axis(), "touch");
  EXPECT_EQ(result.transitions(1).hours_change(), 9);
  EXPECT_EQ(GetAccount("mid").classification().segment(), "mid") << "nothing is stored";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto present, Do(&ClassificationApi::SimulatePolicy, ""));
  EXPECT_EQ(present.moved(), 0);
  EXPECT_THAT(Do(&ClassificationApi::SimulatePolicy, draft + " name: 'classificationPolicies/p'"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ClassificationApiTest, NeedsAPolicyToSimulate) {
  EXPECT_THAT(Do(&ClassificationApi::SimulatePolicy, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Do(&ClassificationApi::SimulatePolicy, "name: 'classificationPolicies/none@1'"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ClassificationApiTest, RefusesToSaveAContradictionWithAnAccountThatShowsIt) {
  const auto refused =
      Save(Rule("segments", "large", Employees("GE", 1000)) +
           Rule("segments", "starter", Compare("account.expected_users", "LE", "number: 10")));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  const auto violations = contract::FieldViolations(refused.status());
  ASSERT_EQ(violations.size(), 1u);
  EXPECT_EQ(violations[0].field, "classification_policy.segments[1]");
  EXPECT_EQ(violations[0].reason, "OVERLAP");
  EXPECT_THAT(violations[0].description,
              HasSubstr("account.employees = 1000, account.expected_users = 9"));
}

TEST_F(ClassificationApiTest, FindsPlantedLatentAccountsAtTheTopOfTheList) {
  Proves("CLS-03");
  Apply(absl::StrCat(
      Rule("tiers", "t1", Compare("account.expected_users", "GE", "number: 100")) +
          Rule("tiers", "t3", "") +
          Rule("potential_tiers", "t1", Compare("account.potential_score", "GE", "number: 10")) +
          Rule("potential_tiers", "t3", ""),
      "potential_score_axes { key: 'headcount' ", Step(Employees("GE", 3000), 30),
      Step(Employees("GE", 500), 10), "} potential_score_axes { key: 'departments' ",
      Step(Compare("account.purchase.departments", "GE", "number: 3"), 20),
      "} potential_score_axes { key: 'growth' ",
      Step(Compare("account.attribute.group_company", "EQ", "flag: true"), 15), "}"));
  // 300 small starts; ten of them belong to large groups. Every seventh of the others looks like
  // one on one viewpoint.
  for (int i = 0; i < 300; ++i) {
    const bool latent = i % 30 == 7;
    const bool alike = i % 7 == 0;
    Create(
        absl::StrCat("a", i),
        absl::StrCat(
            "expected_users: 5 employees: ",
            latent  ? 9000
            : alike ? 800
                    : 40,
            " purchase { departments: ", latent && i % 60 == 7 ? 6 : 1, " }",
            latent && i != 7 ? " attributes { key: 'group_company' value { flag: true } }" : ""));
  }
  Create("high", "expected_users: 500 employees: 20000 purchase { departments: 20 }");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto list,
                             Do(&ClassificationApi::ScreenPotential, "max_accounts: 30"));
  int found = 0;
  for (const v1::PotentialAccount& account : list.accounts()) {
    int number = -1;
    ASSERT_TRUE(absl::SimpleAtoi(account.account().substr(10), &number)) << account.account();
    found += number % 30 == 7 ? 1 : 0;
  }
  // A recall of 1: all ten are among the thirty.
  EXPECT_EQ(list.accounts_size(), 30);
  EXPECT_EQ(found, 10);
  EXPECT_EQ(list.policy(), "classificationPolicies/p@1");
  EXPECT_EQ(list.candidates(), 51) << "ten, and those that look alike";
  EXPECT_GE(Nth(list.accounts(), 0).potential_score().score(),
            Nth(list.accounts(), 9).potential_score().score());
  EXPECT_EQ(Nth(list.accounts(), 0).tier(), "t3");
  EXPECT_EQ(Nth(list.accounts(), 0).potential_tier(), "t1");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto first,
                             Do(&ClassificationApi::ScreenPotential, "max_accounts: 3"));
  EXPECT_EQ(first.accounts_size(), 3);
}

TEST_F(ClassificationApiTest, ScreensOnlyByAPolicyThatSaysHow) {
  EXPECT_THAT(Do(&ClassificationApi::ScreenPotential, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  Apply(Segments(1000, 100));
  EXPECT_THAT(Do(&ClassificationApi::ScreenPotential, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(ClassificationApiTest, AnAxisAddedAsDataIsFilledAndTestedForSeparatingOutcomes) {
  Proves("LX-27");
  Apply(Segments(1000, 100));
  // Of 50 customers with field staff 20 are lost, of 50 without it 5.
  for (int i = 0; i < 100; ++i) {
    const bool field = i % 2 == 0;
    CreateCustomer(absl::StrCat("a", i),
                   absl::StrCat("employees: 50 attributes { key: 'field_staff' value { number: ",
                                field ? 30 : 0, " } }"),
                   field ? i < 40 : i < 10);
  }
  Apply(Segments(1000, 100) + "custom_axes { key: 'field_work' " +
        Rule("rules", "field", Compare("account.attribute.field_staff", "GE", "number: 10")) +
        Rule("rules", "office", "") + "}");
  EXPECT_EQ(FactHistory("accounts/a1", "account.axis.field_work"),
            std::vector<std::string>{"office"});
  BANSO_ASSERT_OK_AND_ASSIGN(const auto report,
                             Do(&ClassificationApi::AnalyzeAxis, "axis: 'field_work'"));
  ASSERT_EQ(report.outcomes_size(), 2);
  EXPECT_EQ(report.outcomes(0).value(), "field");
  EXPECT_EQ(report.outcomes(0).lost().n(), 50);
  EXPECT_EQ(report.outcomes(0).lost().count(), 20);
  EXPECT_DOUBLE_EQ(report.outcomes(0).difference(), 0.3);
  // Newcombe's method 10 for 20/50 and 5/50: 0.1327 to 0.4459 (worked out by hand from Wilson's
  // limits 0.2761, 0.5382 and 0.0435, 0.2136).
  EXPECT_NEAR(report.outcomes(0).difference_low(), 0.3 - std::hypot(0.4 - 0.2761, 0.2136 - 0.1),
              5e-4);
  EXPECT_NEAR(report.outcomes(0).difference_high(), 0.3 + std::hypot(0.5382 - 0.4, 0.1 - 0.0435),
              5e-4);
  EXPECT_DOUBLE_EQ(report.outcomes(1).difference(), -0.3);
  EXPECT_THAT(report.definition(), HasSubstr("CHURNED"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto other, Do(&ClassificationApi::AnalyzeAxis, "axis: 'tier'"));
  EXPECT_EQ(other.outcomes_size(), 0);
  EXPECT_EQ(other.unclassified(), 100);
}

TEST_F(ClassificationApiTest, ComparesTheArmsOfAnExperimentOfTouch) {
  Proves("LX-22");
  Apply(
      "custom_axes { key: 'shade' arms { value: 'guided' weight: 1 } arms { value: 'alone' "
      "weight: 1 } } " +
      Rule("touches", "low", Compare("account.axis.shade", "EQ", "text: 'guided'")) +
      Rule("touches", "self", ""));
  int alone = 0;
  int alone_lost = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string id = absl::StrCat("a", i);
    CreateCustomer(id, "", false);
    const v1::Classification classification = GetAccount(id).classification();
    const bool is_alone = ClassOn(classification, "shade") == "alone";
    EXPECT_EQ(classification.touch(), is_alone ? "self" : "low");
    alone += is_alone ? 1 : 0;
    if (!is_alone || i % 2 != 0) continue;
    alone_lost += 1;
    BANSO_ASSERT_OK(
        Do(&AccountsApi::ChurnAccount,
           absl::StrCat("name: 'accounts/", id,
                        "' reason: CHURN_REASON_LOW_USE date { year: 2026 month: 3 day: 20 }")));
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const auto report,
                             Do(&ClassificationApi::AnalyzeAxis, "axis: 'shade'"));
  ASSERT_EQ(report.outcomes_size(), 2);
  EXPECT_EQ(report.outcomes(0).value(), "alone");
  EXPECT_EQ(report.outcomes(0).lost().n(), alone);
  EXPECT_EQ(report.outcomes(0).lost().count(), alone_lost);
  EXPECT_EQ(report.outcomes(1).lost().count(), 0);
  EXPECT_DOUBLE_EQ(report.outcomes(0).difference(), static_cast<double>(alone_lost) / alone);
  EXPECT_GT(report.outcomes(0).difference_low(), 0);
  EXPECT_LT(report.outcomes(0).difference_low(), report.outcomes(0).difference());
  EXPECT_GT(report.outcomes(0).difference_high(), report.outcomes(0).difference());
}

}  // namespace
}  // namespace banso::accounts

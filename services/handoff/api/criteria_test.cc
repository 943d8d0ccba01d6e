#include <string>

#include "common/contract/errors.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "services/handoff/api/handoff_fixture.h"

namespace banso::handoff {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CriteriaApiTest : public HandoffTest {
 protected:
  v1::ResolveCriteriaResponse Resolve(const std::string& account) {
    auto response = Ask(&CriteriaApi::ResolveCriteria, "account: '" + account + "'");
    EXPECT_THAT(response, IsOk());
    return response.ok() ? *response : v1::ResolveCriteriaResponse();
  }
};

constexpr char kTwoRules[] =
    "criteria { id: 'rules' title: 'Rules' kind: CRITERION_KIND_ARTIFACT "
    "required: true problem: 'Every site does it differently' }";
constexpr char kRulesAndManual[] =
    "criteria { id: 'rules' title: 'Rules' kind: CRITERION_KIND_ARTIFACT required: true } "
    "criteria { id: 'manual' title: 'Manual' kind: CRITERION_KIND_ARTIFACT required: true }";

TEST_F(CriteriaApiTest, GivesEachSegmentItsOwnLineOfRevisions) {
  SetFact("accounts/big", "account.segment", "enterprise");
  SetFact("accounts/small", "account.segment", "smb");
  ActivateSet("enterprise", "enterprise", kTwoRules);
  ActivateSet("smb", "smb", kTwoRules);
  EXPECT_EQ(Resolve("accounts/big").criteria_set(), "criteriaSets/enterprise@1");
  EXPECT_EQ(Resolve("accounts/small").criteria_set(), "criteriaSets/smb@1");

  ActivateSet("smb", "smb", kRulesAndManual, 2);
  EXPECT_EQ(Resolve("accounts/big").criteria_set(), "criteriaSets/enterprise@1");
  EXPECT_EQ(Resolve("accounts/small").criteria_set(), "criteriaSets/smb@2");
  EXPECT_THAT(Resolve("accounts/small").criteria(), ElementsAre("rules", "manual"));
  EXPECT_THAT(Resolve("accounts/big").trail(),
              Contains(HasSubstr("criteriaSets/smb@2: account.segment")));
  EXPECT_EQ(Resolve("accounts/unknown").criteria_set(), "");
  Proves("KAM-03");
}

TEST_F(CriteriaApiTest, KeepsADraftOutOfForce) {
  ActivateSet("smb", "", kTwoRules);
  BANSO_ASSERT_OK(
      Ask(&CriteriaApi::SaveCriteriaSet, absl::StrCat("criteria_set { name: 'criteriaSets/smb' ",
                                                      kRulesAndManual, " } reason: 'one more'")));
  EXPECT_EQ(Resolve("accounts/small").criteria_set(), "criteriaSets/smb@1");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::ListCriteriaSetRevisionsResponse revisions,
      Ask(&CriteriaApi::ListCriteriaSetRevisions, "name: 'criteriaSets/smb'"));
  ASSERT_EQ(revisions.criteria_sets_size(), 2);
  EXPECT_EQ(revisions.criteria_sets(0).revision().number(), 2);
  EXPECT_EQ(revisions.criteria_sets(0).revision().state(), type::v1::REVISION_STATE_DRAFT);
}

TEST_F(CriteriaApiTest, SavesTheSameContentAsTheSameRevision) {
  const std::string request =
      absl::StrCat("criteria_set { name: 'criteriaSets/smb' ", kTwoRules, " } reason: 'test'");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::CriteriaSet first,
                             Ask(&CriteriaApi::SaveCriteriaSet, request));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::CriteriaSet second,
                             Ask(&CriteriaApi::SaveCriteriaSet, request));
  EXPECT_EQ(first.revision().number(), second.revision().number());
}

TEST_F(CriteriaApiTest, ChecksConditionsAgainstTheFactsOfTheirOwners) {
  const auto save = [&](const std::string& fact, const std::string& more = "") {
    return Ask(&CriteriaApi::SaveCriteriaSet,
               absl::StrCat(
                   "criteria_set { name: 'criteriaSets/smb' criteria { id: 'c' title: 'C' "
                   "kind: CRITERION_KIND_CONDITION condition { compare { fact { fact: '",
                   fact, "' } op: OPERATOR_GE values { number: 1 } } } } } reason: 'test' ", more));
  };
  EXPECT_THAT(save("metric.interviews"), IsOk());
  EXPECT_THAT(save("metric.interview"), StatusIs(absl::StatusCode::kInvalidArgument,
                                                 HasSubstr("criteria_set.criteria[0].condition")));
  EXPECT_THAT(save("metric.new",
                   "additional_fact_types { name: 'metric.new' value_type: "
                   "VALUE_TYPE_NUMBER subject: SUBJECT_KIND_ACCOUNT }"),
              IsOk());
  neighbours_.Fail("health", absl::UnavailableError("away"));
  EXPECT_THAT(save("metric.interviews"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("health")));
  EXPECT_THAT(save("completion.exceptions"), IsOk()) << "its own facts need nobody else";
}

TEST_F(CriteriaApiTest, RemembersTheTypesOfTheFactsThatItReads) {
  BANSO_ASSERT_OK_AND_ASSIGN(
      const v1::CriteriaSet set,
      Ask(&CriteriaApi::SaveCriteriaSet,
          "criteria_set { name: 'criteriaSets/smb' criteria { id: 'c' title: 'C' kind: "
          "CRITERION_KIND_CONDITION condition { known { fact: 'metric.interviews' } } } } "
          "reason: 'test'"));
  ASSERT_EQ(set.fact_types_size(), 1);
  EXPECT_EQ(set.fact_types(0).name(), "metric.interviews");
}

TEST_F(CriteriaApiTest, ResolvesNothingWhileAccountsIsAway) {
  ActivateSet("smb", "smb", kTwoRules);
  neighbours_.Fail("accounts", absl::UnavailableError("away"));
  EXPECT_THAT(Ask(&CriteriaApi::ResolveCriteria, "account: 'accounts/small'"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("accounts")));
}

TEST_F(CriteriaApiTest, PutsThePolicyActivatedLastInForce) {
  for (const char* id : {"first", "second"}) {
    BANSO_ASSERT_OK(Ask(&HandoffApi::SaveHandoffPolicy,
                        absl::StrCat("handoff_policy { name: 'handoffPolicies/", id,
                                     "' minimum_outcomes: 2 } reason: 'test'")));
  }
  BANSO_ASSERT_OK(Ask(&HandoffApi::ActivateHandoffPolicy, "name: 'handoffPolicies/second@1'"));
  GoTo(absl::CivilDay(2026, 6, 27));
  BANSO_ASSERT_OK(Ask(&HandoffApi::ActivateHandoffPolicy, "name: 'handoffPolicies/first@1'"));
  BANSO_ASSERT_OK(Start());
  EXPECT_EQ(Completion().handoff_policy(), "handoffPolicies/first@1");
  EXPECT_EQ(Readiness().outcomes_required(), 2);
}

}  // namespace
}  // namespace banso::handoff

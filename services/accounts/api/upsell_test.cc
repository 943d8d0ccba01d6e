#include "services/accounts/domain/upsell.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"

namespace banso::accounts {
namespace {

using ::banso::testing::Proves;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kAgreed[] = "agree_date { year: 2026 month: 3 day: 20 } ";

class UpsellTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    CreateWonAccount("a");
    AddPerson("field", "");
    AddPerson("boss", "decision_maker: true");
  }
  void AddPerson(const std::string& id, const std::string& fields) {
    BANSO_ASSERT_OK(Do(&PeopleApi::CreateStakeholder,
                       absl::StrCat("parent: 'accounts/a' stakeholder_id: '", id,
                                    "' stakeholder { display_name: '", id, "' ", fields, " }")));
  }
  absl::StatusOr<v1::UpsellCondition> Record(const std::string& id, const std::string& fields) {
    return Do(&RelationsApi::CreateUpsellCondition,
              absl::StrCat("parent: 'accounts/a' upsell_condition_id: '", id,
                           "' upsell_condition { statement: 'Three sites live' ", fields, " }"));
  }
  static std::string With(const std::string& person) {
    return absl::StrCat(kAgreed, "agreed_with: 'accounts/a/stakeholders/", person, "' ");
  }
  v1::UpsellCondition Get(const std::string& id) {
    return Do(&RelationsApi::GetUpsellCondition,
              absl::StrCat("name: 'accounts/a/upsellConditions/", id, "'"))
        .value_or(v1::UpsellCondition());
  }
};

TEST_F(UpsellTest, AConditionWithoutADecisionMakerStandsOnWeakEvidence) {
  Proves("KAN-33");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto open, Record("u0", ""));
  EXPECT_EQ(open.evidence(), v1::EVIDENCE_STRENGTH_WEAK);
  EXPECT_THAT(open.weaknesses(), ElementsAre(v1::EVIDENCE_WEAKNESS_NOT_AGREED));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto weak, Record("u1", With("field")));
  EXPECT_EQ(weak.evidence(), v1::EVIDENCE_STRENGTH_WEAK);
  EXPECT_THAT(weak.weaknesses(), ElementsAre(v1::EVIDENCE_WEAKNESS_NO_DECISION_MAKER));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto strong, Record("u2", With("boss")));
  EXPECT_EQ(strong.evidence(), v1::EVIDENCE_STRENGTH_STRONG);
  EXPECT_THAT(strong.weaknesses(), IsEmpty());
  EXPECT_EQ(FactNow("accounts/a", "account.upsell.conditions"), "3");
  EXPECT_EQ(FactNow("accounts/a", "account.upsell.weak_conditions"), "2");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto listed,
                             Do(&RelationsApi::ListUpsellConditions,
                                "parent: 'accounts/-' evidence: EVIDENCE_STRENGTH_WEAK"));
  EXPECT_EQ(listed.upsell_conditions_size(), 2);
}

TEST_F(UpsellTest, TheEvidenceFollowsThePeople) {
  BANSO_ASSERT_OK(Record("u1", With("boss")).status());
  BANSO_ASSERT_OK(Do(&PeopleApi::UpdateStakeholder,
                     "stakeholder { name: 'accounts/a/stakeholders/boss' active_until { year: 2026 "
                     "month: 3 day: 24 } } update_mask { paths: 'active_until' }"));
  EXPECT_THAT(Get("u1").weaknesses(), ElementsAre(v1::EVIDENCE_WEAKNESS_DECISION_MAKER_NOT_ACTIVE));
  BANSO_ASSERT_OK(Do(&PeopleApi::UpdateStakeholder,
                     "stakeholder { name: 'accounts/a/stakeholders/boss' decision_maker: false } "
                     "update_mask { paths: 'decision_maker' }"));
  EXPECT_THAT(Get("u1").weaknesses(), ElementsAre(v1::EVIDENCE_WEAKNESS_NO_DECISION_MAKER));
  EXPECT_EQ(FactNow("accounts/a", "account.upsell.weak_conditions"), "1");
}

TEST_F(UpsellTest, EvidenceChangesWhenOnlyTimePasses) {
  BANSO_ASSERT_OK(Do(&PeopleApi::UpdateStakeholder,
                     "stakeholder { name: 'accounts/a/stakeholders/boss' active_until { year: 2026 "
                     "month: 3 day: 26 } } update_mask { paths: 'active_until' }"));
  BANSO_ASSERT_OK(Record("u1", With("boss")).status());
  EXPECT_EQ(Get("u1").evidence(), v1::EVIDENCE_STRENGTH_STRONG);
  now_ += absl::Hours(48);
  BANSO_ASSERT_OK(Service<PeopleApi>().RefreshDueSummaries(NewCall("sweep")));
  EXPECT_EQ(Get("u1").evidence(), v1::EVIDENCE_STRENGTH_WEAK);
}

TEST_F(UpsellTest, OneThatHasComeTrueIsNoLongerCounted) {
  BANSO_ASSERT_OK(Record("u1", "").status());
  BANSO_ASSERT_OK(Do(&RelationsApi::UpdateUpsellCondition,
                     "upsell_condition { name: 'accounts/a/upsellConditions/u1' met_date { year: "
                     "2026 month: 3 day: 25 } } update_mask { paths: 'met_date' }"));
  EXPECT_EQ(FactNow("accounts/a", "account.upsell.conditions"), "");
}

TEST_F(UpsellTest, RefusesWhatDoesNotFitTogether) {
  for (const std::string& fields :
       {std::string("agreed_with: 'accounts/a/stakeholders/boss'"), std::string(kAgreed),
        With("nobody"), With("boss") + "agreed_with: 'accounts/a/stakeholders/boss'",
        std::string("met_date { year: 2026 month: 3 day: 26 }")}) {
    EXPECT_THAT(Record("", fields), StatusIs(absl::StatusCode::kInvalidArgument)) << fields;
  }
}

}  // namespace
}  // namespace banso::accounts

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/domain/stakeholder.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::Proves;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::AccountSummary;
using v1::StakeholderChange;

constexpr char kGap[] = "account.risk.champion_gap";
constexpr char kChange[] = "account.risk.person_change";

// The customer's people who carry a project, and what endangers it.
class ChampionsTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    CreateWonAccount("a");
  }

  void CreateStakeholder(const std::string& id, const std::string& rest) {
    BANSO_ASSERT_OK(Do(&PeopleApi::CreateStakeholder,
                       absl::StrCat("parent: 'accounts/a' stakeholder_id: '", id,
                                    "' stakeholder { display_name: '", id, "' ", rest, " }")));
  }

  void Update(const std::string& id, const std::string& rest) {
    BANSO_ASSERT_OK(
        Do(&PeopleApi::UpdateStakeholder,
           absl::StrCat("stakeholder { name: 'accounts/a/stakeholders/", id, "' ", rest, " }")));
  }

  AccountSummary Summary() {
    const auto summary = Do(&PeopleApi::GetAccountSummary, "name: 'accounts/a/summary'");
    EXPECT_THAT(summary, IsOk());
    return summary.value_or(AccountSummary());
  }

  // `CHAMPION_GAP since 3-25`.
  std::vector<std::string> Risks() {
    std::vector<std::string> risks;
    const AccountSummary summary = Summary();
    for (const v1::AccountRisk& risk : summary.risks()) {
      risks.push_back(absl::StrCat(
          v1::AccountRiskKind_Name(risk.kind()).substr(std::string("ACCOUNT_RISK_KIND_").size()),
          " since ", risk.since().month(), "-", risk.since().day()));
    }
    return risks;
  }

  // One line per recorded change, the latest first.
  std::vector<std::string> Changes() {
    std::vector<std::string> lines;
    const auto response = Do(&PeopleApi::ListStakeholderChanges, "parent: 'accounts/a'");
    EXPECT_THAT(response, IsOk());
    const std::string prefix = "accounts/a/stakeholders/";
    for (const StakeholderChange& change : response->stakeholder_changes()) {
      const std::string after =
          change.after().empty() ? "nobody" : change.after().substr(prefix.size());
      lines.push_back(absl::StrCat(change.before().substr(prefix.size()), " -> ", after, " on ",
                                   change.date().month(), "-", change.date().day()));
    }
    return lines;
  }

  // Midnight in Tokyo, and what falls due then.
  void GoTo(int month, int day) {
    now_ = absl::FromCivil(absl::CivilSecond(2026, month, day, 0, 0, 0),
                           absl::FixedTimeZone(9 * 60 * 60));
    BANSO_ASSERT_OK(Service<PeopleApi>().RefreshDueSummaries(NewCall("sweep/due_summaries")));
  }
};

TEST_F(ChampionsTest, AProjectWithoutAChampionIsARiskTheSameDay) {
  // Missing: from the day on which the onboarding begins.
  StartOnboarding("a", "o1");
  EXPECT_THAT(Risks(), ElementsAre("CHAMPION_GAP since 3-25"));
  EXPECT_EQ(FactNow("accounts/a", kGap), "yes");

  // Named, with how the person is bound: no risk.
  CreateStakeholder("suzuki", R"pb(
    roles: STAKEHOLDER_ROLE_PROJECT_OWNER
    commitment { kinds: COMMITMENT_KIND_HR_GOAL level: 5 }
  )pb");
  EXPECT_THAT(Risks(), IsEmpty());
  EXPECT_EQ(FactNow("accounts/a", kGap), "no");
  EXPECT_EQ(FactNow("accounts/a", "account.champion.commitment"), "{\"hr_goal\"}");
  EXPECT_EQ(FactNow("accounts/a", "account.champion.commitment_level"), "5");

  // Leaves: still there on the last day, a risk with the first hour of the next.
  Update("suzuki", "active_until { year: 2026 month: 4 day: 10 }");
  GoTo(4, 10);
  EXPECT_THAT(Risks(), IsEmpty());
  GoTo(4, 11);
  EXPECT_THAT(Risks(), ElementsAre("CHAMPION_GAP since 4-11", "PERSON_CHANGE since 4-11"));
  EXPECT_EQ(FactNow("accounts/a", kGap), "yes");
  EXPECT_THAT(Changes(), ElementsAre("suzuki -> nobody on 4-11"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto at_risk, Do(&PeopleApi::ListAccountSummaries,
                                                    "risk: ACCOUNT_RISK_KIND_CHAMPION_GAP"));
  ASSERT_EQ(at_risk.account_summaries_size(), 1);
  EXPECT_EQ(at_risk.account_summaries(0).name(), "accounts/a/summary");
  Proves("KAN-09");
}

TEST_F(ChampionsTest, ACustomerIsNotJudgedBeforeItsFirstOnboarding) {
  CreateStakeholder("suzuki", "decision_maker: true");
  EXPECT_THAT(Risks(), IsEmpty());
  EXPECT_EQ(FactNow("accounts/a", kGap), "");
}

// What nobody has said is unknown: a rule must not take it for no.
TEST_F(ChampionsTest, WhoCarriesTheProjectIsUnknownWhileNobodyIsRecorded) {
  const auto facts = [&] {
    std::vector<std::string> values;
    for (const char* fact : {"project_owner", "lead", "decision_maker"}) {
      values.push_back(FactNow("accounts/a", absl::StrCat("account.people.", fact)));
    }
    return values;
  };
  BANSO_ASSERT_OK(Do(&RelationsApi::CreateSite,
                     "parent: 'accounts/a' site_id: 'hq' site { display_name: 'HQ' }"));
  EXPECT_EQ(Summary().people(), 0);
  EXPECT_THAT(facts(), ElementsAre("", "", ""));
  CreateStakeholder("tanaka", "roles: STAKEHOLDER_ROLE_USER");
  EXPECT_EQ(Summary().people(), 1);
  EXPECT_THAT(facts(), ElementsAre("no", "no", ""));
  Update("tanaka", "decision_maker: false");
  EXPECT_THAT(facts(), ElementsAre("no", "no", "no"));
  CreateStakeholder("suzuki", "roles: STAKEHOLDER_ROLE_LEAD decision_maker: true");
  EXPECT_THAT(facts(), ElementsAre("no", "yes", "yes"));
  Update("tanaka", "active_until { year: 2026 month: 3 day: 24 }");
  Update("suzuki", "active_until { year: 2026 month: 3 day: 24 }");
  EXPECT_THAT(facts(), ElementsAre("no", "no", "")) << "of nobody who is still there";
}

TEST_F(ChampionsTest, AChangeIsWatchedForThirtyDays) {
  StartOnboarding("a", "o1");
  CreateStakeholder("suzuki", "roles: STAKEHOLDER_ROLE_PROJECT_OWNER");
  CreateStakeholder("tanaka", "");
  GoTo(4, 3);
  BANSO_ASSERT_OK_AND_ASSIGN(const StakeholderChange change,
                             Do(&PeopleApi::ReplaceStakeholder, R"pb(
                               parent: "accounts/a"
                               role: STAKEHOLDER_ROLE_PROJECT_OWNER
                               before: "accounts/a/stakeholders/suzuki"
                               after: "accounts/a/stakeholders/tanaka"
                               date { year: 2026 month: 4 day: 1 }
                               leaves: true
                               reason: "transferred"
                             )pb"));
  EXPECT_EQ(change.reason(), "transferred");
  EXPECT_EQ(change.recorded_by(), "members/sato");
  EXPECT_EQ(change.watch_until().month(), 4);
  EXPECT_EQ(change.watch_until().day(), 30);
  EXPECT_THAT(Changes(), ElementsAre("suzuki -> tanaka on 4-1"));
  EXPECT_THAT(Risks(), ElementsAre("PERSON_CHANGE since 4-1"));
  EXPECT_EQ(Nth(Summary().risks(), 0).stakeholder_change(), change.name());
  EXPECT_EQ(FactNow("accounts/a", kChange), "yes");
  EXPECT_EQ(FactNow("accounts/a", "account.person_changed"), "2026-04-01");
  GoTo(4, 30);
  EXPECT_EQ(FactNow("accounts/a", kChange), "yes");
  GoTo(5, 1);
  EXPECT_THAT(Risks(), IsEmpty());
  EXPECT_EQ(FactNow("accounts/a", kChange), "no");
}

TEST_F(ChampionsTest, AChangeIsSeenHoweverItComesAbout) {
  CreateStakeholder("suzuki", "roles: STAKEHOLDER_ROLE_PROJECT_OWNER roles: STAKEHOLDER_ROLE_LEAD");
  CreateStakeholder("tanaka", "");
  EXPECT_THAT(Changes(), IsEmpty());
  Update("tanaka", "roles: STAKEHOLDER_ROLE_LEAD");
  EXPECT_THAT(Changes(), IsEmpty()) << "one more is no change";
  Update("suzuki", "roles: STAKEHOLDER_ROLE_USER");
  EXPECT_THAT(Changes(), ElementsAre("suzuki -> nobody on 3-25", "suzuki -> nobody on 3-25"));
}

TEST_F(ChampionsTest, OnePersonMayHoldSeveralRoles) {
  CreateStakeholder("suzuki",
                    "roles: STAKEHOLDER_ROLE_PROJECT_OWNER roles: STAKEHOLDER_ROLE_LEAD "
                    "decision_maker: true");
  EXPECT_EQ(FactNow("accounts/a", "account.people.project_owner"), "yes");
  EXPECT_EQ(FactNow("accounts/a", "account.people.lead"), "yes");
  EXPECT_EQ(FactNow("accounts/a", "account.people.decision_maker"), "yes");
  EXPECT_EQ(Summary().role_holders_size(), 2);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto owners,
                             Do(&PeopleApi::ListStakeholders,
                                "parent: 'accounts/-' roles: STAKEHOLDER_ROLE_PROJECT_OWNER"));
  EXPECT_EQ(owners.stakeholders_size(), 1);
}

TEST_F(ChampionsTest, OnlyAHolderIsReplacedAndOnlyBySomebodyActive) {
  CreateStakeholder("suzuki", "roles: STAKEHOLDER_ROLE_LEAD");
  CreateStakeholder("gone", "active_until { year: 2026 month: 3 day: 1 }");
  const auto replace = [&](const std::string& role, const std::string& after) {
    return contract::Reason(Do(&PeopleApi::ReplaceStakeholder,
                               absl::StrCat("parent: 'accounts/a' role: STAKEHOLDER_ROLE_", role,
                                            " before: 'accounts/a/stakeholders/suzuki' after: '",
                                            after, "' reason: 'x'"))
                                .status());
  };
  EXPECT_EQ(replace("PROJECT_OWNER", ""), kReasonNotRoleHolder);
  EXPECT_EQ(replace("LEAD", "accounts/a/stakeholders/gone"), kReasonNotActive);
  EXPECT_EQ(replace("LEAD", "accounts/b/stakeholders/x"), contract::kReasonFieldViolation);
  EXPECT_EQ(replace("USER", ""), contract::kReasonFieldViolation);
  EXPECT_THAT(Changes(), IsEmpty());
}

TEST_F(ChampionsTest, EnthusiasmIsKeptOverTime) {
  CreateStakeholder("suzuki", "");
  const std::string name = "accounts/a/stakeholders/suzuki";
  const auto record = [&](int level, int day) {
    return Do(&PeopleApi::RecordEnthusiasm,
              absl::StrCat("name: '", name, "' level: ", level,
                           " date { year: 2026 month: 3 day: ", day, " }"));
  };
  BANSO_ASSERT_OK(record(2, 20));
  BANSO_ASSERT_OK(record(5, 25));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Stakeholder stored, record(4, 25));
  ASSERT_EQ(stored.enthusiasm_size(), 2);
  EXPECT_EQ(stored.enthusiasm(1).level(), 4);
  EXPECT_EQ(FactNow(name, "account.stakeholder.enthusiasm"), "4");
  EXPECT_THAT(record(3, 24), banso::testing::StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(record(3, 26), banso::testing::StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace banso::accounts

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/domain/contract.h"

namespace banso::accounts {
namespace {

using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::AccountSummary;
using v1::Contract;
using v1::Interaction;
using v1::Site;

class RelationsTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    CreateWonAccount("a");
  }

  void CreateContract(const std::string& id, const std::string& rest) {
    BANSO_ASSERT_OK(
        Do(&RelationsApi::CreateContract,
           absl::StrCat("parent: 'accounts/a' contract_id: '", id,
                        "' contract { start_date { year: 2026 month: 4 day: 1 } ", rest, " }")));
  }

  void CreateInteraction(const std::string& id, absl::Time start, const std::string& rest) {
    BANSO_ASSERT_OK(
        Do(&RelationsApi::CreateInteraction,
           absl::StrCat("parent: 'accounts/a' interaction_id: '", id,
                        "' interaction { channel: INTERACTION_CHANNEL_VIDEO start_time { seconds: ",
                        absl::ToUnixSeconds(start), " } members: 'members/aoki' ", rest, " }")));
  }

  void CreateStakeholder(const std::string& id, const std::string& rest) {
    BANSO_ASSERT_OK(Do(&PeopleApi::CreateStakeholder,
                       absl::StrCat("parent: 'accounts/a' stakeholder_id: '", id,
                                    "' stakeholder { display_name: '", id, "' ", rest, " }")));
  }

  std::vector<std::string> ContractsInForceOn(const std::string& date) {
    const auto response = Do(&RelationsApi::ListContracts,
                             absl::StrCat("parent: 'accounts/a' in_force_on { ", date, " }"));
    EXPECT_THAT(response, banso::testing::IsOk());
    std::vector<std::string> names;
    for (const Contract& contract : response->contracts()) names.push_back(contract.name());
    return names;
  }

  // Lets the day come on which something is due.
  void GoTo(int month, int day) {
    now_ = absl::FromCivil(absl::CivilSecond(2026, month, day, 0, 0, 0),
                           absl::FixedTimeZone(9 * 60 * 60));
    BANSO_ASSERT_OK(Service<PeopleApi>().RefreshDueSummaries(NewCall("sweep/due_summaries")));
  }

  std::vector<std::string> FieldsOf(const absl::Status& status) {
    std::vector<std::string> fields;
    for (const auto& violation : contract::FieldViolations(status)) {
      fields.push_back(violation.field);
    }
    return fields;
  }
};

TEST_F(RelationsTest, ListsTheContractsInForceOnADay) {
  CreateContract("open", "");
  CreateContract("year", "end_date { year: 2027 month: 3 day: 31 } deal: 'accounts/a/deals/d1'");
  EXPECT_THAT(ContractsInForceOn("year: 2026 month: 3 day: 31"), IsEmpty());
  EXPECT_THAT(ContractsInForceOn("year: 2026 month: 4 day: 1"),
              ElementsAre("accounts/a/contracts/open", "accounts/a/contracts/year"));
  EXPECT_THAT(ContractsInForceOn("year: 2027 month: 3 day: 31"),
              ElementsAre("accounts/a/contracts/open", "accounts/a/contracts/year"));
  EXPECT_THAT(ContractsInForceOn("year: 2027 month: 4 day: 1"),
              ElementsAre("accounts/a/contracts/open"));
}

TEST_F(RelationsTest, AContractBeginsAndEndsWithItsDays) {
  CreateContract("c1",
                 "end_date { year: 2026 month: 4 day: 30 } products: 'scout' plan: 'light' "
                 "monthly_amount { minor_units: 300000 currency: 'JPY' }");
  const auto state = [&] {
    return Do(&RelationsApi::GetContract, "name: 'accounts/a/contracts/c1'")->state();
  };
  EXPECT_EQ(state(), v1::CONTRACT_STATE_UPCOMING);
  EXPECT_EQ(FactNow("accounts/a", "account.contract.products"), "");
  GoTo(4, 1);
  EXPECT_EQ(state(), v1::CONTRACT_STATE_IN_FORCE);
  EXPECT_EQ(FactNow("accounts/a", "account.contract.products"), "{\"scout\"}");
  EXPECT_EQ(FactNow("accounts/a", "account.contract.monthly_amount"), "300000");
  EXPECT_EQ(FactNow("accounts/a", "account.contract.end_date"), "2026-04-30");
  GoTo(4, 30);
  EXPECT_EQ(state(), v1::CONTRACT_STATE_IN_FORCE);
  GoTo(5, 1);
  EXPECT_EQ(state(), v1::CONTRACT_STATE_ENDED);
  EXPECT_EQ(FactNow("accounts/a", "account.contract.products"), "");
  EXPECT_EQ(FactNow("accounts/a", "account.contract.end_date"), "");
}

TEST_F(RelationsTest, ARenewalLeavesNoDayOutAndIsMadeOnce) {
  CreateContract("c1",
                 "end_date { year: 2027 month: 3 day: 31 } plan: 'light' options: 'api' "
                 "monthly_amount { minor_units: 300000 currency: 'JPY' }");
  BANSO_ASSERT_OK_AND_ASSIGN(const Contract next, Do(&RelationsApi::RenewContract, R"pb(
                               name: "accounts/a/contracts/c1"
                               contract_id: "c2"
                               end_date { year: 2028 month: 3 day: 31 }
                             )pb"));
  EXPECT_EQ(next.start_date().year(), 2027);
  EXPECT_EQ(next.start_date().month(), 4);
  EXPECT_EQ(next.start_date().day(), 1);
  EXPECT_EQ(next.plan(), "light");
  EXPECT_EQ(next.monthly_amount().minor_units(), 300000);
  EXPECT_EQ(next.previous_contract(), "accounts/a/contracts/c1");
  EXPECT_EQ(FactNow("accounts/a", "account.contract.end_date"), "2028-03-31");
  const auto reason = [](const absl::Status& status) { return contract::Reason(status); };
  EXPECT_EQ(reason(Do(&RelationsApi::RenewContract, "name: 'accounts/a/contracts/c1'").status()),
            kReasonContractContinued);
  EXPECT_EQ(reason(Do(&RelationsApi::UpdateContract,
                      "contract { name: 'accounts/a/contracts/c1' "
                      "end_date { year: 2027 month: 3 day: 1 } }")
                       .status()),
            kReasonContractContinued);
  EXPECT_EQ(reason(Do(&RelationsApi::DeleteContract, "name: 'accounts/a/contracts/c1'").status()),
            kReasonInUse);
  BANSO_ASSERT_OK(Do(&RelationsApi::DeleteContract, "name: 'accounts/a/contracts/c2'"));
  BANSO_ASSERT_OK(Do(&RelationsApi::DeleteContract, "name: 'accounts/a/contracts/c1'"));
  EXPECT_THAT(Do(&RelationsApi::GetContract, "name: 'accounts/a/contracts/c1'"),
              StatusIs(absl::StatusCode::kNotFound));
  CreateContract("open", "");
  EXPECT_EQ(reason(Do(&RelationsApi::RenewContract, "name: 'accounts/a/contracts/open'").status()),
            kReasonContractWithoutEnd);
}

TEST_F(RelationsTest, AContractEndsAfterItsStartAndNamesADealOfItsAccount) {
  CreateWonAccount("b");
  const auto refused = Do(&RelationsApi::CreateContract, R"pb(
    parent: "accounts/a"
    contract {
      start_date { year: 2026 month: 4 day: 1 }
      end_date { year: 2026 month: 3 day: 31 }
      deal: "accounts/b/deals/d1"
    }
  )pb");
  EXPECT_THAT(FieldsOf(refused.status()), ElementsAre("contract.end_date", "contract.deal"));
}

TEST_F(RelationsTest, ASiteNamesOneOfTheCalendarsThatTheServiceWasGiven) {
  constexpr char kRiyadh[] = R"pb(
    parent: "accounts/a"
    site_id: "ruh"
    site { display_name: "Riyadh" calendar: "gulf" }
  )pb";
  const absl::Status refused = Do(&RelationsApi::CreateSite, kRiyadh).status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument,
                                ::testing::HasSubstr("\"gulf\" is not accepted; accepted: one of "
                                                     "jp, weekends")));
  calendars_.Add(calendar::Calendar("gulf", {absl::Weekday::friday, absl::Weekday::saturday}, {}));
  BANSO_ASSERT_OK_AND_ASSIGN(const Site site, Do(&RelationsApi::CreateSite, kRiyadh));
  EXPECT_EQ(site.calendar(), "gulf");
}

TEST_F(RelationsTest, ASiteHasItsOwnDaysAndIsKeptWhileSomebodyWorksThere) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Site site, Do(&RelationsApi::CreateSite, R"pb(
                               parent: "accounts/a"
                               site_id: "bkk"
                               site {
                                 display_name: "Bangkok"
                                 time_zone: "Asia/Bangkok"
                                 calendar: "weekends"
                                 holidays { date { year: 2026 month: 4 day: 13 } }
                               }
                             )pb"));
  EXPECT_EQ(site.name(), "accounts/a/sites/bkk");
  EXPECT_THAT(FieldsOf(Do(&RelationsApi::UpdateSite, R"pb(
                         site {
                           name: "accounts/a/sites/bkk"
                           calendar: "moon"
                           holidays { date { year: 2026 month: 4 day: 14 } }
                           holidays { date { year: 2026 month: 4 day: 14 } }
                         }
                       )pb")
                           .status()),
              ElementsAre("site.calendar", "site.holidays[1].date"));
  EXPECT_EQ(FactNow("accounts/a", "account.recorded_sites"), "1");
  EXPECT_EQ(FactNow("accounts/a", "account.sites_without_promoter"), "1");
  CreateStakeholder("s", "roles: STAKEHOLDER_ROLE_SITE_CHAMPION site: 'accounts/a/sites/bkk'");
  EXPECT_EQ(FactNow("accounts/a", "account.sites_without_promoter"), "0");
  EXPECT_EQ(
      contract::Reason(Do(&RelationsApi::DeleteSite, "name: 'accounts/a/sites/bkk'").status()),
      kReasonInUse);
  CreateWonAccount("b");
  EXPECT_THAT(FieldsOf(Do(&PeopleApi::CreateStakeholder,
                          "parent: 'accounts/b' stakeholder { display_name: 'x' "
                          "site: 'accounts/a/sites/bkk' }")
                           .status()),
              ElementsAre("stakeholder.site"));
}

TEST_F(RelationsTest, AnOnboardingNamesTheSitesOfItsAccount) {
  CreateWonAccount("b");
  for (const std::string account : {"a", "b"}) {
    BANSO_ASSERT_OK(
        Do(&RelationsApi::CreateSite, absl::StrCat("parent: 'accounts/", account,
                                                   "' site_id: 'osaka' site { display_name: "
                                                   "'Osaka' }")));
  }
  StartOnboarding("a", "o1");
  const auto update = [&](const std::string& sites) {
    return Do(&OnboardingsApi::UpdateOnboarding,
              absl::StrCat("onboarding { name: 'accounts/a/onboardings/o1' ", sites, " }"));
  };
  EXPECT_THAT(FieldsOf(update("sites: 'accounts/a/sites/osaka' sites: 'accounts/b/sites/osaka' "
                              "sites: 'accounts/a/sites/none' sites: 'accounts/a/sites/osaka'")
                           .status()),
              ElementsAre("onboarding.sites[1]", "onboarding.sites[2]", "onboarding.sites[3]"));
  BANSO_ASSERT_OK(update("sites: 'accounts/a/sites/osaka'"));
  EXPECT_EQ(FactNow("accounts/a/onboardings/o1", "account.onboarding.sites"),
            "{\"accounts/a/sites/osaka\"}");
  EXPECT_EQ(
      contract::Reason(Do(&RelationsApi::DeleteSite, "name: 'accounts/a/sites/osaka'").status()),
      kReasonInUse);
  BANSO_ASSERT_OK(Do(&OnboardingsApi::UpdateOnboarding,
                     "onboarding { name: 'accounts/a/onboardings/o1' } "
                     "update_mask { paths: 'sites' }"));
  EXPECT_EQ(FactNow("accounts/a/onboardings/o1", "account.onboarding.sites"), "");
  BANSO_EXPECT_OK(Do(&RelationsApi::DeleteSite, "name: 'accounts/a/sites/osaka'"));
}

TEST_F(RelationsTest, InteractionsAreListedFromTheLatestOn) {
  CreateInteraction("first", now_ - absl::Hours(30), "");
  CreateInteraction("third", now_ - absl::Hours(1), "minutes: 30");
  CreateInteraction("second", now_ - absl::Hours(2), "");
  const auto list = [&](const std::string& filter) {
    std::vector<std::string> ids;
    const auto response =
        Do(&RelationsApi::ListInteractions, absl::StrCat("parent: 'accounts/-' ", filter));
    EXPECT_THAT(response, banso::testing::IsOk());
    for (const Interaction& interaction : response->interactions()) {
      ids.push_back(interaction.name().substr(std::string("accounts/a/interactions/").size()));
    }
    return ids;
  };
  EXPECT_THAT(list(""), ElementsAre("third", "second", "first"));
  EXPECT_THAT(list(absl::StrCat("start_time_before { seconds: ",
                                absl::ToUnixSeconds(now_ - absl::Hours(2)), " }")),
              ElementsAre("first"));
  EXPECT_THAT(list("channels: INTERACTION_CHANNEL_MAIL"), IsEmpty());
}

TEST_F(RelationsTest, AnInteractionNamesPeopleThatThereAreAndHasHappened) {
  const auto refused =
      Do(&RelationsApi::CreateInteraction,
         absl::StrCat("parent: 'accounts/a' interaction { channel: INTERACTION_CHANNEL_CHAT ",
                      "start_time { seconds: ", absl::ToUnixSeconds(now_) + 60, " } ",
                      "members: 'members/aoki' members: 'members/nobody' ",
                      "stakeholders: 'accounts/a/stakeholders/none' ",
                      "onboarding: 'accounts/a/onboardings/none' }"));
  EXPECT_THAT(FieldsOf(refused.status()),
              ElementsAre("interaction.start_time", "interaction.members[1]",
                          "interaction.stakeholders[0]", "interaction.onboarding"));
}

TEST_F(RelationsTest, TheLastContactFollowsWhatIsRecordedAndWhoHoldsTheRole) {
  CreateStakeholder("old", "roles: STAKEHOLDER_ROLE_PROJECT_OWNER");
  CreateStakeholder("new", "");
  const std::string fact = "account.contact.project_owner";
  EXPECT_EQ(FactNow("accounts/a", fact), "");
  CreateInteraction("i1", now_ - absl::Hours(48), "stakeholders: 'accounts/a/stakeholders/old'");
  CreateInteraction("i2", now_ - absl::Hours(24), "stakeholders: 'accounts/a/stakeholders/old'");
  EXPECT_EQ(FactNow("accounts/a", fact), "2026-03-24");
  BANSO_ASSERT_OK(Do(&RelationsApi::DeleteInteraction, "name: 'accounts/a/interactions/i2'"));
  EXPECT_EQ(FactNow("accounts/a", fact), "2026-03-23");
  BANSO_ASSERT_OK(Do(&PeopleApi::ReplaceStakeholder, R"pb(
    parent: "accounts/a"
    role: STAKEHOLDER_ROLE_PROJECT_OWNER
    before: "accounts/a/stakeholders/old"
    after: "accounts/a/stakeholders/new"
    reason: "moved"
  )pb"));
  EXPECT_EQ(FactNow("accounts/a", fact), "") << "nobody has met the new one";
  EXPECT_EQ(FactNow("accounts/a", "account.contact.anybody"), "2026-03-23");
}

TEST_F(RelationsTest, NotingAMeetingDoesNotRefuseAnEditOfTheAccount) {
  const std::string etag = GetAccount("a").etag();
  CreateInteraction("i1", now_, "");
  BANSO_EXPECT_OK(
      Do(&AccountsApi::UpdateAccount,
         absl::StrCat("account { name: 'accounts/a' industry: 'tax' etag: '", etag, "' }")));
}

TEST_F(RelationsTest, AMergeTakesThemAlongWithTheirReferences) {
  BANSO_ASSERT_OK(Do(&AccountsApi::CreateAccount, "account_id: 'b' account { display_name: 'B' }"));
  BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal, "parent: 'accounts/b' deal_id: 'd1' deal {}"));
  BANSO_ASSERT_OK(Do(&RelationsApi::CreateContract,
                     "parent: 'accounts/b' contract_id: 'c1' contract { products: 'scout' "
                     "start_date { year: 2026 month: 3 day: 1 } deal: 'accounts/b/deals/d1' }"));
  BANSO_ASSERT_OK(Do(&RelationsApi::CreateSite,
                     "parent: 'accounts/b' site_id: 's1' site { display_name: 'S' }"));
  BANSO_ASSERT_OK(Do(&AccountsApi::MergeAccounts, "name: 'accounts/a' duplicate: 'accounts/b'"));
  BANSO_ASSERT_OK_AND_ASSIGN(const Contract moved,
                             Do(&RelationsApi::GetContract, "name: 'accounts/a/contracts/c1'"));
  EXPECT_EQ(moved.deal(), "accounts/a/deals/d1-2");
  BANSO_ASSERT_OK_AND_ASSIGN(const AccountSummary summary,
                             Do(&PeopleApi::GetAccountSummary, "name: 'accounts/a/summary'"));
  EXPECT_THAT(summary.products(), ElementsAre("scout"));
  EXPECT_EQ(summary.sites(), 1);
}

}  // namespace
}  // namespace banso::accounts

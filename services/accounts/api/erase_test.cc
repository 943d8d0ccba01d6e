#include "services/accounts/domain/erase.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/storage/history.h"
#include "common/testing/nth.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// What must be nowhere any more.
constexpr char kCanary[] = "canary";

class EraseTest : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    CreateWonAccount("a");
    BANSO_ASSERT_OK(Do(&PeopleApi::CreateStakeholder, R"pb(
      parent: "accounts/a"
      stakeholder_id: "s1"
      stakeholder {
        display_name: "canary name"
        name_kana: "canary kana"
        email: "canary@acme.example"
        phone: "canary 03"
        title: "canary title"
        roles: STAKEHOLDER_ROLE_PROJECT_OWNER
        commitment { level: 3 note: "canary note" }
      }
      request_id: "make-s1"
    )pb"));
    BANSO_ASSERT_OK(Do(&TeamApi::CreateMember, R"pb(
      member_id: "kato"
      member { display_name: "canary kato" email: "canary@vendor.example" }
      request_id: "make-kato"
    )pb"));
    BANSO_ASSERT_OK(Do(&RelationsApi::CreateInteraction,
                       absl::StrCat("parent: 'accounts/a' interaction_id: 'i1' interaction { "
                                    "channel: INTERACTION_CHANNEL_PHONE start_time { seconds: ",
                                    absl::ToUnixSeconds(now_),
                                    " } members: 'members/kato' "
                                    "stakeholders: 'accounts/a/stakeholders/s1' "
                                    "subject: 'canary subject' notes: 'canary notes' } "
                                    "request_id: 'make-i1'")));
    BANSO_ASSERT_OK(Do(&PeopleApi::RecordEnthusiasm,
                       "name: 'accounts/a/stakeholders/s1' level: 4 evidence: 'canary evidence'"));
  }

  // What keeps the member from being erased.
  std::vector<std::string> InCharge(const std::string& member) {
    const absl::Status refused =
        Do(&PeopleApi::ErasePerson, absl::StrCat("name: 'members/", member, "'")).status();
    EXPECT_EQ(contract::Reason(refused), kReasonMemberInCharge);
    std::vector<std::string> causes;
    for (const contract::Precondition& cause : contract::Preconditions(refused)) {
      // Up to what to do about it.
      causes.push_back(cause.what_is_wrong.substr(0, cause.what_is_wrong.find('.')));
    }
    return causes;
  }

  // The field that is refused, and why.
  template <class Result>
  std::string ViolationOf(const absl::StatusOr<Result>& result) {
    const auto violations = contract::FieldViolations(result.status());
    if (violations.size() != 1) return result.status().ToString();
    return absl::StrCat(Nth(violations, 0).field, " ", Nth(violations, 0).reason);
  }

  // Everything in the tables that hold people and what was answered about them.
  std::string Everything() {
    std::string text;
    const absl::Status status = database_->Read([&](storage::Reader& reader) -> absl::Status {
      for (const char* sql :
           {"SELECT data FROM stakeholder ORDER BY name", "SELECT data FROM member ORDER BY name",
            "SELECT data FROM interaction ORDER BY name",
            "SELECT data FROM stakeholder_change ORDER BY name",
            "SELECT resource FROM change ORDER BY position",
            "SELECT reply FROM request ORDER BY request_id"}) {
        BANSO_RETURN_IF_ERROR(reader.Query(sql, {}, [&](const storage::Row& row) {
          absl::StrAppend(&text, row.Blob(0));
          return absl::OkStatus();
        }));
      }
      for (const char* sql : {"SELECT search_text FROM stakeholder ORDER BY name",
                              "SELECT search_text FROM member ORDER BY name"}) {
        BANSO_RETURN_IF_ERROR(reader.Query(sql, {}, [&](const storage::Row& row) {
          absl::StrAppend(&text, row.Text(0));
          return absl::OkStatus();
        }));
      }
      return absl::OkStatus();
    });
    EXPECT_THAT(status, IsOk());
    return text;
  }
};

TEST_F(EraseTest, NothingIsLeftOfPeopleWhoAreErased) {
  EXPECT_THAT(Everything(), HasSubstr(kCanary));
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto erased,
      Do(&PeopleApi::ErasePerson, "name: 'accounts/a/stakeholders/s1' request_id: 'erase-s1'"));
  EXPECT_EQ(erased.resources(), 3) << "the person, the call, and the change that it is";
  BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, "name: 'members/kato'"));
  EXPECT_THAT(Everything(), Not(HasSubstr(kCanary)));
  EXPECT_EQ(FactNow("accounts/a/stakeholders/s1", "account.stakeholder.enthusiasm"), "");
}

TEST_F(EraseTest, AnErasedPersonIsThereWithoutAnythingPersonalAndStaysSo) {
  const std::string name = "accounts/a/stakeholders/s1";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto first,
                             Do(&PeopleApi::ErasePerson, absl::StrCat("name: '", name, "'")));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Stakeholder left,
                             Do(&PeopleApi::GetStakeholder, absl::StrCat("name: '", name, "'")));
  EXPECT_EQ(left.display_name(), "-");
  EXPECT_TRUE(left.has_erase_time());
  EXPECT_EQ(left.active_until().day(), 24) << "no longer in charge";
  EXPECT_EQ(FactNow("accounts/a", "account.people.project_owner"), "no");
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto again,
                             Do(&PeopleApi::ErasePerson, absl::StrCat("name: '", name, "'")));
  EXPECT_EQ(again.erase_time().seconds(), first.erase_time().seconds());
  EXPECT_EQ(again.resources(), 0);
  EXPECT_EQ(contract::Reason(Do(&PeopleApi::UpdateStakeholder,
                                absl::StrCat("stakeholder { name: '", name, "' title: 'CTO' }"))
                                 .status()),
            kReasonPersonErased);
}

TEST_F(EraseTest, WhoCameWithAMergedAccountIsErasedUnderEveryName) {
  CreateWonAccount("b");
  for (const char* id : {"twin", "twin-2"}) {
    BANSO_ASSERT_OK(
        Do(&AccountsApi::CreateAccount,
           absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' }")));
    BANSO_ASSERT_OK(
        Do(&PeopleApi::CreateStakeholder,
           absl::StrCat("parent: 'accounts/", id, "' stakeholder_id: 'p' stakeholder { ",
                        "display_name: 'canary twin' } request_id: 'p-", id, "'")));
    BANSO_ASSERT_OK(Do(&RelationsApi::CreateInteraction,
                       absl::StrCat("parent: 'accounts/", id,
                                    "' interaction_id: 'i' interaction { "
                                    "channel: INTERACTION_CHANNEL_PHONE start_time { seconds: ",
                                    absl::ToUnixSeconds(now_),
                                    " } members: 'members/sato' stakeholders: 'accounts/", id,
                                    "/stakeholders/p' notes: 'canary twin notes' }")));
    BANSO_ASSERT_OK(Do(&AccountsApi::MergeAccounts,
                       absl::StrCat("name: 'accounts/b' duplicate: 'accounts/", id, "'")));
  }
  for (const char* name : {"accounts/a/stakeholders/s1", "members/kato"}) {
    BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, absl::StrCat("name: '", name, "'")));
  }
  EXPECT_THAT(Everything(), HasSubstr(kCanary));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Stakeholder moved,
                             Do(&PeopleApi::GetStakeholder, "name: 'accounts/b/stakeholders/p'"));
  EXPECT_EQ(Nth(moved.former_names(), 0), "accounts/twin/stakeholders/p");
  for (const char* name : {"accounts/b/stakeholders/p", "accounts/b/stakeholders/p-2"}) {
    BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, absl::StrCat("name: '", name, "'")));
  }
  EXPECT_THAT(Everything(), Not(HasSubstr(kCanary)));
}

TEST_F(EraseTest, WhatWasDeletedIsErasedFromHistoryToo) {
  BANSO_ASSERT_OK(Do(&RelationsApi::DeleteInteraction, "name: 'accounts/a/interactions/i1'"));
  BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, "name: 'accounts/a/stakeholders/s1'"));
  BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, "name: 'members/kato'"));
  EXPECT_THAT(Everything(), Not(HasSubstr(kCanary)));
}

TEST_F(EraseTest, WatchersLearnOfIt) {
  BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, "name: 'members/kato'"));
  storage::HistoryQuery query;
  query.name = "members/kato";
  const absl::Status status = database_->Read([&](storage::Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const auto page, storage::ListHistory(reader, query));
    v1::Member last;
    EXPECT_TRUE(page.items.at(0).resource().UnpackTo(&last));
    EXPECT_TRUE(last.has_erase_time());
    EXPECT_EQ(last.display_name(), "-");
    return absl::OkStatus();
  });
  EXPECT_THAT(status, IsOk());
}

TEST_F(EraseTest, AMemberWhoHasAccountsGivesThemToOthersFirst) {
  EXPECT_THAT(InCharge("sato"), ElementsAre("the member is an owner of 1 account"));
}

// Whoever is next in line is in charge already: of a second onboarding, of an account that may come
// back, of a deal that may be won.
TEST_F(EraseTest, AMemberWhoWouldBecomeAccountableGivesThatToOthersFirst) {
  StartOnboarding("a", "o1");
  StartOnboarding("a", "o2");
  CreateMember("next", "onboarding");
  BANSO_ASSERT_OK(Do(&OnboardingsApi::UpdateOnboarding,
                     "onboarding { name: 'accounts/a/onboardings/o2' owner: 'members/next' }"));
  EXPECT_EQ(GetAccount("a").owners().onboarding(), "members/aoki");
  EXPECT_THAT(InCharge("next"), ElementsAre("the member is an owner of 1 unfinished onboarding"));
  BANSO_ASSERT_OK(
      Advance("accounts/a/onboardings/o2", "state: ONBOARDING_STATE_COMPLETED").status());
  EXPECT_THAT(InCharge("next"), ElementsAre("the member is an owner of 1 unfinished onboarding"));
  BANSO_ASSERT_OK(Do(&OnboardingsApi::UpdateOnboarding,
                     "onboarding { name: 'accounts/a/onboardings/o2' owner: 'members/aoki' }"));

  BANSO_ASSERT_OK(
      Do(&AccountsApi::CreateAccount,
         "account_id: 'b' account { display_name: 'b' owners { retention: 'members/next' } }"));
  BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal,
                     "parent: 'accounts/b' deal_id: 'd1' deal { sales_owner: 'members/next' }"));
  BANSO_ASSERT_OK(Do(&AccountsApi::ArchiveAccount, "name: 'accounts/b'"));
  EXPECT_THAT(InCharge("next"), ElementsAre("the member is an owner of 1 archived account",
                                            "the member is an owner of 1 open deal"));
  BANSO_ASSERT_OK(Do(&AccountsApi::RestoreAccount, "name: 'accounts/b'"));
  BANSO_ASSERT_OK(Do(&AccountsApi::MergeAccounts, "name: 'accounts/a' duplicate: 'accounts/b'"));
  EXPECT_THAT(InCharge("next"), ElementsAre("the member is an owner of 1 account",
                                            "the member is an owner of 1 open deal"))
      << "what was merged away does not count, what moved does";
  BANSO_ASSERT_OK(Do(&AccountsApi::ReassignAccounts,
                     "assignments { account: 'accounts/a' role: OWNER_ROLE_RETENTION "
                     "owner: 'members/ito' }"));
  BANSO_ASSERT_OK(Do(&DealsApi::LoseDeal, "name: 'accounts/a/deals/d1-2' reason: 'price'"));
  BANSO_EXPECT_OK(Do(&PeopleApi::ErasePerson, "name: 'members/next'"));
}

TEST_F(EraseTest, NothingIsGivenToAnErasedMember) {
  BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, "name: 'members/kato'"));
  EXPECT_EQ(ViolationOf(Do(&AccountsApi::CreateAccount,
                           "account { display_name: 'c' owners { sales: 'members/kato' } }")),
            "account.owners.sales PERSON_ERASED");
  EXPECT_EQ(ViolationOf(Do(&AccountsApi::UpdateAccount,
                           "account { name: 'accounts/a' owners { retention: 'members/kato' } } "
                           "update_mask { paths: 'owners.retention' }")),
            "account.owners.retention PERSON_ERASED");
  EXPECT_EQ(ViolationOf(Do(&AccountsApi::ReassignAccounts,
                           "assignments { account: 'accounts/a' role: OWNER_ROLE_SALES "
                           "owner: 'members/kato' }")),
            "assignments[0].owner PERSON_ERASED");
  EXPECT_EQ(ViolationOf(Do(&DealsApi::CreateDeal,
                           "parent: 'accounts/a' deal { sales_owner: 'members/kato' }")),
            "deal.sales_owner PERSON_ERASED");
  v1::ImportAccountsRequest rows;
  rows.set_external_system("crm");
  *rows.add_accounts() = banso::testing::ParseProto<v1::Account>(
      "display_name: 'd' external_ids { system: 'crm' id: '4' } owners { sales: 'members/kato' }");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto imported, Import({rows}));
  ASSERT_EQ(imported.errors_size(), 1);
  EXPECT_EQ(imported.errors(0).field(), "accounts.owners.sales");

  StartOnboarding("a", "o1");
  EXPECT_EQ(
      ViolationOf(Do(&OnboardingsApi::UpdateOnboarding,
                     "onboarding { name: 'accounts/a/onboardings/o1' owner: 'members/kato' }")),
      "onboarding.owner PERSON_ERASED");
  BANSO_ASSERT_OK(
      Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_COMPLETED").status());
  EXPECT_EQ(ViolationOf(Advance("accounts/a/onboardings/o1",
                                "state: ONBOARDING_STATE_HANDED_OFF handoff: "
                                "'accounts/a/handoffs/h' retention_owner: 'members/kato'")),
            "retention_owner PERSON_ERASED");
}

TEST_F(EraseTest, AnOnboardingThatIsOverMayStillBeChangedOnceItsOwnerIsErased) {
  StartOnboarding("a", "o1");
  CreateMember("gone", "onboarding");
  BANSO_ASSERT_OK(Do(&OnboardingsApi::UpdateOnboarding,
                     "onboarding { name: 'accounts/a/onboardings/o1' owner: 'members/gone' }"));
  BANSO_ASSERT_OK(
      Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_COMPLETED").status());
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1",
                          "state: ONBOARDING_STATE_HANDED_OFF handoff: 'accounts/a/handoffs/h' "
                          "retention_owner: 'members/ito'")
                      .status());
  BANSO_ASSERT_OK(Do(&AccountsApi::ReassignAccounts,
                     "assignments { account: 'accounts/a' role: OWNER_ROLE_ONBOARDING "
                     "owner: 'members/aoki' }"));
  BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, "name: 'members/gone'"));
  BANSO_EXPECT_OK(Do(&OnboardingsApi::UpdateOnboarding,
                     "onboarding { name: 'accounts/a/onboardings/o1' products: 'core' }"));
}

}  // namespace
}  // namespace banso::accounts

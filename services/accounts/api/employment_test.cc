#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/member.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using v1::Member;

// Today is 25 March 2026.
class EmploymentTest : public ApiTest {
 protected:
  absl::StatusOr<Member> End(const std::string& id, const std::string& rest = "") {
    return Do(&TeamApi::EndEmployment, absl::StrCat("name: 'members/", id, "' ", rest));
  }
  absl::StatusOr<Member> Resume(const std::string& id, const std::string& rest = "") {
    return Do(&TeamApi::ResumeEmployment, absl::StrCat("name: 'members/", id, "' ", rest));
  }

  // The fields and reasons for which a request was refused.
  static std::vector<std::pair<std::string, std::string>> Refused(const absl::Status& status) {
    std::vector<std::pair<std::string, std::string>> result;
    for (const auto& violation : contract::FieldViolations(status)) {
      result.emplace_back(violation.field, violation.reason);
    }
    return result;
  }

  std::vector<std::string> List(const std::string& filter) {
    std::vector<std::string> names;
    const auto response = Do(&TeamApi::ListMembers, filter);
    EXPECT_THAT(response, IsOk());
    for (const Member& member : response->members()) names.push_back(member.name());
    return names;
  }
};

TEST_F(EmploymentTest, WhoHasLeftIsGivenNothingNew) {
  BANSO_ASSERT_OK(End("aoki"));
  const auto owner = [](const char* field) {
    return ElementsAre(Pair(field, std::string(kReasonMemberLeft)));
  };
  EXPECT_THAT(Refused(Do(&AccountsApi::CreateAccount,
                         "account { display_name: 'A' owners { onboarding: 'members/aoki' } }")
                          .status()),
              owner("account.owners.onboarding"));
  CreateWonAccount("a");
  EXPECT_THAT(Refused(Do(&AccountsApi::UpdateAccount,
                         "account { name: 'accounts/a' owners { retention: 'members/aoki' } } "
                         "update_mask { paths: 'owners.retention' }")
                          .status()),
              owner("account.owners.retention"));
  EXPECT_THAT(
      Refused(Do(&DealsApi::CreateDeal, "parent: 'accounts/a' deal { sales_owner: 'members/aoki' }")
                  .status()),
      owner("deal.sales_owner"));
  BANSO_EXPECT_OK(
      Do(&DealsApi::CreateDeal, "parent: 'accounts/a' deal { tossed_up_by: 'members/aoki' }"))
      << "what somebody did before leaving stays true";
  EXPECT_THAT(Refused(Do(&AccountsApi::ReassignAccounts,
                         "assignments { account: 'accounts/a' role: OWNER_ROLE_SALES "
                         "owner: 'members/aoki' }")
                          .status()),
              owner("assignments[0].owner"));
  EXPECT_THAT(Refused(Do(&TeamApi::WaiveCertification,
                         "name: 'accounts/a' member: 'members/aoki' reason: 'r'")
                          .status()),
              owner("member"));
  const std::string actor = std::exchange(actor_, "services/handoff");
  const absl::Status onboarding =
      Do(&OnboardingsApi::CreateOnboarding,
         "parent: 'accounts/a' onboarding { kind: ONBOARDING_KIND_INITIAL owner: 'members/aoki' } "
         "contract_start { year: 2026 month: 4 day: 1 }")
          .status();
  actor_ = actor;
  EXPECT_THAT(Refused(onboarding), owner("onboarding.owner"));
  EXPECT_THAT(Nth(contract::FieldViolations(onboarding), 0).description,
              HasSubstr("left on 2026-03-25"));
  EXPECT_EQ(contract::Reason(Do(&TeamApi::CreateRolePlay,
                                "parent: 'members/aoki' role_play { certification: 'high_touch' "
                                "items { key: 'k' title: 't' } pass_mark: 3 "
                                "date { year: 2026 month: 3 day: 20 } }")
                                 .status()),
            kReasonMemberLeft);
  EXPECT_EQ(
      contract::Reason(Do(&TeamApi::MoveMember, "name: 'members/aoki' team: 'elsewhere'").status()),
      kReasonMemberLeft);
  EXPECT_EQ(contract::Reason(Do(&TeamApi::UpdateMember,
                                "member { name: 'members/aoki' team: 'elsewhere' } "
                                "update_mask { paths: 'team' }")
                                 .status()),
            kReasonMemberLeft);
  BANSO_EXPECT_OK(
      Do(&TeamApi::UpdateMember, "member { name: 'members/aoki' email: 'aoki@home.example' }"));
}

TEST_F(EmploymentTest, WhoIsInChargeIsToldWhatToGiveToOthersFirst) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK(Do(&DealsApi::CreateDeal,
                     "parent: 'accounts/a' deal_id: 'next' deal { sales_owner: 'members/aoki' }"));
  const absl::Status refused = End("aoki").status();
  EXPECT_EQ(contract::Reason(refused), kReasonMemberInCharge);
  for (const char* part : {"1 account", "ReassignAccounts", "1 unfinished onboarding",
                           "UpdateOnboarding", "1 open deal", "UpdateDeal"}) {
    EXPECT_THAT(refused.message(), HasSubstr(part));
  }
  BANSO_ASSERT_OK(Do(&DealsApi::LoseDeal, "name: 'accounts/a/deals/next' reason: 'budget'"));
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK(Do(&AccountsApi::ReassignAccounts,
                     "assignments { account: 'accounts/a' role: OWNER_ROLE_ONBOARDING "
                     "owner: 'members/ito' }"));
  BANSO_ASSERT_OK_AND_ASSIGN(const Member left, End("aoki"));
  EXPECT_EQ(left.last_day().day(), 25);
  // The past is what it was.
  BANSO_ASSERT_OK_AND_ASSIGN(const auto history,
                             Do(&AccountsApi::ListStageHistory, "parent: 'accounts/a'"));
  ASSERT_GE(history.periods_size(), 2);
  EXPECT_EQ(history.periods(history.periods_size() - 2).owner(), "members/aoki");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Deal lost,
                             Do(&DealsApi::GetDeal, "name: 'accounts/a/deals/next'"));
  EXPECT_EQ(lost.sales_owner(), "members/aoki");
}

TEST_F(EmploymentTest, ListsTellWhoHasLeftAndWhoHasWhichRole) {
  BANSO_ASSERT_OK(End("aoki", "last_day { year: 2026 month: 3 day: 25 }"));
  EXPECT_THAT(List("employment: EMPLOYMENT_STATE_LEFT"), ElementsAre("members/aoki"));
  EXPECT_THAT(List("employment: EMPLOYMENT_STATE_EMPLOYED"),
              ElementsAre("members/ito", "members/sato"));
  EXPECT_THAT(List(""), ElementsAre("members/aoki", "members/ito", "members/sato"));
  EXPECT_THAT(List("team: 'onboarding'"), ElementsAre("members/aoki")) << "today is the last day";
  now_ += absl::Hours(24);
  EXPECT_THAT(List("team: 'onboarding'"), IsEmpty());
  EXPECT_THAT(List("team: 'onboarding' as_of { year: 2026 month: 3 day: 25 }"),
              ElementsAre("members/aoki"));

  actor_ = "members/operator";
  BANSO_ASSERT_OK(Do(&TeamApi::UpdateMember,
                     "member { name: 'members/ito' roles: MEMBER_ROLE_RETENTION "
                     "roles: MEMBER_ROLE_MANAGER } update_mask { paths: 'roles' }"));
  EXPECT_THAT(List("roles: MEMBER_ROLE_MANAGER"), ElementsAre("members/ito"));
  EXPECT_THAT(List("roles: MEMBER_ROLE_SALES roles: MEMBER_ROLE_RETENTION"),
              ElementsAre("members/ito"));
  EXPECT_THAT(List("roles: MEMBER_ROLE_SALES"), IsEmpty());
}

TEST_F(EmploymentTest, WhoComesBackWorksAsBefore) {
  EXPECT_EQ(contract::Reason(Resume("aoki").status()), kReasonNotLeft);
  BANSO_ASSERT_OK(End("aoki"));
  EXPECT_EQ(contract::Reason(End("aoki").status()), kReasonMemberLeft);
  now_ += absl::Hours(24 * 30);
  BANSO_ASSERT_OK_AND_ASSIGN(const Member back, Resume("aoki", "team: 'retention'"));
  EXPECT_FALSE(back.has_last_day());
  ASSERT_EQ(back.memberships_size(), 2);
  EXPECT_EQ(back.memberships(0).end_date().month(), 3);
  EXPECT_EQ(back.memberships(1).team(), "retention");
  EXPECT_EQ(back.memberships(1).start_date().day(), 24);
  BANSO_EXPECT_OK(Do(&AccountsApi::CreateAccount,
                     "account { display_name: 'A' owners { onboarding: 'members/aoki' } }"));
}

TEST_F(EmploymentTest, AMistakeOfTheSameDayLeavesNoTrace) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Member before, Do(&TeamApi::GetMember, "name: 'members/aoki'"));
  BANSO_ASSERT_OK(End("aoki"));
  BANSO_ASSERT_OK_AND_ASSIGN(const Member after, Resume("aoki"));
  ASSERT_EQ(after.memberships_size(), 1);
  EXPECT_EQ(after.memberships(0).SerializeAsString(), before.memberships(0).SerializeAsString());
}

TEST_F(EmploymentTest, RefusesDaysThatCannotBe) {
  EXPECT_THAT(Refused(End("aoki", "last_day { year: 2026 month: 3 day: 26 }").status()),
              ElementsAre(Pair("last_day", "IN_THE_FUTURE")));
  EXPECT_THAT(Refused(End("aoki", "last_day { year: 2026 month: 3 day: 24 }").status()),
              ElementsAre(Pair("last_day", "OUT_OF_ORDER")));
  now_ += absl::Hours(24 * 10);
  BANSO_ASSERT_OK(End("aoki", "last_day { year: 2026 month: 3 day: 31 }"));
  EXPECT_THAT(Refused(Resume("aoki", "date { year: 2026 month: 3 day: 31 }").status()),
              ElementsAre(Pair("date", "OUT_OF_ORDER")));
  EXPECT_THAT(Refused(Resume("aoki", "date { year: 2026 month: 4 day: 5 }").status()),
              ElementsAre(Pair("date", "IN_THE_FUTURE")));
  BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, "name: 'members/aoki'"));
  EXPECT_EQ(contract::Reason(Resume("aoki").status()), kReasonPersonErased);
}

}  // namespace
}  // namespace banso::accounts

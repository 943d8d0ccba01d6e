#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"

namespace banso::accounts {
namespace {

using ::banso::testing::StatusIs;
using v1::Member;
using v1::Stakeholder;

using PeopleTest = ApiTest;

TEST_F(PeopleTest, KeepsMembers) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Member created, Do(&TeamApi::CreateMember, R"pb(
                               member_id: "kato"
                               member { display_name: "加藤" team: "smb" weekly_hours: 40 }
                             )pb"));
  EXPECT_EQ(created.name(), "members/kato");
  BANSO_ASSERT_OK_AND_ASSIGN(const Member updated, Do(&TeamApi::UpdateMember, R"pb(
                               member { name: "members/kato" weekly_hours: 0 }
                             )pb"));
  EXPECT_EQ(updated.weekly_hours(), 0);
  EXPECT_TRUE(updated.has_weekly_hours());
  EXPECT_EQ(updated.team(), "smb");
  EXPECT_THAT(Do(&TeamApi::UpdateMember, "member { name: 'members/kato' team: 'x' etag: 'old' }"),
              StatusIs(absl::StatusCode::kAborted));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto listed, Do(&TeamApi::ListMembers, "team: 'smb'"));
  ASSERT_EQ(listed.members_size(), 1);
  EXPECT_EQ(listed.members(0).name(), "members/kato");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto all, Do(&TeamApi::ListMembers, ""));
  EXPECT_EQ(all.members_size(), 4);
  EXPECT_THAT(Do(&TeamApi::GetMember, "name: 'members/nobody'"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Do(&TeamApi::CreateMember, "member_id: 'kato' member { display_name: 'K' }"),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(PeopleTest, KeepsStakeholdersOfAnAccount) {
  CreateWonAccount("a");
  const std::string name = "accounts/a/stakeholders/suzuki";
  BANSO_ASSERT_OK(Do(&PeopleApi::CreateStakeholder, R"pb(
    parent: "accounts/a"
    stakeholder_id: "suzuki"
    stakeholder { display_name: "鈴木" roles: STAKEHOLDER_ROLE_LEAD layer: LAYER_MANAGER }
  )pb"));
  BANSO_ASSERT_OK(Do(&PeopleApi::UpdateStakeholder,
                     absl::StrCat("stakeholder { name: '", name,
                                  "' active_until { year: 2026 month: 9 day: 30 } }")));
  BANSO_ASSERT_OK_AND_ASSIGN(const Stakeholder stored,
                             Do(&PeopleApi::GetStakeholder, absl::StrCat("name: '", name, "'")));
  EXPECT_EQ(stored.layer(), v1::LAYER_MANAGER);
  EXPECT_EQ(stored.active_until().day(), 30);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto listed,
                             Do(&PeopleApi::ListStakeholders, "parent: 'accounts/a'"));
  EXPECT_EQ(listed.stakeholders_size(), 1);
  EXPECT_THAT(Do(&PeopleApi::CreateStakeholder,
                 "parent: 'accounts/none' stakeholder { display_name: 'x' }"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace banso::accounts

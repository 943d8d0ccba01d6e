// Who may call what asks for a role, tried on every such RPC.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/team_service.pb.h"
#include "banso/type/v1/access.pb.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/rpcs.h"
#include "tests/conformance/suite.h"

namespace banso::conformance {
namespace {

using ::testing::Contains;

constexpr char kReasonRoleRequired[] = "ROLE_REQUIRED";
constexpr char kTeamService[] = "banso.accounts.v1.TeamService/";

std::vector<std::string> RolesOf(const Rpc& rpc) {
  const auto& roles = rpc.method->options().GetExtension(type::v1::access).roles();
  return {roles.begin(), roles.end()};
}

std::vector<Rpc> RpcsThatAsk() {
  std::vector<Rpc> rpcs = ServedRpcs();
  rpcs.erase(
      std::remove_if(rpcs.begin(), rpcs.end(), [](const Rpc& rpc) { return RolesOf(rpc).empty(); }),
      rpcs.end());
  return rpcs;
}

// The roles that a member can have, without their prefix.
std::set<std::string> AllRoles() {
  std::set<std::string> names;
  const auto* roles = accounts::v1::MemberRole_descriptor();
  for (int i = 0; i < roles->value_count(); ++i) {
    if (roles->value(i)->number() == 0) continue;
    names.insert(std::string(absl::StripPrefix(roles->value(i)->name(), "MEMBER_ROLE_")));
  }
  return names;
}

// A suite with a member for each role, one without any, and one who has left with all of them.
class RolesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    BANSO_ASSERT_OK_AND_ASSIGN(suite_, Suite::Start(absl::FromUnixSeconds(1775001600)));
    const std::set<std::string> all = AllRoles();
    for (const std::string& role : all) Create(absl::AsciiStrToLower(role), {role});
    Create("nobody", {});
    Create("left", all);
    accounts::v1::EndEmploymentRequest leave;
    leave.set_name("members/left");
    BANSO_ASSERT_OK(suite_->Ask<accounts::v1::Member>(
        "accounts", absl::StrCat(kTeamService, "EndEmployment"), leave));
  }

  void Create(const std::string& id, const std::set<std::string>& roles) {
    accounts::v1::CreateMemberRequest request;
    request.set_member_id(id);
    request.mutable_member()->set_display_name(id);
    for (const std::string& role : roles) {
      accounts::v1::MemberRole number;
      ASSERT_TRUE(accounts::v1::MemberRole_Parse(absl::StrCat("MEMBER_ROLE_", role), &number));
      request.mutable_member()->add_roles(number);
    }
    BANSO_ASSERT_OK(suite_->Ask<accounts::v1::Member>(
        "accounts", absl::StrCat(kTeamService, "CreateMember"), request));
    roles_of_[absl::StrCat("members/", id)] = roles;
  }

  // The reason with which the RPC's example is refused to `actor`; empty when it is not.
  std::string ReasonFor(const Rpc& rpc, const std::string& actor) {
    const auto example = Example(rpc);
    EXPECT_THAT(example, testing::IsOk());
    if (!example.ok()) return "";
    CallOptions options;
    options.actor = actor;
    return contract::Reason(suite_->Call(rpc, *example, options).status);
  }

  std::unique_ptr<Suite> suite_;
  std::map<std::string, std::set<std::string>> roles_of_;
};

TEST_F(RolesTest, AreAskedOfMembersByEveryRpcThatSaysSo) {
  const std::vector<Rpc> rpcs = RpcsThatAsk();
  ASSERT_GE(rpcs.size(), 15U);
  for (const Rpc& rpc : rpcs) {
    const std::vector<std::string> asked = RolesOf(rpc);
    for (const std::string& role : asked) EXPECT_THAT(AllRoles(), Contains(role));
    for (const auto& [member, roles] : roles_of_) {
      const std::set<std::string>& held = roles;
      const bool may = member != "members/left" &&
                       std::any_of(asked.begin(), asked.end(),
                                   [&](const std::string& role) { return held.contains(role); });
      BANSO_ASSERT_OK_AND_ASSIGN(const std::string before, suite_->StateOf(rpc.server));
      const std::string reason = ReasonFor(rpc, member);
      if (may) {
        EXPECT_NE(reason, kReasonRoleRequired) << rpc.full_name() << " to " << member;
        continue;
      }
      EXPECT_EQ(reason, kReasonRoleRequired) << rpc.full_name() << " to " << member;
      BANSO_ASSERT_OK_AND_ASSIGN(const std::string after, suite_->StateOf(rpc.server));
      EXPECT_EQ(before, after) << rpc.full_name() << " to " << member;
    }
  }
}

TEST_F(RolesTest, AreNotAskedOfMachinesAndNeverHadByCustomers) {
  for (const Rpc& rpc : RpcsThatAsk()) {
    for (const char* actor : {"members/operator", "services/crm"}) {
      EXPECT_NE(ReasonFor(rpc, actor), kReasonRoleRequired) << rpc.full_name() << " to " << actor;
    }
    EXPECT_EQ(ReasonFor(rpc, "accounts/acme/stakeholders/sato"), kReasonRoleRequired)
        << rpc.full_name();
  }
}

}  // namespace
}  // namespace banso::conformance

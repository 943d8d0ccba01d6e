#include "common/server/roles.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "common/contract/errors.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"

namespace banso::server {
namespace {

using banso::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

const google::protobuf::MethodDescriptor& MethodOf(const char* name) {
  const std::string full = std::string("banso.accounts.v1.AccountsService.") + name;
  return *google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(full);
}

Call CallOf(const char* actor) {
  Call call;
  call.actor = actor;
  return call;
}

using Roles = std::vector<std::string>;

RoleSource Telling(std::optional<std::vector<std::string>> roles) {
  return [roles = std::move(roles)](const Call&) { return roles; };
}

absl::Status Merge(const char* actor, std::optional<std::vector<std::string>> roles) {
  return CheckRole(MethodOf("MergeAccounts"), CallOf(actor), Telling(std::move(roles)));
}

TEST(CheckRoleTest, LetsMembersWithOneOfTheRolesIn) {
  BANSO_EXPECT_OK(Merge("members/sato", Roles{"SALES", "OPERATIONS"}));
  BANSO_EXPECT_OK(Merge("members/sato", Roles{"MANAGER"}));
  const absl::Status refused = Merge("members/sato", Roles{"SALES", "ONBOARDING"});
  EXPECT_EQ(contract::Reason(refused), "ROLE_REQUIRED");
  EXPECT_THAT(refused,
              StatusIs(absl::StatusCode::kPermissionDenied,
                       AllOf(HasSubstr("MergeAccounts takes the role MANAGER or OPERATIONS"),
                             HasSubstr("members/sato"))));
  EXPECT_EQ(contract::Reason(Merge("members/sato", Roles())), "ROLE_REQUIRED");
}

TEST(CheckRoleTest, LeavesMachinesAndTheFirstOperatorToTheScopesOfTheirTokens) {
  BANSO_EXPECT_OK(Merge("members/operator", std::nullopt)) << "no member that accounts knows";
  BANSO_EXPECT_OK(Merge("services/handoff", std::nullopt));
  BANSO_EXPECT_OK(Merge("machines/crm", std::nullopt));
  BANSO_EXPECT_OK(Merge("", std::nullopt));
}

TEST(CheckRoleTest, KeepsPeopleOfCustomersOut) {
  EXPECT_EQ(contract::Reason(Merge("accounts/acme/stakeholders/sato", std::nullopt)),
            "ROLE_REQUIRED");
}

TEST(CheckRoleTest, AsksNobodyForARoleWhereTheMethodDoesNot) {
  EXPECT_FALSE(AsksForRole(MethodOf("GetAccount")));
  EXPECT_TRUE(AsksForRole(MethodOf("MergeAccounts")));
  BANSO_EXPECT_OK(CheckRole(MethodOf("GetAccount"), CallOf("members/sato"), nullptr));
}

TEST(CheckRoleTest, PassesOnThatTheRolesCannotBeRead) {
  const RoleSource broken = [](const Call&) {
    return absl::StatusOr<std::optional<std::vector<std::string>>>(
        contract::Unavailable("the disk is gone", absl::Seconds(1)));
  };
  EXPECT_THAT(CheckRole(MethodOf("MergeAccounts"), CallOf("members/sato"), broken),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace banso::server

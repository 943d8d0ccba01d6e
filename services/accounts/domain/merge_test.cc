#include "services/accounts/domain/merge.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/proto_matchers.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/domain/lifecycle.h"

namespace banso::accounts {
namespace {

using ::banso::testing::EqualsProto;
using ::banso::testing::IsOk;
using ::banso::testing::ParseProto;
using v1::Account;
using v1::Onboarding;

Account At(const std::string& name, const std::string& stage) {
  return ParseProto<Account>(
      absl::StrCat("name: 'accounts/", name, "' lifecycle_stage: LIFECYCLE_STAGE_", stage));
}

TEST(CheckMergeTest, KeepsTheAccountThatIsFurther) {
  struct Case {
    const char* kept;
    const char* duplicate;
    const char* reason;
  };
  const Case cases[] = {
      {"PROSPECT", "PROSPECT", ""},
      {"WON", "PROSPECT", ""},
      {"RETENTION", "WON", ""},
      {"ONBOARDING", "RETENTION", ""},
      {"RETENTION", "RETENTION", ""},
      {"PROSPECT", "CHURNED", ""},
      {"CHURNED", "PROSPECT", ""},
      {"PROSPECT", "WON", kReasonMergeOtherWay},
      {"WON", "RETENTION", kReasonMergeOtherWay},
      {"CHURNED", "WON", kReasonMergeOtherWay},
  };
  for (const Case& c : cases) {
    const absl::Status status = CheckMerge(At("a", c.kept), At("b", c.duplicate), {});
    EXPECT_EQ(contract::Reason(status), c.reason) << c.kept << " and " << c.duplicate;
  }
}

TEST(CheckMergeTest, RefusesADuplicateThatIsBeingOnboarded) {
  for (const char* state : {"RUNNING", "COMPLETED"}) {
    const auto onboarding = ParseProto<Onboarding>(
        absl::StrCat("name: 'accounts/b/onboardings/o' state: ONBOARDING_STATE_", state));
    const absl::Status one = CheckMerge(At("a", "WON"), At("b", "ONBOARDING"), {onboarding});
    EXPECT_EQ(contract::Reason(one), kReasonOnboardingRunning);
    EXPECT_EQ(contract::Preconditions(one)[0].subject, "accounts/b/onboardings/o");
    const absl::Status both =
        CheckMerge(At("a", "ONBOARDING"), At("b", "ONBOARDING"), {onboarding});
    EXPECT_EQ(contract::Reason(both), kReasonOnboardingRunning);
  }
  const auto ended =
      ParseProto<Onboarding>("name: 'accounts/b/onboardings/o' state: ONBOARDING_STATE_HANDED_OFF");
  EXPECT_THAT(CheckMerge(At("a", "ONBOARDING"), At("b", "RETENTION"), {ended}), IsOk());
}

TEST(CheckMergeTest, RefusesItselfAndWhatIsArchived) {
  EXPECT_TRUE(absl::IsInvalidArgument(CheckMerge(At("a", "WON"), At("a", "WON"), {})));
  Account archived = At("b", "WON");
  archived.mutable_archive_time()->set_seconds(1);
  EXPECT_EQ(contract::Reason(CheckMerge(At("a", "WON"), archived, {})), kReasonAccountArchived);
  EXPECT_EQ(contract::Reason(CheckMerge(archived, At("a", "WON"), {})), kReasonAccountArchived);
  archived.set_merged_into("accounts/c");
  EXPECT_EQ(contract::Reason(CheckMerge(At("a", "WON"), archived, {})), kReasonAccountMerged);
}

TEST(MergedTest, TakesOverOnlyWhatIsMissing) {
  const auto kept = ParseProto<Account>(R"pb(
    name: "accounts/a"
    display_name: "A"
    external_ids { system: "crm" id: "1" }
    owners { sales: "members/s" }
    lifecycle_stage: LIFECYCLE_STAGE_WON
    stage_since { seconds: 5 }
    attributes {
      key: "x"
      value { number: 1 }
    }
    etag: "e"
  )pb");
  const auto duplicate = ParseProto<Account>(R"pb(
    name: "accounts/b"
    display_name: "B"
    industry: "tax"
    external_ids { system: "crm" id: "2" }
    external_ids { system: "tenant" id: "t" }
    owners { sales: "members/z" retention: "members/r" }
    lifecycle_stage: LIFECYCLE_STAGE_PROSPECT
    stage_since { seconds: 1 }
    classification { segment: "smb" }
    parent_account: "accounts/a"
    attributes {
      key: "x"
      value { number: 2 }
    }
    attributes {
      key: "y"
      value { number: 3 }
    }
    etag: "f"
  )pb");
  const Account merged = Merged(kept, duplicate);
  EXPECT_THAT(merged, EqualsProto(R"pb(
                name: "accounts/a"
                display_name: "A"
                industry: "tax"
                external_ids { system: "crm" id: "1" }
                external_ids { system: "tenant" id: "t" }
                owners { sales: "members/s" retention: "members/r" }
                lifecycle_stage: LIFECYCLE_STAGE_WON
                stage_since { seconds: 5 }
                attributes {
                  key: "x"
                  value { number: 1 }
                }
                attributes {
                  key: "y"
                  value { number: 3 }
                }
                etag: "e"
              )pb"));
  const Account away = MergedAway(duplicate, merged, absl::FromUnixSeconds(9));
  EXPECT_EQ(away.merged_into(), "accounts/a");
  EXPECT_EQ(away.archive_time().seconds(), 9);
  ASSERT_EQ(away.external_ids_size(), 1);
  EXPECT_EQ(away.external_ids(0).id(), "2");
}

TEST(RenameReferencesTest, RenamesTextsButNotTheOwnName) {
  auto onboarding = ParseProto<Onboarding>(R"pb(
    name: "old"
    deal: "old"
    products: "old"
    products: "other"
    ball { reason: "old" }
  )pb");
  RenameReferences({{"old", "new"}}, &onboarding);
  EXPECT_THAT(onboarding, EqualsProto(R"pb(
                name: "old"
                deal: "new"
                products: "new"
                products: "other"
                ball { reason: "new" }
              )pb"));
}

}  // namespace
}  // namespace banso::accounts

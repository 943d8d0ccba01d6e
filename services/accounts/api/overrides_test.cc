#include "services/accounts/domain/classification/overrides.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/storage/history.h"
#include "common/testing/nth.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/classification_api.h"
#include "services/accounts/domain/classification.h"
#include "services/accounts/domain/classification/policy_text.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Nth;
using ::banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::SizeIs;

std::string OfSegment(const char* segment) {
  return Compare("account.segment", "EQ", absl::StrCat("text: '", segment, "'"));
}

// Two segments by size, with the touch and the hours that follow from them.
std::string SizePolicy(int enterprise) {
  return Rule("segments", "enterprise",
              Compare("account.employees", "GE", absl::StrCat("number: ", enterprise))) +
         Rule("segments", "smb", "") + Rule("touches", "high", OfSegment("enterprise")) +
         Rule("touches", "tech", "") +
         "touch_levels { touch: 'high' weekly_hours: 10 } "
         "touch_levels { touch: 'tech' weekly_hours: 1 } "
         "custom_axes { key: 'trial' arms { value: 'x' weight: 1 } arms { value: 'y' weight: 1 } }";
}

class OverridesTest : public ApiTest {
 protected:
  void Apply(const std::string& rules) {
    BANSO_ASSERT_OK_AND_ASSIGN(
        const auto policy,
        Do(&ClassificationApi::SaveClassificationPolicy,
           absl::StrCat("classification_policy { name: 'classificationPolicies/p' ", rules,
                        " } reason: 'as agreed'")));
    now_ += absl::Seconds(1);
    BANSO_ASSERT_OK(
        Do(&ClassificationApi::ActivateClassificationPolicy,
           absl::StrCat("name: 'classificationPolicies/p@", policy.revision().number(), "'")));
    BANSO_ASSERT_OK(Do(&ClassificationApi::Reclassify, ""));
  }
  void CreateSmall(const std::string& id) {
    BANSO_ASSERT_OK(Do(
        &AccountsApi::CreateAccount,
        absl::StrCat("account_id: '", id, "' account { display_name: '", id, "' employees: 50 }")));
  }
  absl::StatusOr<v1::ClassificationOverride> Override(const std::string& id,
                                                      const std::string& rest) {
    return Do(&ClassificationApi::CreateClassificationOverride,
              absl::StrCat("parent: 'accounts/a' classification_override_id: '", id,
                           "' classification_override { ", rest, " }"));
  }
  absl::StatusOr<v1::ClassificationOverride> Get(const std::string& id) {
    return Do(&ClassificationApi::GetClassificationOverride,
              absl::StrCat("name: 'accounts/a/classificationOverrides/", id, "'"));
  }
  void Expire() {
    EXPECT_THAT(Service<ClassificationApi>().ExpireOverrides(NewCall("sweep")), IsOk());
  }

  // The states that a resource has been in, the latest first, as the feed of changes tells them.
  std::vector<v1::OverrideState> FedStates(const std::string& id) {
    std::vector<v1::OverrideState> states;
    storage::HistoryQuery query;
    query.name = absl::StrCat("accounts/a/classificationOverrides/", id);
    const absl::Status status = database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(const auto page, storage::ListHistory(reader, query));
      for (const type::v1::Change& change : page.items) {
        v1::ClassificationOverride resource;
        EXPECT_TRUE(change.resource().UnpackTo(&resource));
        states.push_back(resource.state());
      }
      return absl::OkStatus();
    });
    EXPECT_THAT(status, IsOk());
    return states;
  }

  void SetUp() override {
    ApiTest::SetUp();
    Apply(SizePolicy(1000));
    CreateSmall("a");
  }
};

TEST_F(OverridesTest, GivesAnotherClassAndWhatFollowsFromItAndSaysWhoWhyAndUntilWhen) {
  BANSO_ASSERT_OK_AND_ASSIGN(const auto made,
                             Override("o1",
                                      "axis: 'segment' value: 'enterprise' reason: 'Parent is big' "
                                      "until { year: 2026 month: 4 day: 30 }"));
  EXPECT_EQ(made.state(), v1::OVERRIDE_STATE_IN_FORCE);
  EXPECT_EQ(made.created_by(), "members/sato");
  EXPECT_EQ(made.policy_value(), "smb");
  const v1::Account account = GetAccount("a");
  EXPECT_EQ(account.classification().segment(), "enterprise");
  EXPECT_EQ(account.classification().touch(), "high") << "later axes read the class given";
  EXPECT_EQ(account.classification().work().total_hours(), 10);
  ASSERT_THAT(account.classification().overrides(), SizeIs(1));
  EXPECT_EQ(account.classification().overrides(0).classification_override(), made.name());
  EXPECT_EQ(Nth(account.classification().reasons(), 0).axis(), "segment");
  EXPECT_EQ(Nth(account.classification().reasons(), 0).rule(),
            "overridden by members/sato until 2026-04-30: Parent is big (the policy says `smb`: "
            "always)");
  EXPECT_EQ(FactNow("accounts/a", "account.segment"), "\"enterprise\"");
}

TEST_F(OverridesTest, RefusesWithoutReasonAndForWhatThePolicyDoesNotHave) {
  struct Case {
    const char* name;
    const char* fields;
    const char* reason;
  };
  for (const Case& test : {
           Case{"no reason", "axis: 'segment' value: 'enterprise'", "REQUIRED"},
           Case{"no such axis", "axis: 'colour' value: 'red' reason: 'x'", "UNKNOWN_AXIS"},
           Case{"an axis without rules", "axis: 'tier' value: 's' reason: 'x'", "UNKNOWN_AXIS"},
           Case{"an experiment", "axis: 'trial' value: 'x' reason: 'x'", "UNKNOWN_AXIS"},
           Case{"no such class", "axis: 'segment' value: 'huge' reason: 'x'", "UNKNOWN_CLASS"},
           Case{"over already",
                "axis: 'segment' value: 'enterprise' reason: 'x' "
                "until { year: 2026 month: 3 day: 24 }",
                "IN_THE_PAST"},
       }) {
    SCOPED_TRACE(test.name);
    const auto refused = Override("", test.fields);
    ASSERT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_EQ(contract::FieldViolations(refused.status()).at(0).reason, test.reason);
  }
  EXPECT_EQ(GetAccount("a").classification().segment(), "smb");
}

TEST_F(OverridesTest, HoldsThroughItsLastDayInTheAccountsZoneAndExpires) {
  BANSO_ASSERT_OK(Override("o1",
                           "axis: 'segment' value: 'enterprise' reason: 'x' "
                           "until { year: 2026 month: 3 day: 31 }")
                      .status());
  now_ = absl::FromCivil(absl::CivilSecond(2026, 3, 31, 14, 59, 59), absl::UTCTimeZone());
  Expire();
  BANSO_ASSERT_OK(Do(&ClassificationApi::Reclassify, ""));
  EXPECT_EQ(GetAccount("a").classification().segment(), "enterprise");
  now_ += absl::Seconds(1);
  Expire();
  const v1::Account after = GetAccount("a");
  EXPECT_EQ(after.classification().segment(), "smb");
  EXPECT_EQ(after.classification().touch(), "tech");
  EXPECT_THAT(after.classification().overrides(), SizeIs(0));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto expired, Get("o1"));
  EXPECT_EQ(expired.state(), v1::OVERRIDE_STATE_EXPIRED);
  EXPECT_EQ(expired.end_time().seconds(), absl::ToUnixSeconds(now_));
  EXPECT_THAT(FedStates("o1"), ElementsAre(v1::OVERRIDE_STATE_EXPIRED, v1::OVERRIDE_STATE_IN_FORCE))
      << "watchers learn of it";
}

TEST_F(OverridesTest, DoesNotHoldAnyMoreEvenBeforeTheSweepHasCome) {
  BANSO_ASSERT_OK(Override("o1",
                           "axis: 'segment' value: 'enterprise' reason: 'x' "
                           "until { year: 2026 month: 3 day: 31 }")
                      .status());
  now_ += absl::Hours(24 * 30);
  BANSO_ASSERT_OK(
      Do(&AccountsApi::UpdateAccount, "account { name: 'accounts/a' industry: 'retail' }"));
  EXPECT_EQ(GetAccount("a").classification().segment(), "smb");
}

TEST_F(OverridesTest, IsReplacedAndEndedAndAllOfThemAreKept) {
  BANSO_ASSERT_OK(Override("o1", "axis: 'segment' value: 'enterprise' reason: 'x'").status());
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK(Override("o2", "axis: 'segment' value: 'smb' reason: 'y'").status());
  BANSO_ASSERT_OK(Override("o3", "axis: 'touch' value: 'high' reason: 'z'").status());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto replaced, Get("o1"));
  EXPECT_EQ(replaced.state(), v1::OVERRIDE_STATE_REPLACED);
  EXPECT_EQ(replaced.ended_by(), "members/sato");
  EXPECT_EQ(GetAccount("a").classification().touch(), "high");
  actor_ = "members/aoki";
  const char* end = "name: 'accounts/a/classificationOverrides/o3' reason: 'Not needed'";
  BANSO_ASSERT_OK_AND_ASSIGN(const auto ended,
                             Do(&ClassificationApi::EndClassificationOverride, end));
  EXPECT_EQ(ended.ended_by(), "members/aoki");
  EXPECT_EQ(ended.end_reason(), "Not needed");
  EXPECT_EQ(GetAccount("a").classification().touch(), "tech");
  EXPECT_EQ(contract::Reason(Do(&ClassificationApi::EndClassificationOverride, end).status()),
            kReasonOverrideNotInForce);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto in_force,
                             Do(&ClassificationApi::ListClassificationOverrides,
                                "parent: 'accounts/-' states: OVERRIDE_STATE_IN_FORCE"));
  ASSERT_THAT(in_force.classification_overrides(), SizeIs(1));
  EXPECT_EQ(in_force.classification_overrides(0).axis(), "segment");
  BANSO_ASSERT_OK_AND_ASSIGN(
      const auto all, Do(&ClassificationApi::ListClassificationOverrides, "parent: 'accounts/a'"));
  EXPECT_THAT(all.classification_overrides(), SizeIs(3));
}

TEST_F(OverridesTest, OutlivesANewPolicyAndWaitsWhileAPolicyHasNotItsAxis) {
  BANSO_ASSERT_OK(Override("o1", "axis: 'touch' value: 'high' reason: 'x'").status());
  Apply(SizePolicy(2000));
  EXPECT_EQ(GetAccount("a").classification().touch(), "high");
  Apply("custom_axes { key: 'field' rules { value: 'yes' } }");
  BANSO_ASSERT_OK(Override("o2", "axis: 'field' value: 'yes' reason: 'x'").status());
  Apply(SizePolicy(1000));
  const v1::Account account = GetAccount("a");
  EXPECT_EQ(ClassOn(account.classification(), "field"), "") << "the policy has no such axis";
  EXPECT_THAT(account.classification().overrides(), SizeIs(2)) << "but it is not forgotten";
}

TEST_F(OverridesTest, NeedsAPolicyAndAnAccountInUse) {
  BANSO_ASSERT_OK(Do(&AccountsApi::ArchiveAccount, "name: 'accounts/a'"));
  EXPECT_THAT(Override("o1", "axis: 'segment' value: 'smb' reason: 'x'"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Do(&ClassificationApi::CreateClassificationOverride,
                 "parent: 'accounts/none' classification_override { axis: 'segment' value: 'smb' "
                 "reason: 'x' }"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace banso::accounts

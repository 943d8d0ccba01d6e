#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/proves.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/domain/erase.h"
#include "services/accounts/domain/member.h"
#include "services/accounts/domain/role_play.h"

namespace banso::accounts {
namespace {

using ::banso::testing::IsOk;
using ::banso::testing::Proves;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::Member;
using v1::RolePlay;

constexpr char kOwnerCertified[] = "account.owner_certified";

class TeamTest : public ApiTest {
 protected:
  // As an operator does, who is no member.
  void MakeManager(const std::string& id) {
    const std::string actor = std::exchange(actor_, "members/operator");
    BANSO_ASSERT_OK(
        Do(&TeamApi::UpdateMember,
           absl::StrCat("member { name: 'members/", id,
                        "' roles: MEMBER_ROLE_MANAGER } update_mask { paths: 'roles' }")));
    actor_ = actor;
  }

  // Midnight in Tokyo, and what falls due then.
  void GoTo(int year, int month, int day) {
    now_ = absl::FromCivil(absl::CivilSecond(year, month, day, 0, 0, 0),
                           absl::FixedTimeZone(9 * 60 * 60));
    BANSO_ASSERT_OK(Service<PeopleApi>().RefreshDueSummaries(NewCall("sweep/due_summaries")));
  }

  // The summaries of the accounts whose owner is not certified.
  std::vector<std::string> Uncertified() {
    std::vector<std::string> names;
    const auto at_risk =
        Do(&PeopleApi::ListAccountSummaries, "risk: ACCOUNT_RISK_KIND_OWNER_NOT_CERTIFIED");
    EXPECT_THAT(at_risk, IsOk());
    for (const auto& summary : at_risk->account_summaries()) names.push_back(summary.name());
    return names;
  }

  // The members of a team on a day of 2026.
  std::vector<std::string> MembersOf(const std::string& filter, int month, int day) {
    std::vector<std::string> names;
    const auto response =
        Do(&TeamApi::ListMembers,
           absl::StrCat(filter, " as_of { year: 2026 month: ", month, " day: ", day, " }"));
    EXPECT_THAT(response, IsOk());
    for (const Member& member : response->members()) names.push_back(member.name());
    return names;
  }

  // Makes the touch of every account `high`, which asks for a certification.
  void AskForCertification() {
    BANSO_ASSERT_OK(Do(&ClassificationApi::SaveClassificationPolicy, R"pb(
      classification_policy {
        name: "classificationPolicies/p"
        touches { value: "high" }
        touch_certifications { touch: "high" certification: "high_touch" }
      }
      reason: "who works alone"
    )pb"));
    BANSO_ASSERT_OK(
        Do(&ClassificationApi::ActivateClassificationPolicy, "name: 'classificationPolicies/p@1'"));
  }

  absl::Status GiveTo(const std::string& member) {
    return Do(&AccountsApi::ReassignAccounts,
              absl::StrCat("assignments { account: 'accounts/a' role: OWNER_ROLE_ONBOARDING "
                           "owner: '",
                           member, "' }"))
        .status();
  }

  // What the rater records.
  absl::StatusOr<RolePlay> RateBy(const std::string& rater, int listening, int proposal) {
    return RecordRating(rater, rater, listening, proposal);
  }

  absl::StatusOr<RolePlay> RecordRating(const std::string& recorder, const std::string& rater,
                                        int listening, int proposal) {
    const std::string actor = std::exchange(actor_, recorder);
    auto result = Do(&TeamApi::RateRolePlay,
                     absl::StrCat("name: 'members/aoki/rolePlays/r1' rating { rater: '", rater,
                                  "' scores { key: 'listening' value: ", listening,
                                  " } scores { key: 'proposal' value: ", proposal, " } }"));
    actor_ = actor;
    return result;
  }

  void CreateRolePlay() {
    BANSO_ASSERT_OK(Do(&TeamApi::CreateRolePlay, R"pb(
      parent: "members/aoki"
      role_play_id: "r1"
      role_play {
        certification: "high_touch"
        items { key: "listening" title: "Finds the problem" weight: 2 }
        items { key: "proposal" title: "Proposes a way" }
        pass_mark: 3.5
        date { year: 2026 month: 3 day: 20 }
        valid_for { count: 1 unit: PERIOD_UNIT_YEAR }
      }
    )pb"));
  }
};

TEST_F(TeamTest, WhoBelongedWhereIsKnownForEveryDay) {
  BANSO_ASSERT_OK(Do(&TeamApi::CreateMember, R"pb(
    member_id: "kato"
    member { display_name: "加藤" team: "smb" department: "cs" }
  )pb"));
  now_ += absl::Hours(24 * 20);  // 14 April.
  BANSO_ASSERT_OK_AND_ASSIGN(const Member moved, Do(&TeamApi::MoveMember, R"pb(
                               name: "members/kato"
                               team: "enterprise"
                               department: "cs"
                               date { year: 2026 month: 4 day: 10 }
                             )pb"));
  EXPECT_EQ(moved.team(), "enterprise");
  ASSERT_EQ(moved.memberships_size(), 2);
  EXPECT_EQ(moved.memberships(0).end_date().day(), 9);
  EXPECT_THAT(MembersOf("team: 'smb'", 3, 24), IsEmpty());
  EXPECT_THAT(MembersOf("team: 'smb'", 3, 25), ElementsAre("members/kato"));
  EXPECT_THAT(MembersOf("team: 'smb'", 4, 9), ElementsAre("members/kato"));
  EXPECT_THAT(MembersOf("team: 'smb'", 4, 10), IsEmpty());
  EXPECT_THAT(MembersOf("team: 'enterprise'", 4, 10), ElementsAre("members/kato"));
  EXPECT_THAT(MembersOf("department: 'cs'", 4, 9), ElementsAre("members/kato"));
  Proves("CLS-08");
  // A team that an update names counts from today on.
  BANSO_ASSERT_OK(Do(&TeamApi::UpdateMember, "member { name: 'members/kato' team: 'ops' }"));
  EXPECT_THAT(MembersOf("team: 'enterprise'", 4, 13), ElementsAre("members/kato"));
  EXPECT_THAT(MembersOf("team: 'ops'", 4, 14), ElementsAre("members/kato"));
  // Neither before the present membership nor ahead of time.
  for (const char* date : {"month: 4 day: 1", "month: 4 day: 15"}) {
    EXPECT_THAT(Do(&TeamApi::MoveMember, absl::StrCat("name: 'members/kato' team: 'x' ",
                                                      "date { year: 2026 ", date, " }")),
                banso::testing::StatusIs(absl::StatusCode::kInvalidArgument))
        << date;
  }
}

TEST_F(TeamTest, AMemberIsFoundByTheReadingOfTheName) {
  BANSO_ASSERT_OK(Do(&TeamApi::CreateMember, R"pb(
    member_id: "kato"
    member { display_name: "加藤 花" name_kana: "カトウ ハナ" }
  )pb"));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto found, Do(&TeamApi::ListMembers, "text: 'かとうは'"));
  ASSERT_EQ(found.members_size(), 1);
  EXPECT_EQ(found.members(0).name(), "members/kato");
}

TEST_F(TeamTest, ALeaveEndsAfterItBegins) {
  const auto refused = Do(&TeamApi::UpdateMember, R"pb(
    member {
      name: "members/aoki"
      leaves {
        start_date { year: 2026 month: 5 day: 2 }
        end_date { year: 2026 month: 5 day: 1 }
      }
    }
  )pb");
  ASSERT_EQ(contract::FieldViolations(refused.status()).size(), 1);
  EXPECT_EQ(contract::FieldViolations(refused.status())[0].field, "member.leaves[0].end_date");
}

TEST_F(TeamTest, OnlyTheCertifiedHaveHighTouchAccounts) {
  AskForCertification();
  CreateWonAccount("a");
  EXPECT_EQ(GetAccount("a").classification().touch(), "high");
  const std::string actor = std::exchange(actor_, "services/handoff");
  EXPECT_EQ(contract::Reason(Do(&OnboardingsApi::CreateOnboarding,
                                "parent: 'accounts/a' onboarding { kind: ONBOARDING_KIND_INITIAL "
                                "owner: 'members/aoki' } "
                                "contract_start { year: 2026 month: 4 day: 1 }")
                                 .status()),
            kReasonNotCertified);
  actor_ = actor;
  EXPECT_FALSE(GiveTo("members/aoki").ok());

  CreateRolePlay();
  BANSO_ASSERT_OK_AND_ASSIGN(const RolePlay one, RateBy("members/sato", 5, 5));
  EXPECT_EQ(one.state(), v1::ROLE_PLAY_STATE_INCOMPLETE);
  EXPECT_FALSE(GiveTo("members/aoki").ok()) << "one rater is not enough";
  BANSO_ASSERT_OK_AND_ASSIGN(const RolePlay two, RateBy("members/ito", 2, 2));
  EXPECT_EQ(two.state(), v1::ROLE_PLAY_STATE_PASSED);
  EXPECT_DOUBLE_EQ(two.mean_score(), 3.5);
  EXPECT_TRUE(two.has_agreement());
  BANSO_EXPECT_OK(GiveTo("members/aoki"));
  StartOnboarding("a", "o1");
  Proves("LX-04");

  // A certification ends; a waiver says why somebody else may.
  now_ += absl::Hours(24 * 370);
  EXPECT_FALSE(GiveTo("members/ito").ok());
  const char* waive =
      "name: 'accounts/a' member: 'members/ito' reason: 'the only one who speaks Thai'";
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Account waived, Do(&TeamApi::WaiveCertification, waive));
  ASSERT_EQ(waived.certification_waivers_size(), 1);
  EXPECT_EQ(waived.certification_waivers(0).waived_by(), "members/sato");
  BANSO_EXPECT_OK(GiveTo("members/ito"));
  EXPECT_FALSE(GiveTo("members/aoki").ok());
}

// Nothing is taken away from somebody who has an account; it is told.
TEST_F(TeamTest, WhoIsNoLongerCertifiedIsTold) {
  AskForCertification();
  CreateWonAccount("a");
  CreateRolePlay();
  BANSO_ASSERT_OK(RateBy("members/sato", 5, 5));
  BANSO_ASSERT_OK(RateBy("members/ito", 5, 5));
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "") << "nobody works with it yet";
  StartOnboarding("a", "o1");
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "yes");
  EXPECT_THAT(Uncertified(), IsEmpty());

  // Passed on 20 March 2026, for a year.
  GoTo(2027, 3, 20);
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "yes");
  GoTo(2027, 3, 21);
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "no");
  EXPECT_THAT(Uncertified(), ElementsAre("accounts/a/summary"));

  MakeManager("sato");
  const auto waive = [&](const std::string& until) {
    return Do(
        &TeamApi::WaiveCertification,
        absl::StrCat("name: 'accounts/a' member: 'members/aoki' reason: 'is on parental leave "
                     "when the role-play is held' until { year: 2027 ",
                     until, " }"));
  };
  EXPECT_EQ(contract::FieldViolations(waive("month: 3 day: 20").status()).at(0).field, "until");
  BANSO_ASSERT_OK(waive("month: 4 day: 30"));
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "yes");
  GoTo(2027, 5, 1);
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "no") << "let off until 30 April";

  // Passing again counts at once.
  BANSO_ASSERT_OK(Do(&TeamApi::CreateRolePlay, R"pb(
    parent: "members/aoki"
    role_play_id: "r2"
    role_play {
      certification: "high_touch"
      items { key: "listening" title: "Finds the problem" }
      pass_mark: 3
      date { year: 2027 month: 5 day: 1 }
    }
  )pb"));
  // Entered by the manager.
  for (const char* rater : {"members/sato", "members/ito"}) {
    BANSO_ASSERT_OK(Do(&TeamApi::RateRolePlay,
                       absl::StrCat("name: 'members/aoki/rolePlays/r2' rating { rater: '", rater,
                                    "' scores { key: 'listening' value: 4 } }")));
  }
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "yes");
  EXPECT_THAT(Uncertified(), IsEmpty());
}

TEST_F(TeamTest, ATouchThatRisesIsNotRefusedButTold) {
  BANSO_ASSERT_OK(Do(&ClassificationApi::SaveClassificationPolicy, R"pb(
    classification_policy {
      name: "classificationPolicies/p"
      touches {
        value: "high"
        when {
          compare {
            fact { fact: "account.expected_users" }
            op: OPERATOR_GE
            values { number: 100 }
          }
        }
      }
      touches { value: "low" }
      touch_certifications { touch: "high" certification: "high_touch" }
    }
    reason: "by size"
  )pb"));
  BANSO_ASSERT_OK(
      Do(&ClassificationApi::ActivateClassificationPolicy, "name: 'classificationPolicies/p@1'"));
  CreateWonAccount("a");
  BANSO_ASSERT_OK(
      Do(&AccountsApi::UpdateAccount, "account { name: 'accounts/a' expected_users: 10 }"));
  StartOnboarding("a", "o1");
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "") << "low touch asks for nothing";
  BANSO_ASSERT_OK(
      Do(&AccountsApi::UpdateAccount, "account { name: 'accounts/a' expected_users: 500 }"));
  EXPECT_EQ(GetAccount("a").owners().onboarding(), "members/aoki");
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "no");
  EXPECT_THAT(Uncertified(), ElementsAre("accounts/a/summary"));
  BANSO_ASSERT_OK(
      Do(&AccountsApi::UpdateAccount, "account { name: 'accounts/a' expected_users: 10 }"));
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "");
  EXPECT_THAT(Uncertified(), IsEmpty());
}

TEST_F(TeamTest, RetentionTakesOverAHighTouchAccountOnlyCertifiedToo) {
  CreateWonAccount("a");
  StartOnboarding("a", "o1");
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1", "state: ONBOARDING_STATE_COMPLETED"));
  AskForCertification();
  BANSO_ASSERT_OK(Do(&ClassificationApi::Reclassify, ""));
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "no") << "of the owner whom it has already";
  const char* accept =
      "state: ONBOARDING_STATE_HANDED_OFF handoff: 'accounts/a/handoffs/h' "
      "retention_owner: 'members/ito'";
  EXPECT_EQ(contract::Reason(Advance("accounts/a/onboardings/o1", accept).status()),
            kReasonNotCertified);
  MakeManager("sato");
  BANSO_ASSERT_OK(Do(&TeamApi::WaiveCertification,
                     "name: 'accounts/a' member: 'members/ito' reason: 'has known it for years'"));
  BANSO_ASSERT_OK(Advance("accounts/a/onboardings/o1", accept));
  EXPECT_EQ(FactNow("accounts/a", kOwnerCertified), "yes");
  EXPECT_FALSE(Do(&AccountsApi::ReassignAccounts,
                  "assignments { account: 'accounts/a' role: OWNER_ROLE_RETENTION "
                  "owner: 'members/aoki' }")
                   .ok());
  BANSO_EXPECT_OK(Do(&AccountsApi::ReassignAccounts,
                     "assignments { account: 'accounts/a' role: OWNER_ROLE_SALES "
                     "owner: 'members/aoki' }"))
      << "who sells is not asked";
}

TEST_F(TeamTest, ARolePlayIsRatedInFullByOthersAndOnce) {
  CreateRolePlay();
  EXPECT_THAT(RateBy("members/aoki", 5, 5),
              banso::testing::StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(RateBy("members/sato", 6, 5),
              banso::testing::StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Do(&TeamApi::RateRolePlay,
                 "name: 'members/aoki/rolePlays/r1' rating { rater: 'members/sato' "
                 "scores { key: 'listening' value: 3 } scores { key: 'other' value: 3 } }"),
              banso::testing::StatusIs(absl::StatusCode::kInvalidArgument));
  BANSO_ASSERT_OK(RateBy("members/sato", 1, 1));
  BANSO_ASSERT_OK_AND_ASSIGN(const RolePlay again, RateBy("members/sato", 2, 2));
  EXPECT_EQ(again.ratings_size(), 1);
  BANSO_ASSERT_OK_AND_ASSIGN(const RolePlay failed, RateBy("members/ito", 2, 2));
  EXPECT_EQ(failed.state(), v1::ROLE_PLAY_STATE_FAILED);
  EXPECT_FALSE(failed.has_agreement()) << "all scores are alike";
  EXPECT_EQ(contract::Reason(RateBy("members/ito", 5, 5).status()), kReasonRolePlayDecided);
  BANSO_ASSERT_OK_AND_ASSIGN(const Member member, Do(&TeamApi::GetMember, "name: 'members/aoki'"));
  EXPECT_THAT(member.certifications(), IsEmpty());
}

TEST_F(TeamTest, ARolePlayEnteredByMistakeIsDeletedUntilItIsDecided) {
  const auto remove = [&](const std::string& rest) {
    return Do(&TeamApi::DeleteRolePlay, "name: 'members/aoki/rolePlays/r1' " + rest).status();
  };
  CreateRolePlay();
  BANSO_ASSERT_OK_AND_ASSIGN(const RolePlay rated, RateBy("members/sato", 5, 5));
  EXPECT_EQ(contract::Reason(remove("etag: 'another'")), contract::kReasonEtagMismatch);
  BANSO_EXPECT_OK(remove(absl::StrCat("etag: '", rated.etag(), "' request_id: 'delete-1'")));
  BANSO_EXPECT_OK(remove(absl::StrCat("etag: '", rated.etag(), "' request_id: 'delete-1'")));
  EXPECT_THAT(Do(&TeamApi::GetRolePlay, "name: 'members/aoki/rolePlays/r1'"),
              banso::testing::StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(remove(""), banso::testing::StatusIs(absl::StatusCode::kNotFound));

  CreateRolePlay();
  BANSO_ASSERT_OK(RateBy("members/sato", 5, 5));
  BANSO_ASSERT_OK(RateBy("members/ito", 5, 5));
  EXPECT_EQ(contract::Reason(remove("")), kReasonRolePlayDecided) << "a certification is of it";
}

TEST_F(TeamTest, TwoRatersAreTwoPeople) {
  CreateRolePlay();
  const auto refused = [&](const std::string& recorder, const std::string& rater) {
    return contract::Reason(RecordRating(recorder, rater, 5, 5).status());
  };
  BANSO_ASSERT_OK(RateBy("members/sato", 5, 5));
  EXPECT_EQ(refused("members/sato", "members/ito"), kReasonRoleRequired)
      << "a second rating by one";
  EXPECT_EQ(refused("members/aoki", "members/ito"), kReasonOwnRolePlay);
  // Who plays may do so as little when the role allows it with others.
  MakeManager("aoki");
  EXPECT_EQ(refused("members/aoki", "members/ito"), kReasonOwnRolePlay);

  MakeManager("sato");
  BANSO_ASSERT_OK_AND_ASSIGN(const RolePlay entered,
                             RecordRating("members/sato", "members/ito", 4, 4));
  ASSERT_EQ(entered.ratings_size(), 2);
  EXPECT_EQ(entered.ratings(0).recorded_by(), "members/sato");
  EXPECT_EQ(entered.ratings(1).rater(), "members/ito");
  EXPECT_EQ(entered.ratings(1).recorded_by(), "members/sato") << "it shows who entered it";
}

TEST_F(TeamTest, AnErasedMemberPlaysNoRolePlay) {
  CreateRolePlay();
  BANSO_ASSERT_OK(Do(&PeopleApi::ErasePerson, "name: 'members/aoki'"));
  EXPECT_EQ(contract::Reason(RateBy("members/sato", 5, 5).status()), kReasonPersonErased);
  EXPECT_EQ(contract::Reason(Do(&TeamApi::CreateRolePlay, R"pb(
                               parent: "members/aoki"
                               role_play {
                                 certification: "high_touch"
                                 items { key: "listening" title: "Finds the problem" }
                                 pass_mark: 3
                                 date { year: 2026 month: 3 day: 20 }
                               }
                             )pb")
                                 .status()),
            kReasonPersonErased);
}

TEST_F(TeamTest, RolesAreGivenByThoseWhoMayGiveThem) {
  const char* make_manager =
      "member { name: 'members/aoki' roles: MEMBER_ROLE_MANAGER } update_mask { paths: 'roles' }";
  EXPECT_EQ(contract::Reason(Do(&TeamApi::UpdateMember, make_manager).status()),
            kReasonRoleRequired);
  EXPECT_EQ(contract::Reason(Do(&TeamApi::CreateMember,
                                "member { display_name: 'Me Too' roles: MEMBER_ROLE_OPERATIONS }")
                                 .status()),
            kReasonRoleRequired);
  BANSO_EXPECT_OK(
      Do(&TeamApi::UpdateMember, "member { name: 'members/aoki' email: 'aoki@vendor.example' }"))
      << "anything else is free";
  MakeManager("sato");
  BANSO_ASSERT_OK(Do(&TeamApi::UpdateMember, make_manager));
  actor_ = "members/aoki";
  BANSO_EXPECT_OK(Do(&TeamApi::UpdateMember,
                     "member { name: 'members/ito' roles: MEMBER_ROLE_RETENTION } "
                     "update_mask { paths: 'roles' }"));
}

}  // namespace
}  // namespace banso::accounts

#include <string>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/accounts/api/api_fixture.h"
#include "services/accounts/api/rubrics_api.h"

namespace banso::accounts {
namespace {

using ::banso::testing::Nth;
using ::banso::testing::StatusIs;
using v1::RolePlay;

class RubricsTest : public ApiTest {
 protected:
  template <class Response, class Request>
  absl::StatusOr<Response> Ask(absl::StatusOr<Response> (RubricsApi::*handler)(const Call&,
                                                                               const Request&),
                               const std::string& request) {
    RubricsApi api(*database_, store_);
    return DoOn(api, handler, request);
  }

  void Save(const std::string& items, const std::string& activate) {
    BANSO_ASSERT_OK(Ask(&RubricsApi::SaveRolePlayRubric,
                        absl::StrCat("role_play_rubric { name: 'rolePlayRubrics/r' certification: "
                                     "'high_touch' pass_mark: 3 ",
                                     items, " } reason: 'agreed'")));
    if (activate.empty()) return;
    BANSO_ASSERT_OK(Ask(&RubricsApi::ActivateRolePlayRubric,
                        absl::StrCat("name: 'rolePlayRubrics/r@", activate, "'")));
  }
  absl::StatusOr<RolePlay> Play(const std::string& member, const std::string& rest) {
    return Do(&TeamApi::CreateRolePlay,
              absl::StrCat("parent: 'members/", member, "' role_play_id: 'p' role_play { ",
                           "date { year: 2026 month: 3 day: 20 } ", rest, " }"));
  }
  void Rate(const std::string& player, const std::string& rater, int score) {
    actor_ = absl::StrCat("members/", rater);
    BANSO_ASSERT_OK(Do(&TeamApi::RateRolePlay,
                       absl::StrCat("name: 'members/", player, "/rolePlays/p' rating { rater: '",
                                    actor_, "' scores { key: 'k' value: ", score, " } }")));
  }
};

constexpr char kItem[] = "items { key: 'k' title: 'Listens' }";

TEST_F(RubricsTest, ARolePlayIsScoredByTheRevisionInForceWhenItWasCreated) {
  EXPECT_EQ(Nth(contract::FieldViolations(Play("aoki", "rubric: 'rolePlayRubrics/r'").status()), 0)
                .reason,
            "UNKNOWN_RUBRIC");
  Save(kItem, "");
  EXPECT_THAT(Play("aoki", "rubric: 'rolePlayRubrics/r'").status(),
              StatusIs(absl::StatusCode::kFailedPrecondition))
      << "no revision is in force";
  BANSO_ASSERT_OK(Ask(&RubricsApi::ActivateRolePlayRubric, "name: 'rolePlayRubrics/r@1'"));
  BANSO_ASSERT_OK_AND_ASSIGN(const RolePlay first, Play("aoki", "rubric: 'rolePlayRubrics/r'"));
  EXPECT_EQ(first.rubric(), "rolePlayRubrics/r@1");
  EXPECT_EQ(first.certification(), "high_touch");
  ASSERT_EQ(first.items_size(), 1);
  EXPECT_EQ(first.pass_mark(), 3);
  Save("items { key: 'other' title: 'Explains' }", "2");
  BANSO_ASSERT_OK_AND_ASSIGN(const RolePlay second, Play("ito", "rubric: 'rolePlayRubrics/r'"));
  EXPECT_EQ(second.rubric(), "rolePlayRubrics/r@2");
  EXPECT_EQ(second.items(0).key(), "other");
  BANSO_ASSERT_OK_AND_ASSIGN(const RolePlay kept,
                             Do(&TeamApi::GetRolePlay, "name: 'members/aoki/rolePlays/p'"));
  EXPECT_EQ(kept.items(0).key(), "k");
}

TEST_F(RubricsTest, ARolePlaySaysItselfWhatNoRubricSaysAndNothingElse) {
  Save(kItem, "1");
  const absl::Status both =
      Play("aoki", absl::StrCat("rubric: 'rolePlayRubrics/r' pass_mark: 2 ", kItem)).status();
  ASSERT_EQ(contract::FieldViolations(both).size(), 2U);
  EXPECT_EQ(contract::FieldViolations(both)[0].field, "role_play.items");
  EXPECT_EQ(contract::FieldViolations(both)[1].field, "role_play.pass_mark");
  const absl::Status neither = Play("aoki", "").status();
  ASSERT_EQ(contract::FieldViolations(neither).size(), 3U);
  for (const auto& violation : contract::FieldViolations(neither)) {
    EXPECT_EQ(violation.reason, "REQUIRED") << violation.field;
  }
  const absl::Status low =
      Play("aoki", absl::StrCat("certification: 'c' pass_mark: 0.5 ", kItem)).status();
  EXPECT_EQ(Nth(contract::FieldViolations(low), 0).reason, "OUT_OF_RANGE");
}

TEST_F(RubricsTest, RatersAreComparedOverTheRolePlaysOfOneRevision) {
  CreateMember("kato", "onboarding");
  Save(kItem, "1");
  for (const char* player : {"aoki", "ito"}) {
    BANSO_ASSERT_OK(Play(player, "rubric: 'rolePlayRubrics/r'"));
  }
  BANSO_ASSERT_OK(Play("sato", absl::StrCat("certification: 'c' pass_mark: 3 ", kItem)));
  Rate("aoki", "sato", 2);
  Rate("aoki", "kato", 4);
  Rate("ito", "sato", 3);
  Rate("sato", "kato", 1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::CompareRatersResponse compared,
                             Ask(&RubricsApi::CompareRaters, "name: 'rolePlayRubrics/r'"));
  EXPECT_EQ(compared.rubric(), "rolePlayRubrics/r@1");
  EXPECT_EQ(compared.role_plays(), 2);
  ASSERT_EQ(compared.raters_size(), 2);
  EXPECT_EQ(compared.raters(0).rater(), "members/kato");
  EXPECT_EQ(compared.raters(0).role_plays(), 1);
  EXPECT_DOUBLE_EQ(compared.raters(0).mean_difference(), 2);
  EXPECT_EQ(compared.raters(1).rater(), "members/sato");
  EXPECT_EQ(compared.raters(1).role_plays(), 2);
  EXPECT_DOUBLE_EQ(compared.raters(1).mean_score(), 2.5);
  EXPECT_EQ(compared.raters(1).shared_role_plays(), 1);
  EXPECT_DOUBLE_EQ(compared.raters(1).mean_difference(), -2);
  EXPECT_DOUBLE_EQ(compared.agreement(), 0) << "one pair, which is all that chance has to go by";
  EXPECT_THAT(Ask(&RubricsApi::CompareRaters, "name: 'rolePlayRubrics/r@7'").status(),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace banso::accounts

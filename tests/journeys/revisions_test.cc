#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "banso/accounts/v1/member.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"
#include "banso/handoff/v1/criteria_service.pb.h"
#include "common/testing/proves.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/journeys/client.h"
#include "tests/journeys/suite.h"

namespace banso::journeys {
namespace {

using ::banso::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kGatewayRpcs[] = "banso.gateway.v1.GatewayService/";
constexpr char kCriteriaRpcs[] = "banso.handoff.v1.CriteriaService/";

// A team whose criteria are changed by one member after the other.
class RevisionsJourney : public ::testing::Test {
 protected:
  // Who calls as a member, with a token of their own.
  Client Member(const std::string& id) const {
    EXPECT_THAT(operator_.Call<accounts::v1::Member>(
                    "banso.accounts.v1.TeamService/CreateMember",
                    absl::StrCat(R"({"member_id": ")", id, R"(", "member": {"display_name": ")", id,
                                 R"("}})")),
                IsOk());
    const auto token = operator_.Call<gateway::v1::Token>(
        absl::StrCat(kGatewayRpcs, "CreateToken"),
        absl::StrCat(R"({"token": {"subject": "members/)", id,
                     R"(", "scope": "TOKEN_SCOPE_WRITE", "purpose": "their own"}})"));
    EXPECT_THAT(token, IsOk());
    return Client(suite_.gateway_address(), token.ok() ? token->secret() : "");
  }

  static void Save(const Client& member, const std::string& criteria, const std::string& reason) {
    EXPECT_THAT(member.Call<handoff::v1::CriteriaSet>(
                    absl::StrCat(kCriteriaRpcs, "SaveCriteriaSet"),
                    absl::StrCat(R"({"criteria_set": {"name": "criteriaSets/standard",
                                 "display_name": "Standard", "criteria": [)",
                                 criteria, R"(]}, "reason": ")", reason, R"("})")),
                IsOk());
  }

  const Suite suite_{Shape::kOneProcess, "2025-04-01T01:00:00Z"};
  const Client operator_{suite_.gateway_address(), suite_.operator_token()};
};

std::string Decision(const std::string& id, const std::string& title) {
  return absl::StrCat(R"({"id": ")", id, R"(", "title": ")", title,
                      R"(", "kind": "CRITERION_KIND_DECISION", "required": true})");
}

TEST_F(RevisionsJourney, ThreePeoplesEditsAreListedAndTheirDifferenceIsExact) {
  Save(Member("aoki"), Decision("way-on", "How to go on is decided"), "The first programme");
  Save(Member("baba"),
       absl::StrCat(Decision("goal", "The goal is agreed"), ",",
                    Decision("way-on", "How to go on is decided")),
       "The goal was missing");
  Save(Member("chiba"),
       absl::StrCat(Decision("goal", "The goal is signed"), ",",
                    Decision("way-on", "How to go on is decided"), ",",
                    Decision("budget", "The budget is known")),
       "Enterprises ask for the budget");

  const auto revisions = operator_.Call<handoff::v1::ListCriteriaSetRevisionsResponse>(
      absl::StrCat(kCriteriaRpcs, "ListCriteriaSetRevisions"),
      R"({"name": "criteriaSets/standard"})");
  ASSERT_THAT(revisions, IsOk());
  std::vector<std::string> lines;
  for (const auto& set : revisions->criteria_sets()) {
    lines.push_back(absl::StrCat(set.revision().number(), " ", set.revision().author(), ": ",
                                 set.revision().reason()));
  }
  EXPECT_THAT(lines, ElementsAre("3 members/chiba: Enterprises ask for the budget",
                                 "2 members/baba: The goal was missing",
                                 "1 members/aoki: The first programme"));

  const auto diff = operator_.Call<gateway::v1::DiffRevisionsResponse>(
      absl::StrCat(kGatewayRpcs, "DiffRevisions"),
      R"({"before": "criteriaSets/standard@1", "after": "criteriaSets/standard@3"})");
  ASSERT_THAT(diff, IsOk());
  EXPECT_EQ(diff->before().author(), "members/aoki");
  EXPECT_EQ(diff->after().author(), "members/chiba");
  lines.clear();
  for (const gateway::v1::Difference& difference : diff->differences()) {
    absl::string_view kind = gateway::v1::DifferenceKind_Name(difference.kind());
    absl::ConsumePrefix(&kind, "DIFFERENCE_KIND_");
    lines.push_back(absl::StrCat(kind, " ", difference.path()));
  }
  EXPECT_THAT(lines, ElementsAre("ADDED criteria[goal]", "ADDED criteria[budget]"));
  EXPECT_THAT(diff->differences(0).after(), HasSubstr("The goal is signed"));
  if (!HasFailure()) testing::Proves("KAM-05");
}

TEST_F(RevisionsJourney, OnlyRevisionsOfOneKindAreCompared) {
  const auto refused = operator_.Call<gateway::v1::DiffRevisionsResponse>(
      absl::StrCat(kGatewayRpcs, "DiffRevisions"),
      R"({"before": "criteriaSets/standard@1", "after": "scoreModels/standard@1"})");
  EXPECT_THAT(refused, testing::StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("a revision of the same kind as `before`")));
  const auto missing = operator_.Call<gateway::v1::DiffRevisionsResponse>(
      absl::StrCat(kGatewayRpcs, "DiffRevisions"),
      R"({"before": "criteriaSets/standard@1", "after": "criteriaSets/standard@2"})");
  EXPECT_THAT(missing, testing::StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace banso::journeys

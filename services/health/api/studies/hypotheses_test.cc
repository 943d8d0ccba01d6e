#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/studies/hypotheses_api.h"
#include "services/health/api/studies/studies_fixture.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Hypothesis;

// The measure, a mail that is drafted for the customer, is tried from 30 June 2026 on.
class HypothesesTest : public StudiesFixture {
 protected:
  HypothesesTest() {
    v1::Funnel funnel;
    funnel.set_name("funnels/scouting");
    funnel.set_display_name("From mail to reply");
    funnel.set_success_definition("successDefinitions/offer");
    for (const char* metric : {"mails", "replies"}) {
      v1::FunnelStep* step = funnel.add_steps();
      step->set_key(metric);
      step->set_display_name(metric);
      *step->mutable_reached() = Within30Days(absl::StrCat("metric.", metric));
    }
    v1::SaveFunnelRequest save;
    *save.mutable_funnel() = funnel;
    save.set_reason("test");
    EXPECT_THAT(studies_.SaveFunnel(Now(), save), IsOk());
    // Twelve successes that mailed, and twelve failures of which three did.
    const std::vector<std::string> good = AddAccounts("good", 12);
    const std::vector<std::string> poor = AddAccounts("poor", 12);
    for (size_t i = 0; i < 12; ++i) {
      Used(good[i], "offers", 20);
      Used(good[i], "mails", 4);
      if (i < 3) Used(poor[i], "mails", 4);
    }
    Settle();
  }

  Call InJune() const { return At(Noon(absl::CivilDay(2026, 6, 30))); }

  static Hypothesis Make(v1::CreateStage stage, absl::string_view wall = "mails") {
    Hypothesis hypothesis;
    hypothesis.set_display_name("They do not know what to write");
    hypothesis.set_funnel("funnels/scouting");
    hypothesis.set_wall(std::string(wall));
    hypothesis.set_create_stage(stage);
    hypothesis.set_cause("An empty page");
    hypothesis.set_measure("Draft the first mail");
    return hypothesis;
  }

  absl::StatusOr<Hypothesis> Create(absl::string_view id, const Hypothesis& hypothesis) {
    v1::CreateHypothesisRequest request;
    request.set_hypothesis_id(std::string(id));
    *request.mutable_hypothesis() = hypothesis;
    return hypotheses_.CreateHypothesis(InJune(), request);
  }

  absl::StatusOr<Hypothesis> Start(absl::string_view id, absl::CivilDay look_back) {
    v1::StartHypothesisRequest request;
    request.set_name(absl::StrCat("hypotheses/", id));
    *request.mutable_treated() = Is("plan.drafted", rule::FlagValue(true));
    *request.mutable_look_back_date() = calendar::ToDate(look_back);
    return hypotheses_.StartHypothesis(InJune(), request);
  }

  absl::StatusOr<Hypothesis> LookBack(absl::string_view id, v1::LookBackConclusion conclusion) {
    v1::LookBackHypothesisRequest request;
    request.set_name(absl::StrCat("hypotheses/", id));
    request.set_conclusion(conclusion);
    return hypotheses_.LookBackHypothesis(Now(), request);
  }

  // Twenty accounts from July on, of which `mailing` mail in the first month.
  void AddJulyCases(absl::string_view prefix, bool treated, int mailing) {
    const std::vector<std::string> accounts = AddAccounts(prefix, 20);
    for (size_t i = 0; i < accounts.size(); ++i) {
      accounts::v1::Onboarding onboarding;
      onboarding.set_name(absl::StrCat(accounts[i], "/onboardings/o1"));
      onboarding.set_state(accounts::v1::ONBOARDING_STATE_RUNNING);
      onboarding.add_clocks()->set_clock(type::v1::CLOCK_CONTRACT_START);
      *onboarding.mutable_clocks(0)->mutable_date() = calendar::ToDate(absl::CivilDay(2026, 7, 1));
      EXPECT_THAT(database_->Write(Now(),
                                   [&](storage::Writer& writer) {
                                     return store_.FollowOnboarding(writer, onboarding);
                                   }),
                  IsOk());
      Mirror(accounts[i], "plan.drafted", rule::FlagValue(treated));
      if (i < static_cast<size_t>(mailing)) Used(accounts[i], "mails", 95);
    }
    Settle();
  }

  std::vector<std::string> Listed(const v1::ListHypothesesRequest& request) {
    const auto response = hypotheses_.ListHypotheses(Now(), request);
    EXPECT_THAT(response, IsOk());
    std::vector<std::string> names;
    for (const Hypothesis& hypothesis : response->hypotheses()) names.push_back(hypothesis.name());
    return names;
  }

  HypothesesApi hypotheses_{*database_, store_, ids_};
};

TEST_F(HypothesesTest, HasAWallAndIsListedByStage) {
  v1::CreateHypothesisRequest request;
  *request.mutable_hypothesis() = Make(v1::CREATE_STAGE_ABILITY);
  request.mutable_hypothesis()->clear_wall();
  EXPECT_THAT(contract::Check(&request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("hypothesis.wall")));
  EXPECT_THAT(Create("h0", Make(v1::CREATE_STAGE_CUE, "calls")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("mails replies")));

  ASSERT_THAT(Create("h1", Make(v1::CREATE_STAGE_ABILITY)), IsOk());
  ASSERT_THAT(Create("h2", Make(v1::CREATE_STAGE_CUE)), IsOk());
  ASSERT_THAT(Create("h3", Make(v1::CREATE_STAGE_ABILITY, "replies")), IsOk());
  v1::ListHypothesesRequest by_stage;
  by_stage.add_create_stages(v1::CREATE_STAGE_ABILITY);
  EXPECT_THAT(Listed(by_stage), ElementsAre("hypotheses/h1", "hypotheses/h3"));
  by_stage.set_wall("mails");
  EXPECT_THAT(Listed(by_stage), ElementsAre("hypotheses/h1"));
  testing::Proves("LAP-16");
}

TEST_F(HypothesesTest, ShowsTheRankAndEffectOfItsWall) {
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis hypothesis,
                             Create("h1", Make(v1::CREATE_STAGE_ABILITY)));
  EXPECT_EQ(hypothesis.state(), v1::HYPOTHESIS_STATE_PROPOSED);
  EXPECT_EQ(hypothesis.funnel(), "funnels/scouting@1");
  EXPECT_EQ(hypothesis.wall_evidence().rank(), 1);
  EXPECT_EQ(hypothesis.wall_evidence().walls(), 1);
  const v1::Contrast& contrast = hypothesis.wall_evidence().contrast();
  EXPECT_EQ(contrast.with().having(), 12);
  EXPECT_EQ(contrast.without().having(), 3);
  EXPECT_DOUBLE_EQ(contrast.difference(), 0.75);
  EXPECT_TRUE(contrast.has_difference_interval());
  // What is no wall says so by having no rank.
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis other,
                             Create("h2", Make(v1::CREATE_STAGE_ABILITY, "replies")));
  EXPECT_FALSE(other.wall_evidence().has_rank());
  EXPECT_EQ(other.wall_evidence().contrast().finding(), v1::FINDING_NOT_DIFFERENT);
  testing::Proves("LAP-19");
}

TEST_F(HypothesesTest, IsSettledByTheComparisonThatIsKeptWithIt) {
  AddJulyCases("drafted", true, 16);
  AddJulyCases("plain", false, 5);
  Hypothesis with_backlog = Make(v1::CREATE_STAGE_ABILITY);
  with_backlog.set_backlog_url("https://backlog.example/17");
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis created, Create("h1", with_backlog));
  EXPECT_EQ(created.backlog_url(), "https://backlog.example/17");
  EXPECT_THAT(LookBack("h1", v1::LOOK_BACK_CONCLUSION_CONFIRMED),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("PROPOSED")));
  ASSERT_THAT(Start("h1", absl::CivilDay(2026, 11, 30)), IsOk());
  EXPECT_THAT(Start("h1", absl::CivilDay(2026, 11, 30)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis settled,
                             LookBack("h1", v1::LOOK_BACK_CONCLUSION_CONFIRMED));
  EXPECT_EQ(settled.state(), v1::HYPOTHESIS_STATE_CONFIRMED);
  ASSERT_EQ(settled.look_backs_size(), 1);
  const v1::LookBack& seen = settled.look_backs(0);
  EXPECT_EQ(seen.concurrent().with().having(), 16);
  EXPECT_EQ(seen.concurrent().with().n(), 20);
  EXPECT_EQ(seen.concurrent().without().having(), 5);
  EXPECT_EQ(seen.before_after().with().n(), 40);
  EXPECT_EQ(seen.before_after().without().n(), 24);
  EXPECT_EQ(seen.concurrent().finding(), v1::FINDING_DIFFERENT);
  EXPECT_EQ(seen.member(), "members/aoki");
  // The idea with its cause and measure, the experiment and its result stand together.
  v1::GetHypothesisRequest get;
  get.set_name("hypotheses/h1");
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis chain, hypotheses_.GetHypothesis(Now(), get));
  EXPECT_NE(chain.cause(), "");
  EXPECT_NE(chain.measure(), "");
  EXPECT_EQ(chain.backlog_url(), with_backlog.backlog_url());
  EXPECT_TRUE(chain.has_treated());
  EXPECT_TRUE(chain.has_start_date());
  ASSERT_EQ(chain.look_backs_size(), 1);
  EXPECT_EQ(chain.look_backs(0).conclusion(), v1::LOOK_BACK_CONCLUSION_CONFIRMED);
  testing::Proves("PER-09");
  v1::DropHypothesisRequest drop;
  drop.set_name("hypotheses/h1");
  drop.set_reason("no time");
  EXPECT_THAT(hypotheses_.DropHypothesis(Now(), drop),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  testing::Proves("LAP-17");
}

TEST_F(HypothesesTest, IsNotConfirmedByAComparisonThatShowsNothing) {
  AddJulyCases("drafted", true, 6);
  AddJulyCases("plain", false, 6);
  ASSERT_THAT(Create("h1", Make(v1::CREATE_STAGE_ABILITY)), IsOk());
  ASSERT_THAT(Start("h1", absl::CivilDay(2026, 11, 30)), IsOk());
  EXPECT_THAT(LookBack("h1", v1::LOOK_BACK_CONCLUSION_CONFIRMED),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("no comparison")));
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis refuted,
                             LookBack("h1", v1::LOOK_BACK_CONCLUSION_REFUTED));
  EXPECT_EQ(refuted.state(), v1::HYPOTHESIS_STATE_REFUTED);
}

// Everybody mails more often since July, with the measure no more than without it.
TEST_F(HypothesesTest, IsNotConfirmedByChangedTimesAlone) {
  AddJulyCases("drafted", true, 20);
  AddJulyCases("plain", false, 20);
  ASSERT_THAT(Create("h1", Make(v1::CREATE_STAGE_ABILITY)), IsOk());
  ASSERT_THAT(Start("h1", absl::CivilDay(2026, 11, 30)), IsOk());
  EXPECT_THAT(LookBack("h1", v1::LOOK_BACK_CONCLUSION_CONFIRMED),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("at the same time")));
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis refuted,
                             LookBack("h1", v1::LOOK_BACK_CONCLUSION_REFUTED));
  EXPECT_EQ(Nth(refuted.look_backs(), 0).before_after().finding(), v1::FINDING_DIFFERENT);
  EXPECT_DOUBLE_EQ(Nth(refuted.look_backs(), 0).concurrent().difference(), 0);
}

TEST_F(HypothesesTest, IsDueForALookBackOnItsDateAndOverdueUntilItIsHeld) {
  AddJulyCases("drafted", true, 16);
  AddJulyCases("plain", false, 5);
  ASSERT_THAT(Create("h1", Make(v1::CREATE_STAGE_ABILITY)), IsOk());
  ASSERT_THAT(Create("h2", Make(v1::CREATE_STAGE_CUE)), IsOk());
  EXPECT_THAT(Start("h1", absl::CivilDay(2026, 6, 30)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("look_back_date")));
  ASSERT_THAT(Start("h1", absl::CivilDay(2026, 11, 30)), IsOk());
  const auto due_by = [&](absl::CivilDay day) {
    v1::ListHypothesesRequest request;
    *request.mutable_look_back_due_by() = calendar::ToDate(day);
    return Listed(request);
  };
  EXPECT_THAT(due_by(absl::CivilDay(2026, 11, 29)), ElementsAre());
  EXPECT_THAT(due_by(absl::CivilDay(2026, 11, 30)), ElementsAre("hypotheses/h1"));
  EXPECT_THAT(due_by(absl::CivilDay(2026, 12, 15)), ElementsAre("hypotheses/h1"));
  EXPECT_THAT(LookBack("h1", v1::LOOK_BACK_CONCLUSION_CONTINUE),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("next_look_back_date")));
  // Both a comparison before and after and a concurrent one are there when it is held.
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis held,
                             LookBack("h1", v1::LOOK_BACK_CONCLUSION_CONFIRMED));
  EXPECT_TRUE(Nth(held.look_backs(), 0).concurrent().has_difference_interval());
  EXPECT_TRUE(Nth(held.look_backs(), 0).before_after().has_difference_interval());
  EXPECT_THAT(due_by(absl::CivilDay(2026, 12, 15)), ElementsAre());
  testing::Proves("LAP-18");
}

TEST_F(HypothesesTest, CountsWhatCustomersSayApartFromTheNumbers) {
  const auto created = Create("h1", Make(v1::CREATE_STAGE_ABILITY));
  ASSERT_THAT(created, IsOk());
  const auto answer = [&](absl::string_view account, bool confirms) {
    v1::AnswerHypothesisRequest request;
    request.set_name("hypotheses/h1");
    request.mutable_answer()->set_account(std::string(account));
    request.mutable_answer()->set_confirms(confirms);
    return hypotheses_.AnswerHypothesis(Now(), request);
  };
  ASSERT_THAT(answer("accounts/good0", true), IsOk());
  ASSERT_THAT(answer("accounts/good1", false), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis hypothesis, answer("accounts/good1", true));
  EXPECT_EQ(hypothesis.customers_confirming(), 2);
  EXPECT_EQ(hypothesis.customers_denying(), 0);
  EXPECT_EQ(hypothesis.customer_answers_size(), 2);
  EXPECT_EQ(hypothesis.state(), v1::HYPOTHESIS_STATE_PROPOSED);
  EXPECT_THAT(answer("accounts/nobody", true), StatusIs(absl::StatusCode::kNotFound));

  // Three say yes and one says no; its rank and effect stay what the data say.
  ASSERT_THAT(answer("accounts/good2", true), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const Hypothesis told, answer("accounts/good3", false));
  EXPECT_EQ(told.customers_confirming(), 3);
  EXPECT_EQ(told.customers_denying(), 1);
  EXPECT_EQ(told.wall_evidence().SerializeAsString(), created->wall_evidence().SerializeAsString());
  EXPECT_DOUBLE_EQ(told.wall_evidence().contrast().difference(), 0.75);
  EXPECT_EQ(told.wall_evidence().rank(), 1);
  testing::Proves("LAP-22");
}

}  // namespace
}  // namespace banso::health

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "services/health/api/forecasts/forecasts_api.h"
#include "services/health/api/merge/join_accounts_fixture.h"
#include "services/health/api/scoring/scoring_api.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// What becomes of what is kept about the account that is merged away.
enum class Fate {
  // Goes over to the account that is kept.
  kMoves,
  // Stays under the duplicate's name.
  kStays,
  // Goes over unless the account that is kept has its own of the model.
  kOnce,
  // Is about no account.
  kOther,
};

// Every kind of resource that belongs to an account.
const std::map<std::string, Fate>& FatesOfKinds() {
  static const auto* const kFates = new std::map<std::string, Fate>{
      {"banso.health.v1.Assessment", Fate::kMoves},
      {"banso.health.v1.ExpectedUse", Fate::kMoves},
      {"banso.health.v1.Outcome", Fate::kMoves},
      {"banso.health.v1.RatingRequest", Fate::kMoves},
      {"banso.health.v1.ScoreOverride", Fate::kMoves},
      {"banso.health.v1.Signal", Fate::kMoves},
      {"banso.health.v1.SurveyInvitation", Fate::kMoves},
      {"banso.health.v1.Score", Fate::kOnce},
      {"banso.health.v1.Placement", Fate::kOnce},
      {"banso.health.v1.StageMove", Fate::kOnce},
      // With the onboarding.
      {"banso.health.v1.SuccessLabel", Fate::kStays},
      {"banso.health.v1.Forecast", Fate::kStays},
      // Has been told to others.
      {"banso.health.v1.OutboxMessage", Fate::kStays},
  };
  return *kFates;
}

// Every table.
const std::map<std::string, Fate>& FatesOfTables() {
  static const auto* const kFates = new std::map<std::string, Fate>{
      {"assessment", Fate::kMoves},
      {"assessment_expiry", Fate::kMoves},
      {"expected_use", Fate::kMoves},
      {"expected_use_revision", Fate::kMoves},
      {"outcome", Fate::kMoves},
      {"rating_request", Fate::kMoves},
      {"score_override", Fate::kMoves},
      {"signal", Fate::kMoves},
      {"signal_task", Fate::kMoves},
      {"signal_watch", Fate::kMoves},
      {"survey_end", Fate::kMoves},
      {"survey_invitation", Fate::kMoves},
      {"upkeep_task", Fate::kMoves},
      {"placement", Fate::kOnce},
      {"score", Fate::kOnce},
      {"score_told", Fate::kOnce},
      {"stage_move", Fate::kOnce},
      {"stage_turn", Fate::kOnce},
      // What accounts and the others tell of it, and what was told of it here.
      {"account_header", Fate::kStays},
      {"external_account", Fate::kStays},
      {"fact_change", Fate::kStays},
      {"forecast", Fate::kStays},
      {"mirrored_fact", Fate::kStays},
      {"onboarding_header", Fate::kStays},
      {"outbox_message", Fate::kStays},
      {"success_label", Fate::kStays},
      // It is looked at, and found to be archived.
      {"evaluation", Fate::kStays},
      // A number stands for the name; by these samples are kept.
      {"word", Fate::kStays},
      {"change", Fate::kStays},
      {"activation", Fate::kOther},
      {"follower_position", Fate::kOther},
      {"meta", Fate::kOther},
      {"request", Fate::kOther},
      {"sample_commit", Fate::kOther},
      {"schema_migration", Fate::kOther},
      {"sample_page", Fate::kOther},
      {"funnel", Fate::kOther},
      {"hypothesis", Fate::kOther},
      {"known_fact_type", Fate::kOther},
      {"matrix_policy", Fate::kOther},
      {"metric", Fate::kOther},
      {"play", Fate::kOther},
      {"rubric", Fate::kOther},
      {"score_model", Fate::kOther},
      {"signal_rule", Fate::kOther},
      {"stage_model", Fate::kOther},
      {"success_definition", Fate::kOther},
      {"survey", Fate::kOther},
      {"upkeep_campaign", Fate::kOther},
      {"webhook", Fate::kOther},
      {"webhook_secret", Fate::kOther},
  };
  return *kFates;
}

class JoinKindsTest : public JoinAccountsFixture {
 protected:
  void UseDefinition() {
    v1::SuccessDefinition definition;
    definition.set_name("successDefinitions/hundred");
    definition.set_display_name("hundred");
    *definition.mutable_condition() = AtLeastLogins(100);
    definition.set_clock(type::v1::CLOCK_CONTRACT_START);
    *definition.mutable_due() = calendar::MakePeriod(60, type::v1::PERIOD_UNIT_DAY);
    Activate(definition);
  }

  // One of everything that can be about an account, about the duplicate.
  void GiveOneOfEveryKind() {
    UseSignals();
    UseStages();
    UseDefinition();
    Activate(MakeModel());
    Activate(MakeRubric());
    now_ = Noon(kApril1 + 3);
    Send("s1", "twin", "logins", kApril1 + 2, 5, "form");
    v1::CreateUpkeepCampaignRequest upkeep;
    upkeep.set_upkeep_campaign_id("april");
    upkeep.mutable_upkeep_campaign()->set_display_name("April");
    upkeep.mutable_upkeep_campaign()->add_items("needs");
    *upkeep.mutable_upkeep_campaign()->mutable_lock_date() = calendar::ToDate(kApril1 + 9);
    ASSERT_THAT(assessments_->CreateUpkeepCampaign(Now(), upkeep), IsOk());
    Judge("twin", 3, "a1");
    ASSERT_THAT(AskForRating("twin"), IsOk());
    Judge("twin", 5, "a2", "ito");
    v1::CreateOutcomeRequest outcome;
    outcome.set_parent("accounts/twin");
    outcome.set_outcome_id("first");
    outcome.mutable_outcome()->set_kind(v1::OUTCOME_KIND_EXPANSION);
    *outcome.mutable_outcome()->mutable_occurred_time() = calendar::ToTimestamp(now_);
    ASSERT_THAT(outcomes_.CreateOutcome(Now(), outcome), IsOk());
    AskTanaka();
    ASSERT_THAT(uses_.SetExpectedUse(Now(), Expect("twin")), IsOk());
    v1::CreateForecastRequest forecast;
    forecast.set_parent("accounts/twin");
    forecast.mutable_forecast()->set_onboarding("accounts/twin/onboardings/o1");
    forecast.mutable_forecast()->set_success_definition("successDefinitions/hundred");
    forecast.mutable_forecast()->set_probability(0.3);
    forecast.mutable_forecast()->set_forecaster("members/aoki");
    ASSERT_THAT(forecasts_.CreateForecast(Now(), forecast), IsOk());
    v1::CreateScoreOverrideRequest judged;
    judged.set_parent("accounts/twin/scores/logins");
    judged.mutable_score_override()->set_band("any");
    judged.mutable_score_override()->set_reason("so");
    *judged.mutable_score_override()->mutable_expire_time() =
        calendar::ToTimestamp(now_ + absl::Hours(100));
    ASSERT_THAT(scoring_.CreateScoreOverride(Now(), judged), IsOk());
  }

  ForecastsApi forecasts_{*database_, store_, ids_};
  ScoringApi scoring_{*database_, store_, ids_};
};

// A kind or table that is added later fails here until it is decided what a merge does to it.
TEST_F(JoinKindsTest, KnowsWhatBecomesOfEveryKindAndTable) {
  GiveOneOfEveryKind();
  // acme has been judged by the models itself, and is below where the signal rises.
  Send("own", "acme", "logins", kApril1 + 2, 1);
  Evaluate();
  const auto before = Of("twin");
  const auto rows_before = RowsAbout("twin");
  for (const auto& [kind, names] : before) {
    ASSERT_TRUE(FatesOfKinds().contains(kind)) << "decide what becomes of a " << kind;
    EXPECT_THAT(names, Not(IsEmpty())) << "give the duplicate a " << kind;
  }
  for (const auto& [table, rows] : rows_before) {
    ASSERT_TRUE(FatesOfTables().contains(table)) << "decide what becomes of the rows of " << table;
    EXPECT_EQ(rows > 0, FatesOfTables().at(table) != Fate::kOther) << table;
  }
  now_ += absl::Hours(1);
  Merge();
  Evaluate();
  const auto of_twin = Of("twin");
  const auto of_acme = Of("acme");
  for (const auto& [kind, names] : before) {
    const bool moves = FatesOfKinds().at(kind) == Fate::kMoves;
    EXPECT_THAT(of_twin.at(kind), SizeIs(moves ? 0 : names.size())) << kind;
    if (moves) {
      EXPECT_GE(of_acme.at(kind).size(), names.size()) << kind;
    }
  }
  for (const auto& [table, rows] : RowsAbout("twin")) {
    if (FatesOfTables().at(table) == Fate::kMoves) {
      EXPECT_EQ(rows, 0) << table;
    }
  }
  EXPECT_THAT(List("acme"), SizeIs(1));
  // Once more is no change.
  const auto rows = RowsAbout("acme");
  Merge();
  EXPECT_EQ(RowsAbout("acme"), rows);
}

}  // namespace
}  // namespace banso::health

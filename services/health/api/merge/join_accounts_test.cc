#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "banso/type/v1/rules.pb.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "google/protobuf/descriptor.h"
#include "services/health/api/forecasts/forecasts_api.h"
#include "services/health/api/outcomes/outcomes_api.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/api/signals/signals_fixture.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/api/surveys/surveys_api.h"
#include "services/health/api/use/expected_uses_api.h"
#include "services/health/domain/signals/signal.h"
#include "services/health/store/merge/join_accounts.h"
#include "services/health/store/mirror/mirror_hash.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::StatusIs;
using fact::v1::FactReading;
using ::testing::HasSubstr;
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

const google::protobuf::Descriptor& TypeNamed(const std::string& kind) {
  return *google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(kind);
}

bool IsOfAccounts(const std::string& kind) {
  return absl::StartsWith(TypeNamed(kind).options().GetExtension(type::v1::resource).pattern(),
                          "accounts/{account}/");
}

// The accounts `acme`, which is kept, and `twin`, which is the same company once more.
class JoinAccountsTest : public SignalsFixture {
 protected:
  JoinAccountsTest() {
    FollowTwin("");
    FollowOnboarding("twin", accounts::v1::ONBOARDING_STATE_RUNNING, kApril1, Noon(kApril1));
    MakeMetric("logins");
    MakeMetric("reports");
  }

  void FollowTwin(absl::string_view merged_into) {
    accounts::v1::Account account;
    account.set_name("accounts/twin");
    account.set_display_name("twin");
    account.set_time_zone("Asia/Tokyo");
    account.set_lifecycle_stage(accounts::v1::LIFECYCLE_STAGE_ONBOARDING);
    account.mutable_owners()->set_onboarding("members/aoki");
    account.set_accountable_owner("members/aoki");
    account.mutable_classification()->set_touch("high");
    accounts::v1::ExternalId* external = account.add_external_ids();
    external->set_system("product");
    external->set_id("T-2");
    account.set_merged_into(std::string(merged_into));
    if (!merged_into.empty()) *account.mutable_archive_time() = calendar::ToTimestamp(now_);
    Write([&](storage::Writer& writer) { return store_.FollowAccount(writer, account); });
  }

  // As accounts tells it: the account, then the person under the new name.
  void Merge() {
    FollowTwin("accounts/acme");
    Write([&](storage::Writer& writer) {
      return JoinPeople(writer, store_, "accounts/twin/stakeholders/tanaka",
                        "accounts/acme/stakeholders/tanaka-2");
    });
  }

  void Write(const std::function<absl::Status(storage::Writer&)>& write) {
    ASSERT_THAT(database_->Write(Now(), write), IsOk());
  }

  v1::IngestSamplesResponse Send(absl::string_view id, absl::string_view account,
                                 absl::string_view metric, absl::CivilDay day, double value = 1,
                                 absl::string_view object = "") {
    v1::Sample sample = MakeSample(id, metric, Noon(day), value);
    sample.set_account(absl::StrCat("accounts/", account));
    sample.set_user("u1");
    sample.set_object(std::string(object));
    const auto response = Ingest(Now(), {sample});
    EXPECT_THAT(response, IsOk());
    return *response;
  }

  v1::Assessment Judge(absl::string_view account, int rating, absl::string_view id,
                       absl::string_view rater = "aoki") {
    v1::CreateAssessmentRequest request;
    request.set_parent(absl::StrCat("accounts/", account));
    request.set_assessment_id(std::string(id));
    request.mutable_assessment()->set_item("needs");
    request.mutable_assessment()->set_rating(rating);
    request.mutable_assessment()->set_evidence("seen");
    request.mutable_assessment()->set_rater(absl::StrCat("members/", rater));
    const auto created = assessments_->CreateAssessment(Now(), request);
    EXPECT_THAT(created, IsOk());
    return created.value_or(v1::Assessment());
  }

  // Asks ito for a second rating.
  absl::StatusOr<v1::RatingRequest> AskForRating(absl::string_view account) {
    v1::CreateRatingRequestRequest request;
    request.set_parent(absl::StrCat("accounts/", account));
    request.set_rating_request_id("second");
    request.mutable_rating_request()->set_item("needs");
    request.mutable_rating_request()->set_rater("members/ito");
    *request.mutable_rating_request()->mutable_due_date() = calendar::ToDate(kApril1 + 9);
    return assessments_->CreateRatingRequest(Now(), request);
  }

  FactReading Read(absl::string_view account, absl::string_view fact,
                   type::v1::Aggregation aggregation, absl::Time as_of,
                   std::optional<absl::Time> known_at = std::nullopt) {
    rule::FactRead read;
    read.subject = absl::StrCat("accounts/", account);
    read.query.set_fact(std::string(fact));
    read.query.set_aggregation(aggregation);
    rule::Moment moment;
    moment.as_of = as_of;
    moment.known_at = known_at;
    moment.time_zone = "Asia/Tokyo";
    FactReading reading;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      StoreFactReader facts(store_, reader);
      BANSO_ASSIGN_OR_RETURN(const auto readings, facts.Read({read}, moment));
      reading = Nth(readings, 0);
      return absl::OkStatus();
    }),
                IsOk());
    return reading;
  }

  double Sum(absl::string_view account, absl::Time as_of,
             std::optional<absl::Time> known_at = std::nullopt) {
    const FactReading reading =
        Read(account, "metric.logins", type::v1::AGGREGATION_SUM, as_of, known_at);
    return reading.has_value() ? reading.value().number() : -1;
  }

  std::optional<double> Judged(absl::Time as_of,
                               std::optional<absl::Time> known_at = std::nullopt) {
    const FactReading reading =
        Read("acme", "assessment.needs", type::v1::AGGREGATION_LATEST, as_of, known_at);
    if (!reading.has_value()) return std::nullopt;
    return reading.value().number();
  }

  // The names of the account's resources by kind.
  std::map<std::string, std::vector<std::string>> Of(absl::string_view account) {
    std::map<std::string, std::vector<std::string>> result;
    const std::string prefix = absl::StrCat("accounts/", account, "/");
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      for (const storage::SnapshotSource* source : store_.sources()) {
        if (!IsOfAccounts(source->kind())) continue;
        auto& names = result[source->kind()];
        BANSO_RETURN_IF_ERROR(source->ReadSnapshot(
            reader, "", 1000,
            [&](absl::string_view key, int64_t /*position*/, const type::v1::Change&) {
              if (absl::StartsWith(key, prefix)) names.emplace_back(key);
              return absl::OkStatus();
            }));
      }
      return absl::OkStatus();
    }),
                IsOk());
    return result;
  }

  // The tables of this service, each with how many of its rows say `account` in a column.
  std::map<std::string, int64_t> RowsAbout(absl::string_view account) {
    constexpr absl::string_view kTables =
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL ORDER BY name";
    std::map<std::string, int64_t> rows;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      std::vector<std::string> tables;
      BANSO_RETURN_IF_ERROR(reader.Query(kTables, {}, [&](const storage::Row& row) {
        tables.emplace_back(row.Text(0));
        return absl::OkStatus();
      }));
      for (const std::string& table : tables) {
        if (absl::StartsWith(table, "sqlite_")) continue;
        std::string where = "$account = $below";
        BANSO_RETURN_IF_ERROR(
            reader.Query("SELECT name FROM pragma_table_info($table) WHERE type = 'TEXT'",
                         {{"table", table}}, [&](const storage::Row& row) {
                           absl::StrAppend(&where, " OR ", row.Text(0), " = $account OR ",
                                           row.Text(0), " LIKE $below");
                           return absl::OkStatus();
                         }));
        BANSO_RETURN_IF_ERROR(
            reader
                .QueryOne(absl::StrCat("SELECT COUNT(*) FROM ", table, " WHERE ", where),
                          {{"account", absl::StrCat("accounts/", account)},
                           {"below", absl::StrCat("accounts/", account, "/%")}},
                          [&](const storage::Row& row) {
                            rows[table] = row.Int64(0);
                            return absl::OkStatus();
                          })
                .status());
      }
      return absl::OkStatus();
    }),
                IsOk());
    return rows;
  }

  static v1::Rubric MakeRubric() {
    v1::Rubric rubric;
    rubric.set_name("rubrics/r");
    rubric.set_display_name("r");
    v1::RubricItem* item = rubric.add_items();
    item->set_key("needs");
    item->set_display_name("needs");
    *item->mutable_valid_for() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
    for (const int rating : {1, 3, 5}) {
      v1::Anchor* anchor = item->add_anchors();
      anchor->set_rating(rating);
      anchor->set_meaning(absl::StrCat("looks like ", rating));
    }
    return rubric;
  }

  static type::v1::Condition AtLeastLogins(double number) {
    type::v1::Condition condition;
    type::v1::Comparison* compare = condition.mutable_compare();
    compare->mutable_fact()->set_fact("metric.logins");
    compare->mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    compare->set_op(type::v1::OPERATOR_GE);
    *compare->add_values() = rule::NumberValue(number);
    return condition;
  }

  static v1::ScoreModel MakeModel() {
    v1::ScoreModel model;
    model.set_name("scoreModels/logins");
    model.set_display_name("Logins");
    model.set_purpose("p");
    model.set_decision_served("d");
    v1::Measure* logins = model.add_measures();
    logins->set_key("logins");
    *logins->mutable_fact() = AtLeastLogins(1).compare().fact();
    logins->add_curve()->set_value(0);
    v1::CurvePoint* full = logins->add_curve();
    full->set_value(10);
    full->set_points(100);
    logins->set_weight(1);
    logins->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
    model.set_qualitative_share(0);
    model.set_minimum_coverage(0.5);
    model.add_bands()->set_key("any");
    return model;
  }

  // A rule that a message and a task answer.
  void UseSignals() {
    v1::Play play;
    play.set_name("plays/p");
    play.set_display_name("p");
    v1::Reaction* reaction = play.add_reactions();
    reaction->mutable_message()->set_channel("mail");
    reaction->mutable_message()->set_subject("s");
    reaction->mutable_message()->set_body("b");
    reaction = play.add_reactions();
    reaction->mutable_task()->set_title("call");
    *reaction->mutable_task()->mutable_due_in() =
        calendar::MakePeriod(3, type::v1::PERIOD_UNIT_DAY);
    ActivatePlay(play);
    v1::SignalRule rule = LevelRule("busy", "metric.logins", 3);
    rule.set_play("plays/p");
    ActivateRule(rule);
  }

  void UseStages() {
    v1::StageModel model;
    model.set_name("stageModels/adoption");
    model.set_display_name("Adoption");
    model.set_purpose("p");
    model.set_kind(v1::STAGE_MODEL_KIND_PYRAMID);
    model.add_levels()->set_key("entry");
    v1::StageLevel* active = model.add_levels();
    active->set_key("active");
    *active->mutable_condition() = AtLeastLogins(3);
    v1::SaveStageModelRequest save;
    *save.mutable_stage_model() = model;
    save.set_reason("test");
    ASSERT_THAT(stages_.SaveStageModel(Now(), save), IsOk());
    v1::ActivateStageModelRequest activate;
    activate.set_name("stageModels/adoption@1");
    ASSERT_THAT(stages_.ActivateStageModel(Now(), activate), IsOk());
  }

  void UseDefinition() {
    v1::SuccessDefinition definition;
    definition.set_name("successDefinitions/hundred");
    definition.set_display_name("hundred");
    *definition.mutable_condition() = AtLeastLogins(100);
    definition.set_clock(type::v1::CLOCK_CONTRACT_START);
    *definition.mutable_due() = calendar::MakePeriod(60, type::v1::PERIOD_UNIT_DAY);
    Activate(definition);
  }

  void AskTanaka() {
    v1::Survey survey;
    survey.set_name("surveys/s");
    survey.set_display_name("s");
    v1::SurveyQuestion* overall = survey.add_questions();
    overall->set_key("overall");
    overall->set_text("How satisfied are you?");
    overall->set_low(1);
    overall->set_high(5);
    *survey.mutable_answer_within() = calendar::MakePeriod(14, type::v1::PERIOD_UNIT_DAY);
    v1::SaveSurveyRequest save;
    *save.mutable_survey() = survey;
    save.set_reason("test");
    ASSERT_THAT(surveys_.SaveSurvey(Now(), save), IsOk());
    v1::ActivateSurveyRequest activate;
    activate.set_name("surveys/s@1");
    ASSERT_THAT(surveys_.ActivateSurvey(Now(), activate), IsOk());
    for (const char* round : {"one", "two"}) {
      v1::AskSurveyRequest ask;
      ask.set_survey("surveys/s");
      ask.set_round(round);
      v1::SurveyInvitee* invitee = ask.add_invitees();
      invitee->set_respondent("accounts/twin/stakeholders/tanaka");
      invitee->set_survey_invitation_id(round);
      ASSERT_THAT(surveys_.AskSurvey(Now(), ask), IsOk());
      // The second one stays open.
      if (absl::string_view(round) == "two") break;
      ASSERT_THAT(Answer(round, 4), IsOk());
    }
  }

  absl::StatusOr<v1::SurveyInvitation> Answer(absl::string_view invitation, int rating) {
    v1::AnswerSurveyRequest answer;
    answer.set_name(absl::StrCat("accounts/twin/surveyInvitations/", invitation));
    answer.add_answers()->set_question("overall");
    answer.mutable_answers(0)->set_rating(rating);
    return surveys_.AnswerSurvey(Now(), answer);
  }

  v1::SetExpectedUseRequest Expect(absl::string_view account) {
    v1::SetExpectedUseRequest request;
    v1::ExpectedUse* use = request.mutable_expected_use();
    use->set_name(absl::StrCat("accounts/", account, "/expectedUses/daily"));
    use->set_role("foreman");
    use->set_metric("metrics/logins");
    use->set_times(1);
    use->set_unit(type::v1::PERIOD_UNIT_DAY);
    use->add_users("u1");
    *use->mutable_from() = calendar::ToDate(kApril1);
    return request;
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

  std::string Hash() {
    std::string hash;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      BANSO_ASSIGN_OR_RETURN(hash, MirrorHash(reader));
      return absl::OkStatus();
    }),
                IsOk());
    return hash;
  }

  StagesApi stages_{*database_, store_, *evaluator_};
  SurveysApi surveys_{*database_, store_, ids_};
  OutcomesApi outcomes_{*database_, store_, ids_};
  ForecastsApi forecasts_{*database_, store_, ids_};
  ScoringApi scoring_{*database_, store_, ids_};
  ExpectedUsesApi uses_{*database_, store_};
};

// A kind or table that is added later fails here until it is decided what a merge does to it.
TEST_F(JoinAccountsTest, KnowsWhatBecomesOfEveryKindAndTable) {
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

TEST_F(JoinAccountsTest, GoesOnWithScoresAndStagesThatTheKeptAccountNeverHad) {
  UseStages();
  Activate(MakeModel());
  now_ = Noon(kApril1 + 3);
  Send("s1", "twin", "logins", kApril1 + 2, 5);
  // Only the duplicate has been judged yet.
  Write([&](storage::Writer& writer) {
    return writer.Execute("DELETE FROM evaluation WHERE account = 'accounts/acme'", {}).status();
  });
  Evaluate();
  ASSERT_THAT(Of("acme")["banso.health.v1.Score"], IsEmpty());
  const absl::Time then = now_;
  now_ += absl::Hours(24);
  Merge();
  for (const char* kind : {"Score", "Placement", "StageMove"}) {
    EXPECT_THAT(Of("acme")[absl::StrCat("banso.health.v1.", kind)], Not(IsEmpty())) << kind;
    EXPECT_THAT(Of("twin")[absl::StrCat("banso.health.v1.", kind)], IsEmpty()) << kind;
  }
  EXPECT_EQ(RowsAbout("twin")["score_told"], 0);
  EXPECT_GT(RowsAbout("acme")["score_told"], 0);
  EXPECT_EQ(Read("acme", "score.logins", type::v1::AGGREGATION_LATEST, then).value().number(), 50);
  EXPECT_EQ(Read("acme", "stage.adoption", type::v1::AGGREGATION_LATEST, then, then).value().text(),
            "active");
  Evaluate();
  EXPECT_EQ(Read("acme", "score.logins", type::v1::AGGREGATION_LATEST, now_).value().number(), 50);
}

TEST_F(JoinAccountsTest, SamplesCountForTheKeptAccountAsOfThenAndLater) {
  now_ = Noon(kApril1 + 1);
  // More than a page of each, in turns; one came to both.
  for (int i = 0; i < 120; ++i) {
    const absl::CivilDay day = kApril1 - 200 + i;
    Send(absl::StrCat("a", i), "acme", "logins", day, 1);
    Send(absl::StrCat("t", i), "twin", "logins", day, 2, "form");
  }
  Send("same", "acme", "logins", kApril1, 5);
  Send("same", "twin", "logins", kApril1, 5);
  Send("other", "acme", "logins", kApril1, 1);
  Send("other", "twin", "logins", kApril1, 3);
  Send("only", "twin", "reports", kApril1, 7);
  const absl::Time known = now_;
  now_ = Noon(kApril1 + 5);
  Send("late", "twin", "logins", kApril1, 100);
  Merge();
  EXPECT_EQ(Sum("twin", now_), -1);
  EXPECT_EQ(Sum("acme", now_), 360 + 5 + 1 + 3 + 100);
  EXPECT_EQ(Sum("acme", now_, known), 360 + 5 + 1 + 3);
  EXPECT_EQ(Sum("acme", Noon(kApril1 - 200 + 9)), 30);
  EXPECT_EQ(Read("acme", "metric.reports", type::v1::AGGREGATION_SUM, now_).value().number(), 7);
  // What still comes under the old name, by whichever id.
  EXPECT_EQ(Send("new", "twin", "logins", kApril1 + 5, 1000).stored(), 1);
  EXPECT_EQ(Send("new", "twin", "logins", kApril1 + 5, 1000).duplicates(), 1);
  EXPECT_EQ(Send("late", "twin", "logins", kApril1, 100).duplicates(), 1);
  v1::Sample by_id = MakeSample("by-id", "logins", Noon(kApril1 + 5), 10000);
  by_id.clear_account();
  by_id.mutable_external_id()->set_system("product");
  by_id.mutable_external_id()->set_id("T-2");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto response, Ingest(Now(), {by_id}));
  EXPECT_EQ(response.stored(), 1);
  EXPECT_EQ(Sum("acme", now_), 360 + 109 + 11000);
  EXPECT_EQ(Sum("twin", now_), -1);
}

TEST_F(JoinAccountsTest, ASecondRatingGoesOverWithItsRequestAndIsNoFact) {
  Activate(MakeRubric());
  now_ = Noon(kApril1);
  Judge("twin", 3, "a1");
  ASSERT_THAT(AskForRating("twin"), IsOk());
  now_ += absl::Hours(1);
  Judge("twin", 5, "a2", "ito");
  now_ += absl::Hours(1);
  Merge();
  EXPECT_EQ(contract::Reason(AskForRating("twin").status()), "ACCOUNT_MERGED");
  v1::GetRatingRequestRequest get;
  get.set_name("accounts/acme/ratingRequests/second");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::RatingRequest request,
                             assessments_->GetRatingRequest(Now(), get));
  EXPECT_EQ(request.first_assessment(), "accounts/acme/assessments/a1");
  EXPECT_EQ(request.second_assessment(), "accounts/acme/assessments/a2");
  v1::GetAssessmentRequest second;
  second.set_name(request.second_assessment());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Assessment rated,
                             assessments_->GetAssessment(Now(), second));
  EXPECT_EQ(rated.rating_request(), request.name());
  EXPECT_EQ(Judged(now_), 3);
}

// As if all judgements had been about one account from the beginning: of several the last counts
// until it expires.
TEST_F(JoinAccountsTest, JudgementsCountAsIfTheyHadAlwaysBeenOfOneAccount) {
  Activate(MakeRubric());
  now_ = Noon(kApril1);
  Judge("acme", 1, "own-1");
  now_ = Noon(kApril1 + 10);
  Judge("twin", 2, "t-1");
  now_ = Noon(kApril1 + 60);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  Judge("twin", 4, "t-2");
  now_ = Noon(kApril1 + 70);
  Judge("acme", 5, "own-2");
  now_ = Noon(kApril1 + 95);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  Merge();
  EXPECT_EQ(Judged(Noon(kApril1 + 5)), 1);
  EXPECT_EQ(Judged(Noon(kApril1 + 11)), 2);
  // The first one of acme has expired, that of twin has not.
  EXPECT_EQ(Judged(Noon(kApril1 + 35)), 2);
  EXPECT_EQ(Judged(Noon(kApril1 + 50)), std::nullopt);
  EXPECT_EQ(Judged(Noon(kApril1 + 61)), 4);
  EXPECT_EQ(Judged(Noon(kApril1 + 71)), 5);
  EXPECT_EQ(Judged(Noon(kApril1 + 94)), 5);
  // The second of twin has expired on 30 June, after that of acme had taken its place.
  EXPECT_EQ(Judged(now_), 5);
  EXPECT_EQ(Judged(Noon(kApril1 + 11), Noon(kApril1 + 9)), 1);
  EXPECT_EQ(Judged(Noon(kApril1 + 11), Noon(kApril1 + 11)), 2);
  // That of acme expires as it would have.
  now_ = Noon(kApril1 + 120);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  EXPECT_EQ(Judged(now_), std::nullopt);
}

TEST_F(JoinAccountsTest, AnswersComeWithThePersonAndTheOpenQuestionStaysOpen) {
  now_ = Noon(kApril1);
  AskTanaka();
  const absl::Time answered = now_;
  now_ = Noon(kApril1 + 2);
  Merge();
  const auto overall = [&](absl::Time as_of) {
    return Read("acme", "survey.s.overall", type::v1::AGGREGATION_LATEST, as_of);
  };
  EXPECT_EQ(overall(answered).value().number(), 4);
  EXPECT_FALSE(Read("twin", "survey.s.overall", type::v1::AGGREGATION_LATEST, now_).has_value());
  // The link that was sent leads to where the invitation is.
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SurveyInvitation invitation, Answer("two", 2));
  EXPECT_EQ(invitation.name(), "accounts/acme/surveyInvitations/two");
  EXPECT_EQ(invitation.respondent(), "accounts/acme/stakeholders/tanaka-2");
  EXPECT_EQ(overall(now_).value().number(), 2);
}

TEST_F(JoinAccountsTest, ASignalGoesOnAndIsNotRaisedAgain) {
  UseSignals();
  now_ = Noon(kApril1 + 3);
  Send("s1", "twin", "logins", kApril1 + 3, 5);
  Evaluate();
  ASSERT_THAT(List("twin"), SizeIs(1));
  now_ += absl::Hours(1);
  Merge();
  Evaluate();
  ASSERT_THAT(List("acme"), SizeIs(1));
  const v1::Signal moved = List("acme").front();
  EXPECT_EQ(moved.state(), v1::SIGNAL_STATE_OPEN);
  EXPECT_FALSE(moved.has_over_time());
  // The task that was made for it is told of under the old name.
  kickoff::v1::PlanTask task;
  task.set_name(absl::StrCat("accounts/twin/onboardings/o1/plan/tasks/",
                             TaskId(moved.name(), Nth(moved.actions(), 1).id())));
  task.set_state(kickoff::v1::TASK_STATE_DONE);
  Write([&](storage::Writer& writer) { return SignalEffects::FollowTask(store_, writer, task); });
  EXPECT_EQ(Nth(List("acme").front().actions(), 1).state(), v1::SIGNAL_ACTION_STATE_DONE);
  // Nobody logs in: it is over.
  now_ = Noon(kApril1 + 4);
  Send("s2", "acme", "logins", kApril1 + 4, 0);
  Evaluate();
  EXPECT_TRUE(List("acme").front().has_over_time());
}

TEST_F(JoinAccountsTest, OfTwoSignalsOfOneCauseOneIsClosed) {
  UseSignals();
  now_ = Noon(kApril1 + 3);
  Send("s1", "twin", "logins", kApril1 + 3, 5);
  Send("s2", "acme", "logins", kApril1 + 3, 5);
  Evaluate();
  now_ += absl::Hours(1);
  Merge();
  Evaluate();
  int open = 0;
  for (const v1::Signal& signal : List()) {
    if (signal.state() == v1::SIGNAL_STATE_RESOLVED) {
      EXPECT_THAT(signal.result(), HasSubstr("says the same"));
    } else {
      ++open;
    }
  }
  EXPECT_EQ(open, 1);
}

TEST_F(JoinAccountsTest, WhatIsRecordedNextMustNameTheKeptAccount) {
  Merge();
  const auto refused = StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("accounts/acme"));
  v1::CreateOutcomeRequest outcome;
  outcome.set_parent("accounts/twin");
  outcome.mutable_outcome()->set_kind(v1::OUTCOME_KIND_CHURN);
  *outcome.mutable_outcome()->mutable_occurred_time() = calendar::ToTimestamp(now_);
  const auto created = outcomes_.CreateOutcome(Now(), outcome);
  EXPECT_THAT(created, refused);
  EXPECT_EQ(contract::Reason(created.status()), "ACCOUNT_MERGED");
  EXPECT_THAT(uses_.SetExpectedUse(Now(), Expect("twin")), refused);
  // A list from elsewhere may still name it.
  v1::ImportOutcomesRequest rows;
  *rows.add_outcomes() = outcome.outcome();
  rows.mutable_outcomes(0)->set_name("accounts/twin/outcomes/churn");
  for (const int stored : {1, 0}) {
    VectorSource<v1::ImportOutcomesRequest> source({rows});
    BANSO_ASSERT_OK_AND_ASSIGN(const auto response, outcomes_.ImportOutcomes(Now(), source));
    EXPECT_EQ(response.stored(), stored);
    EXPECT_EQ(response.rejected(), 0);
  }
  EXPECT_THAT(Of("acme")["banso.health.v1.Outcome"], SizeIs(1));
}

// Accounts tells everything anew, in whatever order, also of a chain of merges.
TEST_F(JoinAccountsTest, IsTheSameWhenTheMirrorIsTakenOverAgain) {
  Send("t", "twin", "logins", kApril1 - 1, 2);
  Follow("third");
  Send("x", "third", "logins", kApril1 - 1, 3);
  accounts::v1::Account third;
  third.set_name("accounts/third");
  third.set_time_zone("Asia/Tokyo");
  third.set_merged_into("accounts/twin");
  const auto follow_third = [&] {
    Write([&](storage::Writer& writer) { return store_.FollowAccount(writer, third); });
  };
  follow_third();
  EXPECT_EQ(Sum("twin", now_), 5);
  Merge();
  EXPECT_EQ(Sum("acme", now_), 5);
  const std::string hash = Hash();
  const auto rows = RowsAbout("acme");
  for (const bool third_first : {true, false}) {
    Write([&](storage::Writer& writer) { return store_.ForgetFollowed(writer); });
    Send("lost", "third", "logins", kApril1);
    if (third_first) follow_third();
    Follow("acme");
    Merge();
    if (!third_first) follow_third();
    for (const char* id : {"twin", "third"}) {
      FollowOnboarding(id, accounts::v1::ONBOARDING_STATE_RUNNING, kApril1,
                       absl::string_view(id) == "twin"
                           ? Noon(kApril1)
                           : calendar::StartOfDay(kApril1, calendar::ZoneOrUtc("Asia/Tokyo")));
    }
    EXPECT_EQ(Hash(), hash);
    EXPECT_EQ(RowsAbout("acme"), rows);
    EXPECT_EQ(Sum("acme", now_), 5);
    EXPECT_EQ(Send("x", "third", "logins", kApril1 - 1, 3).duplicates(), 1);
  }
}

}  // namespace
}  // namespace banso::health

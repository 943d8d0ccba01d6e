#ifndef BANSO_SERVICES_HEALTH_API_MERGE_JOIN_ACCOUNTS_FIXTURE_H_
#define BANSO_SERVICES_HEALTH_API_MERGE_JOIN_ACCOUNTS_FIXTURE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "banso/type/v1/rules.pb.h"
#include "google/protobuf/descriptor.h"
#include "services/health/api/outcomes/outcomes_api.h"
#include "services/health/api/signals/signals_fixture.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/api/surveys/surveys_api.h"
#include "services/health/api/use/expected_uses_api.h"
#include "services/health/store/merge/join_accounts.h"

namespace banso::health {

// The accounts `acme`, which is kept, and `twin`, which is the same company once more.
class JoinAccountsFixture : public SignalsFixture {
 protected:
  JoinAccountsFixture() {
    FollowTwin("");
    FollowOnboarding("twin", accounts::v1::ONBOARDING_STATE_RUNNING, kApril1, Noon(kApril1));
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
    ASSERT_THAT(database_->Write(Now(), write), banso::testing::IsOk());
  }

  v1::IngestSamplesResponse Send(absl::string_view id, absl::string_view account,
                                 absl::string_view metric, absl::CivilDay day, double value = 1,
                                 absl::string_view object = "") {
    v1::Sample sample = MakeSample(id, metric, Noon(day), value);
    sample.set_account(absl::StrCat("accounts/", account));
    sample.set_user("u1");
    sample.set_object(std::string(object));
    const auto response = Ingest(Now(), {sample});
    EXPECT_THAT(response, banso::testing::IsOk());
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
    EXPECT_THAT(created, banso::testing::IsOk());
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

  fact::v1::FactReading Read(absl::string_view account, absl::string_view fact,
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
    fact::v1::FactReading reading;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      StoreFactReader facts(store_, reader);
      BANSO_ASSIGN_OR_RETURN(const auto readings, facts.Read({read}, moment));
      reading = readings.front();
      return absl::OkStatus();
    }),
                banso::testing::IsOk());
    return reading;
  }

  // Whether the name of every resource of the kind begins with an account's.
  static bool IsOfAccounts(const std::string& kind) {
    const google::protobuf::Descriptor& type =
        *google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(kind);
    return absl::StartsWith(type.options().GetExtension(type::v1::resource).pattern(),
                            "accounts/{account}/");
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
                banso::testing::IsOk());
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
                banso::testing::IsOk());
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
    ASSERT_THAT(stages_.SaveStageModel(Now(), save), banso::testing::IsOk());
    v1::ActivateStageModelRequest activate;
    activate.set_name("stageModels/adoption@1");
    ASSERT_THAT(stages_.ActivateStageModel(Now(), activate), banso::testing::IsOk());
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
    ASSERT_THAT(surveys_.SaveSurvey(Now(), save), banso::testing::IsOk());
    v1::ActivateSurveyRequest activate;
    activate.set_name("surveys/s@1");
    ASSERT_THAT(surveys_.ActivateSurvey(Now(), activate), banso::testing::IsOk());
    for (const char* round : {"one", "two"}) {
      v1::AskSurveyRequest ask;
      ask.set_survey("surveys/s");
      ask.set_round(round);
      v1::SurveyInvitee* invitee = ask.add_invitees();
      invitee->set_respondent("accounts/twin/stakeholders/tanaka");
      invitee->set_survey_invitation_id(round);
      ASSERT_THAT(surveys_.AskSurvey(Now(), ask), banso::testing::IsOk());
      // The second one stays open.
      if (absl::string_view(round) == "two") break;
      ASSERT_THAT(Answer(round, 4), banso::testing::IsOk());
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

  StagesApi stages_{*database_, store_, *evaluator_};
  SurveysApi surveys_{*database_, store_, ids_};
  OutcomesApi outcomes_{*database_, store_, ids_};
  ExpectedUsesApi uses_{*database_, store_};
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_MERGE_JOIN_ACCOUNTS_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/portfolio/portfolio_api.h"
#include "services/health/api/surveys/surveys_api.h"
#include "services/health/domain/surveys/survey_facts.h"
#include "services/health/store/fact_reader.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using fact::v1::FactReading;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

v1::Survey Satisfaction() {
  v1::Survey survey;
  survey.set_name("surveys/satisfaction");
  survey.set_display_name("Satisfaction");
  v1::SurveyQuestion* overall = survey.add_questions();
  overall->set_key("overall");
  overall->set_text("How satisfied are you?");
  overall->set_low(1);
  overall->set_high(5);
  v1::SurveyQuestion* recommend = survey.add_questions();
  recommend->set_key("recommend");
  recommend->set_text("Would you recommend us?");
  recommend->set_high(10);
  *survey.mutable_answer_within() = calendar::MakePeriod(14, type::v1::PERIOD_UNIT_DAY);
  return survey;
}

class SurveysTest : public HealthFixture {
 protected:
  SurveysTest() { surveys_ = std::make_unique<SurveysApi>(*database_, store_, ids_); }

  void Activate(const v1::Survey& survey) {
    v1::SaveSurveyRequest save;
    *save.mutable_survey() = survey;
    save.set_reason("test");
    const auto saved = surveys_->SaveSurvey(Now(), save);
    ASSERT_THAT(saved, IsOk());
    v1::ActivateSurveyRequest activate;
    activate.set_name(absl::StrCat(survey.name(), "@", saved->revision().number()));
    ASSERT_THAT(surveys_->ActivateSurvey(Now(), activate), IsOk());
  }

  // Asks one person of an account.
  absl::StatusOr<v1::AskSurveyResponse> Ask(
      absl::string_view round, absl::string_view account, absl::string_view person,
      accounts::v1::Layer layer = accounts::v1::LAYER_UNSPECIFIED,
      absl::Time time = absl::InfinitePast()) {
    v1::AskSurveyRequest request;
    request.set_survey("surveys/satisfaction");
    request.set_round(std::string(round));
    v1::SurveyInvitee* invitee = request.add_invitees();
    invitee->set_respondent(absl::StrCat("accounts/", account, "/stakeholders/", person));
    invitee->set_layer(layer);
    invitee->set_survey_invitation_id(absl::StrCat(round, "-", person));
    if (time != absl::InfinitePast()) *request.mutable_ask_time() = calendar::ToTimestamp(time);
    return surveys_->AskSurvey(Now(), request);
  }

  absl::StatusOr<v1::SurveyInvitation> Answer(absl::string_view round, absl::string_view account,
                                              absl::string_view person, int overall,
                                              absl::Time time = absl::InfinitePast()) {
    v1::AnswerSurveyRequest request;
    request.set_name(absl::StrCat("accounts/", account, "/surveyInvitations/", round, "-", person));
    v1::SurveyAnswer* answer = request.add_answers();
    answer->set_question("overall");
    answer->set_rating(overall);
    if (time != absl::InfinitePast()) {
      *request.mutable_answer_time() = calendar::ToTimestamp(time);
    }
    return surveys_->AnswerSurvey(Now(), request);
  }

  // The same with a second question.
  absl::StatusOr<v1::SurveyInvitation> Answer(absl::string_view round, absl::string_view account,
                                              absl::string_view person, int overall,
                                              absl::string_view question, int rating) {
    v1::AnswerSurveyRequest request;
    request.set_name(absl::StrCat("accounts/", account, "/surveyInvitations/", round, "-", person));
    v1::SurveyAnswer* answer = request.add_answers();
    answer->set_question("overall");
    answer->set_rating(overall);
    answer = request.add_answers();
    answer->set_question(std::string(question));
    answer->set_rating(rating);
    return surveys_->AnswerSurvey(Now(), request);
  }

  // An account that peers may be compared with.
  void FollowActive(absl::string_view id) {
    accounts::v1::Account account;
    account.set_name(absl::StrCat("accounts/", id));
    account.set_display_name(std::string(id));
    account.set_time_zone("Asia/Tokyo");
    account.set_lifecycle_stage(accounts::v1::LIFECYCLE_STAGE_RETENTION);
    ASSERT_THAT(
        database_->Write(
            Now(), [&](storage::Writer& writer) { return store_.FollowAccount(writer, account); }),
        IsOk());
  }

  void MoveTo(absl::CivilDay day) {
    now_ = Noon(day);
    ASSERT_THAT(surveys_->EndInvitations(Now()), IsOk());
  }

  FactReading Read(absl::string_view fact, absl::string_view account = "acme",
                   type::v1::Aggregation aggregation = type::v1::AGGREGATION_LATEST,
                   absl::Time as_of = absl::InfiniteFuture(),
                   std::optional<absl::Time> known_at = std::nullopt) {
    fact::v1::FactQuery query;
    query.set_fact(std::string(fact));
    query.set_aggregation(aggregation);
    FactReading reading;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      StoreFactReader facts(store_, reader);
      BANSO_ASSIGN_OR_RETURN(reading,
                             facts.ReadWindow({.account = absl::StrCat("accounts/", account),
                                               .zone = calendar::ZoneOrUtc("Asia/Tokyo"),
                                               .as_of = std::min(as_of, now_),
                                               .known_at = known_at},
                                              query));
      return absl::OkStatus();
    }),
                IsOk());
    return reading;
  }

  v1::SurveyReport Report(absl::string_view round, absl::string_view baseline = "") {
    v1::GetSurveyReportRequest request;
    request.set_survey("surveys/satisfaction");
    request.set_parent("accounts/-");
    request.set_round(std::string(round));
    request.set_baseline_round(std::string(baseline));
    const auto report = surveys_->GetSurveyReport(Now(), request);
    EXPECT_THAT(report, IsOk());
    return *report;
  }

  // A model of the answers alone.
  v1::ScoreModel Model() {
    v1::ScoreModel model;
    model.set_name("scoreModels/satisfaction");
    model.set_display_name("Satisfaction");
    model.set_purpose("Hear who is unhappy");
    model.set_decision_served("Whom the owner calls");
    model.set_owner("members/aoki");
    v1::Measure* measure = model.add_measures();
    measure->set_key("overall");
    measure->mutable_fact()->set_fact("survey.satisfaction.overall");
    measure->add_curve()->set_value(1);
    v1::CurvePoint* best = measure->add_curve();
    best->set_value(5);
    best->set_points(100);
    measure->set_weight(1);
    measure->set_group(v1::MEASURE_GROUP_QUALITATIVE);
    model.set_qualitative_share(1);
    model.set_minimum_coverage(0.5);
    model.add_bands()->set_key("red");
    v1::Band* green = model.add_bands();
    green->set_key("green");
    green->set_lower_edge(50);
    return model;
  }

  std::unique_ptr<SurveysApi> surveys_;
};

TEST_F(SurveysTest, HasScoresWorkedOutAnewByTheQuestionsInForce) {
  Activate(Satisfaction());
  HealthFixture::Activate(Model());
  ASSERT_THAT(Ask("spring", "acme", "owner"), IsOk());
  ASSERT_THAT(Answer("spring", "acme", "owner", 5), IsOk());
  MoveTo(kApril1 + 20);
  const auto stored = [&] {
    v1::ListScoresRequest request;
    request.set_parent("accounts/acme");
    const auto listed = health_->ListScores(Now(), request);
    EXPECT_THAT(listed, IsOk());
    return Nth(listed->scores(), 0);
  };
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  EXPECT_TRUE(stored().has_value());
  v1::Survey without = Satisfaction();
  without.mutable_questions(0)->set_key("service");
  Activate(without);
  EXPECT_THAT(stored().stale_because(), ElementsAre("surveys/satisfaction@2 was put in force"));
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  EXPECT_FALSE(stored().has_value());
}

TEST_F(SurveysTest, ShowsTheShareThatAnsweredAndScoresTheSilentAsUnknown) {
  Activate(Satisfaction());
  HealthFixture::Activate(Model());
  for (int i = 0; i < 60; ++i) {
    Follow(absl::StrCat("a", i));
    ASSERT_THAT(Ask("spring", absl::StrCat("a", i), "owner"), IsOk());
  }
  now_ = Noon(kApril1 + 3);
  for (int i = 0; i < 24; ++i) {
    ASSERT_THAT(Answer("spring", absl::StrCat("a", i), "owner", 1 + i % 5), IsOk());
  }
  EXPECT_EQ(Report("spring").turnout().open(), 36);
  MoveTo(kApril1 + 20);

  const v1::SurveyReport report = Report("spring");
  EXPECT_EQ(report.turnout().asked(), 60);
  EXPECT_EQ(report.turnout().answered(), 24);
  EXPECT_EQ(report.turnout().silent(), 36);
  EXPECT_EQ(report.turnout().accounts_answered(), 24);
  EXPECT_DOUBLE_EQ(report.turnout().response_rate().value(), 0.4);
  // Wilson's interval of 24 in 60, worked out by hand with z = 1.959964.
  EXPECT_NEAR(report.turnout().response_rate().low(), 0.2856949, 1e-6);
  EXPECT_NEAR(report.turnout().response_rate().high(), 0.5263395, 1e-6);
  EXPECT_THAT(report.conclusion(), HasSubstr("24 of 60 answered (40 %"));

  v1::GetScoreRequest request;
  request.set_name("accounts/a4/scores/satisfaction");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score happy, health_->GetScore(Now(), request));
  EXPECT_EQ(happy.value(), 100);
  request.set_name("accounts/a59/scores/satisfaction");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score silent, health_->GetScore(Now(), request));
  EXPECT_FALSE(silent.has_value());
  EXPECT_EQ(silent.state(), v1::SCORE_STATE_INSUFFICIENT);
  ASSERT_THAT(silent.missing(), SizeIs(1));
  EXPECT_THAT(silent.missing(0).because(), HasSubstr("no answer"));
  EXPECT_EQ(Read("survey.satisfaction.overall", "a59").unknown(),
            fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
  EXPECT_FALSE(Read("survey.satisfaction.answered", "a59").value().flag());
  Proves("PAN-18");
}

TEST_F(SurveysTest, TellsLayersApart) {
  Activate(Satisfaction());
  ASSERT_THAT(Ask("r1", "acme", "ceo", accounts::v1::LAYER_EXECUTIVE), IsOk());
  ASSERT_THAT(Ask("r1", "acme", "ann", accounts::v1::LAYER_FIELD), IsOk());
  ASSERT_THAT(Ask("r1", "acme", "ben", accounts::v1::LAYER_FIELD), IsOk());
  ASSERT_THAT(Answer("r1", "acme", "ann", 2), IsOk());
  ASSERT_THAT(Answer("r1", "acme", "ben", 5), IsOk());
  MoveTo(kApril1 + 20);
  EXPECT_EQ(Read("survey.satisfaction.overall").value().number(), 3.5);
  EXPECT_EQ(Read("survey.satisfaction.overall.field").value().number(), 3.5);
  const FactReading executive = Read("survey.satisfaction.overall.executive");
  EXPECT_EQ(executive.unknown(), fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
  EXPECT_EQ(executive.source(), "accounts/acme/surveyInvitations/r1-ceo");
  EXPECT_EQ(Read("survey.satisfaction.overall.manager").unknown(),
            fact::v1::UNKNOWN_REASON_NEVER_RECORDED);

  const v1::SurveyReport report = Report("r1");
  ASSERT_THAT(report.layers(), SizeIs(2));
  EXPECT_EQ(report.layers(0).layer(), accounts::v1::LAYER_EXECUTIVE);
  EXPECT_EQ(report.layers(0).turnout().response_rate().value(), 0);
  EXPECT_EQ(report.layers(1).turnout().response_rate().value(), 1);
  // `overall` of all and of the field, `recommend` that nobody answered.
  ASSERT_THAT(report.questions(), SizeIs(3));
  EXPECT_EQ(report.questions(0).mean().value(), 3.5);
  EXPECT_THAT(report.questions(0).counts(), ElementsAre(0, 1, 0, 0, 1));
  EXPECT_EQ(report.questions(1).layer(), accounts::v1::LAYER_FIELD);
  EXPECT_FALSE(report.questions(2).mean().has_value());
}

// What each person expected before is set against what they found after.
TEST_F(SurveysTest, ComparesWhatWasExpectedWithWhatWasFound) {
  Activate(Satisfaction());
  const std::vector<std::pair<int, int>> said = {{5, 3}, {4, 4}, {5, 2}};
  for (size_t i = 0; i < said.size(); ++i) {
    const std::string person = absl::StrCat("p", i);
    ASSERT_THAT(Ask("before", "acme", person), IsOk());
    ASSERT_THAT(Answer("before", "acme", person, said[i].first), IsOk());
  }
  MoveTo(kApril1 + 30);
  for (size_t i = 0; i < said.size(); ++i) {
    const std::string person = absl::StrCat("p", i);
    ASSERT_THAT(Ask("after", "acme", person), IsOk());
    ASSERT_THAT(Answer("after", "acme", person, said[i].second), IsOk());
  }
  ASSERT_THAT(Ask("after", "acme", "new"), IsOk());
  ASSERT_THAT(Answer("after", "acme", "new", 1), IsOk());
  const v1::SurveyReport report = Report("after", "before");
  EXPECT_EQ(report.turnout().asked(), 4);
  ASSERT_THAT(report.rounds(), SizeIs(1));
  const v1::SurveyQuestionFigures& overall = Nth(report.questions(), 0);
  EXPECT_EQ(overall.mean().value(), 2.5);
  // -2, 0 and -3: whoever was asked once is not compared.
  EXPECT_EQ(overall.change().n(), 3);
  EXPECT_NEAR(overall.change().value(), -5.0 / 3, 1e-12);
  // Its standard error is 0.8819171, and t(2, 0.975) = 4.3026527.
  EXPECT_NEAR(overall.change().low(), -5.0 / 3 - 4.3026527 * 0.8819171, 1e-5);

  v1::GetSurveyReportRequest bad;
  bad.set_survey("surveys/satisfaction");
  bad.set_parent("accounts/-");
  bad.set_baseline_round("before");
  EXPECT_THAT(surveys_->GetSurveyReport(Now(), bad), StatusIs(absl::StatusCode::kInvalidArgument));
}

// The milestone meeting a month after the start: what the customer expected beside what it found,
// and beside what other firms find, unless these are so few that one could be guessed.
TEST_F(SurveysTest, ShowsTheGapPerItemAndPeersOnlyFromFiveOn) {
  Activate(Satisfaction());
  PortfolioApi portfolio(*database_, store_);
  FollowActive("acme");
  ASSERT_THAT(Ask("before", "acme", "ann"), IsOk());
  ASSERT_THAT(Answer("before", "acme", "ann", 5, "recommend", 9), IsOk());
  MoveTo(kApril1 + 30);
  ASSERT_THAT(Ask("after", "acme", "ann"), IsOk());
  ASSERT_THAT(Answer("after", "acme", "ann", 3, "recommend", 10), IsOk());
  const v1::SurveyReport gap = Report("after", "before");
  ASSERT_THAT(gap.questions(), SizeIs(2));
  EXPECT_EQ(gap.questions(0).change().value(), -2);
  EXPECT_EQ(gap.questions(1).change().value(), 1);

  const auto peer_answers = [&](const std::string& id, int overall) {
    FollowActive(id);
    ASSERT_THAT(Ask("after", id, "owner"), IsOk());
    ASSERT_THAT(Answer("after", id, "owner", overall), IsOk());
  };
  for (int i = 1; i <= 4; ++i) peer_answers(absl::StrCat("p", i), i);
  v1::GetBenchmarkRequest request;
  request.set_account("accounts/acme");
  request.mutable_reading()->set_fact("survey.satisfaction.overall");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto few, portfolio.GetBenchmark(Now(), request));
  EXPECT_EQ(few.state(), v1::BENCHMARK_STATE_SUPPRESSED);
  EXPECT_EQ(few.value(), 3);
  EXPECT_FALSE(few.has_median());
  peer_answers("p5", 5);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto shown, portfolio.GetBenchmark(Now(), request));
  EXPECT_EQ(shown.state(), v1::BENCHMARK_STATE_SHOWN);
  EXPECT_EQ(shown.median(), 3);
  Proves("LAP-05");
}

TEST_F(SurveysTest, KeepsLateAnswersAndMarksThem) {
  Activate(Satisfaction());
  ASSERT_THAT(Ask("r1", "acme", "ann"), IsOk());
  MoveTo(kApril1 + 15);
  EXPECT_EQ(Read("survey.satisfaction.overall").unknown(), fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SurveyInvitation late, Answer("r1", "acme", "ann", 4));
  EXPECT_EQ(late.state(), v1::SURVEY_INVITATION_STATE_ANSWERED_LATE);
  EXPECT_EQ(late.recorded_by(), "members/aoki");
  EXPECT_EQ(Read("survey.satisfaction.overall").value().number(), 4);
  EXPECT_TRUE(Read("survey.satisfaction.answered").value().flag());
  EXPECT_EQ(Report("r1").turnout().answered_late(), 1);
}

TEST_F(SurveysTest, TakesAnAnswerInThatWasGivenInTimeButRecordedLater) {
  Activate(Satisfaction());
  ASSERT_THAT(Ask("r1", "acme", "ann"), IsOk());
  MoveTo(kApril1 + 20);
  const absl::Time before = now_;
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SurveyInvitation answered,
                             Answer("r1", "acme", "ann", 4, Noon(kApril1 + 2)));
  EXPECT_EQ(answered.state(), v1::SURVEY_INVITATION_STATE_ANSWERED);
  EXPECT_EQ(Read("survey.satisfaction.overall").value().number(), 4);
  EXPECT_TRUE(Read("survey.satisfaction.answered").value().flag());
  EXPECT_EQ(
      Read("survey.satisfaction.overall", "acme", type::v1::AGGREGATION_COUNT).value().number(), 1);
  v1::GetSurveyReportRequest request;
  request.set_survey("surveys/satisfaction");
  request.set_parent("accounts/-");
  request.set_round("r1");
  *request.mutable_known_at() = calendar::ToTimestamp(before);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SurveyReport then,
                             surveys_->GetSurveyReport(Now(), request));
  EXPECT_EQ(then.turnout().answered(), 0);
  EXPECT_EQ(then.turnout().silent(), 1);
  EXPECT_EQ(Report("r1").turnout().answered(), 1);
  // What was known then stays what it was.
  EXPECT_EQ(
      Read("survey.satisfaction.overall", "acme", type::v1::AGGREGATION_LATEST, before, before)
          .unknown(),
      fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
}

TEST_F(SurveysTest, LetsAnAnswerHoldUntilSilenceOrItsEnd) {
  v1::Survey survey = Satisfaction();
  *survey.mutable_valid_for() = calendar::MakePeriod(3, type::v1::PERIOD_UNIT_MONTH);
  Activate(survey);
  for (const char* person : {"ann", "ben"}) {
    ASSERT_THAT(Ask("q1", "acme", person), IsOk());
    ASSERT_THAT(Answer("q1", "acme", person, 5), IsOk());
  }
  MoveTo(kApril1 + 60);
  EXPECT_EQ(Read("survey.satisfaction.overall").value().number(), 5);
  // Asked again, ann answers and ben does not: he says nothing any more.
  for (const char* person : {"ann", "ben"}) ASSERT_THAT(Ask("q2", "acme", person), IsOk());
  ASSERT_THAT(Answer("q2", "acme", "ann", 2), IsOk());
  EXPECT_EQ(Read("survey.satisfaction.overall").value().number(), 3.5);
  MoveTo(kApril1 + 80);
  EXPECT_EQ(Read("survey.satisfaction.overall").value().number(), 2);
  EXPECT_TRUE(Read("survey.satisfaction.answered").value().flag());
  // The first answers end while ann's second one holds, and then that ends, too.
  MoveTo(kApril1 + 95);
  EXPECT_EQ(Read("survey.satisfaction.overall").value().number(), 2);
  MoveTo(kApril1 + 160);
  EXPECT_EQ(Read("survey.satisfaction.overall").unknown(), fact::v1::UNKNOWN_REASON_WITHDRAWN);
  EXPECT_EQ(
      Read("survey.satisfaction.overall", "acme", type::v1::AGGREGATION_MEAN).value().number(), 4);
}

TEST_F(SurveysTest, AnswersOnceAndAsksOnce) {
  Activate(Satisfaction());
  ASSERT_THAT(Ask("r1", "acme", "ann"), IsOk());
  EXPECT_EQ(contract::Reason(Ask("r1", "acme", "ann").status()), "ALREADY_ASKED");
  EXPECT_EQ(contract::Reason(Ask("r2", "acme", "ann").status()), "ALREADY_ASKED");
  EXPECT_THAT(Answer("r1", "acme", "ann", 6), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Answer("r1", "acme", "ann", 3, now_ - absl::Hours(1)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SurveyInvitation first, Answer("r1", "acme", "ann", 3));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SurveyInvitation same, Answer("r1", "acme", "ann", 3));
  EXPECT_EQ(first.etag(), same.etag());
  EXPECT_EQ(contract::Reason(Answer("r1", "acme", "ann", 4).status()), "ALREADY_ANSWERED");
  // Answered, the person may be asked again; somebody of an unknown account never.
  ASSERT_THAT(Ask("r2", "acme", "ann"), IsOk());
  EXPECT_THAT(Ask("r2", "nobody", "ann"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Ask("r3", "acme", "ben", accounts::v1::LAYER_FIELD, now_ + absl::Hours(1)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(SurveysTest, RefusesAScaleWithoutStepsAndKeysThatCannotBeTold) {
  v1::SaveSurveyRequest save;
  *save.mutable_survey() = Satisfaction();
  save.set_reason("test");
  save.mutable_survey()->mutable_questions(0)->set_low(5);
  EXPECT_THAT(surveys_->SaveSurvey(Now(), save),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("questions[0].high")));
  *save.mutable_survey() = Satisfaction();
  save.mutable_survey()->mutable_questions(1)->set_key("overall");
  EXPECT_THAT(surveys_->SaveSurvey(Now(), save),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("questions[1].key")));
  save.mutable_survey()->mutable_questions(1)->set_key(kAnsweredKey);
  EXPECT_THAT(surveys_->SaveSurvey(Now(), save), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(SurveysTest, ListsWhoIsToBeAsked) {
  Follow("bolt");
  v1::Survey survey = Satisfaction();
  survey.mutable_schedule()->set_clock(type::v1::CLOCK_CONTRACT_START);
  *survey.mutable_schedule()->mutable_first_after() =
      calendar::MakePeriod(1, type::v1::PERIOD_UNIT_MONTH);
  *survey.mutable_schedule()->mutable_every() =
      calendar::MakePeriod(3, type::v1::PERIOD_UNIT_MONTH);
  Activate(survey);
  v1::ListDueSurveysRequest request;
  request.set_parent("accounts/-");
  request.set_page_size(1);
  EXPECT_THAT(surveys_->ListDueSurveys(Now(), request)->due_surveys(), SizeIs(0));
  MoveTo(absl::CivilDay(2026, 5, 1));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto page, surveys_->ListDueSurveys(Now(), request));
  ASSERT_THAT(page.due_surveys(), SizeIs(1));
  EXPECT_EQ(page.due_surveys(0).account(), "accounts/acme");
  EXPECT_EQ(page.due_surveys(0).survey(), "surveys/satisfaction@1");
  EXPECT_EQ(calendar::ToDay(page.due_surveys(0).due_date()), absl::CivilDay(2026, 5, 1));
  request.set_page_token(page.next_page_token());
  BANSO_ASSERT_OK_AND_ASSIGN(const auto rest, surveys_->ListDueSurveys(Now(), request));
  ASSERT_THAT(rest.due_surveys(), SizeIs(1));
  EXPECT_EQ(rest.due_surveys(0).account(), "accounts/bolt");
  EXPECT_EQ(rest.next_page_token(), "");

  // Asked, an account is due again three months later.
  ASSERT_THAT(Ask("may", "acme", "ann"), IsOk());
  request.clear_page_token();
  BANSO_ASSERT_OK_AND_ASSIGN(const auto without, surveys_->ListDueSurveys(Now(), request));
  EXPECT_EQ(without.due_surveys(0).account(), "accounts/bolt");
  request.set_parent("accounts/acme");
  *request.mutable_due_by() = calendar::ToTimestamp(Noon(absl::CivilDay(2026, 8, 1)));
  BANSO_ASSERT_OK_AND_ASSIGN(const auto again, surveys_->ListDueSurveys(Now(), request));
  ASSERT_THAT(again.due_surveys(), SizeIs(1));
  EXPECT_EQ(calendar::ToDay(again.due_surveys(0).due_date()), absl::CivilDay(2026, 8, 1));
  EXPECT_TRUE(again.due_surveys(0).has_last_ask_time());
}

TEST_F(SurveysTest, ForgetsTheWordsOfAPersonWhoIsErased) {
  Activate(Satisfaction());
  ASSERT_THAT(Ask("r1", "acme", "ann"), IsOk());
  v1::AnswerSurveyRequest request;
  request.set_name("accounts/acme/surveyInvitations/r1-ann");
  request.add_answers()->set_question("overall");
  request.mutable_answers(0)->set_rating(2);
  request.set_comment("I am leaving in May");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SurveyInvitation answered,
                             surveys_->AnswerSurvey(Now(), request));
  EXPECT_EQ(answered.comment(), "I am leaving in May");
  ASSERT_THAT(database_->Write(Now(),
                               [&](storage::Writer& writer) {
                                 return store_.surveys.ForgetPerson(
                                     writer, "accounts/acme/stakeholders/ann");
                               }),
              IsOk());
  v1::GetSurveyInvitationRequest get;
  get.set_name(request.name());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::SurveyInvitation kept,
                             surveys_->GetSurveyInvitation(Now(), get));
  EXPECT_EQ(kept.comment(), "");
  EXPECT_EQ(kept.answers_size(), 1);
}

TEST_F(SurveysTest, ListsTheSilent) {
  Activate(Satisfaction());
  for (const char* person : {"ann", "ben", "cas"}) ASSERT_THAT(Ask("r1", "acme", person), IsOk());
  ASSERT_THAT(Answer("r1", "acme", "ben", 3), IsOk());
  MoveTo(kApril1 + 20);
  v1::ListSurveyInvitationsRequest request;
  request.set_parent("accounts/-");
  request.set_survey("surveys/satisfaction");
  request.add_states(v1::SURVEY_INVITATION_STATE_SILENT);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto silent, surveys_->ListSurveyInvitations(Now(), request));
  ASSERT_THAT(silent.survey_invitations(), SizeIs(2));
  EXPECT_EQ(silent.survey_invitations(0).state(), v1::SURVEY_INVITATION_STATE_SILENT);
  request.clear_states();
  request.add_states(v1::SURVEY_INVITATION_STATE_OPEN);
  request.add_states(v1::SURVEY_INVITATION_STATE_ANSWERED);
  BANSO_ASSERT_OK_AND_ASSIGN(const auto others, surveys_->ListSurveyInvitations(Now(), request));
  ASSERT_THAT(others.survey_invitations(), SizeIs(1));
  EXPECT_EQ(others.survey_invitations(0).respondent(), "accounts/acme/stakeholders/ben");
}

}  // namespace
}  // namespace banso::health

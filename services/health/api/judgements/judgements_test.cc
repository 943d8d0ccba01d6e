#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/contract/errors.h"
#include "common/testing/proves.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/judgements/judgements_api.h"
#include "services/health/domain/judgements/definition_comparison.h"
#include "services/health/domain/judgements/forecast_quality.h"
#include "services/health/domain/judgements/rater_agreement.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::CivilDay kStart(2026, 4, 1);

v1::Rubric MakeRubric() {
  v1::Rubric rubric;
  rubric.set_name("rubrics/scouting");
  rubric.set_display_name("Scouting readiness");
  for (const char* key : {"needs", "search"}) {
    v1::RubricItem* item = rubric.add_items();
    item->set_key(key);
    item->set_display_name(key);
    *item->mutable_valid_for() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
    for (const int rating : {1, 3, 5}) {
      v1::Anchor* anchor = item->add_anchors();
      anchor->set_rating(rating);
      anchor->set_meaning(absl::StrCat("looks like ", rating));
    }
  }
  return rubric;
}

// At least `number` of a metric within `days` of the contract's start.
v1::SuccessDefinition AtLeast(absl::string_view id, absl::string_view fact, int number, int days) {
  v1::SuccessDefinition definition;
  definition.set_name(absl::StrCat("successDefinitions/", id));
  definition.set_display_name(std::string(id));
  type::v1::Comparison* compare = definition.mutable_condition()->mutable_compare();
  compare->mutable_fact()->set_fact(std::string(fact));
  type::v1::Window* window = compare->mutable_fact()->mutable_window();
  window->set_aggregation(type::v1::AGGREGATION_SUM);
  window->mutable_from_clock()->set_clock(type::v1::CLOCK_CONTRACT_START);
  *window->mutable_from_clock()->mutable_length() =
      calendar::MakePeriod(days, type::v1::PERIOD_UNIT_DAY);
  compare->set_op(type::v1::OPERATOR_GE);
  *compare->add_values() = rule::NumberValue(number);
  definition.set_clock(type::v1::CLOCK_CONTRACT_START);
  *definition.mutable_due() = calendar::MakePeriod(days, type::v1::PERIOD_UNIT_DAY);
  return definition;
}

class JudgementsTest : public HealthFixture {
 protected:
  JudgementsTest() { judgements_ = std::make_unique<JudgementsApi>(*database_, store_, ids_); }

  // An account in onboarding, with its owner.
  void FollowOwned(absl::string_view id, absl::string_view owner) {
    Follow(id);
    accounts::v1::Account account;
    account.set_name(absl::StrCat("accounts/", id));
    account.set_time_zone("Asia/Tokyo");
    account.set_lifecycle_stage(accounts::v1::LIFECYCLE_STAGE_ONBOARDING);
    account.mutable_owners()->set_onboarding(absl::StrCat("members/", owner));
    ASSERT_THAT(
        database_->Write(
            Now(), [&](storage::Writer& writer) { return store_.FollowAccount(writer, account); }),
        IsOk());
  }

  void Judge(absl::string_view account, absl::string_view item, int rating,
             absl::string_view rater = "aoki") {
    v1::CreateAssessmentRequest request;
    request.set_parent(absl::StrCat("accounts/", account));
    request.mutable_assessment()->set_item(std::string(item));
    request.mutable_assessment()->set_rating(rating);
    request.mutable_assessment()->set_evidence("seen");
    request.mutable_assessment()->set_rater(absl::StrCat("members/", rater));
    ASSERT_THAT(api_->CreateAssessment(Now(), request), IsOk());
  }

  // A sample of `metric` with `value` on a day; counts how many there were.
  void Count(absl::string_view account, absl::string_view metric, absl::CivilDay day,
             double value = 1) {
    v1::Sample sample = MakeSample(absl::StrCat("s-", ++samples_), metric, Noon(day), value);
    sample.set_account(absl::StrCat("accounts/", account));
    const auto stored = Ingest(Now(), {sample});
    ASSERT_THAT(stored, IsOk());
    ASSERT_EQ(stored->stored(), 1);
  }

  absl::StatusOr<v1::Forecast> Foretell(absl::string_view account, double probability,
                                        absl::string_view forecaster = "aoki") {
    v1::CreateForecastRequest request;
    request.set_parent(absl::StrCat("accounts/", account));
    v1::Forecast* forecast = request.mutable_forecast();
    forecast->set_onboarding(absl::StrCat("accounts/", account, "/onboardings/o1"));
    forecast->set_success_definition("successDefinitions/interview");
    forecast->set_probability(probability);
    forecast->set_forecaster(absl::StrCat("members/", forecaster));
    return judgements_->CreateForecast(Now(), request);
  }

  int samples_ = 0;
  std::unique_ptr<JudgementsApi> judgements_;
};

TEST_F(JudgementsTest, ReportsWeightedKappaOfTwoRatersOnTwentyAccounts) {
  Activate(MakeRubric());
  // 12 the same, 6 one step apart, 2 two steps apart.
  const std::vector<std::pair<int, int>> ratings = {
      {1, 1}, {1, 1}, {2, 2}, {2, 2}, {2, 2}, {3, 3}, {3, 3}, {4, 4}, {4, 4}, {5, 5},
      {5, 5}, {5, 5}, {1, 2}, {2, 3}, {3, 2}, {3, 4}, {4, 5}, {4, 3}, {1, 3}, {5, 3}};
  for (size_t i = 0; i < ratings.size(); ++i) {
    const std::string id = absl::StrCat("a", i);
    Follow(id);
    Judge(id, "needs", ratings[i].first, "aoki");
    Judge(id, "needs", ratings[i].second, "ito");
  }
  // One whom only one of them has judged says nothing.
  Judge("acme", "needs", 1, "aoki");
  v1::GetRaterAgreementRequest request;
  request.set_item("needs");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::GetRaterAgreementResponse response,
                             judgements_->GetRaterAgreement(Now(), request));
  ASSERT_THAT(response.agreements(), SizeIs(1));
  const v1::RaterAgreement& both = response.agreements(0);
  EXPECT_EQ(both.rater_a(), "members/aoki");
  EXPECT_EQ(both.rater_b(), "members/ito");
  EXPECT_EQ(both.accounts(), 20);
  EXPECT_EQ(both.same(), 12);
  EXPECT_EQ(both.within_one_step(), 18);
  ASSERT_THAT(both.table(), SizeIs(25));
  // 1 - observed / expected mean squared distance: 0.7 and 3.6.
  EXPECT_NEAR(both.weighted_kappa().value(), 0.8055555556, 1e-9);
  EXPECT_LT(both.weighted_kappa().low(), both.weighted_kappa().value());
  EXPECT_GT(both.weighted_kappa().high(), both.weighted_kappa().value());
  EXPECT_EQ(both.weighted_kappa().n(), 20);
  Proves("LAP-11");
}

TEST_F(JudgementsTest, ListsWhatIsDueToBeJudged) {
  FollowOwned("beta", "ito");
  Activate(MakeRubric());
  Judge("acme", "needs", 3);
  Judge("acme", "search", 3);
  Judge("beta", "needs", 4);
  v1::ListDueAssessmentsRequest request;
  request.set_parent("accounts/-");
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ListDueAssessmentsResponse due,
                             judgements_->ListDueAssessments(Now(), request));
  ASSERT_THAT(due.due_assessments(), SizeIs(1));
  EXPECT_EQ(due.due_assessments(0).account(), "accounts/beta");
  EXPECT_EQ(due.due_assessments(0).item(), "search");
  EXPECT_EQ(due.due_assessments(0).reason(), v1::DUE_REASON_NEVER_JUDGED);
  EXPECT_EQ(due.due_assessments(0).owner(), "members/ito");
  *request.mutable_due_by() = calendar::ToTimestamp(now_ + absl::Hours(24 * 31));
  request.set_page_size(2);
  std::vector<std::string> places;
  do {
    BANSO_ASSERT_OK_AND_ASSIGN(due, judgements_->ListDueAssessments(Now(), request));
    EXPECT_LE(due.due_assessments_size(), 2);
    for (const v1::DueAssessment& each : due.due_assessments()) {
      places.push_back(absl::StrCat(each.account(), " ", each.item()));
    }
    request.set_page_token(due.next_page_token());
  } while (!due.next_page_token().empty());
  EXPECT_THAT(places, ElementsAre("accounts/acme needs", "accounts/acme search",
                                  "accounts/beta needs", "accounts/beta search"));
  // 31 days later what has not been judged again has expired.
  now_ += absl::Hours(24 * 31);
  v1::ListDueAssessmentsRequest own;
  own.set_parent("accounts/acme");
  own.set_item("needs");
  BANSO_ASSERT_OK_AND_ASSIGN(due, judgements_->ListDueAssessments(Now(), own));
  ASSERT_THAT(due.due_assessments(), SizeIs(1));
  EXPECT_EQ(due.due_assessments(0).reason(), v1::DUE_REASON_EXPIRED);
  EXPECT_EQ(due.due_assessments(0).rating(), 3);
  own.set_owner("members/ito");
  BANSO_ASSERT_OK_AND_ASSIGN(due, judgements_->ListDueAssessments(Now(), own));
  EXPECT_THAT(due.due_assessments(), SizeIs(0));
}

TEST_F(JudgementsTest, FollowsACampaignOfThreeMembersOverSixtyAccounts) {
  Activate(MakeRubric());
  const std::vector<std::string> owners = {"aoki", "ito", "sato"};
  for (int i = 0; i < 60; ++i) FollowOwned(absl::StrCat("c", i), owners[i % 3]);
  v1::CreateUpkeepCampaignRequest create;
  create.set_upkeep_campaign_id("april");
  create.mutable_upkeep_campaign()->set_display_name("April");
  create.mutable_upkeep_campaign()->add_items("needs");
  *create.mutable_upkeep_campaign()->mutable_lock_date() = calendar::ToDate(kStart + 5);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::UpkeepCampaign begun,
                             judgements_->CreateUpkeepCampaign(Now(), create));
  EXPECT_EQ(begun.progress().tasks(), 60);
  EXPECT_EQ(begun.progress().percent(), 0);
  // Aoki judges all 20, Ito 10; Sato none.
  now_ += absl::Hours(24);
  for (int i = 0; i < 60; ++i) {
    if (i % 3 == 0 || (i % 3 == 1 && i < 30))
      Judge(absl::StrCat("c", i), "needs", 3, owners[i % 3]);
  }
  // The last moment of the lock date is in time; after it what is open is late.
  v1::GetUpkeepCampaignRequest get;
  get.set_name("upkeepCampaigns/april");
  now_ = calendar::StartOfDay(kStart + 6, calendar::ZoneOrUtc("Asia/Tokyo")) - absl::Seconds(1);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::UpkeepCampaign campaign,
                             judgements_->GetUpkeepCampaign(Now(), get));
  EXPECT_EQ(campaign.progress().late(), 0);
  now_ += absl::Seconds(1);
  Judge("c1", "needs", 4, "ito");
  Judge("c31", "needs", 4, "ito");
  BANSO_ASSERT_OK_AND_ASSIGN(campaign, judgements_->GetUpkeepCampaign(Now(), get));
  EXPECT_EQ(campaign.progress().done(), 30);
  EXPECT_EQ(campaign.progress().done_late(), 1);
  EXPECT_EQ(campaign.progress().late(), 29);
  EXPECT_NEAR(campaign.progress().percent(), 31.0 / 60 * 100, 1e-9);
  ASSERT_THAT(campaign.members_progress(), SizeIs(3));
  EXPECT_EQ(campaign.members_progress(0).member(), "members/aoki");
  EXPECT_EQ(campaign.members_progress(0).percent(), 100);
  EXPECT_EQ(campaign.members_progress(1).percent(), 55);
  EXPECT_EQ(campaign.members_progress(2).percent(), 0);
  v1::ListUpkeepTasksRequest list;
  list.set_parent("upkeepCampaigns/april");
  list.add_states(v1::UPKEEP_STATE_LATE);
  list.set_page_size(100);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ListUpkeepTasksResponse late,
                             judgements_->ListUpkeepTasks(Now(), list));
  EXPECT_THAT(late.tasks(), SizeIs(29));
  list.set_member("members/sato");
  BANSO_ASSERT_OK_AND_ASSIGN(late, judgements_->ListUpkeepTasks(Now(), list));
  EXPECT_THAT(late.tasks(), SizeIs(20));
  for (const v1::UpkeepTask& task : late.tasks()) EXPECT_EQ(task.state(), v1::UPKEEP_STATE_LATE);
  list.clear_member();
  list.add_states(v1::UPKEEP_STATE_DONE_LATE);
  BANSO_ASSERT_OK_AND_ASSIGN(late, judgements_->ListUpkeepTasks(Now(), list));
  EXPECT_THAT(late.tasks(), SizeIs(30));
  Proves("LAP-09");
}

TEST_F(JudgementsTest, RefusesACampaignThatMakesNoSense) {
  Activate(MakeRubric());
  FollowOwned("beta", "ito");
  v1::CreateUpkeepCampaignRequest create;
  create.mutable_upkeep_campaign()->set_display_name("April");
  create.mutable_upkeep_campaign()->add_items("need");
  *create.mutable_upkeep_campaign()->mutable_lock_date() = calendar::ToDate(kStart - 1);
  EXPECT_THAT(judgements_->CreateUpkeepCampaign(Now(), create),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("items[0]")));
  create.mutable_upkeep_campaign()->set_items(0, "needs");
  EXPECT_THAT(judgements_->CreateUpkeepCampaign(Now(), create),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("lock_date")));
  create.mutable_upkeep_campaign()->add_members("members/nobody");
  EXPECT_EQ(contract::Reason(judgements_->CreateUpkeepCampaign(Now(), create).status()),
            "NOTHING_TO_DO");
}

// Points for logins in the first weeks: 10 are worth 100.
v1::ScoreModel LoginModel() {
  v1::ScoreModel model;
  model.set_name("scoreModels/logins");
  model.set_display_name("Logins");
  model.set_purpose("Tell by day 30 who will get to an interview");
  model.set_decision_served("The owner calls the others");
  v1::Measure* logins = model.add_measures();
  logins->set_key("logins");
  logins->mutable_fact()->set_fact("metric.logins");
  logins->mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
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

TEST_F(JudgementsTest, ScoresThirtyGutCallsBesideTheModelOnTheSameAccounts) {
  MakeMetric("interviews");
  MakeMetric("logins");
  Activate(AtLeast("interview", "metric.interviews", 1, 60));
  Activate(LoginModel());
  now_ = Noon(kStart + 30);
  // 15 of 30 will succeed. Aoki says 0.8 of those who will and 0.2 of the others; Ito says 0.5 of
  // everybody; the model sees 7 logins of those who will and 3 of the others.
  for (int i = 0; i < 30; ++i) {
    const std::string id = absl::StrCat("g", i);
    const bool will = i % 2 == 0;
    Follow(id);
    Count(id, "logins", kStart + 3, will ? 7 : 3);
    const bool aoki = i < 15;
    BANSO_ASSERT_OK_AND_ASSIGN(
        const v1::Forecast forecast,
        Foretell(id, aoki ? (will ? 0.8 : 0.2) : 0.5, aoki ? "aoki" : "ito"));
    EXPECT_EQ(forecast.clock_days(), 30);
    ASSERT_THAT(forecast.model_forecasts(), SizeIs(1));
    EXPECT_EQ(forecast.model_forecasts(0).score_model(), "scoreModels/logins@1");
    EXPECT_NEAR(forecast.model_forecasts(0).score(), will ? 70 : 30, 1e-9);
  }
  v1::ScoreForecastsRequest request;
  request.set_success_definition("successDefinitions/interview");
  request.set_score_model("scoreModels/logins");
  request.set_from_clock_days(25);
  request.set_to_clock_days(35);
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ScoreForecastsResponse report,
                             judgements_->ScoreForecasts(Now(), request));
  EXPECT_EQ(report.undecided(), 30);
  EXPECT_EQ(report.all().n(), 0);

  // It comes as it comes; what the model says later changes nothing.
  now_ = Noon(kStart + 61);
  for (int i = 0; i < 30; i += 2) Count(absl::StrCat("g", i), "interviews", kStart + 40);
  for (int i = 1; i < 30; i += 2) Count(absl::StrCat("g", i), "logins", kStart + 50, 100);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(report, judgements_->ScoreForecasts(Now(), request));
  EXPECT_EQ(report.undecided(), 0);
  EXPECT_EQ(report.all().n(), 30);
  EXPECT_EQ(report.all().successes(), 15);
  ASSERT_THAT(report.forecasters(), SizeIs(2));
  const v1::ForecastQuality& aoki = report.forecasters(0).quality();
  EXPECT_EQ(report.forecasters(0).forecaster(), "members/aoki");
  EXPECT_EQ(aoki.n(), 15);
  EXPECT_NEAR(aoki.brier().value(), 0.04, 1e-9);
  EXPECT_NEAR(aoki.area_under_curve().value(), 1, 1e-9);
  // Calibration: of those of whom she said 0.2 none came, of those of whom she said 0.8 all.
  ASSERT_THAT(aoki.calibration(), SizeIs(2));
  EXPECT_NEAR(aoki.calibration(0).mean_probability(), 0.2, 1e-9);
  EXPECT_EQ(aoki.calibration(0).successes(), 0);
  EXPECT_NEAR(aoki.calibration(1).share().value(), 1, 1e-9);
  const v1::ForecastQuality& ito = report.forecasters(1).quality();
  EXPECT_NEAR(ito.brier().value(), 0.25, 1e-9);
  ASSERT_THAT(ito.calibration(), SizeIs(1));
  EXPECT_EQ(ito.calibration(0).n(), 15);
  // The model on the same accounts.
  EXPECT_EQ(report.model().model().n(), 30);
  EXPECT_EQ(report.model().forecasts().n(), 30);
  EXPECT_NEAR(report.model().model().brier().value(), 0.09, 1e-9);
  EXPECT_NEAR(report.model().forecasts().brier().value(), 0.145, 1e-9);
  EXPECT_NEAR(report.model().brier_difference().value(), 0.055, 1e-9);
  EXPECT_THAT(report.model().conclusion(), HasSubstr("the model was better"));
  Proves("LAP-01");
}

TEST_F(JudgementsTest, TakesNoForecastOfWhatIsDecidedAndTheLastOfSeveral) {
  MakeMetric("interviews");
  Activate(AtLeast("interview", "metric.interviews", 1, 60));
  now_ = Noon(kStart + 10);
  ASSERT_THAT(Foretell("acme", 0.1), IsOk());
  now_ = Noon(kStart + 30);
  ASSERT_THAT(Foretell("acme", 0.9), IsOk());
  Count("acme", "interviews", kStart + 30);
  EXPECT_EQ(contract::Reason(Foretell("acme", 1).status()), "DECIDED");
  v1::ScoreForecastsRequest request;
  request.set_success_definition("successDefinitions/interview");
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ScoreForecastsResponse report,
                             judgements_->ScoreForecasts(Now(), request));
  EXPECT_EQ(report.all().n(), 1);
  EXPECT_NEAR(report.all().mean_probability(), 0.9, 1e-9);
  // One account is too little for an interval, and says so.
  EXPECT_FALSE(report.all().brier().has_value());
  request.set_to_clock_days(20);
  BANSO_ASSERT_OK_AND_ASSIGN(report, judgements_->ScoreForecasts(Now(), request));
  EXPECT_NEAR(report.all().mean_probability(), 0.1, 1e-9);
}

TEST_F(JudgementsTest, SetsASimpleAndAComplexDefinitionSideBySide) {
  MakeMetric("interviews");
  MakeMetric("hires");
  MakeMetric("pool", v1::METRIC_KIND_COUNTER, "manual");
  Activate(MakeRubric());
  Activate(AtLeast("simple", "metric.interviews", 1, 30));
  v1::SuccessDefinition complex = AtLeast("complex", "metric.interviews", 1, 30);
  const type::v1::Condition interviews = complex.condition();
  type::v1::ConditionList* all = complex.mutable_condition()->mutable_all();
  *all->add_conditions() = interviews;
  *all->add_conditions() = AtLeast("x", "metric.pool", 10, 30).condition();
  type::v1::Comparison* needs = all->add_conditions()->mutable_compare();
  needs->mutable_fact()->set_fact("assessment.needs");
  needs->set_op(type::v1::OPERATOR_GE);
  *needs->add_values() = rule::NumberValue(3);
  Activate(complex);
  Activate(AtLeast("hire", "metric.hires", 1, 90));
  // 20 onboardings: 10 have interviews, of which 8 hire; of the other 10 one hires. Of the first
  // 10, 5 also have the pool that the complex definition asks for. Everybody is judged, and their
  // pool typed in.
  now_ = Noon(kStart + 1);
  for (int i = 0; i < 20; ++i) Follow(absl::StrCat("d", i));
  for (int i = 0; i < 20; ++i) Judge(absl::StrCat("d", i), "needs", 4);
  now_ = Noon(kStart + 95);
  for (int i = 0; i < 20; ++i) {
    const std::string id = absl::StrCat("d", i);
    Count(id, "interviews", kStart + 5, i < 10 ? 1 : 0);
    Count(id, "pool", kStart + 6, i < 5 ? 12 : 2);
    Count(id, "hires", kStart + 60, i < 8 || i == 15 ? 1 : 0);
  }
  // Not one of them: acme has no data at all.
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  v1::CompareSuccessDefinitionsRequest request;
  request.set_first("successDefinitions/simple");
  request.set_second("successDefinitions/complex@1");
  request.set_result("successDefinitions/hire");
  request.set_minutes_per_entry(5);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::CompareSuccessDefinitionsResponse compared,
                             judgements_->CompareSuccessDefinitions(Now(), request));
  const v1::DefinitionFigures& simple = compared.first();
  const v1::DefinitionFigures& other = compared.second();
  // Complexity.
  EXPECT_EQ(simple.comparisons(), 1);
  EXPECT_EQ(other.comparisons(), 3);
  EXPECT_THAT(other.facts(), ElementsAre("assessment.needs", "metric.interviews", "metric.pool"));
  EXPECT_THAT(other.manual_facts(), ElementsAre("assessment.needs", "metric.pool"));
  // Upkeep: two entries of 5 minutes for 20 of 21 onboardings.
  EXPECT_EQ(simple.manual_entries(), 0);
  EXPECT_EQ(simple.upkeep_minutes(), 0);
  EXPECT_EQ(other.manual_entries(), 40);
  EXPECT_NEAR(other.upkeep_minutes(), 200.0 / 21, 1e-9);
  // What they say, and how far they agree.
  EXPECT_EQ(simple.met(), 10);
  EXPECT_EQ(simple.missed(), 10);
  EXPECT_EQ(simple.undecided(), 1);
  EXPECT_EQ(other.met(), 5);
  EXPECT_EQ(compared.decided_by_both(), 20);
  EXPECT_EQ(compared.met_by_both(), 5);
  EXPECT_EQ(compared.met_by_first_only(), 5);
  EXPECT_EQ(compared.met_by_neither(), 10);
  EXPECT_NEAR(compared.agreement().value(), 0.75, 1e-9);
  // (0.75 - 0.5) / (1 - 0.5), with 0.5 expected of the margins 10/20 and 5/20.
  EXPECT_NEAR(compared.kappa().value(), 0.5, 1e-9);
  // Association with the end result: 8 of 10 against 1 of 10, and 5 of 5 against 4 of 15.
  EXPECT_NEAR(simple.association().difference().value(), 0.7, 1e-9);
  EXPECT_NEAR(simple.association().ratio().value(), 8, 1e-9);
  EXPECT_GT(simple.association().difference().low(), 0);
  // Fisher's exact test of 8, 2 and 1, 9.
  EXPECT_NEAR(simple.association().p_value(), 0.005477, 1e-6);
  EXPECT_NEAR(other.association().share_if_met().value(), 1, 1e-9);
  EXPECT_NEAR(other.association().share_if_missed().value(), 4.0 / 15, 1e-9);
  EXPECT_THAT(simple.association().conclusion(), HasSubstr("goes with the result"));
  EXPECT_THAT(simple.association().conclusion(), HasSubstr("not why"));
  Proves("LAP-08");
}

TEST(DefinitionComparisonTest, SaysWhenThereIsTooLittle) {
  v1::CompareSuccessDefinitionsResponse response;
  CompareDefinitions({}, "successDefinitions/hire@1", 3, &response);
  EXPECT_FALSE(response.first().has_upkeep_minutes());
  EXPECT_FALSE(response.agreement().has_value());
  EXPECT_FALSE(response.kappa().has_value());
  EXPECT_FALSE(response.first().association().difference().has_value());
  EXPECT_THAT(response.first().association().conclusion(), HasSubstr("too few"));
}

// Two of two against none of two is not yet a finding, whatever its interval says.
TEST(DefinitionComparisonTest, ConcludesNothingFromTwoAgainstTwo) {
  const auto compare = [](int n) {
    std::vector<ComparedOnboarding> onboardings;
    for (int i = 0; i < 2 * n; ++i) {
      const v1::SuccessState state = i < n ? v1::SUCCESS_STATE_MET : v1::SUCCESS_STATE_MISSED;
      onboardings.push_back({.first = state, .second = state, .result = state});
    }
    v1::CompareSuccessDefinitionsResponse response;
    CompareDefinitions(onboardings, "successDefinitions/hire@1", 3, &response);
    return response;
  };
  const v1::CompareSuccessDefinitionsResponse few = compare(2);
  const v1::ResultAssociation& association = few.first().association();
  EXPECT_EQ(association.share_if_met().value(), 1);
  EXPECT_FALSE(association.difference().has_value());
  EXPECT_FALSE(association.has_p_value());
  EXPECT_THAT(association.conclusion(), HasSubstr("only 2, and 8 are the minimum"));
  EXPECT_EQ(few.kappa().n(), 4);
  EXPECT_FALSE(few.kappa().has_value());
  EXPECT_THAT(compare(8).first().association().conclusion(), HasSubstr("goes with the result"));
  EXPECT_TRUE(compare(8).kappa().has_value());
}

TEST(ForecastQualityTest, ConcludesNothingFromTwoAccounts) {
  const auto score = [](int accounts) {
    std::vector<DecidedForecast> forecasts;
    for (int i = 0; i < accounts; ++i) {
      const bool success = i % 2 == 0;
      // Several forecasts for one account are no more than one.
      for (int repeated = 0; repeated < 5; ++repeated) {
        forecasts.push_back({.forecaster = "members/aoki",
                             .probability = success ? 0.6 - 0.01 * i : 0.4,
                             .success = success,
                             .account = i,
                             .model = success ? 0.9 : 0.1});
      }
    }
    v1::ScoreForecastsResponse response;
    ScoreForecasts(forecasts, "scoreModels/use", &response);
    return response;
  };
  const v1::ScoreForecastsResponse few = score(2);
  EXPECT_EQ(few.all().n(), 10);
  EXPECT_FALSE(few.all().brier().has_value());
  EXPECT_FALSE(few.all().area_under_curve().has_value());
  EXPECT_FALSE(few.model().brier_difference().has_value());
  EXPECT_THAT(few.model().conclusion(), HasSubstr("too few accounts"));
  EXPECT_THAT(score(8).model().conclusion(), HasSubstr("the model was better"));
}

TEST(RaterAgreementTest, EstimatesNoKappaOfTwoAccounts) {
  const auto agree = [](int accounts) {
    std::vector<v1::Assessment> judgements;
    for (int i = 0; i < accounts; ++i) {
      for (const char* rater : {"members/aoki", "members/ito"}) {
        v1::Assessment& judgement = judgements.emplace_back();
        judgement.set_name(absl::StrCat("accounts/a", i, "/assessments/", rater + 8));
        judgement.set_rater(rater);
        judgement.set_rating(1 + 2 * (i % 2));
      }
    }
    return RaterAgreements(judgements);
  };
  const std::vector<v1::RaterAgreement> few = agree(2);
  ASSERT_THAT(few, SizeIs(1));
  EXPECT_EQ(few[0].same(), 2);
  EXPECT_EQ(few[0].weighted_kappa().n(), 2);
  EXPECT_FALSE(few[0].weighted_kappa().has_value());
  EXPECT_EQ(agree(8)[0].weighted_kappa().value(), 1);
}

}  // namespace
}  // namespace banso::health

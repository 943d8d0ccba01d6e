#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "common/contract/errors.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/health_fixture.h"
#include "services/health/store/fact_reader.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::Rubric MakeRubric() {
  v1::Rubric rubric;
  rubric.set_name("rubrics/scouting");
  rubric.set_display_name("Scouting readiness");
  v1::RubricItem* item = rubric.add_items();
  item->set_key("needs");
  item->set_display_name("Clarity of hiring needs");
  *item->mutable_valid_for() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  for (const int rating : {1, 3, 5}) {
    v1::Anchor* anchor = item->add_anchors();
    anchor->set_rating(rating);
    anchor->set_meaning(absl::StrCat("looks like ", rating));
  }
  return rubric;
}

void AddCurve(v1::Measure* measure, double from, double to) {
  measure->add_curve()->set_value(from);
  v1::CurvePoint* full = measure->add_curve();
  full->set_value(to);
  full->set_points(100);
}

// Candidates pooled in four weeks (0 to 40) and the judgement of needs (1 to 5), 30 %.
v1::ScoreModel MakeModel() {
  v1::ScoreModel model;
  model.set_name("scoreModels/onboarding");
  model.set_display_name("Onboarding health");
  model.set_purpose("Tell by day 30 who will not get to an interview");
  model.set_decision_served("The owner calls everybody in the red band");
  model.set_owner("members/aoki");
  v1::Measure* pool = model.add_measures();
  pool->set_key("pool");
  pool->mutable_fact()->set_fact("metric.pool");
  type::v1::Window* window = pool->mutable_fact()->mutable_window();
  window->set_aggregation(type::v1::AGGREGATION_SUM);
  *window->mutable_trailing() = calendar::MakePeriod(4, type::v1::PERIOD_UNIT_WEEK);
  AddCurve(pool, 0, 40);
  pool->set_weight(1);
  pool->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
  v1::Measure* needs = model.add_measures();
  needs->set_key("needs");
  needs->mutable_fact()->set_fact("assessment.needs");
  AddCurve(needs, 1, 5);
  needs->set_weight(1);
  needs->set_group(v1::MEASURE_GROUP_QUALITATIVE);
  model.set_qualitative_share(0.3);
  model.set_minimum_coverage(0.5);
  model.add_bands()->set_key("red");
  v1::Band* green = model.add_bands();
  green->set_key("green");
  green->set_lower_edge(60);
  return model;
}

class ScoresTest : public HealthFixture {
 protected:
  ScoresTest() {
    MakeMetric("pool");
    Activate(MakeRubric());
  }

  absl::StatusOr<v1::Assessment> Judge(int rating, absl::string_view evidence = "They told us") {
    v1::CreateAssessmentRequest request;
    request.set_parent("accounts/acme");
    request.mutable_assessment()->set_item("needs");
    request.mutable_assessment()->set_rating(rating);
    request.mutable_assessment()->set_evidence(std::string(evidence));
    BANSO_RETURN_IF_ERROR(contract::Check(&request));
    return assessments_->CreateAssessment(Now(), request);
  }

  absl::StatusOr<v1::Score> Get(absl::string_view revision = "",
                                std::optional<absl::Time> as_of = std::nullopt,
                                std::optional<absl::Time> known_at = std::nullopt) {
    v1::GetScoreRequest request;
    request.set_name(absl::StrCat("accounts/acme/scores/onboarding", revision));
    if (as_of.has_value()) *request.mutable_as_of() = calendar::ToTimestamp(*as_of);
    if (known_at.has_value()) *request.mutable_known_at() = calendar::ToTimestamp(*known_at);
    return health_->GetScore(Now(), request);
  }

  // The stored score of an account, as a list shows it.
  v1::Score Stored(absl::string_view account = "acme") {
    v1::ListScoresRequest request;
    request.set_parent(absl::StrCat("accounts/", account));
    const auto listed = health_->ListScores(Now(), request);
    EXPECT_THAT(listed, IsOk());
    if (!listed.ok() || listed->scores().size() != 1) {
      ADD_FAILURE() << account << " does not have one score";
      return {};
    }
    return Nth(listed->scores(), 0);
  }

  // Saves, with the type of the fact, and activates a model of the pool and of the plan's
  // readiness.
  void ActivateWithPlan() {
    v1::ScoreModel model = MakeModel();
    v1::Measure* plan = model.mutable_measures(1);
    plan->clear_curve();
    plan->set_key("plan");
    plan->mutable_fact()->set_fact("plan.readiness");
    plan->add_words()->set_word("ready");
    plan->mutable_words(0)->set_points(100);
    v1::SaveScoreModelRequest save;
    *save.mutable_score_model() = model;
    save.set_reason("with the plan");
    fact::v1::FactType* type = save.add_additional_fact_types();
    type->set_name("plan.readiness");
    type->set_value_type(type::v1::VALUE_TYPE_TEXT);
    type->set_subject(fact::v1::SUBJECT_KIND_ONBOARDING);
    ASSERT_THAT(health_->SaveScoreModel(Now(), save), IsOk());
    Activate(model);
  }

  absl::Status MirrorReadiness() {
    fact::v1::FactChange change;
    change.set_subject("accounts/acme/onboardings/o1");
    change.set_fact("plan.readiness");
    *change.mutable_value() = rule::TextValue("ready");
    *change.mutable_occurred_time() = calendar::ToTimestamp(now_);
    *change.mutable_recorded_time() = calendar::ToTimestamp(now_);
    const auto mirror = [&](storage::Writer& writer) { return store_.MirrorFact(writer, change); };
    return database_->Write(Now(), mirror).status();
  }

  void Evaluate() { ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk()); }

  absl::Status UpdatePool(const v1::Metric& patch, const std::string& path) {
    v1::UpdateMetricRequest request;
    *request.mutable_metric() = patch;
    request.mutable_metric()->set_name("metrics/pool");
    request.mutable_update_mask()->add_paths(path);
    return metrics_->UpdateMetric(Now(), request).status();
  }
};

double SumOfAmounts(const v1::Score& score) {
  double sum = 0;
  for (const v1::Contribution& contribution : score.contributions()) sum += contribution.amount();
  return sum;
}

TEST_F(ScoresTest, ExplainsAScoreThatSumsUpAndReplaysItAsOfThen) {
  Activate(MakeModel());
  now_ = Noon(kApril1 + 10);
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1 + 3), 20)}), IsOk());
  ASSERT_THAT(Judge(4), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score score, Get());
  // 20 of 40 is 50 points of 0.7; 4 is 75 points of 0.3.
  EXPECT_EQ(score.state(), v1::SCORE_STATE_SCORED);
  EXPECT_NEAR(score.value(), 57.5, 1e-9);
  EXPECT_EQ(score.band(), "red");
  EXPECT_EQ(score.score_model(), "scoreModels/onboarding@1");
  EXPECT_EQ(calendar::ToTime(score.as_of()), now_);
  EXPECT_NEAR(SumOfAmounts(score), score.value(), 1e-9);
  ASSERT_THAT(score.contributions(), SizeIs(2));
  EXPECT_EQ(score.contributions(0).value().number(), 20);
  EXPECT_EQ(calendar::ToTime(score.contributions(0).occurred_time()), Noon(kApril1 + 3));
  EXPECT_THAT(score.contributions(0).reading(), HasSubstr("metric.pool"));
  ASSERT_THAT(score.lifts(), SizeIs(2));
  EXPECT_THAT(score.stale_because(), IsEmpty());

  // Ten days later more has come in, some of it late; as of then and as known then nothing has.
  const absl::Time then = now_;
  now_ = Noon(kApril1 + 20);
  ASSERT_THAT(Ingest(Now(), {MakeSample("late", "pool", Noon(kApril1 + 4), 15),
                             MakeSample("b", "pool", Noon(kApril1 + 19), 5)}),
              IsOk());
  ASSERT_THAT(Judge(5), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score later, Get());
  EXPECT_NEAR(later.value(), 100, 1e-9);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score replayed, Get("@1", then, then));
  EXPECT_EQ(replayed.value(), score.value());
  EXPECT_EQ(replayed.band(), score.band());
  ASSERT_EQ(replayed.contributions_size(), score.contributions_size());
  for (int i = 0; i < score.contributions_size(); ++i) {
    EXPECT_EQ(replayed.contributions(i).SerializeAsString(),
              score.contributions(i).SerializeAsString());
  }
  // What came late is known today of that day.
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score hindsight, Get("@1", then));
  EXPECT_NEAR(hindsight.value(), 0.7 * 87.5 + 0.3 * 75, 1e-9);
  Proves("LAP-21");
}

// A past day is that of the onboarding which ran then, by the clocks that it had, whatever has
// become of it since.
TEST_F(ScoresTest, ReadsAPastDayByTheOnboardingThatRanThen) {
  v1::ScoreModel model = MakeModel();
  type::v1::Window* window = model.mutable_measures(0)->mutable_fact()->mutable_window();
  window->mutable_from_clock()->set_clock(type::v1::CLOCK_CONTRACT_START);
  *window->mutable_from_clock()->mutable_length() =
      calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  model.mutable_measures(0)->set_missing(v1::MISSING_POLICY_NO_SCORE);
  Activate(model);
  now_ = Noon(kApril1 + 10);
  const absl::Time then = now_;
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1 + 3), 20)}), IsOk());
  ASSERT_THAT(Judge(4), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score score, Get());
  EXPECT_NEAR(score.value(), 57.5, 1e-9);
  now_ = Noon(kApril1 + 100);
  FollowOnboarding("acme", accounts::v1::ONBOARDING_STATE_HANDED_OFF, kApril1 + 5, now_);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score present, Get("@1"));
  EXPECT_FALSE(present.has_value());
  for (const std::optional<absl::Time> known_at :
       {std::optional<absl::Time>(), std::optional<absl::Time>(then)}) {
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score replayed, Get("@1", then, known_at));
    EXPECT_EQ(replayed.value(), score.value()) << replayed.ShortDebugString();
  }
}

TEST_F(ScoresTest, ComputesDraftsWithOtherSharesWithoutStoringThem) {
  Activate(MakeModel());
  now_ = Noon(kApril1 + 10);
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1 + 3), 20)}), IsOk());
  ASSERT_THAT(Judge(4), IsOk());
  std::vector<double> values;
  for (const double share : {0.0, 0.3, 0.7, 1.0}) {
    v1::SaveScoreModelRequest save;
    *save.mutable_score_model() = MakeModel();
    save.mutable_score_model()->set_qualitative_share(share);
    save.set_reason("another share");
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreModel saved, health_->SaveScoreModel(Now(), save));
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score score,
                               Get(absl::StrCat("@", saved.revision().number())));
    EXPECT_NEAR(SumOfAmounts(score), score.value(), 1e-9);
    values.push_back(score.value());
  }
  EXPECT_THAT(values,
              ElementsAre(::testing::DoubleNear(50, 1e-9), ::testing::DoubleNear(57.5, 1e-9),
                          ::testing::DoubleNear(67.5, 1e-9), ::testing::DoubleNear(75, 1e-9)));
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score in_force, Get());
  EXPECT_NEAR(in_force.value(), 57.5, 1e-9);
}

TEST_F(ScoresTest, RefusesAModelWithoutPurposeOrDecision) {
  v1::SaveScoreModelRequest save;
  *save.mutable_score_model() = MakeModel();
  save.mutable_score_model()->clear_purpose();
  save.mutable_score_model()->clear_decision_served();
  save.set_reason("no idea");
  const absl::Status status = contract::Check(&save);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  std::vector<std::string> fields;
  for (const auto& violation : contract::FieldViolations(status)) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("score_model.purpose", "score_model.decision_served"));
  // Whoever saves it answers for it, unless somebody else is named.
  *save.mutable_score_model() = MakeModel();
  save.mutable_score_model()->clear_owner();
  ASSERT_THAT(contract::Check(&save), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreModel saved, health_->SaveScoreModel(Now(), save));
  EXPECT_EQ(saved.owner(), "");
  EXPECT_EQ(saved.revision().author(), "members/aoki");
}

TEST_F(ScoresTest, RefusesAModelThatReadsUnknownFactsUnlessTheyAreBroughtAlong) {
  v1::SaveScoreModelRequest save;
  *save.mutable_score_model() = MakeModel();
  save.mutable_score_model()->mutable_applies_if()->mutable_known()->set_fact("account.segment");
  save.set_reason("test");
  EXPECT_THAT(health_->SaveScoreModel(Now(), save), StatusIs(absl::StatusCode::kInvalidArgument));
  fact::v1::FactType* type = save.add_additional_fact_types();
  type->set_name("account.segment");
  type->set_value_type(type::v1::VALUE_TYPE_TEXT);
  type->set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
  EXPECT_THAT(health_->SaveScoreModel(Now(), save), IsOk());
  // Known from now on.
  save.clear_additional_fact_types();
  EXPECT_THAT(health_->SaveScoreModel(Now(), save), IsOk());
}

TEST_F(ScoresTest, IsRecomputedWhenOnlyTimeHasPassed) {
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1), 40)}), IsOk());
  ASSERT_THAT(Judge(5), IsOk());
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score fresh, Get());
  EXPECT_NEAR(fresh.value(), 100, 1e-9);
  // Four weeks later the pool is empty; the judgement has expired after 30 days.
  now_ = Noon(kApril1 + 28);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score faded, Get());
  EXPECT_NEAR(faded.value(), 30, 1e-9);
  now_ = Noon(kApril1 + 40);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score expired, Get());
  ASSERT_THAT(expired.missing(), SizeIs(1));
  EXPECT_EQ(expired.missing(0).measure(), "needs");
  EXPECT_NEAR(expired.value(), 0, 1e-9);
}

TEST_F(ScoresTest, ReadsTheLabelThatTheSameTurnHasDecided) {
  v1::SuccessDefinition definition;
  definition.set_name("successDefinitions/pooled");
  definition.set_display_name("A candidate pooled within 30 days");
  type::v1::Comparison* compare = definition.mutable_condition()->mutable_compare();
  compare->mutable_fact()->set_fact("metric.pool");
  type::v1::Window* window = compare->mutable_fact()->mutable_window();
  window->set_aggregation(type::v1::AGGREGATION_SUM);
  window->mutable_from_clock()->set_clock(type::v1::CLOCK_CONTRACT_START);
  *window->mutable_from_clock()->mutable_length() =
      calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  compare->set_op(type::v1::OPERATOR_GE);
  *compare->add_values() = rule::NumberValue(1);
  definition.set_clock(type::v1::CLOCK_CONTRACT_START);
  *definition.mutable_due() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
  Activate(definition);
  v1::ScoreModel model = MakeModel();
  model.mutable_measures(1)->clear_curve();
  model.mutable_measures(1)->mutable_fact()->set_fact("success.pooled");
  Activate(model);
  now_ = Noon(kApril1 + 2);
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1), 20)}), IsOk());
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score score, Get());
  EXPECT_THAT(score.missing(), IsEmpty());
  EXPECT_NEAR(score.value(), 0.7 * 50 + 30, 1e-9);
}

TEST_F(ScoresTest, RereadsTheFactsOfOtherServices) {
  ActivateWithPlan();
  now_ = Noon(kApril1 + 2);
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1), 20)}), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score before, Get());
  EXPECT_NEAR(before.value(), 50, 1e-9);
  ASSERT_THAT(MirrorReadiness(), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score after, Get());
  EXPECT_NEAR(after.value(), 0.7 * 50 + 30, 1e-9);
}

TEST_F(ScoresTest, CountsNoLongerWhatDoesNotComeAgainFromAnotherService) {
  ActivateWithPlan();
  now_ = Noon(kApril1 + 2);
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1), 20)}), IsOk());
  ASSERT_THAT(MirrorReadiness(), IsOk());
  Evaluate();
  EXPECT_NEAR(Stored().value(), 0.7 * 50 + 30, 1e-9);
  // Kickoff was restored from a backup that does not have it yet.
  ASSERT_THAT(
      database_->Write(
          Now(), [&](storage::Writer& writer) { return store_.ForgetMirrored(writer, {"plan."}); }),
      IsOk());
  EXPECT_THAT(Stored().stale_because(),
              ElementsAre("the facts of another service are taken over again"));
  Evaluate();
  EXPECT_NEAR(Stored().value(), 50, 1e-9);
  EXPECT_THAT(Stored().missing(), SizeIs(1));
}

TEST_F(ScoresTest, ListsByBandAndSaysWhatIsStale) {
  Follow("beta");
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  v1::Sample of_beta = MakeSample("b", "pool", Noon(kApril1), 40);
  of_beta.set_account("accounts/beta");
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1), 10), of_beta}), IsOk());
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  v1::ListScoresRequest request;
  request.set_parent("accounts/-");
  request.set_score_model("scoreModels/onboarding");
  request.set_order_by("value desc");
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ListScoresResponse all, health_->ListScores(Now(), request));
  ASSERT_THAT(all.scores(), SizeIs(2));
  EXPECT_EQ(all.scores(0).name(), "accounts/beta/scores/onboarding");
  EXPECT_THAT(all.scores(0).stale_because(), IsEmpty());
  request.set_band("red");
  BANSO_ASSERT_OK_AND_ASSIGN(v1::ListScoresResponse red, health_->ListScores(Now(), request));
  ASSERT_THAT(red.scores(), SizeIs(1));
  EXPECT_EQ(red.scores(0).name(), "accounts/acme/scores/onboarding");
  ASSERT_THAT(Ingest(Now(), {MakeSample("c", "pool", Noon(kApril1), 10)}), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(red, health_->ListScores(Now(), request));
  EXPECT_THAT(red.scores(0).stale_because(), ElementsAre("samples have come in"));
}

TEST_F(ScoresTest, StaysAsComputedWhenItsModelIsTakenOutOfForceAndSaysSo) {
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1), 10)}), IsOk());
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  v1::ListScoresRequest list;
  list.set_parent("accounts/acme");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListScoresResponse before, health_->ListScores(Now(), list));
  ASSERT_THAT(before.scores(), SizeIs(1));
  v1::DeactivateScoreModelRequest request;
  request.set_name("scoreModels/onboarding");
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreModel out,
                             health_->DeactivateScoreModel(Now(), request));
  EXPECT_NE(out.revision().state(), type::v1::REVISION_STATE_ACTIVE);
  ASSERT_THAT(Ingest(Now(), {MakeSample("b", "pool", Noon(kApril1), 40)}), IsOk());
  now_ += absl::Hours(48);
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListScoresResponse after, health_->ListScores(Now(), list));
  ASSERT_THAT(after.scores(), SizeIs(1));
  EXPECT_EQ(after.scores(0).value(), before.scores(0).value());
  EXPECT_THAT(after.scores(0).stale_because(),
              ElementsAre("scoreModels/onboarding is no longer in force"));
  v1::GetScoreRequest get;
  get.set_name("accounts/acme/scores/onboarding");
  // Again is no error; what there never was is one.
  EXPECT_THAT(health_->DeactivateScoreModel(Now(), request), IsOk());
  request.set_name("scoreModels/never");
  EXPECT_THAT(health_->DeactivateScoreModel(Now(), request), StatusIs(absl::StatusCode::kNotFound));
  // And it can come back.
  Activate(MakeModel());
  ASSERT_THAT(evaluator_->EvaluateDue(Now()), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score again, health_->GetScore(Now(), get));
  EXPECT_NE(again.value(), before.scores(0).value());
  EXPECT_THAT(again.stale_because(), IsEmpty());
}

TEST_F(ScoresTest, IsWorkedOutAnewWhenAMetricIsReadOtherwise) {
  MakeMetric("calls", v1::METRIC_KIND_COUNTER, "crm");
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "calls", Noon(kApril1), 3)}), IsOk());
  Evaluate();
  // Nothing has come from the product yet, so the pool is not known.
  EXPECT_FALSE(Stored().has_value());
  v1::Metric patch;
  patch.set_display_name("Candidates pooled");
  ASSERT_THAT(UpdatePool(patch, "display_name"), IsOk());
  EXPECT_THAT(Stored().stale_because(), IsEmpty());
  // The other source does report: there are no candidates.
  patch.set_source("crm");
  ASSERT_THAT(UpdatePool(patch, "source"), IsOk());
  EXPECT_THAT(Stored().stale_because(), ElementsAre("metrics/pool has changed"));
  Evaluate();
  EXPECT_THAT(Stored().stale_because(), IsEmpty());
  ASSERT_TRUE(Stored().has_value());
  EXPECT_NEAR(Stored().value(), 0, 1e-9);
}

TEST_F(ScoresTest, IsWorkedOutAnewWhenARubricIsPutInForce) {
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Ingest(Now(), {MakeSample("a", "pool", Noon(kApril1), 40)}), IsOk());
  ASSERT_THAT(Judge(5), IsOk());
  Evaluate();
  EXPECT_THAT(Stored().missing(), IsEmpty());
  v1::Rubric without = MakeRubric();
  without.mutable_items(0)->set_key("budget");
  Activate(without);
  EXPECT_THAT(Stored().stale_because(), ElementsAre("rubrics/scouting@2 was put in force"));
  Evaluate();
  EXPECT_THAT(Stored().stale_because(), IsEmpty());
  ASSERT_THAT(Stored().missing(), SizeIs(1));
  EXPECT_EQ(Stored().missing(0).measure(), "needs");
}

TEST_F(ScoresTest, RecordsRatingsOnTheirScaleAndShowsTheirTrend) {
  EXPECT_THAT(Judge(0), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Judge(6), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Judge(3, ""), StatusIs(absl::StatusCode::kInvalidArgument));
  for (const int week : {0, 1, 2}) {
    now_ = Noon(kApril1 + 7 * week);
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::Assessment judged, Judge(2 + week));
    EXPECT_EQ(judged.rater(), "members/aoki");
    EXPECT_EQ(judged.rubric(), "rubrics/scouting@1");
    EXPECT_EQ(calendar::ToTime(judged.expire_time()),
              calendar::StartOfDay(kApril1 + 7 * week + 31, calendar::ZoneOrUtc("Asia/Tokyo")));
  }
  v1::ListAssessmentsRequest list;
  list.set_parent("accounts/acme");
  list.set_item("needs");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListAssessmentsResponse listed,
                             assessments_->ListAssessments(Now(), list));
  std::vector<int> ratings;
  for (const v1::Assessment& judged : listed.assessments()) ratings.push_back(judged.rating());
  EXPECT_THAT(ratings, ElementsAre(2, 3, 4));

  const auto read = [&](type::v1::Aggregation aggregation) {
    fact::v1::FactQuery query;
    query.set_fact("assessment.needs");
    query.set_aggregation(aggregation);
    fact::v1::FactReading reading;
    EXPECT_THAT(database_->Read([&](storage::Reader& reader) -> absl::Status {
      StoreFactReader facts(store_, reader);
      BANSO_ASSIGN_OR_RETURN(reading, facts.ReadWindow({.account = "accounts/acme",
                                                        .zone = calendar::ZoneOrUtc("Asia/Tokyo"),
                                                        .as_of = now_},
                                                       query));
      return absl::OkStatus();
    }),
                IsOk());
    return reading.value().number();
  };
  EXPECT_EQ(read(type::v1::AGGREGATION_LATEST), 4);
  EXPECT_NEAR(read(type::v1::AGGREGATION_TREND_PER_WEEK), 1, 1e-9);
  Proves("LAP-10");
}

TEST_F(ScoresTest, GivesAnItemToOneRubricOnly) {
  v1::Rubric other = MakeRubric();
  other.set_name("rubrics/other");
  v1::SaveRubricRequest save;
  *save.mutable_rubric() = other;
  save.set_reason("test");
  ASSERT_THAT(assessments_->SaveRubric(Now(), save), IsOk());
  v1::ActivateRubricRequest activate;
  activate.set_name("rubrics/other@1");
  const auto refused = assessments_->ActivateRubric(Now(), activate);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(contract::Reason(refused.status()), "ITEM_TAKEN");
}

TEST_F(ScoresTest, NamesTheNearestItemForAMisspeltOne) {
  v1::CreateAssessmentRequest request;
  request.set_parent("accounts/acme");
  request.mutable_assessment()->set_item("need");
  request.mutable_assessment()->set_rating(3);
  request.mutable_assessment()->set_evidence("seen");
  EXPECT_THAT(assessments_->CreateAssessment(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("did you mean needs?")));
}

}  // namespace
}  // namespace banso::health

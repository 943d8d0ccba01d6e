#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/testing/nth.h"
#include "common/testing/proves.h"
#include "services/health/api/health_fixture.h"
#include "services/health/api/scoring/scoring_api.h"

namespace banso::health {
namespace {

using banso::testing::IsOk;
using banso::testing::Nth;
using banso::testing::Proves;
using banso::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Logins in 28 days, 0 to 40; or with `target` as the number that is worth 100 points.
v1::ScoreModel MakeModel(double target = 40) {
  v1::ScoreModel model;
  model.set_name("scoreModels/use");
  model.set_display_name("Use");
  model.set_purpose("Tell who stops using the product");
  model.set_decision_served("Whom to call this week");
  model.set_owner("members/aoki");
  v1::Measure* logins = model.add_measures();
  logins->set_key("logins");
  logins->mutable_fact()->set_fact("metric.logins");
  type::v1::Window* window = logins->mutable_fact()->mutable_window();
  window->set_aggregation(type::v1::AGGREGATION_SUM);
  *window->mutable_trailing() = calendar::MakePeriod(28, type::v1::PERIOD_UNIT_DAY);
  logins->add_curve();
  v1::CurvePoint* full = logins->add_curve();
  full->set_value(target);
  full->set_points(100);
  logins->set_weight(1);
  logins->set_group(v1::MEASURE_GROUP_QUANTITATIVE);
  model.set_qualitative_share(0);
  model.set_minimum_coverage(0.5);
  model.add_bands()->set_key("red");
  v1::Band* green = model.add_bands();
  green->set_key("green");
  green->set_lower_edge(60);
  return model;
}

class ScoringTest : public HealthFixture {
 protected:
  ScoringTest() { MakeMetric("logins"); }

  v1::Score Score() {
    v1::GetScoreRequest request;
    request.set_name("accounts/acme/scores/use");
    const auto score = health_->GetScore(Now(), request);
    EXPECT_THAT(score, IsOk());
    return score.value_or(v1::Score());
  }

  absl::StatusOr<v1::ScoreOverride> Override(absl::string_view band, absl::Time expires) {
    v1::CreateScoreOverrideRequest request;
    request.set_parent("accounts/acme/scores/use");
    request.mutable_score_override()->set_band(std::string(band));
    request.mutable_score_override()->set_reason("The sponsor has left");
    *request.mutable_score_override()->mutable_expire_time() = calendar::ToTimestamp(expires);
    return scoring_.CreateScoreOverride(Now(), request);
  }

  absl::Status Send(absl::string_view id, absl::string_view account, absl::CivilDay day,
                    double value, absl::string_view metric = "logins") {
    v1::Sample sample = MakeSample(id, metric, Noon(day), value);
    sample.set_account(absl::StrCat("accounts/", account));
    const auto response = Ingest(Now(), {sample});
    if (!response.ok()) return response.status();
    return response->rejected() == 0 ? absl::OkStatus()
                                     : absl::InternalError(Nth(response->errors(), 0).message());
  }

  ScoringApi scoring_{*database_, store_, ids_};
};

TEST_F(ScoringTest, LetsAJudgementStandUntilItExpires) {
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Send("a", "acme", kApril1, 40), IsOk());
  EXPECT_EQ(Score().band(), "green");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreOverride judged,
                             Override("red", now_ + absl::Hours(30)));
  EXPECT_EQ(judged.author(), "members/aoki");
  EXPECT_EQ(judged.computed_band(), "green");
  v1::Score score = Score();
  EXPECT_EQ(score.band(), "red");
  EXPECT_EQ(score.computed_band(), "green");
  EXPECT_EQ(score.override().reason(), "The sponsor has left");
  EXPECT_NEAR(score.value(), 100, 1e-9);
  // It ends in the middle of a day, and the score with it.
  now_ += absl::Hours(31);
  score = Score();
  EXPECT_EQ(score.band(), "green");
  EXPECT_FALSE(score.has_override());
}

TEST_F(ScoringTest, EndsAJudgementThatIsReplacedOrTakenBack) {
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Send("a", "acme", kApril1, 40), IsOk());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreOverride first,
                             Override("red", now_ + absl::Hours(300)));
  now_ += absl::Hours(1);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreOverride second,
                             Override("green", now_ + absl::Hours(300)));
  v1::GetScoreOverrideRequest get;
  get.set_name(first.name());
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreOverride replaced,
                             scoring_.GetScoreOverride(Now(), get));
  EXPECT_EQ(calendar::ToTime(replaced.end_time()), now_);
  EXPECT_EQ(Score().override().name(), second.name());
  v1::EndScoreOverrideRequest end;
  end.set_name(second.name());
  end.set_reason("A new sponsor was named");
  now_ += absl::Hours(1);
  ASSERT_THAT(scoring_.EndScoreOverride(Now(), end), IsOk());
  EXPECT_FALSE(Score().has_override());
  const auto again = scoring_.EndScoreOverride(Now(), end);
  EXPECT_THAT(again, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(contract::Reason(again.status()), "OVERRIDE_OVER");
}

TEST_F(ScoringTest, RefusesAJudgementWithoutABandOfTheModelOrWithoutAnEnd) {
  Activate(MakeModel());
  EXPECT_THAT(Override("blue", now_ + absl::Hours(1)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("red, green")));
  EXPECT_THAT(Override("red", now_), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Override("red", now_ + absl::Hours(24 * 400)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ScoringTest, KeepsTheHistoryAsItWasComputedAndShowsTheTrend) {
  Activate(MakeModel());
  // 10, 20, 30 and 40 logins in all, a week apart: 25 points a week.
  for (int week = 0; week < 4; ++week) {
    now_ = Noon(kApril1 + 7 * week);
    ASSERT_THAT(Send(absl::StrCat("s", week), "acme", kApril1 + 7 * week, 10), IsOk());
    EXPECT_NEAR(Score().value(), 25.0 * (week + 1), 1e-9);
  }
  EXPECT_GT(Score().trend_per_week(), 20);
  EXPECT_LT(Score().trend_per_week(), 30);
  // A new revision thinks otherwise of the present; what was computed stays.
  now_ += absl::Hours(1);
  Activate(MakeModel(80));
  EXPECT_NEAR(Score().value(), 50, 1e-9);
  v1::ListScoreHistoryRequest request;
  request.set_parent("accounts/acme/scores/use");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListScoreHistoryResponse history,
                             scoring_.ListScoreHistory(Now(), request));
  ASSERT_THAT(history.moments(), SizeIs(5));
  EXPECT_NEAR(history.moments(0).value(), 50, 1e-9);
  EXPECT_EQ(history.moments(0).band(), "red");
  EXPECT_EQ(history.moments(0).score_model(), "scoreModels/use@2");
  EXPECT_NEAR(history.moments(1).value(), 100, 1e-9);
  EXPECT_EQ(history.moments(1).band(), "green");
  EXPECT_EQ(history.moments(1).score_model(), "scoreModels/use@1");
  EXPECT_NEAR(history.moments(4).value(), 25, 1e-9);
  request.set_page_size(2);
  std::vector<double> values;
  do {
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListScoreHistoryResponse page,
                               scoring_.ListScoreHistory(Now(), request));
    for (const v1::ScoreMoment& moment : page.moments()) values.push_back(moment.value());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(values, SizeIs(5));
}

// What a past moment was made of is told as it was then, whatever has become of metric and model.
TEST_F(ScoringTest, TellsOfAPastMomentWhatItWasMadeOfThen) {
  MakeMetric("calls", v1::METRIC_KIND_COUNTER, "crm");
  v1::ScoreModel model = MakeModel();
  v1::Measure* calls = model.add_measures();
  *calls = model.measures(0);
  calls->set_key("calls");
  calls->mutable_fact()->set_fact("metric.calls");
  Activate(model);
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Send("a", "acme", kApril1, 10), IsOk());
  const v1::Score first = Score();
  // Calls are reported by the CRM, which was silent until then; none were made.
  now_ += absl::Hours(24);
  ASSERT_THAT(Send("b", "acme", kApril1 + 1, 0, "calls"), IsOk());
  const v1::Score second = Score();
  EXPECT_GT(second.coverage(), first.coverage());
  // A correction and another model afterwards.
  now_ += absl::Hours(24);
  ASSERT_THAT(Send("c", "acme", kApril1, 500), IsOk());
  Activate(MakeModel(80));
  Score();
  v1::ListScoreHistoryRequest request;
  request.set_parent("accounts/acme/scores/use");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ListScoreHistoryResponse history,
                             scoring_.ListScoreHistory(Now(), request));
  ASSERT_GE(history.moments_size(), 3);
  const auto expect = [&](const v1::ScoreMoment& moment, const v1::Score& told) {
    EXPECT_EQ(calendar::ToTime(moment.time()), calendar::ToTime(told.as_of()));
    EXPECT_EQ(moment.score_model(), told.score_model());
    EXPECT_EQ(moment.coverage(), told.coverage());
    ASSERT_EQ(moment.contributions_size(), told.contributions_size());
    double sum = 0;
    for (int i = 0; i < told.contributions_size(); ++i) {
      const v1::Contribution& kept = moment.contributions(i);
      EXPECT_EQ(kept.measure(), told.contributions(i).measure());
      EXPECT_EQ(kept.value().number(), told.contributions(i).value().number());
      EXPECT_EQ(kept.points(), told.contributions(i).points());
      EXPECT_EQ(kept.share(), told.contributions(i).share());
      EXPECT_EQ(kept.group(), told.contributions(i).group());
      EXPECT_THAT(kept.reading(), HasSubstr(absl::StrCat("metric.", kept.measure())));
      sum += kept.amount();
    }
    EXPECT_NEAR(sum, moment.value(), 1e-9);
    ASSERT_EQ(moment.missing_size(), told.missing_size());
    for (int i = 0; i < told.missing_size(); ++i) {
      EXPECT_EQ(moment.missing(i).measure(), told.missing(i).measure());
      EXPECT_EQ(moment.missing(i).because(), told.missing(i).because());
    }
  };
  const int n = history.moments_size();
  expect(history.moments(n - 1), first);
  expect(history.moments(n - 2), second);
  EXPECT_EQ(Nth(history.moments(), 0).score_model(), "scoreModels/use@2");
  EXPECT_EQ(Nth(history.moments(), 0).contributions_size(), 1);
}

TEST_F(ScoringTest, ComparesTwoVersionsOnOneLogNowAndAsOfThen) {
  Follow("beta");
  Activate(MakeModel());
  now_ = Noon(kApril1 + 1);
  const absl::Time then = now_;
  ASSERT_THAT(Send("a", "acme", kApril1, 32), IsOk());
  ASSERT_THAT(Send("b", "beta", kApril1, 4), IsOk());
  now_ = Noon(kApril1 + 10);
  ASSERT_THAT(Send("c", "beta", kApril1 + 9, 30), IsOk());
  v1::SaveScoreModelRequest save;
  *save.mutable_score_model() = MakeModel(80);
  save.set_reason("a stricter curve");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreModel draft, health_->SaveScoreModel(Now(), save));
  v1::CompareScoreModelsRequest request;
  request.set_score_model(absl::StrCat("scoreModels/use@", draft.revision().number()));
  *request.add_times() = calendar::ToTimestamp(then);
  *request.add_times() = calendar::ToTimestamp(now_);
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::CompareScoreModelsResponse compared,
                             scoring_.CompareScoreModels(Now(), request));
  EXPECT_EQ(compared.score_model(), "scoreModels/use@2");
  EXPECT_EQ(compared.baseline(), "scoreModels/use@1");
  ASSERT_THAT(compared.differences(), SizeIs(2));
  // Then acme falls from 80 to 40 and out of green, beta from 10 to 5.
  const v1::ScoreModelDifference& past = compared.differences(0);
  EXPECT_EQ(past.accounts(), 2);
  EXPECT_EQ(past.moved(), 1);
  EXPECT_NEAR(past.mean_change(), -22.5, 1e-9);
  ASSERT_THAT(past.largest(), SizeIs(2));
  EXPECT_EQ(past.largest(0).account(), "accounts/acme");
  EXPECT_NEAR(past.largest(0).before(), 80, 1e-9);
  EXPECT_NEAR(past.largest(0).after(), 40, 1e-9);
  EXPECT_EQ(past.largest(0).band_before(), "green");
  EXPECT_EQ(past.largest(0).band_after(), "red");
  EXPECT_EQ(past.largest(0).because(), "logins -40");
  // Now beta has 34 logins, and falls too.
  EXPECT_EQ(compared.differences(1).moved(), 2);
  EXPECT_NEAR(compared.differences(1).mean_change(), -41.25, 1e-9);
  // Nothing was stored by it.
  EXPECT_EQ(Score().score_model(), "scoreModels/use@1");
  Proves("PAN-17");
}

TEST_F(ScoringTest, TriesAFirstDraftOnThePortfolioBeforeAnyIsInForce) {
  Follow("beta");
  Follow("silent");
  now_ = Noon(kApril1 + 1);
  ASSERT_THAT(Send("a", "acme", kApril1, 32), IsOk());
  ASSERT_THAT(Send("b", "beta", kApril1, 4), IsOk());
  v1::ScoreModel of_samples = MakeModel();
  v1::ScoreModel of_more = MakeModel();
  of_more.set_name("scoreModels/more");
  of_more.mutable_applies_if()->mutable_known()->set_fact("metric.logins");
  for (const v1::ScoreModel& model : {of_samples, of_more}) {
    SCOPED_TRACE(model.name());
    v1::SaveScoreModelRequest save;
    *save.mutable_score_model() = model;
    save.set_reason("the first");
    ASSERT_THAT(health_->SaveScoreModel(Now(), save), IsOk());
    v1::CompareScoreModelsRequest request;
    request.set_score_model(model.name());
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::CompareScoreModelsResponse compared,
                               scoring_.CompareScoreModels(Now(), request));
    EXPECT_EQ(compared.score_model(), absl::StrCat(model.name(), "@1"));
    EXPECT_EQ(compared.baseline(), "");
    ASSERT_THAT(compared.differences(), SizeIs(1));
    const v1::ScoreModelDifference& scored = compared.differences(0);
    EXPECT_EQ(scored.accounts(), 3);
    EXPECT_EQ(scored.moved(), 2);
    EXPECT_FALSE(scored.has_mean_change());
    ASSERT_THAT(scored.largest(), SizeIs(2));
    EXPECT_EQ(scored.largest(0).account(), "accounts/acme");
    EXPECT_FALSE(scored.largest(0).has_before());
    EXPECT_NEAR(scored.largest(0).after(), 80, 1e-9);
    EXPECT_EQ(scored.largest(0).band_before(), "-");
    EXPECT_EQ(scored.largest(0).band_after(), "green");
    EXPECT_EQ(scored.largest(0).because(), "logins +80");
    EXPECT_EQ(scored.largest(1).band_after(), "red");
  }
  v1::CompareScoreModelsRequest request;
  request.set_score_model("scoreModels/use");
  request.set_baseline("scoreModels/none@1");
  EXPECT_THAT(scoring_.CompareScoreModels(Now(), request), StatusIs(absl::StatusCode::kNotFound));
}

// Forty accounts over two years; half of them fall silent one after the other, and each churns 50
// days after its last silent month began.
class BacktestModelTest : public ScoringTest {
 protected:
  static constexpr int kAccounts = 40;
  static constexpr int kMonths = 24;

  BacktestModelTest() {
    MakeMetric("churns", v1::METRIC_KIND_COUNTER, "crm");
    Activate(MakeModel());
  }

  static bool Churns(int account) { return account >= kAccounts / 2; }
  static int SilentFrom(int account) { return Churns(account) ? 3 + (account * 5) % 17 : kMonths; }
  static absl::CivilDay Month(int month) { return kApril1 + 30 * month; }

  // A sample of an account, with an id of its own.
  v1::Sample Of(int account, absl::string_view metric, absl::CivilDay day, double value) {
    v1::Sample sample = MakeSample(absl::StrCat("s", next_++), metric, Noon(day), value);
    sample.set_account(absl::StrCat("accounts/a", account));
    return sample;
  }

  // Stores samples a minute after noon of a day.
  void Store(absl::CivilDay day, const std::vector<v1::Sample>& samples) {
    const auto response = Ingest(At(Noon(day) + absl::Minutes(1)), samples);
    ASSERT_THAT(response, IsOk());
    ASSERT_EQ(response->rejected(), 0);
  }

  // Everybody tells the CRM every month that it is alive, and logs in until it falls silent.
  void Live() {
    for (int i = 0; i < kAccounts; ++i) Follow(absl::StrCat("a", i));
    for (int month = 0; month < kMonths; ++month) {
      std::vector<v1::Sample> samples;
      for (int i = 0; i < kAccounts; ++i) {
        samples.push_back(Of(i, "churns", Month(month), 0));
        if (month < SilentFrom(i)) samples.push_back(Of(i, "logins", Month(month), 30));
      }
      Store(Month(month), samples);
    }
    for (int i = 0; i < kAccounts; ++i) {
      if (!Churns(i)) continue;
      const absl::CivilDay day = Month(SilentFrom(i)) + 50;
      Store(day, {Of(i, "churns", day, 1)});
    }
    now_ = Noon(Month(kMonths));
  }

  static v1::Replay MakeReplay() {
    v1::Replay replay;
    type::v1::Comparison* compare = replay.mutable_event()->mutable_compare();
    compare->mutable_fact()->set_fact("metric.churns");
    compare->mutable_fact()->mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    compare->set_op(type::v1::OPERATOR_GE);
    *compare->add_values() = rule::NumberValue(1);
    *replay.mutable_horizon() = calendar::MakePeriod(45, type::v1::PERIOD_UNIT_DAY);
    *replay.mutable_step() = calendar::MakePeriod(30, type::v1::PERIOD_UNIT_DAY);
    *replay.mutable_from() = calendar::ToDate(kApril1 + 20);
    replay.set_minimum_events(5);
    return replay;
  }

  v1::BacktestReport Run(const v1::Replay& replay, absl::string_view model = "scoreModels/use") {
    v1::BacktestModelRequest request;
    request.set_score_model(std::string(model));
    *request.mutable_replay() = replay;
    const auto report = scoring_.BacktestModel(Now(), request);
    EXPECT_THAT(report, IsOk());
    return report.value_or(v1::BacktestReport());
  }

  int next_ = 0;
};

TEST_F(BacktestModelTest, FindsThatSilenceGoesBeforeChurn) {
  Live();
  const v1::BacktestReport report = Run(MakeReplay());
  EXPECT_EQ(report.verdict(), v1::PREDICTION_VERDICT_PREDICTS) << report.DebugString();
  EXPECT_GT(report.out_of_time().discrimination().auc(), 0.9);
  EXPECT_EQ(report.score_model(), "scoreModels/use@1");
  EXPECT_GT(report.not_at_risk(), 0);
  EXPECT_GT(report.embargoed(), 0);
}

// What was recorded later must not move a past score, or a backtest would find what it planted.
TEST_F(BacktestModelTest, DoesNotSeeWhatWasRecordedLater) {
  Live();
  const v1::BacktestReport before = Run(MakeReplay());
  // Somebody repairs the past: the silent accounts did log in, it turns out.
  now_ += absl::Hours(1);
  std::vector<v1::Sample> late;
  for (int i = kAccounts / 2; i < kAccounts; ++i) {
    for (int month = 0; month < kMonths; ++month) late.push_back(Of(i, "logins", Month(month), 60));
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::IngestSamplesResponse stored, Ingest(Now(), late));
  ASSERT_EQ(stored.rejected(), 0);
  const v1::BacktestReport after = Run(MakeReplay());
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  EXPECT_GT(before.out_of_time().discrimination().cases(), 100);
}

// Facts of every kind that a model can read, told of all accounts month by month, and put otherwise
// when everything is over.
class LeakTest : public BacktestModelTest {
 protected:
  using ValueOf = std::function<double(int account)>;
  // Tells the values of a day at a time.
  using Tell = std::function<void(absl::CivilDay day, absl::Time recorded, const ValueOf& value)>;

  struct Kind {
    std::string name;
    type::v1::FactRef fact;
    Tell tell;
    // Whether the model is read by a scan of samples, too.
    bool is_planned = false;
    // Whether hindsight moves past scores: a clock that is moved now was another one then.
    bool shows_later = true;
  };

  static type::v1::FactRef Ref(absl::string_view fact,
                               std::optional<type::v1::Aggregation> of_28_days = std::nullopt) {
    type::v1::FactRef ref;
    ref.set_fact(std::string(fact));
    if (of_28_days.has_value()) {
      ref.mutable_window()->set_aggregation(*of_28_days);
      *ref.mutable_window()->mutable_trailing() =
          calendar::MakePeriod(28, type::v1::PERIOD_UNIT_DAY);
    }
    return ref;
  }

  Tell Samples(const std::string& metric) {
    return [this, metric](absl::CivilDay day, absl::Time recorded, const ValueOf& value) {
      std::vector<v1::Sample> samples;
      for (int i = 0; i < kAccounts; ++i) {
        const int number = static_cast<int>(value(i));
        samples.push_back(Of(i, metric, day, metric == "trained" ? number % 2 : number));
        samples.back().set_user(absl::StrCat("u", number % 5));
      }
      const auto response = Ingest(At(recorded), samples);
      ASSERT_THAT(response, IsOk());
      ASSERT_EQ(response->rejected(), 0) << response->ShortDebugString();
    };
  }

  // Facts of this service when `log` is its own, else mirrored ones.
  Tell Facts(const storage::FactLog& log, const std::string& fact, const std::string& person = "") {
    return
        [this, &log, fact, person](absl::CivilDay day, absl::Time recorded, const ValueOf& value) {
          const auto write = [&](storage::Writer& writer) -> absl::Status {
            for (int i = 0; i < kAccounts; ++i) {
              fact::v1::FactChange change;
              change.set_subject(absl::StrCat("accounts/a", i));
              change.set_fact(fact);
              if (!person.empty()) change.set_object(absl::StrCat(change.subject(), person));
              *change.mutable_value() = rule::NumberValue(value(i));
              *change.mutable_occurred_time() = calendar::ToTimestamp(Noon(day));
              *change.mutable_recorded_time() = calendar::ToTimestamp(recorded);
              BANSO_RETURN_IF_ERROR(&log == &store_.mirror ? log.Mirror(writer, change)
                                                           : log.Record(writer, change));
            }
            return absl::OkStatus();
          };
          ASSERT_THAT(database_->Write(At(recorded), write), IsOk());
        };
  }

  // Onboardings were running since their contract began; then it turns out to have begun later, and
  // they are over.
  Tell Onboardings() {
    return [this](absl::CivilDay day, absl::Time recorded, const ValueOf&) {
      if (recorded < now_) return;
      for (int i = 0; i < kAccounts; ++i) {
        FollowOnboarding(absl::StrCat("a", i), accounts::v1::ONBOARDING_STATE_HANDED_OFF, day,
                         recorded);
      }
    };
  }

  void KnowTypes() {
    v1::Rubric rubric;
    rubric.set_name("rubrics/view");
    rubric.set_display_name("View of the owner");
    v1::RubricItem* item = rubric.add_items();
    item->set_key("view");
    item->set_display_name("View");
    for (const int rating : {1, 3, 5}) {
      v1::Anchor* anchor = item->add_anchors();
      anchor->set_rating(rating);
      anchor->set_meaning(absl::StrCat("looks like ", rating));
    }
    Activate(rubric);
    v1::Survey survey;
    survey.set_name("surveys/mood");
    survey.set_display_name("Mood");
    survey.add_questions()->set_key("overall");
    survey.mutable_questions(0)->set_high(100);
    std::vector<fact::v1::FactType> types(2);
    types[0].set_name("account.employees");
    types[1].set_name("plan.progress");
    for (fact::v1::FactType& type : types) {
      type.set_value_type(type::v1::VALUE_TYPE_NUMBER);
      type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
    }
    ASSERT_THAT(
        database_->Write(Now(),
                         [&](storage::Writer& writer) -> absl::Status {
                           BANSO_RETURN_IF_ERROR(
                               store_.surveys.surveys.Save(writer, survey, "test").status());
                           return store_.KeepFactTypes(writer, types);
                         }),
        IsOk());
    MakeMetric("visits");
    MakeMetric("whole");
    MakeMetric("seats", v1::METRIC_KIND_GAUGE, "billing");
    MakeMetric("trained", v1::METRIC_KIND_FLAG, "billing");
    MakeMetric("people", v1::METRIC_KIND_DISTINCT_USERS);
    v1::CreateMetricRequest ratio;
    ratio.set_metric_id("rate");
    ratio.mutable_metric()->set_display_name("rate");
    ratio.mutable_metric()->set_kind(v1::METRIC_KIND_RATIO);
    ratio.mutable_metric()->set_source("derived");
    *ratio.mutable_metric()->mutable_ratio()->mutable_numerator() =
        Ref("metric.visits", type::v1::AGGREGATION_SUM);
    *ratio.mutable_metric()->mutable_ratio()->mutable_denominator() =
        Ref("metric.whole", type::v1::AGGREGATION_SUM);
    ASSERT_THAT(metrics_->CreateMetric(Now(), ratio), IsOk());
  }

  std::vector<Kind> Kinds() {
    type::v1::FactRef from_clock = Ref("metric.logins");
    from_clock.mutable_window()->set_aggregation(type::v1::AGGREGATION_SUM);
    type::v1::ClockRange& range = *from_clock.mutable_window()->mutable_from_clock();
    range.set_clock(type::v1::CLOCK_CONTRACT_START);
    *range.mutable_length() = calendar::MakePeriod(720, type::v1::PERIOD_UNIT_DAY);
    return {
        {"counter", Ref("metric.visits", type::v1::AGGREGATION_SUM), Samples("visits"), true},
        {"gauge", Ref("metric.seats"), Samples("seats"), true},
        {"flag", Ref("metric.trained"), Samples("trained"), true},
        {"people", Ref("metric.people", type::v1::AGGREGATION_DISTINCT_USERS), Samples("people"),
         true},
        // Its numerator is the counter's.
        {"ratio", Ref("metric.rate"),
         [whole = Samples("whole")](absl::CivilDay day, absl::Time recorded, const ValueOf& value) {
           whole(day, recorded, [&](int account) { return value(account) * value(account); });
         }},
        {"judgement", Ref("assessment.view"), Facts(store_.facts, "assessment.view")},
        {"survey", Ref("survey.mood.overall"),
         Facts(store_.facts, "survey.mood.overall", "/stakeholders/sato")},
        {"account", Ref("account.employees"), Facts(store_.mirror, "account.employees")},
        {"plan", Ref("plan.progress"), Facts(store_.mirror, "plan.progress")},
        {"onboarding", from_clock, Onboardings(), false, false},
    };
  }

  // A model of that fact alone; `selective` ones are read account by account.
  v1::ScoreModel ModelOf(const Kind& kind, bool selective) {
    v1::ScoreModel model = MakeModel(100);
    model.set_name(absl::StrCat("scoreModels/", kind.name, selective ? "-read" : ""));
    *model.mutable_measures(0)->mutable_fact() = kind.fact;
    if (selective) {
      type::v1::Comparison* always = model.mutable_applies_if()->mutable_compare();
      *always->mutable_fact() = Ref("metric.logins", type::v1::AGGREGATION_SUM);
      always->set_op(type::v1::OPERATOR_GE);
      *always->add_values() = rule::NumberValue(0);
    }
    return model;
  }

  v1::Score ScoreThen(absl::string_view model, std::optional<absl::Time> known_at) {
    v1::GetScoreRequest request;
    request.set_name(absl::StrCat("accounts/a0/scores/", contract::LastId(model)));
    const absl::Time then = Noon(Month(10) + 20);
    *request.mutable_as_of() = calendar::ToTimestamp(then);
    if (known_at.has_value()) *request.mutable_known_at() = calendar::ToTimestamp(*known_at);
    const auto score = health_->GetScore(Now(), request);
    EXPECT_THAT(score, IsOk());
    return score.value_or(v1::Score());
  }
};

TEST_F(LeakTest, HidesWhatWasRecordedLaterOfEveryKindHoweverItIsRead) {
  KnowTypes();
  Live();
  const std::vector<Kind> kinds = Kinds();
  const auto value = [](int account, int month) { return 10.0 + (account * 7 + month * 3) % 30; };
  for (int month = 0; month < kMonths; ++month) {
    for (const Kind& kind : kinds) {
      kind.tell(Month(month), Noon(Month(month)) + absl::Minutes(1),
                [&](int account) { return value(account, month); });
    }
  }
  struct Seen {
    const Kind* kind;
    std::string model;
    std::string report;
    v1::Score then;
    v1::Score hindsight;
  };
  const absl::Time then = Noon(Month(10) + 20);
  std::vector<Seen> seen;
  for (const Kind& kind : kinds) {
    for (const bool selective : {false, true}) {
      if (selective && !kind.is_planned) continue;
      const v1::ScoreModel model = ModelOf(kind, selective);
      Activate(model);
      const v1::BacktestReport report = Run(MakeReplay(), model.name());
      EXPECT_TRUE(report.out_of_time().discrimination().has_auc()) << model.name();
      seen.push_back({&kind, model.name(), report.SerializeAsString(),
                      ScoreThen(model.name(), then), ScoreThen(model.name(), std::nullopt)});
      EXPECT_TRUE(seen.back().then.has_value()) << model.name();
    }
  }
  // Now everything turns out to have been otherwise, a day after it was told.
  now_ += absl::Hours(1);
  for (int month = 0; month < kMonths; ++month) {
    for (const Kind& kind : kinds) {
      kind.tell(Month(month) + 1, now_, [&](int account) { return 99 - value(account, month); });
    }
  }
  for (const Seen& before : seen) {
    SCOPED_TRACE(before.model);
    EXPECT_EQ(Run(MakeReplay(), before.model).SerializeAsString(), before.report);
    EXPECT_EQ(ScoreThen(before.model, then).value(), before.then.value());
    // With hindsight it is seen: the test would notice.
    if (!before.kind->shows_later) continue;
    EXPECT_NE(ScoreThen(before.model, std::nullopt).value(), before.hindsight.value());
  }
}

TEST_F(BacktestModelTest, ForetellsOutcomesUntilTheFirstChurn) {
  Live();
  v1::Replay replay = MakeReplay();
  const v1::BacktestReport by_condition = Run(replay);
  for (int i = kAccounts / 2; i < kAccounts; ++i) {
    v1::Outcome outcome;
    outcome.set_name(absl::StrCat("accounts/a", i, "/outcomes/churn"));
    outcome.set_kind(v1::OUTCOME_KIND_CHURN);
    *outcome.mutable_occurred_time() = calendar::ToTimestamp(Noon(Month(SilentFrom(i)) + 50));
    ASSERT_THAT(database_->Write(Now(),
                                 [&](storage::Writer& writer) {
                                   return store_.outcomes.Create(writer, outcome).status();
                                 }),
                IsOk());
  }
  replay.set_outcome(v1::OUTCOME_KIND_CHURN);
  const v1::BacktestReport by_outcome = Run(replay);
  EXPECT_EQ(by_outcome.event(), "churn");
  EXPECT_EQ(by_outcome.out_of_time().discrimination().SerializeAsString(),
            by_condition.out_of_time().discrimination().SerializeAsString());
}

// Nobody renews who has left or was not there yet.
TEST_F(BacktestModelTest, TakesNoCaseOfWhoWasNotThereYetOrHasLeft) {
  Live();
  v1::ScoreModel model = MakeModel();
  model.mutable_measures(0)->set_missing(v1::MISSING_POLICY_ASSUME);
  model.mutable_measures(0)->set_missing_points(50);
  model.set_minimum_coverage(0);
  Activate(model);
  v1::Replay replay = MakeReplay();
  replay.set_outcome(v1::OUTCOME_KIND_RENEWAL);
  replay.set_event_is_good(true);
  const v1::BacktestReport before = Run(replay);
  const auto cases = [](const v1::BacktestReport& report) {
    return report.out_of_time().discrimination().cases() +
           report.in_sample().discrimination().cases() + report.embargoed();
  };
  EXPECT_EQ(before.days_size(), 22);
  // All but the account of the base class, of which nothing is known.
  EXPECT_EQ(cases(before), kAccounts * 22);
  EXPECT_EQ(before.not_at_risk(), 22);
  // An account that turns up now was not there to renew then.
  Follow("new");
  const v1::BacktestReport grown = Run(replay);
  EXPECT_EQ(cases(grown), cases(before));
  EXPECT_EQ(grown.not_at_risk(), before.not_at_risk() + 22);
  // One of which accounts knew the stage then was, though it never used anything.
  fact::v1::FactChange known;
  known.set_subject("accounts/new");
  known.set_fact("account.lifecycle_stage");
  *known.mutable_value() = rule::TextValue("retention");
  *known.mutable_occurred_time() = calendar::ToTimestamp(Noon(kApril1));
  *known.mutable_recorded_time() = known.occurred_time();
  ASSERT_THAT(
      database_->Write(
          Now(), [&](storage::Writer& writer) { return store_.mirror.Mirror(writer, known); }),
      IsOk());
  EXPECT_EQ(cases(Run(replay)), cases(before) + 22);
  // On the day of the third case it has left, and is asked no more.
  v1::Outcome churn;
  churn.set_name("accounts/new/outcomes/churn");
  churn.set_kind(v1::OUTCOME_KIND_CHURN);
  *churn.mutable_occurred_time() = calendar::ToTimestamp(Noon(kApril1 + 80));
  ASSERT_THAT(database_->Write(Now(),
                               [&](storage::Writer& writer) {
                                 return store_.outcomes.Create(writer, churn).status();
                               }),
              IsOk());
  EXPECT_EQ(cases(Run(replay)), cases(before) + 2);
}

// A model that asks whom it applies to is read account by account, one of windows alone by a scan.
TEST_F(BacktestModelTest, SaysTheSameHoweverItReads) {
  Live();
  v1::ScoreModel selective = MakeModel();
  type::v1::Comparison* always = selective.mutable_applies_if()->mutable_compare();
  *always->mutable_fact() = selective.measures(0).fact();
  always->set_op(type::v1::OPERATOR_GE);
  *always->add_values() = rule::NumberValue(0);
  Activate(selective);
  std::vector<std::string> reports;
  for (const char* revision : {"scoreModels/use@1", "scoreModels/use@2"}) {
    v1::BacktestModelRequest request;
    request.set_score_model(revision);
    *request.mutable_replay() = MakeReplay();
    BANSO_ASSERT_OK_AND_ASSIGN(v1::BacktestReport report, scoring_.BacktestModel(Now(), request));
    EXPECT_EQ(report.score_model(), revision);
    EXPECT_GT(report.out_of_time().discrimination().cases(), 100);
    report.clear_score_model();
    reports.push_back(report.SerializeAsString());
  }
  EXPECT_EQ(Nth(reports, 0), Nth(reports, 1));
  v1::CompareScoreModelsRequest compare;
  compare.set_baseline("scoreModels/use@1");
  compare.set_score_model("scoreModels/use@2");
  BANSO_ASSERT_OK_AND_ASSIGN(const auto compared, scoring_.CompareScoreModels(Now(), compare));
  EXPECT_EQ(Nth(compared.differences(), 0).accounts(), kAccounts + 1);
  // Of an account without samples it is not known whether the model applies.
  EXPECT_EQ(Nth(compared.differences(), 0).moved(), 1);
  EXPECT_EQ(Nth(compared.differences(), 0).mean_change(), 0);
  ASSERT_EQ(compared.differences(0).largest_size(), 1);
  EXPECT_EQ(compared.differences(0).largest(0).account(), "accounts/acme");
}

TEST_F(BacktestModelTest, SuggestsWeightsAndAppliesNothing) {
  Live();
  v1::FitModelRequest request;
  request.set_score_model("scoreModels/use");
  *request.mutable_replay() = MakeReplay();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ModelFit fit, scoring_.FitModel(Now(), request));
  ASSERT_THAT(fit.weights(), SizeIs(1));
  EXPECT_GT(fit.weights(0).coefficient().value(), 0);
  EXPECT_NEAR(fit.weights(0).weight(), 100, 1e-9);
  v1::GetScoreModelRequest get;
  get.set_name("scoreModels/use");
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreModel present, health_->GetScoreModel(Now(), get));
  EXPECT_EQ(present.revision().number(), 1);
  EXPECT_EQ(Nth(present.measures(), 0).weight(), 1);
}

TEST_F(BacktestModelTest, RefusesAReplayThatIsTooLargeOrLiesInTheFuture) {
  now_ = Noon(kApril1 + 100);
  v1::BacktestModelRequest request;
  request.set_score_model("scoreModels/use");
  *request.mutable_replay() = MakeReplay();
  *request.mutable_replay()->mutable_from() = calendar::ToDate(kApril1 + 90);
  EXPECT_THAT(scoring_.BacktestModel(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("replay.from")));
  *request.mutable_replay()->mutable_step() = calendar::MakePeriod(1, type::v1::PERIOD_UNIT_DAY);
  EXPECT_THAT(scoring_.BacktestModel(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("replay.step")));
  request.mutable_replay()->set_minimum_events(2);
  EXPECT_THAT(scoring_.BacktestModel(Now(), request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("replay.minimum_events")));
}

// The mix of numbers and judgement is a dial: four shares are four scores, each explained to the
// last point, and the backtest shows what each of them would have been worth.
TEST_F(BacktestModelTest, TurnsTheDialOfJudgementAndHoldsEachMixAgainstThePast) {
  v1::Rubric rubric;
  rubric.set_name("rubrics/view");
  rubric.set_display_name("View of the owner");
  v1::RubricItem* item = rubric.add_items();
  item->set_key("view");
  item->set_display_name("View");
  for (const int rating : {1, 3, 5}) {
    v1::Anchor* anchor = item->add_anchors();
    anchor->set_rating(rating);
    anchor->set_meaning(absl::StrCat("looks like ", rating));
  }
  Activate(rubric);
  v1::ScoreModel model = MakeModel();
  model.set_name("scoreModels/mixed");
  v1::Measure* view = model.add_measures();
  view->set_key("view");
  view->mutable_fact()->set_fact("assessment.view");
  view->add_curve()->set_value(1);
  v1::CurvePoint* best = view->add_curve();
  best->set_value(5);
  best->set_points(100);
  view->set_weight(1);
  view->set_group(v1::MEASURE_GROUP_QUALITATIVE);
  model.set_qualitative_share(0.3);
  Activate(model);
  Follow("acme");
  now_ = Noon(kApril1 + 2);
  v1::CreateAssessmentRequest judge;
  judge.set_parent("accounts/acme");
  judge.mutable_assessment()->set_item("view");
  judge.mutable_assessment()->set_rating(4);
  judge.mutable_assessment()->set_evidence("They said so");
  ASSERT_THAT(assessments_->CreateAssessment(Now(), judge), IsOk());
  ASSERT_THAT(Send("l", "acme", kApril1 + 1, 20), IsOk());
  std::vector<double> values;
  for (const double share : {0.0, 0.3, 0.7, 1.0}) {
    v1::SaveScoreModelRequest save;
    *save.mutable_score_model() = model;
    save.mutable_score_model()->set_qualitative_share(share);
    save.set_reason("another mix");
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::ScoreModel saved, health_->SaveScoreModel(Now(), save));
    v1::GetScoreRequest get;
    get.set_name(absl::StrCat("accounts/acme/scores/mixed@", saved.revision().number()));
    BANSO_ASSERT_OK_AND_ASSIGN(const v1::Score score, health_->GetScore(Now(), get));
    double sum = 0;
    for (const v1::Contribution& part : score.contributions()) sum += part.amount();
    EXPECT_NEAR(sum, score.value(), 1e-9);
    values.push_back(score.value());
  }
  EXPECT_THAT(values,
              ElementsAre(::testing::DoubleNear(50, 1e-9), ::testing::DoubleNear(57.5, 1e-9),
                          ::testing::DoubleNear(67.5, 1e-9), ::testing::DoubleNear(75, 1e-9)));
  Live();
  v1::BacktestModelRequest request;
  request.set_score_model("scoreModels/mixed");
  *request.mutable_replay() = MakeReplay();
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::BacktestReport report,
                             scoring_.BacktestModel(Now(), request));
  std::vector<double> shares;
  for (const v1::BacktestRival& rival : report.rivals()) {
    if (!rival.has_qualitative_share()) continue;
    shares.push_back(rival.qualitative_share());
  }
  EXPECT_THAT(shares, ElementsAre(0, 0.3, 0.7, 1));
  // With numbers alone there is a figure; nobody judged the others, so judgement alone says
  // nothing.
  EXPECT_TRUE(Nth(report.rivals(), 0).out_of_time().has_auc());
  EXPECT_FALSE(Nth(report.rivals(), 3).out_of_time().has_auc());

  // Once everybody is judged every month there is one of judgement alone, too. The owners see who
  // is about to leave, and now and then somebody who is not.
  for (int i = 0; i < kAccounts; ++i) {
    judge.set_parent(absl::StrCat("accounts/a", i));
    for (int month = 0; month < kMonths; ++month) {
      const bool gloomy = month >= SilentFrom(i) || (i * 7 + month * 5) % 11 == 0;
      judge.mutable_assessment()->set_rating(gloomy ? 1 : 4);
      ASSERT_THAT(assessments_->CreateAssessment(At(Noon(Month(month))), judge), IsOk());
    }
  }
  BANSO_ASSERT_OK_AND_ASSIGN(const v1::BacktestReport judged,
                             scoring_.BacktestModel(Now(), request));
  std::vector<double> areas;
  for (const v1::BacktestRival& rival : judged.rivals()) {
    if (!rival.has_qualitative_share()) continue;
    ASSERT_TRUE(rival.out_of_time().has_auc()) << rival.qualitative_share();
    areas.push_back(rival.out_of_time().auc());
    EXPECT_LE(rival.out_of_time().auc_lower(), areas.back());
  }
  ASSERT_THAT(areas, ::testing::SizeIs(4));
  EXPECT_GT(areas[3], 0.85);
  EXPECT_LT(areas[3], 1);
  EXPECT_EQ(areas[0], Nth(report.rivals(), 0).out_of_time().auc());
  Proves("LX-33");
}

}  // namespace
}  // namespace banso::health

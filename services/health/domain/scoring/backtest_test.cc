#include "services/health/domain/scoring/backtest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "services/health/domain/scoring/weight_fit.h"
#include "services/health/domain/statistics/null_rate.h"

namespace banso::health {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::CivilDay kFirst(2025, 1, 1);
constexpr double kShares[] = {0, 0.3, 0.7, 1};

v1::Measure MakeMeasure(const std::string& key, v1::MeasureGroup group, double weight) {
  v1::Measure measure;
  measure.set_key(key);
  measure.mutable_fact()->set_fact("metric." + key);
  measure.set_group(group);
  measure.set_weight(weight);
  return measure;
}

// Two numbers and a judgement; the second number weighs most.
v1::ScoreModel MakeModel() {
  v1::ScoreModel model;
  model.set_name("scoreModels/use");
  model.mutable_revision()->set_number(3);
  *model.add_measures() = MakeMeasure("logins", v1::MEASURE_GROUP_QUANTITATIVE, 1);
  *model.add_measures() = MakeMeasure("noise", v1::MEASURE_GROUP_QUANTITATIVE, 3);
  *model.add_measures() = MakeMeasure("view", v1::MEASURE_GROUP_QUALITATIVE, 1);
  model.set_qualitative_share(0.3);
  model.add_bands()->set_key("red");
  v1::Band* green = model.add_bands();
  green->set_key("green");
  green->set_lower_edge(50);
  return model;
}

ReplayTerms MakeTerms() {
  ReplayTerms terms;
  terms.split = kFirst + 240;
  terms.event = "churned";
  terms.horizon = "30 days";
  return terms;
}

// `accounts` accounts on 12 days, a month apart. What an account's logins and the view of it are
// worth goes with its losing the event as strongly as `strength` says; the noise never does.
std::vector<ReplayCase> MakeCases(uint32_t seed, int accounts, double strength) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> uniform;
  std::vector<ReplayCase> cases;
  for (int account = 0; account < accounts; ++account) {
    for (int month = 0; month < 12; ++month) {
      ReplayCase one;
      one.account = account;
      one.day = kFirst + 30 * month;
      one.horizon_end = one.day + 30;
      const double logins = 100 * uniform(random);
      const double view = 100 * uniform(random);
      one.points = {{logins, true}, {100 * uniform(random), true}, {view, true}};
      const double logit = -2 - strength * ((logins - 50) / 50 + (view - 50) / 100);
      one.event = uniform(random) < 1 / (1 + std::exp(-logit));
      one.stage = account % 2 == 0 ? "retention" : "onboarding";
      cases.push_back(std::move(one));
    }
  }
  return cases;
}

TEST(BacktestTest, KeepsWhatReachesAcrossTheSplitOutOfBothParts) {
  const std::vector<ReplayCase> cases = MakeCases(1, 10, 1);
  const ReplayParts parts = Divide(cases, kFirst + 240);
  for (const ReplayCase* one : parts.in_sample) EXPECT_LT(one->horizon_end, kFirst + 240);
  for (const ReplayCase* one : parts.out_of_time) EXPECT_GE(one->day, kFirst + 240);
  // The cases of day 210 are decided on day 240.
  EXPECT_EQ(parts.embargoed, 10);
  EXPECT_EQ(parts.in_sample.size() + parts.out_of_time.size() + 10, cases.size());
}

TEST(BacktestTest, FindsWhatWasPlantedAndShowsItFirstOutOfTime) {
  const std::vector<ReplayCase> cases = MakeCases(2, 300, 1.5);
  const v1::BacktestReport report = Backtest(MakeModel(), cases, MakeTerms(), kShares);
  EXPECT_EQ(report.score_model(), "scoreModels/use@3");
  EXPECT_EQ(report.verdict(), v1::PREDICTION_VERDICT_PREDICTS);
  EXPECT_THAT(report.summary(0), HasSubstr("Out of time the score goes with the event: AUC"));
  const v1::Discrimination& found = report.out_of_time().discrimination();
  EXPECT_EQ(found.accounts(), 300);
  EXPECT_GT(found.auc_lower(), 0.5);
  EXPECT_LT(found.auc_upper(), 1);
  ASSERT_TRUE(report.out_of_time().has_calibration());
  const v1::Calibration& calibration = report.out_of_time().calibration();
  EXPECT_GT(calibration.brier_skill().value(), 0);
  EXPECT_LT(calibration.slope().lower(), 1);
  EXPECT_GT(calibration.slope().upper(), 1);
  EXPECT_EQ(calibration.bins_size(), 10);
  ASSERT_EQ(report.out_of_time().bands_size(), 2);
  EXPECT_GT(report.out_of_time().bands(0).lift(), 1);
  EXPECT_LT(report.out_of_time().bands(1).lift(), 1);
  ASSERT_EQ(report.stages_size(), 2);
  EXPECT_EQ(report.stages(0).stage(), "onboarding");
}

TEST(BacktestTest, ShowsSeveralQualitativeSharesAndRulesOfEqualWeight) {
  const std::vector<ReplayCase> cases = MakeCases(3, 200, 2);
  const v1::BacktestReport report = Backtest(MakeModel(), cases, MakeTerms(), kShares);
  std::vector<std::string> rules;
  for (const v1::BacktestRival& rival : report.rivals()) rules.push_back(rival.rule());
  EXPECT_THAT(rules, ElementsAre("qualitative share 0 %", "qualitative share 30 %",
                                 "qualitative share 70 %", "qualitative share 100 %",
                                 "all measures weigh the same",
                                 "the share of measures with at least 50 points"));
  // The share that the model has says the same as the model.
  EXPECT_EQ(report.rivals(1).out_of_time().auc(), report.out_of_time().discrimination().auc());
  EXPECT_FALSE(report.rivals(1).has_advantage());
  // Three quarters of the model are noise, so equal weights do better.
  EXPECT_LT(report.rivals(4).advantage().upper(), 0);
  EXPECT_LT(report.rivals(4).p_value(), 0.05);
  EXPECT_THAT(report.summary(),
              ::testing::Contains(HasSubstr("all measures weigh the same does better")));
}

// Of five rivals that are as good as the model, one would seem better or worse in every eighth
// report or so, if each were tested as if it were the only one.
TEST(BacktestTest, NamesARivalNoMoreOftenThanItsLevelWhereNoneDiffers) {
  constexpr int kDraws = 500;
  int named = 0;
  int uncorrected = 0;
  for (uint32_t seed = 0; seed < kDraws; ++seed) {
    const v1::BacktestReport report =
        Backtest(MakeModel(), MakeCases(2000 + seed, 60, 0), MakeTerms(), kShares);
    bool found = false;
    for (const v1::BacktestRival& rival : report.rivals()) {
      ASSERT_EQ(rival.has_holm_p_value(), rival.has_p_value());
      ASSERT_GE(rival.holm_p_value(), rival.p_value());
      found |= rival.has_p_value() && rival.p_value() <= 0.05;
    }
    uncorrected += found ? 1 : 0;
    named += std::ranges::any_of(report.summary(), [](const std::string& sentence) {
      return sentence.find(" does better") != std::string::npos ||
             sentence.find(" does worse") != std::string::npos;
    });
  }
  // The Monte Carlo error of 500 draws adds 2.9 %.
  EXPECT_LE(named, statistics::MostByChance(kDraws));
  EXPECT_GT(uncorrected, statistics::MostByChance(kDraws));
}

// Forty accounts on four days each, which have the event on all of them or on none.
TEST(BacktestTest, CountsAccountsInIntervalsOfBandsAndBins) {
  std::vector<ReplayCase> cases = MakeCases(21, 40, 0);
  for (ReplayCase& one : cases) {
    one.event = one.account % 4 == 0;
    for (MeasurePoints& point : one.points) point.points = 0.5 * static_cast<double>(one.account);
  }
  const v1::BacktestReport report = Backtest(MakeModel(), cases, MakeTerms(), {});
  const v1::BandLift& red = report.out_of_time().bands(0);
  EXPECT_EQ(red.cases(), 160);
  EXPECT_EQ(red.events(), 40);
  EXPECT_EQ(red.rate().value(), 0.25);
  EXPECT_EQ(red.lift(), 1);
  // 0.1419 to 0.4019 by Wilson from 40 accounts; from 160 cases it would be 0.1892 to 0.3225.
  EXPECT_NEAR(red.rate().lower(), 0.1419, 0.01);
  EXPECT_NEAR(red.rate().upper(), 0.4019, 0.01);
  EXPECT_FALSE(report.out_of_time().bands(1).has_rate());
  const v1::Calibration& calibration = report.out_of_time().calibration();
  ASSERT_EQ(calibration.bins_size(), 10);
  for (const v1::CalibrationBin& bin : calibration.bins()) {
    // Four accounts each, one of them with the event.
    EXPECT_EQ(bin.cases(), 16);
    EXPECT_EQ(bin.observed().value(), 0.25);
    EXPECT_LT(bin.observed().lower(), 0.05);
    EXPECT_GT(bin.observed().upper(), 0.69);
  }
}

TEST(BacktestTest, LeavesOutSharesOfAGroupThatTheModelDoesNotHave) {
  v1::ScoreModel model = MakeModel();
  model.mutable_measures()->RemoveLast();
  model.set_qualitative_share(0);
  std::vector<ReplayCase> cases = MakeCases(4, 50, 1);
  for (ReplayCase& one : cases) one.points.pop_back();
  const v1::BacktestReport report = Backtest(model, cases, MakeTerms(), kShares);
  ASSERT_EQ(report.rivals_size(), 3);
  EXPECT_EQ(report.rivals(0).qualitative_share(), 0);
}

TEST(BacktestTest, SaysPlainlyThatAModelPredictsNothing) {
  int flagged = 0;
  constexpr int kDraws = 500;
  for (uint32_t seed = 0; seed < kDraws; ++seed) {
    const v1::BacktestReport report =
        Backtest(MakeModel(), MakeCases(100 + seed, 60, 0), MakeTerms(), {});
    if (report.verdict() == v1::PREDICTION_VERDICT_NOTHING) {
      EXPECT_THAT(report.summary(0), HasSubstr("predicts nothing that could be told from chance"));
    } else {
      ++flagged;
    }
  }
  // The Monte Carlo error of 500 draws adds 2.9 %.
  EXPECT_LE(flagged, statistics::MostByChance(kDraws));
}

// What the accounts of `cases` had, given to others: each takes over all days of another one, so
// that neither the events' number nor their course is changed, but what goes before them is.
std::vector<ReplayCase> Shuffled(const std::vector<ReplayCase>& cases, int accounts,
                                 std::mt19937& random) {
  std::vector<int64_t> other(static_cast<size_t>(accounts));
  std::iota(other.begin(), other.end(), 0);
  std::shuffle(other.begin(), other.end(), random);
  const size_t days = cases.size() / static_cast<size_t>(accounts);
  std::vector<ReplayCase> shuffled = cases;
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto from = static_cast<size_t>(other[i / days]);
    shuffled[i].event = cases[from * days + i % days].event;
  }
  return shuffled;
}

TEST(BacktestTest, FindsNothingOnceItsLabelsAreShuffled) {
  constexpr int kAccounts = 100;
  constexpr int kShuffles = 500;
  const std::vector<ReplayCase> cases = MakeCases(12, kAccounts, 1.5);
  ASSERT_EQ(Backtest(MakeModel(), cases, MakeTerms(), {}).verdict(),
            v1::PREDICTION_VERDICT_PREDICTS);
  std::mt19937 random(13);
  int flagged = 0;
  double sum = 0;
  double squares = 0;
  for (int shuffle = 0; shuffle < kShuffles; ++shuffle) {
    const v1::BacktestReport report =
        Backtest(MakeModel(), Shuffled(cases, kAccounts, random), MakeTerms(), {});
    ASSERT_TRUE(report.out_of_time().discrimination().has_auc());
    const double auc = report.out_of_time().discrimination().auc();
    sum += auc;
    squares += auc * auc;
    flagged += report.verdict() != v1::PREDICTION_VERDICT_NOTHING ? 1 : 0;
  }
  const double mean = sum / kShuffles;
  const double deviation = std::sqrt(squares / kShuffles - mean * mean);
  EXPECT_NEAR(mean, 0.5, 3 * deviation / std::sqrt(kShuffles));
  // The Monte Carlo error of 500 shuffles adds 2.9 %.
  EXPECT_LE(flagged, statistics::MostByChance(kShuffles));
}

TEST(BacktestTest, RefusesToSayAnythingOfTooFewEvents) {
  std::vector<ReplayCase> cases = MakeCases(5, 40, 1);
  int events = 0;
  for (ReplayCase& one : cases) one.event = one.event && events++ < 9;
  const v1::BacktestReport report = Backtest(MakeModel(), cases, MakeTerms(), kShares);
  EXPECT_EQ(report.verdict(), v1::PREDICTION_VERDICT_INSUFFICIENT);
  EXPECT_FALSE(report.out_of_time().discrimination().has_auc());
  EXPECT_FALSE(report.out_of_time().has_calibration());
  EXPECT_THAT(report.summary(0), HasSubstr("at least 10 events"));
}

// The same account on several days is one event, not several.
TEST(BacktestTest, PredictsNothingFromTheEventsOfOneOrTwoAccounts) {
  for (const int churned : {1, 2, 4, 5}) {
    std::vector<ReplayCase> cases = MakeCases(6, 40, 0);
    for (ReplayCase& one : cases) {
      one.event = one.account < churned;
      for (MeasurePoints& point : one.points) point.points = one.event ? 0 : 100;
    }
    const v1::BacktestReport report = Backtest(MakeModel(), cases, MakeTerms(), {});
    const v1::Discrimination& found = report.out_of_time().discrimination();
    EXPECT_EQ(found.events(), 4 * churned);
    if (churned < kFewestAccounts) {
      EXPECT_EQ(report.verdict(), v1::PREDICTION_VERDICT_INSUFFICIENT) << churned;
      EXPECT_FALSE(found.has_auc());
    } else {
      // Without a mistake, and still no certainty.
      EXPECT_EQ(report.verdict(), v1::PREDICTION_VERDICT_PREDICTS);
      EXPECT_NEAR(found.auc(), 1, 1e-12);
      EXPECT_LT(found.auc_lower(), 0.9);
    }
  }
}

TEST(BacktestTest, ReadsAWelcomeEventTheOtherWayRound) {
  const std::vector<ReplayCase> cases = MakeCases(6, 200, 1.5);
  ReplayTerms terms = MakeTerms();
  const double feared =
      Backtest(MakeModel(), cases, terms, {}).out_of_time().discrimination().auc();
  terms.event_is_good = true;
  const v1::BacktestReport report = Backtest(MakeModel(), cases, terms, {});
  EXPECT_NEAR(report.out_of_time().discrimination().auc(), 1 - feared, 1e-12);
  EXPECT_EQ(report.verdict(), v1::PREDICTION_VERDICT_INVERTED);
}

TEST(BacktestTest, CountsCasesWithoutAScoreNowhere) {
  std::vector<ReplayCase> cases = MakeCases(7, 100, 1.5);
  v1::ScoreModel model = MakeModel();
  model.set_minimum_coverage(0.9);
  int64_t unscored = 0;
  for (size_t i = 0; i < cases.size(); i += 3) {
    if (i % 2 == 0) cases[i].points.clear();
    if (i % 2 == 1) cases[i].points[0] = {};
    if (cases[i].day >= MakeTerms().split) ++unscored;
  }
  const v1::BacktestReport report = Backtest(model, cases, MakeTerms(), {});
  EXPECT_EQ(report.out_of_time().unscored(), unscored);
  EXPECT_EQ(report.out_of_time().discrimination().cases(), 400 - unscored);
}

TEST(WeightFitTest, FindsTheMeasuresThatHelpAndAppliesNothing) {
  const std::vector<ReplayCase> cases = MakeCases(8, 400, 2);
  const v1::ScoreModel model = MakeModel();
  const v1::ModelFit fit = FitWeights(model, cases, MakeTerms());
  ASSERT_EQ(fit.weights_size(), 3);
  EXPECT_GT(fit.weights(0).coefficient().lower(), 0);
  EXPECT_LT(fit.weights(1).coefficient().lower(), 0);
  EXPECT_GT(fit.weights(2).coefficient().lower(), 0);
  EXPECT_GT(fit.weights(0).weight(), 80);
  // Logins were planted twice as strong as the view: a third of the whole is the view's.
  EXPECT_NEAR(fit.qualitative_share(), 1.0 / 3, 0.1);
  EXPECT_GT(fit.fitted().auc(), fit.present().auc());
  EXPECT_EQ(fit.fitted().cases(), fit.present().cases());
  double sum = 0;
  for (const v1::Measure& measure : fit.suggestion().measures()) {
    if (measure.group() == v1::MEASURE_GROUP_QUANTITATIVE) sum += measure.weight();
  }
  EXPECT_NEAR(sum, 100, 1e-9);
  EXPECT_FALSE(fit.suggestion().has_revision());
  EXPECT_THAT(fit.summary(), ::testing::Contains("Nothing was applied."));
}

TEST(WeightFitTest, RefusesTooFewEventsAndNamesWhatWasNeverKnown) {
  std::vector<ReplayCase> cases = MakeCases(9, 100, 1);
  for (ReplayCase& one : cases) one.points[1] = {};
  const v1::ModelFit fit = FitWeights(MakeModel(), cases, MakeTerms());
  ASSERT_EQ(fit.weights_size(), 3);
  EXPECT_EQ(fit.weights(1).missing(), fit.cases());
  EXPECT_EQ(fit.weights(1).note(), "never known");
  EXPECT_EQ(fit.weights(1).weight(), 0);
  for (ReplayCase& one : cases) one.event = false;
  const v1::ModelFit refused = FitWeights(MakeModel(), cases, MakeTerms());
  EXPECT_TRUE(refused.weights().empty());
  EXPECT_FALSE(refused.has_suggestion());
  EXPECT_THAT(refused.summary(0), HasSubstr("too little before the split"));
}

}  // namespace
}  // namespace banso::health

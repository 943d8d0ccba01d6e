#include "services/health/domain/forecasts/forecast_quality.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/contract/resource_name.h"
#include "services/health/domain/estimates.h"
#include "services/health/domain/statistics/calibration.h"
#include "services/health/domain/statistics/clustered.h"
#include "services/health/domain/statistics/discrimination.h"
#include "services/health/domain/statistics/logistic.h"

namespace banso::health {
namespace {

constexpr int kGroups = 5;

using statistics::Forecast;

double SquaredError(double probability, bool success) {
  return std::pow(probability - (success ? 1 : 0), 2);
}

v1::Estimate FromEstimate(const std::optional<statistics::Estimate>& estimate, int64_t n) {
  if (!estimate.has_value()) return MakeEstimate(std::nullopt, {}, n);
  return MakeEstimate(estimate->value, estimate->interval, n);
}

// Forecasts for one account are not independent: what counts is how many accounts there are.
int64_t CountAccounts(const std::vector<Forecast>& forecasts) {
  std::set<int64_t> accounts;
  for (const Forecast& forecast : forecasts) accounts.insert(forecast.cluster);
  return static_cast<int64_t>(accounts.size());
}

v1::ForecastQuality QualityOf(const std::vector<Forecast>& forecasts) {
  v1::ForecastQuality quality;
  const auto n = static_cast<int64_t>(forecasts.size());
  quality.set_n(n);
  std::vector<statistics::ClusteredValue> errors;
  std::vector<statistics::RatedCase> cases;
  double sum = 0;
  for (const Forecast& forecast : forecasts) {
    sum += forecast.probability;
    quality.set_successes(quality.successes() + (forecast.event ? 1 : 0));
    errors.push_back({SquaredError(forecast.probability, forecast.event), forecast.cluster});
    cases.push_back({forecast.probability, forecast.event, forecast.cluster});
  }
  if (n == 0) return quality;
  const double share = static_cast<double>(quality.successes()) / static_cast<double>(n);
  quality.set_mean_probability(sum / static_cast<double>(n));
  quality.set_reference_brier(share * (1 - share));
  for (const statistics::CalibrationBin& bin : statistics::CalibrationBins(forecasts, kGroups)) {
    v1::ForecastGroup* group = quality.add_calibration();
    group->set_n(bin.count.n);
    group->set_successes(bin.count.events);
    group->set_mean_probability(bin.mean_probability);
    *group->mutable_share() = MakeEstimate(statistics::Share(bin.count), bin.interval, bin.count.n);
  }
  if (CountAccounts(forecasts) < kFewestCases) {
    for (v1::Estimate* estimate :
         {quality.mutable_brier(), quality.mutable_skill(), quality.mutable_area_under_curve()}) {
      estimate->set_n(n);
    }
    return quality;
  }
  *quality.mutable_brier() = FromEstimate(statistics::ClusteredMean(errors), n);
  const auto brier = statistics::Brier(forecasts, share);
  *quality.mutable_skill() =
      FromEstimate(brier.has_value() ? std::optional(brier->skill) : std::nullopt, n);
  const auto area = statistics::AreaUnderCurve(cases);
  *quality.mutable_area_under_curve() = area.has_value()
                                            ? MakeEstimate(area->value, area->interval, n)
                                            : MakeEstimate(std::nullopt, {}, n);
  return quality;
}

// What is shown of who tells successes from failures better.
std::string Conclusion(const v1::Estimate& difference, bool enough) {
  if (!enough) {
    return absl::StrCat("too few accounts to compare the two: ", kFewestCases, " are the minimum");
  }
  if (!difference.has_value()) {
    return "no difference can be worked out: both rank alike, or there are not two successes and "
           "two "
           "failures";
  }
  const auto better = [](absl::string_view who, double value, double low, double high) {
    return absl::StrFormat("%s told successes from failures better, by %.3f (%.3f to %.3f)", who,
                           value, low, high);
  };
  if (difference.high() < 0) {
    return better("the model", -difference.value(), -difference.high(), -difference.low());
  }
  if (difference.low() > 0) {
    return better("the members", difference.value(), difference.low(), difference.high());
  }
  return absl::StrFormat("no difference is shown: %.3f (%.3f to %.3f)", difference.value(),
                         difference.low(), difference.high());
}

// The area alone: a score is no probability.
v1::ForecastQuality QualityOfScores(const std::vector<statistics::RatedCase>& scores, bool enough) {
  v1::ForecastQuality quality;
  const auto n = static_cast<int64_t>(scores.size());
  quality.set_n(n);
  for (const statistics::RatedCase& one : scores) {
    quality.set_successes(quality.successes() + (one.event ? 1 : 0));
  }
  const auto area = enough ? statistics::AreaUnderCurve(scores) : std::nullopt;
  *quality.mutable_area_under_curve() = area.has_value()
                                            ? MakeEstimate(area->value, area->interval, n)
                                            : MakeEstimate(std::nullopt, {}, n);
  return quality;
}

// The members beside what the model would have stated as a probability.
void SetFittedBeside(const std::vector<DecidedForecast>& forecasts,
                     v1::ModelBesideForecasts* beside) {
  const std::vector<std::optional<double>> fitted = FittedProbabilities(forecasts);
  std::vector<Forecast> members;
  std::vector<Forecast> model;
  std::vector<statistics::ClusteredValue> differences;
  for (size_t i = 0; i < forecasts.size(); ++i) {
    if (!fitted[i].has_value()) continue;
    const DecidedForecast& forecast = forecasts[i];
    members.push_back({forecast.probability, forecast.success, forecast.account});
    model.push_back({*fitted[i], forecast.success, forecast.account});
    differences.push_back({SquaredError(forecast.probability, forecast.success) -
                               SquaredError(*fitted[i], forecast.success),
                           forecast.account});
  }
  *beside->mutable_forecasts_of_fitted() = QualityOf(members);
  *beside->mutable_fitted() = QualityOf(model);
  const auto n = static_cast<int64_t>(differences.size());
  *beside->mutable_brier_difference() =
      CountAccounts(members) < kFewestCases
          ? MakeEstimate(std::nullopt, {}, n)
          : FromEstimate(statistics::ClusteredMean(differences), n);
}

void SetModelBeside(const std::vector<DecidedForecast>& forecasts, absl::string_view score_model,
                    v1::ModelBesideForecasts* beside) {
  std::vector<Forecast> members;
  std::vector<statistics::RatedCase> ratings;
  std::vector<statistics::RatedCase> scores;
  for (const DecidedForecast& forecast : forecasts) {
    if (!forecast.score.has_value()) continue;
    members.push_back({forecast.probability, forecast.success, forecast.account});
    ratings.push_back({forecast.probability, forecast.success, forecast.account});
    scores.push_back({*forecast.score, forecast.success, forecast.account});
  }
  const bool enough = CountAccounts(members) >= kFewestCases;
  beside->set_score_model(std::string(score_model));
  *beside->mutable_forecasts() = QualityOf(members);
  *beside->mutable_model() = QualityOfScores(scores, enough);
  const auto n = static_cast<int64_t>(scores.size());
  const auto difference = enough ? statistics::CompareAreas(ratings, scores) : std::nullopt;
  *beside->mutable_area_difference() = difference.has_value()
                                           ? FromEstimate(difference->difference, n)
                                           : MakeEstimate(std::nullopt, {}, n);
  beside->set_conclusion(Conclusion(beside->area_difference(), enough));
  SetFittedBeside(forecasts, beside);
}

// Fits scores to the outcomes that are known so far.
class EarlierOutcomes {
 public:
  void Add(const DecidedForecast& forecast) {
    cases_.push_back({{*forecast.score}, forecast.success, forecast.account});
    ++(forecast.success ? successes_ : failures_);
  }

  std::optional<double> Probability(double score) {
    if (std::min(successes_, failures_) < kFewestCases) return std::nullopt;
    if (static_cast<double>(cases_.size()) >= kMore * static_cast<double>(fitted_on_)) Fit();
    if (!fit_.has_value()) return std::nullopt;
    return fit_->Probability(std::vector<double>{(score - mean_) / spread_});
  }

 private:
  static constexpr double kMore = 1.1;
  static constexpr double kPenalty = 1;

  void Fit() {
    fitted_on_ = cases_.size();
    const auto n = static_cast<double>(cases_.size());
    mean_ = 0;
    double squares = 0;
    for (const statistics::LogisticCase& one : cases_) mean_ += one.features[0] / n;
    for (const statistics::LogisticCase& one : cases_) {
      squares += std::pow(one.features[0] - mean_, 2) / n;
    }
    spread_ = squares > 0 ? std::sqrt(squares) : 1;
    std::vector<statistics::LogisticCase> standardized = cases_;
    for (statistics::LogisticCase& one : standardized) {
      one.features[0] = (one.features[0] - mean_) / spread_;
    }
    fit_ = statistics::FitLogistic(standardized, kPenalty);
  }

  std::vector<statistics::LogisticCase> cases_;
  int64_t successes_ = 0;
  int64_t failures_ = 0;
  size_t fitted_on_ = 0;
  double mean_ = 0;
  double spread_ = 1;
  std::optional<statistics::LogisticFit> fit_;
};

}  // namespace

void ScoreForecasts(const std::vector<DecidedForecast>& forecasts, absl::string_view score_model,
                    v1::ScoreForecastsResponse* response) {
  std::vector<Forecast> all;
  std::map<std::string, std::vector<Forecast>> by_forecaster;
  for (const DecidedForecast& forecast : forecasts) {
    all.push_back({forecast.probability, forecast.success, forecast.account});
    by_forecaster[forecast.forecaster].push_back(all.back());
  }
  *response->mutable_all() = QualityOf(all);
  for (const auto& [forecaster, own] : by_forecaster) {
    v1::ForecasterQuality* entry = response->add_forecasters();
    entry->set_forecaster(forecaster);
    *entry->mutable_quality() = QualityOf(own);
  }
  if (!score_model.empty()) SetModelBeside(forecasts, score_model, response->mutable_model());
}

std::vector<std::optional<double>> FittedProbabilities(
    const std::vector<DecidedForecast>& forecasts) {
  std::vector<size_t> by_made;
  for (size_t i = 0; i < forecasts.size(); ++i) {
    if (forecasts[i].score.has_value()) by_made.push_back(i);
  }
  std::vector<size_t> by_decided = by_made;
  std::ranges::stable_sort(by_made, {}, [&](size_t i) { return forecasts[i].made; });
  std::ranges::stable_sort(by_decided, {}, [&](size_t i) { return forecasts[i].decided; });
  std::vector<std::optional<double>> fitted(forecasts.size());
  EarlierOutcomes earlier;
  auto next = by_decided.begin();
  for (const size_t i : by_made) {
    while (next != by_decided.end() && forecasts[*next].decided < forecasts[i].made) {
      earlier.Add(forecasts[*next++]);
    }
    fitted[i] = earlier.Probability(*forecasts[i].score);
  }
  return fitted;
}

std::optional<double> KeptScore(const v1::Forecast& forecast, absl::string_view score_model) {
  for (const v1::ModelForecast& said : forecast.model_forecasts()) {
    const auto split = contract::SplitRevision(said.score_model());
    if (split.has_value() && split->name == score_model && said.has_score()) return said.score();
  }
  return std::nullopt;
}

}  // namespace banso::health

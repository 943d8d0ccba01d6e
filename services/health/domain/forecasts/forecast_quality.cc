#include "services/health/domain/forecasts/forecast_quality.h"

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

namespace banso::health {
namespace {

constexpr int kGroups = 5;
constexpr double kFullScore = 100;

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
    *group->mutable_share() = ShareOf(bin.count);
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

std::string Conclusion(const v1::Estimate& difference) {
  if (!difference.has_value()) {
    return absl::StrCat("too few accounts to compare the two: ", kFewestCases, " are the minimum");
  }
  if (difference.low() > 0) {
    return absl::StrFormat("the model was better by %.3f (%.3f to %.3f)", difference.value(),
                           difference.low(), difference.high());
  }
  if (difference.high() < 0) {
    return absl::StrFormat("the members were better by %.3f (%.3f to %.3f)", -difference.value(),
                           -difference.high(), -difference.low());
  }
  return absl::StrFormat("no difference is shown: %.3f (%.3f to %.3f)", difference.value(),
                         difference.low(), difference.high());
}

void SetModelBeside(const std::vector<DecidedForecast>& forecasts, absl::string_view score_model,
                    v1::ModelBesideForecasts* beside) {
  std::vector<Forecast> members;
  std::vector<Forecast> model;
  std::vector<statistics::ClusteredValue> differences;
  for (const DecidedForecast& forecast : forecasts) {
    if (!forecast.model.has_value()) continue;
    members.push_back({forecast.probability, forecast.success, forecast.account});
    model.push_back({*forecast.model, forecast.success, forecast.account});
    differences.push_back({SquaredError(forecast.probability, forecast.success) -
                               SquaredError(*forecast.model, forecast.success),
                           forecast.account});
  }
  beside->set_score_model(std::string(score_model));
  *beside->mutable_forecasts() = QualityOf(members);
  *beside->mutable_model() = QualityOf(model);
  const auto n = static_cast<int64_t>(differences.size());
  *beside->mutable_brier_difference() =
      CountAccounts(members) < kFewestCases
          ? MakeEstimate(std::nullopt, {}, n)
          : FromEstimate(statistics::ClusteredMean(differences), n);
  beside->set_conclusion(Conclusion(beside->brier_difference()));
}

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

std::optional<double> ModelProbability(const v1::Forecast& forecast,
                                       absl::string_view score_model) {
  for (const v1::ModelForecast& said : forecast.model_forecasts()) {
    const auto split = contract::SplitRevision(said.score_model());
    if (split.has_value() && split->name == score_model && said.has_score()) {
      return said.score() / kFullScore;
    }
  }
  return std::nullopt;
}

}  // namespace banso::health

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_FORECASTS_FORECAST_QUALITY_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_FORECASTS_FORECAST_QUALITY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "banso/health/v1/forecast.pb.h"
#include "banso/health/v1/forecasts_service.pb.h"

namespace banso::health {

// A forecast whose onboarding is decided.
struct DecidedForecast {
  std::string forecaster;
  double probability = 0;
  bool success = false;
  // Forecasts for one account are not independent: the account is what was sampled.
  int64_t account = 0;
  // What the model in question took for the probability, where it had something to say.
  std::optional<double> model;
};

// Adds `all` and `forecasters`, and `model` unless `score_model` is empty.
void ScoreForecasts(const std::vector<DecidedForecast>& forecasts, absl::string_view score_model,
                    v1::ScoreForecastsResponse* response);

// The score of the model (without revision) that was kept with a forecast, as a probability;
// nothing when it had none.
std::optional<double> ModelProbability(const v1::Forecast& forecast, absl::string_view score_model);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_FORECASTS_FORECAST_QUALITY_H_

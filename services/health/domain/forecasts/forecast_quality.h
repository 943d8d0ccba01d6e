#ifndef BANSO_SERVICES_HEALTH_DOMAIN_FORECASTS_FORECAST_QUALITY_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_FORECASTS_FORECAST_QUALITY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
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
  // The score of the model in question, 0 to 100, where it had one.
  std::optional<double> score = std::nullopt;
  // When it was foretold, and since when it is decided.
  absl::Time made = absl::UnixEpoch();
  absl::Time decided = absl::UnixEpoch();
};

// Adds `all` and `forecasters`, and `model` unless `score_model` is empty.
void ScoreForecasts(const std::vector<DecidedForecast>& forecasts, absl::string_view score_model,
                    v1::ScoreForecastsResponse* response);

// What the scores of forecasts would have been worth as probabilities: for each, a logistic
// regression of the outcomes on the standardized score (ridge, penalty 1), fitted on those that
// were decided before it was made. Nothing for those without a score, and where fewer than 8
// successes or 8 failures came before. In the order of the forecasts. A fit stands until a tenth
// more is decided.
std::vector<std::optional<double>> FittedProbabilities(
    const std::vector<DecidedForecast>& forecasts);

// The score of the model (without revision) that was kept with a forecast; nothing when it had
// none.
std::optional<double> KeptScore(const v1::Forecast& forecast, absl::string_view score_model);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_FORECASTS_FORECAST_QUALITY_H_

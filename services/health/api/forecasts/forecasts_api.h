#ifndef BANSO_SERVICES_HEALTH_API_FORECASTS_FORECASTS_API_H_
#define BANSO_SERVICES_HEALTH_API_FORECASTS_FORECASTS_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/forecasts_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.ForecastsService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
class ForecastsApi {
 public:
  // All must outlive the handlers.
  ForecastsApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::Forecast> CreateForecast(const Call& call,
                                              const v1::CreateForecastRequest& request);
  absl::StatusOr<v1::Forecast> GetForecast(const Call& call, const v1::GetForecastRequest& request);
  absl::StatusOr<v1::ListForecastsResponse> ListForecasts(const Call& call,
                                                          const v1::ListForecastsRequest& request);
  absl::StatusOr<v1::ScoreForecastsResponse> ScoreForecasts(
      const Call& call, const v1::ScoreForecastsRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_FORECASTS_FORECASTS_API_H_

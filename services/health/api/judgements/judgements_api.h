#ifndef BANSO_SERVICES_HEALTH_API_JUDGEMENTS_JUDGEMENTS_API_H_
#define BANSO_SERVICES_HEALTH_API_JUDGEMENTS_JUDGEMENTS_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/judgements_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.JudgementsService, one method per RPC and named like it; the
// proto says what each does. Requests have passed contract::Check. Thread-safe.
//
// due_assessments.cc, upkeep.cc, forecasts.cc and definitions.cc hold them by topic.
class JudgementsApi {
 public:
  // All must outlive the handlers.
  JudgementsApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::ListDueAssessmentsResponse> ListDueAssessments(
      const Call& call, const v1::ListDueAssessmentsRequest& request);
  absl::StatusOr<v1::GetRaterAgreementResponse> GetRaterAgreement(
      const Call& call, const v1::GetRaterAgreementRequest& request);

  absl::StatusOr<v1::UpkeepCampaign> CreateUpkeepCampaign(
      const Call& call, const v1::CreateUpkeepCampaignRequest& request);
  absl::StatusOr<v1::UpkeepCampaign> GetUpkeepCampaign(const Call& call,
                                                       const v1::GetUpkeepCampaignRequest& request);
  absl::StatusOr<v1::ListUpkeepCampaignsResponse> ListUpkeepCampaigns(
      const Call& call, const v1::ListUpkeepCampaignsRequest& request);
  absl::StatusOr<v1::ListUpkeepTasksResponse> ListUpkeepTasks(
      const Call& call, const v1::ListUpkeepTasksRequest& request);

  absl::StatusOr<v1::Forecast> CreateForecast(const Call& call,
                                              const v1::CreateForecastRequest& request);
  absl::StatusOr<v1::Forecast> GetForecast(const Call& call, const v1::GetForecastRequest& request);
  absl::StatusOr<v1::ListForecastsResponse> ListForecasts(const Call& call,
                                                          const v1::ListForecastsRequest& request);
  absl::StatusOr<v1::ScoreForecastsResponse> ScoreForecasts(
      const Call& call, const v1::ScoreForecastsRequest& request);

  absl::StatusOr<v1::CompareSuccessDefinitionsResponse> CompareSuccessDefinitions(
      const Call& call, const v1::CompareSuccessDefinitionsRequest& request);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_JUDGEMENTS_JUDGEMENTS_API_H_

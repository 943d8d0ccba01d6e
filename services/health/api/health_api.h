#ifndef BANSO_SERVICES_HEALTH_API_HEALTH_API_H_
#define BANSO_SERVICES_HEALTH_API_HEALTH_API_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/health/v1/health_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/server/stream.h"
#include "common/storage/database.h"
#include "services/health/api/evaluator.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.HealthService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check, except the rows of IngestSamples.
// Thread-safe.
//
// metrics.cc, ingest.cc, assessments.cc, success_labels.cc and scores.cc hold them by topic.
class HealthApi {
 public:
  // All must outlive the handlers.
  HealthApi(storage::Database& database, const Store& store, Evaluator& evaluator,
            contract::IdSource& ids)
      : database_(database), store_(store), evaluator_(evaluator), ids_(ids) {}

  absl::StatusOr<v1::Metric> CreateMetric(const Call& call, const v1::CreateMetricRequest& request);
  absl::StatusOr<v1::Metric> GetMetric(const Call& call, const v1::GetMetricRequest& request);
  absl::StatusOr<v1::ListMetricsResponse> ListMetrics(const Call& call,
                                                      const v1::ListMetricsRequest& request);
  absl::StatusOr<v1::Metric> UpdateMetric(const Call& call, const v1::UpdateMetricRequest& request);
  absl::StatusOr<v1::IngestSamplesResponse> IngestSamples(
      const Call& call, server::Source<v1::IngestSamplesRequest>& source);

  absl::StatusOr<v1::Rubric> SaveRubric(const Call& call, const v1::SaveRubricRequest& request);
  absl::StatusOr<v1::Rubric> ActivateRubric(const Call& call,
                                            const v1::ActivateRubricRequest& request);
  absl::StatusOr<v1::Rubric> GetRubric(const Call& call, const v1::GetRubricRequest& request);
  absl::StatusOr<v1::ListRubricRevisionsResponse> ListRubricRevisions(
      const Call& call, const v1::ListRubricRevisionsRequest& request);
  absl::StatusOr<v1::Assessment> CreateAssessment(const Call& call,
                                                  const v1::CreateAssessmentRequest& request);
  absl::StatusOr<v1::Assessment> GetAssessment(const Call& call,
                                               const v1::GetAssessmentRequest& request);
  absl::StatusOr<v1::ListAssessmentsResponse> ListAssessments(
      const Call& call, const v1::ListAssessmentsRequest& request);

  absl::StatusOr<v1::SuccessDefinition> SaveSuccessDefinition(
      const Call& call, const v1::SaveSuccessDefinitionRequest& request);
  absl::StatusOr<v1::SuccessDefinition> ActivateSuccessDefinition(
      const Call& call, const v1::ActivateSuccessDefinitionRequest& request);
  absl::StatusOr<v1::SuccessDefinition> GetSuccessDefinition(
      const Call& call, const v1::GetSuccessDefinitionRequest& request);
  absl::StatusOr<v1::ListSuccessDefinitionRevisionsResponse> ListSuccessDefinitionRevisions(
      const Call& call, const v1::ListSuccessDefinitionRevisionsRequest& request);
  absl::StatusOr<v1::SuccessLabel> GetSuccessLabel(const Call& call,
                                                   const v1::GetSuccessLabelRequest& request);
  absl::StatusOr<v1::ListSuccessLabelsResponse> ListSuccessLabels(
      const Call& call, const v1::ListSuccessLabelsRequest& request);

  absl::StatusOr<v1::ScoreModel> SaveScoreModel(const Call& call,
                                                const v1::SaveScoreModelRequest& request);
  absl::StatusOr<v1::ScoreModel> ActivateScoreModel(const Call& call,
                                                    const v1::ActivateScoreModelRequest& request);
  absl::StatusOr<v1::ScoreModel> GetScoreModel(const Call& call,
                                               const v1::GetScoreModelRequest& request);
  absl::StatusOr<v1::ListScoreModelRevisionsResponse> ListScoreModelRevisions(
      const Call& call, const v1::ListScoreModelRevisionsRequest& request);
  absl::StatusOr<v1::Score> GetScore(const Call& call, const v1::GetScoreRequest& request);
  absl::StatusOr<v1::ListScoresResponse> ListScores(const Call& call,
                                                    const v1::ListScoresRequest& request);

 private:
  // NOT_FOUND when the account is not known here.
  absl::Status CheckAccount(storage::Reader& reader, const std::string& account) const;

  storage::Database& database_;
  const Store& store_;
  Evaluator& evaluator_;
  contract::IdSource& ids_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_HEALTH_API_H_

#ifndef BANSO_SERVICES_HEALTH_API_ASSESSMENTS_ASSESSMENTS_API_H_
#define BANSO_SERVICES_HEALTH_API_ASSESSMENTS_ASSESSMENTS_API_H_

#include "absl/status/statusor.h"
#include "banso/health/v1/assessments_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.AssessmentsService, one method per RPC and named like it; the
// proto says what each does. Requests have passed contract::Check. Thread-safe.
//
// assessments.cc, due_assessments.cc and upkeep.cc hold them by topic.
class AssessmentsApi {
 public:
  // All must outlive the handlers.
  AssessmentsApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::Rubric> SaveRubric(const Call& call, const v1::SaveRubricRequest& request);
  absl::StatusOr<v1::Rubric> ActivateRubric(const Call& call,
                                            const v1::ActivateRubricRequest& request);
  absl::StatusOr<v1::Rubric> DeactivateRubric(const Call& call,
                                              const v1::DeactivateRubricRequest& request);
  absl::StatusOr<v1::Rubric> GetRubric(const Call& call, const v1::GetRubricRequest& request);
  absl::StatusOr<v1::ListRubricRevisionsResponse> ListRubricRevisions(
      const Call& call, const v1::ListRubricRevisionsRequest& request);

  absl::StatusOr<v1::Assessment> CreateAssessment(const Call& call,
                                                  const v1::CreateAssessmentRequest& request);
  absl::StatusOr<v1::Assessment> GetAssessment(const Call& call,
                                               const v1::GetAssessmentRequest& request);
  absl::StatusOr<v1::ListAssessmentsResponse> ListAssessments(
      const Call& call, const v1::ListAssessmentsRequest& request);

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

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_ASSESSMENTS_ASSESSMENTS_API_H_

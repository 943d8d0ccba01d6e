#ifndef BANSO_SERVICES_HEALTH_API_SURVEYS_SURVEYS_API_H_
#define BANSO_SERVICES_HEALTH_API_SURVEYS_SURVEYS_API_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "banso/health/v1/surveys_service.pb.h"
#include "common/contract/call.h"
#include "common/contract/ids.h"
#include "common/storage/database.h"
#include "services/health/store/store.h"

namespace banso::health {

// The handlers of banso.health.v1.SurveysService, one method per RPC and named like it; the proto
// says what each does. Requests have passed contract::Check. Thread-safe.
//
// surveys.cc, invitations.cc and survey_lists.cc hold them by topic.
class SurveysApi {
 public:
  // All must outlive the handlers.
  SurveysApi(storage::Database& database, const Store& store, contract::IdSource& ids)
      : database_(database), store_(store), ids_(ids) {}

  absl::StatusOr<v1::Survey> SaveSurvey(const Call& call, const v1::SaveSurveyRequest& request);
  absl::StatusOr<v1::Survey> ActivateSurvey(const Call& call,
                                            const v1::ActivateSurveyRequest& request);
  absl::StatusOr<v1::Survey> DeactivateSurvey(const Call& call,
                                              const v1::DeactivateSurveyRequest& request);
  absl::StatusOr<v1::Survey> GetSurvey(const Call& call, const v1::GetSurveyRequest& request);
  absl::StatusOr<v1::ListSurveyRevisionsResponse> ListSurveyRevisions(
      const Call& call, const v1::ListSurveyRevisionsRequest& request);

  absl::StatusOr<v1::AskSurveyResponse> AskSurvey(const Call& call,
                                                  const v1::AskSurveyRequest& request);
  absl::StatusOr<v1::SurveyInvitation> AnswerSurvey(const Call& call,
                                                    const v1::AnswerSurveyRequest& request);
  absl::StatusOr<v1::SurveyInvitation> GetSurveyInvitation(
      const Call& call, const v1::GetSurveyInvitationRequest& request);
  absl::StatusOr<v1::ListSurveyInvitationsResponse> ListSurveyInvitations(
      const Call& call, const v1::ListSurveyInvitationsRequest& request);

  absl::StatusOr<v1::SurveyReport> GetSurveyReport(const Call& call,
                                                   const v1::GetSurveyReportRequest& request);
  absl::StatusOr<v1::ListDueSurveysResponse> ListDueSurveys(
      const Call& call, const v1::ListDueSurveysRequest& request);

  // Records the silence of those whose time to answer is over, and that answers have expired. A
  // sweep: may run again without harm.
  absl::Status EndInvitations(const Call& call);

 private:
  storage::Database& database_;
  const Store& store_;
  contract::IdSource& ids_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_API_SURVEYS_SURVEYS_API_H_

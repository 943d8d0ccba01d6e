#include "absl/strings/str_cat.h"
#include "common/contract/errors.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/deactivate.h"
#include "services/health/api/lists.h"
#include "services/health/api/surveys/surveys_api.h"
#include "services/health/domain/surveys/survey.h"
#include "services/health/store/evaluations.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Survey;

absl::StatusOr<Survey> SurveysApi::SaveSurvey(const Call& call,
                                              const v1::SaveSurveyRequest& request) {
  contract::Violations violations;
  CheckSurvey(request.survey(), "survey", &violations);
  BANSO_RETURN_IF_ERROR(violations.ToStatus());
  if (request.validate_only()) return request.survey();
  return storage::Mutate<Survey>(database_, call, request, [&](Writer& writer) {
    return store_.surveys.surveys.Save(writer, request.survey(), request.reason());
  });
}

absl::StatusOr<Survey> SurveysApi::ActivateSurvey(const Call& call,
                                                  const v1::ActivateSurveyRequest& request) {
  return storage::Mutate<Survey>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<Survey> {
        BANSO_RETURN_IF_ERROR(
            MarkAllDue(writer, absl::StrCat(request.name(), " was put in force")));
        return store_.surveys.surveys.Activate(writer, request.name(), writer.now());
      });
}

absl::StatusOr<v1::Survey> SurveysApi::DeactivateSurvey(
    const Call& call, const v1::DeactivateSurveyRequest& request) {
  return Deactivate(database_, store_.surveys.surveys, call, request, Judged::kAll);
}

absl::StatusOr<Survey> SurveysApi::GetSurvey(const Call& call,
                                             const v1::GetSurveyRequest& request) {
  return storage::Fetch<Survey>(database_, [&](Reader& reader) {
    return store_.surveys.surveys.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListSurveyRevisionsResponse> SurveysApi::ListSurveyRevisions(
    const Call& call, const v1::ListSurveyRevisionsRequest& request) {
  return ListRevisionsOf<v1::ListSurveyRevisionsResponse>(
      database_, store_.surveys.surveys, request, call.now,
      &v1::ListSurveyRevisionsResponse::mutable_surveys);
}

}  // namespace banso::health

#ifndef BANSO_SERVICES_HEALTH_STORE_KINDS_H_
#define BANSO_SERVICES_HEALTH_STORE_KINDS_H_

#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/health/v1/assessment.pb.h"
#include "banso/health/v1/expected_use.pb.h"
#include "banso/health/v1/forecast.pb.h"
#include "banso/health/v1/hypothesis.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "banso/health/v1/outcome.pb.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/success.pb.h"
#include "common/storage/collection.h"
#include "common/storage/revisions.h"

// The tables of the service's resources and the columns that lists filter and sort by; the columns
// are those of schema/.
namespace banso::health {

storage::Kind<v1::Metric> MetricKind();
storage::Kind<v1::Assessment> AssessmentKind();
storage::Kind<v1::RatingRequest> RatingRequestKind();
// Stored under the label's name with `/revisions/{revision}` of the definition behind it, so that
// the labels of all revisions are kept.
storage::Kind<v1::SuccessLabel> SuccessLabelKind();
storage::Kind<v1::Score> ScoreKind();
storage::Kind<v1::Outcome> OutcomeKind();
storage::Kind<v1::ScoreOverride> ScoreOverrideKind();
storage::Kind<v1::Forecast> ForecastKind();
storage::RevisionedKind RubricKind();
storage::RevisionedKind SuccessDefinitionKind();
storage::RevisionedKind ScoreModelKind();
storage::RevisionedKind FunnelKind();
storage::Kind<v1::Hypothesis> HypothesisKind();
storage::Kind<v1::ExpectedUse> ExpectedUseKind();

// What is kept of other services' resources; no API of this service.
storage::Kind<accounts::v1::Account> AccountHeaderKind();
storage::Kind<accounts::v1::Onboarding> OnboardingHeaderKind();

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_KINDS_H_

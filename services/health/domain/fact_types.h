#ifndef BANSO_SERVICES_HEALTH_DOMAIN_FACT_TYPES_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_FACT_TYPES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/assessment.pb.h"
#include "banso/health/v1/metric.pb.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/success.pb.h"

// The facts that this service owns, and what they are called.
namespace banso::health {

// `metric.weekly_pool` of `metrics/weekly-pool`.
std::string MetricFact(absl::string_view metric_name);
// `use.weekly_pool.share_of_expected` of `metrics/weekly-pool`.
std::string ShareOfExpectedFact(absl::string_view metric_name);
// The fact of the metric that the share is about; nothing for other facts.
std::optional<std::string> MetricFactOfShare(absl::string_view fact);
// `assessment.hiring_needs_clarity` of an item's key.
std::string AssessmentFact(absl::string_view item_key);
// `success.first_interview` of `successDefinitions/first-interview`.
std::string SuccessFact(absl::string_view definition_name);
// `score.onboarding` and `score.onboarding.band` of `scoreModels/onboarding`.
std::string ScoreFact(absl::string_view model_name);
std::string ScoreBandFact(absl::string_view model_name);

// True for the names of facts that this service owns, whether or not there is such a fact.
bool IsOwnFact(absl::string_view fact);

fact::v1::FactType TypeOf(const v1::Metric& metric);
// What share there was of the use that is expected of it; only of a COUNTER.
fact::v1::FactType ShareOfExpectedType(const v1::Metric& metric);
fact::v1::FactType TypeOf(const v1::RubricItem& item);
fact::v1::FactType TypeOf(const v1::SuccessDefinition& definition);
// The score and its band.
std::vector<fact::v1::FactType> TypesOf(const v1::ScoreModel& model);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_FACT_TYPES_H_

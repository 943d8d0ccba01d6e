#include "services/health/domain/fact_types.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/contract/resource_name.h"

namespace banso::health {
namespace {

std::string FactName(absl::string_view prefix, absl::string_view resource_name) {
  return absl::StrCat(prefix, ".",
                      absl::StrReplaceAll(contract::LastId(resource_name), {{"-", "_"}}));
}

constexpr absl::string_view kShareSuffix = ".share_of_expected";

fact::v1::FactType MakeType(std::string name, type::v1::ValueType value_type,
                            fact::v1::SubjectKind subject, absl::string_view unit,
                            absl::string_view meaning) {
  fact::v1::FactType type;
  type.set_name(std::move(name));
  type.set_value_type(value_type);
  type.set_subject(subject);
  type.set_unit(std::string(unit));
  type.set_meaning(std::string(meaning));
  return type;
}

}  // namespace

std::string MetricFact(absl::string_view metric_name) { return FactName("metric", metric_name); }

std::string ShareOfExpectedFact(absl::string_view metric_name) {
  return absl::StrCat(FactName("use", metric_name), kShareSuffix);
}

std::optional<std::string> MetricFactOfShare(absl::string_view fact) {
  if (!absl::ConsumePrefix(&fact, "use.") || !absl::ConsumeSuffix(&fact, kShareSuffix)) {
    return std::nullopt;
  }
  return absl::StrCat("metric.", fact);
}

std::string AssessmentFact(absl::string_view item_key) {
  return absl::StrCat("assessment.", item_key);
}

std::string SuccessFact(absl::string_view definition_name) {
  return FactName("success", definition_name);
}

std::string ScoreFact(absl::string_view model_name) { return FactName("score", model_name); }

std::string ScoreBandFact(absl::string_view model_name) {
  return absl::StrCat(ScoreFact(model_name), ".band");
}

bool IsOwnFact(absl::string_view fact) {
  return absl::StartsWith(fact, "metric.") || absl::StartsWith(fact, "assessment.") ||
         absl::StartsWith(fact, "success.") || absl::StartsWith(fact, "score.") ||
         absl::StartsWith(fact, "stage.") || absl::StartsWith(fact, "survey.") ||
         absl::StartsWith(fact, "use.");
}

fact::v1::FactType TypeOf(const v1::Metric& metric) {
  const bool flag = metric.kind() == v1::METRIC_KIND_FLAG;
  fact::v1::FactType type = MakeType(
      MetricFact(metric.name()), flag ? type::v1::VALUE_TYPE_FLAG : type::v1::VALUE_TYPE_NUMBER,
      fact::v1::SUBJECT_KIND_ACCOUNT, flag ? "" : metric.unit(),
      metric.meaning().empty() ? metric.display_name() : metric.meaning());
  type.set_counter(metric.kind() == v1::METRIC_KIND_COUNTER ||
                   metric.kind() == v1::METRIC_KIND_DISTINCT_USERS);
  type.set_per_object(metric.kind() != v1::METRIC_KIND_RATIO);
  return type;
}

fact::v1::FactType ShareOfExpectedType(const v1::Metric& metric) {
  return MakeType(
      ShareOfExpectedFact(metric.name()), type::v1::VALUE_TYPE_NUMBER,
      fact::v1::SUBJECT_KIND_ACCOUNT, "share",
      absl::StrCat(metric.display_name(),
                   ": its use as a share of the use that the agreed rules make expected, "
                   "1 is as expected."));
}

fact::v1::FactType TypeOf(const v1::RubricItem& item) {
  return MakeType(AssessmentFact(item.key()), type::v1::VALUE_TYPE_NUMBER,
                  fact::v1::SUBJECT_KIND_ACCOUNT, "rating",
                  absl::StrCat(item.display_name(), ", judged from 1 to 5."));
}

fact::v1::FactType TypeOf(const v1::SuccessDefinition& definition) {
  return MakeType(
      SuccessFact(definition.name()), type::v1::VALUE_TYPE_FLAG, fact::v1::SUBJECT_KIND_ONBOARDING,
      "", absl::StrCat("Whether the onboarding was a success: ", definition.display_name(), "."));
}

std::vector<fact::v1::FactType> TypesOf(const v1::ScoreModel& model) {
  fact::v1::FactType score =
      MakeType(ScoreFact(model.name()), type::v1::VALUE_TYPE_NUMBER, fact::v1::SUBJECT_KIND_ACCOUNT,
               "points", absl::StrCat(model.display_name(), ", 0 to 100."));
  fact::v1::FactType band = MakeType(ScoreBandFact(model.name()), type::v1::VALUE_TYPE_TEXT,
                                     fact::v1::SUBJECT_KIND_ACCOUNT, "",
                                     absl::StrCat("The band of ", model.display_name(), "."));
  for (const v1::Band& entry : model.bands()) band.add_values(entry.key());
  return {std::move(score), std::move(band)};
}

}  // namespace banso::health

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SURVEYS_SURVEY_FACTS_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SURVEYS_SURVEY_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "banso/fact/v1/fact.pb.h"
#include "banso/health/v1/survey.pb.h"

// What rules read of surveys. In the log each change names as its object the person whose answer it
// is; an account's value is made of those of its people when it is read.
namespace banso::health {

// The part of a fact's name that says whether anybody answered; no question is called so.
inline constexpr char kAnsweredKey[] = "answered";

// `survey.satisfaction.overall` of the survey (with or without revision) and a question's key.
std::string SurveyFact(absl::string_view survey, absl::string_view question);
// `survey.satisfaction.overall.executive`; empty for the layer UNSPECIFIED.
std::string SurveyFact(absl::string_view survey, absl::string_view question,
                       accounts::v1::Layer layer);
// `survey.satisfaction.answered` of `survey.satisfaction.overall`, and
// `survey.satisfaction.answered.executive` of `survey.satisfaction.overall.executive`.
std::string AnsweredFactOf(absl::string_view fact);
bool IsAnsweredFact(absl::string_view fact);

// The facts of a survey: each question and whether anybody answered, of all and of each layer.
std::vector<fact::v1::FactType> TypesOf(const v1::Survey& survey);

// As of when answers are read, and what was known then.
struct SurveyMoment {
  absl::Time as_of;
  // Absent: all that is known.
  std::optional<absl::Time> known_at;
  absl::TimeZone zone;
};

// The flag `answered`: true when the latest word of any of the people is an answer, false when that
// of all of them is silence. Only LATEST is answered; other windows are unknown.
fact::v1::FactReading ReadAnswered(absl::Span<const fact::v1::FactChange> changes,
                                   const fact::v1::FactQuery& query, const SurveyMoment& moment);

// A question: LATEST is the mean over the people of each one's value in force (or, with days, the
// one given in them); the other aggregations go over the answers as rule::ReadWindow does.
// `answered` is the flag at that moment: when it says that somebody was asked in vain, a question
// without a value is SOURCE_SILENT, from `answered.source()`.
fact::v1::FactReading ReadQuestion(absl::Span<const fact::v1::FactChange> changes,
                                   const fact::v1::FactReading& answered,
                                   const fact::v1::FactQuery& query, const SurveyMoment& moment);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SURVEYS_SURVEY_FACTS_H_

#include "services/health/domain/surveys/survey_facts.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/rule/window.h"

namespace banso::health {
namespace {

using accounts::v1::Layer;
using fact::v1::FactChange;
using fact::v1::FactQuery;
using fact::v1::FactReading;

constexpr Layer kLayers[] = {accounts::v1::LAYER_EXECUTIVE, accounts::v1::LAYER_MANAGER,
                             accounts::v1::LAYER_FIELD};

std::string LayerKey(Layer layer) {
  switch (layer) {
    case accounts::v1::LAYER_EXECUTIVE:
      return "executive";
    case accounts::v1::LAYER_MANAGER:
      return "manager";
    case accounts::v1::LAYER_FIELD:
      return "field";
    default:
      return "";
  }
}

std::string SurveyPrefix(absl::string_view survey) {
  const auto split = contract::SplitRevision(survey);
  const std::string name = split.has_value() ? split->name : std::string(survey);
  return absl::StrCat("survey.", absl::StrReplaceAll(contract::LastId(name), {{"-", "_"}}), ".");
}

bool IsVisibleWord(const FactChange& change, const FactQuery& query, const SurveyMoment& moment) {
  const absl::Time occurred = calendar::ToTime(change.occurred_time());
  if (occurred > moment.as_of) return false;
  if (moment.known_at.has_value() && calendar::ToTime(change.recorded_time()) > *moment.known_at) {
    return false;
  }
  const absl::CivilDay day = calendar::DayOf(occurred, moment.zone);
  return (!query.has_from() || day >= calendar::ToDay(query.from())) &&
         (!query.has_to() || day <= calendar::ToDay(query.to()));
}

bool AsksForTheLatestWord(const FactQuery& query) {
  return query.aggregation() == type::v1::AGGREGATION_UNSPECIFIED ||
         query.aggregation() == type::v1::AGGREGATION_LATEST;
}

// The last change of each person that is visible. `changes` are in the order in which they
// occurred.
std::map<std::string, const FactChange*> LatestByPerson(absl::Span<const FactChange> changes,
                                                        const FactQuery& query,
                                                        const SurveyMoment& moment) {
  std::map<std::string, const FactChange*> latest;
  for (const FactChange& change : changes) {
    if (IsVisibleWord(change, query, moment)) latest[change.object()] = &change;
  }
  return latest;
}

// Says of which change the reading is, unless it is of a later one already.
void TakeSourceOf(const FactChange& change, FactReading* reading) {
  if (reading->has_occurred_time() &&
      calendar::ToTime(reading->occurred_time()) > calendar::ToTime(change.occurred_time())) {
    return;
  }
  *reading->mutable_occurred_time() = change.occurred_time();
  *reading->mutable_recorded_time() = change.recorded_time();
  reading->set_source(change.source());
}

FactReading MeanOfPeople(absl::Span<const FactChange> changes, const FactQuery& query,
                         const SurveyMoment& moment) {
  FactReading reading;
  double sum = 0;
  const auto latest = LatestByPerson(changes, query, moment);
  for (const auto& [person, change] : latest) {
    if (!change->has_value()) continue;
    sum += change->value().number();
    reading.set_count(reading.count() + 1);
    TakeSourceOf(*change, &reading);
    if (!query.per_object()) continue;
    fact::v1::ObjectReading* object = reading.add_objects();
    object->set_object(person);
    object->set_count(1);
    *object->mutable_value() = change->value();
  }
  if (reading.count() > 0) {
    *reading.mutable_value() = rule::NumberValue(sum / static_cast<double>(reading.count()));
  } else if (!latest.empty()) {
    reading.set_unknown(fact::v1::UNKNOWN_REASON_WITHDRAWN);
  } else {
    reading.set_unknown(changes.empty() ? fact::v1::UNKNOWN_REASON_NEVER_RECORDED
                                        : fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW);
  }
  return reading;
}

// Each answer once, also when it was written down again to stand beside a silence that had been
// noted before it came in.
std::vector<rule::DatedValue> AnswersOf(absl::Span<const FactChange> changes) {
  std::vector<rule::DatedValue> values;
  std::set<std::pair<std::string, std::string>> seen;
  for (const FactChange& change : changes) {
    if (!change.has_value() || !seen.insert({change.object(), change.source()}).second) continue;
    rule::DatedValue& value = values.emplace_back();
    value.occurred = calendar::ToTime(change.occurred_time());
    value.recorded = calendar::ToTime(change.recorded_time());
    value.value = change.value();
    value.object = change.object();
    value.source = change.source();
  }
  return values;
}

}  // namespace

std::string SurveyFact(absl::string_view survey, absl::string_view question) {
  return absl::StrCat(SurveyPrefix(survey), question);
}

std::string SurveyFact(absl::string_view survey, absl::string_view question, Layer layer) {
  const std::string key = LayerKey(layer);
  return key.empty() ? "" : absl::StrCat(SurveyFact(survey, question), ".", key);
}

std::string AnsweredFactOf(absl::string_view fact) {
  std::vector<std::string> parts = absl::StrSplit(fact, '.');
  if (parts.size() > 2) parts[2] = kAnsweredKey;
  return absl::StrJoin(parts, ".");
}

bool IsAnsweredFact(absl::string_view fact) { return AnsweredFactOf(fact) == fact; }

std::vector<fact::v1::FactType> TypesOf(const v1::Survey& survey) {
  std::vector<fact::v1::FactType> types;
  const auto add = [&](std::string name, type::v1::ValueType value, std::string meaning) {
    fact::v1::FactType& type = types.emplace_back();
    type.set_name(std::move(name));
    type.set_value_type(value);
    type.set_subject(fact::v1::SUBJECT_KIND_ACCOUNT);
    if (value == type::v1::VALUE_TYPE_NUMBER) type.set_unit("rating");
    type.set_meaning(std::move(meaning));
  };
  const auto add_all = [&](const std::string& key, type::v1::ValueType value,
                           const std::string& meaning) {
    add(SurveyFact(survey.name(), key), value, absl::StrCat(meaning, "."));
    for (const Layer layer : kLayers) {
      add(SurveyFact(survey.name(), key, layer), value,
          absl::StrCat(meaning, "; of the layer ", LayerKey(layer), "."));
    }
  };
  for (const v1::SurveyQuestion& question : survey.questions()) {
    add_all(question.key(), type::v1::VALUE_TYPE_NUMBER,
            absl::StrCat("The mean of what the customer's people answer to \"", question.text(),
                         "\", ", question.low(), " to ", question.high()));
  }
  add_all(kAnsweredKey, type::v1::VALUE_TYPE_FLAG,
          absl::StrCat("Whether anybody answered ", survey.display_name(), " when asked last"));
  return types;
}

FactReading ReadAnswered(absl::Span<const FactChange> changes, const FactQuery& query,
                         const SurveyMoment& moment) {
  FactReading reading;
  reading.set_fact(query.fact());
  bool answered = false;
  const auto latest = LatestByPerson(changes, query, moment);
  for (const auto& [person, change] : latest) {
    answered = answered || change->value().flag();
    reading.set_count(reading.count() + 1);
    TakeSourceOf(*change, &reading);
  }
  if (reading.count() > 0 && AsksForTheLatestWord(query)) {
    *reading.mutable_value() = rule::FlagValue(answered);
  } else {
    reading.set_unknown(changes.empty() ? fact::v1::UNKNOWN_REASON_NEVER_RECORDED
                                        : fact::v1::UNKNOWN_REASON_NOT_IN_WINDOW);
  }
  return reading;
}

FactReading ReadQuestion(absl::Span<const FactChange> changes, const FactReading& answered,
                         const FactQuery& query, const SurveyMoment& moment) {
  FactReading reading;
  if (AsksForTheLatestWord(query)) {
    reading = MeanOfPeople(changes, query, moment);
  } else {
    reading = rule::ReadWindow(AnswersOf(changes), query,
                               {.as_of = moment.as_of,
                                .known_at = moment.known_at,
                                .time_zone = moment.zone,
                                .zero_since = std::nullopt});
  }
  reading.set_fact(query.fact());
  if (!reading.has_value() && answered.has_value() && !answered.value().flag()) {
    reading.set_unknown(fact::v1::UNKNOWN_REASON_SOURCE_SILENT);
    reading.set_source(answered.source());
  }
  return reading;
}

}  // namespace banso::health

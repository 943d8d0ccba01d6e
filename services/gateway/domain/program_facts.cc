#include "services/gateway/domain/program_facts.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "banso/type/v1/condition.pb.h"
#include "common/contract/resource_name.h"

namespace banso::gateway {
namespace {

using fact::v1::FactType;

// `metric.weekly_pool` of `metrics/weekly-pool`.
std::string FactName(absl::string_view prefix, absl::string_view resource) {
  return absl::StrCat(prefix, ".", absl::StrReplaceAll(contract::LastId(resource), {{"-", "_"}}));
}

FactType MakeType(std::string name, type::v1::ValueType value_type, fact::v1::SubjectKind subject,
                  absl::string_view unit, absl::string_view meaning) {
  FactType type;
  type.set_name(std::move(name));
  type.set_value_type(value_type);
  type.set_subject(subject);
  type.set_unit(std::string(unit));
  type.set_meaning(std::string(meaning));
  return type;
}

FactType TypeOf(const accounts::v1::AttributeDefinition& definition) {
  FactType type = MakeType(
      FactName("account.attribute", definition.name()), definition.value_type(),
      fact::v1::SUBJECT_KIND_ACCOUNT, definition.unit(),
      definition.description().empty() ? definition.display_name() : definition.description());
  *type.mutable_values() = definition.allowed_values();
  return type;
}

void AddMetric(const health::v1::Metric& metric, std::vector<FactType>* types) {
  const bool flag = metric.kind() == health::v1::METRIC_KIND_FLAG;
  FactType type = MakeType(FactName("metric", metric.name()),
                           flag ? type::v1::VALUE_TYPE_FLAG : type::v1::VALUE_TYPE_NUMBER,
                           fact::v1::SUBJECT_KIND_ACCOUNT, flag ? "" : metric.unit(),
                           metric.meaning().empty() ? metric.display_name() : metric.meaning());
  type.set_counter(metric.kind() == health::v1::METRIC_KIND_COUNTER ||
                   metric.kind() == health::v1::METRIC_KIND_DISTINCT_USERS);
  type.set_per_object(metric.kind() != health::v1::METRIC_KIND_RATIO);
  types->push_back(std::move(type));
  if (metric.kind() != health::v1::METRIC_KIND_COUNTER) return;
  types->push_back(MakeType(absl::StrCat(FactName("use", metric.name()), ".share_of_expected"),
                            type::v1::VALUE_TYPE_NUMBER, fact::v1::SUBJECT_KIND_ACCOUNT, "share",
                            absl::StrCat(metric.display_name(),
                                         ": its use as a share of the use that the agreed rules "
                                         "make expected, 1 is as expected.")));
}

void AddRubric(const health::v1::Rubric& rubric, std::vector<FactType>* types) {
  for (const health::v1::RubricItem& item : rubric.items()) {
    types->push_back(MakeType(absl::StrCat("assessment.", item.key()), type::v1::VALUE_TYPE_NUMBER,
                              fact::v1::SUBJECT_KIND_ACCOUNT, "rating",
                              absl::StrCat(item.display_name(), ", judged from 1 to 5.")));
  }
}

std::string BandFact(absl::string_view score_model) {
  return absl::StrCat(FactName("score", score_model), ".band");
}

void AddScoreModel(const health::v1::ScoreModel& model, std::vector<FactType>* types) {
  const std::string score = FactName("score", model.name());
  types->push_back(MakeType(score, type::v1::VALUE_TYPE_NUMBER, fact::v1::SUBJECT_KIND_ACCOUNT,
                            "points", absl::StrCat(model.display_name(), ", 0 to 100.")));
  FactType& band = types->emplace_back(
      MakeType(BandFact(model.name()), type::v1::VALUE_TYPE_TEXT, fact::v1::SUBJECT_KIND_ACCOUNT,
               "", absl::StrCat("The band of ", model.display_name(), ".")));
  for (const health::v1::Band& entry : model.bands()) band.add_values(entry.key());
}

void AddStageModel(const health::v1::StageModel& model, std::vector<FactType>* types) {
  const std::string stage = FactName("stage", model.name());
  const auto add = [&](absl::string_view suffix, type::v1::ValueType value_type,
                       absl::string_view meaning) -> FactType& {
    return types->emplace_back(MakeType(absl::StrCat(stage, suffix), value_type,
                                        fact::v1::SUBJECT_KIND_ACCOUNT, "", meaning));
  };
  FactType& level =
      add("", type::v1::VALUE_TYPE_TEXT, absl::StrCat("The level of ", model.display_name(), "."));
  for (const health::v1::StageLevel& entry : model.levels()) level.add_values(entry.key());
  add(".rank", type::v1::VALUE_TYPE_NUMBER,
      absl::StrCat("The rank of the level of ", model.display_name(),
                   ", 1 for the lowest, 0 below it."));
  add(".stuck", type::v1::VALUE_TYPE_FLAG,
      absl::StrCat("Whether it has been on its level of ", model.display_name(), " for too long."));
}

void AddSurvey(const health::v1::Survey& survey, std::vector<FactType>* types) {
  const auto add = [&](absl::string_view key, type::v1::ValueType value_type,
                       absl::string_view unit, const std::string& meaning) {
    const std::string name = absl::StrCat(FactName("survey", survey.name()), ".", key);
    types->push_back(MakeType(name, value_type, fact::v1::SUBJECT_KIND_ACCOUNT, unit,
                              absl::StrCat(meaning, ".")));
    for (const char* layer : {"executive", "manager", "field"}) {
      types->push_back(MakeType(absl::StrCat(name, ".", layer), value_type,
                                fact::v1::SUBJECT_KIND_ACCOUNT, unit,
                                absl::StrCat(meaning, "; of the layer ", layer, ".")));
    }
  };
  for (const health::v1::SurveyQuestion& question : survey.questions()) {
    add(question.key(), type::v1::VALUE_TYPE_NUMBER, "rating",
        absl::StrCat("The mean of what the customer's people answer to \"", question.text(), "\", ",
                     question.low(), " to ", question.high()));
  }
  add("answered", type::v1::VALUE_TYPE_FLAG, "",
      absl::StrCat("Whether anybody answered ", survey.display_name(), " when asked last"));
}

void Collect(const google::protobuf::Message& message, std::set<std::string>* facts) {
  const google::protobuf::Descriptor* type = message.GetDescriptor();
  if (type == type::v1::FactRef::descriptor()) {
    facts->insert(static_cast<const type::v1::FactRef&>(message).fact());
  } else if (type == health::v1::UsageFall::descriptor()) {
    facts->insert(static_cast<const health::v1::UsageFall&>(message).fact());
  } else if (type == health::v1::MatrixPolicy::descriptor()) {
    facts->insert(BandFact(static_cast<const health::v1::MatrixPolicy&>(message).score_model()));
  }
  const google::protobuf::Reflection* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      Collect(reflection->GetMessage(message, field), facts);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      Collect(reflection->GetRepeatedMessage(message, field, i), facts);
    }
  }
}

}  // namespace

std::vector<FactType> FactTypesOf(const v1::Program& program) {
  std::vector<FactType> types;
  for (const auto& definition : program.attribute_definitions()) {
    types.push_back(TypeOf(definition));
  }
  for (const auto& metric : program.metrics()) AddMetric(metric, &types);
  for (const auto& rubric : program.rubrics()) AddRubric(rubric, &types);
  for (const auto& definition : program.success_definitions()) {
    types.push_back(MakeType(
        FactName("success", definition.name()), type::v1::VALUE_TYPE_FLAG,
        fact::v1::SUBJECT_KIND_ONBOARDING, "",
        absl::StrCat("Whether the onboarding was a success: ", definition.display_name(), ".")));
  }
  for (const auto& model : program.score_models()) AddScoreModel(model, &types);
  for (const auto& model : program.stage_models()) AddStageModel(model, &types);
  for (const auto& survey : program.surveys()) AddSurvey(survey, &types);
  return types;
}

std::set<std::string> ReferencedFacts(const google::protobuf::Message& message) {
  std::set<std::string> facts;
  Collect(message, &facts);
  return facts;
}

}  // namespace banso::gateway

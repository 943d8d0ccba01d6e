#include "services/health/store/fact_catalog.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "common/storage/list_query.h"
#include "services/health/domain/fact_types.h"
#include "services/health/domain/stages/stage_model.h"
#include "services/health/domain/surveys/survey_facts.h"
#include "services/health/store/store.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;
using storage::Writer;

fact::v1::SubjectKind SubjectKindOf(absl::string_view subject) {
  if (absl::StrContains(subject, "/onboardings/")) return fact::v1::SUBJECT_KIND_ONBOARDING;
  if (absl::StrContains(subject, "/sites/")) return fact::v1::SUBJECT_KIND_SITE;
  if (absl::StrContains(subject, "/stakeholders/")) return fact::v1::SUBJECT_KIND_STAKEHOLDER;
  return fact::v1::SUBJECT_KIND_ACCOUNT;
}

// Applies `on_item` to every resource, in force or as saved last.
template <typename T, typename F>
absl::Status ForEachSaved(Reader& reader, const storage::RevisionedCollection<T>& collection,
                          absl::Time now, F on_item) {
  storage::ListQuery query;
  query.page_size = query.max_page_size;
  do {
    BANSO_ASSIGN_OR_RETURN(storage::Page<T> page, collection.List(reader, query, now));
    for (const T& item : page.items) on_item(item);
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<fact::v1::FactType>> OwnFactTypes(const Store& store, Reader& reader,
                                                             absl::Time now) {
  rule::FactCatalog catalog;
  BANSO_RETURN_IF_ERROR(store.metrics.ForEach(reader, "", {}, [&](v1::Metric& metric) {
    catalog.Add(TypeOf(metric));
    if (metric.kind() == v1::METRIC_KIND_COUNTER) catalog.Add(ShareOfExpectedType(metric));
    return absl::OkStatus();
  }));
  BANSO_RETURN_IF_ERROR(
      ForEachSaved(reader, store.assessments.rubrics, now, [&](const v1::Rubric& rubric) {
        for (const v1::RubricItem& item : rubric.items()) catalog.Add(TypeOf(item));
      }));
  BANSO_RETURN_IF_ERROR(ForEachSaved(
      reader, store.success.definitions, now,
      [&](const v1::SuccessDefinition& definition) { catalog.Add(TypeOf(definition)); }));
  BANSO_RETURN_IF_ERROR(
      ForEachSaved(reader, store.scoring.models, now, [&](const v1::ScoreModel& model) {
        for (fact::v1::FactType& type : TypesOf(model)) catalog.Add(std::move(type));
      }));
  BANSO_RETURN_IF_ERROR(
      ForEachSaved(reader, store.stages.models, now, [&](const v1::StageModel& model) {
        for (fact::v1::FactType& type : TypesOf(model)) catalog.Add(std::move(type));
      }));
  BANSO_RETURN_IF_ERROR(
      ForEachSaved(reader, store.surveys.surveys, now, [&](const v1::Survey& survey) {
        for (fact::v1::FactType& type : TypesOf(survey)) catalog.Add(std::move(type));
      }));
  std::vector<fact::v1::FactType> types;
  for (const fact::v1::FactType* type : catalog.List()) types.push_back(*type);
  return types;
}

absl::StatusOr<rule::FactCatalog> ReadCatalog(const Store& store, Reader& reader, absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(std::vector<fact::v1::FactType> own, OwnFactTypes(store, reader, now));
  rule::FactCatalog catalog(std::move(own));
  BANSO_RETURN_IF_ERROR(
      reader.Query("SELECT data FROM known_fact_type ORDER BY name", {}, [&](const Row& row) {
        fact::v1::FactType type;
        const absl::string_view data = row.Blob(0);
        if (!type.ParseFromArray(data.data(), static_cast<int>(data.size()))) {
          return absl::DataLossError("a stored fact type cannot be read");
        }
        catalog.Add(std::move(type));
        return absl::OkStatus();
      }));
  return catalog;
}

absl::Status KeepFactTypes(Writer& writer, const std::vector<fact::v1::FactType>& types) {
  for (const fact::v1::FactType& type : types) {
    if (IsOwnFact(type.name())) continue;
    BANSO_RETURN_IF_ERROR(
        writer
            .Execute("INSERT INTO known_fact_type (name, data) VALUES ($name, $data) "
                     "ON CONFLICT (name) DO UPDATE SET data = excluded.data",
                     {{"name", type.name()}, {"data", storage::Bytes{type.SerializeAsString()}}})
            .status());
  }
  return absl::OkStatus();
}

absl::Status KeepTypeOf(Writer& writer, const fact::v1::FactChange& change) {
  if (!change.has_value()) return absl::OkStatus();
  fact::v1::FactType type;
  type.set_name(change.fact());
  type.set_value_type(rule::TypeOf(change.value()));
  type.set_subject(SubjectKindOf(change.subject()));
  return writer
      .Execute(
          "INSERT INTO known_fact_type (name, data) VALUES ($name, $data) "
          "ON CONFLICT (name) DO NOTHING",
          {{"name", type.name()}, {"data", storage::Bytes{type.SerializeAsString()}}})
      .status();
}

}  // namespace banso::health

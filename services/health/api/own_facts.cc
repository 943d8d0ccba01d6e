#include "services/health/api/own_facts.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/stages/stage_evaluation.h"
#include "services/health/domain/fact_types.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {
namespace {

using fact::v1::FactQuery;
using fact::v1::FactReading;
using storage::Reader;
using type::v1::Value;

bool AsksForTheLatest(const FactQuery& query) {
  const bool latest = query.aggregation() == type::v1::AGGREGATION_UNSPECIFIED ||
                      query.aggregation() == type::v1::AGGREGATION_LATEST;
  return latest && !query.has_from() && !query.has_to();
}

// `scoreModels/weekly-health` of the fact `score.weekly_health`: ids hold no `_`.
std::string ResourceOf(absl::string_view collection, absl::string_view key) {
  return absl::StrCat(collection, "/", absl::StrReplaceAll(key, {{"_", "-"}}));
}

// Answers labels and scores of one account that is due.
class FreshAnswers {
 public:
  FreshAnswers(const Store& store, Reader& reader, AccountEvaluation account, absl::Time now)
      : store_(store), reader_(reader), account_(std::move(account)), now_(now) {}

  // Nothing when no rule in force decides the fact; then the log says what there is.
  absl::StatusOr<std::optional<FactReading>> Read(const std::string& subject,
                                                  const std::string& fact) {
    if (absl::StartsWith(fact, "success.")) return ReadLabel(subject, fact);
    if (absl::StartsWith(fact, "stage.")) return ReadStage(fact);
    return ReadScore(fact);
  }

 private:
  absl::StatusOr<std::optional<FactReading>> ReadLabel(const std::string& subject,
                                                       const std::string& fact) {
    const auto* onboarding = account_.FindOnboarding(subject);
    const auto definition = store_.success.definitions.Active(
        reader_, ResourceOf("successDefinitions", absl::StripPrefix(fact, "success.")), now_);
    if (onboarding == nullptr || !definition.ok()) return std::optional<FactReading>();
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog* catalog, Catalog());
    BANSO_ASSIGN_OR_RETURN(const v1::SuccessLabel label,
                           account_.LabelBy(*definition, *onboarding, *catalog, {.time = now_}));
    std::optional<Value> value;
    if (label.state() == v1::SUCCESS_STATE_MET) value = rule::FlagValue(true);
    if (label.state() == v1::SUCCESS_STATE_MISSED) value = rule::FlagValue(false);
    return Answer(std::move(value), label.success_definition());
  }

  absl::StatusOr<std::optional<FactReading>> ReadScore(const std::string& fact) {
    absl::string_view key = absl::StripPrefix(fact, "score.");
    const bool band = absl::EndsWith(key, ".band");
    if (band) key = absl::StripSuffix(key, ".band");
    const auto model = store_.scoring.models.Active(reader_, ResourceOf("scoreModels", key), now_);
    if (!model.ok()) return std::optional<FactReading>();
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog* catalog, Catalog());
    BANSO_ASSIGN_OR_RETURN(const v1::Score score,
                           account_.ScoreBy(*model, *catalog, {.time = now_}));
    std::optional<Value> value;
    if (score.has_value()) {
      value = band ? rule::TextValue(score.band()) : rule::NumberValue(score.value());
    }
    return Answer(std::move(value), score.score_model());
  }

  absl::StatusOr<std::optional<FactReading>> ReadStage(const std::string& fact) {
    const std::vector<absl::string_view> parts = absl::StrSplit(fact, '.');
    const auto model =
        store_.stages.models.Active(reader_, ResourceOf("stageModels", parts[1]), now_);
    if (!model.ok()) return std::optional<FactReading>();
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog* catalog, Catalog());
    StoreFactReader facts(store_, reader_);
    BANSO_ASSIGN_OR_RETURN(const PlacementResult result,
                           Place(store_, reader_, facts, account_, *model, *catalog, now_));
    const std::optional<v1::Placement>& placement = result.advance.placement;
    if (!placement.has_value()) return std::optional<FactReading>();
    std::optional<Value> value;
    if (parts.size() == 2) {
      if (placement->rank() > 0) value = rule::TextValue(placement->level());
    } else if (parts[2] == "stuck") {
      value = rule::FlagValue(placement->stuck());
    } else if (placement->state() != v1::PLACEMENT_STATE_NOT_APPLICABLE) {
      value = rule::NumberValue(placement->rank());
    }
    return Answer(std::move(value), placement->stage_model());
  }

  std::optional<FactReading> Answer(std::optional<Value> value, const std::string& source) const {
    FactReading reading;
    if (value.has_value()) {
      *reading.mutable_value() = *std::move(value);
      *reading.mutable_occurred_time() = calendar::ToTimestamp(now_);
      *reading.mutable_recorded_time() = calendar::ToTimestamp(now_);
      reading.set_count(1);
    } else {
      reading.set_unknown(fact::v1::UNKNOWN_REASON_NEVER_RECORDED);
    }
    reading.set_source(source);
    return reading;
  }

  absl::StatusOr<const rule::FactCatalog*> Catalog() {
    if (!catalog_.has_value()) {
      BANSO_ASSIGN_OR_RETURN(catalog_, ReadCatalog(store_, reader_, now_));
    }
    return &*catalog_;
  }

  const Store& store_;
  Reader& reader_;
  AccountEvaluation account_;
  const absl::Time now_;
  std::optional<rule::FactCatalog> catalog_;
};

// What answers labels and scores of the account now, if they are due.
absl::StatusOr<std::optional<FreshAnswers>> FreshFor(const Store& store, Reader& reader,
                                                     StoreFactReader& facts,
                                                     const std::string& account, absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(const std::optional<DueEvaluation> due, FindDue(reader, account, now));
  if (!due.has_value()) return std::optional<FreshAnswers>();
  absl::StatusOr<AccountEvaluation> loaded = AccountEvaluation::Load(store, reader, facts, account);
  if (absl::IsNotFound(loaded.status())) return std::optional<FreshAnswers>();
  BANSO_RETURN_IF_ERROR(loaded.status());
  return std::optional<FreshAnswers>(std::in_place, store, reader, *std::move(loaded), now);
}

absl::StatusOr<FactReading> ReadLog(const Store& store, Reader& reader,
                                    const fact::v1::GetFactsRequest& request,
                                    const std::string& subject, const FactQuery& query,
                                    absl::Time now) {
  fact::v1::GetFactsRequest one;
  one.add_subjects(subject);
  *one.add_queries() = query;
  if (request.has_as_of()) *one.mutable_as_of() = request.as_of();
  if (request.has_known_at()) *one.mutable_known_at() = request.known_at();
  BANSO_ASSIGN_OR_RETURN(fact::v1::GetFactsResponse answer, store.facts.Read(reader, one, now));
  if (answer.readings_size() != 1) return contract::Internal("the log did not answer a question");
  return std::move(*answer.mutable_readings(0));
}

}  // namespace

bool OwnFacts::Owns(absl::string_view fact) const { return IsOwnFact(fact); }

absl::StatusOr<std::vector<FactReading>> OwnFacts::Read(Reader& reader,
                                                        const fact::v1::GetFactsRequest& request,
                                                        absl::Time now) {
  StoreFactReader facts(store_, reader);
  SampleMoment moment;
  moment.as_of = request.has_as_of() ? calendar::ToTime(request.as_of()) : now;
  if (request.has_known_at()) moment.known_at = calendar::ToTime(request.known_at());
  const bool present = !request.has_as_of() && !request.has_known_at();
  std::vector<FactReading> readings;
  for (const std::string& subject : request.subjects()) {
    moment.account = subject;
    moment.zone = calendar::ZoneOrUtc(ZoneOf(reader, subject));
    std::optional<FreshAnswers> fresh;
    if (present) {
      absl::StatusOr<std::optional<FreshAnswers>> found =
          FreshFor(store_, reader, facts, contract::Ancestor(subject, "accounts"), now);
      BANSO_RETURN_IF_ERROR(found.status());
      if (found->has_value()) fresh.emplace(**std::move(found));
    }
    for (const FactQuery& query : request.queries()) {
      std::optional<FactReading> reading;
      if (StoreFactReader::HasWindowsOfItsOwn(query.fact())) {
        BANSO_ASSIGN_OR_RETURN(reading, facts.ReadWindow(moment, query));
      } else if (fresh.has_value() && AsksForTheLatest(query)) {
        BANSO_ASSIGN_OR_RETURN(reading, fresh->Read(subject, query.fact()));
      }
      if (!reading.has_value()) {
        BANSO_ASSIGN_OR_RETURN(reading, ReadLog(store_, reader, request, subject, query, now));
      }
      reading->set_subject(subject);
      reading->set_fact(query.fact());
      readings.push_back(*std::move(reading));
    }
  }
  return readings;
}

}  // namespace banso::health

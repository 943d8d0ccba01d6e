#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/deactivate.h"
#include "services/health/api/health_api.h"
#include "services/health/api/lists.h"
#include "services/health/api/rule_checks.h"
#include "services/health/domain/score_model.h"
#include "services/health/domain/scoring/score_trend.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::Score;
using v1::ScoreModel;

namespace {

// Which score a caller means, and as of when.
struct ScoreQuestion {
  // Without a revision.
  std::string name;
  std::string account;
  // `scoreModels/x` or `scoreModels/x@2`.
  std::string model;
  bool names_revision = false;
  // Absent: the stored score is meant.
  std::optional<AsOf> as_of;
};

absl::StatusOr<ScoreQuestion> ParseQuestion(const v1::GetScoreRequest& request, absl::Time now) {
  const auto split = contract::SplitRevision(request.name());
  if (!split.has_value()) {
    return contract::InvalidField("name", request.name(),
                                  "a score's name, with or without @ and a revision");
  }
  ScoreQuestion question;
  question.name = split->name;
  question.account = contract::Parent(split->name);
  question.model = absl::StrCat("scoreModels/", contract::LastId(split->name));
  question.names_revision = split->revision.has_value();
  if (question.names_revision) {
    question.model = contract::JoinRevision(question.model, *split->revision);
  }
  if (request.has_as_of() || request.has_known_at() || question.names_revision) {
    AsOf as_of{.time = request.has_as_of() ? calendar::ToTime(request.as_of()) : now};
    if (request.has_known_at()) as_of.known_at = calendar::ToTime(request.known_at());
    question.as_of = as_of;
  }
  return question;
}

absl::StatusOr<Score> ComputeNow(const Store& store, Reader& reader, const ScoreQuestion& question,
                                 const AsOf& as_of, absl::Time now) {
  ScoreModel model;
  if (question.names_revision) {
    BANSO_ASSIGN_OR_RETURN(model, store.scoring.models.Get(reader, question.model, now));
  } else {
    BANSO_ASSIGN_OR_RETURN(model, store.scoring.models.Active(reader, question.model, now));
  }
  StoreFactReader facts(store, reader, Holding::kPages);
  BANSO_ASSIGN_OR_RETURN(AccountEvaluation account,
                         AccountEvaluation::Load(store, reader, facts, question.account));
  BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, ReadCatalog(store, reader, now));
  return account.ScoreBy(model, catalog, as_of);
}

// Says why a stored score may no longer be right.
absl::Status FillStaleBecause(const Store& store, Reader& reader, absl::Time now, Score& score) {
  BANSO_ASSIGN_OR_RETURN(const std::optional<DueEvaluation> due,
                         FindDue(reader, contract::Parent(score.name()), now));
  if (due.has_value()) {
    score.add_stale_because(due->because.empty() ? "a new day has begun since" : due->because);
  }
  const auto split = contract::SplitRevision(score.score_model());
  if (!split.has_value()) return absl::OkStatus();
  const absl::StatusOr<ScoreModel> active = store.scoring.models.Active(reader, split->name, now);
  if (!active.ok()) {
    score.add_stale_because(absl::StrCat(split->name, " is no longer in force"));
  } else if (active->revision().number() != split->revision.value_or(0)) {
    score.add_stale_because(absl::StrCat(
        contract::JoinRevision(split->name, active->revision().number()), " is in force"));
  }
  return absl::OkStatus();
}

// Says how a stored score has moved.
absl::Status FillTrend(const Store& store, Reader& reader, absl::Time now, Score& score) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<v1::ScoreMoment> history,
                         store.scoring.HistoryOf(reader, score.name()));
  const absl::TimeZone zone = calendar::ZoneOrUtc(ZoneOf(reader, score.name()));
  const std::optional<double> trend = ScoreTrendPerWeek(history, calendar::DayOf(now, zone), zone);
  if (trend.has_value()) score.set_trend_per_week(*trend);
  return absl::OkStatus();
}

absl::Status FillWhenRead(const Store& store, Reader& reader, absl::Time now, Score& score) {
  BANSO_RETURN_IF_ERROR(FillStaleBecause(store, reader, now, score));
  return FillTrend(store, reader, now, score);
}

}  // namespace

absl::StatusOr<ScoreModel> HealthApi::SaveScoreModel(const Call& call,
                                                     const v1::SaveScoreModelRequest& request) {
  const ScoreModel& model = request.score_model();
  const auto check = [&](Reader& reader) -> absl::Status {
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                           CatalogWith(store_, reader, call.now, request.additional_fact_types()));
    contract::Violations violations;
    CheckScoreModel(model, catalog, "score_model", &violations);
    return violations.ToStatus();
  };
  if (request.validate_only()) {
    BANSO_RETURN_IF_ERROR(database_.Read(check));
    return model;
  }
  return storage::Mutate<ScoreModel>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<ScoreModel> {
        BANSO_RETURN_IF_ERROR(check(writer));
        BANSO_RETURN_IF_ERROR(KeepTypes(writer, request.additional_fact_types()));
        return store_.scoring.models.Save(writer, model, request.reason());
      });
}

absl::StatusOr<ScoreModel> HealthApi::ActivateScoreModel(
    const Call& call, const v1::ActivateScoreModelRequest& request) {
  return storage::Mutate<ScoreModel>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<ScoreModel> {
        BANSO_RETURN_IF_ERROR(
            MarkAllDue(writer, absl::StrCat(request.name(), " was put in force")));
        return store_.scoring.models.Activate(writer, request.name(), writer.now());
      });
}

absl::StatusOr<v1::ScoreModel> HealthApi::DeactivateScoreModel(
    const Call& call, const v1::DeactivateScoreModelRequest& request) {
  return Deactivate(database_, store_.scoring.models, call, request, Judged::kAll);
}

absl::StatusOr<ScoreModel> HealthApi::GetScoreModel(const Call& call,
                                                    const v1::GetScoreModelRequest& request) {
  return storage::Fetch<ScoreModel>(database_, [&](Reader& reader) {
    return store_.scoring.models.Get(reader, request.name(), call.now);
  });
}

absl::StatusOr<v1::ListScoreModelRevisionsResponse> HealthApi::ListScoreModelRevisions(
    const Call& call, const v1::ListScoreModelRevisionsRequest& request) {
  return ListRevisionsOf<v1::ListScoreModelRevisionsResponse>(
      database_, store_.scoring.models, request, call.now,
      &v1::ListScoreModelRevisionsResponse::mutable_score_models);
}

absl::StatusOr<Score> HealthApi::GetScore(const Call& call, const v1::GetScoreRequest& request) {
  BANSO_ASSIGN_OR_RETURN(const ScoreQuestion question, ParseQuestion(request, call.now));
  if (!question.as_of.has_value()) {
    BANSO_RETURN_IF_ERROR(evaluator_.EvaluateIfDue(call, question.account));
  }
  return storage::Fetch<Score>(database_, [&](Reader& reader) -> absl::StatusOr<Score> {
    if (question.as_of.has_value()) {
      return ComputeNow(store_, reader, question, *question.as_of, call.now);
    }
    BANSO_ASSIGN_OR_RETURN(std::optional<Score> stored,
                           store_.scoring.scores.Find(reader, question.name));
    if (!stored.has_value()) {
      return ComputeNow(store_, reader, question, {.time = call.now}, call.now);
    }
    BANSO_RETURN_IF_ERROR(FillWhenRead(store_, reader, call.now, *stored));
    return *std::move(stored);
  });
}

absl::StatusOr<v1::ListScoresResponse> HealthApi::ListScores(const Call& call,
                                                             const v1::ListScoresRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  query.order_by = request.order_by();
  if (!request.score_model().empty()) {
    query.filters.push_back(storage::Equal("model", request.score_model()));
  }
  if (!request.band().empty()) query.filters.push_back(storage::Equal("band", request.band()));
  return storage::Fetch<v1::ListScoresResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListScoresResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<Score> page,
                               store_.scoring.scores.List(reader, query));
        for (Score& score : page.items) {
          BANSO_RETURN_IF_ERROR(FillWhenRead(store_, reader, call.now, score));
        }
        return ToResponse<v1::ListScoresResponse>(std::move(page),
                                                  &v1::ListScoresResponse::mutable_scores);
      });
}

}  // namespace banso::health

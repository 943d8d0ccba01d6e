#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/contract/errors.h"
#include "common/contract/ids.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "common/storage/mutate.h"
#include "services/health/api/change_of.h"
#include "services/health/api/evaluation.h"
#include "services/health/api/lists.h"
#include "services/health/api/scoring/scoring_api.h"
#include "services/health/domain/scoring/score_override.h"
#include "services/health/store/evaluations.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

using storage::Reader;
using storage::Writer;
using v1::ScoreOverride;

namespace {

constexpr char kReasonOver[] = "OVERRIDE_OVER";
constexpr char kReplaced[] = "another judgement took its place";

absl::StatusOr<ScoreOverride> End(const Store& store, Writer& writer, ScoreOverride judged,
                                  absl::string_view reason) {
  *judged.mutable_end_time() = calendar::ToTimestamp(writer.now());
  judged.set_end_reason(std::string(reason));
  BANSO_RETURN_IF_ERROR(MarkDue(writer, contract::Ancestor(judged.name(), "accounts"),
                                "a judgement about the score has ended"));
  return store.scoring.overrides.Update(writer, std::move(judged));
}

}  // namespace

absl::StatusOr<ScoreOverride> ScoringApi::CreateScoreOverride(
    const Call& call, const v1::CreateScoreOverrideRequest& request) {
  return storage::Mutate<ScoreOverride>(
      database_, call, request, [&](Writer& writer) -> absl::StatusOr<ScoreOverride> {
        const std::string account = contract::Ancestor(request.parent(), "accounts");
        BANSO_RETURN_IF_ERROR(store_.accounts.CheckOpen(writer, account));
        const std::string model_name =
            absl::StrCat("scoreModels/", contract::LastId(request.parent()));
        BANSO_ASSIGN_OR_RETURN(const v1::ScoreModel model,
                               store_.scoring.models.Active(writer, model_name, writer.now()));
        ScoreOverride judged = request.score_override();
        contract::Violations violations;
        CheckOverride(judged, model, writer.now(), "score_override", &violations);
        BANSO_RETURN_IF_ERROR(violations.ToStatus());

        StoreFactReader facts(store_, writer);
        BANSO_ASSIGN_OR_RETURN(AccountEvaluation evaluation,
                               AccountEvaluation::Load(store_, writer, facts, account));
        BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog,
                               ReadCatalog(store_, writer, writer.now()));
        BANSO_ASSIGN_OR_RETURN(const v1::Score score,
                               evaluation.ScoreBy(model, catalog, {.time = writer.now()}));
        if (score.has_override()) {
          BANSO_ASSIGN_OR_RETURN(ScoreOverride standing,
                                 store_.scoring.overrides.Get(writer, score.override().name()));
          BANSO_RETURN_IF_ERROR(End(store_, writer, std::move(standing), kReplaced).status());
        }
        judged.set_name(contract::Join(request.parent(), "overrides",
                                       contract::IdOrNew(request.override_id(), ids_)));
        judged.set_author(call.actor);
        judged.set_computed_band(score.computed_band());
        BANSO_RETURN_IF_ERROR(MarkDue(writer, account, "somebody has judged the score"));
        return store_.scoring.overrides.Create(writer, std::move(judged));
      });
}

absl::StatusOr<ScoreOverride> ScoringApi::EndScoreOverride(
    const Call& call, const v1::EndScoreOverrideRequest& request) {
  return ChangeOf<ScoreOverride>(
      store_, database_, call, request, [&](Writer& writer) -> absl::StatusOr<ScoreOverride> {
        BANSO_ASSIGN_OR_RETURN(ScoreOverride judged,
                               store_.scoring.overrides.Get(writer, request.name()));
        if (OverAt(judged) <= writer.now()) {
          return contract::FailedPrecondition(
              kReasonOver, request.name(),
              absl::StrCat("it is over since ", absl::FormatTime(OverAt(judged))), "");
        }
        return End(store_, writer, std::move(judged), request.reason());
      });
}

absl::StatusOr<ScoreOverride> ScoringApi::GetScoreOverride(
    const Call&, const v1::GetScoreOverrideRequest& request) {
  return storage::Fetch<ScoreOverride>(database_, [&](Reader& reader) {
    return store_.scoring.overrides.Get(reader, request.name());
  });
}

absl::StatusOr<v1::ListScoreOverridesResponse> ScoringApi::ListScoreOverrides(
    const Call&, const v1::ListScoreOverridesRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  return storage::Fetch<v1::ListScoreOverridesResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListScoreOverridesResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<ScoreOverride> page,
                               store_.scoring.overrides.List(reader, query));
        return ToResponse<v1::ListScoreOverridesResponse>(
            std::move(page), &v1::ListScoreOverridesResponse::mutable_score_overrides);
      });
}

}  // namespace banso::health

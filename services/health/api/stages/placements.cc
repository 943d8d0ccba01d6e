#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/status_macros.h"
#include "services/health/api/lists.h"
#include "services/health/api/stages/stage_evaluation.h"
#include "services/health/api/stages/stages_api.h"
#include "services/health/store/fact_catalog.h"

namespace banso::health {

using storage::Reader;
using v1::Placement;
using v1::StageModel;

namespace {

void AddReadings(const StageModel& model, StageJudgement judgement, Placement& placement) {
  const std::vector<type::v1::Truth> reached = ReachedLevels(model, judgement);
  for (int i = 0; i < model.levels_size(); ++i) {
    v1::LevelReading* reading = placement.add_levels();
    reading->set_level(model.levels(i).key());
    reading->set_reached(reached[static_cast<size_t>(i)]);
    if (model.levels(i).has_condition()) {
      *reading->mutable_explanation() = std::move(judgement.levels[static_cast<size_t>(i)]);
    }
  }
}

// The account's placement as the moves that are known tell it of a past time.
absl::StatusOr<std::optional<Placement>> PlacementAsOf(const Store& store, Reader& reader,
                                                       const AccountEvaluation& account,
                                                       const StageModel& model,
                                                       const std::string& name, absl::Time as_of) {
  BANSO_ASSIGN_OR_RETURN(const std::vector<v1::StageMove> moves,
                         store.stages.MovesOf(reader, name));
  std::optional<Placement> placement = Replay(moves, as_of);
  if (!placement.has_value()) return placement;
  placement->set_stuck(
      IsStuck(model, placement->rank(),
              calendar::DayOf(calendar::ToTime(placement->since()), account.zone()),
              calendar::DayOf(as_of, account.zone())));
  return placement;
}

// The stored placement; for an account that has none yet, what it would be.
absl::StatusOr<std::optional<Placement>> PresentPlacement(const Store& store, Reader& reader,
                                                          StoreFactReader& facts,
                                                          const AccountEvaluation& account,
                                                          const StageModel& model,
                                                          const rule::FactCatalog& catalog,
                                                          const std::string& name, absl::Time now) {
  BANSO_ASSIGN_OR_RETURN(std::optional<Placement> stored,
                         store.stages.placements.Find(reader, name));
  if (stored.has_value()) return stored;
  BANSO_ASSIGN_OR_RETURN(PlacementResult result,
                         Place(store, reader, facts, account, model, catalog, now));
  return std::move(result.advance.placement);
}

}  // namespace

absl::StatusOr<Placement> StagesApi::GetPlacement(const Call& call,
                                                  const v1::GetPlacementRequest& request) {
  const std::string account_name = contract::Parent(request.name());
  const std::string model_name = absl::StrCat("stageModels/", contract::LastId(request.name()));
  BANSO_RETURN_IF_ERROR(evaluator_.EvaluateIfDue(call, account_name));
  return storage::Fetch<Placement>(database_, [&](Reader& reader) -> absl::StatusOr<Placement> {
    BANSO_ASSIGN_OR_RETURN(const StageModel model,
                           store_.stages.models.Active(reader, model_name, call.now));
    StoreFactReader facts(store_, reader);
    BANSO_ASSIGN_OR_RETURN(const AccountEvaluation account,
                           AccountEvaluation::Load(store_, reader, facts, account_name));
    BANSO_ASSIGN_OR_RETURN(const rule::FactCatalog catalog, ReadCatalog(store_, reader, call.now));
    const absl::Time as_of = request.has_as_of() ? calendar::ToTime(request.as_of()) : call.now;
    std::optional<Placement> placement;
    if (request.has_as_of()) {
      BANSO_ASSIGN_OR_RETURN(placement,
                             PlacementAsOf(store_, reader, account, model, request.name(), as_of));
    } else {
      BANSO_ASSIGN_OR_RETURN(placement, PresentPlacement(store_, reader, facts, account, model,
                                                         catalog, request.name(), as_of));
    }
    if (!placement.has_value()) {
      placement.emplace();
      placement->set_stage_model(contract::JoinRevision(model_name, model.revision().number()));
      placement->set_state(v1::PLACEMENT_STATE_NOT_APPLICABLE);
    }
    placement->set_name(request.name());
    BANSO_ASSIGN_OR_RETURN(StageJudgement judgement,
                           JudgeStages(account, facts, model, catalog, as_of));
    AddReadings(model, std::move(judgement), *placement);
    return *std::move(placement);
  });
}

absl::StatusOr<v1::ListPlacementsResponse> StagesApi::ListPlacements(
    const Call&, const v1::ListPlacementsRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  query.order_by = request.order_by();
  if (!request.stage_model().empty()) {
    query.filters.push_back(storage::Equal("model", request.stage_model()));
  }
  if (!request.level().empty()) query.filters.push_back(storage::Equal("level", request.level()));
  if (request.stuck_only()) query.filters.push_back(storage::Equal("stuck", true));
  return storage::Fetch<v1::ListPlacementsResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListPlacementsResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<Placement> page,
                               store_.stages.placements.List(reader, query));
        return ToResponse<v1::ListPlacementsResponse>(
            std::move(page), &v1::ListPlacementsResponse::mutable_placements);
      });
}

absl::StatusOr<v1::ListStageMovesResponse> StagesApi::ListStageMoves(
    const Call&, const v1::ListStageMovesRequest& request) {
  storage::ListQuery query = PageOf(request);
  query.parent = request.parent();
  query.order_by = request.order_by();
  if (!request.stage_model().empty()) {
    query.filters.push_back(storage::Equal("model", request.stage_model()));
  }
  if (request.kinds_size() > 0) {
    query.filters.push_back(storage::InEnums("kind", request.kinds()));
  }
  if (request.has_from_time()) {
    query.filters.push_back(storage::AtLeast("occurred", calendar::ToTime(request.from_time())));
  }
  if (request.has_to_time()) {
    query.filters.push_back(storage::Less("occurred", calendar::ToTime(request.to_time())));
  }
  return storage::Fetch<v1::ListStageMovesResponse>(
      database_, [&](Reader& reader) -> absl::StatusOr<v1::ListStageMovesResponse> {
        BANSO_ASSIGN_OR_RETURN(storage::Page<v1::StageMove> page,
                               store_.stages.moves.List(reader, query));
        return ToResponse<v1::ListStageMovesResponse>(std::move(page),
                                                      &v1::ListStageMovesResponse::mutable_moves);
      });
}

}  // namespace banso::health

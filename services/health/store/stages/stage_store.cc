#include "services/health/store/stages/stage_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/calendar/proto_time.h"
#include "common/contract/resource_name.h"
#include "common/rule/value.h"
#include "common/status_macros.h"
#include "services/health/domain/stages/stage_model.h"
#include "services/health/store/fact_change.h"

namespace banso::health {
namespace {

using storage::Reader;
using storage::Row;
using storage::Value;
using storage::Writer;

std::string WithoutRevision(const std::string& name) {
  const auto split = contract::SplitRevision(name);
  return split.has_value() ? split->name : name;
}

storage::Kind<v1::Placement> PlacementKind() {
  using v1::Placement;
  return {
      .table = "placement",
      .pattern = "accounts/{account}/placements/{stage_model}",
      .columns = {
          {"model", [](const Placement& it) { return Value(WithoutRevision(it.stage_model())); }},
          {"level", [](const Placement& it) { return Value(it.level()); }},
          {"rank", [](const Placement& it) { return Value(it.rank()); }},
          {"since", [](const Placement& it) { return Value(calendar::ToTime(it.since())); }},
          {"stuck", [](const Placement& it) { return Value(it.stuck()); }},
      }};
}

storage::Kind<v1::StageMove> StageMoveKind() {
  using v1::StageMove;
  return {
      .table = "stage_move",
      .pattern = "accounts/{account}/placements/{stage_model}/moves/{move}",
      .columns = {
          {"model", [](const StageMove& it) { return Value(WithoutRevision(it.stage_model())); }},
          {"kind", [](const StageMove& it) { return Value(it.kind()); }},
          {"occurred",
           [](const StageMove& it) { return Value(calendar::ToTime(it.occurred_time())); }},
      }};
}

// Records a fact of the account as it is from a time on.
absl::Status Record(Writer& writer, const storage::FactLog& facts, const std::string& account,
                    std::string fact, std::optional<type::v1::Value> value,
                    const google::protobuf::Timestamp& occurred, const std::string& source) {
  return facts.Record(writer, MakeChange(account, std::move(fact), std::move(value),
                                         calendar::ToTime(occurred), source));
}

absl::Status RecordStanding(Writer& writer, const storage::FactLog& facts,
                            const std::string& account, const std::string& model,
                            const v1::StageMove& move) {
  std::optional<type::v1::Value> level;
  std::optional<type::v1::Value> rank;
  if (move.to_state() == v1::PLACEMENT_STATE_PLACED) level = rule::TextValue(move.to_level());
  if (move.to_state() != v1::PLACEMENT_STATE_NOT_APPLICABLE) {
    rank = rule::NumberValue(move.to_rank());
  }
  BANSO_RETURN_IF_ERROR(Record(writer, facts, account, StageFact(model), std::move(level),
                               move.occurred_time(), move.stage_model()));
  return Record(writer, facts, account, StageRankFact(model), std::move(rank), move.occurred_time(),
                move.stage_model());
}

}  // namespace

StageStore::StageStore()
    : models({.table = "stage_model", .pattern = "stageModels/{stage_model}"}),
      placements(PlacementKind()),
      moves(StageMoveKind()),
      matrix_policies({.table = "matrix_policy", .pattern = "matrixPolicies/{matrix_policy}"}) {}

absl::StatusOr<std::vector<v1::StageMove>> StageStore::MovesOf(Reader& reader,
                                                               absl::string_view placement) const {
  return moves.All(reader, placement);
}

absl::Status StageStore::ForEachAccount(
    Reader& reader, absl::string_view model,
    absl::FunctionRef<absl::Status(const std::string& account, std::vector<v1::StageMove> moves)>
        on_account) const {
  // The moves of an account lie side by side, since names sort by account.
  std::string account;
  std::vector<v1::StageMove> of_account;
  const auto flush = [&]() -> absl::Status {
    if (of_account.empty()) return absl::OkStatus();
    return on_account(account, std::exchange(of_account, {}));
  };
  BANSO_RETURN_IF_ERROR(moves.ForEach(
      reader, "", {storage::Equal("model", model)}, [&](v1::StageMove& move) -> absl::Status {
        std::string next = contract::Ancestor(move.name(), "accounts");
        if (next != account) {
          BANSO_RETURN_IF_ERROR(flush());
          account = std::move(next);
        }
        of_account.push_back(std::move(move));
        return absl::OkStatus();
      }));
  return flush();
}

absl::StatusOr<std::optional<absl::CivilDay>> StageStore::JudgedOn(Reader& reader,
                                                                   absl::string_view account,
                                                                   absl::string_view model) const {
  std::optional<absl::CivilDay> day;
  BANSO_RETURN_IF_ERROR(
      reader
          .QueryOne("SELECT day FROM stage_turn WHERE account = $account AND model = $model",
                    {{"account", account}, {"model", model}},
                    [&](const Row& row) {
                      day = row.Day(0);
                      return absl::OkStatus();
                    })
          .status());
  return day;
}

absl::Status StageStore::SavePlacement(Writer& writer, const storage::FactLog& facts,
                                       v1::Placement placement, std::vector<v1::StageMove> moved,
                                       absl::CivilDay judged) const {
  const std::string account = contract::Parent(placement.name());
  const std::string model = WithoutRevision(placement.stage_model());
  int number = placement.moves() - static_cast<int>(moved.size());
  for (v1::StageMove& move : moved) {
    move.set_name(contract::Join(placement.name(), "moves", absl::StrFormat("%06d", ++number)));
    BANSO_RETURN_IF_ERROR(RecordStanding(writer, facts, account, model, move));
    BANSO_RETURN_IF_ERROR(moves.Create(writer, std::move(move)).status());
  }
  BANSO_RETURN_IF_ERROR(Record(writer, facts, account, StageStuckFact(model),
                               rule::FlagValue(placement.stuck()),
                               calendar::ToTimestamp(writer.now()), placement.stage_model()));
  placement.clear_levels();
  BANSO_RETURN_IF_ERROR(placements.Put(writer, std::move(placement)).status());
  return SaveJudged(writer, account, model, judged);
}

absl::Status StageStore::SaveJudged(Writer& writer, absl::string_view account,
                                    absl::string_view model, absl::CivilDay judged) const {
  return writer
      .Execute(
          "INSERT INTO stage_turn (account, model, day) VALUES ($account, $model, $day) "
          "ON CONFLICT (account, model) DO UPDATE SET day = excluded.day "
          "WHERE stage_turn.day <> excluded.day",
          {{"account", account}, {"model", model}, {"day", judged}})
      .status();
}

storage::SnapshotSources StageStore::sources() const {
  return {models.source(), placements.source(), moves.source(), matrix_policies.source()};
}

absl::Status StageStore::CheckSchema(Reader& reader) const {
  BANSO_RETURN_IF_ERROR(models.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(placements.CheckSchema(reader));
  BANSO_RETURN_IF_ERROR(moves.CheckSchema(reader));
  return matrix_policies.CheckSchema(reader);
}

}  // namespace banso::health

#ifndef BANSO_SERVICES_HEALTH_STORE_STAGES_STAGE_STORE_H_
#define BANSO_SERVICES_HEALTH_STORE_STAGES_STAGE_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "banso/health/v1/stage.pb.h"
#include "banso/health/v1/tier_matrix.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/revisions.h"
#include "common/storage/snapshot.h"

namespace banso::health {

// What is kept of stages. Thread-safe.
class StageStore {
 public:
  StageStore();

  const storage::RevisionedCollection<v1::StageModel> models;
  const storage::Collection<v1::Placement> placements;
  const storage::Collection<v1::StageMove> moves;
  const storage::RevisionedCollection<v1::MatrixPolicy> matrix_policies;

  // The moves of an account by a model, in their order. `placement` is the placement's name.
  absl::StatusOr<std::vector<v1::StageMove>> MovesOf(storage::Reader& reader,
                                                     absl::string_view placement) const;

  // Calls `on_account` with the moves of each account that has any by the model, in their order.
  absl::Status ForEachAccount(
      storage::Reader& reader, absl::string_view model,
      absl::FunctionRef<absl::Status(const std::string& account, std::vector<v1::StageMove> moves)>
          on_account) const;

  // The last day on which the account was judged by the model.
  absl::StatusOr<std::optional<absl::CivilDay>> JudgedOn(storage::Reader& reader,
                                                         absl::string_view account,
                                                         absl::string_view model) const;

  // Stores where an account is, the moves that led there (they get their names here) with the facts
  // that they change, and that it was judged on `judged`.
  absl::Status SavePlacement(storage::Writer& writer, const storage::FactLog& facts,
                             v1::Placement placement, std::vector<v1::StageMove> moves,
                             absl::CivilDay judged) const;
  // Stores that alone, for an account to which the model has never applied.
  absl::Status SaveJudged(storage::Writer& writer, absl::string_view account,
                          absl::string_view model, absl::CivilDay judged) const;

  storage::SnapshotSources sources() const;
  absl::Status CheckSchema(storage::Reader& reader) const;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_STAGES_STAGE_STORE_H_

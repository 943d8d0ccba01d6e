#ifndef BANSO_SERVICES_HEALTH_STORE_SCORING_SCORING_STORE_H_
#define BANSO_SERVICES_HEALTH_STORE_SCORING_SCORING_STORE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/scoring_service.pb.h"
#include "common/storage/collection.h"
#include "common/storage/database.h"
#include "common/storage/fact_log.h"
#include "common/storage/revisions.h"

namespace banso::health {

// Score models, scores and judgements about them. Immutable and thread-safe.
class ScoringStore {
 public:
  // The log must outlive this.
  explicit ScoringStore(const storage::FactLog& facts);

  const storage::RevisionedCollection<v1::ScoreModel> models;
  const storage::Collection<v1::Score> scores;
  const storage::Collection<v1::ScoreOverride> overrides;

  // Stores a score and its facts, if it is new, says something else than the stored one, or is of
  // another day in `zone`. Sets `band_since`. Returns whether its facts have changed.
  absl::StatusOr<bool> SaveScore(storage::Writer& writer, v1::Score score,
                                 absl::TimeZone zone) const;
  // All judgements about an account's scores, also those that are over, by name.
  absl::StatusOr<std::vector<v1::ScoreOverride>> OverridesOf(storage::Reader& reader,
                                                             absl::string_view account) const;
  // What a score has been, by time, the oldest first.
  absl::StatusOr<std::vector<v1::ScoreMoment>> HistoryOf(storage::Reader& reader,
                                                         absl::string_view score) const;

  absl::Status CheckSchema(storage::Reader& reader) const;

 private:
  const storage::FactLog& facts_;
};

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_STORE_SCORING_SCORING_STORE_H_

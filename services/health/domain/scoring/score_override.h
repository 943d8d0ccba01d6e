#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORING_SCORE_OVERRIDE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORING_SCORE_OVERRIDE_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "banso/health/v1/score.pb.h"
#include "common/contract/errors.h"

namespace banso::health {

// When a judgement stops to stand: at its expiry, or when it was ended before.
absl::Time OverAt(const v1::ScoreOverride& judged);

// The judgement that stands at a time: of those made by then and not over, the one made last. Null
// when there is none.
const v1::ScoreOverride* StandingAt(absl::Span<const v1::ScoreOverride> judged, absl::Time time);

// When the first of the judgements that are not over at a time is over, if there is one.
std::optional<absl::Time> NextEnd(absl::Span<const v1::ScoreOverride> judged, absl::Time time);

// Checks that the band is one of the model's, and that the expiry lies after `now` and at most 366
// days ahead. Adds to `violations`, with paths below `field_path`.
void CheckOverride(const v1::ScoreOverride& judged, const v1::ScoreModel& model, absl::Time now,
                   absl::string_view field_path, contract::Violations* violations);

// Puts a judgement in the place of the score's band.
void ApplyOverride(const v1::ScoreOverride& judged, v1::Score& score);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORING_SCORE_OVERRIDE_H_

#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORING_SCORE_TOLD_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORING_SCORE_TOLD_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "banso/health/v1/score.pb.h"
#include "banso/health/v1/scoring_service.pb.h"

// What a score was made of, as it was told at the time, in few bytes.
namespace banso::health {

// The revision, coverage, and of each measure what was read and what it gave, or why it was
// missing. What the revision tells is left out.
std::string PackTold(const v1::Score& score);

// That again; nothing when the bytes are none of PackTold.
std::optional<v1::Score> UnpackTold(absl::string_view packed);

// Puts it into a moment of the score's history. `model` is the revision that computed it.
void FillTold(v1::Score told, const v1::ScoreModel& model, v1::ScoreMoment& moment);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORING_SCORE_TOLD_H_

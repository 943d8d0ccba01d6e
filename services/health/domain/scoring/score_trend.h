#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORING_SCORE_TREND_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORING_SCORE_TREND_H_

#include <optional>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "banso/health/v1/scoring_service.pb.h"

namespace banso::health {

// How many days the trend of a score looks back, today included.
inline constexpr int kTrendDays = 28;

// The least-squares slope, in points per week, of the values that stood at the end of each of the
// last days (today: that stand now). `history` is in the order of time. Nothing when there was a
// value on fewer than two of the days.
std::optional<double> ScoreTrendPerWeek(absl::Span<const v1::ScoreMoment> history,
                                        absl::CivilDay today, absl::TimeZone zone);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORING_SCORE_TREND_H_

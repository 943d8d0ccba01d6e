#include "services/health/domain/scoring/score_trend.h"

#include <vector>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "services/health/domain/sample_window.h"

namespace banso::health {

std::optional<double> ScoreTrendPerWeek(absl::Span<const v1::ScoreMoment> history,
                                        absl::CivilDay today, absl::TimeZone zone) {
  std::vector<Point> points;
  size_t next = 0;
  const v1::ScoreMoment* standing = nullptr;
  for (int ago = kTrendDays - 1; ago >= 0; --ago) {
    const absl::CivilDay day = today - ago;
    while (next < history.size() &&
           calendar::DayOf(calendar::ToTime(history[next].time()), zone) <= day) {
      standing = &history[next++];
    }
    if (standing == nullptr || !standing->has_value()) continue;
    points.push_back({static_cast<double>(-ago), standing->value()});
  }
  const std::optional<double> slope = LeastSquaresSlope(points);
  if (!slope.has_value()) return std::nullopt;
  return *slope * 7;
}

}  // namespace banso::health

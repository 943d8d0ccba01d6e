#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STAGES_FIGURES_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STAGES_FIGURES_H_

#include <cstdint>

#include "banso/health/v1/stage_report.pb.h"
#include "services/health/domain/statistics/proportion.h"
#include "services/health/domain/statistics/survival.h"

// Estimates as they are answered: with interval and n, and none at all when n is below a minimum.
namespace banso::health {

// The least n of an estimate where a request names none.
inline constexpr int kDefaultMinimum = 5;

// A share, with Wilson's interval.
v1::StageFigure ShareFigure(const statistics::Count& count, int64_t minimum_n);

// What of a survival curve is told at a time.
enum class Part { kLeft, kGone };

// The share that it has not happened to by `time` (kLeft), or that it has happened to (kGone), with
// the curve's interval. No value when nobody was watched for so long.
v1::StageFigure SurvivalFigure(const statistics::SurvivalCurve& curve, double time, Part part,
                               int64_t minimum_n);

// The median time; no value when fewer than half come to it.
v1::StageFigure MedianFigure(const statistics::SurvivalCurve& curve, int64_t minimum_n);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STAGES_FIGURES_H_

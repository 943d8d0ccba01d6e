#include "services/health/domain/stages/figures.h"

#include <algorithm>
#include <optional>

namespace banso::health {
namespace {

using statistics::Interval;
using statistics::SurvivalCurve;

// A figure without value, INSUFFICIENT or not.
v1::StageFigure MakeFigure(int64_t n, int64_t events, int64_t minimum_n) {
  v1::StageFigure figure;
  figure.set_n(n);
  figure.set_events(events);
  figure.set_state(n < std::max<int64_t>(minimum_n, 1) ? v1::FIGURE_STATE_INSUFFICIENT
                                                       : v1::FIGURE_STATE_ESTIMATED);
  return figure;
}

bool IsInsufficient(const v1::StageFigure& figure) {
  return figure.state() == v1::FIGURE_STATE_INSUFFICIENT;
}

}  // namespace

v1::StageFigure ShareFigure(const statistics::Count& count, int64_t minimum_n) {
  v1::StageFigure figure = MakeFigure(count.n, count.events, minimum_n);
  if (IsInsufficient(figure)) return figure;
  const Interval interval = statistics::WilsonInterval(count);
  figure.set_value(*statistics::Share(count));
  figure.set_low(interval.low);
  figure.set_high(interval.high);
  return figure;
}

v1::StageFigure SurvivalFigure(const SurvivalCurve& curve, double time, Part part,
                               int64_t minimum_n) {
  v1::StageFigure figure = MakeFigure(curve.n(), curve.events(), minimum_n);
  const std::optional<double> left = curve.SurvivalAt(time);
  if (IsInsufficient(figure) || !left.has_value()) return figure;
  const Interval interval = *curve.IntervalAt(time);
  const bool gone = part == Part::kGone;
  figure.set_value(gone ? 1 - *left : *left);
  figure.set_low(gone ? 1 - interval.high : interval.low);
  figure.set_high(gone ? 1 - interval.low : interval.high);
  return figure;
}

v1::StageFigure MedianFigure(const SurvivalCurve& curve, int64_t minimum_n) {
  v1::StageFigure figure = MakeFigure(curve.n(), curve.events(), minimum_n);
  if (IsInsufficient(figure)) return figure;
  const std::optional<double> median = curve.Median();
  if (median.has_value()) figure.set_value(*median);
  const SurvivalCurve::MedianInterval limits = curve.MedianLimits();
  if (limits.low.has_value()) figure.set_low(*limits.low);
  if (limits.high.has_value()) figure.set_high(*limits.high);
  return figure;
}

}  // namespace banso::health

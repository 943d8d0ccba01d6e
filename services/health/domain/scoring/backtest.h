#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORING_BACKTEST_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORING_BACKTEST_H_

#include "absl/types/span.h"
#include "banso/health/v1/backtest.pb.h"
#include "banso/health/v1/score.pb.h"
#include "services/health/domain/scoring/replay_case.h"

namespace banso::health {

// Holds a model's scores against what happened afterwards, as BacktestReport says. The days of the
// replay and what was not at risk are for the caller to add. `shares` are the qualitative shares to
// try; those that need a group which the model does not have are left out.
v1::BacktestReport Backtest(const v1::ScoreModel& model, absl::Span<const ReplayCase> cases,
                            const ReplayTerms& terms, absl::Span<const double> shares);

// Rules of equal weight: Dawes 1979, The robust beauty of improper linear models, American
// Psychologist 34:571-582. The mean of the points of all that is known; and the share of what is
// known that has at least 50 points. Nothing when nothing is known.
std::optional<double> MeanOfPoints(absl::Span<const MeasurePoints> points);
std::optional<double> ShareOfGoodMeasures(absl::Span<const MeasurePoints> points);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORING_BACKTEST_H_

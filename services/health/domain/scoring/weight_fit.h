#ifndef BANSO_SERVICES_HEALTH_DOMAIN_SCORING_WEIGHT_FIT_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_SCORING_WEIGHT_FIT_H_

#include "absl/types/span.h"
#include "banso/health/v1/backtest.pb.h"
#include "banso/health/v1/score.pb.h"
#include "services/health/domain/scoring/replay_case.h"

namespace banso::health {

// Weights that would have fitted the cases before the split, held against those after it, as
// ModelFit says.
v1::ModelFit FitWeights(const v1::ScoreModel& model, absl::Span<const ReplayCase> cases,
                        const ReplayTerms& terms);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_SCORING_WEIGHT_FIT_H_

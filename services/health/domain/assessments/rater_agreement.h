#ifndef BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RATER_AGREEMENT_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RATER_AGREEMENT_H_

#include <vector>

#include "absl/time/time.h"
#include "banso/health/v1/assessment.pb.h"
#include "banso/health/v1/assessments_service.pb.h"

namespace banso::health {

// How far each two raters agree, over the accounts that both have judged at most `within` apart; by
// the raters' names. Of an account, the pair whose earlier judgement is the latest counts, and of
// those the nearest. The judgements are of one item, in any order. Kappa has quadratic weights:
// ratings two steps apart count four times as much as neighbours.
std::vector<v1::RaterAgreement> RaterAgreements(const std::vector<v1::Assessment>& judgements,
                                                absl::Duration within);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RATER_AGREEMENT_H_

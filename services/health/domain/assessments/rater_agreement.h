#ifndef BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RATER_AGREEMENT_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RATER_AGREEMENT_H_

#include <vector>

#include "banso/health/v1/assessment.pb.h"
#include "banso/health/v1/assessments_service.pb.h"

namespace banso::health {

// How far each two raters agree, over the accounts that both have judged, by the latest judgement
// of each; by the raters' names. The judgements are of one item, in any order. Kappa has quadratic
// weights: ratings two steps apart count four times as much as neighbours.
std::vector<v1::RaterAgreement> RaterAgreements(const std::vector<v1::Assessment>& judgements);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_ASSESSMENTS_RATER_AGREEMENT_H_

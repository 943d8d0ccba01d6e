#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_SURVIVAL_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_SURVIVAL_H_

#include "common/statistics/survival.h"

// Times until something happens, under the names that health's other statistics use.
namespace banso::health::statistics {

using banso::statistics::CompareSurvival;
using banso::statistics::CumulativeIncidence;
using banso::statistics::Ending;
using banso::statistics::LogRank;
using banso::statistics::Observation;
using banso::statistics::SurvivalCurve;
using banso::statistics::SurvivalStep;

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_SURVIVAL_H_

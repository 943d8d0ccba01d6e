#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_PROPORTION_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_PROPORTION_H_

#include "common/statistics/proportion.h"

// Shares of two groups, under the names that health's other statistics use.
namespace banso::health::statistics {

using banso::statistics::Count;
using banso::statistics::FisherExact;
using banso::statistics::Interval;
using banso::statistics::KatzInterval;
using banso::statistics::kConfidence;
using banso::statistics::KoopmanInterval;
using banso::statistics::NewcombeInterval;
using banso::statistics::NormalPValue;
using banso::statistics::NormalQuantile;
using banso::statistics::OddsRatio;
using banso::statistics::RiskRatio;
using banso::statistics::Share;
using banso::statistics::WilsonInterval;
using banso::statistics::WoolfInterval;

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_PROPORTION_H_

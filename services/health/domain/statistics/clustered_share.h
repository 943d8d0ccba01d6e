#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CLUSTERED_SHARE_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CLUSTERED_SHARE_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "services/health/domain/statistics/stratified.h"
#include "services/health/domain/statistics/survival.h"

// Shares of cases that come in clusters, such as several days of one account. The intervals lie
// within 0 and 1 and always hold the share.
namespace banso::health::statistics {

// One case: how much it counts, above 0, and how much of that has it, 0 to `whole`.
struct ClusteredPart {
  double part = 0;
  double whole = 1;
  int64_t cluster = 0;
};

// The sum of the parts over the sum of the wholes. The interval is Wilson's of as many independent
// cases as would have the variance between the clusters (the effective sample size of Korn,
// Graubard 1998, Survey Methodology 24:193-201; no more than there are cases), with Student's
// quantile for one degree of freedom less than there are clusters. Where the clusters are all
// alike, or there is only one, it is Wilson's of so many cases as there are clusters. Nothing
// without cases.
std::optional<Estimate> ClusteredShare(absl::Span<const ClusteredPart> cases,
                                       double confidence = kConfidence);

// Survival at a time by the product-limit estimate, of cases and the cluster of each; competing
// endings are censored. The interval is of the same kind: Wilson's of as many independent cases as
// would have the variance (Rothman 1978, Journal of Chronic Diseases 31:557-560), which is the one
// between clusters (Williams 1995, Lifetime Data Analysis 1:171-186), and Greenwood's where that is
// larger. Without censoring it is ClusteredShare. Where survival is 0 or 1 it is Wilson's of as
// many cases as there are clusters that were watched for so long. Nothing where
// SurvivalCurve::SurvivalAt says nothing.
std::optional<Estimate> ClusteredSurvival(absl::Span<const Observation> cases,
                                          absl::Span<const int64_t> clusters, double time,
                                          double confidence = kConfidence);

// One case, and whether it has the event.
struct ClusteredEvent {
  bool event = false;
  int64_t cluster = 0;
};

// The share of the cases with the event: with Wilson's interval when each is a cluster of its own,
// else with that of ClusteredShare.
std::optional<Estimate> ShareOfEvents(absl::Span<const ClusteredEvent> cases,
                                      double confidence = kConfidence);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_CLUSTERED_SHARE_H_

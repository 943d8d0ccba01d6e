#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_DISCRIMINATION_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_DISCRIMINATION_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "services/health/domain/statistics/stratified.h"

// How well a rating ranks cases with an event above cases without.
namespace banso::health::statistics {

// One case. A higher rating stands for a more likely event.
struct RatedCase {
  double rating = 0;
  bool event = false;
  // Cases of one cluster (an account on several days) are not independent.
  int64_t cluster = 0;
};

// The area under the ROC curve: the probability that of two cases, one with the event and one
// without, the rating is higher for the one with the event, ties as halves.
struct Area {
  double value = 0;
  // Student's, with one degree of freedom less than there are clusters of the rarer kind, cut at 0
  // and 1; AreaScoreInterval of the clusters where the variance is 0.
  Interval interval;
  // 0 when the rating separates the two kinds without fail, or ranks no case above another. Then it
  // says nothing of how sure the area is.
  double variance = 0;
  int64_t cases = 0;
  int64_t events = 0;
  int64_t clusters = 0;
};

// The area with the variance of Obuchowski 1997, Biometrics 53:567-578, for clustered cases; with
// one case per cluster that is the variance of DeLong, DeLong, Clarke-Pearson 1988, Biometrics
// 44:837-845. Nothing when fewer than two clusters have an event, or fewer than two a case without.
std::optional<Area> AreaUnderCurve(absl::Span<const RatedCase> cases,
                                   double confidence = kConfidence);

// The interval of an area from `events` independent cases with the event and `others` without, by
// inverting the score test with the variance of Hanley, McNeil 1982 (Radiology 143:29-36) for two
// groups of mean size: method 5 of Newcombe 2006, Statistics in Medicine 25:559-573. Of an area of
// 0 or 1 it is as wide as the numbers ask for. Both numbers are above 0.
Interval AreaScoreInterval(double area, int64_t events, int64_t others,
                           double confidence = kConfidence);

// The area of a less that of b.
struct AreaDifference {
  Estimate difference;
  double z = 0;
  // Two-sided, Student's as for an area.
  double p_value = 1;
};

// Compares two ratings of the same cases, given in the same order: the paired test of DeLong et al.
// 1988, with Obuchowski's covariance. Nothing where AreaUnderCurve says nothing, and when the two
// do not differ in any way.
std::optional<AreaDifference> CompareAreas(absl::Span<const RatedCase> a,
                                           absl::Span<const RatedCase> b,
                                           double confidence = kConfidence);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_DISCRIMINATION_H_

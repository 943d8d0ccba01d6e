#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_TIMING_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_TIMING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "banso/health/v1/study.pb.h"
#include "services/health/domain/studies/contrast.h"

// Studies of when things happen.
namespace banso::health {

// One case, in days from its clock.
struct TimedCase {
  // Set up by the landmark is early; how long is looked. The same period is longer for some cases
  // than for others: months and business days are not all alike.
  int landmark = 0;
  int horizon = 0;
  // By when it was set up, and by when it reached the level; absent when it was not seen to.
  std::optional<int> set_up = std::nullopt;
  std::optional<int> reached = std::nullopt;
  // For how long it was watched.
  int watched = 0;
  // The number of its account; absent when no other case is of the same.
  std::optional<int64_t> account = std::nullopt;
};

// Compares early with late cases from the landmark on (Anderson, Cain, Gelber 1983, Journal of
// Clinical Oncology 1:710-719), by Kaplan and Meier and the log-rank test. The ratio of rates is
// exp((O - E) / V) of the early ones with the interval exp((O - E) / V +- z / sqrt(V)) (Peto and
// others 1977, British Journal of Cancer 35:1-39). Where accounts have several cases, p value and
// intervals are those of accounts (CompareClusteredSurvival, ClusteredSurvival), and so many
// accounts are the minimum. Cases watched for less than the landmark are not counted. Shares are
// those by the shortest way from landmark to horizon.
v1::TimingReport CompareTiming(absl::Span<const TimedCase> cases, const Sureness& sureness);

// The use and the touches of an account, day by day.
struct UseAndTouches {
  std::vector<double> use;
  std::vector<double> touches;
};

// Both from the first day on which both are known; days before it are not looked at: an account
// that was not there yet did without use. Nothing when one of the two is never known, or not on
// some later day. The lists are equally long, the oldest day first.
std::optional<UseAndTouches> SinceBothAreKnown(absl::Span<const std::optional<double>> use,
                                               absl::Span<const std::optional<double>> touches);

// How much of an account's use falls on the day of a touch or up to `days` days after one. Both
// lists hold one number for each day of the window, the oldest first. Use comes in spells, so the
// interval takes the weeks from the first day on as what was sampled (ClusteredShare). The name is
// for the caller.
v1::AccountDependence DependenceOf(absl::Span<const double> use, absl::Span<const double> touches,
                                   int days, const Sureness& sureness);

// One outcome: its reason (may be empty), and its month, 0 for the oldest that is looked at.
struct DatedReason {
  std::string reason;
  int month = 0;
};
v1::ReasonReport CountReasons(absl::Span<const DatedReason> outcomes, int months,
                              double confidence);

}  // namespace banso::health

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STUDIES_TIMING_H_

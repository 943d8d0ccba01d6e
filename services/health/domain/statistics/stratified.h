#ifndef BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_STRATIFIED_H_
#define BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_STRATIFIED_H_

#include <optional>
#include <set>
#include <vector>

#include "absl/types/span.h"
#include "services/health/domain/statistics/proportion.h"

// Groups compared among their like: within strata (segment, size, ...), so that a group is not
// praised or blamed for the cases that it was given.
namespace banso::health::statistics {

// Two groups in one stratum.
struct Stratum {
  Count a;
  Count b;
};

// A figure and how sure it is.
struct Estimate {
  double value = 0;
  Interval interval;
};

// The common risk ratio of a over b (Mantel, Haenszel 1959) with the interval of Greenland, Robins
// 1985, Biometrics 41:55-68, equation 13. Strata in which a group is empty say nothing. Nothing
// when no stratum does, or nobody of b had it.
std::optional<Estimate> MantelHaenszelRatio(absl::Span<const Stratum> strata,
                                            double confidence = kConfidence);

// The common difference share(a) - share(b) with Mantel-Haenszel weights and the interval of Sato
// 1989, Biometrics 45:1323-1324, which holds for few large and for many small strata. Nothing when
// no stratum has both groups.
std::optional<Estimate> MantelHaenszelDifference(absl::Span<const Stratum> strata,
                                                 double confidence = kConfidence);

// One case: to which stratum and group it belongs, both counted from 0, and its value: 0 or 1 for
// something that happened or not, an amount otherwise.
struct GroupedValue {
  int stratum = 0;
  int group = 0;
  double value = 0;
};

// The strata that have cases of at least two groups. The others say nothing of how groups differ.
std::set<int> SharedStrata(absl::Span<const GroupedValue> values);

// A test statistic with a chi-square distribution when nothing differs.
struct ChiSquare {
  double statistic = 0;
  int degrees_of_freedom = 0;
  // 1 when there are no degrees of freedom.
  double p_value = 1;
};

// Whether groups differ, stratum by stratum: the generalized Cochran-Mantel-Haenszel test of row
// mean scores, Landis, Heyman, Koch 1978, International Statistical Review 46:237-254. With values
// 0 and 1 it compares shares, and of two groups it is Mantel and Haenszel's test without continuity
// correction.
ChiSquare MeanScoreTest(absl::Span<const GroupedValue> values);

// The same cases, in the same order, with each value replaced by its midrank in its stratum over
// the stratum's size plus one (van Elteren 1960), for amounts with long tails; MeanScoreTest of one
// stratum is then the test of Kruskal and Wallis.
std::vector<GroupedValue> WithRanks(absl::Span<const GroupedValue> values);

// What a group's value would have been with everybody's results for the same cases (indirect
// standardization), and what it was.
struct Standardized {
  int group = 0;
  int n = 0;
  // Mean of the group's values, and of those expected of its cases.
  double observed = 0;
  double expected = 0;
  // Of the test of this group against all others; see MeanScoreTest.
  double p_value = 1;
};

// Each group that has a case, in the order of groups.
std::vector<Standardized> StandardizeGroups(absl::Span<const GroupedValue> values);

}  // namespace banso::health::statistics

#endif  // BANSO_SERVICES_HEALTH_DOMAIN_STATISTICS_STRATIFIED_H_

#ifndef BANSO_COMMON_STATISTICS_SURVIVAL_H_
#define BANSO_COMMON_STATISTICS_SURVIVAL_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "common/statistics/proportion.h"

// How long it takes until something happens, when not everybody was watched until it did.
namespace banso::statistics {

// How the watching of one subject ended.
enum class Ending {
  // Without anything having happened: the data end here.
  kCensored,
  // What is waited for has happened.
  kEvent,
  // Something has happened after which it cannot happen any more.
  kCompeting,
};

// One subject, watched from time 0 on.
struct Observation {
  // When watching ended, 0 or more. An event at a time counts as before a censoring at that time.
  double time = 0;
  Ending ending = Ending::kCensored;
};

// A time at which something happened, and what holds from it up to the next.
struct SurvivalStep {
  double time = 0;
  // How many were watched just before.
  int64_t at_risk = 0;
  int64_t events = 0;
  // The probability that it has not happened by this time.
  double survival = 1;
  // Greenwood's variance of that.
  double variance = 0;
  // Absent where survival is 0: the data do not bound it.
  std::optional<Interval> interval;
};

// The product-limit estimate of Kaplan and Meier (1958, JASA 53:457-481), with the variance of
// Greenwood (1926) and intervals on the scale of log(-log S), which stay within 0 and 1
// (Kalbfleisch, Prentice 1980, The Statistical Analysis of Failure Time Data, section 1.3).
// Competing endings are censored: it estimates what would be if they did not occur and were no sign
// of what is to come.
class SurvivalCurve {
 public:
  // Of no observations: survival 1 and nothing known.
  explicit SurvivalCurve(absl::Span<const Observation> observations,
                         double confidence = kConfidence);

  // One per time with an event, by time.
  const std::vector<SurvivalStep>& steps() const { return steps_; }
  int64_t n() const { return n_; }
  int64_t events() const { return events_; }

  // How many were watched up to this time or longer.
  int64_t WatchedAt(double time) const;

  // The step that holds at a time; null before the first event.
  const SurvivalStep* At(double time) const;
  // Survival at a time: nothing beyond the longest, unless nobody is left.
  std::optional<double> SurvivalAt(double time) const;
  // Its interval: the step's. Where nobody, or everybody, had it by then, which leaves that open,
  // Wilson's of those who were watched for so long. Nothing where SurvivalAt says nothing.
  std::optional<Interval> IntervalAt(double time) const;

  // The first time at which survival is at most a half; nothing when it stays above.
  std::optional<double> Median() const;
  // The times at which a half lies in the curve's interval (Brookmeyer, Crowley 1982, Biometrics
  // 38:29-41): from the first at which the lower limit is at most a half, to the first at which the
  // upper limit is. Either end is absent when the data do not bound it.
  struct MedianInterval {
    std::optional<double> low;
    std::optional<double> high;
  };
  MedianInterval MedianLimits() const;

 private:
  std::vector<SurvivalStep> steps_;
  // When watching ended, in order.
  std::vector<double> times_;
  double confidence_;
  int64_t n_ = 0;
  int64_t events_ = 0;
  // The longest time that anybody was watched; 0 for nobody.
  double longest_ = 0;
};

// The probability that the event has happened by `time`, and not a competing one before: Aalen and
// Johansen 1978, Scandinavian Journal of Statistics 5:141-150. With no competing endings it is 1
// less survival.
double CumulativeIncidence(absl::Span<const Observation> observations, double time);

// Whether groups differ in how soon it happens.
struct LogRank {
  // Events observed, and expected if the groups did not differ; in the groups' order.
  std::vector<double> observed;
  std::vector<double> expected;
  double chi_square = 0;
  int degrees_of_freedom = 0;
  double p_value = 1;
};

// The log-rank test of two or more groups, with the hypergeometric variance (Mantel 1966, Cancer
// Chemotherapy Reports 50:163-170; Peto, Peto 1972, JRSS A 135:185-207). Competing endings are
// censored. Nothing when fewer than two groups were watched while something happened.
std::optional<LogRank> CompareSurvival(absl::Span<const std::vector<Observation>> groups);

}  // namespace banso::statistics

#endif  // BANSO_COMMON_STATISTICS_SURVIVAL_H_

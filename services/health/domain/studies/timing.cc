#include "services/health/domain/studies/timing.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/health/domain/sample_window.h"
#include "services/health/domain/statistics/clustered.h"
#include "services/health/domain/statistics/clustered_share.h"
#include "services/health/domain/statistics/survival.h"

namespace banso::health {
namespace {

using statistics::Ending;
using statistics::Observation;

constexpr int64_t kDaysOfWeek = 7;

// The cases of one group, in days from the landmark.
struct Followed {
  std::vector<Observation> cases;
  int64_t reached = 0;
  // Still being watched when the data ended.
  int64_t censored = 0;
  // By account; one without a number has a negative one of its own.
  std::vector<int64_t> account_of;
  std::set<int64_t> accounts;

  bool has_several() const { return accounts.size() < cases.size(); }
};

void Follow(const TimedCase& one, int64_t account, Followed& group) {
  group.account_of.push_back(account);
  group.accounts.insert(account);
  const bool reached = one.reached.has_value() && *one.reached <= one.horizon;
  const int last = reached ? *one.reached : std::min(one.watched, one.horizon);
  group.cases.push_back(
      {static_cast<double>(last - one.landmark), reached ? Ending::kEvent : Ending::kCensored});
  if (reached) {
    ++group.reached;
  } else if (last < one.horizon) {
    ++group.censored;
  }
}

v1::TimingGroup Describe(const Followed& followed, int days, const Sureness& sureness) {
  const std::vector<Observation>& cases = followed.cases;
  v1::TimingGroup group;
  group.set_n(static_cast<int64_t>(cases.size()));
  group.set_reached(followed.reached);
  group.set_censored(followed.censored);
  const statistics::SurvivalCurve curve(cases, sureness.confidence);
  if (const auto median = curve.Median()) group.set_median_days(*median);
  const auto survival = curve.SurvivalAt(days);
  if (!survival.has_value()) return group;
  const auto interval =
      followed.has_several()
          ? statistics::ClusteredSurvival(cases, followed.account_of, days, sureness.confidence)
                ->interval
          : *curve.IntervalAt(days);
  group.set_share_by_horizon(1 - *survival);
  *group.mutable_share_interval() = ToMessage({1 - interval.high, 1 - interval.low});
  return group;
}

// The log-rank test by accounts; nothing when every account has one case.
std::optional<statistics::ClusteredLogRank> CompareAccounts(const Followed& early,
                                                            const Followed& late) {
  const bool shared = std::ranges::any_of(
      early.accounts, [&](int64_t account) { return late.accounts.contains(account); });
  if (!shared && !early.has_several() && !late.has_several()) return std::nullopt;
  std::vector<statistics::ClusteredObservation> all;
  for (const Followed* group : {&early, &late}) {
    for (size_t i = 0; i < group->cases.size(); ++i) {
      all.push_back({group->cases[i], group == &early, group->account_of[i]});
    }
  }
  return statistics::CompareClusteredSurvival(all);
}

void SetRateRatio(const statistics::LogRank& test, const Followed& early, const Followed& late,
                  double confidence, v1::TimingReport& report) {
  const auto by_account = CompareAccounts(early, late);
  report.set_p_value(by_account.has_value() ? by_account->p_value : test.p_value);
  const double off = test.observed[0] - test.expected[0];
  if (test.chi_square <= 0 || off == 0) return;
  const double variance = off * off / test.chi_square;
  double reach = statistics::NormalQuantile(confidence) / std::sqrt(variance);
  if (by_account.has_value()) reach = by_account->Reach(confidence) / variance;
  report.set_rate_ratio(std::exp(off / variance));
  *report.mutable_rate_ratio_interval() =
      ToMessage({std::exp(off / variance - reach), std::exp(off / variance + reach)});
}

}  // namespace

v1::TimingReport CompareTiming(absl::Span<const TimedCase> cases, const Sureness& sureness) {
  v1::TimingReport report;
  Followed early;
  Followed late;
  int days = std::numeric_limits<int>::max();
  int64_t own = -1;
  for (const TimedCase& one : cases) {
    if (one.reached.has_value() && *one.reached <= one.landmark) {
      report.set_before_landmark(report.before_landmark() + 1);
      continue;
    }
    if (one.watched < one.landmark) continue;
    const bool is_early = one.set_up.has_value() && *one.set_up <= one.landmark;
    const int64_t account = one.account.has_value() ? *one.account : own--;
    Follow(one, account, is_early ? early : late);
    days = std::min(days, one.horizon - one.landmark);
  }
  *report.mutable_early() = Describe(early, days, sureness);
  *report.mutable_late() = Describe(late, days, sureness);
  const size_t least = std::min(early.accounts.size(), late.accounts.size());
  if (least < static_cast<size_t>(sureness.min_n)) {
    report.set_finding(v1::FINDING_INSUFFICIENT);
    report.set_insufficient_because(absl::StrCat("a group has only cases of ", least,
                                                 " accounts, and ", sureness.min_n,
                                                 " are the minimum"));
    return report;
  }
  const auto test =
      statistics::CompareSurvival(std::vector<std::vector<Observation>>{early.cases, late.cases});
  if (!test.has_value()) {
    report.set_finding(v1::FINDING_INSUFFICIENT);
    report.set_insufficient_because("nobody reached the level while both groups were watched");
    return report;
  }
  SetRateRatio(*test, early, late, sureness.confidence, report);
  report.set_finding(report.p_value() <= sureness.level ? v1::FINDING_DIFFERENT
                                                        : v1::FINDING_NOT_DIFFERENT);
  return report;
}

std::optional<UseAndTouches> SinceBothAreKnown(absl::Span<const std::optional<double>> use,
                                               absl::Span<const std::optional<double>> touches) {
  UseAndTouches known;
  for (size_t day = 0; day < use.size(); ++day) {
    if (use[day].has_value() && touches[day].has_value()) {
      known.use.push_back(*use[day]);
      known.touches.push_back(*touches[day]);
    } else if (!known.use.empty()) {
      return std::nullopt;
    }
  }
  if (known.use.empty()) return std::nullopt;
  return known;
}

v1::AccountDependence DependenceOf(absl::Span<const double> use, absl::Span<const double> touches,
                                   int days, const Sureness& sureness) {
  v1::AccountDependence result;
  std::vector<statistics::ClusteredPart> days_with_use;
  int covered = 0;
  // Days since the last touch; large before the first one.
  int since = days + 1;
  for (size_t day = 0; day < use.size(); ++day) {
    since = touches[day] > 0 ? 0 : since + 1;
    if (touches[day] > 0) result.set_days_with_touch(result.days_with_touch() + 1);
    const bool near = since <= days;
    covered += near ? 1 : 0;
    if (use[day] <= 0) continue;
    result.set_use(result.use() + use[day]);
    result.set_days_with_use(result.days_with_use() + 1);
    days_with_use.push_back({.part = near ? use[day] : 0,
                             .whole = use[day],
                             .cluster = static_cast<int64_t>(day) / kDaysOfWeek});
  }
  result.set_covered(static_cast<double>(covered) / static_cast<double>(use.size()));
  result.set_insufficient(result.days_with_use() < sureness.min_n);
  if (result.insufficient()) return result;
  const auto index = statistics::ClusteredShare(days_with_use, sureness.confidence);
  if (!index.has_value()) return result;
  result.set_index(index->value);
  *result.mutable_index_interval() = ToMessage(index->interval);
  return result;
}

v1::ReasonReport CountReasons(absl::Span<const DatedReason> outcomes, int months,
                              double confidence) {
  v1::ReasonReport report;
  report.set_outcomes(static_cast<int64_t>(outcomes.size()));
  std::map<std::string, std::vector<int64_t>> counts;
  for (const DatedReason& outcome : outcomes) {
    if (outcome.reason.empty()) {
      report.set_without_reason(report.without_reason() + 1);
      continue;
    }
    std::vector<int64_t>& by_month = counts[outcome.reason];
    by_month.resize(static_cast<size_t>(months));
    ++by_month[static_cast<size_t>(outcome.month)];
  }
  const int64_t with_reason = report.outcomes() - report.without_reason();
  for (const auto& [reason, by_month] : counts) {
    v1::ReasonCount* count = report.add_reasons();
    count->set_reason(reason);
    std::vector<Point> points;
    for (const int64_t number : by_month) {
      count->set_count(count->count() + number);
      points.push_back({static_cast<double>(points.size()), static_cast<double>(number)});
      count->add_by_month(number);
    }
    const statistics::Count of_all{count->count(), with_reason};
    count->set_share(*statistics::Share(of_all));
    *count->mutable_share_interval() = ToMessage(statistics::WilsonInterval(of_all, confidence));
    if (months >= 3) count->set_trend_per_month(LeastSquaresSlope(points).value_or(0));
  }
  std::ranges::stable_sort(*report.mutable_reasons(), std::greater(), &v1::ReasonCount::count);
  return report;
}

}  // namespace banso::health

#include "services/health/domain/signals/fall.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"
#include "common/rule/condition.h"
#include "common/rule/value.h"

namespace banso::health {
namespace {

using type::v1::Explanation;

rule::FactRead SumOf(const v1::UsageFall& fall, const rule::Moment& moment, absl::CivilDay from,
                     absl::CivilDay to) {
  rule::FactRead read;
  read.subject = moment.account;
  read.query.set_fact(fall.fact());
  read.query.set_aggregation(type::v1::AGGREGATION_SUM);
  *read.query.mutable_from() = calendar::ToDate(from);
  *read.query.mutable_to() = calendar::ToDate(to);
  return read;
}

// One of the two sums.
struct Sum {
  Explanation explanation;
  std::optional<double> per_day;
};

Sum ExplainSum(const v1::UsageFall& fall, const rule::Moment& moment,
               const rule::Readings& readings, absl::CivilDay from, absl::CivilDay to) {
  const std::string what =
      absl::StrCat(fall.fact(), " sum of ", calendar::DayText(from), "..", calendar::DayText(to));
  Sum sum;
  sum.explanation.set_rule(absl::StrCat(fall.fact(), " (sum)"));
  sum.explanation.set_fact(fall.fact());
  *sum.explanation.mutable_from() = calendar::ToDate(from);
  *sum.explanation.mutable_to() = calendar::ToDate(to);
  const auto found = readings.find(rule::Key(SumOf(fall, moment, from, to)));
  if (found == readings.end() || !found->second.has_value()) {
    sum.explanation.set_result(type::v1::TRUTH_UNKNOWN);
    sum.explanation.set_reading(absl::StrCat(what, ": nothing recorded"));
    sum.explanation.set_unknown_because(absl::StrCat("there is no ", what));
    return sum;
  }
  const double total = found->second.value().number();
  const auto days = static_cast<double>(to - from + 1);
  sum.per_day = total / days;
  sum.explanation.set_result(type::v1::TRUTH_TRUE);
  *sum.explanation.mutable_value() = found->second.value();
  sum.explanation.set_reading(
      absl::StrFormat("%s = %s (%.4g a day)", what, rule::NumberText(total), *sum.per_day));
  return sum;
}

Explanation Unknown(const v1::UsageFall& fall, std::string because) {
  Explanation explanation;
  explanation.set_result(type::v1::TRUTH_UNKNOWN);
  explanation.set_rule(Print(fall));
  explanation.set_unknown_because(std::move(because));
  return explanation;
}

std::string NoDaysBecause(const v1::UsageFall& fall, const std::optional<FallDays>& days) {
  if (days.has_value()) {
    return absl::StrCat("the last ", calendar::PeriodText(fall.recent()),
                        " reach back into the baseline");
  }
  return absl::StrCat("the clock ", rule::ClockText(fall.baseline_until()),
                      " of the onboarding has no day");
}

bool Overlap(const FallDays& days) { return days.baseline_to >= days.recent_from; }

}  // namespace

std::optional<FallDays> DaysOf(const v1::UsageFall& fall, const rule::Moment& moment) {
  FallDays days;
  days.recent_to = rule::Today(moment) - 1;
  days.recent_from = calendar::FirstDayOfTrailing(days.recent_to, fall.recent(), *moment.calendar);
  days.baseline_to = days.recent_from - 1;
  if (fall.baseline_until() != type::v1::CLOCK_UNSPECIFIED) {
    const auto clock = moment.clocks.find(fall.baseline_until());
    if (clock == moment.clocks.end()) return std::nullopt;
    days.baseline_to = clock->second;
  }
  days.baseline_from =
      calendar::FirstDayOfTrailing(days.baseline_to, fall.baseline(), *moment.calendar);
  return days;
}

std::vector<rule::FactRead> Reads(const v1::UsageFall& fall, const rule::Moment& moment) {
  const std::optional<FallDays> days = DaysOf(fall, moment);
  if (!days.has_value() || Overlap(*days)) return {};
  return {SumOf(fall, moment, days->recent_from, days->recent_to),
          SumOf(fall, moment, days->baseline_from, days->baseline_to)};
}

Explanation ExplainFall(const v1::UsageFall& fall, const rule::Moment& moment,
                        const rule::Readings& readings) {
  const std::optional<FallDays> days = DaysOf(fall, moment);
  if (!days.has_value() || Overlap(*days)) return Unknown(fall, NoDaysBecause(fall, days));
  const Sum recent = ExplainSum(fall, moment, readings, days->recent_from, days->recent_to);
  const Sum baseline = ExplainSum(fall, moment, readings, days->baseline_from, days->baseline_to);
  Explanation explanation;
  explanation.set_rule(Print(fall));
  *explanation.add_parts() = recent.explanation;
  *explanation.add_parts() = baseline.explanation;
  explanation.set_result(type::v1::TRUTH_UNKNOWN);
  if (!recent.per_day.has_value() || !baseline.per_day.has_value()) return explanation;
  if (*baseline.per_day <= 0 || *baseline.per_day < fall.minimum_per_day()) {
    explanation.set_unknown_because(
        absl::StrFormat("the baseline of %.4g a day is too small to fall from", *baseline.per_day));
    return explanation;
  }
  // A fall by exactly `at_least` counts, whatever the division leaves in the last digits.
  constexpr double kRounding = 1e-9;
  const double gone = 1 - *recent.per_day / *baseline.per_day;
  explanation.set_result(gone >= fall.at_least() - kRounding ? type::v1::TRUTH_TRUE
                                                             : type::v1::TRUTH_FALSE);
  explanation.set_reading(gone >= 0 ? absl::StrFormat("%.1f %% below the baseline", 100 * gone)
                                    : absl::StrFormat("%.1f %% above the baseline", -100 * gone));
  return explanation;
}

std::string Print(const v1::UsageFall& fall) {
  const std::string until = fall.baseline_until() == type::v1::CLOCK_UNSPECIFIED
                                ? "before"
                                : absl::StrCat("up to ", rule::ClockText(fall.baseline_until()));
  return absl::StrFormat("%s (last %s) at least %.4g %% below the %s %s", fall.fact(),
                         calendar::PeriodText(fall.recent()), 100 * fall.at_least(),
                         calendar::PeriodText(fall.baseline()), until);
}

}  // namespace banso::health

#include "services/health/domain/scoring/replay_case.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_format.h"

namespace banso::health {
namespace {

v1::PredictionVerdict VerdictOf(const statistics::Interval& interval) {
  if (interval.low > 0.5) return v1::PREDICTION_VERDICT_PREDICTS;
  if (interval.high < 0.5) return v1::PREDICTION_VERDICT_INVERTED;
  return v1::PREDICTION_VERDICT_NOTHING;
}

}  // namespace

ReplayParts Divide(absl::Span<const ReplayCase> cases, absl::CivilDay split) {
  ReplayParts parts;
  for (const ReplayCase& one : cases) {
    if (one.day >= split) {
      parts.out_of_time.push_back(&one);
    } else if (one.horizon_end < split) {
      parts.in_sample.push_back(&one);
    } else {
      ++parts.embargoed;
    }
  }
  return parts;
}

absl::CivilDay DefaultSplit(absl::Span<const absl::CivilDay> days) {
  if (days.empty()) return absl::CivilDay();
  const size_t at = std::min(days.size() - 1, (2 * days.size() + 2) / 3);
  return days[at];
}

std::vector<statistics::RatedCase> Rate(absl::Span<const NumberedCase> cases,
                                        const ReplayTerms& terms) {
  std::vector<statistics::RatedCase> rated;
  rated.reserve(cases.size());
  for (const NumberedCase& one : cases) {
    rated.push_back(
        {terms.event_is_good ? one.number : -one.number, one.of->event, one.of->account});
  }
  return rated;
}

bool IsEnough(absl::Span<const NumberedCase> cases, const ReplayTerms& terms) {
  const auto events = std::count_if(cases.begin(), cases.end(),
                                    [](const NumberedCase& one) { return one.of->event; });
  const auto others = static_cast<std::ptrdiff_t>(cases.size()) - events;
  return events >= terms.minimum_events && others >= terms.minimum_events;
}

v1::Discrimination Discriminate(absl::Span<const NumberedCase> cases, const ReplayTerms& terms) {
  v1::Discrimination out;
  std::set<int64_t> accounts;
  for (const NumberedCase& one : cases) {
    accounts.insert(one.of->account);
    if (one.of->event) out.set_events(out.events() + 1);
  }
  out.set_cases(static_cast<int64_t>(cases.size()));
  out.set_accounts(static_cast<int64_t>(accounts.size()));
  out.set_verdict(v1::PREDICTION_VERDICT_INSUFFICIENT);
  if (!IsEnough(cases, terms)) return out;
  const auto area = statistics::AreaUnderCurve(Rate(cases, terms));
  if (!area.has_value()) return out;
  out.set_auc(area->value);
  out.set_auc_lower(area->interval.low);
  out.set_auc_upper(area->interval.high);
  out.set_verdict(VerdictOf(area->interval));
  return out;
}

std::string AreaText(const v1::Discrimination& discrimination) {
  if (!discrimination.has_auc()) return "AUC not known";
  return absl::StrFormat("AUC %.3f (%.3f to %.3f)", discrimination.auc(),
                         discrimination.auc_lower(), discrimination.auc_upper());
}

}  // namespace banso::health

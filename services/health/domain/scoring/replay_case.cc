#include "services/health/domain/scoring/replay_case.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace banso::health {
namespace {

v1::PredictionVerdict VerdictOf(const statistics::Interval& interval) {
  if (interval.low > 0.5) return v1::PREDICTION_VERDICT_PREDICTS;
  if (interval.high < 0.5) return v1::PREDICTION_VERDICT_INVERTED;
  return v1::PREDICTION_VERDICT_NOTHING;
}

bool IsEnoughOf(bool event, absl::Span<const NumberedCase> cases, const ReplayTerms& terms) {
  int64_t count = 0;
  // No more than have to be told apart.
  std::set<int64_t> accounts;
  for (const NumberedCase& one : cases) {
    if (one.of->event != event) continue;
    ++count;
    if (accounts.size() < kFewestAccounts) accounts.insert(one.of->account);
  }
  return count >= terms.minimum_events && accounts.size() >= kFewestAccounts;
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
  return IsEnoughOf(true, cases, terms) && IsEnoughOf(false, cases, terms);
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

std::string NeededText(const ReplayTerms& terms) {
  return absl::StrCat("at least ", terms.minimum_events, " events of ", kFewestAccounts,
                      " accounts and as many cases without are needed");
}

std::string AreaText(const v1::Discrimination& discrimination) {
  if (!discrimination.has_auc()) return "AUC not known";
  return absl::StrFormat("AUC %.3f (%.3f to %.3f)", discrimination.auc(),
                         discrimination.auc_lower(), discrimination.auc_upper());
}

}  // namespace banso::health

#include "services/accounts/domain/times.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/calendar/proto_time.h"
#include "common/rule/condition.h"
#include "services/accounts/domain/onboarding.h"

namespace banso::accounts {

std::vector<Era> ErasOf(const std::vector<v1::OperatingChange>& changes) {
  std::map<absl::CivilDay, std::vector<std::string>> by_day;
  for (const v1::OperatingChange& change : changes) {
    by_day[calendar::ToDay(change.first_day())].push_back(change.name());
  }
  std::vector<Era> eras(1);
  for (auto& [day, names] : by_day) {
    eras.back().last_day = day - 1;
    std::sort(names.begin(), names.end());
    eras.push_back({.first_day = day, .last_day = std::nullopt, .changes = std::move(names)});
  }
  return eras;
}

TimesSummary::TimesSummary(const v1::SummarizeTimesRequest& request,
                           const std::vector<v1::OperatingChange>& changes)
    : request_(request), eras_(ErasOf(changes)), sums_(eras_.size()) {}

bool TimesSummary::IsAskedFor(const v1::Onboarding& onboarding, absl::CivilDay from) const {
  if (request_.kind() != v1::ONBOARDING_KIND_UNSPECIFIED && request_.kind() != onboarding.kind()) {
    return false;
  }
  if (request_.has_first_day() && from < calendar::ToDay(request_.first_day())) return false;
  return !request_.has_last_day() || from <= calendar::ToDay(request_.last_day());
}

void TimesSummary::AddTo(const v1::Onboarding& onboarding, absl::CivilDay from,
                         std::optional<absl::CivilDay> to, absl::CivilDay today, Sum* sum) {
  const bool ended = onboarding.state() == v1::ONBOARDING_STATE_CANCELLED ||
                     onboarding.state() == v1::ONBOARDING_STATE_LOST;
  if (!to.has_value() && ended) {
    ++sum->cancelled;
    return;
  }
  // What was there before the first clock took no time.
  const auto days = static_cast<double>(std::max<int64_t>(0, to.value_or(today) - from));
  sum->observations.push_back(
      {.time = days,
       .ending = to.has_value() ? statistics::Ending::kEvent : statistics::Ending::kCensored});
  if (!to.has_value()) return;
  ++sum->reached;
  sum->days_reached += days;
}

void TimesSummary::Add(const v1::Onboarding& onboarding, absl::CivilDay today) {
  const std::optional<absl::CivilDay> from = ClockDay(onboarding, request_.from());
  // One that has not begun yet has not been watched at all.
  if (!from.has_value() || *from > today || !IsAskedFor(onboarding, *from)) return;
  const auto era = std::find_if(eras_.begin(), eras_.end(), [&](const Era& candidate) {
    return !candidate.last_day.has_value() || *from <= *candidate.last_day;
  });
  const std::optional<absl::CivilDay> to = ClockDay(onboarding, request_.to());
  AddTo(onboarding, *from, to, today, &sums_[era - eras_.begin()]);
  AddTo(onboarding, *from, to, today, &total_);
}

v1::EraTimes TimesSummary::Sum::Figures() const {
  v1::EraTimes figures;
  figures.set_onboardings(static_cast<int64_t>(observations.size()));
  figures.set_reached(reached);
  figures.set_open(figures.onboardings() - reached);
  figures.set_cancelled(cancelled);
  if (reached > 0) figures.set_mean_days_reached(days_reached / static_cast<double>(reached));
  const statistics::SurvivalCurve curve(observations);
  if (const auto median = curve.Median()) figures.set_median_days(*median);
  const statistics::SurvivalCurve::MedianInterval limits = curve.MedianLimits();
  if (limits.low.has_value()) figures.set_median_days_low(*limits.low);
  if (limits.high.has_value()) figures.set_median_days_high(*limits.high);
  return figures;
}

v1::SummarizeTimesResponse TimesSummary::Result() const {
  v1::SummarizeTimesResponse response;
  for (size_t i = 0; i < eras_.size(); ++i) {
    v1::EraTimes figures = sums_[i].Figures();
    const Era& era = eras_[i];
    if (era.first_day.has_value()) *figures.mutable_first_day() = calendar::ToDate(*era.first_day);
    if (era.last_day.has_value()) *figures.mutable_last_day() = calendar::ToDate(*era.last_day);
    figures.mutable_operating_changes()->Assign(era.changes.begin(), era.changes.end());
    *response.add_eras() = std::move(figures);
  }
  *response.mutable_total() = total_.Figures();
  response.set_definition(absl::StrCat(
      "Days from the clock ", rule::ClockText(request_.from()), " to the clock ",
      rule::ClockText(request_.to()),
      ". An onboarding belongs to the era in which the day of its first clock lies; the first and "
      "the last day of an era are both part of it, and the day of an operating change is the "
      "first day of the new era. Onboardings that are not there yet count with the days up to "
      "today; those that were cancelled, or whose customer was lost, do not count unless they got "
      "there."));
  return response;
}

}  // namespace banso::accounts

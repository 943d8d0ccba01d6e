#include "services/gateway/domain/lifecycle.h"

#include <tuple>

#include "common/calendar/period.h"
#include "common/calendar/proto_time.h"

namespace banso::gateway {
namespace {

using accounts::v1::Onboarding;

}  // namespace

absl::TimeZone ZoneOf(const accounts::v1::Account& account) {
  return calendar::ZoneOrUtc(account.time_zone().empty() ? calendar::kDefaultZone
                                                         : account.time_zone());
}

std::optional<absl::CivilDay> ClockDay(const Onboarding& onboarding, type::v1::Clock clock) {
  for (const accounts::v1::ClockReading& reading : onboarding.clocks()) {
    if (reading.clock() == clock && reading.has_date()) return calendar::ToDay(reading.date());
  }
  return std::nullopt;
}

std::vector<v1::ClockDays> DaysOf(const Onboarding& onboarding, absl::CivilDay today) {
  const std::optional<absl::CivilDay> completion = ClockDay(onboarding, type::v1::CLOCK_COMPLETION);
  const absl::CivilDay end = completion.value_or(today);
  std::vector<v1::ClockDays> days;
  for (const accounts::v1::ClockReading& reading : onboarding.clocks()) {
    if (!reading.has_date() || reading.clock() == type::v1::CLOCK_COMPLETION ||
        reading.clock() == type::v1::CLOCK_HANDOFF_ACCEPTED) {
      continue;
    }
    v1::ClockDays& entry = days.emplace_back();
    entry.set_clock(reading.clock());
    *entry.mutable_from() = reading.date();
    entry.set_days(static_cast<int>(end - calendar::ToDay(reading.date())));
    entry.set_completed(completion.has_value());
  }
  return days;
}

const Onboarding* PresentOnboarding(const std::vector<Onboarding>& onboardings) {
  const auto rank = [](const Onboarding& onboarding) {
    return std::tuple(onboarding.state() == accounts::v1::ONBOARDING_STATE_RUNNING,
                      calendar::ToTime(onboarding.create_time()), onboarding.name());
  };
  const Onboarding* present = nullptr;
  for (const Onboarding& onboarding : onboardings) {
    if (present == nullptr || rank(onboarding) > rank(*present)) present = &onboarding;
  }
  return present;
}

std::string ClockText(type::v1::Clock clock) {
  switch (clock) {
    case type::v1::CLOCK_CONTRACT_START:
      return "the contract's start";
    case type::v1::CLOCK_FIRST_MEETING:
      return "the first meeting";
    case type::v1::CLOCK_KICKOFF:
      return "the kickoff";
    case type::v1::CLOCK_GO_LIVE:
      return "going live";
    case type::v1::CLOCK_FIRST_VALUE:
      return "the first value";
    case type::v1::CLOCK_COMPLETION:
      return "the completion";
    case type::v1::CLOCK_HANDOFF_ACCEPTED:
      return "the accepted handoff";
    default:
      return "the start";
  }
}

}  // namespace banso::gateway

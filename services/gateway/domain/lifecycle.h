#ifndef BANSO_SERVICES_GATEWAY_DOMAIN_LIFECYCLE_H_
#define BANSO_SERVICES_GATEWAY_DOMAIN_LIFECYCLE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "banso/accounts/v1/account.pb.h"
#include "banso/accounts/v1/onboarding.pb.h"
#include "banso/gateway/v1/gateway_service.pb.h"

// What follows from an account and its onboardings alone.
namespace banso::gateway {

// The zone in which the account's days are counted.
absl::TimeZone ZoneOf(const accounts::v1::Account& account);

// The day of a clock, if it has one.
std::optional<absl::CivilDay> ClockDay(const accounts::v1::Onboarding& onboarding,
                                       type::v1::Clock clock);

// The days from each clock that has a date to the completion, or to `today` while there is none.
// Left out: the completion itself and what comes after it.
std::vector<v1::ClockDays> DaysOf(const accounts::v1::Onboarding& onboarding, absl::CivilDay today);

// The onboarding that a manager asks about: the one that runs, of several the latest; when none
// runs, the latest. Null when there is none.
const accounts::v1::Onboarding* PresentOnboarding(
    const std::vector<accounts::v1::Onboarding>& onboardings);

// `the kickoff`, `the contract's start`: a clock as people say it.
std::string ClockText(type::v1::Clock clock);

}  // namespace banso::gateway

#endif  // BANSO_SERVICES_GATEWAY_DOMAIN_LIFECYCLE_H_
